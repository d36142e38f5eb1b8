"""Kernels applied to gridded emissions by fast Fourier transform."""

from collections.abc import Mapping

import numpy as np
import scipy.fft
import xarray as xr

from emisim.errors import InputError

Chain = Mapping[str, tuple[str, str]]
"""Output name -> (tracer whose emission drives it, kernel family)."""


def concentrations(emission: xr.DataArray, kernels: xr.Dataset, chain: Chain) -> xr.DataArray:
    """Return ground concentrations of gridded emissions, summed over release classes.

    Parameters
    ----------
    emission
        (..., tracer, release, season, y, x) in ug/s per cell, y northward, x eastward.
    kernels
        As :mod:`emisim.transport.receptors`.
    chain
        What to compute, see :data:`Chain`.

    Returns
    -------
    xr.DataArray
        (..., component, season, y, x) in ug/m3; ``component`` holds the names of ``chain``.

    Raises
    ------
    InputError
        If the kernels do not cover the grid, or releases or seasons differ.
    """
    ny, nx = emission.sizes["y"], emission.sizes["x"]
    _check_cover(emission, kernels, ny, nx)
    inner = ("tracer", "release", "season", "y", "x")
    leading = [d for d in emission.dims if d not in inner]
    ordered = emission.transpose(*leading, *inner)
    releases = list(emission["release"].values)
    kernel = kernels["kernel"].sel(release=releases)
    shape = [scipy.fft.next_fast_len(n, real=True) for n in (2 * ny - 1, 2 * nx - 1)]
    out = np.empty(
        (*(emission.sizes[d] for d in leading), len(chain), emission.sizes["season"], ny, nx)
    )
    for s, season in enumerate(emission["season"].values):
        spectra = _kernel_spectra(kernel.sel(season=season), chain, shape, ny, nx)
        for index in np.ndindex(*(emission.sizes[d] for d in leading)):
            fields = ordered.values[(*index, slice(None), slice(None), s)]
            out[(*index, slice(None), s)] = _apply(
                fields, list(emission["tracer"].values), spectra, chain, shape
            )[:, :ny, :nx]
    coords = {d: emission[d].values for d in (*leading, "season", "y", "x") if d in emission.coords}
    dims = (*leading, "component", "season", "y", "x")
    return xr.DataArray(out, dims=dims, coords={**coords, "component": list(chain)},
                        attrs={"units": "ug m-3"})  # fmt: skip


def _kernel_spectra(kernel: xr.DataArray, chain: Chain, shape: list[int], ny: int,
                    nx: int) -> dict[str, np.ndarray]:  # fmt: skip
    """Return transforms (release, ky, kx) of the families used, zero offset at the origin."""
    spectra = {}
    for family in {family for _, family in chain.values()}:
        padded = np.zeros((kernel.sizes["release"], *shape))
        full = kernel.sel(family=family).values
        padded[:, : full.shape[1], : full.shape[2]] = full
        padded = np.roll(padded, (1 - ny, 1 - nx), axis=(1, 2))
        spectra[family] = scipy.fft.rfft2(padded)
    return spectra


def _apply(fields: np.ndarray, tracers: list[str], spectra: dict[str, np.ndarray], chain: Chain,
           shape: list[int]) -> np.ndarray:  # fmt: skip
    """Return (component, *shape); tracers are transformed once, releases summed in spectrum."""
    used = sorted({tracer for tracer, _ in chain.values()})
    forward = {t: scipy.fft.rfft2(fields[tracers.index(t)], s=shape) for t in used}
    product = np.stack(
        [np.einsum("rij,rij->ij", forward[t], spectra[f]) for t, f in chain.values()]
    )
    return np.maximum(scipy.fft.irfft2(product, s=shape), 0)


def _check_cover(emission: xr.DataArray, kernels: xr.Dataset, ny: int, nx: int) -> None:
    found = (kernels.sizes["dy"], kernels.sizes["dx"])
    if found != (2 * ny - 1, 2 * nx - 1):
        msg = "the kernels were made for another grid"
        hint = "make the kernels again for this grid"
        raise InputError(msg, value=found, allowed=[(2 * ny - 1, 2 * nx - 1)], hint=hint)
    for dim in ("release", "season"):
        missing = set(emission[dim].values) - set(kernels[dim].values)
        if missing:
            msg = f"the kernels lack a {dim}"
            raise InputError(msg, value=sorted(missing)[0], allowed=list(kernels[dim].values))
