"""Compiled loops that cut edges where they cross grid lines.

Coordinates are in cells: the grid is [0, nx] x [0, ny] and its lines are the whole numbers. Beyond
the grid one endless row or column lies on every side (row -1, row ny, column -1, column nx), so
that what is outside is measured as everything else is. :mod:`emisim.overlay.plain` does the same in
numpy, edge by edge.
"""

from typing import Any

import numba
import numpy as np

compiled = numba.njit(cache=True, nogil=True)
NOISE = 2.0**-50
"""Areas below this part of a geometry's extent are rounding."""


@compiled
def index_of(value: float, count: int) -> int:
    """Return the row or column (-1 to ``count``) that holds ``value``."""
    if value < 0:
        return -1
    if value >= count:
        return count
    return int(value)


@compiled
def cut(x1: float, y1: float, x2: float, y2: float, origin: Any, nx: int, ny: int,
        piece: Any) -> int:  # fmt: skip
    """Cut one edge into pieces, one for each cell it passes; return their number.

    ``piece`` is (column, row, x, y): piece k lies in (column[k], row[k]) between the knots k and
    k + 1. Knots count from ``origin``, near the edge, so that their rounding is that of small
    numbers; they are exact on the line they were cut at.
    """
    column, row, x, y = piece
    i, j = index_of(x1, nx), index_of(y1, ny)
    left_x, left_y = abs(index_of(x2, nx) - i), abs(index_of(y2, ny) - j)
    x0, y0 = origin
    x1, y1, x2, y2 = x1 - x0, y1 - y0, x2 - x0, y2 - y0
    dx, dy = x2 - x1, y2 - y1
    step_x, step_y = (1 if dx > 0 else -1), (1 if dy > 0 else -1)
    line_x, line_y = (i + 1 if dx > 0 else i), (j + 1 if dy > 0 else j)
    t_x = (line_x - x0 - x1) / dx if left_x else np.inf
    t_y = (line_y - y0 - y1) / dy if left_y else np.inf
    x[0], y[0] = x1, y1
    n = 0
    while left_x + left_y > 0:
        column[n], row[n] = i, j
        n += 1
        if t_x <= t_y:
            x[n], y[n] = line_x - x0, y1 + t_x * dy
            i, line_x, left_x = i + step_x, line_x + step_x, left_x - 1
            t_x = (line_x - x0 - x1) / dx if left_x else np.inf
        else:
            x[n], y[n] = x1 + t_y * dx, line_y - y0
            j, line_y, left_y = j + step_y, line_y + step_y, left_y - 1
            t_y = (line_y - y0 - y1) / dy if left_y else np.inf
    column[n], row[n] = i, j
    x[n + 1], y[n + 1] = x2, y2
    return n + 1


@compiled
def pieces(nx: int, ny: int) -> Any:
    """Return room for the pieces of one edge."""
    size = nx + ny + 8
    whole = np.empty(size, np.int64), np.empty(size, np.int64)
    return whole[0], whole[1], np.empty(size), np.empty(size)


@compiled
def windows(xy: Any, ring: Any, first_ring: Any, nx: int, ny: int) -> Any:
    """Return first column, first row, columns and rows (place, 4), and bounds (place, 4)."""
    places = first_ring.size - 1
    window = np.empty((places, 4), np.int64)
    bounds = np.empty((places, 4))
    for p in range(places):
        a, b = ring[first_ring[p]], ring[first_ring[p + 1]]
        west, south, east, north = xy[a, 0], xy[a, 1], xy[a, 0], xy[a, 1]
        for n in range(a, b):
            west, east = min(west, xy[n, 0]), max(east, xy[n, 0])
            south, north = min(south, xy[n, 1]), max(north, xy[n, 1])
        bounds[p, 0], bounds[p, 1], bounds[p, 2], bounds[p, 3] = west, south, east, north
        i, j = index_of(west, nx), index_of(south, ny)
        window[p, 0], window[p, 1] = i, j
        window[p, 2] = index_of(east, nx) - i + 1
        window[p, 3] = index_of(north, ny) - j + 1
    return window, bounds


@compiled
def ring_area(xy: Any, a: int, b: int) -> float:
    """Return the signed area of the closed ring of vertices a to b - 1."""
    total = 0.0
    for n in range(a, b - 1):
        x1, y1 = xy[n, 0] - xy[a, 0], xy[n, 1] - xy[a, 1]
        x2, y2 = xy[n + 1, 0] - xy[a, 0], xy[n + 1, 1] - xy[a, 1]
        total += x1 * y2 - x2 * y1
    return total / 2


