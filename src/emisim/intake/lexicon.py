"""The tables of ``inputs/intake``: headers, terms, units, classes and rules."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from emisim.errors import InputError
from emisim.factors import Factors
from emisim.intake.words import Units, bare
from emisim.tables import VALUE, Column, check_known, check_sources, read_table
from emisim.vocabulary import FUEL_TERMS, FUELS

FOLDER = "intake"
USES = ("boilers", "heating", "power", "residential")
TEXTS = (
    *("name", "id", "unit_no", "district", "lon", "lat", "lonlat", "datum", "process", "fuel"),
    *("use", "technology", "standard", "control", "control_dust", "control_sulphur"),
    *("control_nitrogen", "control_voc", "capacity_unit", "built", "grade", "zone", "place"),
    *("unit", "source", "note", "monthly_profile", "allocate_by", "year", "serial"),
)
NUMBERS = ("capacity", "stack_height", "stack_diameter", "exit_temperature", "exit_velocity")
AMOUNTS = ("value", "low", "high")
ROLES = (*TEXTS, *NUMBERS, *AMOUNTS)
"""What a column of a book may be."""


@dataclass(frozen=True)
class Lexicon:
    """What is known of the words of books, beside the factor tables of ``factors``."""

    factors: Factors

    @property
    def folder(self) -> Path:
        """The folder of the tables."""
        return self.factors.folder.parent / FOLDER

    @cached_property
    def headers(self) -> dict[str, dict[str, str]]:
        """Row of ``headers.csv`` by bare header."""
        columns = (
            *(Column("header"), Column("column", allowed=ROLES)),
            *(Column("fuel", required=False, allowed=FUELS), Column("process", required=False)),
            *(Column("unit", required=False), Column("note", required=False)),
        )
        path = self.folder / "headers.csv"
        frame = read_table(path, columns, key=("header",))
        check_known(frame, "process", ["", *self.factors.processes.index], path)
        records = frame.to_dict("records")
        return {bare(r["header"]): {str(k): str(v) for k, v in r.items()} for r in records}

    @cached_property
    def terms(self) -> dict[str, dict[str, str]]:
        """Machine name by column and bare text; Chinese and English names come by themselves."""
        path = self.folder / "terms.csv"
        columns = (Column("column"), Column("written"), Column("term", required=False))
        frame = read_table(path, columns, key=("column", "written"))
        processes = self.factors.processes
        named: dict[str, dict[str, str]] = {"process": {}, "fuel": {}}
        for column in ("name_zh", "name_en"):
            named["process"] |= {bare(n): str(p) for p, n in processes[column].items()}
        named["process"] |= {bare(p): str(p) for p in processes.index}
        for term in FUEL_TERMS.values():
            named["fuel"] |= {bare(word): term.key for word in term}
        for kind, rows in frame.groupby("column"):
            own = named.setdefault(str(kind), {})
            own |= {bare(w): t for w, t in zip(rows["written"], rows["term"], strict=True)}
        devices = self.factors["controls"].frame["technology"].unique()
        named["control"] = {bare(d): d for d in devices if d} | named["control"]
        named["use"] |= {use: use for use in USES}
        return named

    @cached_property
    def units(self) -> Units:
        """Units as written."""
        path = self.folder / "units.csv"
        frame = read_table(path, (Column("written"), Column("unit")), key=("written",))
        return Units(dict(zip(frame["written"], frame["unit"], strict=True)))

    @cached_property
    def fuel_processes(self) -> dict[tuple[str, str], str]:
        """Process by use and fuel."""
        path = self.folder / "fuel_processes.csv"
        columns = (Column("use", allowed=USES), Column("fuel", allowed=FUELS), Column("process"))
        frame = read_table(path, columns, key=("use", "fuel"))
        check_known(frame, "process", self.factors.processes.index, path)
        keys = zip(frame["use"], frame["fuel"], strict=True)
        return dict(zip(keys, frame["process"], strict=True))

    @cached_property
    def capacity_classes(self) -> pd.DataFrame:
        """Capacity classes: process, standard, from, below, unit."""
        bounds = (Column(n, number=True, required=False) for n in ("from", "below"))
        columns = (Column("process"), Column("standard"), *bounds, Column("unit"))
        path = self.folder / "capacity_classes.csv"
        return read_table(path, columns, key=("process", "standard"))

    def rule(self, name: str, unit: str) -> float:
        """Return a number of ``rules.csv``, which must be in ``unit``."""
        row = self._rules.get(name)
        if row is None or row["unit"] != unit:
            msg = f"no row gives rule {name!r} in {unit}"
            raise InputError(msg, file=self.folder / "rules.csv", value=name, allowed=self._rules)
        return float(row["value"])

    @cached_property
    def _rules(self) -> dict[str, dict[str, str | float]]:
        path = self.folder / "rules.csv"
        frame = read_table(path, (Column("rule"), *VALUE), key=("rule",))
        check_sources(frame, self.factors.sources, path)
        records = frame.to_dict("records")
        return {str(r["rule"]): {str(k): v for k, v in r.items()} for r in records}
