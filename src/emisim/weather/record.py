"""Hourly weather records: reading EnergyPlus weather files and hourly CSV files, and checking them.

A record is a DataFrame indexed 0..n-1 with columns ``time`` (local standard time at the middle of
the hour), ``wind_speed`` (m/s), ``wind_direction`` (degrees the wind blows from), ``temperature``
(K), ``irradiance`` (global horizontal, W/m2, may be NaN) and ``cloud`` (0 to 1, may be NaN).
``attrs`` hold station, latitude, longitude, utc_offset, source.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from emisim import tables, units
from emisim.errors import InputError

HOURS_PER_YEAR = 8760
EPW_HEADER_LINES = 8
EPW_COLUMNS = {
    0: "year",
    1: "month",
    2: "day",
    3: "hour",
    6: "temperature",
    13: "irradiance",
    20: "wind_direction",
    21: "wind_speed",
    22: "cloud",
}
"""Positions in an EPW record (0-based)."""
EPW_MISSING = {
    "temperature": 99.9,
    "irradiance": 9999.0,
    "wind_direction": 999.0,
    "wind_speed": 999.0,
    "cloud": 99.0,
}
"""The format's missing-value codes: this value or more means not observed."""
CLOUD_TENTHS = 10.0
CSV_REQUIRED = ("time", "wind_speed", "wind_direction", "temperature")
STATION = ("station", "latitude", "longitude", "utc_offset")
LIMITS = {
    "wind_speed": (0.0, 75.0, "m/s"),
    "wind_direction": (0.0, 360.0, "degrees"),
    "temperature": (200.0, 335.0, "K"),
    "irradiance": (0.0, 1500.0, "W/m2"),
    "cloud": (0.0, 1.0, "fraction"),
}
"""Physical limits; a value beyond them is a unit or column mistake."""


def read_epw(path: str | Path) -> pd.DataFrame:
    """Read an EnergyPlus weather file of one year (8760 hours).

    Raises
    ------
    InputError
        If the LOCATION line, the number of columns or hours is wrong, an hour is missing or twice,
        wind or temperature are missing, a value is beyond physical limits, or all hours are calm.
    """
    lines = tables.read_text(path).splitlines()
    attrs = _epw_location(lines[0] if lines else "", path)
    rows = [line.split(",") for line in lines[EPW_HEADER_LINES:] if line.strip()]
    short = next((i for i, r in enumerate(rows) if len(r) <= max(EPW_COLUMNS)), None)
    if short is not None:
        msg = f"an hour has {len(rows[short])} fields; an EPW hour has 35"
        raise InputError(
            msg, file=path, row=EPW_HEADER_LINES + short + 1, hint="use a complete EPW file"
        )
    raw = pd.DataFrame({name: [r[i] for r in rows] for i, name in EPW_COLUMNS.items()})
    frame = raw.apply(pd.to_numeric, errors="coerce")
    for name, code in EPW_MISSING.items():
        frame[name] = frame[name].where(frame[name] < code)
    if frame["irradiance"].max() == 0:
        frame["irradiance"] = np.nan
    frame["temperature"] += units.convert(0.0, "degC", "K")
    frame["cloud"] /= CLOUD_TENTHS
    frame["time"] = _epw_time(frame)
    return check(frame.drop(columns=["year", "month", "day", "hour"]), attrs, path)


def _epw_location(line: str, path: str | Path) -> dict[str, object]:
    parts = [p.strip() for p in line.split(",")]
    if parts[0] != "LOCATION" or len(parts) <= 8:
        msg = "not an EnergyPlus weather file: the first line must be LOCATION with nine fields"
        hint = "give an .epw file, or an hourly .csv with columns " + ", ".join(CSV_REQUIRED)
        raise InputError(msg, file=path, row=1, value=line[:60], hint=hint)
    latitude, longitude, utc_offset = (float(p) for p in parts[6:9])
    return {
        "station": parts[1],
        "latitude": latitude,
        "longitude": longitude,
        "utc_offset": utc_offset,
        "source": f"{parts[4]} typical year, WMO {parts[5]}, file {Path(path).name}",
    }


def _epw_time(frame: pd.DataFrame) -> pd.Series:
    """Middle of each hour; typical years mix calendar years, so all get that of the first row."""
    stamp = frame[["month", "day"]].assign(year=frame["year"].iloc[0] if len(frame) else 1)
    day = pd.to_datetime(stamp[["year", "month", "day"]], errors="coerce")
    return day + pd.to_timedelta(frame["hour"] - 1 / 2, unit="h")


