"""Reading an hourly weather record of any kind that we know."""

from pathlib import Path

import pandas as pd

from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.weather import epw, hourly_csv, record

KINDS = (".epw", ".csv")


def read(path: str | Path, p: Parameters) -> pd.DataFrame:
    """Return the checked record of a weather file; its name's ending tells the kind.

    Parameters
    ----------
    path
        ``.epw`` (EnergyPlus) or ``.csv`` (:mod:`emisim.weather.hourly_csv`).
    p
        ``inputs/factors/meteorology.csv``.

    Raises
    ------
    InputError
        If the kind is unknown, or as the reader of the kind or :func:`emisim.weather.record.check`.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".epw":
        frame, attrs = epw.read(path)
    elif suffix == ".csv":
        frame, attrs = hourly_csv.read(path, p)
    else:
        msg = "unknown kind of weather file"
        raise InputError(msg, file=path, value=suffix, allowed=KINDS)
    return record.check(frame, attrs, path, p)
