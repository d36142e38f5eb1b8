"""Good days and days of heavy pollution by scenario: from observed days, or from seasonal means."""

import pandas as pd
import xarray as xr

from emisim.indices import days, joint
from emisim.target_model import CITY, Target
from emisim.target_record import NotComputableError, Record, Row

LIMITED = "O3_limited_days"
NONE = Row(0.0, 0.0, 0.0, "")
"""Where O3 is part of the days counted in the base year, or never decides."""
Conditions = tuple[tuple[str, str], ...]


def count(
    target: Target, seasonal: xr.DataArray | None, record: Record, year: int, base: str
) -> tuple[pd.DataFrame, Conditions]:
    """Return days of the year by scenario, and what they are conditional on.

    Parameters
    ----------
    seasonal
        Means in ug/m3 (scenario, season, species, area).
    record
        With the city's own daily series those days are counted again, each multiplied by the
        response of its season; without it a fitted distribution gives the expected number.
    year
        Plan year: its index counts, in the base year too.
    base
        Scenario that the observations belong to.

    Returns
    -------
    Columns ``value``, ``low``, ``high`` and ``length``, the days of the base year.

    Raises
    ------
    NotComputableError
        The target is for another area or period, or O3-limited days are not known.
    """
    if target.area != CITY or not target.whole_year or seasonal is None:
        msg = "days are counted for the city and the whole year only"
        raise NotComputableError(msg, "仅统计全市全年天数")
    means = seasonal.sel(area=CITY).reset_coords(drop=True)
    standard = record.standards.on(f"{year}-12-31").aqi_standard
    make = _expect if record.daily is None else _recount
    table, said = make(target.metric, means, record, standard, base)
    length = float(pd.Timestamp(record.year, 12, 31).day_of_year)
    table = (table * length).clip(0.0, length).assign(length=length)
    return table, (*said, (f"index by {standard}", f"指数按{standard}"))


def _recount(
    metric: str, means: xr.DataArray, record: Record, standard: str, base: str
) -> tuple[pd.DataFrame, Conditions]:
    """Count the observed days again under the response of each season: shares of the year."""
    series = record.daily
    factor = means / means.sel(scenario=base)
    rows = _limited(metric, series, record)

    def counted(number: float | None, name: str) -> pd.Series:
        limited = None if number is None else joint.limited_by_season(number, record.joint)
        found = days.total(
            days.respond(series, factor, record.standards, limited=limited, standard=standard)
        ).isel(place=0)
        return (found[name] / found["counted_days"]).to_series()

    likely, few, many = (None, None, None) if rows is None else (rows.value, rows.low, rows.high)
    names = ("good_days_low", "good_days_high") if metric == "good_days" else (metric, metric)
    table = pd.DataFrame(
        {
            "value": counted(likely, metric),
            "low": counted(many, names[0]),
            "high": counted(few, names[1]),
        }
    )
    number = series.sizes["day"]
    said = (
        f"{number} observed days of {record.year}, each with the response of its season",
        f"由{record.year}年{number}个实测日乘以所在季节的变化率重新统计",
    )
    return table, (said, _ozone_said(metric, rows, record))


def _limited(metric: str, series: xr.DataArray, record: Record) -> Row | None:
    """Return the days limited by O3; None where the series has O3 of its own."""
    if "O3" in series["species"].values and bool(series.sel(species="O3").notnull().any()):
        return None
    if metric == "heavy_days":
        return record.held(LIMITED, CITY) or NONE
    return record.need(LIMITED, CITY)


def _expect(
    metric: str, means: xr.DataArray, record: Record, standard: str, base: str
) -> tuple[pd.DataFrame, Conditions]:
    """Return the expected days of drawn years: shares of the year.

    Where the days of the base year are known, the change of the drawn years is added to them.
    """
    seen = record.held(metric, CITY)
    if standard != record.standards.on(f"{record.year}-12-31").aqi_standard:
        seen = None
    limited = record.held(LIMITED, CITY)
    if limited is None:
        limited = NONE if seen or metric == "heavy_days" else record.need(LIMITED, CITY)
    names = pd.Index(means["scenario"].values, name="scenario")
    given = {
        "limited": joint.limited_by_season(limited.value, record.joint),
        "base": means.sel(scenario=base, drop=True),
        "standard": standard,
    }
    drawn = xr.concat(
        [
            joint.outcomes(
                means.sel(scenario=name, drop=True),
                record.joint, record.standards, record.year, **given,
            )
            for name in names
        ],
        names,
    )  # fmt: skip
    counts, low, high = drawn[metric], 0.0, 0.0
    if seen:
        counts = counts - counts.sel(scenario=base) + seen.value
        low, high = seen.low - seen.value, seen.high - seen.value
    elif metric == "good_days":
        low, high = limited.value - limited.high, limited.value - limited.low
    found = joint.bounds(counts, record.joint, "" if seen else metric)
    table = found.transpose("scenario", "bound").to_pandas().rename_axis(columns=None)
    table = table.assign(low=table["low"] + low, high=table["high"] + high)
    length = drawn["counted_days"].max().item()
    return table / length, (*_expected_said(seen, record), _ozone_said(metric, limited, record))


def _expected_said(seen: Row | None, record: Record) -> Conditions:
    """Return the condition on the distribution of daily values."""
    fitted = (
        "daily values drawn from a distribution fitted to five cities, CO left out; the range is"
        " that of the days, not of emissions, background and weather",
        "逐日浓度由五市拟合分布抽取,不计一氧化碳;区间不含排放、背景和气象的不确定性",
    )
    if seen is None:
        return (fitted,)
    counted = (
        f"change against {seen.value:g} days of {record.year}"
        f" ({seen.low:g} to {seen.high:g}, {seen.status})",
        f"在{record.year}年{seen.value:g}天({seen.low:g}至{seen.high:g}天)的基础上计算变化",
    )
    return (fitted, counted)


def _ozone_said(metric: str, row: Row | None, record: Record) -> tuple[str, str]:
    """Return the condition on O3, which is not modelled."""
    if row is None:
        return (
            f"O3 on every day as observed in {record.year}; it is not modelled",
            f"臭氧逐日取{record.year}年实测值,未模拟",
        )
    if metric == "heavy_days":
        return (
            "days of heavy pollution by O3 do not change; it is not modelled",
            "因臭氧造成的重污染天数不变,臭氧未模拟",
        )
    if row == NONE:
        return (
            f"O3 spoils as many days as in {record.year}; it is not modelled",
            f"臭氧超标天数同{record.year}年,未模拟",
        )
    return (
        f"O3 alone spoils {row.value:g} days ({row.low:g} to {row.high:g}, {row.status}) as in"
        f" {record.year}; it is not modelled",
        f"仅因臭氧超标的天数取{record.year}年的{row.value:g}天({row.low:g}至{row.high:g}天),臭氧未模拟",
    )
