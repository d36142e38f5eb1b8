"""Reading NOAA's Integrated Surface Database: ISD-Lite text and NCEI global-hourly CSV.

Both give UTC. A report at hh:00 stands for the hour that ends then.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emisim import tables, units
from emisim.csvtable import parse
from emisim.errors import Faults, InputError
from emisim.tables import Parameters
from emisim.weather.hourly_csv import HEADER, station
from emisim.weather.humidity import relative_humidity
from emisim.weather.record import HOUR

LITE = (
    *("year", "month", "day", "hour", "temperature", "dew_point", "pressure"),
    *("wind_direction", "wind_speed", "sky", "rain", "rain_six_hours"),
)
"""Columns of ISD-Lite."""
WHOLE = re.compile(r"-?[0-9]{1,9}")
LITE_MISSING = -9999
TENTHS = 10.0
OKTAS = 8
SIX = 6
GLOBAL_NEEDED = ("DATE", "LATITUDE", "LONGITUDE", "WND", "TMP", "DEW")


def read_lite(path: str | Path, p: Parameters) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return the hours and the station of an ISD-Lite file, unchecked.

    The format names no station: the lines ``# station: name``, ``# latitude: 37.07``,
    ``# longitude: 112.98``, ``# utc_offset: 8`` must stand on top (:func:`hourly_csv.station`).
    Sky codes 0 to 8 are oktas; six-hourly rain is spread over its hours; traces are dry.

    Raises
    ------
    InputError
        If lines of the station are missing or rows have not twelve whole numbers: all at once.
    """
    lines, faults = tables.read_text(path).splitlines(), Faults()
    with faults.held():
        attrs = station(lines, path)[1]
    rows = []
    for number, line in enumerate(lines, 1):
        row = [] if line.startswith(HEADER) else line.split()
        if row and (len(row) != len(LITE) or not all(WHOLE.fullmatch(c) for c in row)):
            msg = "not a row of ISD-Lite: it has twelve whole numbers"
            hint, value = "download the file again, or remove the line", " ".join(row)[:60]
            faults.add(InputError(msg, file=path, row=number, value=value, hint=hint))
        elif row:
            rows.append(row)
    faults.tell()
    raw = pd.DataFrame(np.array(rows, dtype=float).reshape(-1, len(LITE)), columns=list(LITE))
    raw = raw.mask(raw == LITE_MISSING)
    stamp = pd.to_datetime(raw[["year", "month", "day", "hour"]], errors="coerce")
    rain = raw["rain"].clip(lower=0) / TENTHS
    frame = pd.DataFrame(
        {
            "utc": stamp,
            "wind_speed": raw["wind_speed"] / TENTHS,
            "wind_direction": raw["wind_direction"],
            "temperature": raw["temperature"] / TENTHS,
            "dew_point": raw["dew_point"] / TENTHS,
            "cloud": raw["sky"].where(raw["sky"] <= OKTAS) / OKTAS,
            "rain": rain.fillna(_spread(raw["rain_six_hours"].clip(lower=0) / TENTHS, stamp)),
        }
    )
    return _finished(frame, attrs, p), attrs


def _spread(depth: pd.Series, stamp: pd.Series) -> pd.Series:
    """Return the hourly share of depths (mm) that end at ``stamp`` and cover six hours."""
    known = pd.Series(depth.to_numpy() / SIX, index=stamp).dropna()
    found = pd.Series(np.nan, index=stamp)
    for back in range(SIX):
        earlier = known.copy()
        earlier.index = known.index - back * HOUR
        found = found.fillna(earlier[~earlier.index.duplicated()].reindex(found.index))
    return pd.Series(found.to_numpy(), index=depth.index)


