"""GCJ-02 and BD-09: published positions, exact inverses, bad datum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emisim import coordinates
from emisim.errors import InputError

# Published test positions of the GCJ-02 transform: WGS84 lon, lat; GCJ-02 lon, lat.
KNOWN = [
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
]
longitude = st.floats(74, 135)
latitude = st.floats(3, 54)


@pytest.mark.parametrize(("lon", "lat", "gcj_lon", "gcj_lat"), KNOWN)
def test_published_positions(lon, lat, gcj_lon, gcj_lat):
    there = coordinates.wgs84_to_gcj02(lon, lat)
    np.testing.assert_allclose(there, (gcj_lon, gcj_lat), rtol=0, atol=1e-9)
    back = coordinates.gcj02_to_wgs84(gcj_lon, gcj_lat)
    np.testing.assert_allclose(back, (lon, lat), rtol=0, atol=1e-9)


def test_bd09_by_hand():
    lon, lat = 116.404, 39.915
    wave = np.pi * 3000 / 180
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * wave)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * wave)
    expected = radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
    np.testing.assert_allclose(coordinates.gcj02_to_bd09(lon, lat), expected, rtol=0, atol=1e-12)


def test_bd09_published_position():
    there = coordinates.gcj02_to_bd09(116.404, 39.915)
    np.testing.assert_allclose(there, (116.41036949371029, 39.92133699351021), rtol=0, atol=1e-9)
    one_step = 116.39762729119315, 39.90865673957631
    np.testing.assert_allclose(coordinates.bd09_to_gcj02(116.404, 39.915), one_step, atol=2e-6)


@given(longitude, latitude)
def test_inverses_are_exact(lon, lat):
    for there, back in (
        (coordinates.wgs84_to_gcj02, coordinates.gcj02_to_wgs84),
        (coordinates.gcj02_to_bd09, coordinates.bd09_to_gcj02),
        (coordinates.wgs84_to_bd09, coordinates.bd09_to_wgs84),
    ):
        np.testing.assert_allclose(back(*there(lon, lat)), (lon, lat), rtol=0, atol=1e-11)


@given(longitude, latitude)
def test_shift_is_below_a_kilometre(lon, lat):
    gcj_lon, gcj_lat = coordinates.wgs84_to_gcj02(lon, lat)
    degree = 111.2
    east = (gcj_lon - lon) * degree * np.cos(np.radians(lat))
    assert np.hypot(east, (gcj_lat - lat) * degree) < 1.0


def test_vectorised_equals_scalar():
    lon, lat = np.array([k[0] for k in KNOWN]), np.array([k[1] for k in KNOWN])
    many = np.array(coordinates.gcj02_to_wgs84(lon, lat))
    one = np.array([coordinates.gcj02_to_wgs84(*pair) for pair in zip(lon, lat, strict=True)]).T
    np.testing.assert_allclose(many, one, rtol=0, atol=1e-13)


def test_no_shift_outside_the_rectangle():
    assert coordinates.wgs84_to_gcj02(2.35, 48.85) == (2.35, 48.85)
    np.testing.assert_array_equal(coordinates.gcj02_to_wgs84([2.35], [48.85]), [[2.35], [48.85]])


def test_unknown_datum_lists_the_known():
    with pytest.raises(InputError, match="unknown coordinate datum") as error:
        coordinates.to_wgs84(113.5, 37.8, "GCJ02")
    assert "GCJ-02" in str(error.value)
    np.testing.assert_array_equal(coordinates.to_wgs84(113.5, 37.8, "WGS84"), (113.5, 37.8))
