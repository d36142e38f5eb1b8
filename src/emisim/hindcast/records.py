"""The tables of the hindcast: means of neighbouring cities and what came of the plans."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from emisim import units
from emisim.csvtable import VALUE, Column, read_table
from emisim.errors import InputError
from emisim.tables import check_sources
from emisim.vocabulary import STATUSES

SPECIES = ("PM2.5", "PM10", "SO2", "NO2")
GOOD_DAYS = "good_day_share"
NEIGHBOURS = (
    Column("city"),
    Column("year", number=True, minimum=1900),
    Column("month", number=True, required=False, minimum=1, maximum=12),
    Column("species", allowed=SPECIES),
    *VALUE,
)
OUTCOMES = (
    Column("city"),
    Column("year", number=True, minimum=1900),
    Column("item", allowed=(*SPECIES, GOOD_DAYS)),
    *VALUE,
)
REMARKS = (
    Column("plan"),
    Column("remark"),
    Column("status", allowed=STATUSES),
    Column("source"),
    Column("note", required=False),
)


def read_remarks(path: str | Path, sources: Iterable[str] | None = None) -> pd.DataFrame:
    """Return what else is known of the outcome of a plan, in words.

    Raises
    ------
    InputError
        For faults of the table or unknown sources.
    """
    table = read_table(path, REMARKS, key=("plan", "remark"))
    check_sources(table, sources, path)
    return table


def read_neighbours(path: str | Path, sources: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the table of neighbours with ``value`` in ug/m3; ``month`` is NaN in annual rows.

    Raises
    ------
    InputError
        For faults of the table, unknown sources, or units that are not concentrations.
    """
    table = read_table(path, NEIGHBOURS, key=("city", "year", "month", "species"))
    check_sources(table, sources, path)
    return table.assign(value=[_convert(r, "ug/m3", path) for r in table.itertuples()])


def read_outcomes(path: str | Path, sources: Iterable[str] | None = None) -> pd.DataFrame:
    """Return what came of the plans: ``value``, ``low``, ``high`` in ug/m3 or, of days, as a share.

    Raises
    ------
    InputError
        For faults of the table, unknown sources, or units that do not fit the item.
    """
    table = read_table(path, OUTCOMES, key=("city", "year", "item"))
    check_sources(table, sources, path)
    wanted = ["fraction" if item == GOOD_DAYS else "ug/m3" for item in table["item"]]
    factor = [_factor(r, w, path) for r, w in zip(table.itertuples(), wanted, strict=True)]
    return table.assign(**{c: table[c] * factor for c in ("value", "low", "high")})


def _convert(row, unit: str, path: str | Path) -> float:  # type: ignore[no-untyped-def]
    return float(row.value) * _factor(row, unit, path)


def _factor(row, unit: str, path: str | Path) -> float:  # type: ignore[no-untyped-def]
    try:
        return units.factor(row.unit, unit)
    except InputError as error:
        raise InputError(
            error.what, file=path, row=row.Index, column="unit", value=row.unit, hint=error.hint
        ) from None


def monthly(table: pd.DataFrame, species: str, years: tuple[int, int]) -> pd.DataFrame:
    """Return monthly means (month of both years, city), the cities that have all of them.

    Raises
    ------
    InputError
        If no city has every month of both years.
    """
    rows = table[(table["species"] == species) & table["month"].notna()]
    rows = rows[rows["year"].isin(years)]
    pairs = zip(rows["year"].astype(int), rows["month"].astype(int), strict=True)
    parts = pd.PeriodIndex(
        [pd.Period(year=y, month=m, freq="M") for y, m in pairs], dtype="period[M]"
    )
    wide = rows.assign(period=parts).pivot(index="period", columns="city", values="value")
    whole = pd.period_range(f"{years[0]}-01", f"{years[0]}-12", freq="M").union(
        pd.period_range(f"{years[1]}-01", f"{years[1]}-12", freq="M")
    )
    found = wide.reindex(whole).dropna(axis="columns")
    if found.empty:
        msg = f"no city has monthly means of {species} in every month of {years[0]} and {years[1]}"
        raise InputError(msg, value=species, hint="add the rows to neighbours.csv")
    return found


def annual_changes(table: pd.DataFrame, years: tuple[int, int]) -> pd.DataFrame:
    """Return the logarithm of the later over the earlier annual mean (city, species)."""
    rows = table[table["month"].isna() & table["year"].isin(years)]
    wide = rows.pivot(index=["city", "species"], columns="year", values="value").dropna()
    change = (wide[years[1]] / wide[years[0]]).map(np.log)
    return change.unstack("species").reindex(columns=list(SPECIES))


def outcome(table: pd.DataFrame, city: str, year: int, item: str) -> pd.Series | None:
    """Return the row of an outcome, or None where nothing is known."""
    rows = table[(table["city"] == city) & (table["year"] == year) & (table["item"] == item)]
    return None if rows.empty else rows.iloc[0]


def over_months(table: pd.DataFrame, city: str, years: tuple[int, int],
                months: Sequence[int]) -> pd.Series:  # fmt: skip
    """Return the logarithm of the later over the earlier mean of some months (species,)."""
    rows = table[(table["city"] == city) & table["month"].isin(months)]
    means = rows[rows["year"].isin(years)].groupby(["year", "species"])["value"].mean()
    change = np.log(means[years[1]] / means[years[0]])
    return change.reindex(list(SPECIES))
