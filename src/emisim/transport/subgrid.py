"""The plume within a cell of the mesh: how a receptor sees the fine cells around it.

The mesh gives the mean over a pair of its cells. Near a monitor the pattern inside them matters: a
road beside it counts for more than one at the far corner; in a district, people live where the
traffic is. The Gaussian kernels K of :mod:`emisim.transport.receptors`, made for the city's fine
grid, share each mesh cell's effect among its fine cells. With w the receptor's weights on fine
cells and w' the same spread evenly over each mesh cell,

    factor(x) = sum_r w(r) K(x -> r) / mean over the mesh cell of x of sum_r w'(r) K(x -> r)

so that an even emission over the mesh cell has, on average over the receptor's, the effect that
the mesh computed. Beyond a few mesh cells the factor is 1.
"""

import numpy as np
import scipy.fft
import xarray as xr
from scipy import sparse
from scipy.ndimage import distance_transform_edt

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


def factors(kernel: xr.DataArray, weights: np.ndarray, restrict: sparse.spmatrix,
            shape: tuple[int, int], reach: float) -> xr.DataArray:  # fmt: skip
    """Return the share factors of each receptor (receptor, release, half, cell).

    Parameters
    ----------
    kernel
        Of :func:`halves`, on the fine grid of ``shape`` (ny, nx), offsets receptor minus source.
    weights
        Where each receptor is (receptor, cell): 1 in a monitor's fine cell, people of a district.
    restrict
        (mesh cell, fine cell) area shares, each column summing to 1.
    shape
        (ny, nx) of the fine grid.
    reach
        Distance from the receptor within which the factor differs from 1, in fine cells.
    """
    home = np.asarray(restrict.tocsc().argmax(axis=0)).ravel()
    count = np.bincount(home, minlength=restrict.shape[0])
    mean = sparse.csr_array((1 / count[home], (home, np.arange(home.size))), restrict.shape)
    spectra = _spectra(kernel.values, shape)
    out = np.ones((len(weights), *kernel.shape[:2], home.size))
    for r, own in enumerate(weights):
        even = (mean @ own)[home]
        here, spread = (_seen(spectra, w, shape) for w in (own, even))
        block = (mean @ spread.reshape(-1, home.size).T).T[:, home].reshape(spread.shape)
        near = distance_transform_edt(own.reshape(shape) == 0).ravel() <= reach
        near = np.isin(home, home[near])
        out[r] = np.where(near & (block > 0), here / np.where(block > 0, block, 1), 1)
    coords = {"release": kernel["release"].values, "half": kernel["half"].values}
    return xr.DataArray(out, coords, ("receptor", "release", "half", "cell"))


def _spectra(kernel: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return the transforms of kernels (..., dy, dx), zero offset at the origin."""
    size = [scipy.fft.next_fast_len(2 * n - 1, real=True) for n in shape]
    padded = np.zeros((*kernel.shape[:-2], *size))
    padded[..., : kernel.shape[-2], : kernel.shape[-1]] = kernel
    return scipy.fft.rfft2(np.roll(padded, [1 - n for n in shape], axis=(-2, -1)))


def _seen(spectra: np.ndarray, weights: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return the effect (..., cell) of every fine cell on the weighted cells."""
    size = [scipy.fft.next_fast_len(2 * n - 1, real=True) for n in shape]
    seen = scipy.fft.rfft2(weights.reshape(shape), s=size) * spectra.conj()
    field = scipy.fft.irfft2(seen, s=size)[..., : shape[0], : shape[1]]
    return np.maximum(field, 0).reshape(*spectra.shape[:-2], -1)
