"""Exact weights of points, lines and polygons on a grid.

Every function takes geometries in WGS84 longitude and latitude and returns, for each place, its
share (number, length, area) in each cell and its share beyond the grid. The two add to 1, or
:class:`~emisim.errors.MassError` is raised; nothing is rescaled.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from emisim.errors import InputError, MassError
from emisim.grid import Grid

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Weights:
    """Sparse shares (place, cell, share) of ``len(outside)`` places, and their share outside."""

    place: Ints
    cell: Ints
    share: Floats
    outside: Floats

    def matrix(self, cells: int) -> sparse.csr_array:
        """Return the (place, cell) matrix of shares for a grid of ``cells`` cells."""
        shape = (len(self.outside), cells)
        return sparse.csr_array((self.share, (self.place, self.cell)), shape=shape)

    def checked(self) -> "Weights":
        """Return self if every place's shares and its outside share add to 1 within 1e-12."""
        total = _summed(self.place, self.share, len(self.outside)) + self.outside
        worst = int(np.argmax(np.abs(total - 1))) if len(total) else 0
        if len(total) and not abs(total[worst] - 1) <= TOLERANCE:
            message = f"shares of place {worst} add to {float(total[worst])!r}, not to 1"
            raise MassError(message)
        return self


def points(grid: Grid, lon: ArrayLike, lat: ArrayLike) -> Weights:
    """Return one entry per point (n,) on the grid; a point beyond it is outside entirely."""
    cell, valid = grid.cells(np.atleast_1d(lon), np.atleast_1d(lat))
    place = np.flatnonzero(valid)
    return Weights(place, cell[valid], np.ones(len(place)), (~valid).astype(float)).checked()


def lines(grid: Grid, geometries: ArrayLike) -> Weights:
    """Return shares by length of lines (n,) in WGS84 degrees.

    Segments are cut where they cross a grid line and each piece goes to the cell that holds its
    middle, so that a line along a cell's edge is counted once.
    """
    shapes = _checked(geometries, ("LineString", "MultiLineString"))
    start, end, place = _segments(shapes, grid)
    cuts = np.sort(np.stack([_crossing(start, end, axis, grid) for axis in (0, 1)]), axis=0)
    knots = np.vstack([np.zeros(len(start)), cuts, np.ones(len(start))])
    middle = (knots[1:] + knots[:-1])[..., None] / 2
    position = start + middle * (end - start)
    length = np.diff(knots, axis=0) * np.hypot(*(end - start).T)
    cell, valid = grid.cells_of_xy(position[..., 0], position[..., 1])
    place = np.broadcast_to(place, cell.shape)
    total = _summed(place.ravel(), length.ravel(), len(shapes))
    _has_measure(total, "length")
    share = length / total[place]
    outside = _summed(place[~valid], share[~valid], len(shapes))
    return _gathered(place[valid], cell[valid], share[valid], outside).checked()


def polygons(grid: Grid, geometries: ArrayLike) -> Weights:
    """Return shares by projected area of polygons (n,) in WGS84 degrees (holes, parts)."""
    shapes = _checked(geometries, ("Polygon", "MultiPolygon"))
    plane = project(grid, shapes)
    area = shapely.area(plane)
    _has_measure(area, "area")
    cell, place, pieces = _overlaps(grid, plane)
    share = pieces / area[place]
    inside = shapely.within(plane, shapely.box(*grid.bounds))
    beyond = shapely.difference(plane[~inside], shapely.box(*grid.bounds))
    outside = np.zeros(len(shapes))
    outside[~inside] = shapely.area(beyond) / area[~inside]
    keep = share > 0
    return _gathered(place[keep], cell[keep], share[keep], outside).checked()


def project(grid: Grid, geometries: ArrayLike) -> NDArray[np.object_]:
    """Return WGS84 ``geometries`` in the grid's plane (m).

    Edges are first divided to at most a cell's length: a border that is straight in degrees is not
    straight in the plane.
    """
    radius = _equatorial_radius(grid)
    fine = shapely.segmentize(
        np.asarray(geometries, dtype=object), np.rad2deg(grid.cell_size / radius)
    )

    def forward(xy: Floats) -> Floats:
        return np.column_stack(grid.project(xy[:, 0], xy[:, 1]))

    return np.asarray(shapely.transform(fine, forward), dtype=object)


