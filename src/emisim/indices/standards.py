"""The air-quality standards as tables, selected by the day they are asked for."""

import itertools
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from emisim.csvtable import VALUE, Column, read_table
from emisim.errors import InputError, require_known

FOLDER = "inputs/standards"
SPECIES = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3")
"""The six pollutants of the index and of the assessment."""

TERM = (Column("valid_from"), Column("valid_to", required=False))
KEYS = {
    "limits": ("standard", "species", "averaging", "class"),
    "breakpoints": ("standard", "species", "averaging", "iaqi"),
    "grades": ("standard", "grade", "name", "name_zh"),
    "rules": ("standard", "parameter", "species", "averaging"),
}
NUMBERS = ("iaqi", "grade")
OPTIONAL = {"rules": ("species", "averaging")}

Day = str | np.datetime64 | pd.Timestamp


@dataclass(frozen=True, eq=False)
class InForce:
    """The rows in force on one day (or of one named AQI standard on that day)."""

    tables: dict[str, pd.DataFrame]
    day: pd.Timestamp
    folder: Path

    @cached_property
    def aqi_standard(self) -> str:
        """Name of the AQI standard, such as ``HJ 633-2012``."""
        return ", ".join(sorted(set(self.tables["breakpoints"]["standard"])))

    @cached_property
    def _found(self) -> dict[str, dict[Hashable, float]]:
        return {
            name: {
                tuple(key): value
                for *key, value in frame[[*KEYS[name][1:], "value"]].itertuples(index=False)
            }
            for name, frame in self.tables.items()
        }

    def limit(self, species: str, averaging: str, zone_class: str = "II") -> float:
        """Return a concentration limit in ug/m3 (CO: mg/m3).

        Parameters
        ----------
        averaging
            ``annual``, ``24h``, ``8h`` (daily maximum 8 h mean), ``1h`` or ``quarter``.
        zone_class
            ``I`` (nature reserves, scenic areas) or ``II`` (everything else).

        Raises
        ------
        InputError
            If no limit is in force on the day.
        """
        return self._look("limits", species, averaging, zone_class)

    def rule(self, parameter: str, species: str = "", averaging: str = "") -> float:
        """Return the number of a rule; see ``rules.csv`` for the names and units.

        Raises
        ------
        InputError
            If no such rule is in force on the day.
        """
        return self._look("rules", parameter, species, averaging)

    def rules(self, parameter: str) -> np.ndarray:
        """Return a rule that every one of the six pollutants has, in the order of SPECIES."""
        frame = self.tables["rules"]
        rows = frame[frame["parameter"] == parameter].set_index("species")["value"]
        for species in SPECIES:
            if species not in rows.index:
                self._look("rules", parameter, species, "")
        return rows.loc[list(SPECIES)].to_numpy(dtype=float)

    def has(self, parameter: str, species: str = "", averaging: str = "") -> bool:
        """Tell whether a rule is in force."""
        return (parameter, species, averaging) in self._found["rules"]

    def breakpoints(self, species: str, averaging: str) -> tuple[np.ndarray, np.ndarray]:
        """Return concentrations (ug/m3, CO mg/m3) and the IAQI at each, both ascending.

        Raises
        ------
        InputError
            If the standard has no breakpoints for this pollutant and averaging time.
        """
        frame = self.tables["breakpoints"]
        rows = frame[(frame["species"] == species) & (frame["averaging"] == averaging)]
        if rows.empty:
            self._missing("breakpoints", (species, averaging))
        rows = rows.sort_values("iaqi")
        return rows["value"].to_numpy(dtype=float), rows["iaqi"].to_numpy(dtype=float)

    @cached_property
    def grade_tops(self) -> np.ndarray:
        """Largest AQI of grades 1 to 6."""
        return self.tables["grades"].sort_values("grade")["value"].to_numpy(dtype=float)

    @cached_property
    def grade_names(self) -> tuple[tuple[str, str], ...]:
        """English and Chinese name of grades 1 to 6."""
        rows = self.tables["grades"].sort_values("grade")
        return tuple(zip(rows["name"], rows["name_zh"], strict=True))

    def _look(self, table: str, *key: str) -> float:
        value = self._found[table].get(key)
        return self._missing(table, key) if value is None else value

    def _missing(self, table: str, key: tuple[str, ...]) -> float:
        frame = self.tables[table]
        names = KEYS[table][1 : 1 + len(key)]
        have = sorted({", ".join(map(str, k)) for k in frame[list(names)].to_numpy()})
        asked = ", ".join(k for k in key if k)
        msg = f"no {table[:-1]} for {asked} is in force on {self.day:%Y-%m-%d}"
        hint = "add the row with the days it is valid, or ask for another day"
        file = self.folder / f"{table}.csv"
        raise InputError(msg, file=file, value=", ".join(key), allowed=have, hint=hint)


