"""Hourly weather records: what they hold, their physical limits, their gaps.

A record is a DataFrame indexed 0..n-1 with ``time`` (local standard time at the middle of the
hour) and the columns of :data:`COLUMNS`; optional ones may be NaN. ``attrs`` hold station,
latitude, longitude, utc_offset, source, and how many hours were interpolated and left out.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from emisim.errors import Faults, InputError
from emisim.tables import Parameters
from emisim.vocabulary import HALVES
from emisim.weather.periods import half_of

HOURS_PER_YEAR = 8760
HOUR = pd.Timedelta(hours=1)
PROCESS = "record"
ROW = "row"
"""Column that a reader may give: where each hour stands in the file."""
STATION = ("station", "latitude", "longitude", "utc_offset")


class Quantity(NamedTuple):
    """Physical limits and unit of a column; a value beyond them is a unit or column mistake."""

    low: float
    high: float
    unit: str
    mistake: str


COLUMNS = {
    "wind_speed": Quantity(0, 75, "m/s", "km/h and knots must be turned into m/s"),
    "wind_direction": Quantity(0, 360, "degrees", "tenths of degrees, or a missing-value code?"),
    "temperature": Quantity(200, 335, "K", "are K and degC (or degF) mixed up?"),
    "irradiance": Quantity(0, 1500, "W/m2", "J/m2 and kJ/m2 must be divided by the seconds"),
    "cloud": Quantity(0, 1, "fraction", "tenths and oktas must be turned into a fraction"),
    "relative_humidity": Quantity(0, 1.1, "fraction", "percent must be divided by 100"),
    "rain": Quantity(0, 200, "mm/h", "m must be turned into mm"),
    "mixing_height": Quantity(0, 10000, "m", "height above ground, not above the sea"),
    "friction_velocity": Quantity(0, 5, "m/s", "is it the friction velocity?"),
    "heat_flux": Quantity(-500, 1000, "W/m2", "J/m2 must be divided by the seconds"),
}
"""What a record may hold. ``heat_flux`` is sensible heat, positive upward."""
REQUIRED = ("wind_speed", "wind_direction", "temperature")
BRIDGED = (*REQUIRED, "irradiance", "cloud", "relative_humidity")
"""Columns whose short gaps are interpolated; the others keep theirs."""


def check(
    frame: pd.DataFrame, attrs: dict[str, object], path: str | Path, p: Parameters
) -> pd.DataFrame:
    """Return ``frame`` as a record with ``attrs``, short gaps bridged.

    Parameters
    ----------
    frame
        ``time`` (middle of the hour, local standard time), any of :data:`COLUMNS`, :data:`ROW`.
    attrs
        :data:`STATION` and source.
    path
        The file, for messages.
    p
        ``inputs/factors/meteorology.csv`` (process ``record``).

    Raises
    ------
    InputError
        If times are unreadable, doubled or out of order, a value is beyond physical limits, a
        required column is empty, wind or temperature look like another unit, all hours are calm:
        of every column at once; then if a gap is longer than the limit, or too little of the year
        or of one half is covered.
    """
    frame, faults = frame.reset_index(drop=True), Faults()
    rows = frame.get(ROW, pd.Series(pd.NA, frame.index))
    frame = frame.reindex(columns=["time", *COLUMNS])
    with faults.held():
        _check_time(frame["time"], rows, path)
    for name in COLUMNS:
        with faults.held():
            _check_limits(frame[name].astype(float), name, rows, path)
    for rule, name in ((_check_wind, "wind_speed"), (_check_temperature, "temperature")):
        if not any(fault.column == name for fault in faults.held_back):
            with faults.held():
                rule(frame[name], path, p)
    faults.tell()
    whole, interpolated, dropped = _bridge(_on_every_hour(frame), path, p)
    _check_coverage(whole["time"], path, p)
    whole.attrs = {**attrs, "interpolated_hours": interpolated, "dropped_hours": dropped}
    return whole


def _row(rows: pd.Series, i: int) -> int | None:
    return None if pd.isna(rows.iloc[i]) else int(rows.iloc[i])


def _check_time(time: pd.Series, rows: pd.Series, path: str | Path) -> None:
    hint = "give every hour once, in order (29 February may be left out)"
    if len(time) == 0:
        msg = "the record has no hours"
        raise InputError(msg, file=path, hint=hint)
    faults = Faults()
    where: dict[str, Any] = {"file": path, "column": "time", "hint": hint}
    for i in np.flatnonzero(time.isna()).tolist():
        msg, value = "time cannot be read", f"hour {i + 1}"
        faults.add(InputError(msg, row=_row(rows, i), value=value, **where))
    step = time.diff().dropna()
    bad = (step <= pd.Timedelta(0)) | (step % HOUR != pd.Timedelta(0))
    for i in step.index[bad].tolist():
        msg = "hours are not consecutive: one is doubled, out of order or not a whole hour later"
        faults.add(InputError(msg, row=_row(rows, i), value=str(time[i]), **where))
    faults.tell()


def _check_limits(values: pd.Series, name: str, rows: pd.Series, path: str | Path) -> None:
    """Raise at the first hour beyond the limits, saying in how many: a wrong unit is in all."""
    low, high, unit, mistake = COLUMNS[name]
    bad = (values < low) | (values > high)
    if bad.any():
        i, count = int(np.flatnonzero(bad)[0]), int(bad.sum())
        msg = f"{name} is beyond physical limits in hour {i + 1}"
        if count > 1:
            msg = f"{name} is beyond physical limits in hour {i + 1} and {count - 1} others"
        raise InputError(
            msg, file=path, row=_row(rows, i), column=name, value=float(values.iloc[i]),
            allowed=[f"{low:g} to {high:g} {unit}"], hint=f"check unit and column order: {mistake}",
        )  # fmt: skip
    if name in REQUIRED and values.isna().all():
        msg = f"{name} is missing or not a number in every hour"
        raise InputError(msg, file=path, column=name, hint="check the column and its missing code")


def _check_wind(speed: pd.Series, path: str | Path, p: Parameters) -> None:
    if speed.max() <= 0:
        msg = "every hour is calm: no direction can be derived"
        raise InputError(msg, file=path, column="wind_speed", value=0.0, hint="check the column")
    most = p.value("greatest_mean_wind", "m/s", process=PROCESS)
    if speed.mean() > most:
        msg = "the mean wind is too fast for m/s at 10 m: it looks like km/h or knots"
        hint = "turn wind into m/s (km/h: divide by 3.6; knots: times 0.514), or raise " + (
            f"greatest_mean_wind in {p.path}"
        )
        raise InputError(
            msg, file=path, column="wind_speed", value=round(float(speed.mean()), 2),
            allowed=[f"mean at most {most:g} m/s"], hint=hint,
        )  # fmt: skip


def _check_temperature(temperature: pd.Series, path: str | Path, p: Parameters) -> None:
    most = p.value("greatest_temperature_range", "K", process=PROCESS)
    width = float(temperature.max() - temperature.min())
    if width > most:
        msg = "temperature spans more than one climate: hours in K, degC or degF are mixed"
        raise InputError(
            msg, file=path, column="temperature", value=round(width, 1),
            allowed=[f"range at most {most:g} K"], hint="give all hours in one unit",
        )  # fmt: skip


def _on_every_hour(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the hours that are absent, as NaN; a 29 February that is absent as a whole stays out."""
    time = frame["time"]
    every = pd.DatetimeIndex(pd.date_range(time.iloc[0], time.iloc[-1], freq=HOUR, name="time"))
    leap = (every.month == 2) & (every.day == 29)
    here = ((time.dt.month == 2) & (time.dt.day == 29)).any()
    return frame.set_index("time").reindex(every if here else every[~leap]).reset_index()


