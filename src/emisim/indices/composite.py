"""Composite index and rank among peers, as cities are ranked since 2013."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from emisim.errors import InputError
from emisim.indices.standards import SPECIES, InForce


def rounded(values: np.ndarray, decimals: float | np.ndarray, tables: InForce) -> np.ndarray:
    """Round decimal numbers half to even (GB/T 8170), free of binary noise."""
    step = 10.0 ** np.asarray(decimals)
    return np.rint(np.round(values * step, int(tables.rule("noise_digits")))) / step


def composite(
    mean: xr.DataArray, high: xr.DataArray, tables: InForce, *, as_reported: bool = True
) -> xr.Dataset:
    """Composite index: sum of the six ratios of concentration to denominator.

    Parameters
    ----------
    mean, high
        Means and percentiles (..., species) in ug/m3, CO mg/m3; the index takes the mean of SO2,
        NO2, PM10 and PM2.5 and the percentile of CO and O3.
    tables
        Standards in force.
    as_reported
        Round concentrations and index as published; else keep all digits.

    Returns
    -------
    Dataset
        ``single_index`` (..., species), ``largest`` likewise (ties all true), ``composite_index``
        (...), NaN where a pollutant is missing.
    """
    order = {"species": list(SPECIES)}
    takes = xr.DataArray(tables.rules("takes_percentile") > 0, order, ("species",))
    values = xr.where(takes, high.reindex(order), mean.reindex(order))
    values = values.transpose(..., "species")
    if as_reported:
        values = values.copy(data=rounded(values.values, tables.rules("report_decimals"), tables))
    single = values / tables.rules("denominator")
    index = single.sum("species", skipna=False)
    if as_reported:
        index = index.copy(data=rounded(index.values, tables.rule("index_decimals"), tables))
    largest = (single == single.max("species")) & index.notnull()
    return xr.Dataset({"single_index": single, "largest": largest, "composite_index": index})


class Rank(NamedTuple):
    """Place among peers; equal indices share the better place."""

    from_best: np.ndarray
    from_worst: np.ndarray
    of: int


def rank(index: np.ndarray | float, peers: np.ndarray) -> Rank:
    """Rank composite indices among a table of peers (smallest is best).

    Parameters
    ----------
    index
        Index of the city, or of many outcomes of it (any shape).
    peers
        (n) indices of the other cities, the city itself left out.

    Returns
    -------
    Rank
        Places 1 to n + 1 counted from the best and from the worst, and n + 1.

    Raises
    ------
    InputError
        If a peer has no index.
    """
    others = np.sort(np.asarray(peers, dtype=float).ravel())
    if not np.isfinite(others).all() or np.isnan(index).any():
        msg = "a composite index is missing; a rank needs all of them"
        raise InputError(msg, hint="leave the city out of the table, or give its index")
    better = np.searchsorted(others, index, "left")
    worse = others.size - np.searchsorted(others, index, "right")
    return Rank(better + 1, worse + 1, others.size + 1)
