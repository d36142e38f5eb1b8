"""Assessment of a year by HJ 663: means, percentiles, validity, days, composite index, rank."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from emisim.errors import InputError, require_known
from emisim.indices import aqi
from emisim.indices.standards import SPECIES, InForce, Standards

EXCLUDE, EXCEED = "exclude", "exceed"
INCOMPLETE = (EXCLUDE, EXCEED)
"""How a day with a missing pollutant counts: not at all, or as bad where the others exceed."""


def rounded(values: np.ndarray, decimals: float | np.ndarray, tables: InForce) -> np.ndarray:
    """Round decimal numbers half to even (GB/T 8170), free of binary noise."""
    step = 10.0 ** np.asarray(decimals)
    return np.rint(np.round(values * step, int(tables.rule("noise_digits")))) / step


def percentile(values: np.ndarray, percent: float) -> np.ndarray:
    """Return a percentile along the last axis at position k = 1 + (n - 1) p (HJ 663-2013).

    Parameters
    ----------
    values
        Daily values; NaN where missing, n of them being there.
    percent
        0 to 100. Between two ordered neighbours the value is linear.

    Returns
    -------
    Array without the last axis; NaN where no value is there.
    """
    ordered = np.sort(values, axis=-1)
    count = np.count_nonzero(~np.isnan(ordered), axis=-1)
    position = np.maximum(count - 1, 0) * percent / 100
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    low = np.take_along_axis(ordered, below[..., None], -1)[..., 0]
    high = np.take_along_axis(ordered, above[..., None], -1)[..., 0]
    return low + (position - below) * (high - low)


def annual(
    concentration: xr.DataArray,
    standards: Standards,
    year: int,
    *,
    standard: str | None = None,
    incomplete: str = EXCLUDE,
    ozone_1h: xr.DataArray | None = None,
) -> xr.Dataset:
    """Assess one calendar year.

    Parameters
    ----------
    concentration
        (place, day, species), as :func:`emisim.indices.aqi.daily` takes it; other years are left
        out.
    standard
        AQI standard for the days; without it, the one in force on each day.
    incomplete
        ``exclude``: only days with all six pollutants count. ``exceed``: a day without one of them
        counts as exceeding where the others exceed already, which is certain.
    ozone_1h
        (place, day): daily maximum 1 h of O3 in ug/m3 for the daily report of HJ 633-2012.

    Returns
    -------
    Dataset
        By (place, species): ``mean``, ``percentile`` (as computed), ``reported_mean``,
        ``reported_percentile`` (rounded), ``valid_days``, ``short_months``, ``valid``, ``reasons``,
        ``single_index``, ``largest`` (bool). By place: ``composite_index`` (NaN where a pollutant
        has no data), ``composite_valid``, ``good_days``, ``heavy_days``, ``counted_days``,
        ``good_share`` and the counts by rule of :func:`days`. Units: ug/m3, CO mg/m3, days.

    Raises
    ------
    InputError
        If the year has no day, or the concentrations break a rule of ``aqi.daily``.
    """
    part = of_year(concentration, year)
    tables = standards.on(f"{year}-12-31", standard)
    values = aqi.checked(part)
    statistics = _statistics(values, tables)
    months = part["day"].dt.month.to_numpy()
    validity = _validity(values, months, tables)
    index = composite(statistics["mean"], statistics["percentile"], tables)
    found = aqi.daily(part, standards, standard=standard, ozone_1h=ozone_1h)
    counts = days(found, standards, standard=standard, incomplete=incomplete)
    counts["absent_days"] = pd.Timestamp(year, 12, 31).day_of_year - counts["days_with_data"]
    whole = xr.merge([xr.Dataset({**statistics, **validity}), index], join="outer")
    whole = whole.assign_coords(place=part["place"].to_numpy(), species=list(SPECIES))
    whole = whole.merge(counts)
    whole["composite_valid"] = whole["valid"].all("species")
    used = {"aqi_standard": found.attrs["standards"], "incomplete_rule": incomplete, "year": year}
    return whole.assign_attrs(used)


def of_year(concentration: xr.DataArray, year: int) -> xr.DataArray:
    """Return the days of one calendar year.

    Raises
    ------
    InputError
        If there is none.
    """
    years = concentration["day"].dt.year.to_numpy()
    if not (years == year).any():
        msg = f"no day of {year} in the observations"
        have = [str(y) for y in np.unique(years)]
        raise InputError(msg, value=year, allowed=have, hint="ask for a year that was observed")
    return concentration.isel(day=np.flatnonzero(years == year))


def days(
    indices: xr.Dataset,
    standards: Standards,
    *,
    standard: str | None = None,
    incomplete: str = EXCLUDE,
) -> xr.Dataset:
    """Count good and heavy-pollution days over all days of ``indices``.

    Parameters
    ----------
    indices
        What :func:`emisim.indices.aqi.daily` returns.
    standard, incomplete
        As in :func:`annual`; ``standard`` must be the one the indices were made with.

    Returns
    -------
    Dataset
        By place: ``good_days``, ``heavy_days``, ``counted_days``, ``good_share`` (0 to 1, NaN
        without a counted day); ``grade_days`` (place, grade); ``days_with_data``;
        ``complete_days``; ``incomplete_days``; ``incomplete_exceeding`` (those whose pollutants
        at hand exceed already); ``incomplete_open`` (those that may be either);
        ``above_scale_days``.
    """
    require_known([incomplete], INCOMPLETE, "rule for incomplete days")
    at_least, complete = indices["at_least"].to_numpy(), indices["complete"].to_numpy()
    any_value = ~np.isnan(at_least)
    fine, heavy = np.empty(complete.shape, bool), np.empty(complete.shape, bool)
    for part, tables in aqi.stretches(indices["day"].to_numpy(), standards, standard):
        fine[:, part] = at_least[:, part] <= tables.rule("good_to")
        heavy[:, part] = at_least[:, part] > tables.rule("heavy_above")
    partial = any_value & ~complete
    exceeding = partial & ~fine
    counted = complete | exceeding if incomplete == EXCEED else complete
    grade = indices["grade"].to_numpy()
    grades = np.arange(1, len(standards.on(indices["day"].to_numpy()[0], standard).grade_tops) + 1)
    counts = {
        "good_days": fine & complete,
        "heavy_days": heavy & counted,
        "counted_days": counted,
        "days_with_data": any_value,
        "complete_days": complete,
        "incomplete_days": partial,
        "incomplete_exceeding": exceeding,
        "incomplete_open": partial & fine,
        "above_scale_days": indices["above_scale"].to_numpy().any(axis=-1),
    }
    sums = {name: ("place", np.count_nonzero(flag, axis=1)) for name, flag in counts.items()}
    by_grade = np.stack([np.count_nonzero(grade == g, axis=1) for g in grades], axis=1)
    result = xr.Dataset(
        {**sums, "grade_days": (("place", "grade"), by_grade)},
        {"place": indices["place"].to_numpy(), "grade": grades},
    )
    result["good_share"] = result["good_days"] / result["counted_days"].where(
        result["counted_days"] > 0
    )
    return result


def _statistics(values: np.ndarray, tables: InForce) -> dict[str, xr.DataArray]:
    """Mean and percentile by (place, species), as computed and as reported."""
    known = ~np.isnan(values)
    count = np.count_nonzero(known, axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    levels = tables.rules("percentile")
    high = np.stack([percentile(v, p) for v, p in zip(values, levels, strict=True)])
    decimals = tables.rules("report_decimals")[:, None]
    fields = {
        "mean": mean,
        "percentile": high,
        "reported_mean": rounded(mean, decimals, tables),
        "reported_percentile": rounded(high, decimals, tables),
    }
    return {k: _table(v) for k, v in fields.items()}


def _table(values: np.ndarray) -> xr.DataArray:
    """Label a (species, place) array and turn it to (place, species)."""
    return xr.DataArray(values.T, {"species": list(SPECIES)}, ("place", "species"))


def _validity(values: np.ndarray, months: np.ndarray, tables: InForce) -> dict[str, xr.DataArray]:
    """Valid days by the numbers a year and a month must have, with the reason where too few."""
    known = ~np.isnan(values)
    in_year = np.count_nonzero(known, axis=-1)
    need = np.full(12, tables.rule("valid_days_month"))
    need[1] = tables.rule("valid_days_february")
    in_month = np.stack(
        [np.count_nonzero(known[..., months == m + 1], axis=-1) for m in range(12)], axis=-1
    )
    enough, short = tables.rule("valid_days_year"), in_month < need
    valid = (in_year >= enough) & ~short.any(axis=-1)
    reasons = np.full(valid.shape, "", dtype=object)
    for s, p in zip(*np.nonzero(~valid), strict=True):
        reasons[s, p] = _reason(in_year[s, p], enough, in_month[s, p], need)
    fields = {
        "valid_days": in_year,
        "short_months": short.sum(axis=-1),
        "valid": valid,
        "reasons": reasons,
    }
    return {k: _table(v) for k, v in fields.items()}


def _reason(in_year: int, enough: float, in_month: np.ndarray, need: np.ndarray) -> str:
    parts = [f"{in_year} of {enough:g} days in the year"] if in_year < enough else []
    parts += [
        f"{have} of {want:g} in month {month}"
        for month, (have, want) in enumerate(zip(in_month, need, strict=True), 1)
        if have < want
    ]
    return "; ".join(parts)


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
