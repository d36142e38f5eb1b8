"""Compiled inner loops of the transport solver.

The unknown is (ny + 2, nx + 2, class, nz, rhs) with a halo of zeros (clean air beyond the edge).
Right-hand sides are innermost so that they fill the vector registers; ``lanes`` is a tuple with one
item per right-hand side, whose length the compiler knows. The unknown may be held in single
precision, column solves are done in double. Arrays are passed flat and indexed without sign: views
of parts would cost more than the arithmetic. :mod:`emisim.transport.plain` does the same in numpy.
"""

from typing import Any

import numba
import numpy as np

compiled = numba.njit(cache=True, nogil=True, fastmath=True)
U = np.uint64


@compiled
def sweep(c: Any, source: Any, loaded: bool, st: Any, members: Any, northward: bool,
          eastward: bool, lanes: Any) -> None:  # fmt: skip
    """Solve every column once in downwind order for the classes ``members``, in place.

    Neighbours and other classes enter with their latest values (Gauss-Seidel); ``c`` and ``source``
    are flat, and ``source`` counts only if ``loaded``. The loops below take the arrays of the
    stencil one by one: the whole tuple would be copied at every call.
    """
    ny, nx = st.column.shape
    classes, layers = st.side_x.size, st.below.shape[1]
    size = layers * len(lanes)
    first, feeding, rate, factors = st.first, st.feeding, st.feed_rate, st.factors
    side_x, side_y, speed_x, speed_y = st.side_x, st.side_y, st.speed_x, st.speed_y
    inverse_dx, inverse_dy, column = st.inverse_dx, st.inverse_dy, st.column
    west, east, south, north = st.west, st.east, st.south, st.north
    total, work = np.zeros(size, c.dtype), np.zeros(size, np.float64)
    step_x = classes * size
    step_y = step_x * (nx + 2)
    for row in range(ny):
        j = row if northward else ny - 1 - row
        for place in range(nx):
            i = place if eastward else nx - 1 - place
            cell = ((j + 1) * (nx + 2) + i + 1) * classes * size
            for n in range(members.size):
                k = members[n]
                own = cell + k * size
                _load(total, source, U(((j * nx + i) * classes + k) * size), loaded)
                _gather(total, c, U(cell), rate, feeding, first[k], first[k + 1])
                x = _sides(own, side_x[k] * step_x, west[i], east[i], inverse_dx[i])
                y = _sides(own, side_y[k] * step_y, south[j], north[j], inverse_dy[j])
                _inflow(work, total, c, x, y, speed_x, speed_y, U(k * size))
                _solve_column(work, factors, U((column[j, i] * classes + k) * 3 * layers), lanes)
                _store(c, U(own), work)


@compiled
def _load(total: Any, source: Any, first: Any, loaded: bool) -> None:
    if loaded:
        for n in range(U(total.size)):
            total[n] = source[first + n]
    else:
        for n in range(U(total.size)):
            total[n] = 0


@compiled
def _gather(total: Any, c: Any, cell: Any, rate: Any, feeding: Any, first: Any,
            last: Any) -> None:  # fmt: skip
    """Add what other classes feed into one, ``sum_j rate_j c_j``, in one column."""
    size = U(total.size)
    whole = last - (last - first) % 4
    for n in range(first, whole, 4):
        a, b = cell + U(feeding[n]) * size, cell + U(feeding[n + 1]) * size
        d, e = cell + U(feeding[n + 2]) * size, cell + U(feeding[n + 3]) * size
        p, q, r, s = rate[n], rate[n + 1], rate[n + 2], rate[n + 3]
        for i in range(size):
            total[i] += p * c[a + i] + q * c[b + i] + r * c[d + i] + s * c[e + i]
    for n in range(whole, last):
        a, p = cell + U(feeding[n]) * size, rate[n]
        for i in range(size):
            total[i] += p * c[a + i]


@compiled
def _sides(own: int, step: int, lower: Any, upper: Any, inverse: Any) -> Any:
    """Return along one axis where upwind and downwind stand, what diffuses from each, 1/width."""
    if step > 0:
        return U(own - step), U(own + step), lower, upper, inverse
    return U(own - step), U(own + step), upper, lower, inverse


@compiled
def _inflow(work: Any, total: Any, c: Any, x: Any, y: Any, speed_x: Any, speed_y: Any,
            first: Any) -> None:  # fmt: skip
    """Add the horizontal inflow: by wind from upwind, by diffusion from both sides."""
    a, b, p, q, fast_x = x
    d, e, r, s, fast_y = y
    for n in range(U(work.size)):
        by_x = (speed_x[first + n] * fast_x + p) * c[a + n] + q * c[b + n]
        by_y = (speed_y[first + n] * fast_y + r) * c[d + n] + s * c[e + n]
        work[n] = total[n] + by_x + by_y


