"""Reading hourly CSV tables with lines about the station above the header."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from emisim import tables, units
from emisim.csvtable import parse
from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.weather.humidity import relative_humidity
from emisim.weather.record import COLUMNS, HOUR, REQUIRED, STATION

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
        For a missing column or a missing line of the station.
    """
    lines = tables.read_text(path).splitlines()
    head, attrs = station(lines, path)
    frame = parse("\n".join(lines[head:]), path)
    where = {"file": path, "row": head + 1, "allowed": list(frame.columns)}
    for name in ("time", *REQUIRED):
        if name not in frame:
            msg = "missing column"
            raise InputError(msg, column=name, hint="add the column", **where)  # type: ignore[arg-type]
    if not {"cloud", "irradiance"} & set(frame.columns):
        msg = "neither cloud nor irradiance is given; stability needs one of them"
        raise InputError(msg, hint="add one of the columns", **where)  # type: ignore[arg-type]
    frame["time"] = pd.to_datetime(frame["time"], errors="coerce") + HOUR / 2
    names = [n for n in (*COLUMNS, "dew_point") if n in frame]
    frame[names] = frame[names].astype(str).apply(pd.to_numeric, errors="coerce")
    frame[names] = frame[names].astype(float)
    for name in {"temperature", "dew_point"} & set(frame):
        frame[name] += units.convert(0.0, "degC", "K")
    if "dew_point" in frame and "relative_humidity" not in frame:
        frame["relative_humidity"] = relative_humidity(frame["dew_point"], frame["temperature"], p)
    return frame, attrs


def station(lines: Sequence[str], path: str | Path) -> tuple[int, dict[str, object]]:
    """Return the number of lines about the station on top of ``lines``, and what they say.

    Raises
    ------
    InputError
        If one of them is missing or not a number.
    """
    count = next((i for i, line in enumerate(lines) if not line.startswith(HEADER)), len(lines))
    given = dict(line.lstrip("# ").split(": ", 1) for line in lines[:count] if ": " in line)
    hint = "put lines such as '# latitude: 37.07' above the data"
    for name in STATION:
        if name not in given:
            msg = f"no line gives the {name} of the station"
            raise InputError(msg, file=path, row=1, value=name, allowed=STATION, hint=hint)
    try:
        numbers: dict[str, object] = {n: float(given[n]) for n in STATION[1:]}
    except ValueError:
        msg = "latitude, longitude and utc_offset must be numbers"
        raise InputError(msg, file=path, row=1, value=given, hint=hint) from None
    return count, {**numbers, "station": given["station"].strip(),
                   "source": f"hourly record, file {Path(path).name}"}  # fmt: skip
