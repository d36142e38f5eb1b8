"""From another grid to ours and back: which share of each cell lies in which cell."""

import numpy as np

from emisim.errors import InputError
from emisim.grid import Grid
from emisim.overlay import plane
from emisim.overlay.cells import Cells
from emisim.overlay.laying import EMPTY, VERTICES, from_areas, lay_rings
from emisim.overlay.weights import TOLERANCE, Floats, Ints, Weights, gathered, summed

OUTLINE = 64
"""Points along each side of our grid by which the part of the other grid is found."""
Lattice = tuple[Floats, Floats]


def regrid(grid: Grid, cells: Cells) -> Weights:
    """Return the shares by area in the grid's plane of ``cells`` (ny * nx places).

    An amount (kg) of a cell is divided by its shares: the sum is kept, and what lies beyond our
    grid is in ``outside``. Sides are straight in the cells' own system and are divided to at most
    one of our cells' length; neighbours share their sides to the last bit.

    Raises
    ------
    InputError
        If the grids do not meet, or a cell has no area or cannot be projected.
    MassError
        If the pieces of a cell do not add to its area.
    """
    number, near, _ = _laid(grid, cells)
    outside = np.ones(cells.size)
    outside[number] = near.outside
    return Weights(number[near.place], near.cell, near.share, outside).checked()


def onto(grid: Grid, cells: Cells) -> Weights:
    """Return the shares by area of our cells (places) in ``cells`` of another grid: the way out.

    What of our grid the other one does not cover is in ``outside``.

    Raises
    ------
    InputError
        As :func:`regrid`.
    MassError
        If cells of the other grid lie over each other.
    """
    number, near, area = _laid(grid, cells)
    place, cell, share = gathered(near.cell, number[near.place], near.share * area[near.place])
    left = 1 - summed(place, share, grid.size)
    outside = np.where(left > TOLERANCE, left, 0)
    return Weights(place, cell, share, outside).checked()


