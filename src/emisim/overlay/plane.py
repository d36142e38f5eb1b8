"""From any coordinate system into the plane of a grid."""

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from emisim.errors import InputError
from emisim.grid import WGS84, Grid
from emisim.overlay.weights import Floats

SYSTEMS = 64


def project(grid: Grid, geometries: ArrayLike, crs: str = WGS84) -> NDArray[np.object_]:
    """Return ``geometries`` (n,) of the coordinate system ``crs`` in the grid's plane (m).

    Edges are first divided to at most a cell's length: a border that is straight in degrees is not
    straight in the plane. Nothing is changed if ``crs`` is the grid's own.
    """
    shapes = np.asarray(geometries, dtype=object)
    if same(crs, grid.crs):
        return shapes
    fine = shapely.segmentize(shapes, step(grid, crs))

    def forward(xy: Floats) -> Floats:
        return np.column_stack(to_plane(grid, xy[:, 0], xy[:, 1], crs))

    return np.asarray(shapely.transform(fine, forward), dtype=object)


def to_plane(grid: Grid, x: ArrayLike, y: ArrayLike, crs: str = WGS84) -> tuple[Floats, Floats]:
    """Return x and y (m) in the grid's plane of coordinates of the system ``crs``.

    What the projection cannot take is not finite.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if same(crs, grid.crs):
        return x, y
    if crs == WGS84:
        return grid.project(x, y)
    east, north = transformer(crs, grid.crs).transform(x, y)
    return np.asarray(east, dtype=float), np.asarray(north, dtype=float)


def in_cells(grid: Grid, xy: Floats) -> Floats:
    """Return coordinates (n, 2) of the plane (m) in cells from the lower left corner."""
    return (xy - [grid.x0, grid.y0]) / grid.cell_size


def step(grid: Grid, crs: str) -> float:
    """Return the length of a cell in units of ``crs`` (degrees at the equator, m, ...)."""
    one = system(crs)
    unit = one.axis_info[0] if one.axis_info else None
    factor = float(unit.unit_conversion_factor) if unit is not None else 1.0
    angular = one.is_geographic or (unit is not None and unit.unit_name.startswith("degree"))
    radius = float(system(grid.crs).ellipsoid.semi_major_metre) if angular else 1.0
    return grid.cell_size / radius / factor


@lru_cache(maxsize=SYSTEMS)
def system(crs: str) -> Any:
    """Return the coordinate system named ``crs``.

    Raises
    ------
    InputError
        If PROJ does not know it.
    """
    import pyproj

    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        message = f"unknown coordinate system ({error})"
        hint = "use an EPSG code or a PROJ string"
        raise InputError(message, column="crs", value=crs, hint=hint) from None


@lru_cache(maxsize=SYSTEMS)
def same(one: str, other: str) -> bool:
    """Return whether two names mean the same coordinate system."""
    return one == other or bool(system(one) == system(other))


@lru_cache(maxsize=SYSTEMS)
def transformer(one: str, other: str) -> Any:
    """Return the PROJ transformer from one system to the other, x (longitude) before y."""
    import pyproj

    return pyproj.Transformer.from_crs(system(one), system(other), always_xy=True)


def to_geographic(x: ArrayLike, y: ArrayLike, crs: str) -> tuple[Floats, Floats]:
    """Return WGS84 longitude and latitude (degrees) of coordinates of the system ``crs``."""
    lon, lat = (x, y) if same(crs, WGS84) else transformer(crs, WGS84).transform(x, y)
    return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
