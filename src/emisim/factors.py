"""The factor tables of a folder: parameters, source categories, time profiles, citations."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emisim.errors import Faults, InputError, require_known
from emisim.tables import (
    VALUE,
    Column,
    Parameters,
    check_sources,
    read_parameters,
    read_sources,
    read_table,
)
from emisim.units import factor
from emisim.vocabulary import SECTORS, SERVICES

PROCESS_COLUMNS = (
    Column("process"),
    Column("sector", allowed=SECTORS),
    *(Column(f"level{n}", required=False) for n in range(1, 5)),
    Column("name_en"),
    Column("name_zh"),
    Column("activity_unit"),
    Column("monthly_profile"),
    Column("hourly_profile"),
    Column("service", allowed=SERVICES),
    Column("release"),
)
PROFILE_COLUMNS = (
    Column("profile"),
    Column("axis", allowed=("month", "hour")),
    Column("index", number=True, minimum=0, maximum=23),
    *VALUE,
)
PROFILE_TOLERANCE = 1e-9
DEGREE_DAYS = "degree-days"
"""Monthly profile that is computed from a city's climate (:mod:`emisim.sectors._season`)."""


@dataclass(frozen=True)
class Factors:
    """The folder of factor tables; a table is read at first use: ``factors["dust"]``."""

    folder: Path

    @cached_property
    def sources(self) -> dict[str, str]:
        """Citations by key."""
        return read_sources(self.folder.parent / "sources.csv")

    @cached_property
    def _tables(self) -> dict[str, Parameters]:
        return {}

    def __getitem__(self, topic: str) -> Parameters:
        if topic not in self._tables:
            path = self.folder / f"{topic}.csv"
            self._tables[topic] = read_parameters(path, self.sources)
        return self._tables[topic]

    @cached_property
    def processes(self) -> pd.DataFrame:
        """Source categories by process name."""
        path = self.folder / "processes.csv"
        frame = read_table(
            path, PROCESS_COLUMNS, key=("process",), checks=(lambda rows: _check_units(rows, path),)
        )
        return frame.set_index("process")

    @cached_property
    def profiles(self) -> pd.DataFrame:
        """Monthly and hourly profiles: (profile, axis) x index, each summing to 1."""
        path = self.folder / "profiles.csv"
        checks = (lambda rows: check_sources(rows, self.sources, path),)
        frame = read_table(path, PROFILE_COLUMNS, ("profile", "axis", "index"), checks)
        wide = frame.assign(index=frame["index"].astype(int)).pivot(
            index=["profile", "axis"], columns="index", values="value"
        )
        off = (wide.sum(axis=1) - 1).abs() > PROFILE_TOLERANCE
        if off.any():
            name, axis = wide.index[off][0]
            msg = f"profile {name!r} ({axis}) does not sum to 1"
            raise InputError(
                msg, file=path, value=float(wide.sum(axis=1)[off].iloc[0]), hint="renormalise it"
            )
        return wide

    @property
    def monthly_profiles(self) -> list[str]:
        """Names of the monthly profiles, the computed one last."""
        return [*self.profiles.xs("month", level="axis").index, DEGREE_DAYS]

    def profile(self, names: pd.Series, axis: str) -> np.ndarray:
        """Return the shares (n, 12 or 24) of each named profile."""
        known = self.profiles.xs(axis, level="axis")
        where = self.folder / "processes.csv"
        hint = "add the profile to profiles.csv or use one of its names"
        require_known(names.unique(), known.index, f"{axis} profile", file=where, hint=hint)
        span = range(1, 13) if axis == "month" else range(24)
        codes, words = pd.factorize(names)
        return known.loc[words, list(span)].to_numpy()[codes]


def _check_units(processes: pd.DataFrame, path: Path) -> None:
    """Raise :class:`InputError` at every activity unit that is none."""
    faults = Faults()
    for row, unit in processes["activity_unit"].items():
        try:
            factor(unit, unit)
        except InputError as error:
            where: dict[str, Any] = {"file": path, "row": int(str(row)), "column": "activity_unit"}
            faults.add(InputError(error.what, value=unit, hint=error.hint, **where))
    faults.tell()
