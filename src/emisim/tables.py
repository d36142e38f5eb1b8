"""Cited parameter tables: one row per number, looked up most specific first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from emisim import units
from emisim.csvtable import VALUE, Column, read_table, read_text
from emisim.errors import Faults, InputError, require_known
from emisim.vocabulary import SPECIES

__all__ = [
    "VALUE",
    "Column",
    "Parameters",
    "check_known",
    "check_sources",
    "check_units",
    "read_parameters",
    "read_sources",
    "read_table",
    "read_text",
]

PARAMETER_KEY = ("process", "fuel", "technology", "standard", "parameter")
PARAMETER_COLUMNS = (
    Column("process"),
    *(Column(name, required=False) for name in ("fuel", "technology", "standard")),
    Column("parameter"),
    *VALUE,
)
LOOKUP_ORDER = (
    ("fuel", "technology", "standard"),
    ("fuel", "technology"),
    ("fuel", "standard"),
    ("fuel",),
    ("technology", "standard"),
    ("technology",),
    ("standard",),
    (),
)
"""Columns that must agree, most specific first; a column not named must be empty in the table."""


@dataclass(frozen=True)
class Parameters:
    """A long parameter table: one cited number per row, looked up most specific first."""

    frame: pd.DataFrame
    path: Path

    @cached_property
    def _index(self) -> dict[tuple[str, ...], dict[str, Any]]:
        records = self.frame.rename_axis("row").reset_index().to_dict("records")
        return {
            tuple(r[k] for k in PARAMETER_KEY): {str(k): v for k, v in r.items()} for r in records
        }

    def row(
        self,
        parameter: str,
        *,
        process: str,
        fuel: str = "",
        technology: str = "",
        standard: str = "",
    ) -> dict[str, Any] | None:
        """Return the most specific row of ``parameter`` (its cells and ``row``), or None."""
        asked = {"fuel": fuel, "technology": technology, "standard": standard}
        for agree in LOOKUP_ORDER:
            kept = [asked[c] if c in agree else "" for c in ("fuel", "technology", "standard")]
            found = self._index.get((process, *kept, parameter))
            if found is not None:
                return found
        return None

    def value(self, parameter: str, unit: str, *, process: str, **key: str) -> float:
        """Return one parameter in ``unit``.

        Raises
        ------
        InputError
            If no row fits, or its unit has another dimension.
        """
        found = self.row(parameter, process=process, **key)
        if found is None:
            self._raise_missing(parameter, process, key)
        return self._number(found, unit)

    def _number(self, found: Mapping[str, Any], unit: str) -> float:
        """Return the value of row ``found`` in ``unit``; a unit that does not fit names the row."""
        try:
            return units.convert(found["value"], found["unit"], unit)
        except InputError as error:
            raise InputError(
                error.what,
                file=self.path,
                row=found["row"],
                column="unit",
                value=found["unit"],
                hint=error.hint,
            ) from None

    def _raise_missing(self, parameter: str, process: str, key: Mapping[str, str]) -> NoReturn:
        require_known([process], sorted(set(self.frame["process"])), "process", file=self.path)
        asked = ", ".join(f"{k} {v!r}" for k, v in {"process": process, **key}.items() if v)
        have = sorted(set(self.frame.loc[self.frame["process"] == process, "parameter"]))
        msg = f"no row gives {parameter!r} for {asked}"
        hint = "add the row, or leave fuel, technology or standard empty in it to mean any"
        raise InputError(msg, file=self.path, value=parameter, allowed=have, hint=hint)

    def match(
        self,
        rows: pd.DataFrame,
        names: Sequence[str],
        unit: Mapping[str, str] | str,
        *,
        required: bool = True,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Look up several parameters for many rows at once.

        Parameters
        ----------
        rows
            One row per source with columns process, fuel, technology, standard and whatever
            ``unit`` names in braces.
        names
            Parameter names, k of them.
        unit
            Unit wanted, one for all or by parameter; ``"kg/({activity_unit})"`` takes the
            row's own activity unit.
        required
            Raise when a row finds none; else NaN.

        Returns
        -------
        values : ndarray (n, k)
        assumed : ndarray (n, k) of bool
            Whether the number rests on an assumed row.

        Raises
        ------
        InputError
            Naming the missing key.
        """
        columns = [*PARAMETER_KEY[:-1], *(["activity_unit"] if "activity_unit" in rows else [])]
        groups = rows.groupby(columns, sort=False, dropna=False)
        values = np.full((len(rows), len(names)), np.nan)
        assumed = np.zeros((len(rows), len(names)), dtype=bool)
        for key, members in groups.indices.items():
            named: dict[str, str] = dict(zip(columns, key, strict=True))  # type: ignore[call-overload]
            lookup = {c: named[c] for c in PARAMETER_KEY[:-1]}
            for j, name in enumerate(names):
                found = self.row(name, **lookup)
                if found is None:
                    if required:
                        process = lookup.pop("process")
                        self._raise_missing(name, process, lookup)
                    continue
                to = (unit if isinstance(unit, str) else unit[name]).format(**named)
                values[members, j] = self._number(found, to)
                assumed[members, j] = found["status"] == "assumed"
        return values, assumed


