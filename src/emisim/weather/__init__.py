"""Hourly weather to joint frequencies (Gaussian engine) and to Markov-coupled classes.

``readers.read(path, parameters)`` reads a record of any kind; ``build`` returns the joint table of
wind, stability and season that the plume engine uses, ``regimes.build`` the classes of the
transport operator. ``parameters`` is ``inputs/factors/meteorology.csv`` throughout.
"""

from pathlib import Path

import pandas as pd

from emisim.tables import Parameters
from emisim.weather import readers
from emisim.weather.frequencies import check, joint, read, write

__all__ = ["build", "check", "joint", "read", "write"]


def build(path: str | Path, parameters: Parameters) -> pd.DataFrame:
    """Return the joint frequency table of a weather file (see :func:`readers.read`)."""
    return joint(readers.read(path, parameters), parameters)