@dataclass(frozen=True, eq=False)
class Standards:
    """All tables of a folder; ``on`` selects those in force on a day."""

    tables: dict[str, pd.DataFrame]
    folder: Path

    @cached_property
    def starts(self) -> np.ndarray:
        """Days on which a row comes into force or the day after one goes out, ascending."""
        days: set[pd.Timestamp] = set()
        for frame in self.tables.values():
            days |= set(frame["from"])
            days |= {day + pd.Timedelta(1, "D") for day in frame["to"].dropna()}
        return np.array(sorted(days), dtype="datetime64[ns]")

    @property
    def aqi_standards(self) -> list[str]:
        """Names of the AQI standards, oldest first."""
        return list(dict.fromkeys(self.tables["breakpoints"].sort_values("from")["standard"]))

    def on(self, day: Day, standard: str | None = None) -> InForce:
        """Return the tables in force on ``day``.

        Parameters
        ----------
        day
            Date, such as ``2026-03-01``.
        standard
            Name of an AQI standard whose breakpoints, grades and rules are taken whatever the day.

        Raises
        ------
        InputError
            If the day is before the first standard, or the name is unknown.
        """
        if standard is not None:
            require_known([standard], self.aqi_standards, "AQI standard", file=self.folder)
        when = pd.Timestamp(day)
        return self._at(int(np.searchsorted(self.starts, when.to_datetime64(), "right")), standard)

    @cached_property
    def _kept(self) -> dict[tuple[int, str | None], InForce]:
        return {}

    def _at(self, place: int, standard: str | None) -> InForce:
        if (place, standard) not in self._kept:
            self._kept[place, standard] = self._select(place, standard)
        return self._kept[place, standard]

    def _select(self, place: int, standard: str | None) -> InForce:
        when = pd.Timestamp(self.starts[max(place - 1, 0)])
        chosen = {}
        for name, frame in self.tables.items():
            inside = (frame["from"] <= when) & ~(frame["to"] < when)
            if standard is not None:
                of_aqi = frame["standard"].isin(self.aqi_standards)
                inside = (inside & ~of_aqi) | (frame["standard"] == standard)
            chosen[name] = frame[inside]
        if (place == 0 and standard is None) or chosen["breakpoints"].empty:
            msg = f"no AQI standard is in force before {pd.Timestamp(self.starts[0]):%Y-%m-%d}"
            hint = "name one of the standards to force it on every day"
            raise InputError(msg, file=self.folder, allowed=self.aqi_standards, hint=hint)
        return InForce(chosen, when, self.folder)

    def between(
        self, first: Day, last: Day, standard: str | None = None
    ) -> list[tuple[pd.Timestamp, pd.Timestamp, InForce]]:
        """Return (first day, last day, tables) of each stretch with the same rows in force."""
        begin, end = pd.Timestamp(first), pd.Timestamp(last)
        inner = [d for d in map(pd.Timestamp, self.starts) if begin < d <= end]
        edges = [begin, *inner, end + pd.Timedelta(1, "D")]
        return [
            (a, b - pd.Timedelta(1, "D"), self.on(a, standard))
            for a, b in itertools.pairwise(edges)
        ]


def read(folder: str | Path = FOLDER) -> Standards:
    """Read the standards of a folder (``limits``, ``breakpoints``, ``grades``, ``rules``).

    Raises
    ------
    InputError
        Naming file, row and column of a fault.
    """
    folder = Path(folder)
    stamp = tuple(
        (folder / f"{n}.csv").stat().st_mtime_ns for n in KEYS if (folder / f"{n}.csv").exists()
    )
    return _read(folder, stamp)


@lru_cache(maxsize=8)
def _read(folder: Path, _stamp: tuple[int, ...]) -> Standards:
    return Standards({name: _table(folder, name) for name in KEYS}, folder)


def _table(folder: Path, name: str) -> pd.DataFrame:
    optional = OPTIONAL.get(name, ())
    key = KEYS[name]
    columns = [Column(k, number=k in NUMBERS, required=k not in optional) for k in key]
    path = folder / f"{name}.csv"
    frame = read_table(path, (*columns, *VALUE, *TERM), (*key, "valid_from"))
    frame["from"] = _days(frame, "valid_from", path)
    frame["to"] = _days(frame, "valid_to", path)
    return frame


def _days(frame: pd.DataFrame, column: str, path: Path) -> pd.Series:
    text = frame[column]
    days = pd.to_datetime(text.where(text != ""), format="%Y-%m-%d", errors="coerce")
    bad = (text != "") & days.isna()
    if bad.any():
        row = int(text.index[bad][0])
        msg = "not a date"
        hint = "write it as 2026-03-01"
        raise InputError(msg, file=path, row=row, column=column, value=text[row], hint=hint)
    return days
