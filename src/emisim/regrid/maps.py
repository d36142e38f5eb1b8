"""Names of other inventories in ours, and the rules that they are judged by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from emisim import units
from emisim.csvtable import VALUE, Column, read_table
from emisim.errors import InputError, require_known
from emisim.tables import check_sources, read_sources
from emisim.vocabulary import SECTORS, SPECIES, STATUSES

CONVENTIONS = ("meic", "cf", "edgar")
ROLES = ("receives", "covers")
CITED = (
    Column("status", allowed=STATUSES),
    Column("source"),
    Column("note", required=False),
)
SECTOR_COLUMNS = (
    Column("convention", allowed=CONVENTIONS),
    Column("name"),
    Column("sector", allowed=SECTORS),
    Column("role", allowed=ROLES),
    *CITED,
)
SPECIES_COLUMNS = (
    Column("convention", allowed=CONVENTIONS),
    Column("name"),
    Column("species", allowed=SPECIES),
    Column("with", required=False),
    *CITED,
)


@dataclass(frozen=True)
class Maps:
    """Tables of ``inputs/regrid``: sector and species names, and rules (value, low, high)."""

    sectors: pd.DataFrame
    species: pd.DataFrame
    rules: pd.DataFrame
    path: Path

    def value(self, rule: str, unit: str, column: str = "value") -> float:
        """Return a number of ``rules.csv`` in ``unit``; ``column`` may be low or high."""
        number: Any = self.rules.at[rule, column]
        return float(number) * units.factor(str(self.rules.at[rule, "unit"]), unit)

    def receives(self, convention: str, given: Mapping[str, str]) -> dict[str, str]:
        """Return our sector by the other inventory's; ``given`` goes before the table.

        In a CF file our own names stand for themselves.
        """
        require_known(given.values(), SECTORS, "sector", column="sectors")
        rows = self._rows(self.sectors, convention)
        rows = rows[rows["role"] == "receives"]
        named = {sector: sector for sector in SECTORS} if convention == "cf" else {}
        return named | dict(zip(rows["name"], rows["sector"], strict=True)) | dict(given)

    def covers(self, convention: str, given: Mapping[str, str]) -> dict[str, set[str]]:
        """Return all our sectors whose sources are also in a sector of the other inventory."""
        found = {name: {sector} for name, sector in self.receives(convention, given).items()}
        for name, sector in self._rows(self.sectors, convention)[["name", "sector"]].to_numpy():
            if name not in given:
                found[name].add(sector)
        return found

    def terms(self, convention: str, present: Collection[str]) -> dict[str, set[str]]:
        """Return our species by the names ``present`` in the other inventory.

        A name may stand for several species (PM25 for PM2.5, and with PMcoarse for PM10); the sum
        of parts is taken only where the species is not given whole.

        Raises
        ------
        InputError
            For a name that the table does not have, or a part whose other part is missing.
        """
        rows = self._rows(self.species, convention)
        good = sorted(set(rows["name"]))
        hint = "correct the name, add it to inputs/regrid/species.csv, or list it under ignore"
        require_known(present, good, "species", file=self.path / "species.csv", hint=hint)
        here = rows[rows["name"].isin(list(present))]
        whole = set(here.loc[here["with"] == "", "species"])
        found: dict[str, set[str]] = {name: set() for name in present}
        for name, species, other in here[["name", "species", "with"]].to_numpy():
            if other == "" or (other in present and species not in whole):
                found[name].add(species)
        for name in sorted(found):
            if not found[name] and not whole & set(here.loc[here["name"] == name, "species"]):
                other = here.loc[here["name"] == name, "with"].iloc[0]
                message = f"{name!r} can only be used with {other!r}, which is not there"
                raise InputError(message, value=sorted(present), hint="add it, or ignore both")
        return found

    def _rows(self, table: pd.DataFrame, convention: str) -> pd.DataFrame:
        require_known([convention], CONVENTIONS, "format")
        return table[table["convention"] == convention]


def read(folder: str | Path) -> Maps:
    """Read ``sectors.csv``, ``species.csv`` and ``rules.csv`` of a folder beside sources.csv."""
    path = Path(folder)
    cited = read_sources(path.parent / "sources.csv")
    sectors = read_table(path / "sectors.csv", SECTOR_COLUMNS, key=("convention", "name", "sector"))
    species = read_table(
        path / "species.csv", SPECIES_COLUMNS, key=("convention", "name", "species")
    )
    rules = read_table(path / "rules.csv", (Column("rule"), *VALUE), key=("rule",))
    for name, table in {"sectors": sectors, "species": species, "rules": rules}.items():
        check_sources(table, cited, path / f"{name}.csv")
    return Maps(sectors, species, rules.set_index("rule"), path)
