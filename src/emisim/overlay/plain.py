"""The compiled loops of the overlay in plain numpy: what they are compared with.

Coordinates are in cells, as in :mod:`emisim.overlay._cut`; every result has one row and column more
on each side, for what lies beyond the grid.
"""

from itertools import pairwise

import numpy as np

from emisim.overlay.weights import Floats, Ints


def polygon(rings: list[Floats], shape: tuple[int, int]) -> Floats:
    """Return the area of a polygon in each cell, (ny + 2, nx + 2), in cells.

    Parameters
    ----------
    rings
        Closed rings of vertices (n, 2) in either sense: the outer one, then those of the holes.
    shape
        (ny, nx) of the grid.
    """
    total = np.zeros((shape[0] + 2, shape[1] + 2))
    for number, ring in enumerate(rings):
        area = _ring(ring, shape)
        total += area if (area.sum() > 0) == (number == 0) else -area
    return total


def line(vertices: Floats, shape: tuple[int, int]) -> Floats:
    """Return the length of a line (n, 2) in each cell, (ny + 2, nx + 2), in cells."""
    total = np.zeros((shape[0] + 2, shape[1] + 2))
    for start, end in pairwise(vertices):
        knots, row, column = cut(start, end, shape)
        np.add.at(total, (row, column), np.hypot(*np.diff(knots, axis=0).T))
    return total


def cut(start: Floats, end: Floats, shape: tuple[int, int]) -> tuple[Floats, Ints, Ints]:
    """Return the knots (n + 1, 2) at which the grid lines cut an edge; row, column of each piece.

    A piece is where its middle is; row and column count from the one beyond the grid.
    """
    step = end - start
    where = [np.array([0.0, 1.0])]
    for axis, count in ((0, shape[1]), (1, shape[0])):
        if step[axis]:
            where.append((np.arange(count + 1) - start[axis]) / step[axis])
    t = np.sort(np.concatenate(where))
    t = t[(t >= 0) & (t <= 1)]
    knots = start + t[:, None] * step
    middle = np.floor((knots[1:] + knots[:-1]) / 2)
    row = np.clip(middle[:, 1], -1, shape[0]) + 1
    column = np.clip(middle[:, 0], -1, shape[1]) + 1
    return knots, row.astype(np.int64), column.astype(np.int64)


def _ring(ring: Floats, shape: tuple[int, int]) -> Floats:
    """Signed areas: the height of each piece times its distance to the right side of its cell."""
    ny, nx = shape
    west, east = min(0.0, ring[:, 0].min()), max(float(nx), ring[:, 0].max())
    left = np.concatenate([[west], np.arange(nx + 1)])
    right = np.concatenate([np.arange(nx + 1), [east]])
    part, height = np.zeros((2, ny + 2, nx + 2))
    for start, end in pairwise(ring):
        knots, row, column = cut(start, end, shape)
        rise = np.diff(knots[:, 1])
        middle = (knots[1:, 0] + knots[:-1, 0]) / 2
        np.add.at(part, (row, column), (right[column] - middle) * rise)
        np.add.at(height, (row, column), rise)
    before = np.cumsum(height, axis=1) - height
    return -(part + before * (right - left))