@compiled
def _solve_column(work: Any, factors: Any, first: Any, lanes: Any) -> None:
    """Forward elimination and back substitution with the factorised tridiagonal, in place."""
    width, one = U(len(lanes)), U(1)
    layers = U(work.size) // width
    a = factors[first]
    for q in range(width):
        work[q] *= a
    for z in range(one, layers):
        a, b = factors[first + z], factors[first + layers + z]
        for q in range(width):
            work[z * width + q] = a * work[z * width + q] + b * work[z * width + q - width]
    for above in range(one, layers):
        layer = layers - one - above
        b = factors[first + layers + layers + layer]
        for q in range(width):
            work[layer * width + q] += b * work[layer * width + q + width]


@compiled
def _store(c: Any, own: Any, work: Any) -> None:
    for n in range(U(work.size)):
        c[own + n] = work[n]


@compiled
def residual(c: Any, source: Any, st: Any, lanes: Any) -> Any:
    """Return sum over cells and classes of volume x abs(source - operator c), (rhs,)."""
    ny, nx = st.column.shape
    classes, layers = st.side_x.size, st.below.shape[1]
    size = layers * len(lanes)
    first, feeding, rate = st.first, st.feeding, st.feed_rate
    side_x, side_y, speed_x, speed_y = st.side_x, st.side_y, st.speed_x, st.speed_y
    inverse_dx, inverse_dy, column = st.inverse_dx, st.inverse_dy, st.column
    west, east, south, north = st.west, st.east, st.south, st.north
    diagonal, below, above, volume = st.diagonal, st.below, st.above, st.volume
    norm = np.zeros(len(lanes), np.float64)
    total, work = np.zeros(size, np.float64), np.zeros(size, np.float64)
    step_x = classes * size
    step_y = step_x * (nx + 2)
    for j in range(ny):
        for i in range(nx):
            cell = ((j + 1) * (nx + 2) + i + 1) * classes * size
            for k in range(classes):
                own = cell + k * size
                _load(total, source, U(((j * nx + i) * classes + k) * size), True)
                _gather(total, c, U(cell), rate, feeding, first[k], first[k + 1])
                x = _sides(own, side_x[k] * step_x, west[i], east[i], inverse_dx[i])
                y = _sides(own, side_y[k] * step_y, south[j], north[j], inverse_dy[j])
                _inflow(work, total, c, x, y, speed_x, speed_y, U(k * size))
                vertical = diagonal[column[j, i], k], below[k], above[k]
                _add_residual(norm, work, c, U(own), vertical, volume[j, i], lanes)
    return norm


@compiled
def _add_residual(norm: Any, inflow: Any, c: Any, own: Any, vertical: Any, volume: Any,
                  lanes: Any) -> None:  # fmt: skip
    diagonal, below, above = vertical
    width, layers = U(len(lanes)), diagonal.size
    for z in range(layers):
        for lane in range(width):
            n = U(z) * width + lane
            value = inflow[n] - diagonal[z] * c[own + n]
            if z > 0:
                value += below[z] * c[own + n - width]
            if z < layers - 1:
                value += above[z] * c[own + n + width]
            norm[lane] += abs(value) * volume[z]


@compiled
def turn(direction: Any, image: Any, rest: Any, beta: Any, omega: Any) -> None:
    """Set direction = rest + beta (direction - omega image), and image to the same."""
    for n in range(rest.shape[0]):
        for q in range(rest.shape[1]):
            value = rest[n, q] + beta[q] * (direction[n, q] - omega[q] * image[n, q])
            direction[n, q] = value
            image[n, q] = value


@compiled
def against(x: Any, image: Any, other: Any) -> Any:
    """Set image = x - image; return sum of image * other and of image * image (2, columns)."""
    total = np.zeros((2, x.shape[1]), np.float64)
    for n in range(x.shape[0]):
        for q in range(x.shape[1]):
            value = x[n, q] - image[n, q]
            image[n, q] = value
            total[0, q] += np.float64(value) * other[n, q]
            total[1, q] += np.float64(value) * value
    return total


@compiled
def step(rest: Any, image: Any, copy: Any, alpha: Any) -> None:
    """Set rest = rest - alpha image, and copy to the same."""
    for n in range(rest.shape[0]):
        for q in range(rest.shape[1]):
            value = rest[n, q] - alpha[q] * image[n, q]
            rest[n, q] = value
            copy[n, q] = value


@compiled
def close(x: Any, direction: Any, rest: Any, image: Any, shadow: Any, alpha: Any,
          omega: Any) -> Any:  # fmt: skip
    """Set x += alpha direction + omega rest, rest -= omega image; return the sums of rest * shadow
    and rest * rest (2, columns)."""
    total = np.zeros((2, x.shape[1]), np.float64)
    for n in range(x.shape[0]):
        for q in range(x.shape[1]):
            old = rest[n, q]
            x[n, q] += alpha[q] * direction[n, q] + omega[q] * old
            value = old - omega[q] * image[n, q]
            rest[n, q] = value
            total[0, q] += np.float64(value) * shadow[n, q]
            total[1, q] += np.float64(value) * value
    return total
