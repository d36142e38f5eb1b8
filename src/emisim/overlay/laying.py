"""Points, lines and polygons onto a grid: what share of each lies in which cell."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike

from emisim.errors import InputError
from emisim.grid import WGS84, Grid
from emisim.overlay import plane
from emisim.overlay.shapes import LINES, POINTS, POLYGONS, Names, Shapes, checked, listed
from emisim.overlay.weights import TOLERANCE, Floats, Ints, Weights, gathered, shares, summed

VERTICES, ENTRIES = 2**18, 2**20
"""Most vertices and entries that one batch works on."""
Pieces = tuple[Ints, Ints, Floats]
EMPTY: Pieces = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def points(
    grid: Grid, lon: ArrayLike, lat: ArrayLike, *, crs: str = WGS84, names: Names = None
) -> Weights:
    """Return one entry per point (n,) on the grid; a point beyond it is outside entirely.

    A cell owns its western and southern edge, so a point on a common border is in one cell and a
    point on the grid's own eastern or northern border is outside (see :meth:`Weights.beyond`).

    Raises
    ------
    InputError
        Names the points whose coordinates are missing or, in WGS84, are no longitude and latitude.
    """
    x, y = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
    _are_places(x, y, crs, names)
    cell, valid = grid.cells_of_xy(*plane.to_plane(grid, x, y, crs))
    place = np.flatnonzero(valid)
    return Weights(place, cell[valid], np.ones(len(place)), (~valid).astype(float)).checked()


def point_sets(
    grid: Grid, geometries: ArrayLike, *, crs: str = WGS84, names: Names = None
) -> Weights:
    """Return shares by number of Point and MultiPoint geometries (n,)."""
    shapes = checked(geometries, POINTS, names)
    xy, place = shapely.get_coordinates(shapes, return_index=True)
    labels = place.tolist() if names is None else [names[p] for p in place.tolist()]
    each = points(grid, xy[:, 0], xy[:, 1], crs=crs, names=labels)
    number = summed(place, np.ones(len(place)), len(shapes))
    beyond = summed(place, each.outside, len(shapes))
    return shares(*gathered(place[each.place], each.cell, each.share), beyond, number, number)


def lines(grid: Grid, geometries: ArrayLike, *, crs: str = WGS84, names: Names = None) -> Weights:
    """Return shares by length in the grid's plane of lines (n,) given in ``crs``.

    A piece along an edge belongs to the cell that owns the edge: it is counted once.

    Raises
    ------
    InputError
        Names the lines that are missing, not valid, or have no length.
    """
    shapes = checked(geometries, LINES, names)
    beyond = np.zeros(len(shapes))
    found = [EMPTY]
    for first, last in batches(shapely.get_num_coordinates(shapes), VERTICES):
        part = _projected(grid, shapes, first, last, crs, names)
        found += _lay_lines(grid, part, first, beyond)
    place, cell, length = _joined(found)
    _has_measure(place, beyond, "length", names)
    return shares(place, cell, length, beyond)


def polygons(
    grid: Grid, geometries: ArrayLike, *, crs: str = WGS84, names: Names = None
) -> Weights:
    """Return shares by area in the grid's plane of polygons (n,) given in ``crs``.

    Holes and parts are taken as they are; edges are straight in ``crs``.

    Raises
    ------
    InputError
        Names the polygons that are missing, not valid (see :func:`repaired`), or without area.
    MassError
        If the pieces of a polygon do not add to its area.
    """
    shapes = checked(geometries, POLYGONS, names)
    measured = np.zeros((3, len(shapes)))
    found = [EMPTY]
    for first, last in batches(shapely.get_num_coordinates(shapes), VERTICES):
        part = _projected(grid, shapes, first, last, crs, names)
        found += lay_rings(grid, _rings(grid, part), first, measured[:, first:last])
    return from_areas(found, measured, names)


def from_areas(found: list[Pieces], measured: Floats, names: Names = None) -> Weights:
    """Return the shares of what :func:`lay_rings` found."""
    beyond, whole, extent = measured
    flat = ~(whole > TOLERANCE * extent)
    if flat.any():
        message = f"geometry {listed(flat, names)} has no area"
        raise InputError(message, value=0.0, hint="correct it or use a point")
    return shares(*_joined(found), beyond, whole, extent)


def lay(grid: Grid, geometries: ArrayLike, *, crs: str = WGS84, names: Names = None) -> Weights:
    """Return shares of points, lines and polygons (n,), mixed: by number, length, area."""
    shapes = checked(geometries, POINTS + LINES + POLYGONS, names)
    dimension = shapely.get_dimensions(shapes)
    outside = np.zeros(len(shapes))
    found = [EMPTY]
    for number, one in enumerate((point_sets, lines, polygons)):
        rows = np.flatnonzero(dimension == number)
        labels = rows.tolist() if names is None else [names[row] for row in rows.tolist()]
        part = one(grid, shapes[rows], crs=crs, names=labels)
        found.append((rows[part.place], part.cell, part.share))
        outside[rows] = part.outside
    return Weights(*gathered(*_joined(found)), outside).checked()


def batches(need: Ints, most: int) -> Iterator[tuple[int, int]]:
    """Yield first and last (exclusive) of runs whose ``need`` adds to ``most`` at most, or of one.

    >>> list(batches([2, 2, 9, 1], 4))
    [(0, 2), (2, 3), (3, 4)]
    """
    total = np.cumsum(need)
    first = 0
    while first < len(total):
        limit = most + (total[first - 1] if first else 0)
        last = max(first + 1, int(np.searchsorted(total, limit, side="right")))
        yield first, last
        first = last


def lay_rings(
    grid: Grid, table: tuple[Floats, Ints, Any, Ints], shift: int, measured: Floats
) -> list[Pieces]:
    """Return pieces (place + ``shift``, cell, area in cells) of polygons given as rings.

    Parameters
    ----------
    table
        Vertices in cells (n, 2), first vertex of each ring (rings + 1), whether it bounds a hole,
        first ring of each place (places + 1).
    measured
        (3, places) to be filled: area outside, area of the whole, area of the bounds, in cells.
    """
    from emisim.overlay import _cut

    xy, ring, hole, first_ring = table
    beyond, whole, extent = measured
    window, bounds = _cut.windows(xy, ring, first_ring, grid.nx, grid.ny)
    extent[:] = (bounds[:, 2] - bounds[:, 0]) * (bounds[:, 3] - bounds[:, 1])

    def fill(begin: int, end: int, out: Pieces) -> int:
        n = _cut.polygons(xy, ring, hole, first_ring, window, bounds, grid.nx, grid.ny, begin, end,
                          out, beyond, whole)  # fmt: skip
        return int(n)

    return list(_filled(window[:, 2] * window[:, 3], shift, fill))


def _lay_lines(grid: Grid, shapes: Shapes, shift: int, beyond: Floats) -> list[Pieces]:
    from emisim.overlay import _cut

    parts, owner = shapely.get_parts(shapes, return_index=True)
    number = shapely.get_num_coordinates(parts)
    vertex = np.concatenate([[0], np.cumsum(number)])
    xy = plane.in_cells(grid, shapely.get_coordinates(parts))
    outside = beyond[shift : shift + len(shapes)]

    def fill(begin: int, end: int, out: Pieces) -> int:
        return int(_cut.lines(xy, vertex, owner, grid.nx, grid.ny, begin, end, out, outside))

    need = _cut.passed(xy, vertex, grid.nx, grid.ny)
    return [gathered(*pieces) for pieces in _filled(need, shift, fill)]


def _filled(need: Ints, shift: int, fill: Callable[[int, int, Pieces], int]) -> Iterator[Pieces]:
    """Yield what ``fill`` puts into arrays that are long enough, in batches."""
    for begin, end in batches(need, ENTRIES):
        size = int(need[begin:end].sum())
        out = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
        n = fill(begin, end, out)
        yield out[0][:n] + shift, out[1][:n].copy(), out[2][:n].copy()


def _rings(grid: Grid, shapes: Shapes) -> tuple[Any, ...]:
    """Vertices in cells, first vertex of each ring, whether a hole, first ring of each place."""
    parts, place = shapely.get_parts(shapes, return_index=True)
    _, xy, offsets = shapely.to_ragged_array(parts, include_z=False)
    ring, first = offsets[0].astype(np.int64), offsets[1].astype(np.int64)
    hole = np.ones(len(ring) - 1, dtype=bool)
    hole[first[:-1]] = False
    part = np.searchsorted(place, np.arange(len(shapes) + 1))
    return plane.in_cells(grid, xy), ring, hole, first[part]


def _projected(grid: Grid, shapes: Shapes, first: int, last: int, crs: str, names: Names) -> Shapes:
    part = plane.project(grid, shapes[first:last], crs)
    lost = ~np.isfinite(shapely.bounds(part)).all(axis=1)
    if lost.any():
        labels = range(first, last) if names is None else names[first:last]
        message = f"geometry {listed(lost, labels)} cannot be projected into the grid's plane"
        raise InputError(message, value=crs, hint="check the coordinate system and the order x, y")
    return part


def _are_places(x: Floats, y: Floats, crs: str, names: Names) -> None:
    bad = ~(np.isfinite(x) & np.isfinite(y))
    if bad.any():
        message = f"geometry {listed(bad, names)} has a coordinate that is not a number"
        raise InputError(message, hint="fill in its place")
    bad = (np.abs(y) > 90) | (np.abs(x) > 360) if crs == WGS84 else bad
    if bad.any():
        found = (float(x[bad][0]), float(y[bad][0]))
        message = f"geometry {listed(bad, names)} has no longitude and latitude in degrees"
        raise InputError(message, value=found, hint="give longitude, then latitude, in WGS84")


def _has_measure(place: Ints, beyond: Floats, measure: str, names: Names) -> None:
    none = ~((np.bincount(place, minlength=len(beyond)) > 0) | (beyond > 0))
    if none.any():
        message = f"geometry {listed(none, names)} has no {measure}"
        raise InputError(message, value=0.0, hint="correct it or use a point")


def _joined(found: list[Pieces]) -> Pieces:
    place, cell, amount = (np.concatenate(column) for column in zip(*found, strict=True))
    return place, cell, amount
