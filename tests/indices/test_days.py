"""Observed days times a seasonal response: exact at 1, monotone, and O3 an explicit input."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim.errors import InputError
from emisim.indices import aqi, days, standards
from emisim.vocabulary import SEASONS

STANDARDS = standards.read()
TYPICAL = {"SO2": 45, "NO2": 45, "PM10": 120, "PM2.5": 70, "CO": 1.5, "O3": 110}
FACTORS = st.lists(st.floats(0, 1.5), min_size=4, max_size=4)


def series(seed: int = 1, first: str = "2016-01-01", count: int = 366) -> xr.DataArray:
    """Return two places of days that are good in part, and in part by O3 alone not."""
    draws = np.random.default_rng(seed).gamma(4, 1 / 4, (2, count, len(TYPICAL)))
    coords = {
        "place": ["south", "north"],
        "day": pd.date_range(first, periods=count),
        "species": list(TYPICAL),
    }
    return xr.DataArray(draws * list(TYPICAL.values()), coords, ("place", "day", "species"))


def by_season(values, **more) -> xr.DataArray:
    return xr.DataArray(list(values), {"season": list(SEASONS), **more}, ("season",))


def of_particles(values) -> xr.DataArray:
    """Return response factors of PM2.5 and PM10 alone."""
    return by_season(values).expand_dims(species=["PM2.5", "PM10"])


SERIES = series()
NO_DAYS = by_season([0.0] * 4)


def test_factor_one_gives_the_observed_count_exactly():
    index = aqi.daily(SERIES, STANDARDS)
    found = days.total(days.respond(SERIES, of_particles([1.0] * 4), STANDARDS))
    assert found["good_days"].values.tolist() == (index["aqi"] <= 100).sum("day").values.tolist()
    assert found["heavy_days"].values.tolist() == (index["aqi"] > 200).sum("day").values.tolist()
    assert 0 < int(found["heavy_days"].min()) < int(found["good_days"].min()) < 366
    assert found.equals(days.total(days.count(SERIES, STANDARDS)))
    assert int(found["turned_good_days"].sum()) == 0


@settings(max_examples=12)
@given(FACTORS, FACTORS)
def test_more_pollution_never_makes_more_good_or_fewer_heavy_days(one, other):
    pair = [np.minimum(one, other), np.maximum(one, other)]
    factor = xr.concat([of_particles(p) for p in pair], "scenario")
    limited = by_season([0.0, 1.0, 4.0, 2.0])
    for given_days in (None, limited):
        low, high = (
            days.respond(SERIES, factor, STANDARDS, limited=given_days).isel(scenario=i)
            for i in (0, 1)
        )
        for name in ("good_days", "good_days_low", "good_days_high"):
            assert (low[name] >= high[name] - 1e-9).all(), name
        assert (low["heavy_days"] <= high["heavy_days"]).all()


@settings(max_examples=12)
@given(FACTORS)
def test_the_grades_add_up_and_the_range_holds_the_value(values):
    for given_days in (None, by_season([0.0, 1.0, 4.0, 2.0])):
        found = days.respond(SERIES, of_particles(values), STANDARDS, limited=given_days)
        assert (found["days"].sum("grade") == found["counted_days"]).all()
        assert (found["good_days_low"] <= found["good_days"] + 1e-9).all()
        assert (found["good_days"] <= found["good_days_high"] + 1e-9).all()
        assert (found["good_days_high"] <= found["counted_days"]).all()
        assert (found["ozone_limited_days"] <= found["conditional_days"] + 1e-9).all()
    assert days.total(found)["counted_days"].values.tolist() == [366.0, 366.0]


def test_a_day_that_ozone_alone_makes_bad_stays_bad_and_one_that_turns_good_may_not():
    day = {"SO2": 20.0, "NO2": 20.0, "PM10": 60.0, "CO": 1.0}
    rows = [(30, 200), (100, 200), (100, 120), (30, 120)]
    table = [[day | {"PM2.5": particles, "O3": ozone} for particles, ozone in rows]]
    values = [[[cell[s] for s in TYPICAL] for cell in row] for row in table]
    four = SERIES.isel(place=[0], day=slice(4)).copy(data=np.array(values))
    found = days.respond(four, of_particles([0.5] * 4), STANDARDS).sel(season="winter")
    assert found["good_days"].item() == 2
    assert found["ozone_limited_days"].item() == 2
    assert found["turned_good_days"].item() == 2
    assert found["conditional_days"].item() == 3
    assert days.count(four, STANDARDS).sel(season="winter")["good_days"].item() == 1


def test_the_given_days_and_the_observed_ozone_agree_on_the_base():
    observed = days.count(SERIES, STANDARDS)
    limited = observed["ozone_limited_days"]
    assert (limited.sum("season") > 0).all()
    found = days.count(SERIES, STANDARDS, limited=limited)
    np.testing.assert_allclose(found["good_days"], observed["good_days"])
    cut = of_particles([0.6] * 4)
    after = days.respond(SERIES, cut, STANDARDS)["good_days"]
    bounds = days.respond(SERIES, cut, STANDARDS, limited=limited)
    keeps = limited > 0
    assert (bounds["good_days_low"] <= after).where(keeps, True).all()
    assert (after <= bounds["good_days_high"]).where(keeps, True).all()
    apart = abs(days.total(bounds)["good_days"] - after.sum("season"))
    assert (apart < 0.1 * days.total(bounds)["turned_good_days"]).all()


def test_a_series_without_ozone_says_what_it_needs():
    without = SERIES.sel(species=[s for s in TYPICAL if s != "O3"])
    with pytest.raises(InputError, match="no days limited by O3 are given"):
        days.count(without, STANDARDS)
    found = days.count(without, STANDARDS, limited=NO_DAYS)
    assert found.equals(days.count(SERIES, STANDARDS, limited=NO_DAYS))


def test_more_limited_days_than_good_ones_are_refused():
    with pytest.raises(InputError, match=r"limited by O3 in summer of south do not fit"):
        days.count(SERIES, STANDARDS, limited=by_season([0.0, 0.0, 93.0, 0.0]))


@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf])
def test_factors_that_cannot_be_are_refused(bad):
    with pytest.raises(InputError, match=r"finite and not negative: PM2\.5"):
        days.respond(SERIES, of_particles([1.0, bad, 1.0, 1.0]), STANDARDS)


def test_a_missing_season_and_an_unknown_pollutant_are_refused():
    factor = of_particles([1.0] * 4)
    with pytest.raises(InputError, match="unknown season of the response factors"):
        days.respond(SERIES, factor.sel(season=["winter", "summer"]), STANDARDS)
    with pytest.raises(InputError, match="unknown pollutant of the response factors"):
        days.respond(SERIES, factor.assign_coords(species=["PM2.5", "NOx"]), STANDARDS)


def test_days_with_a_gap_are_not_counted():
    gap = SERIES.copy()
    gap[0, :30, 3] = np.nan
    found = days.total(days.count(gap, STANDARDS))
    assert found["counted_days"].values.tolist() == [336.0, 366.0]


def test_each_day_is_counted_by_the_standard_in_force_on_it():
    across = series(first="2025-12-01", count=182)
    across[:] = [20.0, 20.0, 60.0, 70.0, 1.0, 50.0]
    found = days.total(days.count(across, STANDARDS))
    assert found["good_days"].values.tolist() == [90.0, 90.0]
    forced = days.count(across, STANDARDS, standard="HJ 633-2012")
    assert days.total(forced)["good_days"].values.tolist() == [182.0, 182.0]


def test_scenarios_keep_their_order_and_other_pollutants_are_held():
    names = ["stated", "base", "expected"]
    factor = xr.concat([of_particles([f] * 4) for f in (0.5, 1.0, 0.8)], "scenario")
    found = days.respond(SERIES, factor.assign_coords(scenario=names), STANDARDS)
    assert found["scenario"].values.tolist() == names
    assert found.attrs["held"] == "SO2, NO2, CO"
    good = found["good_days"].sum(("season", "place")).values
    assert good[0] > good[2] > good[1]
