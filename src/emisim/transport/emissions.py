"""Emissions in the form that the Gaussian kernels want: by tracer, release, season and cell."""

import numpy as np
import pandas as pd
import xarray as xr
from scipy import sparse

from emisim import units
from emisim.errors import InputError
from emisim.vocabulary import SEASONS

TRACERS: dict[str, dict[str, int]] = {
    "EC": {"BC": 1},
    "POA": {"OC": 1},
    "other": {"PM2.5": 1, "BC": -1, "OC": -1},
    "coarse": {"PM10": 1, "PM2.5": -1},
    "SO2": {"SO2": 1},
    "NOx": {"NOx": 1},
}
"""Emitted tracers as sums of inventory species."""


def season_days(year: int) -> xr.DataArray:
    """Return the days of each season in a calendar year (season,)."""
    days = {
        m: pd.Timestamp(year, m, 1).days_in_month for months in SEASONS.values() for m in months
    }
    counts = [sum(days[m] for m in months) for months in SEASONS.values()]
    return xr.DataArray(np.array(counts, float), {"season": list(SEASONS)}, "season")


def _seasonal(emission: xr.DataArray) -> xr.DataArray:
    parts = [emission.sel(month=list(months)).sum("month") for months in SEASONS.values()]
    return xr.concat(parts, pd.Index(list(SEASONS), name="season"))


def release_fields(emission: xr.DataArray, share: sparse.spmatrix, release: xr.DataArray,
                   shape: tuple[int, int], year: int) -> xr.DataArray:  # fmt: skip
    """Put emissions on the grid by tracer, release class and season.

    Parameters
    ----------
    emission
        (..., source, month, species), kg per month.
    share
        (source, cell): share of each source in each cell, rows summing to at most 1.
    release
        Release class of each source (source,).
    shape
        (ny, nx).
    year
        Calendar year of the months.

    Returns
    -------
    xr.DataArray
        (..., tracer, release, season, y, x), ug/s per cell.
    """
    if not np.array_equal(emission["source"].values, release["source"].values):
        msg = "emission and release classes have different sources"
        raise InputError(msg, hint="group the release classes of the same inventory")
    mix = np.array([[t.get(s, 0) for s in emission["species"].values] for t in TRACERS.values()])
    leading = [d for d in emission.dims if d not in ("source", "month", "species")]
    ordered = _seasonal(emission).transpose(*leading, "season", "species", "source")
    tracer = np.einsum("ts,...sn->...tn", mix, ordered.values)
    seconds = season_days(year).values * units.factor("d", "s")
    rate = tracer * units.factor("kg", "ug") / seconds[:, None, None]
    names = sorted(set(release.values.tolist()))
    flat = rate.reshape(-1, rate.shape[-1])
    cells = np.stack([(share.T @ (flat * (release.values == n)).T).T for n in names])
    out = cells.reshape(len(names), *rate.shape[:-1], *shape)
    dims = ("release", *leading, "season", "tracer", "y", "x")
    coords = {d: emission[d].values for d in leading if d in emission.coords}
    coords |= {"release": names, "season": list(SEASONS), "tracer": list(TRACERS)}
    return xr.DataArray(out, coords, dims, attrs={"units": "ug s-1"}).transpose(
        *leading, "tracer", "release", "season", "y", "x"
    )
