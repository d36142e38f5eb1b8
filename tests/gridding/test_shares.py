"""Shares, gridded emissions and the mass budget."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from emisim import gridding, inventory
from emisim.errors import InputError, MassError
from emisim.vocabulary import OUTSIDE
from gridding.city import DISTRICTS, PLACES, domain, sources


@pytest.fixture(scope="module")
def gridded():
    return gridding.allocate(sources(), domain(), PLACES, DISTRICTS)


@pytest.fixture(scope="module")
def field(gridded):
    return gridding.emissions(gridded)


def of(gridded, source):
    """Row of the place matrix for one source, on the grid."""
    place = int(gridded["source_place"].sel(source=source))
    return gridding.matrix(gridded)[[place]].toarray().reshape(domain().shape)


def test_shares_of_a_place_add_to_one(gridded):
    total = gridding.matrix(gridded).sum(axis=1) + gridded["outside_share"].values
    np.testing.assert_allclose(total, 1, rtol=0, atol=1e-12)


def test_point_source_is_in_its_cell(gridded):
    row = of(gridded, "boiler 20 t/h")
    cell, valid = domain().cells(113.05, 37.97)
    assert valid
    assert row.ravel()[int(cell)] == 1
    assert row.sum() == 1


def test_district_source_is_spread_by_area(gridded):
    row = of(gridded, "gas heaters")
    lon, lat = domain().lonlat()
    within = (lon > 113.02) & (lon < 113.18) & (lat > 38.02) & (lat < 38.08)
    assert row.sum() == pytest.approx(1, abs=1e-12)
    assert np.ptp(row[within]) < 1e-12
    assert row[lat < 37.98].sum() == 0


def test_mixed_place_keeps_its_weights(gridded):
    row = of(gridded, "old trucks")
    np.testing.assert_allclose(row, of(gridded, "railway"))
    _, y = domain().project(113.1, 37.95)
    line_row = int((y - domain().y0) // 1000)
    area = of(gridded, "old trucks").sum() - row[line_row - 1 : line_row + 2].sum()
    assert 0.1 < area < 0.25
    assert row.sum() == pytest.approx(1, abs=1e-12)


def test_source_serving_from_outside_has_no_cell(gridded):
    assert of(gridded, "heat pumps").sum() == 0
    place = int(gridded["source_place"].sel(source="heat pumps"))
    assert gridded["place_name"].values[place] == OUTSIDE
    assert gridded["outside_share"].values[place] == 1


def test_budget_accounts_for_all_mass(gridded, field):
    budget = gridding.budget(gridded, field)
    assert (budget["dropped"].abs() <= 1e-9 * budget["in"]).all()
    by = budget.set_index(["sector", "species"])
    stoves = by.loc[("residential", "SO2")]
    assert stoves["in"] == pytest.approx(1200 * 18)
    place = int(gridded["source_place"].sel(source="stoves"))
    share = gridded["outside_share"].values[place]
    assert 0.5 < share < 1
    assert stoves["outside"] == pytest.approx(1200 * 18 * share)


def test_gridded_total_is_the_inventory_total(gridded, field):
    whole = inventory.totals(gridded)
    boilers = field.sum(["y", "x", "month"]).sel(sector="boilers")
    np.testing.assert_allclose(boilers, whole.sel(sector="boilers"), rtol=1e-12)
    assert field.dims == ("sector", "species", "month", "y", "x")


def test_lost_mass_raises(gridded, field):
    with pytest.raises(MassError, match="did not conserve"):
        gridding.budget(gridded, field * (1 - 1e-8))


def test_spread_matches_brute_force(gridded):
    rng = np.random.default_rng(1)
    values = xr.DataArray(rng.random((3, gridded.sizes["source"])), dims=("draw", "source"))
    found = gridding.spread(gridded, values)
    rows = [of(gridded, source).ravel() for source in gridded["source"].values]
    expected = (values.values @ np.array(rows)).reshape(3, *domain().shape)
    np.testing.assert_allclose(found.values, expected, atol=1e-14)
    assert found.dims == ("draw", "y", "x")


def test_draws_pass_through(gridded, field):
    drawn = gridded.assign(activity=gridded["activity"] * xr.DataArray([1.0, 2.0], dims="draw"))
    both = gridding.emissions(drawn)
    np.testing.assert_allclose(both.isel(draw=1), 2 * both.isel(draw=0))
    np.testing.assert_allclose(both.isel(draw=0).transpose(*field.dims), field)


def test_verbs_keep_the_shares(gridded):
    from emisim.verbs import scale_activity

    where = inventory.select(gridded, sector="freight")
    half = scale_activity(gridded, where, 0.5, xr.ones_like(gridded["month"], dtype=float))
    one, two = gridding.emissions(gridded), gridding.emissions(half)
    np.testing.assert_allclose(two.sel(sector="freight"), one.sel(sector="freight") / 2)


def test_point_outside_the_domain():
    base = sources()
    lon = np.where(base["source"] == "boiler 20 t/h", 31.0, np.nan)
    with pytest.raises(InputError, match="'boiler 20 t/h' lies outside the domain"):
        gridding.allocate(base.assign_coords(lon=("source", lon)), domain(), PLACES, DISTRICTS)


def test_half_a_position():
    base = sources()
    with pytest.raises(InputError, match="'boiler 20 t/h' has one coordinate of two"):
        gridding.allocate(
            base.assign_coords(lat=("source", np.full(7, np.nan))), domain(), PLACES, DISTRICTS
        )


def test_unknown_place_lists_the_known():
    base = sources()
    place = np.where(base["place"] == "corridor", "coridor", base["place"]).astype(object)
    with pytest.raises(InputError, match=r"unknown place") as error:
        gridding.allocate(base.assign_coords(place=("source", place)), domain(), PLACES, DISTRICTS)
    assert "corridor" in str(error.value)


def test_missing_district():
    with pytest.raises(InputError, match="unknown district"):
        gridding.allocate(sources(), domain(), PLACES, DISTRICTS.drop("Upper"))


def test_inventory_without_shares():
    with pytest.raises(InputError, match="has no shares"):
        gridding.matrix(sources())


def test_only_outside_sources():
    base = sources().isel(source=[2])
    gridded = gridding.allocate(base, domain(), PLACES, DISTRICTS)
    budget = gridding.budget(gridded, gridding.emissions(gridded))
    pd.testing.assert_series_equal(budget["in"], budget["outside"], check_names=False)
