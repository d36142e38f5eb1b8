import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emisim import tables
from emisim.errors import InputError
from emisim.weather import stability

P = tables.read_parameters("inputs/factors/meteorology.csv")


def altitude(time, latitude, longitude):
    series = pd.Series([pd.Timestamp(time)])
    return float(np.rad2deg(stability.solar_altitude(series, latitude, longitude, 0.0, P))[0])


def test_sun_stands_where_geometry_puts_it():
    # culmination height 90 - latitude + declination; the equation of time is below 17 minutes
    assert altitude("2018-06-21 12:02", 37.07, 0.0) == pytest.approx(90 - 37.07 + 23.44, abs=0.05)
    assert altitude("2018-12-22 11:58", 37.07, 0.0) == pytest.approx(90 - 37.07 - 23.44, abs=0.05)
    assert altitude("2018-03-20 12:07", 0.0, 0.0) == pytest.approx(90, abs=0.5)
    assert altitude("2018-03-20 00:07", 0.0, 0.0) == pytest.approx(-90, abs=0.5)


def test_time_zone_and_longitude_cancel():
    local = pd.Series([pd.Timestamp("2018-05-01 13:00")])
    here = stability.solar_altitude(local, 37.0, 120.0, 8.0, P)
    assert np.rad2deg(here)[0] == pytest.approx(altitude("2018-05-01 13:00", 37.0, 0.0), abs=0.1)


@given(st.floats(0.01, 0.99))
def test_cloud_and_transmission_invert_each_other(cloud):
    ratio = stability.cloud_transmission(cloud, P)
    assert stability.cloud_from_transmission(ratio, P) == pytest.approx(cloud)


@pytest.mark.parametrize(
    ("index", "speed", "letter"),
    [(4, 0.5, "A"), (4, 6.5, "C"), (3, 2.0, "B"), (1, 0.0, "C"), (0, 3.0, "D"), (-1, 2.0, "E"),
     (-2, 1.0, "F"), (-2, 3.0, "F"), (-2, 5.0, "E"), (-2, 8.0, "D")],
)  # fmt: skip
def test_turner_table_cells(index, speed, letter):
    found = stability.turner_class(np.array([index]), np.array([speed]), P)
    assert stability.CLASSES[found[0]] == letter


def test_turner_table_is_monotone_in_radiation():
    _, table = stability.turner_table(P)
    assert (np.diff(table, axis=1) >= 0).all()
    assert table.min() == 0
    assert table.max() == 5


def test_net_radiation_index_by_day_and_night():
    sine = np.array([0.9, 0.9, 0.3, 0.3, -0.5, -0.5, -0.5])
    light = np.array([800.0, 300.0, 100.0, 100.0, 0.0, 0.0, 0.0])
    cloud = np.array([0.0, 0.5, 0.5, 1.0, 0.1, 0.6, 1.0])
    found = stability.net_radiation_index(light, sine, cloud, P)
    assert found.tolist() == [4, 2, 1, 0, -2, -1, 0]


def test_random_cloud_is_recognised():
    rng = np.random.default_rng(1)
    noise = pd.Series(rng.integers(0, 10, 8760) / 10)
    assert not stability.cloud_is_usable(noise, P)
    assert stability.cloud_is_usable(noise.rolling(12, min_periods=1).mean(), P)
    assert not stability.cloud_is_usable(pd.Series(np.full(8760, 0.5)), P)


def test_night_cloud_follows_the_days_around_it():
    time = pd.Series(pd.date_range("2018-01-01 00:30", periods=24 * 10, freq="h"))
    sine = np.sin(stability.solar_altitude(time, 37.0, 120.0, 8.0, P))
    clear = stability.clear_sky_irradiance(sine, P)
    dull = (time.dt.day > 5).to_numpy()
    light = pd.Series(np.where(dull, 0.3, 1.0) * clear)
    cloud = stability.daylight_cloud(light, clear, sine, P)
    assert cloud[:48].max() < 0.01
    assert cloud[-48:].min() > 0.9


def test_no_sky_at_all_is_an_error():
    time = pd.Series(pd.date_range("2018-01-01 00:30", periods=48, freq="h"))
    frame = pd.DataFrame({"time": time, "wind_speed": 2.0, "irradiance": np.nan, "cloud": np.nan})
    frame.attrs = {"latitude": 37.0, "longitude": 113.0, "utc_offset": 8.0, "source": "x.csv"}
    with pytest.raises(InputError, match="irradiance has gaps and cloud cannot replace it"):
        stability.pasquill(frame, P)