def _bridge(frame: pd.DataFrame, path: str | Path, p: Parameters) -> tuple[pd.DataFrame, int, int]:
    """Interpolate short gaps and leave out the hours of longer ones; return both counts."""
    short = int(p.value("interpolated_gap", "h", process=PROCESS))
    longest = int(p.value("longest_gap", "h", process=PROCESS))
    frame = frame.copy()
    calm = frame["wind_speed"] == 0
    frame.loc[calm & frame["wind_direction"].isna(), "wind_direction"] = 0.0
    missing = frame[list(REQUIRED)].isna().any(axis=1)
    run = _run_lengths(missing)
    if run.max() > longest:
        i = int(np.flatnonzero(run == run.max())[0])
        msg = f"wind or temperature are missing in {int(run.max())} hours on end"
        raise InputError(
            msg, file=path, column="time", value=f"from {frame['time'].iloc[i]}",
            allowed=[f"gaps of at most {longest} h"],
            hint="take another year or station, or fill the gap from a neighbour",
        )  # fmt: skip
    turn = np.deg2rad(frame["wind_direction"])
    east, north = (_filled(part(turn), short) for part in (np.sin, np.cos))
    for name in BRIDGED:
        frame[name] = _filled(frame[name], short)
    bearing = np.rad2deg(np.arctan2(east, north)) % 360
    frame["wind_direction"] = frame["wind_direction"].where(~missing, bearing)
    kept = ~(missing & (run > short))
    whole = frame[kept].reset_index(drop=True)
    return whole, int((missing & kept).sum()), int((~kept).sum())


def _filled(values: pd.Series, longest: int) -> pd.Series:
    """Interpolate inner gaps of at most ``longest`` hours."""
    full = values.interpolate(limit_area="inside")
    return values.where(values.notna() | (_run_lengths(values.isna()) > longest), full)


def _run_lengths(flag: pd.Series) -> pd.Series:
    """Return, for each True, the length of its run; 0 elsewhere."""
    run = (flag != flag.shift()).cumsum()
    return flag.groupby(run).transform("size").where(flag, 0)


def _check_coverage(time: pd.Series, path: str | Path, p: Parameters) -> None:
    least = p.value("least_coverage", "fraction", process=PROCESS)
    days = pd.Series(pd.date_range("2001-01-01", periods=HOURS_PER_YEAR, freq=HOUR))
    possible = pd.Series(half_of(days.dt.month)).value_counts()
    found = time.dt.strftime("%m%d%H")[~((time.dt.month == 2) & (time.dt.day == 29))]
    halves = pd.Series(half_of(time[found.index].dt.month), index=found.index)
    covered = found.groupby(halves).nunique().reindex(list(HALVES), fill_value=0)
    shares = {"year": covered.sum() / HOURS_PER_YEAR, **(covered / possible).to_dict()}
    faults = Faults()
    for name, share in shares.items():
        if share < least:
            what = "year" if name == "year" else f"{name} half of the year"
            msg = f"only {share:.0%} of the hours of the {what} are there"
            faults.add(InputError(
                msg, file=path, column="time", value=round(float(share), 3),
                allowed=[f"at least {least:g}"], hint="give a whole year, or join several years",
            ))  # fmt: skip
    faults.tell()
