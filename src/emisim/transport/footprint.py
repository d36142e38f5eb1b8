"""From a polar table to a grid kernel: sparse quadrature weights, averaged over both cells.

The kernel entry for an offset of cells is the mean, over all pairs of a point in the source cell
and a point in the receptor cell, of concentration per unit emission. Over such pairs the distance
vector has a triangular density on each axis, so the double average is one quadrature over two cell
widths with triangular weights. Frequencies are interpolated linearly between sector centres,
the radial table linearly in the logarithm of distance.
"""

import numpy as np
from scipy import sparse

from emisim.tables import Parameters


def offsets(ny: int, nx: int) -> tuple[np.ndarray, np.ndarray]:
    """Return all offsets (receptor minus source) of a grid, rows (2 ny - 1,) and columns."""
    return np.arange(1 - ny, ny), np.arange(1 - nx, nx)


def longest(ny: int, nx: int, cell_size: float) -> float:
    """Return a distance (m) that no pair of points on the grid exceeds."""
    return float(np.hypot(ny + 1, nx + 1)) * cell_size


def weights(ny: int, nx: int, cell_size: float, r: np.ndarray, sectors: int,
            p: Parameters) -> sparse.csr_matrix:  # fmt: skip
    """Return W (cells, R * D) so that kernel.ravel() = W @ table.reshape(R * D, ...).

    Cells are the offsets in C order (row, column). The factor 1 / (r dtheta) is included.
    """
    rows, columns = (a.ravel() for a in np.meshgrid(*offsets(ny, nx), indexing="ij"))
    reach = np.maximum(abs(rows), abs(columns))
    inner = -1
    parts, order = [], []
    for name in ("self", "near", "middle", "far"):
        outer = _reach(name, reach.max(), p)
        chosen = np.flatnonzero((reach > inner) & (reach <= outer))
        inner = outer
        if len(chosen):
            nodes = _nodes(name, p)
            parts.append(_block(rows[chosen], columns[chosen], nodes, cell_size, r, sectors))
            order.append(chosen)
    stacked = sparse.vstack(parts).tocsr()
    return stacked[np.argsort(np.concatenate(order))]


def _reach(name: str, largest: int, p: Parameters) -> int:
    if name == "far":
        return int(largest)
    return int(p.value("reach", "fraction", process="numerics", technology=name))


def _nodes(name: str, p: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return places in (-1, 1) cell widths and triangular weights summing to 1 (points,).

    Midpoint rule in t with place = sign(t) |t|^g: g > 1 crowds the points at the source.
    """
    points = int(p.value("points", "fraction", process="numerics", technology=name))
    grading = p.value("grading", "fraction", process="numerics", technology=name)
    t = -1 + 2 / points * (np.arange(points) + 1 / 2)
    place = np.sign(t) * abs(t) ** grading
    weight = (1 - abs(place)) * abs(t) ** (grading - 1)
    return place, weight / weight.sum()


def _block(rows: np.ndarray, columns: np.ndarray, nodes: tuple[np.ndarray, np.ndarray],
           cell_size: float, r: np.ndarray, sectors: int) -> sparse.csr_matrix:  # fmt: skip
    """Return weights (len(rows), R * D) by quadrature with the same nodes on both axes."""
    place, weight = nodes
    north, east = np.meshgrid(place, place, indexing="ij")
    share = np.outer(weight, weight).ravel()
    dy = (rows[:, None] + north.ravel()) * cell_size
    dx = (columns[:, None] + east.ravel()) * cell_size
    row = np.repeat(np.arange(len(rows)), share.size)
    distance = np.maximum(np.hypot(dx, dy), r[0]).ravel()
    amount = np.tile(share, len(rows)) / (distance * (2 * np.pi / sectors))
    return _interpolate(row, amount, distance, _sector(dx, dy, sectors).ravel(), r, sectors)


def _sector(dx: np.ndarray, dy: np.ndarray, sectors: int) -> np.ndarray:
    """Return the (fractional) index of the sector the wind comes from, 0 = north, clockwise."""
    return np.arctan2(-dx, -dy) / (2 * np.pi) * sectors % sectors


def _interpolate(row: np.ndarray, amount: np.ndarray, distance: np.ndarray, sector: np.ndarray,
                 r: np.ndarray, sectors: int) -> sparse.csr_matrix:  # fmt: skip
    position = np.log(distance / r[0]) / np.log(r[1] / r[0])
    node = np.clip(position.astype(int), 0, len(r) - 2)
    part = position - node
    left = sector.astype(int)
    turn = sector - left
    index, value = [], []
    for k, wk in ((node, 1 - part), (node + 1, part)):
        for s, ws in ((left, 1 - turn), (left + 1, turn)):
            index.append(k * sectors + s % sectors)
            value.append(amount * wk * ws)
    shape = (int(row.max()) + 1, len(r) * sectors)
    entries = (np.concatenate(value), (np.tile(row, 4), np.concatenate(index)))
    return sparse.coo_matrix(entries, shape=shape).tocsr()
