"""Numbers that a new city starts from where nothing is known: by city group and province."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from emisim.errors import InputError, require_known
from emisim.tables import VALUE, Column, check_sources, read_sources, read_table

FOLDER = "intake"
ANY = "*"
NORTH = "north"
GROUPS = (NORTH, "north-plain", "central")
"""City groups: of the coal-heated North (no ``composition`` in city.yaml), and the others."""


@dataclass(frozen=True)
class Rules:
    """Rows of ``city_rules.csv`` by rule and group."""

    rows: Mapping[tuple[str, str], Mapping[str, object]]
    path: Path

    def row(self, rule: str, group: str = ANY) -> Mapping[str, object]:
        """Return the row of a rule for a group, else for any.

        Raises
        ------
        InputError
            If there is none.
        """
        found = self.rows.get((rule, group), self.rows.get((rule, ANY)))
        if found is None:
            msg = f"no row gives rule {rule!r} for group {group!r}"
            names = sorted({name for name, _ in self.rows})
            raise InputError(msg, file=self.path, value=rule, allowed=names)
        return found

    def value(self, rule: str, group: str = ANY) -> float:
        """Return the value of a rule."""
        return float(str(self.row(rule, group)["value"]))


class Province(NamedTuple):
    """What cities of a province start from; ``code``: first two digits of their codes."""

    code: int
    name_en: str
    name_zh: str
    group: str
    heating_months: tuple[int, ...]
    landscape: str
    oxidants: str


def group(composition: str) -> str:
    """Return the city group of a ``composition`` of city.yaml."""
    return composition or NORTH


def composition(group: str) -> str:
    """Return the ``composition`` of city.yaml of a city group."""
    return "" if group == NORTH else group


def read(inputs: str | Path) -> Rules:
    """Read ``intake/city_rules.csv`` of a folder of inputs."""
    path = Path(inputs) / FOLDER / "city_rules.csv"
    columns = (Column("rule"), Column("group", allowed=(ANY, *GROUPS)), *VALUE)
    frame = read_table(path, columns, key=("rule", "group"))
    check_sources(frame, read_sources(Path(inputs) / "sources.csv"), path)
    rows = {(str(r["rule"]), str(r["group"])): r for r in frame.to_dict("records")}
    return Rules({key: {str(k): v for k, v in r.items()} for key, r in rows.items()}, path)


def province(inputs: str | Path, code: int) -> Province:
    """Return the province of a two-digit code from ``intake/provinces.csv``.

    Raises
    ------
    InputError
        If the table does not hold it.
    """
    path = Path(inputs) / FOLDER / "provinces.csv"
    columns = (
        *(Column("code", number=True), Column("name_en"), Column("name_zh")),
        *(Column("group", allowed=GROUPS), Column("heating_months", required=False)),
        *(Column(n, required=n == "landscape") for n in ("landscape", "oxidants")),
        *(Column("status"), Column("source"), Column("note", required=False)),
    )
    frame = read_table(path, columns, key=("code",)).set_index("code")
    require_known([code], frame.index.astype(int), "province", file=path, column="code")
    row: pd.Series = frame.loc[code]
    months = tuple(int(month) for month in row["heating_months"].split())
    return Province(
        code, *row[["name_en", "name_zh", "group"]], months, *row[["landscape", "oxidants"]]
    )
