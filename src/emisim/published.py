"""How a city's totals stand beside published inventories, per resident."""

from pathlib import Path

import pandas as pd
import xarray as xr

from emisim import inventory, units
from emisim.errors import InputError
from emisim.tables import VALUE, Column, check_known, check_sources, read_table
from emisim.vocabulary import SPECIES

POPULATION = "population"
COLUMNS = (Column("area"), Column("year", number=True), Column("item"), *VALUE)


def read(path: str | Path, sources: dict[str, str] | None = None) -> pd.DataFrame:
    """Return published totals in kg per resident and year: (area, year) x species.

    Raises
    ------
    InputError
        As :func:`emisim.tables.read_table`; for an unknown species; for an area without population.
    """
    checks = (
        lambda rows: check_known(rows, "item", (*SPECIES, POPULATION), path),
        lambda rows: check_sources(rows, sources, path),
    )
    frame = read_table(path, COLUMNS, key=("area", "year", "item"), checks=checks)
    frame["number"] = [
        units.convert(value, unit, "person" if item == POPULATION else "kg")
        for value, unit, item in zip(frame["value"], frame["unit"], frame["item"], strict=True)
    ]
    wide = frame.pivot(index=["area", "year"], columns="item", values="number")
    without = wide[POPULATION].isna() if POPULATION in wide else wide.index == wide.index
    if without.any():
        msg = "an area has no population row"
        raise InputError(msg, file=path, value=wide.index[without][0][0], hint="add the row")
    kept = [s for s in SPECIES if s in wide]
    return wide[kept].div(wide[POPULATION], axis=0)


def per_resident(base: xr.Dataset, population: float) -> pd.Series:
    """Return the city's own totals in kg per resident and year, by species."""
    return inventory.totals(base, ()).to_pandas() / population


def compare(own: pd.Series, published: pd.DataFrame, city: str) -> pd.DataFrame:
    """Return kg per resident, the city in the first row, published areas below, species across."""
    first = own.to_frame().T.reindex(columns=published.columns)
    first.index = pd.Index([city])
    rows = published.copy()
    rows.index = pd.Index([f"{area} {year:.0f}" for area, year in published.index])
    return pd.concat([first, rows])