def read_parameters(path: str | Path, sources: Iterable[str] | None = None) -> Parameters:
    """Read a parameter table (columns :data:`PARAMETER_COLUMNS`, key :data:`PARAMETER_KEY`).

    Raises
    ------
    InputError
        As :func:`read_table`; also for a source key that ``sources`` does not hold, and for a
        parameter that is a misspelt species.
    """
    checks = (
        lambda frame: check_sources(frame, sources, path),
        lambda frame: _check_species(frame, path),
    )
    return Parameters(read_table(path, PARAMETER_COLUMNS, PARAMETER_KEY, checks), Path(path))


def _check_species(frame: pd.DataFrame, path: str | Path) -> None:
    """Raise :class:`InputError` at every parameter that is a misspelt species."""
    spelled = {s.lower().replace(".", "").replace("_", ""): s for s in SPECIES}
    faults = Faults()
    for row, name in frame["parameter"].items():
        right = spelled.get(name.lower().replace(".", "").replace("_", ""))
        if right is not None and right != name:
            where: dict[str, Any] = {"file": path, "row": int(str(row)), "column": "parameter"}
            msg, hint = "unknown species", f"did you mean {right!r}?"
            faults.add(InputError(msg, value=name, allowed=SPECIES, hint=hint, **where))
    faults.tell()


def read_sources(path: str | Path) -> dict[str, str]:
    """Return the citations of ``sources.csv`` by key."""
    frame = read_table(path, (Column("key"), Column("citation")), key=("key",))
    return dict(zip(frame["key"], frame["citation"], strict=True))


def check_known(
    frame: pd.DataFrame,
    column: str,
    allowed: Iterable[str],
    path: str | Path,
    hint: str = "correct the cell",
) -> None:
    """Raise :class:`InputError` with every row whose ``column`` is not in ``allowed``."""
    good = list(allowed)
    faults = Faults()
    for row, value in frame.loc[~frame[column].isin(good), column].items():
        where: dict[str, Any] = {"file": path, "row": int(str(row)), "column": column}
        msg = f"unknown {column}"
        faults.add(InputError(msg, value=value, allowed=good, hint=hint, **where))
    faults.tell()


def check_sources(frame: pd.DataFrame, sources: Iterable[str] | None, path: str | Path) -> None:
    """Raise :class:`InputError` at every row whose source is not a key of ``sources.csv``."""
    if sources is not None:
        hint = "add the citation to inputs/sources.csv, or use one of its keys"
        check_known(frame, "source", sorted(sources), path, hint)


def check_units(frame: pd.DataFrame, wanted: Mapping[Any, str], path: str | Path) -> None:
    """Raise :class:`InputError` at every row whose unit cannot be turned into the one ``wanted``.

    Parameters
    ----------
    wanted
        Unit by row; rows that it does not hold are passed over.
    """
    faults = Faults()
    for row, unit in frame["unit"].items():
        try:
            if row in wanted and unit:
                units.factor(unit, wanted[row])
        except InputError as error:
            where: dict[str, Any] = {"file": path, "row": int(str(row)), "column": "unit"}
            faults.add(InputError(error.what, value=unit, hint=error.hint, **where))
    faults.tell()
