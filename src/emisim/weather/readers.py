"""Reading an hourly weather record of any kind that we know."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from emisim import tables
from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.weather import direction, epw, hourly_csv, isd, reanalysis, record

KINDS = (".epw", ".csv", ".txt", ".isd", ".nc")
GLOBAL_HOURLY = "WND"
"""A column that only NCEI global-hourly tables have."""


def read(path: str | Path, p: Parameters, site: Mapping[str, object] | None = None) -> pd.DataFrame:
    """Return the checked record of a weather file; its name's ending tells the kind.

    Directions that are random between reports are held (:mod:`emisim.weather.direction`).

    Parameters
    ----------
    path
        ``.epw`` (EnergyPlus), ``.csv`` (:mod:`emisim.weather.hourly_csv`, or NCEI global-hourly),
        ``.txt`` or ``.isd`` (ISD-Lite), ``.nc`` (ERA5 or WRF, :mod:`emisim.weather.reanalysis`).
    p
        ``inputs/factors/meteorology.csv``.
    site
        ``station``, ``latitude``, ``longitude``, ``utc_offset`` where the file does not say them,
        or says them otherwise.

    Raises
    ------
    InputError
        If the kind is unknown, or as the reader of the kind or :func:`emisim.weather.record.check`.
    """
    suffix = Path(path).suffix.lower()
    given = dict(site or {})
    if suffix == ".epw":
        frame, attrs = epw.read(path)
    elif suffix == ".nc":
        frame, attrs = reanalysis.read(path, p, given)
        given = {k: v for k, v in given.items() if k not in ("latitude", "longitude")}
    elif suffix in (".txt", ".isd"):
        frame, attrs = isd.read_lite(path, p)
    elif suffix == ".csv" and GLOBAL_HOURLY in tables.read_text(path).splitlines()[0]:
        frame, attrs = isd.read_global(path, p, given)
    elif suffix == ".csv":
        frame, attrs = hourly_csv.read(path, p)
    else:
        msg = "unknown kind of weather file"
        raise InputError(msg, file=path, value=suffix, allowed=KINDS)
    return direction.persistent(record.check(frame, {**attrs, **given}, path, p), p)
