"""Daily means, city means and states of the air, against plain loops and hand-made cases."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import observations
from emisim.errors import InputError
from emisim.observations.terms import GASES, POLLUTANTS, UNITS

ROOT = Path(__file__).parents[2]
RULES = observations.read_rules(ROOT / observations.rules.DEFAULT)
DATA = Path(os.environ.get("EMISIM_DAILY", "../shared/obs/air-quality-daily"))


def hourly(values, first="2019-01-01"):
    hours = pd.date_range(first, periods=np.shape(values)[1], freq="h")
    return array(values, "hour", hours)


def array(values, time, stamps, **attrs):
    coords = {"place": [f"s{i}" for i in range(len(values))], time: stamps}
    coords |= {"species": list(POLLUTANTS), "unit": ("species", list(UNITS.values()))}
    return xr.DataArray(
        np.asarray(values, dtype=float), coords, ("place", time, "species"), "concentration", attrs
    )


def plain_ozone(day):
    """The daily maximum 8 h mean in a loop over the hours that it ends at."""
    means = []
    for end in range(8, 25):
        window = [v for v in day[end - 8 : end] if np.isfinite(v)]
        if len(window) >= 6:
            means.append(sum(window) / len(window))
    if means and (len(means) >= 14 or max(means) > 160):
        return max(means)
    return np.nan


@given(st.integers(0, 10_000), st.floats(0, 0.6), st.floats(50, 400))
@settings(max_examples=25)
def test_daily_values_are_those_of_a_plain_loop(seed, missing, top):
    random = np.random.default_rng(seed)
    values = random.uniform(1, top, (2, 48, 6))
    values[random.uniform(size=values.shape) < missing] = np.nan
    found = observations.daily_of(hourly(values), RULES)
    assert found.dims == ("place", "day", "species")
    for i in range(2):
        for d in range(2):
            for s, name in enumerate(POLLUTANTS):
                day = values[i, 24 * d : 24 * d + 24, s]
                there = day[np.isfinite(day)]
                mean = there.mean() if there.size >= 20 else np.nan
                expected = plain_ozone(day) if name == "O3" else mean
                np.testing.assert_allclose(found.values[i, d, s], expected, rtol=1e-12)


@pytest.mark.parametrize(("hours", "valid"), [(20, True), (19, False)])
def test_twenty_hours_make_a_day(hours, valid):
    values = np.full((1, 24, 6), 50.0)
    values[:, hours:] = np.nan
    found = observations.daily_of(hourly(values), RULES)
    assert bool(found.sel(species="PM2.5").notnull().all()) is valid


@pytest.mark.parametrize(("level", "valid"), [(150.0, False), (170.0, True)])
def test_a_maximum_above_the_limit_stands_with_few_hours(level, valid):
    values = np.full((1, 24, 6), np.nan)
    values[:, :12] = level
    found = observations.daily_of(hourly(values), RULES).sel(species="O3")
    assert bool(found.notnull().all()) is valid


def test_a_day_that_begins_late_is_not_filled_from_the_next():
    found = observations.daily_of(hourly(np.full((1, 30, 6), 50.0), "2019-01-01T10"), RULES)
    assert found["day"].size == 2
    assert found.sel(species="SO2").isnull().all()


def test_daily_values_are_not_made_from_daily_ones():
    with pytest.raises(InputError, match="made from hourly"):
        observations.daily_of(array(np.ones((1, 3, 6)), "day", pd.date_range("2019", periods=3)))


def stations(roles, cities=None):
    cities = cities or ["示例"] * len(roles)
    names = [f"s{i}" for i in range(len(roles))]
    return pd.DataFrame({"station": names, "city": cities, "assessed": roles})


def test_clean_stations_are_left_out_of_the_mean():
    values = np.arange(5.0)[:, None, None] * np.ones((5, 3, 6))
    daily = array(values, "day", pd.date_range("2019", periods=3))
    listed = stations([True, True, True, True, False])
    found = observations.city_mean(daily, listed, RULES)
    assert found["place"].values.tolist() == ["示例"]
    np.testing.assert_allclose(found.values, 1.5)
    assert found.attrs["excluded"] == "s4"


@pytest.mark.parametrize(
    ("count", "there", "valid"), [(5, 4, True), (5, 3, False), (3, 2, True), (3, 1, False)]
)
def test_enough_stations_must_be_valid(count, there, valid):
    values = np.full((count, 1, 6), 40.0)
    values[there:] = np.nan
    daily = array(values, "day", pd.date_range("2019", periods=1))
    found = observations.city_mean(daily, stations([True] * count), RULES)
    assert bool(found.notnull().all()) is valid


def test_stations_of_two_cities(tmp_path):
    daily = array([[[10.0] * 6], [[20.0] * 6], [[40.0] * 6]], "day", ["2019-01-01"])
    text = "station,city,role\ns0,甲,评价点\ns1,乙,评价点\ns2,乙,清洁对照点\n"
    (tmp_path / "s.csv").write_text(text, encoding="utf-8")
    listed = observations.read_stations(tmp_path / "s.csv")
    found = observations.city_mean(daily, listed, RULES)
    assert found["place"].values.tolist() == ["甲", "乙"]
    assert found.sel(species="CO").values.ravel().tolist() == [10, 20]
    with pytest.raises(InputError, match="no observations of the assessed station 's0'"):
        observations.city_mean(daily.isel(place=[1, 2]), listed, RULES)
    with pytest.raises(InputError, match="no assessed station"):
        observations.city_mean(daily, stations([True, False], ["甲", "乙"]), RULES)


CROSSING = array(np.full((1, 4, 6), 100.0), "day", pd.date_range("2018-08-30", periods=4))


@given(st.floats(240, 320), st.floats(600, 1050))
@settings(max_examples=5)
def test_there_and_back_is_nothing(temperature, pressure):
    here = CROSSING.assign_attrs(conditions="published")
    for state in observations.conditions.STATES:
        there = observations.convert(here, state, temperature, pressure, RULES)
        back = observations.convert(there, "published", temperature, pressure, RULES)
        np.testing.assert_allclose(back.values, here.values, rtol=1e-12)
        assert there.attrs["conditions"] == state


def test_the_amendment_moves_gases_only_once_and_by_the_temperatures():
    here = CROSSING.assign_attrs(conditions="published")
    found = observations.convert(here, "standard", 288.15, 900.0, RULES)
    gas = found.sel(species="SO2").values.ravel()
    np.testing.assert_allclose(gas, [100, 100, 100 * 298.15 / 273.15, 100 * 298.15 / 273.15])
    dust = found.sel(species="PM2.5").values.ravel()
    ratio = 1013.25 / 900 * 288.15 / 273.15
    np.testing.assert_allclose(dust, [100, 100, 100 * ratio, 100 * ratio])


def test_gases_need_no_weather_and_particles_do():
    here = CROSSING.assign_attrs(conditions="standard")
    gases = observations.convert(here.sel(species=list(GASES)), "reference", rules=RULES)
    np.testing.assert_allclose(gases.values, 100 * 273.15 / 298.15)
    with pytest.raises(InputError, match=r"PM10, PM2.5 from standard to reference needs"):
        observations.convert(here, "reference", rules=RULES)
    late = CROSSING.isel(day=[2, 3]).assign_attrs(conditions="published")
    same = observations.convert(late, "reference", rules=RULES)
    np.testing.assert_array_equal(same.values, late.values)


@pytest.mark.parametrize(
    ("temperature", "pressure", "message"),
    [(15.0, 900.0, "temperature of the air is not in K"), (288.0, 90.0, "not in hPa")],
)
def test_other_units_of_the_air_are_told(temperature, pressure, message):
    here = CROSSING.assign_attrs(conditions="standard")
    with pytest.raises(InputError, match=message):
        observations.convert(here, "actual", temperature, pressure, RULES)
    with pytest.raises(InputError, match="unknown state of the air"):
        observations.convert(here, "normal", 288.0, 900.0, RULES)


def test_the_state_is_that_of_the_date(tmp_path):
    for first, state in (("2017", "standard"), ("2018-08-30", "published"), ("2019", "reference")):
        days = pd.date_range(first, periods=4)
        pd.DataFrame({"date": days, "PM10": [50, 60, 70, 80]}).to_csv(tmp_path / "a.csv")
        found = observations.read(tmp_path / "a.csv", rules=RULES).concentration
        assert found.attrs["conditions"] == state


def test_a_rule_must_be_there_in_its_unit():
    assert RULES.value("valid_days_year", "day") == 324
    with pytest.raises(InputError, match="must be in d"):
        RULES.value("zero_run", "d", averaging="hourly")
    with pytest.raises(InputError, match="no row gives rule 'zero'"):
        RULES.value("zero", "d")


def test_the_weather_of_each_day_counts():
    warmth = xr.DataArray([270.0, 280.0, 290.0, 300.0], {"day": CROSSING["day"]}, ("day",))
    here = CROSSING.assign_attrs(conditions="standard")
    found = observations.convert(here, "actual", warmth, 1013.25, RULES)
    assert found.dims == here.dims
    np.testing.assert_allclose(found.values[0, :, 3], 100 * 273.15 / warmth.values)
    with pytest.raises(InputError, match="needs temperature"):
        observations.convert(here, "actual", warmth.where(warmth > 275), 1013.25, RULES)


def test_assumed_rules_have_a_basis_and_a_range():
    rows = RULES.frame[RULES.frame["status"] == "assumed"]
    assert len(rows) > 20
    assert (rows["note"] != "").all()
    assert (rows["low"] < rows["high"]).all()


@pytest.mark.skipif(not DATA.is_dir(), reason="daily observations are not here")
def test_real_days_of_five_cities():
    concentration, report = observations.read(DATA, rules=RULES)
    assert concentration.sizes["place"] == 5
    jincheng = concentration.sel(place="晋城").groupby("day.year").mean()
    for year, fine, coarse in ((2015, 56.8, 111.4), (2016, 62.3, 112.5)):
        assert float(jincheng.sel(year=year, species="PM2.5")) == pytest.approx(fine, abs=0.06)
        assert float(jincheng.sel(year=year, species="PM10")) == pytest.approx(coarse, abs=0.06)
    counts = report.set_index("rule")["count"]
    assert counts["O3 averaging not stated"] == 4585
    assert counts["PM2.5 above PM10"] == 87
    assert "made missing" not in set(report["action"])
