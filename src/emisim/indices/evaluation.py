"""Assessment of a year by HJ 663: means, percentiles, validity, days, composite index, rank."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.errors import InputError, require_known
from emisim.indices import aqi
from emisim.indices.composite import Rank, composite, rank, rounded
from emisim.indices.standards import SPECIES, Day, InForce, Standards

__all__ = ["Rank", "annual", "composite", "days", "percentile", "period", "rank", "within"]

EXCLUDE, EXCEED = "exclude", "exceed"
INCOMPLETE = (EXCLUDE, EXCEED)
"""How a day with a missing pollutant counts: not at all, or as bad where the others exceed."""

Table = tuple[tuple[str, str], np.ndarray]


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
    """Assess one calendar year; see :func:`period`."""
    first, last = f"{year}-01-01", f"{year}-12-31"
    found = period(
        *(concentration, standards, first, last),
        standard=standard,
        incomplete=incomplete,
        ozone_1h=ozone_1h,
    )
    return found.assign_attrs(year=year)


def period(
    concentration: xr.DataArray,
    standards: Standards,
    first: Day,
    last: Day,
    *,
    standard: str | None = None,
    incomplete: str = EXCLUDE,
    ozone_1h: xr.DataArray | None = None,
) -> xr.Dataset:
    """Assess a month, a quarter, a year or any days from ``first`` to ``last``, both included.

    Parameters
    ----------
    concentration, standard, ozone_1h
        As :func:`emisim.indices.aqi.daily` takes them; other days are left out. The assessment
        takes the rules in force on the last day.
    incomplete
        ``exclude``: only days with all six pollutants count. ``exceed``: a day without one of them
        counts as exceeding where the others exceed already, which is certain.

    Returns
    -------
    Dataset
        By (place, species): ``mean``, ``percentile`` (as computed), ``reported_mean``,
        ``reported_percentile`` (rounded), ``valid_days``, ``short_months``, ``valid``, ``reasons``,
        ``single_index``, ``largest`` (bool). By place: ``composite_index`` (NaN where a pollutant
        has no data), ``composite_valid``, ``absent_days`` (not one value) and the counts by rule
        of :func:`days`. Units: ug/m3, CO mg/m3, days. Whole months must have enough days, and a
        whole calendar year too.

    Raises
    ------
    InputError
        If there is no such day, or the concentrations break a rule of ``aqi.daily``.
    """
    begin, end = pd.Timestamp(first), pd.Timestamp(last)
    part, tables = within(concentration, begin, end), standards.on(end, standard)
    values = aqi.checked(part)
    statistics = _statistics(values, tables)
    validity = _validity(values, part["day"].to_numpy(), (begin, end), tables)
    found = aqi.daily(part, standards, standard=standard, ozone_1h=ozone_1h)
    counts = days(found, standards, standard=standard, incomplete=incomplete)
    labels = {"place": part["place"].to_numpy(), "species": list(SPECIES)}
    whole = xr.Dataset({**statistics, **validity}, labels)
    index = composite(whole["mean"], whole["percentile"], tables)
    whole = whole.assign({**index.data_vars, **counts.data_vars})
    whole["absent_days"] = (end - begin).days + 1 - whole["days_with_data"]
    whole["composite_valid"] = whole["valid"].all("species")
    used = {"aqi_standard": found.attrs["standards"], "incomplete_rule": incomplete}
    return whole.assign_attrs(used, first=f"{begin:%Y-%m-%d}", last=f"{end:%Y-%m-%d}")


def within(concentration: xr.DataArray, first: Day, last: Day) -> xr.DataArray:
    """Return the days from ``first`` to ``last``, both included.

    Raises
    ------
    InputError
        If there is none.
    """
    require_known(["day"], concentration.dims, "dimension of the concentrations")
    begin, end = pd.Timestamp(first), pd.Timestamp(last)
    all_days = concentration["day"].to_numpy()
    inside = (all_days >= begin.to_datetime64()) & (all_days <= end.to_datetime64())
    if not inside.any():
        msg = f"no day from {begin:%Y-%m-%d} to {end:%Y-%m-%d} in the observations"
        have = [str(y) for y in np.unique(concentration["day"].dt.year)]
        raise InputError(msg, allowed=have, hint="ask for a year that was observed")
    return concentration.isel(day=np.flatnonzero(inside))


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
    grades = np.unique(standards.tables["grades"]["grade"]).astype(int)
    return _counted(counts, indices, grades)


def _counted(flags: dict[str, np.ndarray], indices: xr.Dataset, grades: np.ndarray) -> xr.Dataset:
    """Sum flags of (place, day) and the days of each grade; take the share of good days."""
    grade = indices["grade"].to_numpy()
    by_grade = np.stack([np.count_nonzero(grade == g, axis=1) for g in grades], axis=1)
    sums = {name: ("place", np.count_nonzero(flag, axis=1)) for name, flag in flags.items()}
    result = xr.Dataset(
        {**sums, "grade_days": (("place", "grade"), by_grade)},
        {"place": indices["place"].to_numpy(), "grade": grades},
    )
    counted = result["counted_days"]
    return result.assign(good_share=result["good_days"] / counted.where(counted > 0))


def _statistics(values: np.ndarray, tables: InForce) -> dict[str, Table]:
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


def _table(values: np.ndarray) -> Table:
    """Turn a (species, place) array to (place, species), with its dimensions."""
    return ("place", "species"), values.T


def _validity(
    values: np.ndarray,
    day: np.ndarray,
    span: tuple[pd.Timestamp, pd.Timestamp],
    tables: InForce,
) -> dict[str, Table]:
    """Valid days by the numbers a month and a year must have, with the reason where too few."""
    known = ~np.isnan(values)
    months = _whole_months(*span)
    month_of = day.astype("datetime64[M]")
    in_all = np.count_nonzero(known, axis=-1)
    in_month = (
        np.stack([np.count_nonzero(known[..., month_of == m], axis=-1) for m in months], axis=-1)
        if months
        else np.empty((*in_all.shape, 0))
    )
    need = np.array([
        tables.rule("valid_days_february" if m.astype(object).month == 2 else "valid_days_month")
        for m in months
    ])  # fmt: skip
    is_year = span == (pd.Timestamp(span[0].year, 1, 1), pd.Timestamp(span[0].year, 12, 31))
    enough, short = tables.rule("valid_days_year") if is_year else 1, in_month < need
    valid = (in_all >= enough) & ~short.any(axis=-1)
    reasons = np.full(valid.shape, "", dtype=object)
    for s, p in zip(*np.nonzero(~valid), strict=True):
        lacking = [(in_all[s, p], enough, "the year" if is_year else "the period")]
        lacking += list(zip(in_month[s, p], need, map(str, months), strict=True))
        reasons[s, p] = "; ".join(f"{a} of {b:g} days in {c}" for a, b, c in lacking if a < b)
    fields = {
        "valid_days": in_all,
        "short_months": short.sum(axis=-1),
        "valid": valid,
        "reasons": reasons,
    }
    return {k: _table(v) for k, v in fields.items()}


def _whole_months(first: pd.Timestamp, last: pd.Timestamp) -> list[np.datetime64]:
    """Months that lie wholly between two days."""
    after = last + pd.Timedelta(1, "D")
    begin = np.datetime64(first, "M") + int(first.day > 1)
    return list(np.arange(begin, np.datetime64(after, "M")))
