"""Reading hourly CSV tables with lines about the station above the header."""

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from emisim import tables, units
from emisim.csvtable import FIRST_ROW, parse, with_numbers
from emisim.errors import Faults, InputError
from emisim.tables import Parameters
from emisim.weather.humidity import relative_humidity
from emisim.weather.record import COLUMNS, HOUR, REQUIRED, ROW, STATION

HEADER = "#"


def read(path: str | Path, p: Parameters) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return the hours and the station of a CSV table, unchecked.

    Columns: ``time`` (local standard time at the start of the hour, ISO), ``temperature`` (degC),
    ``wind_speed``, ``wind_direction``, ``cloud`` or ``irradiance`` or both, and any other of
    :data:`emisim.weather.record.COLUMNS` in its unit there; ``dew_point`` (degC) may stand for
    relative humidity. Above the header row stand the lines ``# station: name``,
    ``# latitude: 37.07``, ``# longitude: 112.98`` (degrees) and ``# utc_offset: 8`` (hours).

    Raises
    ------
    InputError
        For missing columns, missing lines of the station and cells that are neither empty nor a
        number: all of them at once.
    """
    lines = tables.read_text(path).splitlines()
    head, faults = _above(lines), Faults()
    frame = parse("\n".join(lines[head:]), path, skip_blank_lines=False)
    with faults.held():
        attrs = station(lines, path)[1]
    with faults.held():
        _check_columns(frame, head, path)
    names = [n for n in (*COLUMNS, "dew_point") if n in frame]
    with faults.held():
        frame = with_numbers(frame, names, path, head)
    faults.tell()
    frame = frame.assign(**{ROW: frame.index + head + FIRST_ROW}).dropna(subset=["time"])
    frame["time"] = pd.to_datetime(frame["time"], errors="coerce") + HOUR / 2
    for name in {"temperature", "dew_point"} & set(frame):
        frame[name] += units.convert(0.0, "degC", "K")
    if "dew_point" in frame and "relative_humidity" not in frame:
        frame["relative_humidity"] = relative_humidity(frame["dew_point"], frame["temperature"], p)
    return frame, attrs


def _check_columns(frame: pd.DataFrame, head: int, path: str | Path) -> None:
    faults = Faults()
    where: dict[str, Any] = {"file": path, "row": head + 1, "allowed": list(frame.columns)}
    for name in ("time", *REQUIRED):
        if name not in frame:
            msg = "missing column"
            faults.add(InputError(msg, column=name, hint="add the column", **where))
    if not {"cloud", "irradiance"} & set(frame.columns):
        msg = "neither cloud nor irradiance is given; stability needs one of them"
        faults.add(InputError(msg, hint="add one of the columns", **where))
    faults.tell()


def _above(lines: Sequence[str]) -> int:
    """Return the number of lines that stand above the header."""
    return next((i for i, line in enumerate(lines) if not line.startswith(HEADER)), len(lines))


def station(lines: Sequence[str], path: str | Path) -> tuple[int, dict[str, object]]:
    """Return the number of lines about the station on top of ``lines``, and what they say.

    Raises
    ------
    InputError
        Names each that is missing or not a number.
    """
    count, faults = _above(lines), Faults()
    pairs = [line.lstrip("# ").split(": ", 1) for line in lines[:count]]
    given = {pair[0]: (pair[1], row) for row, pair in enumerate(pairs, 1) if len(pair) > 1}
    hint = "put lines such as '# latitude: 37.07' above the data"
    numbers: dict[str, object] = {}
    for name in STATION:
        if name not in given:
            msg = f"no line gives the {name} of the station"
            where: dict[str, Any] = {"file": path, "row": 1, "column": name, "value": name}
            faults.add(InputError(msg, allowed=STATION, hint=hint, **where))
        elif name != "station":
            with faults.held():
                numbers[name] = _number(name, *given[name], path)
    faults.tell()
    return count, {**numbers, "station": given["station"][0].strip(),
                   "source": f"hourly record, file {Path(path).name}"}  # fmt: skip


def _number(name: str, text: str, row: int, path: str | Path) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        msg, hint = f"the {name} of the station is not a number", "write digits, such as 37.07"
        raise InputError(msg, file=path, row=row, column=name, value=text, hint=hint)
    return number