@compiled
def polygons(xy: Any, ring: Any, hole: Any, first_ring: Any, window: Any, bounds: Any, nx: int,
             ny: int, begin: int, end: int, out: Any, beyond: Any, whole: Any) -> int:  # fmt: skip
    """Lay polygons ``begin`` to ``end`` - 1 on the grid; return the number of entries filled.

    Parameters
    ----------
    xy, ring, hole, first_ring
        Vertices (n, 2), first vertex of each ring (rings + 1), whether a ring bounds a hole, first
        ring of each place (places + 1).
    window, bounds
        As :func:`windows` gives them.
    out
        place, cell and area arrays to be filled, as long as the windows have cells.
    beyond, whole
        (places,) area outside the grid, and area by the surveyor's formula, to be filled.
    """
    piece = pieces(nx, ny)
    most = np.max(window[begin:end, 2] * window[begin:end, 3])
    sums = np.zeros(most), np.zeros(most), np.zeros(most, np.bool_)
    n = 0
    for p in range(begin, end):
        size = window[p, 2] * window[p, 3]
        sums[0][:size], sums[1][:size], sums[2][:size] = 0, 0, False
        total = 0.0
        origin = (bounds[p, 0], bounds[p, 1])
        frame = (window[p, 0], window[p, 1], window[p, 2], bounds[p, 2])
        for r in range(first_ring[p], first_ring[p + 1]):
            signed = ring_area(xy, ring[r], ring[r + 1])
            side = -1.0 if (signed > 0) != hole[r] else 1.0
            total -= side * signed
            for v in range(ring[r], ring[r + 1] - 1):
                count = cut(xy[v, 0], xy[v, 1], xy[v + 1, 0], xy[v + 1, 1], origin, nx, ny, piece)
                add_edge(piece, count, side, frame, origin[0], sums)
        whole[p] = total
        n = gather(p, window[p], bounds[p], nx, ny, sums, n, out, beyond)
    return n


@compiled
def add_edge(piece: Any, count: int, side: float, frame: Any, west: float, sums: Any) -> None:
    """Add the pieces of one edge: height, and area between the piece and its cell's right side.

    ``frame`` is first column, first row, columns and eastern bound of the geometry. The right side
    of its last column is its own, so that terms are never larger than it.
    """
    column, row, x, y = piece
    part, cover, touched = sums
    first, lowest, columns, east = frame
    for k in range(count):
        a = column[k] - first
        at = (row[k] - lowest) * columns + a
        right = (east if a == columns - 1 else column[k] + 1) - west
        height = side * (y[k + 1] - y[k])
        part[at] += ((right - x[k]) + (right - x[k + 1])) / 2 * height
        cover[at] += height
        touched[at] = True


@compiled
def gather(p: int, window: Any, bounds: Any, nx: int, ny: int, sums: Any, n: int, out: Any,
           beyond: Any) -> int:  # fmt: skip
    """Sum along rows: a cell has its own pieces, and its width times all heights to its left.

    A cell that no edge enters is wholly in or out.
    """
    part, cover, touched = sums
    place, cell, area = out
    west_most, east_most = bounds[0], bounds[2]
    noise = NOISE * (east_most - west_most) * (bounds[3] - bounds[1])
    columns, first, outside = window[2], window[0], 0.0
    for b in range(window[3]):
        j, left = window[1] + b, 0.0
        for a in range(columns):
            i, at = first + a, b * columns + a
            inside = 0 <= i < nx and 0 <= j < ny
            west = 0.0 if a == 0 else i - west_most
            east = (east_most if a == columns - 1 else i + 1) - west_most
            value = part[at] + (east - west) * left
            if inside and not touched[at]:
                value = np.round(left)
            left += cover[at]
            if not inside:
                outside += max(value, 0.0)
            elif value > noise:
                place[n], cell[n], area[n] = p, j * nx + i, value
                n += 1
    beyond[p] = outside if outside > noise else 0.0
    return n


@compiled
def passed(xy: Any, line: Any, nx: int, ny: int) -> Any:
    """Return the number of pieces of each line, (lines,)."""
    number = np.zeros(line.size - 1, np.int64)
    for k in range(number.size):
        for v in range(line[k], line[k + 1] - 1):
            across = abs(index_of(xy[v + 1, 0], nx) - index_of(xy[v, 0], nx))
            along = abs(index_of(xy[v + 1, 1], ny) - index_of(xy[v, 1], ny))
            number[k] += across + along + 1
    return number


@compiled
def lines(xy: Any, line: Any, owner: Any, nx: int, ny: int, begin: int, end: int, out: Any,
          beyond: Any) -> int:  # fmt: skip
    """Fill place, cell and length of each piece of lines ``begin`` to ``end`` - 1; count them.

    Line k has the vertices line[k] to line[k + 1] - 1 and belongs to place owner[k].
    """
    place, cell, length = out
    piece = pieces(nx, ny)
    column, row, x, y = piece
    n = 0
    for k in range(begin, end):
        for v in range(line[k], line[k + 1] - 1):
            origin = (xy[v, 0], xy[v, 1])
            count = cut(xy[v, 0], xy[v, 1], xy[v + 1, 0], xy[v + 1, 1], origin, nx, ny, piece)
            for m in range(count):
                value = np.hypot(x[m + 1] - x[m], y[m + 1] - y[m])
                if not (0 <= column[m] < nx and 0 <= row[m] < ny):
                    beyond[owner[k]] += value
                elif value > 0:
                    at = row[m] * nx + column[m]
                    if n > 0 and place[n - 1] == owner[k] and cell[n - 1] == at:
                        length[n - 1] += value
                    else:
                        place[n], cell[n], length[n] = owner[k], at, value
                        n += 1
    return n
