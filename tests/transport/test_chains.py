"""Chains of loss families: backward rows and forward fields tell the same."""

from pathlib import Path

import numpy as np
import pytest

from emisim.chemistry.deposition import SURFACES
from emisim.factors import Factors
from emisim.transport import chains
from emisim.transport.matrix import ROWS
from emisim.transport.mesh import Mesh
from emisim.weather import class_tables

EDGES = np.array([-60e3, -30e3, -15e3, -5e3, 5e3, 15e3, 30e3, 60e3])
HEIGHTS = np.array([0, 20, 120, 400, 1200.0])
SIZE = len(EDGES) - 1
FAMILY = {row: row.split("-")[0].partition("@")[0] for row in ROWS}


@pytest.fixture(scope="module")
def setting():
    mesh = Mesh(EDGES, EDGES, HEIGHTS, (slice(2, 5), slice(2, 5)))
    weather = class_tables.read("inputs/weather/yushe").sel(half="heating")
    surface = np.full((SIZE, SIZE), SURFACES.index("forest"))
    return chains.Setting(mesh, weather, surface, Factors(Path("inputs/factors")), "fine")


@pytest.fixture(scope="module")
def weight(setting):
    """Two groups: at the ground at all hours, and in the third layer."""
    frequency = setting.weather["frequency"].values
    out = np.zeros((2, len(frequency), len(HEIGHTS) - 1))
    out[0, :, 0] = out[1, :, 2] = frequency
    return out


@pytest.fixture(scope="module")
def ground():
    out = np.zeros((SIZE, SIZE, 2))
    out[3, 3, 0] = 1
    out[2:5, 2:5, 1] = 1 / 9
    return out


@pytest.fixture(scope="module")
def rows(setting, weight, ground):
    return dict(chains.backward(setting, ground, weight, notify=lambda what: None))


def test_every_row_is_there_and_not_negative(rows):
    assert set(rows) == set(ROWS)
    for values in rows.values():
        assert values.shape == (2, 2, 2, SIZE, SIZE)
        assert values.min() >= 0
        assert values.max() > 0


def test_fields_seen_by_receptors_equal_emissions_times_rows(setting, weight, ground, rows):
    rng = np.random.default_rng(5)
    families = {f: rng.random((2, SIZE, SIZE, 1)) for f in sorted(set(FAMILY.values()))}
    forward = dict(chains.forward(setting, families, weight, notify=lambda what: None))
    assert set(forward) == set(ROWS)
    for row, field in forward.items():
        seen = np.einsum("pyxq,yxr->rpq", field, ground)[..., 0]
        product = np.einsum("rpgyx,gyxq->rpq", rows[row], families[FAMILY[row]])[..., 0]
        np.testing.assert_allclose(seen, product, rtol=2e-3)


def test_more_gas_is_lost_faster(rows):
    for low, high in (("TA@low", "TA@high"), ("NOx-TN@low", "NOx-TN@high")):
        assert (rows[low].sum() > rows[high].sum()).all()


def test_an_elevated_source_matters_less_close_by(rows):
    night = rows["fine"][0, 1]
    assert night[1, 3, 3] < night[0, 3, 3] / 2
