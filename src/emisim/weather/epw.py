"""Reading EnergyPlus weather files."""

from pathlib import Path

import numpy as np
import pandas as pd

from emisim import tables, units
from emisim.errors import InputError

HEADER_LINES = 8
FIELDS = {
    0: "year",
    1: "month",
    2: "day",
    3: "hour",
    6: "temperature",
    8: "relative_humidity",
    13: "irradiance",
    20: "wind_direction",
    21: "wind_speed",
    22: "cloud",
    33: "rain",
}
"""Positions in an EPW hour (0-based); rain is the depth in mm, in newer files only."""
MISSING = {
    "temperature": 99.9,
    "relative_humidity": 999.0,
    "irradiance": 9999.0,
    "wind_direction": 999.0,
    "wind_speed": 999.0,
    "cloud": 99.0,
    "rain": 999.0,
}
"""The format's missing-value codes: this value or more means not observed."""
NEEDED = 23
"""Fields up to the cloud column; shorter hours are cut off."""
TENTHS = 10.0
PERCENT = 100.0


def read(path: str | Path) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return the hours and the station of an EPW file, unchecked.

    Raises
    ------
    InputError
        If the LOCATION line or the number of fields is wrong.
    """
    lines = tables.read_text(path).splitlines()
    attrs = _location(lines[0] if lines else "", path)
    rows = [line.split(",") for line in lines[HEADER_LINES:] if line.strip()]
    short = next((i for i, r in enumerate(rows) if len(r) < NEEDED), None)
    if short is not None:
        msg = f"an hour has {len(rows[short])} fields; an EPW hour has 35"
        raise InputError(msg, file=path, row=HEADER_LINES + short + 1, hint="use a complete file")
    raw = pd.DataFrame(
        {name: [r[i] if i < len(r) else "" for r in rows] for i, name in FIELDS.items()}
    )
    frame = raw.apply(pd.to_numeric, errors="coerce")
    for name, code in MISSING.items():
        frame[name] = frame[name].where(frame[name] < code)
    for name in ("irradiance", "rain"):
        if frame[name].max() == 0:
            frame[name] = np.nan
    frame["temperature"] += units.convert(0.0, "degC", "K")
    frame["cloud"] /= TENTHS
    frame["relative_humidity"] /= PERCENT
    frame["time"] = _time(frame)
    return frame.drop(columns=["year", "month", "day", "hour"]), attrs


def _location(line: str, path: str | Path) -> dict[str, object]:
    parts = [p.strip() for p in line.split(",")]
    if parts[0] != "LOCATION" or len(parts) <= 8:
        msg = "not an EnergyPlus weather file: the first line must be LOCATION with nine fields"
        hint = "give an .epw file, or another kind that docs/weather.md lists"
        raise InputError(msg, file=path, row=1, value=line[:60], hint=hint)
    latitude, longitude, utc_offset = (float(p) for p in parts[6:9])
    return {
        "station": parts[1],
        "latitude": latitude,
        "longitude": longitude,
        "utc_offset": utc_offset,
        "source": f"{parts[4]} typical year, WMO {parts[5]}, file {Path(path).name}",
    }


def _time(frame: pd.DataFrame) -> pd.Series:
    """Middle of each hour; typical years mix calendar years, so all get that of the first row."""
    stamp = frame[["month", "day"]].assign(year=frame["year"].iloc[0] if len(frame) else 1)
    day = pd.to_datetime(stamp[["year", "month", "day"]], errors="coerce")
    return day + pd.to_timedelta(frame["hour"] - 1 / 2, unit="h")
