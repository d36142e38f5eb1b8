import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from years import P, year

from emisim.errors import InputError
from emisim.weather import stability
from emisim.weather import surface_layer as sl

GROUND = sl.surface("town", pd.Series([1, 7]), P)
KARMAN, GRAVITY = 0.4, 9.80665


def one(x):
    return np.array([float(x)])


def test_unknown_ground_is_named():
    with pytest.raises(InputError, match=r"unknown surface(.|\n)*town, rural, urban"):
        sl.surface("towwn", pd.Series([1]), P)


def test_bowen_ratio_follows_the_half_of_the_year():
    assert GROUND.bowen_ratio.tolist() == [1.8, 1.0]


def test_neutral_wind_is_logarithmic():
    found = sl.wind_function(np.array([10.0, 100.0]), one(0), 0.3, P)
    assert found[0] == pytest.approx(np.log(np.array([10.0, 100.0]) / 0.3))


def test_stability_bends_the_profile_the_right_way():
    z = np.array([10.0, 100.0])
    neutral, unstable, stable = (sl.wind_function(z, one(x), 0.3, P)[0] for x in (0, -0.05, 0.05))
    assert (unstable < neutral).all()
    assert (stable > neutral).all()


@given(st.floats(0.5, 15), st.floats(0.005, 0.3), st.floats(255, 310))
def test_unstable_friction_solves_its_own_equations(speed, flux, temperature):
    friction = sl.unstable_friction(one(speed), one(flux), one(temperature), GROUND, P)
    inverse = sl.inverse_length(friction, one(flux), one(temperature), GROUND, P)
    again = KARMAN * speed / sl.wind_function(np.array([10.0]), inverse, 0.3, P)[0, 0]
    assert again == pytest.approx(friction[0], rel=1e-4)
    assert friction[0] >= KARMAN * speed / np.log(10 / 0.3)


@given(st.floats(1, 15), st.floats(0, 1), st.floats(255, 310))
def test_stable_friction_is_below_neutral_and_grows_with_wind(speed, cloud, temperature):
    drag = KARMAN / np.log(10 / 0.3)
    found = [
        sl.stable_friction(one(u), one(temperature), one(cloud), GROUND, P)[0]
        for u in (speed, speed * 1.1)
    ]
    assert 0 < found[0] < found[1]
    assert found[0] < drag * speed * 1.0001


def test_stable_friction_meets_the_quadratic_of_strong_wind():
    # u* = (C u / 2) [1 + sqrt(1 - (u0/u)^2)] with u0 the critical speed (Venkatram 1980)
    drag = KARMAN / np.log(10 / 0.3)
    critical = 2 * np.sqrt(5 * 10 * GRAVITY * 0.09 / 280 / drag)
    found = sl.stable_friction(one(8), one(280), one(0), GROUND, P)[0]
    assert found == pytest.approx(drag * 4 * (1 + np.sqrt(1 - (critical / 8) ** 2)), rel=0.01)


def test_stable_friction_has_a_floor_when_wind_dies():
    # u -> 0: u* -> C u0 / 4, what slow meanders still stir
    drag = KARMAN / np.log(10 / 0.3)
    critical = 2 * np.sqrt(5 * 10 * GRAVITY * 0.09 / 280 / drag)
    found = sl.stable_friction(one(1e-3), one(280), one(0), GROUND, P)[0]
    assert found == pytest.approx(drag * critical / 4, rel=2e-3)


def test_obukhov_length_is_negative_under_an_upward_flux():
    for flux, sign in ((0.1, -1), (-0.02, 1)):
        found = sl.inverse_length(one(0.5), one(flux), one(290), GROUND, P)
        assert np.sign(found[0]) == sign
        assert found[0] == pytest.approx(-GRAVITY * KARMAN * flux / (290 * 0.125), rel=1e-3)


def test_least_length_of_the_ground_holds():
    stable = sl.inverse_length(one(0.03), one(-0.05), one(270), GROUND, P)
    unstable = sl.inverse_length(one(0.03), one(0.2), one(300), GROUND, P)
    assert 1 / stable[0] == pytest.approx(15)
    assert 1 / unstable[0] == pytest.approx(-5)


def test_net_radiation_by_hand():
    # sun in the zenith, albedo 0.2 (+ nothing at high sun), 800 W/m2, 300 K, clear
    sky = stability.Sky(one(1), one(800), one(0))
    albedo = 0.2 + 0.8 * np.exp(-9 - 0.5 * 0.64)
    longwave = 5.31e-13 * 300.0**6 - 5.670374419e-8 * 300.0**4
    found = sl.net_radiation(sky, one(300), 0.2, P)
    assert found[0] == pytest.approx(((1 - albedo) * 800 + longwave) / 1.12)


def test_day_heats_and_night_cools():
    record = year()
    sky = stability.sky(record, P)
    layer = sl.surface_layer(record, sky, sl.surface("town", record["time"].dt.month, P), P)
    noon = (record["time"].dt.hour == 12).to_numpy()
    midnight = (record["time"].dt.hour == 0).to_numpy()
    assert (layer.heat_flux[midnight] < 0).all()
    assert (layer.inverse_length[midnight] > 0).all()
    assert np.mean(layer.heat_flux[noon] > 0) > 0.95
    assert (np.sign(layer.heat_flux) == -np.sign(layer.inverse_length)).all()


def test_measured_fluxes_are_used():
    record = year(friction_velocity=0.4, heat_flux=100.0, hours=48)
    ground = sl.surface("town", record["time"].dt.month, P)
    layer = sl.surface_layer(record, stability.sky(record, P), ground, P)
    assert layer.friction_velocity == pytest.approx(0.4)
    assert layer.heat_flux == pytest.approx(100 / (1.15 * 1005))
