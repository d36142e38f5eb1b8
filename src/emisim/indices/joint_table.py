"""The rows of ``daily_joint.csv``: how daily values scatter about the mean of their season."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim.csvtable import VALUE, Column, read_table
from emisim.errors import InputError
from emisim.indices.days import MODELLED
from emisim.vocabulary import SEASONS

TABLE = "inputs/standards/daily_joint.csv"
KEY = ("parameter", "season", "species", "other")
BOUNDS = ("low", "value", "high")


@dataclass(frozen=True)
class Joint:
    """The rows of ``daily_joint.csv``; arrays in the order of SEASONS and MODELLED."""

    frame: pd.DataFrame
    path: Path

    @cached_property
    def variation(self) -> np.ndarray:
        """Coefficient of variation of daily values: low, value, high by season and pollutant."""
        return self._bounds("variation")

    @cached_property
    def seasonal_ratio(self) -> np.ndarray:
        """Mean of the season over that of the year, likewise."""
        return self._bounds("seasonal_ratio")

    @cached_property
    def correlation(self) -> np.ndarray:
        """Correlation of the normal scores (season, pollutant, pollutant)."""
        matrix = np.empty((len(SEASONS), len(MODELLED), len(MODELLED)))
        for s, season in enumerate(SEASONS):
            matrix[s] = np.eye(len(MODELLED))
            for i, one in enumerate(MODELLED):
                for j, other in enumerate(MODELLED[:i]):
                    matrix[s, i, j] = matrix[s, j, i] = self.number(
                        "correlation", season, other, one
                    )
        return matrix

    def number(self, parameter: str, season: str = "", species: str = "", other: str = "") -> float:
        """Return the value of one row.

        Raises
        ------
        InputError
            If there is no such row.
        """
        return self._row(parameter, season, species, other)[1]

    def _row(self, *key: str) -> tuple[float, float, float]:
        found = self._rows.get(key)
        if found is None:
            msg = f"no row {', '.join(k for k in key if k)}"
            hint = "restore the shipped table, or fit it again"
            raise InputError(msg, file=self.path, value=", ".join(key), hint=hint)
        return found

    @cached_property
    def _rows(self) -> dict[tuple[str, ...], tuple[float, float, float]]:
        rows = self.frame[[*KEY, *BOUNDS]].itertuples(index=False)
        return {tuple(row[: len(KEY)]): tuple(row[len(KEY) :]) for row in rows}

    def _bounds(self, parameter: str) -> np.ndarray:
        table = [[self._row(parameter, s, p, "") for p in MODELLED] for s in SEASONS]
        return np.moveaxis(np.array(table), -1, 0)


def read(path: str | Path = TABLE) -> Joint:
    """Read the parameters of the joint distribution.

    Raises
    ------
    InputError
        Naming file, row and column of a fault.
    """
    columns = [Column(name, required=name == "parameter") for name in KEY]
    return Joint(read_table(path, (*columns, *VALUE), KEY), Path(path))


def limited_by_season(limited: float, joint: Joint) -> xr.DataArray:
    """Spread a yearly number of days limited by O3 over the seasons (season,)."""
    shares = np.array([joint.number("ozone_share", season) for season in SEASONS])
    return xr.DataArray(limited * shares / shares.sum(), {"season": list(SEASONS)}, ("season",))
