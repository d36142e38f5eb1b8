"""Places: where sources stand that have no position of their own."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse

from emisim import overlay
from emisim.csvtable import Column, read_table
from emisim.errors import Faults, InputError, require_known
from emisim.grid import Grid
from emisim.overlay import Weights
from emisim.tables import check_sources
from emisim.vocabulary import OUTSIDE, STATUSES

COLUMNS = (
    Column("place"),
    Column("weight", number=True, minimum=0),
    Column("geometry"),
    Column("status", allowed=STATUSES),
    Column("source"),
    Column("note", required=False),
)
DISTRICT, POINT = "district:", "point:"
KINDS = {
    "Point": "points",
    "LineString": "lines",
    "MultiLineString": "lines",
    "Polygon": "polygons",
    "MultiPolygon": "polygons",
}
WEIGHT_TOLERANCE = 1e-9
WORLD = shapely.box(-180, -90, 180, 90)


def read_places(
    path: str | Path, districts: Sequence[str], sources: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Read ``places.csv``: geometries in WGS84 as WKT or ``district:NAME``, mixed by weight.

    Returns
    -------
    DataFrame
        The table, with the column ``shape``: a shapely geometry or the text ``district:NAME``.

    Raises
    ------
    InputError
        As :func:`emisim.csvtable.read_table`; besides unknown districts, unreadable or
        impossible geometries, and weights of a place that do not add to 1.
    """
    frame = read_table(path, COLUMNS, checks=(lambda rows: check_sources(rows, sources, path),))
    shapes, faults = {}, Faults()
    for row, text in frame["geometry"].items():
        with faults.held():
            place: dict[str, Any] = {"file": path, "row": int(str(row)), "column": "geometry"}
            shapes[row] = _shape(text, districts, **place)
    faults.tell()
    frame["shape"] = pd.Series(shapes, dtype=object)
    total = frame.groupby("place")["weight"].sum()
    off = total[(total - 1).abs() > WEIGHT_TOLERANCE]
    if len(off):
        row = int(frame.index[frame["place"] == off.index[0]][0])
        message = f"weights of place {off.index[0]!r} do not add to 1"
        raise InputError(
            message,
            file=path,
            row=row,
            column="weight",
            value=float(off.iloc[0]),
            hint="let the weights of its rows add to 1",
        )
    return frame


def weigh(
    names: Sequence[str],
    domain: Grid,
    places: pd.DataFrame,
    districts: pd.Series,
) -> Weights:
    """Return the shares of named places on ``domain``, places in the order of ``names``.

    Parameters
    ----------
    names
        ``outside``, ``district:NAME`` or a place of the table.
    places, districts
        As :func:`read_places` and :func:`emisim.boundaries.read` give them.

    Raises
    ------
    InputError
        For a name that nothing defines.
    MassError
        If the shares of a place do not add to 1.
    """
    pieces = _pieces(names, places, districts)
    outside = (np.asarray(names, dtype=object) == OUTSIDE).astype(np.float64)
    entries = [np.empty((0, 3))]
    for kind, part in pieces.groupby("kind"):
        found = _lay(str(kind), domain, part["shape"].to_numpy())
        place, weight = part["place"].to_numpy(), part["weight"].to_numpy(dtype=float)
        mixed = weight[found.place] * found.share
        entries.append(np.column_stack([place[found.place], found.cell, mixed]))
        np.add.at(outside, place, weight * found.outside)
    return _mixed(np.vstack(entries), outside, domain.size)


def _mixed(entries: NDArray[np.float64], outside: NDArray[np.float64], cells: int) -> Weights:
    place, cell = entries[:, :2].T.astype(np.int64)
    summed = sparse.coo_array((entries[:, 2], (place, cell)), (len(outside), cells)).tocsr().tocoo()
    row, column = (axis.astype(np.int64) for axis in summed.coords)
    return Weights(row, column, summed.data, outside).checked()


def _lay(kind: str, domain: Grid, shapes: NDArray[np.object_]) -> Weights:
    if kind == "points":
        return overlay.points(domain, shapely.get_x(shapes), shapely.get_y(shapes))
    lay: Callable[..., Weights] = {"lines": overlay.lines, "polygons": overlay.polygons}[kind]
    return lay(domain, shapes)


def _pieces(
    names: Sequence[str],
    places: pd.DataFrame,
    districts: pd.Series,
) -> pd.DataFrame:
    """One row per geometry: place (position in ``names``), weight, shape, kind."""
    listed = {str(name): part for name, part in places.groupby("place")}
    rows: list[tuple[int, float, Any]] = []
    for number, name in enumerate(names):
        if name.startswith(DISTRICT):
            rows.append((number, 1, name))
        elif name != OUTSIDE:
            require_known([name], listed, "place (not a row of places.csv)")
            pairs = zip(listed[name]["weight"], listed[name]["shape"], strict=True)
            rows += [(number, weight, shape) for weight, shape in pairs]
    frame = pd.DataFrame(rows, columns=["place", "weight", "shape"])
    frame["shape"] = [_area(shape, districts) for shape in frame["shape"]]
    return frame.assign(kind=[KINDS[shape.geom_type] for shape in frame["shape"]])


def _area(shape: Any, districts: pd.Series) -> Any:
    if not isinstance(shape, str):
        return shape
    name = shape.removeprefix(DISTRICT)
    require_known([name], districts.index, "district")
    return districts[name]


def _shape(text: str, districts: Sequence[str], **where: Any) -> Any:
    """Geometry of a row, or its ``district:NAME`` as it stands."""
    if text.startswith(DISTRICT):
        require_known([text.removeprefix(DISTRICT)], districts, "district", **where)
        return text
    try:
        shape = shapely.from_wkt(text)
    except shapely.errors.GEOSException as error:
        message = f"not readable as WKT ({error})"
        hint = "e.g. POINT (113.57 37.86), POLYGON ((...)), or district:NAME"
        raise InputError(message, value=text, hint=hint, **where) from None
    if shape.geom_type not in KINDS or shape.is_empty or not shape.is_valid:
        message = f"geometry cannot be used ({shapely.is_valid_reason(shape)})"
        raise InputError(
            message, value=shape.geom_type, allowed=KINDS, hint="repair it in a GIS", **where
        )
    if not WORLD.covers(shape):
        message = "coordinates are not longitude and latitude in degrees"
        raise InputError(message, value=shape.bounds, hint="use WGS84 lon lat", **where)
    return shape
