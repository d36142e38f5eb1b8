"""Emissions on a target grid: in a cell, or counted as beyond; never gone."""

import numpy as np
import pytest

from emisim import gridding, inventory
from emisim.errors import InputError, MassError
from emisim.export import amounts, target
from emisim.grid import from_attrs
from emisim.vocabulary import SPECIES
from export import made


@pytest.fixture(scope="module")
def base():
    return made.city()


@pytest.fixture(scope="module")
def wrf(tmp_path_factory):
    path = made.wrfinput(tmp_path_factory.mktemp("wrf") / "wrfinput_d01")
    return target.read(path, None, made.RADIUS)


def test_own_grid_is_what_gridding_gives(base):
    found = made.laid(base)
    field = gridding.emissions(base)
    for sector in field["sector"].values:
        mine = found.kg[found.groups["sector"] == sector].sum(axis=0)
        theirs = field.sel(sector=sector).values.reshape(*mine.shape)
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)


def test_budget_names_what_is_beyond(base, wrf):
    found = made.laid(base, wrf.grid)
    table = amounts.budget(found).groupby("species").sum(numeric_only=True)
    came = inventory.totals(base, by=(), outside=True).to_series()
    np.testing.assert_allclose(table["in"].reindex(SPECIES), came, rtol=1e-12)
    assert (table["beyond_city_grid"] > 0).all()
    assert abs(table["dropped"] / table["in"]).max() < 1e-12


def test_a_smaller_target_counts_the_rest_as_beyond(base, tmp_path):
    path = made.wrfinput(tmp_path / "wrfinput_d02", nx=3, ny=3, west=-9000.0, south=-9000.0)
    small = target.read(path, None, made.RADIUS)
    table = amounts.budget(made.laid(base, small.grid))
    freight = table[(table["species"] == "NOx") & (table["sector"] == "freight")]
    nitrogen = freight.sum(numeric_only=True)
    assert nitrogen["beyond_target_grid"] > 0.1 * nitrogen["in"]
    assert 0 < nitrogen["inside"] < 0.9 * nitrogen["in"]


def test_a_point_source_lands_in_the_cell_that_holds_it(base, wrf):
    found = made.laid(base, wrf.grid)
    boilers = found.kg[found.groups["sector"] == "boilers"][0].sum(axis=1)[SPECIES.index("SO2")]
    lon, lat = wrf.grid.lonlat()
    cell = int(boilers.argmax())
    assert boilers[cell] > 0.3 * boilers.sum()
    away = made.distance((lon.ravel()[cell], lat.ravel()[cell]), (113.05, 37.97))
    assert away < 3000


def test_a_target_elsewhere_is_refused(base, tmp_path):
    far = target.read(made.griddesc(tmp_path), "FAR", made.RADIUS)
    with pytest.raises(InputError, match="does not meet"):
        made.laid(base, far.grid)


def test_layers_follow_the_effective_height(base):
    layer = amounts.layers(base, [30, 100, 300], 1.5)
    assert set(layer) == {0}
    high = base.assign_coords(
        stack_height=("source", np.full(base.sizes["source"], 60.0)),
        exit_velocity=("source", np.where(np.arange(base.sizes["source"]) == 0, 8.0, np.nan)),
    )
    assert amounts.layers(high, [30, 80, 300], 1.5).tolist() == [2] + [1] * (
        base.sizes["source"] - 1
    )
    assert set(amounts.layers(high, [30, 50], 1.5)) == {1}
    with pytest.raises(InputError, match="layer tops must rise"):
        amounts.layers(base, [100, 30], 1.5)


def test_lost_mass_is_an_error(base):
    found = made.laid(base)
    found.kg[0, 0] *= 0.999
    with pytest.raises(MassError, match="lost mass"):
        amounts.checked(found)


def test_shares_of_other_sources_are_refused(base):
    with pytest.raises(InputError, match="those of other sources"):
        amounts.lay(base, made.emission(base)[::-1], amounts.group_by(base))


def test_a_missing_number_is_named(base):
    bad = made.emission(base).copy()
    bad[{"source": 3, "period": 2, "species": 1}] = np.nan
    name = str(bad["source"].values[3])
    with pytest.raises(InputError, match=f"source {name!r} is not a finite number"):
        amounts.lay(base, bad, amounts.group_by(base))


def test_the_city_grid_has_its_own_type(base):
    own = target.own(from_attrs(base.attrs), "CITY")
    assert own.projection["GDTYP"] == 10
    assert (own.projection["P_ALP"], own.projection["P_GAM"]) == (38.0, 113.1)
