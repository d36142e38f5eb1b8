"""Map coordinates of Chinese services: GCJ-02 and BD-09 to and from WGS84.

Chinese map services publish positions in GCJ-02 (WGS84 plus a smooth shift of 100 to 700 m) or in
BD-09 (GCJ-02 plus a further offset). Both are deterministic, so both can be undone: the inverses
here iterate the forward transform instead of using the customary one-step approximation.

The constants are parameters of the transforms as they have circulated publicly since 2010, not
measurements. GCJ-02 displaces by a polynomial with trigonometric terms, in degrees from
(105 E, 35 N), on the Krasovsky 1940 ellipsoid (a = 6378245 m, e2 = 0.00669342162296594323).
BD-09 turns and stretches by about 1e-5 and adds a fixed offset of (0.0065, 0.006) degrees.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emisim.errors import InputError

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]

KRASOVSKY_SEMI_MAJOR_AXIS = 6378245.0
KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
GCJ_ORIGIN = (105.0, 35.0)
GCJ_WEST, GCJ_EAST, GCJ_SOUTH, GCJ_NORTH = 72.004, 137.8347, 0.8293, 55.8271
GCJ_LATITUDE_POLYNOMIAL = (-100.0, 2.0, 3.0, 0.0, 0.2, 0.1, 0.2)
GCJ_LONGITUDE_POLYNOMIAL = (300.0, 1.0, 2.0, 0.1, 0.0, 0.1, 0.1)
GCJ_COMMON_WAVES = ((20.0, 6.0), (20.0, 2.0))
GCJ_LATITUDE_WAVES = ((20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
GCJ_LONGITUDE_WAVES = ((20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
GCJ_WAVE_SCALE = 2 / 3
BD_OFFSET = (0.0065, 0.006)
BD_STRETCH, BD_TURN = 0.00002, 0.000003
BD_WAVENUMBER = 3000.0
TOLERANCE_DEGREES = 1e-12
MOST_ITERATIONS = 60


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return GCJ-02 longitude and latitude of WGS84 ones (degrees, any equal shapes).

    Outside the rectangle of the transform (72.004-137.8347 E, 0.8293-55.8271 N) nothing is shifted.
    """
    lon, lat = _pair(lon, lat)
    shift_lon, shift_lat = _gcj_shift(lon, lat)
    inside = (lon >= GCJ_WEST) & (lon <= GCJ_EAST) & (lat >= GCJ_SOUTH) & (lat <= GCJ_NORTH)
    return lon + np.where(inside, shift_lon, 0), lat + np.where(inside, shift_lat, 0)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return WGS84 of GCJ-02 (degrees), exact to about 1e-12 degrees by iteration."""
    return _inverse(wgs84_to_gcj02, *_pair(lon, lat))


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return BD-09 of GCJ-02 (degrees).

    In polar form ``r' = r + 2e-5 sin(k lat)``, ``phi' = phi + 3e-6 cos(k lon)`` with
    ``k = 3000 pi / 180``, then the fixed offset.
    """
    lon, lat = _pair(lon, lat)
    wave = np.deg2rad(BD_WAVENUMBER)
    radius = np.hypot(lon, lat) + BD_STRETCH * np.sin(lat * wave)
    angle = np.arctan2(lat, lon) + BD_TURN * np.cos(lon * wave)
    return radius * np.cos(angle) + BD_OFFSET[0], radius * np.sin(angle) + BD_OFFSET[1]


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return GCJ-02 of BD-09 (degrees), exact to about 1e-12 degrees by iteration."""
    return _inverse(gcj02_to_bd09, *_pair(lon, lat))


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return BD-09 of WGS84 (degrees)."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return WGS84 of BD-09 (degrees), exact to about 1e-12 degrees by iteration."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


TO_WGS84: dict[str, Callable[[ArrayLike, ArrayLike], Pair]] = {
    "WGS84": lambda lon, lat: _pair(lon, lat),
    "GCJ-02": gcj02_to_wgs84,
    "BD-09": bd09_to_wgs84,
}


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str) -> Pair:
    """Return WGS84 of positions in ``datum``, one of WGS84, GCJ-02, BD-09.

    Raises
    ------
    InputError
        If ``datum`` is another word.
    """
    if datum not in TO_WGS84:
        message = "unknown coordinate datum"
        raise InputError(message, column="datum", value=datum, allowed=TO_WGS84)
    return TO_WGS84[datum](lon, lat)


def _pair(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)


def _gcj_shift(lon: Floats, lat: Floats) -> Pair:
    """Shift in degrees: the displacement in metres over the radii of curvature N cos(lat) and M."""
    x, y = lon - GCJ_ORIGIN[0], lat - GCJ_ORIGIN[1]
    common = _polynomial(x, y, GCJ_LONGITUDE_POLYNOMIAL) + _waves(x, GCJ_COMMON_WAVES)
    east = common + _waves(x, GCJ_LONGITUDE_WAVES)
    common = _polynomial(x, y, GCJ_LATITUDE_POLYNOMIAL) + _waves(x, GCJ_COMMON_WAVES)
    north = common + _waves(y, GCJ_LATITUDE_WAVES)
    latitude, e2 = np.deg2rad(lat), KRASOVSKY_ECCENTRICITY_SQUARED
    w2 = 1 - e2 * np.sin(latitude) ** 2
    prime_vertical = KRASOVSKY_SEMI_MAJOR_AXIS / np.sqrt(w2)
    meridian = prime_vertical * (1 - e2) / w2
    return np.rad2deg(east / (prime_vertical * np.cos(latitude))), np.rad2deg(north / meridian)


def _polynomial(x: Floats, y: Floats, coefficients: tuple[float, ...]) -> Floats:
    c0, cx, cy, cxx, cyy, cxy, croot = coefficients
    return c0 + cx * x + cy * y + cxx * x**2 + cyy * y**2 + cxy * x * y + croot * np.sqrt(np.abs(x))


def _waves(x: Floats, waves: tuple[tuple[float, float], ...]) -> Floats:
    total = np.zeros_like(x)
    for amplitude, frequency in waves:
        total = total + amplitude * np.sin(frequency * np.pi * x)
    return GCJ_WAVE_SCALE * total


def _inverse(forward: Callable[[ArrayLike, ArrayLike], Pair], lon: Floats, lat: Floats) -> Pair:
    """Solve ``forward(p) = (lon, lat)`` by ``p <- p + (target - forward(p))``.

    The shift varies by less than 1e-2 of the displacement of its argument, so each pass gains
    about two digits.
    """
    guess_lon, guess_lat = lon.copy(), lat.copy()
    for _ in range(MOST_ITERATIONS):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        error_lon, error_lat = lon - there_lon, lat - there_lat
        guess_lon, guess_lat = guess_lon + error_lon, guess_lat + error_lat
        if not np.any(np.maximum(np.abs(error_lon), np.abs(error_lat)) > TOLERANCE_DEGREES):
            break
    return guess_lon, guess_lat
