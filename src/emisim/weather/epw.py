"""Reading EnergyPlus weather files."""

from pathlib import Path

import numpy as np
import pandas as pd

from emisim import tables, units
from emisim.errors import Faults, InputError
from emisim.weather.record import ROW

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
        If the LOCATION line or the number of fields of an hour is wrong: all of them at once.
    """
    lines, faults = tables.read_text(path).splitlines(), Faults()
    with faults.held():
        attrs = _location(lines[0] if lines else "", path)
    below = enumerate(lines[HEADER_LINES:], HEADER_LINES + 1)
    numbered = [(number, line.split(",")) for number, line in below if line.strip()]
    for number, fields in (n for n in numbered if len(n[1]) < NEEDED):
        msg = f"an hour has {len(fields)} fields; an EPW hour has 35"
        faults.add(InputError(msg, file=path, row=number, hint="use a complete file"))
    faults.tell()
    rows = [fields for _, fields in numbered]
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
    frame[ROW] = [number for number, _ in numbered]
    return frame.drop(columns=["year", "month", "day", "hour"]), attrs


def _location(line: str, path: str | Path) -> dict[str, object]:
    parts = [p.strip() for p in line.split(",")]
    if parts[0] != "LOCATION" or len(parts) <= 8:
        msg = "not an EnergyPlus weather file: the first line must be LOCATION with nine fields"
        hint = "give an .epw file, or another kind that docs/weather.md lists"
        raise InputError(msg, file=path, row=1, value=line[:60], hint=hint)
    try:
        latitude, longitude, utc_offset = (float(p) for p in parts[6:9])
    except ValueError:
        msg = "latitude, longitude and utc_offset must be numbers"
        hint = "correct the seventh to ninth field of the line LOCATION"
        raise InputError(msg, file=path, row=1, value=parts[6:9], hint=hint) from None
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
