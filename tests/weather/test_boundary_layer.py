import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from years import P, year

from emisim.weather import boundary_layer as bl
from emisim.weather.surface_layer import SurfaceLayer

Z = bl.heights(P)


def layer(friction=0.3, inverse=0.0, flux=0.0, n=1):
    return SurfaceLayer(*(np.full(n, float(x)) for x in (friction, inverse, flux)), 0.3)


def test_heights_rise_from_the_ground():
    assert Z[0] == 0
    assert (np.diff(Z) > 0).all()
    assert len(Z) == 19


def test_mechanical_height_settles_where_venkatram_puts_it():
    friction = np.full(200, 0.3)
    friction[0] = 0.6
    found = bl.mechanical_height(friction, P)
    assert found[-1] == pytest.approx(2300 * 0.3**1.5)
    assert (np.diff(found[1:]) <= 0).all()
    # after one hour exp(-3600 s x 2 u* / h) of the difference is left
    before = 2300 * 0.6**1.5
    kept = np.exp(-3600 * 2 * 0.3 / before)
    assert found[1] == pytest.approx(kept * before + (1 - kept) * found[-1])


def test_convective_height_by_hand_and_from_new_each_day():
    time = pd.Series(pd.date_range("2005-07-01 00:30", periods=48, freq="h"))
    flux = np.where((time.dt.hour >= 8) & (time.dt.hour < 18), 0.1, -0.02)
    found = bl.convective_height(time, flux, P)
    # 4.5 h of 0.1 K m/s by 12:30: h = sqrt(2 x 1.4 x 1620 / 0.006)
    assert found[12] == pytest.approx(np.sqrt(2.8 * 0.1 * 4.5 * 3600 / 0.006))
    assert found[36] == pytest.approx(found[12])
    assert found[2] == 0


def test_mixing_height_is_the_record_s_where_it_has_one():
    record = year(hours=48)
    record["mixing_height"] = np.nan
    record.loc[5, "mixing_height"] = 777.0
    record.loc[6, "mixing_height"] = 3.0
    found = bl.mixing_height(record, layer(n=48), P)
    assert found[5] == 777
    assert found[6] == 100
    assert found[7] == pytest.approx(2300 * 0.3**1.5)


def test_neutral_diffusivity_is_the_textbook_one():
    mixed = np.array([1000.0])
    found = bl.diffusivity(Z, layer(), mixed, P)[0]
    inside = (Z > 0) & (Z < 1000)
    assert found[inside] == pytest.approx(
        np.maximum(0.4 * 0.3 * Z[inside] * (1 - Z[inside] / 1000) ** 2, 0.2)
    )
    assert found[Z >= 1000] == pytest.approx(0.5)


def test_unstable_diffusivity_by_hand():
    # z = 400 in h = 1200: phi_h at 0.1 h = 120
    found = bl.diffusivity(np.array([400.0]), layer(inverse=-1 / 50), np.array([1200.0]), P)
    wanted = 0.4 * 0.3 * 400 * (1 - 1 / 3) ** 2 * np.sqrt(1 + 16 * 120 / 50)
    assert found[0, 0] == pytest.approx(wanted)


@given(st.floats(0.05, 1), st.floats(1e-4, 0.2), st.floats(100, 3000))
def test_stability_orders_diffusivity_and_floors_hold(friction, inverse, mixed):
    stable, neutral, unstable = (
        bl.diffusivity(Z, layer(friction, x), np.array([mixed]), P)[0]
        for x in (inverse, 0, -inverse)
    )
    assert (stable <= neutral).all()
    assert (neutral <= unstable).all()
    assert (stable >= 0.2).all()
    assert stable[mixed <= Z] == pytest.approx(0.5)


@given(st.floats(-0.2, 0.06), st.floats(100, 3000))
def test_wind_ratio_is_one_at_the_vane_and_never_falls(inverse, mixed):
    found = bl.wind_ratio(Z, layer(inverse=inverse), np.array([mixed]), P)[0]
    assert found[0] == 0
    assert found[1] == pytest.approx(1)
    assert (np.diff(found) >= -1e-12).all()
    assert np.ptp(found[max(mixed, 200) <= Z]) < 1e-12


def test_lapse_is_stable_only():
    found = [bl.lapse(layer(0.2, x, f), P)[0] for x, f in ((-0.05, 0.1), (0.02, -0.01))]
    assert found[0] == 0
    # theta* = 0.05 K: 0.05 (1 + 5 x 100 x 0.02) / (0.4 x 100)
    assert found[1] == pytest.approx(0.05 * 11 / 40)
    assert bl.lapse(layer(0.1, 0.06, -0.009), P)[0] == pytest.approx(0.035)
