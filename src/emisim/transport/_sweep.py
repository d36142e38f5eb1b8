"""Compiled inner loops of the transport solver.

The unknown is (ny + 2, nx + 2, class, nz * rhs) with a halo of zeros (clean air beyond the edge).
Right-hand sides are innermost so that they fill the vector registers; ``lanes`` is a tuple with one
item per right-hand side, whose length the compiler knows. The unknown may be held in single
precision, column solves are done in double. :mod:`emisim.transport.plain` does the same in numpy.
"""

from typing import Any

import numba
import numpy as np

compiled = numba.njit(cache=True, nogil=True, fastmath=True)
BLOCK = 4
"""Classes whose contributions are gathered in one pass over a column."""


@compiled
def sweep(c: Any, source: Any, loaded: bool, st: Any, rate: Any, members: Any, northward: bool,
          eastward: bool, lanes: Any) -> None:  # fmt: skip
    """Solve every column once in downwind order for the classes ``members``, in place.

    Neighbours and other classes enter with their latest values (Gauss-Seidel).
    ``source`` counts only if ``loaded``; ``rate`` is ``st.feed_rate`` in the precision of ``c``.
    """
    ny, nx = st.column.shape
    total = np.zeros(c.shape[3], c.dtype)
    work = np.zeros(c.shape[3], np.float64)
    for row in range(ny):
        j = row if northward else ny - 1 - row
        for place in range(nx):
            i = place if eastward else nx - 1 - place
            for n in range(members.size):
                k = members[n]
                if loaded:
                    total[:] = source[j, i, k]
                else:
                    total[:] = 0
                _gather(total, c[j + 1, i + 1], rate, st.feeding, st.first[k], st.first[k + 1])
                _column(total, work, c, st, j, i, k, lanes)


@compiled
def _gather(total: Any, cell: Any, rate: Any, feeding: Any, first: int, last: int) -> None:
    """Add what other classes feed into one, ``sum_j rate_j c_j``, in one column."""
    whole = first + (last - first) // BLOCK * BLOCK
    for n in range(first, whole, BLOCK):
        a, b = cell[feeding[n]], cell[feeding[n + 1]]
        d, e = cell[feeding[n + 2]], cell[feeding[n + 3]]
        p, q, r, s = rate[n], rate[n + 1], rate[n + 2], rate[n + 3]
        for i in range(total.size):
            total[i] += p * a[i] + q * b[i] + r * d[i] + s * e[i]
    for n in range(whole, last):
        a, p = cell[feeding[n]], rate[n]
        for i in range(total.size):
            total[i] += p * a[i]


@compiled
def _neighbours(c: Any, st: Any, j: int, i: int, k: int) -> Any:
    """Return the columns upwind and downwind in x and y, and the four diffusion rates."""
    a, b = st.side_x[k], st.side_y[k]
    x = (st.west[i], st.east[i]) if a > 0 else (st.east[i], st.west[i])
    y = (st.south[j], st.north[j]) if b > 0 else (st.north[j], st.south[j])
    columns = (
        c[j + 1, i + 1 - a, k],
        c[j + 1, i + 1 + a, k],
        c[j + 1 - b, i + 1, k],
        c[j + 1 + b, i + 1, k],
    )
    return columns, x, y


@compiled
def _column(total: Any, work: Any, c: Any, st: Any, j: int, i: int, k: int, lanes: Any) -> None:
    """Solve one column of one class: horizontal inflow, then the factorised tridiagonal."""
    (up_x, down_x, up_y, down_y), x, y = _neighbours(c, st, j, i, k)
    out, factor = c[j + 1, i + 1, k], st.factors[st.column[j, i], k]
    width, layers = len(lanes), factor.shape[1]
    for z in range(layers):
        p = st.speed_x[k, z] * st.inverse_dx[i] + x[0]
        q = st.speed_y[k, z] * st.inverse_dy[j] + y[0]
        for lane in range(width):
            n = z * width + lane
            inflow = total[n] + p * up_x[n] + x[1] * down_x[n] + q * up_y[n] + y[1] * down_y[n]
            value = factor[0, z] * inflow
            if z > 0:
                value += factor[1, z] * work[n - width]
            work[n] = value
    for lane in range(width):
        out[(layers - 1) * width + lane] = work[(layers - 1) * width + lane]
    for z in range(layers - 2, -1, -1):
        for lane in range(width):
            n = z * width + lane
            work[n] += factor[2, z] * work[n + width]
            out[n] = work[n]


@compiled
def residual(c: Any, source: Any, st: Any, lanes: Any) -> Any:
    """Return sum over cells and classes of volume x abs(source - operator c), (rhs,)."""
    ny, nx = st.column.shape
    norm = np.zeros(len(lanes), np.float64)
    total = np.zeros(c.shape[3], np.float64)
    for j in range(ny):
        for i in range(nx):
            for k in range(c.shape[2]):
                total[:] = source[j, i, k]
                cell = c[j + 1, i + 1]
                _gather(total, cell, st.feed_rate, st.feeding, st.first[k], st.first[k + 1])
                _add_residual(norm, total, c, st, j, i, k, lanes)
    return norm


@compiled
def _add_residual(norm: Any, total: Any, c: Any, st: Any, j: int, i: int, k: int,
                  lanes: Any) -> None:  # fmt: skip
    (up_x, down_x, up_y, down_y), x, y = _neighbours(c, st, j, i, k)
    own, diagonal = c[j + 1, i + 1, k], st.diagonal[st.column[j, i], k]
    width, layers = len(lanes), diagonal.size
    for z in range(layers):
        p = st.speed_x[k, z] * st.inverse_dx[i] + x[0]
        q = st.speed_y[k, z] * st.inverse_dy[j] + y[0]
        for lane in range(width):
            n = z * width + lane
            value = total[n] + p * up_x[n] + x[1] * down_x[n] + q * up_y[n] + y[1] * down_y[n]
            value -= diagonal[z] * own[n]
            if z > 0:
                value += st.below[k, z] * own[n - width]
            if z < layers - 1:
                value += st.above[k, z] * own[n + width]
            norm[lane] += abs(value) * st.volume[j, i, z]


@compiled
def dots(a: Any, b: Any, width: int) -> Any:
    """Return sum over rows of a * b per right-hand side; a, b (n, layers * rhs)."""
    total = np.zeros(a.shape[1], np.float64)
    for n in range(a.shape[0]):
        for q in range(a.shape[1]):
            total[q] += np.float64(a[n, q]) * b[n, q]
    return total.reshape(-1, width).sum(axis=0)


@compiled
def combine(out: Any, a: Any, x: Any, b: Any, y: Any, d: Any) -> None:
    """Set ``out = out * a + x * b + y * d`` with factors a, b, d per column (layers * rhs,)."""
    for n in range(out.shape[0]):
        for q in range(out.shape[1]):
            out[n, q] = out[n, q] * a[q] + x[n, q] * b[q] + y[n, q] * d[q]
