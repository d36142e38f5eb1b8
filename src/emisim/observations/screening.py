"""The rules that look at whole series: pairs of pollutants, runs, gaps, years, outliers, copies."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.observations import runs
from emisim.observations.cube import time_dimension
from emisim.observations.flags import KEPT, MISSING, Flags
from emisim.observations.rules import Rules
from emisim.observations.terms import POLLUTANTS
from emisim.vocabulary import SEASONS

STEP_UNITS = {"day": ("daily", "d"), "hour": ("hourly", "h")}
FEBRUARY = 2
NORMAL = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""


def screen(
    concentration: xr.DataArray, rules: Rules, flags: Flags, lines: np.ndarray | None = None
) -> xr.DataArray:
    """Flag what a series tells; return it with the zeros of dead monitors missing.

    Parameters
    ----------
    concentration
        Common form.
    lines
        Line of each value, in its shape; 0 where there is none.
    """
    c = concentration.transpose("place", time_dimension(concentration), "species")
    c = c.reindex(species=list(POLLUTANTS)) if c.sizes["species"] < len(POLLUTANTS) else c
    of = _Reporter(c, flags, lines)
    step, unit = STEP_UNITS[time_dimension(c)]
    values = c.values
    shortest = rules.value("zero_run", unit, averaging=step)
    dead = runs.lengths(values == 0) >= shortest
    of.cells("zero runs", dead, MISSING, f"{shortest:g} {unit} or more in a row")
    values = np.where(dead, np.nan, values)
    shortest = rules.value("stuck_run", unit, averaging=step)
    stuck = runs.starts(runs.equal(values), shortest)
    of.cells("stuck values", stuck, KEPT, f"runs of {shortest:g} {unit} or more of one value")
    fine, coarse = (values[..., POLLUTANTS.index(name)] for name in ("PM2.5", "PM10"))
    pair = np.zeros(values.shape, dtype=bool)
    pair[..., POLLUTANTS.index("PM2.5")] = fine > coarse
    of.cells("PM2.5 above PM10", pair, KEPT)
    of.cells("outliers", _outliers(c.copy(data=values), rules), KEPT, "by place and season")
    _times(values, of)
    _copies(c.copy(data=values), rules, flags)
    if step == "daily":
        _years(c.copy(data=values), rules, flags)
    else:
        _short_days(c.copy(data=values), rules, flags)
    return c.copy(data=values)


class _Reporter:
    """Adds masks over (place, time, species) to the flags."""

    def __init__(self, c: xr.DataArray, flags: Flags, lines: np.ndarray | None) -> None:
        self.c, self.flags, self.lines = c, flags, lines
        self.times = c[time_dimension(c)].values

    def cells(self, rule: str, bad: np.ndarray, action: str, detail: str = "") -> None:
        """Flag single values; the first is the earliest of the first place."""
        if bad.any():
            i, t, s = np.unravel_index(int(np.argmax(bad)), bad.shape)
            value, species = float(self.c.values[i, t, s]), str(self.c["species"].values[s])
            line = 0 if self.lines is None else int(self.lines[i, t, s])
            about = {"species": species, "value": value, "line": line, "detail": detail}
            self._add(rule, bad, action, (int(i), int(t)), **about)

    def moments(self, rule: str, bad: np.ndarray, action: str, detail: str = "") -> None:
        """Flag (place, time)."""
        if bad.any():
            i, t = (int(k) for k in np.unravel_index(int(np.argmax(bad)), bad.shape))
            line = 0 if self.lines is None else int(self.lines[i, t].max())
            self._add(rule, bad, action, (i, t), line=line, detail=detail)

    def _add(
        self, rule: str, bad: np.ndarray, action: str, at: tuple[int, int], **about: object
    ) -> None:
        place, time = str(self.c["place"].values[at[0]]), self.times[at[1]]
        self.flags.add(rule, int(bad.sum()), action, place=place, time=time, **about)  # type: ignore[arg-type]


def _times(values: np.ndarray, of: _Reporter) -> None:
    """Flag moments with some of the six pollutants, and with none."""
    have = np.isfinite(values).sum(axis=-1)
    some = (have > 0) & (have < len(POLLUTANTS))
    kinds = np.unique(have[some])
    word = "days" if time_dimension(of.c) == "day" else "hours"
    detail = "with " + ", ".join(f"{k}: {(have == k).sum()}" for k in kinds) if some.any() else ""
    of.moments(f"{word} with fewer than six pollutants", some, KEPT, detail)
    begun = np.maximum.accumulate(have > 0, axis=1)
    going_on = np.maximum.accumulate(have[:, ::-1] > 0, axis=1)[:, ::-1]
    detail = "between the first and the last value of a place"
    of.moments(f"{word} without any value", (have == 0) & begun & going_on, KEPT, detail)


def _outliers(c: xr.DataArray, rules: Rules) -> np.ndarray:
    """Return values whose logarithm is far from the median of place, pollutant and season."""
    bound = rules.value("outlier_deviation", "fraction")
    least = rules.value("outlier_values", "fraction")
    months = pd.DatetimeIndex(c[time_dimension(c)].values).month
    bad = np.zeros(c.shape, dtype=bool)
    for of in SEASONS.values():
        at = np.flatnonzero(months.isin(of))
        part = c.values[:, at]
        enough = (part > 0).sum(axis=1) >= least
        if not enough.any():
            continue
        place, species = np.nonzero(enough)
        series = part[place, :, species]
        log = np.log(np.where(series > 0, series, np.nan))
        off = np.abs(log - np.nanmedian(log, axis=1, keepdims=True))
        spread = NORMAL * np.nanmedian(off, axis=1, keepdims=True)
        bad[place[:, None], at[None, :], species[:, None]] = (off > bound * spread) & (spread > 0)
    return bad


def _copies(c: xr.DataArray, rules: Rules, flags: Flags) -> None:
    """Flag places whose values are those of an earlier place."""
    least = rules.value("identical_values", "fraction")
    share = rules.value("identical_share", "fraction")
    values = c.values.reshape(c.sizes["place"], -1)
    pairs = []
    for i, j in _alike(values, int(rules.value("identical_sample", "fraction"))):
        common = np.isfinite(values[i]) & np.isfinite(values[j])
        if common.sum() >= least and (values[i] == values[j])[common].mean() >= share:
            pairs.append((str(c["place"].values[j]), str(c["place"].values[i])))
    place, detail = pairs[0][0] if pairs else "", "; ".join(f"{b} as {a}" for b, a in pairs)
    flags.add("places that are copies", len(pairs), KEPT, place=place, detail=detail)


def _alike(values: np.ndarray, size: int) -> list[tuple[int, int]]:
    """Return pairs of rows that agree in half of a sample of their common values."""
    sample = values[:, np.unique(np.linspace(0, values.shape[1] - 1, size).astype(int))]
    same = np.zeros((len(values), len(values)), dtype=int)
    common = np.zeros_like(same)
    for column in sample.T:
        here = np.isfinite(column)
        same += column[:, None] == column[None, :]
        common += here[:, None] & here[None, :]
    first, second = np.nonzero(np.triu((common > 0) & (2 * same >= common), k=1))
    return list(zip(first.tolist(), second.tolist(), strict=True))


def _years(c: xr.DataArray, rules: Rules, flags: Flags) -> None:
    """Flag years and months with fewer valid days than an assessment asks."""
    for name, words, codes in (("year", "years", "Y"), ("month", "months", "M")):
        stamp = c["day"].values.astype(f"datetime64[{codes}]")
        periods = np.unique(stamp)
        count = np.stack(
            [np.isfinite(c.values[:, stamp == p]).sum(axis=1) for p in periods], axis=1
        )
        asked = np.full(periods.size, rules.value(f"valid_days_{name}", "day"))
        if name == "month":
            february = periods.astype(int) % 12 + 1 == FEBRUARY
            asked[february] = rules.value("valid_days_february", "day")
        short = (count < asked[None, :, None]) & (count > 0)
        if short.any():
            i, t, s = np.unravel_index(int(np.argmax(short)), short.shape)
            flags.add(
                f"{words} with too few valid days",
                int(short.sum()),
                KEPT,
                place=str(c["place"].values[i]),
                time=periods[t],
                species=str(c["species"].values[s]),
                value=float(count[i, t, s]),
                detail=f"fewer than {asked[t]:g} days; counted by place, {name} and pollutant",
            )


def _short_days(c: xr.DataArray, rules: Rules, flags: Flags) -> None:
    """Flag days with fewer hourly values than a daily mean asks."""
    asked = rules.value("valid_hours_day", "h")
    count = c.notnull().resample(hour="D").sum()
    count = count.transpose("place", "hour", "species")
    short = (count.values > 0) & (count.values < asked)
    if short.any():
        i, t, s = np.unravel_index(int(np.argmax(short)), short.shape)
        flags.add(
            "days with too few hours",
            int(short.sum()),
            KEPT,
            place=str(c["place"].values[i]),
            time=count["hour"].values[t],
            species=str(c["species"].values[s]),
            value=float(count.values[i, t, s]),
            detail=f"fewer than {asked:g} hours; counted by place, day and pollutant",
        )
