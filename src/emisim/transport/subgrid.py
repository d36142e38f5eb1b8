"""The plume within a cell of the mesh: how a monitor sees the fine cells around it.

The mesh gives the mean over a pair of its cells. Near a monitor the pattern inside them matters: a
road beside it counts for more than one at the far corner. The Gaussian kernels of
:mod:`emisim.transport.receptors`, made for the city's fine grid, share each mesh cell's effect
among its fine cells:

    factor(r, x) = K(x -> r) / mean of K over all pairs of fine cells of the same two mesh cells

so that an even emission over the mesh cell has, on average over the receptor's, the effect that
the mesh computed. Beyond a few mesh cells the factor is 1.
"""

import numpy as np
import xarray as xr
from scipy import sparse

from emisim.vocabulary import HALVES, SEASONS

FAMILY = "PM2.5"


def halves(kernels: xr.Dataset) -> xr.DataArray:
    """Return kernels by half year (release, half, dy, dx): seasons weighted by common months."""
    kernel = kernels["kernel"].sel(family=FAMILY, drop=True)
    parts = []
    for months in HALVES.values():
        count = [len(set(months) & set(SEASONS[s])) for s in kernel["season"].values]
        share = xr.DataArray(np.array(count) / sum(count), dims="season")
        parts.append(xr.dot(kernel, share.assign_coords(season=kernel["season"]), dim="season"))
    stacked = np.stack([part.transpose("release", "dy", "dx").values for part in parts], axis=1)
    coords = {"release": kernel["release"].values, "half": list(HALVES)}
    return xr.DataArray(stacked, coords, ("release", "half", "dy", "dx"))


def factors(kernel: xr.DataArray, position: np.ndarray, restrict: sparse.spmatrix,
            shape: tuple[int, int], reach: float) -> xr.DataArray:  # fmt: skip
    """Return the share factors of each receptor (receptor, release, half, cell).

    Parameters
    ----------
    kernel
        Of :func:`halves`, on the fine grid of ``shape`` (ny, nx), offsets receptor minus source.
    position
        Row and column of each receptor's fine cell (receptor, 2).
    restrict
        (mesh cell, fine cell) area shares, each column summing to 1.
    shape
        (ny, nx) of the fine grid.
    reach
        Distance within which the factor differs from 1, in fine cells.
    """
    home = np.asarray(restrict.tocsc().argmax(axis=0)).ravel()
    count = np.asarray(restrict.sum(axis=1)).ravel()
    average = sparse.diags_array(1 / np.where(count > 0, count, 1)) @ sparse.csr_array(restrict)
    rows, columns = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    out = np.ones((len(position), *kernel.shape[:2], len(rows)))
    for r, (row, column) in enumerate(np.asarray(position, int)):
        here = home[row * shape[1] + column]
        own = _seen(kernel.values, row, column, shape)
        around = np.flatnonzero(home == here)
        mean = np.mean([_seen(kernel.values, rows[c], columns[c], shape) for c in around], axis=0)
        block = (mean.reshape(-1, mean.shape[-1]) @ average.T)[:, home].reshape(own.shape)
        near = np.hypot(rows - row, columns - column) <= reach
        near = np.isin(home, home[near])
        out[r] = np.where(near & (block > 0), own / np.where(block > 0, block, 1), 1)
    coords = {"release": kernel["release"].values, "half": kernel["half"].values}
    return xr.DataArray(out, coords, ("receptor", "release", "half", "cell"))


def _seen(kernel: np.ndarray, row: int, column: int, shape: tuple[int, int]) -> np.ndarray:
    """Return kernels (..., cell) from every fine cell to the one at (row, column)."""
    ny, nx = shape
    part = kernel[..., row : row + ny, column : column + nx]
    return part[..., ::-1, ::-1].reshape(*kernel.shape[:-2], ny * nx)
