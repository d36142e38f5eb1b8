"""One hour of explicit horizontal and implicit vertical transport, compiled.

The horizontal part of a step is first-order upwind with diffusion, explicit; the vertical part is
implicit diffusion, deposition and loss, an exact tridiagonal solve in every column. A steady state
of the pair solves the steady equations exactly whatever the step. Fields lie innermost, so that
layer and field together are one contiguous vector of a column.
"""

import numba
import numpy as np


@numba.njit(cache=True, fastmath=True)
def march(c, fresh, mean, source, stay, west, east, south, north, low, gain, steps):
    """Advance ``c`` by ``steps`` equal steps and add each step's first layer to ``mean``.

    Parameters
    ----------
    c, fresh
        (ny + 2, nx + 2, nz * m): concentration with a rim of zeros, and a work array of that shape.
    mean
        (ny, nx, m): receives the sum over the steps of the concentration of the first layer.
    source
        (ny, nx, nz * m): what a step adds.
    stay, west, east, south, north
        (nz * m,): share of a cell that stays, and of its neighbours' air that comes.
    low, gain
        (nz,): tridiagonal factors of a column, below the diagonal and the inverse pivot; see
        :func:`emisim.validation.hourly.column_factors`.
    """
    ny, nx, m = mean.shape
    nz = low.size
    for _ in range(steps):
        for j in range(1, ny + 1):
            for i in range(1, nx + 1):
                new = fresh[j, i]
                here, w, e = c[j, i], c[j, i - 1], c[j, i + 1]
                s, n, add = c[j - 1, i], c[j + 1, i], source[j - 1, i - 1]
                for q in range(nz * m):
                    new[q] = (
                        stay[q] * here[q]
                        + west[q] * w[q]
                        + east[q] * e[q]
                        + south[q] * s[q]
                        + north[q] * n[q]
                        + add[q]
                    )
        for j in range(1, ny + 1):
            for i in range(1, nx + 1):
                column(c[j, i], fresh[j, i], low, gain, m)
                for q in range(m):
                    mean[j - 1, i - 1, q] += c[j, i, q]


@numba.njit(cache=True, fastmath=True)
def column(out, right, low, gain, m):
    """Solve one column, (nz * m,); ``right`` is overwritten. See :func:`march`.

    ``low[k]`` couples layer k to k - 1 (negative), ``gain[0, k]`` is the inverse pivot and
    ``gain[1, k]`` the elimination factor to the layer above.
    """
    nz = low.size
    for q in range(m):
        right[q] *= gain[0, 0]
    for k in range(1, nz):
        for q in range(m):
            right[k * m + q] = (right[k * m + q] - low[k] * right[(k - 1) * m + q]) * gain[0, k]
    for q in range(m):
        out[(nz - 1) * m + q] = right[(nz - 1) * m + q]
    for k in range(nz - 2, -1, -1):
        for q in range(m):
            out[k * m + q] = right[k * m + q] - gain[1, k] * out[(k + 1) * m + q]


def column_by_hand(right: np.ndarray, low: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Solve columns (..., nz) in plain numpy, to compare with :func:`column`."""
    r = right.copy()
    r[..., 0] *= gain[0, 0]
    for k in range(1, low.size):
        r[..., k] = (r[..., k] - low[k] * r[..., k - 1]) * gain[0, k]
    for k in range(low.size - 2, -1, -1):
        r[..., k] -= gain[1, k] * r[..., k + 1]
    return r
