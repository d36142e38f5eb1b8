"""The cells of a gridded inventory: edges along two axes, in degrees or in a projection."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emisim import overlay
from emisim.errors import InputError
from emisim.grid import WGS84, Grid
from emisim.overlay import Cells, plane

Floats = NDArray[np.float64]
CIRCLE, POLE = 360.0, 90.0
OUTLINE = 65
"""Points on each side of our grid by which the part of the other grid is found."""


@dataclass(frozen=True)
class Lattice:
    """Rectangular cells between edges along x (nx + 1,) and y (ny + 1,), rising or falling.

    ``crs`` is the system of the edges: degrees of longitude and latitude, or a projection.
    """

    x: Floats
    y: Floats
    crs: str = WGS84

    @property
    def shape(self) -> tuple[int, int]:
        """(ny, nx)."""
        return len(self.y) - 1, len(self.x) - 1

    @property
    def key(self) -> str:
        """Digest of the edges and the system: weights belong to it and to nothing else."""
        text = self.crs.encode() + b"|" + self.x.tobytes() + b"|" + self.y.tobytes()
        return sha256(text).hexdigest()

    @property
    def angular(self) -> bool:
        """Whether the edges are longitude and latitude."""
        return bool(plane.system(self.crs).is_geographic)

    def cells(self) -> Cells:
        """Return the cells as :func:`emisim.overlay.regrid` takes them."""
        return overlay.rectilinear(self.x, self.y, self.crs)

    def areas(self) -> Floats:
        """Return ground areas on the WGS84 ellipsoid, (ny, nx), m2; never square degrees."""
        if not self.angular:
            return self.cells().ground_areas
        column = overlay.rectilinear(self.x[:2], self.y, self.crs).ground_areas
        return np.asarray(column * np.abs(np.diff(self.x) / np.diff(self.x[:2])))

    def near(self, grid: Grid, file: str | Path | None = None) -> tuple[slice, slice]:
        """Return the rows and columns of the cells that may meet ``grid``.

        Raises
        ------
        InputError
            If there are none.
        """
        x, y = _outline(grid, self.crs)
        rows, columns = _between(self.y, y), _between(self.x, x)
        if rows.start >= rows.stop or columns.start >= columns.stop:
            message = "the gridded inventory does not meet the city's grid"
            box = [float(v) for v in (self.x[0], self.y[0], self.x[-1], self.y[-1])]
            own = [round(float(v), 3) for v in (x[0], y[0], x[-1], y[-1])]
            hint = "check its coordinates, or take a file that covers the city"
            raise InputError(message, file=file, value=box, allowed=[f"box that meets {own}"],
                             hint=hint)  # fmt: skip
        return rows, columns

    def part(self, rows: slice, columns: slice) -> "Lattice":
        """Return the cells of some rows and columns."""
        y, x = self.y[rows.start : rows.stop + 1], self.x[columns.start : columns.stop + 1]
        return Lattice(x, y, self.crs)


def lonlat(x: Floats, y: Floats, file: str | Path) -> tuple[Floats, Floats]:
    """Return edges in degrees; cells about a pole end there.

    Raises
    ------
    InputError
        If they are no longitudes and latitudes.
    """
    beyond = np.abs(np.diff(y)).max() / 2
    if np.abs(y).max() > POLE + beyond or np.abs(x).max() > 2 * CIRCLE:
        message = "the edges of the cells are no longitudes and latitudes in degrees"
        value = [float(v) for v in (x[0], x[-1], y[0], y[-1])]
        hint = "name the projection (crs) if they are metres"
        raise InputError(message, file=file, value=value, hint=hint)
    return x, np.clip(y, -POLE, POLE)


def wrapped(x: Floats, longitude: float) -> tuple[Floats, NDArray[np.int64]]:
    """Return edges of longitude (nx + 1,) that run without a jump around ``longitude``.

    Parameters
    ----------
    x
        Edges in degrees, of any turn (0 to 360, -180 to 180), rising.

    Returns
    -------
    edges : (nx + 1,)
    order : (nx,)
        Where each column stood.
    """
    width = np.diff(x)
    centre = x[:-1] + width / 2
    turn = np.floor((centre - longitude + CIRCLE / 2) / CIRCLE)
    west = x[:-1] - CIRCLE * turn
    order = np.argsort(west, kind="stable")
    west, width = west[order], width[order]
    east = west + width
    gaps = np.flatnonzero(west[1:] - east[:-1] > width[1:] / 2) + 1
    run = np.searchsorted(gaps, np.argmin(np.abs(west + width / 2 - longitude)), side="right")
    ends = [0, *gaps.tolist(), len(west)]
    kept = slice(ends[run], ends[run + 1])
    return np.append(west[kept], east[kept][-1]), order[kept].astype(np.int64)


def exact(values: ArrayLike) -> Floats:
    """Return numbers in double precision, those of single precision as they are written.

    >>> exact(np.array([113.05], dtype=np.float32)).tolist()
    [113.05]
    """
    array = np.asarray(values)
    if array.dtype == np.float32:
        return np.array([float(str(value)) for value in array.ravel()]).reshape(array.shape)
    return array.astype(np.float64)


def from_centres(centres: ArrayLike, tolerance: float) -> Floats:
    """Return edges (n + 1,) about centres (n,); evenly spaced ones become exactly even.

    ``tolerance`` is a part of the spacing.
    """
    values = exact(centres)
    edges = overlay.edges(values)
    step = (values[-1] - values[0]) / (len(values) - 1)
    even = values[0] + (np.arange(len(edges)) - 1 / 2) * step
    return even if np.abs(edges - even).max() <= tolerance * abs(step) else edges


def from_bounds(bounds: ArrayLike, tolerance: float, file: str | Path) -> Floats:
    """Return edges (n + 1,) of cell bounds (n, 2).

    Raises
    ------
    InputError
        If neighbours do not share a border: there is a gap, or mass would be counted twice.
    """
    pairs = exact(bounds)
    if len(pairs) > 1 and (pairs[1, 0] > pairs[0, 0]) != (pairs[0, 1] > pairs[0, 0]):
        pairs = pairs[:, ::-1]
    gap = np.abs(pairs[1:, 0] - pairs[:-1, 1])
    if (gap > tolerance * np.abs(pairs[1:, 1] - pairs[1:, 0])).any():
        row = int(np.argmax(gap))
        message = f"cells {row} and {row + 1} do not share a border"
        raise InputError(message, file=file, value=pairs[row : row + 2].tolist())
    return np.append(pairs[:, 0], pairs[-1, 1])


def _outline(grid: Grid, crs: str) -> tuple[Floats, Floats]:
    """Bounds of the grid's sides in ``crs``: x (2,) and y (2,)."""
    along = np.linspace(0, 1, OUTLINE)
    east = grid.x0 + along * (grid.x1 - grid.x0)
    north = grid.y0 + along * (grid.y1 - grid.y0)
    x = np.concatenate([east, east, np.full(OUTLINE, grid.x0), np.full(OUTLINE, grid.x1)])
    y = np.concatenate([np.full(OUTLINE, grid.y0), np.full(OUTLINE, grid.y1), north, north])
    if not plane.same(crs, grid.crs):
        x, y = plane.transformer(grid.crs, crs).transform(x, y)
    return np.array([np.min(x), np.max(x)]), np.array([np.min(y), np.max(y)])


def _between(edges: Floats, span: Floats) -> slice:
    """Cells whose sides meet ``span``, and one more on each side."""
    low, high = np.minimum(edges[1:], edges[:-1]), np.maximum(edges[1:], edges[:-1])
    hit = np.flatnonzero((high > span[0]) & (low < span[1]))
    if not len(hit):
        return slice(0, 0)
    return slice(max(int(hit[0]) - 1, 0), min(int(hit[-1]) + 2, len(low)))