def _laid(grid: Grid, cells: Cells) -> tuple[Ints, Weights, Floats]:
    """Numbers of the cells that may meet the grid, their shares, their areas in our cells."""
    rows, columns = _window(grid, cells)
    part = Cells(cells.x[_corners(rows, columns)], cells.y[_corners(rows, columns)], cells.crs)
    ny, nx = part.shape
    number = (np.arange(*rows)[:, None] * cells.shape[1] + np.arange(*columns)).ravel()
    divided = _divisions(grid, part)
    measured, found = np.zeros((3, part.size)), [EMPTY]
    depth = max(1, VERTICES // (nx * (2 * sum(divided) + 1)))
    for first in range(0, ny, depth):
        last = min(first + depth, ny)
        rings = _rings(grid, part, first, last, divided)
        here = slice(first * nx, last * nx)
        found += lay_rings(grid, _table(grid, rings), first * nx, measured[:, here])
    near = from_areas(found, measured, number.tolist())
    if not len(near.place):
        _do_not_meet(grid, cells)
    return number, near, measured[1]


def _window(grid: Grid, cells: Cells) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last (exclusive) row and column of the cells that may meet the grid."""
    x, y = _outline(grid, cells.crs)
    hit = np.ones(cells.shape, dtype=bool)
    for corner, low, high in ((cells.x, x.min(), x.max()), (cells.y, y.min(), y.max())):
        four = np.stack([corner[:-1, :-1], corner[1:, :-1], corner[:-1, 1:], corner[1:, 1:]])
        margin = (high - low) / OUTLINE
        hit &= (four.max(axis=0) >= low - margin) & (four.min(axis=0) <= high + margin)
    if not hit.any():
        _do_not_meet(grid, cells)
    rows, columns = np.flatnonzero(hit.any(axis=1)), np.flatnonzero(hit.any(axis=0))
    return (int(rows[0]), int(rows[-1]) + 1), (int(columns[0]), int(columns[-1]) + 1)


def _outline(grid: Grid, crs: str) -> Lattice:
    """Points on the sides of the grid in ``crs``."""
    along = np.linspace(0, 1, OUTLINE + 1)
    x = grid.x0 + along * (grid.x1 - grid.x0)
    y = grid.y0 + along * (grid.y1 - grid.y0)
    side = np.ones_like(along)
    around = (
        np.concatenate([x, x, grid.x0 * side, grid.x1 * side]),
        np.concatenate([grid.y0 * side, grid.y1 * side, y, y]),
    )
    if plane.same(crs, grid.crs):
        return around
    back = plane.transformer(grid.crs, crs).transform(*around)
    if not np.isfinite(back).all():
        message = "the grid lies where the other grid's coordinate system does not reach"
        raise InputError(message, value=crs)
    return np.asarray(back[0]), np.asarray(back[1])


def _corners(rows: tuple[int, int], columns: tuple[int, int]) -> tuple[slice, slice]:
    return slice(rows[0], rows[1] + 1), slice(columns[0], columns[1] + 1)


def _divisions(grid: Grid, cells: Cells) -> tuple[int, int]:
    """Into how many parts the sides along rows and along columns are divided."""
    if plane.same(cells.crs, grid.crs):
        return 1, 1
    longest = []
    for axis in (1, 0):
        length = np.hypot(np.diff(cells.x, axis=axis), np.diff(cells.y, axis=axis))
        longest.append(float(length.max()))
    along, across = (int(np.ceil(side / plane.step(grid, cells.crs))) for side in longest)
    return max(along, 1), max(across, 1)


def _rings(grid: Grid, cells: Cells, first: int, last: int, divided: tuple[int, int]) -> Floats:
    """Rings of rows ``first`` to ``last`` - 1 in the plane (m): (cells, vertices, 2)."""
    x, y = cells.x[first : last + 1], cells.y[first : last + 1]
    along, across = divided
    ny, nx = last - first, x.shape[1] - 1
    low = _plane(grid, cells, _fine(x, along, 1), _fine(y, along, 1))
    side = _plane(grid, cells, _fine(x, across, 0), _fine(y, across, 0))
    i, j = (a.ravel()[:, None] for a in np.meshgrid(np.arange(nx), np.arange(ny)))
    a, b = np.arange(along), np.arange(across)
    return np.concatenate([
        low[j, i * along + a], side[j * across + b, i + 1],
        low[j + 1, (i + 1) * along - a], side[(j + 1) * across - b, i], low[j, i * along],
    ], axis=1)  # fmt: skip


def _plane(grid: Grid, cells: Cells, x: Floats, y: Floats) -> Floats:
    found = np.stack(plane.to_plane(grid, x, y, cells.crs), axis=-1)
    if not np.isfinite(found).all():
        message = "a corner of the other grid cannot be projected into the grid's plane"
        raise InputError(message, value=cells.crs, hint="cut the file to the region around it")
    return found


def _fine(corner: Floats, parts: int, axis: int) -> Floats:
    """Divide the steps along ``axis`` into ``parts``; the corners stay as they are."""
    if parts == 1:
        return corner
    values = np.moveaxis(corner, axis, -1)
    step = np.arange(parts) / parts
    inner = values[..., :-1, None] + step * np.diff(values, axis=-1)[..., None]
    joined = np.concatenate([inner.reshape(*values.shape[:-1], -1), values[..., -1:]], axis=-1)
    return np.moveaxis(joined, -1, axis)


def _table(grid: Grid, rings: Floats) -> tuple[Floats, Ints, np.ndarray, Ints]:
    """The rings as :func:`emisim.overlay.laying.lay_rings` takes them."""
    count, vertices = rings.shape[:2]
    xy = plane.in_cells(grid, rings.reshape(-1, 2))
    number = np.arange(count + 1)
    return xy, number * vertices, np.zeros(count, dtype=bool), number


def _do_not_meet(grid: Grid, cells: Cells) -> None:
    box = [float(f(a)) for f in (np.min, np.max) for a in (cells.x, cells.y)]
    message = "the other grid does not meet this one"
    hint = f"check the coordinate system; this grid is {grid.crs!r} {grid.bounds}"
    raise InputError(message, value=(cells.crs, box), hint=hint)