def read_global(
    path: str | Path, p: Parameters, site: Mapping[str, object]
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return the hours and the station of a global-hourly CSV file, unchecked.

    Columns DATE (UTC), LATITUDE, LONGITUDE, WND, TMP, DEW; AA1 (rain) and GF1 (sky) if there.
    ``site`` gives ``utc_offset``. Of several reports in an hour the nearest to it counts.

    Raises
    ------
    InputError
        If a column or the offset is missing, or a coded cell cannot be split.
    """
    raw, faults = parse(tables.read_text(path), path, dtype=str, keep_default_na=False), Faults()
    for name in GLOBAL_NEEDED:
        if name not in raw:
            msg, hint = "missing column", "add the column"
            where: dict[str, Any] = {"file": path, "row": 1, "column": name}
            faults.add(InputError(msg, allowed=GLOBAL_NEEDED, hint=hint, **where))
    faults.tell()
    if raw.empty:
        msg = "the record has no hours"
        raise InputError(msg, file=path, hint="download the file again")
    attrs = {
        "station": str(raw["NAME"].iloc[0]) if "NAME" in raw else Path(path).stem,
        **{name.lower(): _degrees(raw, name, path) for name in ("LATITUDE", "LONGITUDE")},
        "source": f"NCEI global-hourly, file {Path(path).name}",
        **site,
    }
    if "utc_offset" not in attrs:
        msg = "the file is in UTC and the offset of local time is not given"
        raise InputError(msg, file=path, value="utc_offset", hint="give --utc_offset 8 for China")
    frame = _decoded(raw, path)
    frame["distance"] = (frame["stamp"] - frame["utc"]).abs()
    nearest = frame.sort_values(["utc", "distance"], kind="stable").drop_duplicates("utc")
    return _finished(nearest.reset_index(drop=True), attrs, p), attrs


def _degrees(raw: pd.DataFrame, name: str, path: str | Path) -> float:
    degrees = pd.to_numeric(raw[name].iloc[:1], errors="coerce").iloc[0]
    if not np.isfinite(degrees):
        msg, hint = (
            f"the {name.lower()} of the station is not a number",
            "write digits, such as 37.07",
        )
        where: dict[str, Any] = {"file": path, "row": 2, "column": name}
        raise InputError(msg, value=raw[name].iloc[0], hint=hint, **where)
    return float(degrees)


def _decoded(raw: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    stamp, faults = pd.to_datetime(raw["DATE"], errors="coerce"), Faults()

    def part(column: str, position: int, missing: str) -> pd.Series:
        if column not in raw:
            return pd.Series(np.nan, index=raw.index)
        cells = raw[column].str.split(",").str.get(position)
        kept = cells.where(~cells.isin([missing, f"+{missing}", ""]))
        numbers = pd.to_numeric(kept, errors="coerce")
        bad = kept.notna() & numbers.isna()
        for i in np.flatnonzero(bad).tolist():
            msg, hint = f"{column} cannot be split into its parts", "download the file again"
            where: dict[str, Any] = {"file": path, "row": i + 2, "column": column}
            faults.add(InputError(msg, value=raw[column].iloc[i], hint=hint, **where))
        return numbers

    hours = part("AA1", 0, "99")
    found = pd.DataFrame(
        {
            "stamp": stamp,
            "utc": stamp.dt.round("h"),
            "wind_direction": part("WND", 0, "999"),
            "wind_speed": part("WND", 3, "9999") / TENTHS,
            "temperature": part("TMP", 0, "9999") / TENTHS,
            "dew_point": part("DEW", 0, "9999") / TENTHS,
            "cloud": part("GF1", 0, "99").where(lambda c: c <= OKTAS) / OKTAS,
            "rain": part("AA1", 1, "9999").where(hours > 0) / TENTHS / hours.where(hours > 0),
        }
    )
    faults.tell()
    return found


def _finished(frame: pd.DataFrame, attrs: Mapping[str, object], p: Parameters) -> pd.DataFrame:
    """Return temperatures in K, humidity, and the middle of the hour in local standard time."""
    frame = frame.copy()
    zero = units.convert(0.0, "degC", "K")
    for name in ("temperature", "dew_point"):
        frame[name] += zero
    frame["relative_humidity"] = relative_humidity(frame["dew_point"], frame["temperature"], p)
    offset = pd.Timedelta(hours=float(str(attrs["utc_offset"])))
    frame["time"] = frame["utc"] + offset - HOUR / 2
    return frame