def read_csv(path: str | Path) -> pd.DataFrame:
    """Read an hourly CSV: time, wind_speed (m/s), wind_direction (deg), temperature (degC), and
    cloud (fraction) or irradiance (W/m2), or both.

    ``time`` is local standard time at the start of the hour, ISO format; at least a year of
    hours. Above the header row stand the lines ``# station: name``, ``# latitude: 37.07``,
    ``# longitude: 112.98`` (degrees) and ``# utc_offset: 8`` (hours).

    Raises
    ------
    InputError
        As :func:`read_epw`; also for a missing column or a missing line of the station.
    """
    from io import StringIO

    lines = tables.read_text(path).splitlines()
    head = [line for line in lines if line.startswith("#")]
    attrs = _csv_station(head, path)
    frame = pd.read_csv(StringIO("\n".join(lines[len(head) :])))
    where = {"file": path, "row": len(head) + 1, "allowed": list(frame.columns)}
    for name in CSV_REQUIRED:
        if name not in frame:
            msg = "missing column"
            raise InputError(msg, column=name, **where)  # type: ignore[arg-type]
    if not {"cloud", "irradiance"} & set(frame.columns):
        msg = "neither cloud nor irradiance is given; stability needs one of them"
        raise InputError(msg, **where)  # type: ignore[arg-type]
    frame["time"] = pd.to_datetime(frame["time"], errors="coerce") + pd.Timedelta(hours=1) / 2
    names = [n for n in LIMITS if n in frame]
    frame[names] = frame[names].apply(pd.to_numeric, errors="coerce")
    frame["temperature"] += units.convert(0.0, "degC", "K")
    return check(frame.reindex(columns=["time", *LIMITS]), attrs, path)


def _csv_station(head: list[str], path: str | Path) -> dict[str, object]:
    given = dict(line.lstrip("# ").split(": ", 1) for line in head if ": " in line)
    hint = "put lines such as '# latitude: 37.07' above the header row"
    for name in STATION:
        if name not in given:
            msg = f"no line gives the {name} of the station"
            raise InputError(msg, file=path, row=1, value=name, allowed=STATION, hint=hint)
    try:
        numbers: dict[str, object] = {n: float(given[n]) for n in STATION[1:]}
    except ValueError:
        msg = "latitude, longitude and utc_offset must be numbers"
        raise InputError(msg, file=path, row=1, value=given, hint=hint) from None
    return {**numbers, "station": given["station"],
            "source": f"hourly record, file {Path(path).name}"}  # fmt: skip


def check(frame: pd.DataFrame, attrs: dict[str, object], path: str | Path) -> pd.DataFrame:
    """Return ``frame`` with ``attrs``, or raise :class:`InputError` (see the readers)."""
    if len(frame) < HOURS_PER_YEAR:
        msg = f"{len(frame)} hours; a whole year ({HOURS_PER_YEAR}) is needed for the frequencies"
        raise InputError(msg, file=path, value=len(frame), allowed=[f">= {HOURS_PER_YEAR}"])
    _check_time(frame["time"], path)
    for name, (low, high, unit) in LIMITS.items():
        values = frame[name]
        if name in CSV_REQUIRED and values.isna().any():
            i = int(values.index[values.isna()][0])
            msg = f"{name} is missing or not a number in {int(values.isna().sum())} hours"
            hint = "fill the gaps, or take another record"
            raise InputError(msg, file=path, column=name, value=f"hour {i + 1}", hint=hint)
        bad = (values < low) | (values > high)
        if bad.any():
            i = int(values.index[bad][0])
            msg = f"{name} is beyond physical limits in hour {i + 1}"
            allowed = [f"{low:g} to {high:g} {unit}"]
            raise InputError(
                msg, file=path, column=name, value=float(values[i]), allowed=allowed,
                hint="check the unit and the column order",
            )  # fmt: skip
    if frame["wind_speed"].max() <= 0:
        msg = "every hour is calm: no direction can be derived"
        raise InputError(msg, file=path, column="wind_speed", value=0.0, hint="check the column")
    frame = frame[["time", *LIMITS]].reset_index(drop=True)
    frame.attrs = dict(attrs)
    return frame


def _check_time(time: pd.Series, path: str | Path) -> None:
    hint = "give every hour once, in order (29 February may be left out)"
    if time.isna().any():
        i = int(time.index[time.isna()][0])
        msg = "time cannot be read"
        raise InputError(msg, file=path, column="time", value=f"hour {i + 1}", hint=hint)
    step = time.diff().dropna()
    leap = (time.dt.month == 3) & (time.dt.day == 1) & (time.dt.hour == 0)
    good = (step == pd.Timedelta(hours=1)) | (leap[1:] & (step == pd.Timedelta(hours=25)))
    if not good.all():
        i = int(step.index[~good][0])
        msg = "hours are not consecutive"
        raise InputError(msg, file=path, column="time", value=str(time[i]), hint=hint)