def _overlaps(grid: Grid, plane: NDArray[np.object_]) -> tuple[Ints, Ints, Floats]:
    """Cell, place and common area (m2) of each pair that meets."""
    boxes, cells = _boxes(grid, shapely.total_bounds(plane))
    tree = shapely.STRtree(boxes)
    shapely.prepare(plane)
    place, box = tree.query(plane, predicate="intersects")
    whole = shapely.contains_properly(plane[place], boxes[box])
    area = np.full(len(place), grid.cell_size**2, dtype=np.float64)
    area[~whole] = shapely.area(shapely.intersection(plane[place[~whole]], boxes[box[~whole]]))
    return cells[box], place.astype(np.int64), area


def _boxes(grid: Grid, bounds: Floats) -> tuple[NDArray[np.object_], Ints]:
    """Squares and indices of the cells that ``bounds`` touches."""
    steps = (np.asarray(bounds) - [grid.x0, grid.y0] * 2) / grid.cell_size
    west, south = np.maximum(np.floor(steps[:2]), 0).astype(int)
    east, north = np.minimum(np.floor(steps[2:]) + 1, [grid.nx, grid.ny]).astype(int)
    column, row = np.meshgrid(np.arange(west, east), np.arange(south, north))
    x, y = grid.x0 + column * grid.cell_size, grid.y0 + row * grid.cell_size
    squares = shapely.box(x, y, x + grid.cell_size, y + grid.cell_size)
    return squares.ravel(), (row * grid.nx + column).ravel().astype(np.int64)


def _segments(shapes: NDArray[np.object_], grid: Grid) -> tuple[Floats, Floats, Ints]:
    """Start and end (n, 2) of projected segments not longer than half a cell, and their place."""
    parts, place_of_part = shapely.get_parts(project(grid, shapes), return_index=True)
    fine = shapely.segmentize(parts, grid.cell_size / 2)
    xy, part = shapely.get_coordinates(fine, return_index=True)
    joined = part[1:] == part[:-1]
    return xy[:-1][joined], xy[1:][joined], place_of_part[part[:-1][joined]]


def _crossing(start: Floats, end: Floats, axis: int, grid: Grid) -> Floats:
    """Where (0 to 1) each segment crosses a grid line of ``axis``; 0 if it does not."""
    origin = (grid.x0, grid.y0)[axis]
    first, last = ((p[:, axis] - origin) / grid.cell_size for p in (start, end))
    line = np.maximum(np.floor(first), np.floor(last))
    crosses = np.floor(first) != np.floor(last)
    where = (line - first) / np.where(crosses, last - first, 1)
    return np.where(crosses, np.clip(where, 0, 1), 0)


def _gathered(place: Ints, cell: Ints, share: Floats, outside: Floats) -> Weights:
    """Sum entries of the same place and cell; order by place, then cell."""
    pair = np.column_stack([place, cell])
    unique, index = np.unique(pair, axis=0, return_inverse=True)
    total = _summed(index.ravel(), share, len(unique))
    return Weights(unique[:, 0], unique[:, 1], total, outside)


def _checked(geometries: ArrayLike, kinds: tuple[str, ...]) -> NDArray[np.object_]:
    shapes = np.asarray(geometries, dtype=object).ravel()
    for number, shape in enumerate(shapes):
        if shape is None or shape.geom_type not in kinds or shape.is_empty:
            found = "nothing" if shape is None else f"{shape.geom_type}, empty={shape.is_empty}"
            message = f"geometry {number} cannot be laid on the grid"
            raise InputError(message, value=found, allowed=kinds)
        if not shape.is_valid:
            reason = shapely.is_valid_reason(shape)
            message = f"geometry {number} is not valid: {reason}"
            raise InputError(message, hint="repair it (e.g. shapely.make_valid) in the source file")
    return shapes


def _summed(place: Ints, value: Floats, places: int) -> Floats:
    return np.bincount(place, value, minlength=places).astype(np.float64)


def _has_measure(total: Floats, measure: str) -> None:
    for number in np.flatnonzero(~(total > 0)):
        message = f"geometry {number} has no {measure}"
        raise InputError(message, value=float(total[number]), hint="correct it or use a point")


def _equatorial_radius(grid: Grid) -> float:
    import pyproj

    return float(pyproj.CRS.from_user_input(grid.crs).ellipsoid.semi_major_metre)  # type: ignore[union-attr]
