"""Hourly weather to joint frequencies of wind, stability and season.

``build("x.epw", parameters)`` reads a record and returns the joint table; ``write`` and ``read``
keep it as CSV. See :mod:`emisim.weather.record` for what a record must hold.
"""

from pathlib import Path

import pandas as pd

from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.weather import record
from emisim.weather.frequencies import check, joint, read, write

__all__ = ["build", "check", "joint", "read", "write"]


def build(path: str | Path, parameters: Parameters) -> pd.DataFrame:
    """Return the joint frequency table of an ``.epw`` or hourly ``.csv`` file.

    Parameters
    ----------
    path
        The hourly file.
    parameters
        ``inputs/factors/dispersion.csv``.

    Raises
    ------
    InputError
        If the file cannot be used (see :mod:`emisim.weather.record`).
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".epw":
        return joint(record.read_epw(path), parameters)
    if suffix == ".csv":
        return joint(record.read_csv(path), parameters)
    msg = "unknown kind of weather file"
    raise InputError(msg, file=path, value=suffix, allowed=[".epw", ".csv"])
