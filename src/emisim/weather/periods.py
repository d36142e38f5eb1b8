"""Which season and which half of the year a month belongs to."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from emisim.vocabulary import HALVES, SEASONS


def season_of(month: np.ndarray | pd.Series) -> np.ndarray:
    """Return the season name of each month number."""
    return _of(month, SEASONS)


def half_of(month: np.ndarray | pd.Series) -> np.ndarray:
    """Return the half of the year, ``heating`` or ``non-heating``, of each month number."""
    return _of(month, HALVES)


def _of(month: np.ndarray | pd.Series, groups: Mapping[str, tuple[int, ...]]) -> np.ndarray:
    by_month = {m: name for name, months in groups.items() for m in months}
    return np.array([by_month[int(m)] for m in np.asarray(month)])
