from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from years import SET, P, rainy, year

from emisim.errors import InputError
from emisim.weather import direction, regimes

RECORD = year(hours=8760)


@pytest.fixture(scope="module")
def hours():
    return regimes.hourly(RECORD, P, climatology=rainy())


@pytest.fixture(scope="module")
def classes(hours):
    return regimes.classify(hours)


def test_frequency_is_the_stationary_vector_of_the_transitions(classes):
    for half in classes["half"].values:
        one = classes.sel(half=half)
        f, matrix = one["frequency"].to_numpy(), one["transition"].to_numpy()
        assert f.sum() == pytest.approx(1)
        assert matrix.sum(axis=1) == pytest.approx(np.ones(len(f)))
        assert f @ matrix == pytest.approx(f, abs=1e-15)


def test_every_hour_is_counted_once(classes):
    total = classes["hour_hours"].sum(("class", "hour")).to_numpy()
    assert total.tolist() == [24 * 151, 24 * 214]
    assert (classes["hour_hours"].sum("class").sum("half") == 365).all()
    assert classes["bin_hours"].sum() == 8760
    assert classes["bin_share"].sum() == pytest.approx(1)


def test_transitions_run_forward_stay_within_the_half_and_close():
    # wind from N, E, S in turn, a week each; counted by hand
    week = np.arange(8760) // 168 % 3
    record = year(wind_speed=2.0, wind_direction=90.0 * week)
    bare = replace(SET, by_stability=False, day_start=0, day_end=24)
    found = regimes.build(record, P, classes=bare, climatology=None)
    assert found["direction"].to_numpy().tolist() == ["N", "E", "S"]
    moves = found["transition_hours"].sel(half="non-heating").to_numpy()
    own = week[record["time"].dt.month.between(4, 10)]
    wanted = np.zeros((3, 3), int)
    for before, after in zip(own, [*own[1:], own[0]], strict=True):
        wanted[before, after] += 1
    assert (moves == wanted).all()
    assert moves[0, 1] > 5 > moves[1, 0]


def test_class_means_by_hand(hours, classes):
    k, half = 5, "heating"
    own = (hours["class_index"] == k) & (hours["half"] == half)
    one = classes.sel(half=half).isel({"class": k})
    for name in ("u", "v", "mixing_height", "temperature", "rain"):
        wanted = hours[name].to_numpy()[own.to_numpy()].mean(axis=0)
        assert one[name].to_numpy() == pytest.approx(wanted)
    mixing = np.log(hours["diffusivity"].to_numpy()[own.to_numpy()]).mean(axis=0)
    assert np.log(one["diffusivity"].to_numpy()) == pytest.approx(mixing)
    speed = hours["speed"].to_numpy()[own]
    assert float(one["speed"]) == pytest.approx(1 / np.mean(1 / speed))
    aloft = (speed[:, None] * hours["wind_ratio"].to_numpy()[own]).mean(axis=0)
    assert one["wind_ratio"].to_numpy() == pytest.approx(aloft / speed.mean())


def test_calm_hours_are_kept_and_drift(hours, classes):
    calm = (classes["speed_class"] == 0) & ~classes["wet"]
    share = classes["frequency"].where(calm, 0).sum("class")
    assert float(share.min()) > 0.02
    drift = np.hypot(classes["u"], classes["v"]).where(calm)
    assert 0.5 * 0.8 < float(drift.min()) < float(drift.max()) <= 0.5
    assert classes["speed"].where(calm).min() == pytest.approx(0.5)
    assert (hours["speed"] >= 0.5).all()


def test_calm_hours_turn_from_the_wind_before_to_the_wind_after():
    speed = np.array([2.0, 0.0, 0.0, 0.0, 2.0, 0.0])
    bearing = np.array([350.0, 180.0, 180.0, 180.0, 10.0, 180.0])
    record = pd.DataFrame({"wind_speed": speed, "wind_direction": bearing})
    found = direction.drifting(record, 0.5)
    assert (found[1] - 350) % 360 < (found[2] - 350) % 360 < (found[3] - 350) % 360
    assert found[[0, 4, 5]] == pytest.approx([350, 10, 10])
    assert (found[2] + 180) % 360 == pytest.approx(180)


def test_wind_blows_away_from_where_it_comes():
    found = regimes.hourly(year(hours=8760, wind_direction=270.0, wind_speed=4.0), P)
    assert found["u"].to_numpy() == pytest.approx(4)
    assert found["v"].to_numpy() == pytest.approx(0, abs=1e-12)


def test_day_mixes_deeper_than_night(classes):
    day = classes["regime"] == "day"
    dry = ~classes["wet"]
    for name in ("mixing_height", "diffusivity"):
        values = classes[name] if name == "mixing_height" else classes[name].sel(level=40)
        by_day, by_night = (
            (values * classes["frequency"]).where(x & dry, 0).sum()
            / classes["frequency"].where(x & dry, 0).sum()
            for x in (day, ~day)
        )
        assert by_day > 3 * by_night


def test_wet_spells_last_as_long_as_the_climatology_says(classes):
    wet = classes["wet"].to_numpy()
    for half in ("heating", "non-heating"):
        one = classes.sel(half=half)
        f, matrix = one["frequency"].to_numpy(), one["transition"].to_numpy()
        left = (f[wet] @ matrix[np.ix_(wet, ~wet)]).sum()
        assert f[wet].sum() / left == pytest.approx(6, abs=0.7)


@given(st.lists(st.floats(0.01, 5), min_size=24, max_size=24))
def test_emission_factors_average_to_one(classes, profile):
    e = regimes.factor(classes, np.array(profile))
    assert (e * classes["frequency"]).sum("class").to_numpy() == pytest.approx([1, 1])


def test_emission_factor_of_a_class_is_its_share_of_the_clock(classes):
    profile = np.zeros(24)
    profile[12] = 1
    e = regimes.factor(classes, profile)
    assert e.to_numpy() == pytest.approx(24 * classes["hour_frequency"].sel(hour=12).to_numpy())


def test_class_that_is_absent_in_a_half_stays_put_and_is_not_empty():
    east = np.where(RECORD["time"].dt.month.isin([4, 5]), 180.0, 0.0)
    found = regimes.build(RECORD.assign(wind_direction=east), P)
    absent = found.sel(half="heating")["frequency"].to_numpy() == 0
    assert absent.any()
    matrix = found.sel(half="heating")["transition"].to_numpy()
    assert np.diag(matrix)[absent] == pytest.approx(1)
    assert all(np.isfinite(found[n]).all() for n in found.data_vars)


def test_made_twice_it_is_the_same(classes):
    again = regimes.build(RECORD, P, climatology=rainy())
    xr.testing.assert_identical(again, classes)


def test_no_humidity_is_named():
    with pytest.raises(InputError, match="relative humidity is missing"):
        regimes.build(RECORD.assign(relative_humidity=np.nan), P)
