"""Fit of the joint distribution of daily values on cities that have a daily series."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from emisim.errors import InputError
from emisim.indices.days import MODELLED, seasons_of
from emisim.indices.joint_table import KEY
from emisim.vocabulary import SEASONS

Rows = dict[tuple[str, str, str, str], float]


def fit(concentration: xr.DataArray, least_days: float) -> pd.DataFrame:
    """Return the parameters of :class:`emisim.indices.joint_table.Joint` with their range.

    Parameters
    ----------
    concentration
        (place, day, species) as in :func:`emisim.indices.aqi.daily`; O3 is not looked at.
    least_days
        Days with all five pollutants that a season of a calendar year must have.

    Returns
    -------
    DataFrame
        Columns parameter, season, species, other, value, low, high, count: mean, smallest and
        largest over the city years, and how many there are. Unit 1.

    Raises
    ------
    InputError
        If a season has too few days in every city and year.
    """
    values = concentration.sel(species=list(MODELLED)).transpose("place", "day", "species")
    found: dict[tuple[str, str, str, str], list[float]] = {}
    for place in values["place"].values:
        here = values.sel(place=place)
        here = here.isel(day=np.flatnonzero((here > 0).all("species")))
        for _, year in here.groupby("day.year"):
            for key, number in _of_year(year, least_days).items():
                found.setdefault(key, []).append(number)
    missing = [s for s in SEASONS if ("persistence", s, "", "") not in found]
    if missing:
        msg = f"no city and year has {least_days:g} days with five pollutants in {missing[0]}"
        raise InputError(msg, hint="give more daily data, or lower season_days")
    rows = [
        (*key, np.mean(numbers), min(numbers), max(numbers), len(numbers))
        for key, numbers in found.items()
    ]
    table = pd.DataFrame(rows, columns=[*KEY, "value", "low", "high", "count"])
    return table.sort_values("parameter", kind="stable", ignore_index=True)


def _of_year(year: xr.DataArray, least_days: float) -> Rows:
    """Return the parameters of one city and year, for the seasons with enough days."""
    season = seasons_of(year["day"])
    table = pd.DataFrame(year.values, pd.Index(year["day"].values), list(MODELLED))
    parts = {s: table[season == s] for s in SEASONS}
    parts = {s: part for s, part in parts.items() if len(part) >= least_days}
    rows: Rows = {}
    for name, part in parts.items():
        rows |= _of_season(name, part)
    if len(parts) == len(SEASONS):
        rows |= _ratios(parts)
    return rows


def _of_season(season: str, part: pd.DataFrame) -> Rows:
    number = part.shape[0]
    scores = stats.norm.ppf((stats.rankdata(part.to_numpy(), axis=0) - 1 / 2) / number)
    matrix = np.corrcoef(scores.T)
    rows: Rows = {}
    for i, one in enumerate(MODELLED):
        rows["variation", season, one, ""] = part[one].std() / part[one].mean()
        for j in range(i):
            rows["correlation", season, MODELLED[j], one] = matrix[i, j]
    rows["persistence", season, "", ""] = _persistence(scores, part.index)
    return rows


def _persistence(scores: np.ndarray, dates: pd.Index) -> float:
    """Return the correlation of a day's scores with the day before, mean of the pollutants."""
    after = np.flatnonzero(np.diff(dates) == np.timedelta64(1, "D")) + 1
    pairs = [np.corrcoef(s[after - 1], s[after])[0, 1] for s in scores.T]
    return float(np.mean(pairs))


def _ratios(parts: Mapping[str, pd.DataFrame]) -> Rows:
    means = pd.DataFrame({s: part.mean() for s, part in parts.items()})
    number = pd.Series({s: float(len(part)) for s, part in parts.items()})
    ratio = means.div(means.mul(number).sum(axis=1) / number.sum(), axis=0)
    found = ratio.loc[list(MODELLED), list(parts)].to_numpy()
    return {
        ("seasonal_ratio", s, p, ""): float(found[i, j])
        for j, s in enumerate(parts)
        for i, p in enumerate(MODELLED)
    }
