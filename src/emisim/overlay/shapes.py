"""Geometries before they are laid on a grid: of a known kind, valid, named where they are not."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from emisim.errors import InputError

Shapes = NDArray[np.object_]
Names = Sequence[Any] | None
POINTS = ("Point", "MultiPoint")
LINES = ("LineString", "MultiLineString", "LinearRing")
POLYGONS = ("Polygon", "MultiPolygon")
NAMES = np.array(
    ["Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString",
     "MultiPolygon", "GeometryCollection"], dtype=object,
)  # fmt: skip
SHOWN = 5


def checked(geometries: ArrayLike, kinds: Sequence[str], names: Names = None) -> Shapes:
    """Return ``geometries`` as an array (n,) if each is of one of ``kinds`` and valid.

    Raises
    ------
    InputError
        Names every geometry that is missing, empty, of another kind, not finite or not valid.
    """
    shapes = array(geometries)
    wanted = np.flatnonzero(np.isin(NAMES, kinds))
    bad = ~np.isin(shapely.get_type_id(shapes), wanted) | shapely.is_empty(shapes)
    if bad.any():
        message = f"geometry {listed(bad, names)} cannot be laid on the grid"
        raise InputError(message, value=_found(shapes[bad][0]), allowed=kinds)
    broken = ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if broken.any():
        message = f"geometry {listed(broken, names)} has a coordinate that is not a number"
        raise InputError(message, hint="correct the geometry in the source file")
    invalid = ~shapely.is_valid(shapes)
    if invalid.any():
        reason = shapely.is_valid_reason(shapes[invalid][0])
        message = f"geometry {listed(invalid, names)} is not valid: {reason}"
        hint = "repair it in the source file, or with emisim.overlay.repaired"
        raise InputError(message, hint=hint)
    return shapes


def repaired(geometries: ArrayLike, names: Names = None) -> tuple[Shapes, dict[object, str]]:
    """Return polygons (n,) made valid, and by name what was wrong with those that were not.

    A border that crosses itself encloses what either of its loops encloses; parts without area go.

    Raises
    ------
    InputError
        Names the geometries that are no polygons or of which no area is left.
    """
    shapes = array(geometries).copy()
    bad = ~np.isin(shapely.get_type_id(shapes), np.flatnonzero(np.isin(NAMES, POLYGONS)))
    if bad.any():
        message = f"geometry {listed(bad, names)} cannot be repaired"
        raise InputError(message, value=_found(shapes[bad][0]), allowed=POLYGONS)
    rows = np.flatnonzero(~shapely.is_valid(shapes))
    reasons = shapely.is_valid_reason(shapes[rows])
    shapes[rows] = [_areas(shape) for shape in shapely.make_valid(shapes[rows])]
    empty = np.zeros(len(shapes), dtype=bool)
    empty[rows] = ~(shapely.area(shapes[rows]) > 0)
    if empty.any():
        message = f"geometry {listed(empty, names)} has no area left after repair"
        raise InputError(message, hint="correct it in the source file")
    labels = range(len(shapes)) if names is None else names
    return shapes, {labels[int(row)]: str(why) for row, why in zip(rows, reasons, strict=True)}


def array(geometries: ArrayLike) -> Shapes:
    """Return ``geometries`` as an array of objects (n,)."""
    if isinstance(geometries, shapely.Geometry):
        return np.array([geometries], dtype=object)
    return np.asarray(geometries, dtype=object).ravel()


def listed(bad: NDArray[np.bool_], names: Names = None) -> str:
    """Return "3, 5" or the names, the first few of them and how many more."""
    rows = np.flatnonzero(bad)
    labels = [str(row) if names is None else repr(names[row]) for row in rows[:SHOWN]]
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return ", ".join(labels) + more


def _areas(shape: object) -> object:
    """Return the parts of a geometry that have area."""
    parts = shapely.get_parts(shapely.get_parts([shape]))
    flat = [p for p in parts if p.geom_type in POLYGONS and p.area > 0]
    return flat[0] if len(flat) == 1 else shapely.union_all(flat)


def _found(shape: object) -> str:
    if shape is None:
        return "nothing"
    kind = getattr(shape, "geom_type", type(shape).__name__)
    return f"{kind}, empty={shapely.is_empty(shape)}"
