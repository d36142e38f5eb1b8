"""Mesh: the ring grows, shares are exact, receptors and releases outside are refused."""

import numpy as np
import pytest
from boxes import P, mesh, stretched
from hypothesis import given
from hypothesis import strategies as st

from emisim.errors import InputError, MassError
from emisim.grid import Grid
from emisim.transport.mesh import Mesh

BOUNDS = (2000.0, -3000.0, 51000.0, 40000.0)
UTM = "EPSG:32649"


def grid(x0=2000.0, y0=-3000.0, cell=1000.0, nx=49, ny=43):
    return Grid(crs=UTM, x0=x0, y0=y0, cell_size=cell, nx=nx, ny=ny)


@pytest.mark.parametrize("setting", ["default", "fine"])
def test_inner_block_covers_the_grid_and_the_ring_grows_to_its_width(setting):
    m = Mesh.around(BOUNDS, 2000.0, P, setting)
    width = P.value("ring_width", "m", process="mesh", technology=setting)
    growth = P.value("ring_growth", "fraction", process="mesh", technology=setting)
    rows, columns = m.inner
    x = m.x_edges[columns.start : columns.stop + 1]
    y = m.y_edges[rows.start : rows.stop + 1]
    assert np.diff(x) == pytest.approx(2000.0)
    assert (x[0], y[0]) == (2000.0, -3000.0)
    assert 51000 <= x[-1] < 53000
    assert 40000 <= y[-1] < 42000
    assert m.x_edges[0] <= 2000 - width
    assert m.y_edges[-1] >= 40000 + width
    outwards = np.diff(m.x_edges[columns.stop :])
    assert outwards[0] == pytest.approx(2000 * growth)
    assert outwards[1:] / outwards[:-1] == pytest.approx(growth)
    assert m.shape[2] == (8 if setting == "default" else 10)


def test_cell_size_of_the_setting_unless_given():
    size = P.value("mesh_cell_size", "m", process="mesh", technology="fine")
    m = Mesh.around(BOUNDS, None, P, "fine")
    assert np.diff(m.x_edges)[m.inner[1]] == pytest.approx(size)


def test_volumes_and_areas_fill_the_box():
    m = stretched()
    assert m.areas.sum() == pytest.approx(np.ptp(m.x_edges) * np.ptp(m.y_edges))
    assert m.volumes.sum() == pytest.approx(m.areas.sum() * 2000)


@given(st.floats(0, 3000), st.floats(0, 3000), st.floats(300, 2000), st.integers(1, 6))
def test_restriction_keeps_the_mass_and_the_mean(x0, y0, cell, n):
    m = stretched()
    g = grid(m.x_edges[4] + x0, m.y_edges[4] + y0, cell, n, n + 1)
    shares = m.restrict(g)
    assert shares.shape == (m.areas.size, g.size)
    assert abs(shares.sum(axis=0) - 1).max() < 1e-12
    emission = np.random.default_rng(n).random(g.size)
    assert (shares @ emission).sum() == pytest.approx(emission.sum())
    assert (shares.T @ np.ones(m.areas.size)) == pytest.approx(np.ones(g.size))
    assert (shares @ (np.ones(g.size) * cell**2) <= m.areas.ravel() * (1 + 1e-12)).all()


def test_restriction_by_hand():
    m = mesh(3, 2, dx=1000, dy=1000)
    g = grid(500.0, 0.0, 1000.0, 2, 1)
    expected = np.zeros((6, 2))
    expected[[0, 1], 0] = 1 / 2
    expected[[1, 2], 1] = 1 / 2
    assert m.restrict(g).toarray() == pytest.approx(expected)


def test_a_grid_beyond_the_mesh_is_refused():
    with pytest.raises(MassError, match="not inside the mesh"):
        mesh(3, 3).restrict(grid(1500.0, 0.0, 1000.0, 2, 2))


def test_receptor_weights_reproduce_a_linear_field():
    m = stretched()
    x, y = m.centres[:2]
    at_x, at_y = np.array([x[3] + 100, x[0], x[-1] - 900]), np.array([y[5], y[1] + 1, y[-2]])
    weights = m.receptors(at_x, at_y)
    assert weights.sum(axis=(0, 1)) == pytest.approx(1)
    field = 2 + 3e-3 * x[None, :] - 1e-3 * y[:, None]
    assert np.einsum("jir,ji->r", weights, field) == pytest.approx(2 + 3e-3 * at_x - 1e-3 * at_y)


def test_a_receptor_outside_is_named():
    with pytest.raises(InputError, match=r"receptor 1 lies outside the mesh(.|\n)*5000"):
        mesh(3, 3).receptors([1500, 5000], [1500, 1500])


def test_layer_shares_keep_the_height():
    m = mesh(1)
    height = np.array([10.0, 35.0, 150.0, 800.0])
    shares = m.layer_shares(height)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares @ m.centres[2] == pytest.approx(height)
    assert m.layer_shares(3.0)[0, 0] == 1


def test_a_release_above_the_lid_is_named():
    with pytest.raises(InputError, match=r"source 1 is outside the layers(.|\n)*2000.5"):
        mesh(1).layer_shares([1999.0, 2000.5])


def test_bad_meshes_are_refused():
    with pytest.raises(InputError, match="unknown mesh setting"):
        Mesh.around(BOUNDS, 2000.0, P, "finest")
    with pytest.raises(InputError, match="must be positive"):
        Mesh.around(BOUNDS, -5.0, P, "fine")
    with pytest.raises(InputError, match="z_edges of a mesh must increase"):
        mesh(1, z_edges=[0, 20, 20])
    with pytest.raises(InputError, match="begin at the ground"):
        mesh(1, z_edges=[10, 20])
