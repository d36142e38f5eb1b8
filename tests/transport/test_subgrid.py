"""The plume within a mesh cell: fine cells share its effect, the mean stays."""

import numpy as np
import pytest
import xarray as xr
from scipy import sparse

from emisim.transport import receptors, subgrid
from emisim.vocabulary import HALVES
from transport.winds import GROUND, P, grid, table, uneven

N, BLOCK = 12, 3
HOME = (np.arange(N)[:, None] // BLOCK * (N // BLOCK) + np.arange(N) // BLOCK).ravel()
RESTRICT = sparse.csr_array((np.ones(N * N), (HOME, np.arange(N * N))))


@pytest.fixture(scope="module")
def kernel():
    return subgrid.halves(receptors.build(grid(N), table(uneven()), P, GROUND))


def test_halves_mix_the_seasons_by_months(kernel):
    assert list(kernel["half"].values) == list(HALVES)
    whole = receptors.build(grid(N), table(uneven()), P, GROUND)["kernel"].sel(family="PM2.5")
    months = {"winter": 3, "spring": 1, "autumn": 1}
    wanted = sum(whole.sel(season=s) * n / 5 for s, n in months.items())
    np.testing.assert_allclose(kernel.sel(half="heating"), wanted, rtol=1e-12)


def at(*cells):
    """Weights of monitors in fine cells."""
    weights = np.zeros((len(cells), N * N))
    weights[np.arange(len(cells)), list(cells)] = 1
    return weights


def seen(kernel, cell):
    """What each fine cell does to one, read from the kernel (cell,)."""
    row, column = divmod(cell, N)
    part = kernel.values[0, 0, row : row + N, column : column + N]
    return part[::-1, ::-1].ravel()


def test_an_even_emission_keeps_its_mean_over_both_cells(kernel):
    """Mean of the factor over the receptors and sources of a pair of mesh cells is 1."""
    fine = np.flatnonzero(HOME[5 * N + 5] == HOME)
    raw = [seen(kernel, cell) for cell in fine]
    found = subgrid.factors(kernel, at(*fine), RESTRICT, (N, N), reach=100)
    for block in range(HOME.max() + 1):
        own = block == HOME
        total = np.mean([k[own].mean() for k in raw])
        shared = found.values[:, 0, 0][:, own] * total
        np.testing.assert_allclose(shared, [k[own] for k in raw], rtol=1e-9)


def test_a_district_is_the_mean_of_its_cells(kernel):
    fine = np.flatnonzero(HOME[5 * N + 5] == HOME)[:4]
    share = np.array([0.4, 0.3, 0.2, 0.1])
    single = subgrid.factors(kernel, at(*fine), RESTRICT, (N, N), reach=3).values
    weights = np.zeros((1, N * N))
    weights[0, fine] = share
    whole = subgrid.factors(kernel, weights, RESTRICT, (N, N), reach=3).values
    near = (single != 1).all(axis=(0, 1, 2))
    wanted = np.tensordot(share, single, 1)
    np.testing.assert_allclose(whole[0][..., near], wanted[..., near], rtol=1e-9)


def test_beyond_the_reach_nothing_changes(kernel):
    found = subgrid.factors(kernel, at(N + 1), RESTRICT, (N, N), reach=2)
    assert (found.values[0, 0, 0, HOME[-1] == HOME] == 1).all()
    assert (found.values[0, 0, 0, HOME[0] == HOME] != 1).any()


def test_the_own_cell_counts_for_more_than_its_neighbours(kernel):
    found = subgrid.factors(kernel, at(4 * N + 4), RESTRICT, (N, N), reach=3)
    block = np.flatnonzero(HOME[4 * N + 4] == HOME)
    values = found.values[0, 0, 0, block]
    assert block[values.argmax()] == 4 * N + 4
    assert isinstance(found, xr.DataArray)
