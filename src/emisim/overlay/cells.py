"""The cells of another grid, in any coordinate system: lat-lon, rotated, curvilinear."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from emisim.errors import InputError
from emisim.grid import WGS84, Grid
from emisim.overlay import plane
from emisim.overlay.weights import Floats

EQUAL_AREA = "+proj=cea +lon_0={lon} +datum=WGS84 +units=m +no_defs"


@dataclass(frozen=True)
class Cells:
    """Four-sided cells that share their corners.

    Parameters
    ----------
    x, y
        Corners (ny + 1, nx + 1) in ``crs``, x (or longitude) before y; rows may run either way.
    crs
        The coordinate system in which the sides are straight: EPSG code, PROJ string, WKT.

    Notes
    -----
    Cell ``k`` is row ``k // nx``, column ``k % nx`` of the arrays as they are given.
    """

    x: Floats
    y: Floats
    crs: str = WGS84

    def __post_init__(self) -> None:
        plane.system(self.crs)
        shape = np.shape(self.x)
        if len(shape) != 2 or np.shape(self.y) != shape or min(shape) < 2:
            message = "corners must be two arrays of the same shape, 2 by 2 at least"
            raise InputError(message, value=(shape, np.shape(self.y)))
        if not (np.isfinite(self.x).all() and np.isfinite(self.y).all()):
            message = "a corner of the grid is not a number"
            raise InputError(message, hint="give the corners of every cell")

    @property
    def shape(self) -> tuple[int, int]:
        """(ny, nx)."""
        return self.x.shape[0] - 1, self.x.shape[1] - 1

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.shape[0] * self.shape[1]

    @cached_property
    def ground_areas(self) -> Floats:
        """Return the ground area of each cell on the WGS84 ellipsoid, (ny, nx), m2.

        The plane of the cylindrical equal-area projection keeps areas; meridians and parallels
        are straight in it. Sides that are not are taken as straight from corner to corner.
        """
        middle = float(plane.to_geographic(self.x, self.y, self.crs)[0].mean())
        x, y = plane.transformer(self.crs, EQUAL_AREA.format(lon=middle)).transform(self.x, self.y)
        along = (x[1:, 1:] - x[:-1, :-1]) * (y[1:, :-1] - y[:-1, 1:])
        across = (x[1:, :-1] - x[:-1, 1:]) * (y[1:, 1:] - y[:-1, :-1])
        return np.asarray(np.abs(along - across) / 2)


def rectilinear(x_edges: ArrayLike, y_edges: ArrayLike, crs: str = WGS84) -> Cells:
    """Return the cells between edges along x (nx + 1,) and y (ny + 1,), rising or falling."""
    x, y = (_monotonic(edges, name) for edges, name in ((x_edges, "x"), (y_edges, "y")))
    return Cells(*np.meshgrid(x, y), crs)


def of_grid(grid: Grid) -> Cells:
    """Return the cells of one of our own grids."""
    x = grid.x0 + np.arange(grid.nx + 1) * grid.cell_size
    y = grid.y0 + np.arange(grid.ny + 1) * grid.cell_size
    return rectilinear(x, y, grid.crs)


def edges(centres: ArrayLike) -> Floats:
    """Return the edges (n + 1,) half-way between cell centres (n,), the ends as far out as in.

    >>> edges([100.25, 100.75, 101.25]).tolist()
    [100.0, 100.5, 101.0, 101.5]
    """
    values = _monotonic(centres, "centres")
    middle = (values[1:] + values[:-1]) / 2
    return np.concatenate([[2 * values[0] - middle[0]], middle, [2 * values[-1] - middle[-1]]])


def _monotonic(values: ArrayLike, name: str) -> Floats:
    found = np.asarray(values, dtype=np.float64).ravel()
    steps = np.diff(found)
    if len(found) < 2 or not ((steps > 0).all() or (steps < 0).all()):
        message = f"{name} must rise or fall throughout, and be two at least"
        raise InputError(message, value=found[:4].tolist(), hint="sort the file's coordinates")
    return found
