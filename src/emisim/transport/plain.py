"""The compiled loops of the transport solver in plain numpy: what they are compared with.

Columns on a diagonal of the sweep do not touch each other and are solved together.
"""

import numpy as np
from numpy.typing import NDArray

from emisim.transport.operator import Stencil

Array = NDArray[np.floating]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def sweep(c: Array, source: Array, st: Stencil, members: Ints, northward: bool,
          eastward: bool) -> None:  # fmt: skip
    """Solve every column once in downwind order for the classes ``members``, in place.

    Parameters
    ----------
    c
        The unknown (ny + 2, nx + 2, class, nz, rhs) with a halo of zeros.
    source
        (ny, nx, class, nz, rhs), per volume.
    st
        The coefficients, not flattened.
    """
    ny, nx = st.column.shape
    for diagonal in range(ny + nx - 1):
        row = np.arange(max(0, diagonal - nx + 1), min(ny, diagonal + 1))
        j = row if northward else ny - 1 - row
        i = diagonal - row if eastward else nx - 1 - (diagonal - row)
        for k in members:
            total = inflow(c, source, st, j, i, k)
            c[j + 1, i + 1, k] = _columns(total, st.factors[st.column[j, i], k])


def residual(c: Array, source: Array, st: Stencil) -> Array:
    """Return source - operator c per volume, shaped as ``source``."""
    ny, nx = st.column.shape
    j, i = (a.ravel() for a in np.indices((ny, nx)))
    out = np.zeros_like(source)
    for k in range(len(st.side_x)):
        own = c[j + 1, i + 1, k]
        left = inflow(c, source, st, j, i, k) - st.diagonal[st.column[j, i], k][..., None] * own
        left[:, 1:] += st.below[k, 1:, None] * own[:, :-1]
        left[:, :-1] += st.above[k, :-1, None] * own[:, 1:]
        out[j, i, k] = left
    return out


def inflow(c: Array, source: Array, st: Stencil, j: Ints, i: Ints, k: int) -> Array:
    """Return source, other classes and horizontal neighbours of columns (n, nz, rhs)."""
    links = slice(st.first[k], st.first[k + 1])
    others = c[j[:, None] + 1, i[:, None] + 1, st.feeding[links]]
    a, b = st.side_x[k], st.side_y[k]
    near, far = (st.west, st.east) if a > 0 else (st.east, st.west)
    left, right = (st.south, st.north) if b > 0 else (st.north, st.south)
    by_x = np.outer(st.inverse_dx[i], st.speed_x[k]) + near[i, None]
    by_y = np.outer(st.inverse_dy[j], st.speed_y[k]) + left[j, None]
    return (
        source[j, i, k]
        + np.einsum("n,pnzq->pzq", st.feed_rate[links], others)
        + by_x[..., None] * c[j + 1, i + 1 - a, k]
        + far[i, None, None] * c[j + 1, i + 1 + a, k]
        + by_y[..., None] * c[j + 1 - b, i + 1, k]
        + right[j, None, None] * c[j + 1 + b, i + 1, k]
    )


def _columns(total: Array, factors: Floats) -> Array:
    """Solve columns (n, nz, rhs) with their factorised tridiagonals (n, 3, nz)."""
    inverse, lower, upper = (factors[:, part, :, None] for part in range(3))
    out = total * inverse
    for z in range(1, out.shape[1]):
        out[:, z] += lower[:, z] * out[:, z - 1]
    for z in range(out.shape[1] - 2, -1, -1):
        out[:, z] += upper[:, z] * out[:, z + 1]
    return out
