"""Sheets of the workbook: which tables it has, what their columns are called and may hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from emisim.city import CITY_TOTAL, City
from emisim.tables import Column, read_table
from emisim.templates.rules import FOLDER
from emisim.units import factor
from emisim.vocabulary import FUELS, OUTSIDE, STATUSES

SECTORS = {
    "power": ("电厂", ("power", "heating")),
    "boilers": ("锅炉", ("boilers", "heating")),
    "residential": ("民用", ("residential",)),
    "industry": ("工业", ("industry",)),
    "vehicles": ("机动车", ("vehicles",)),
    "freight": ("货运", ("freight",)),
    "nonroad": ("非道路机械", ("nonroad",)),
    "dust": ("扬尘", ("dust",)),
    "ammonia": ("农业氨", ("ammonia",)),
    "burning": ("焚烧", ("burning",)),
    "solvents": ("溶剂油品", ("solvents",)),
}
"""Activity tables: Chinese name of the sheet, and the sectors whose processes it may hold."""
OTHERS = {
    "districts": "区县",
    "places": "地块",
    "monitors": "监测站",
    "observed": "观测浓度",
    "climate": "气候",
    "coal_quality": "煤质",
    "roads": "道路车速",
}
"""The city's other tables."""
TABLES = (*SECTORS, *OTHERS)
LISTS = ("districts", "monitors", "observed")
"""Tables whose districts are those of the city."""
COLUMNS = (
    *(Column("table", required=False), Column("column"), Column("header_zh"), Column("header_en")),
    *(Column("unit", required=False), Column("list", required=False)),
    *(Column("note_zh"), Column("note_en")),
)


class Field(NamedTuple):
    """A column of a sheet: its name in the CSV table, how it is told, what it may hold."""

    column: str
    header_zh: str
    header_en: str
    unit: str
    list: str
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class Choice:
    """What a cell may hold; ``open``: other text may stand there after a warning."""

    values: tuple[str, ...]
    open: bool = False


def sheet(table: str) -> str:
    """Return the name of a table's sheet.

    Examples
    --------
    >>> sheet("power")
    '电厂 power'
    """
    chinese = SECTORS[table][0] if table in SECTORS else OTHERS[table]
    return f"{chinese} {table}"


def fields(inputs: str | Path, table: str, columns: Iterable[str]) -> list[Field]:
    """Return the columns of a sheet; a row of ``template_columns.csv`` for the table wins."""
    path = Path(inputs) / FOLDER / "template_columns.csv"
    frame = read_table(path, COLUMNS, key=("table", "column"))
    kept = frame[frame["table"].isin(["", table])].sort_values("table")
    known = {row["column"]: row for row in kept.to_dict("records")}
    told = []
    for name in columns:
        row = known.get(name, {"header_zh": name, "header_en": name})
        told.append(Field(name, *(str(row.get(part, "")) for part in Field._fields[1:])))
    return told


def choices(city: City, table: str, keys: pd.DataFrame) -> dict[str, Choice]:
    """Return what the columns of a sheet may hold, from the vocabulary and the factor tables.

    ``keys``: as :func:`factor_keys` gives them.
    """
    factors = city.factors
    found = {
        "status": Choice(STATUSES),
        "source": Choice(tuple(factors.sources), open=True),
        "district": Choice((*city.names, CITY_TOTAL, OUTSIDE)),
    }
    if table in SECTORS:
        found |= _of_activity(city, table, keys)
    if table in LISTS:
        found["district"] = Choice((*city.names, *((CITY_TOTAL,) if table == "observed" else ())))
    if table == "observed":
        found["species"] = Choice(("CO", "NO2", "O3", "PM10", "PM2.5", "SO2"), open=True)
    return found


def _of_activity(city: City, table: str, keys: pd.DataFrame) -> dict[str, Choice]:
    factors = city.factors
    processes = factors.processes
    mine = processes[processes["sector"].isin(SECTORS[table][1])]
    rows = keys[keys["process"].isin(mine.index)]
    units = sorted(set(mine["activity_unit"]) | {"万t", "万m3", "万km", "t", "m3"})
    fitting = [u for u in units if any(_converts(u, to) for to in mine["activity_unit"])]
    controls = factors["controls"].frame
    devices = controls.loc[controls["process"].isin(["*", "", *mine.index]), "technology"]
    every = controls["technology"] if devices.empty else devices
    return {
        "allocate_by": Choice(tuple(sorted(map(str, city.districts.columns)))),
        "process": Choice(tuple(mine.index)),
        "fuel": Choice(FUELS),
        "technology": Choice(tuple(sorted(set(rows["technology"]) - {""})), open=True),
        "standard": Choice(tuple(sorted(set(rows["standard"]) - {""})), open=True),
        "control": Choice(tuple(sorted(set(every) - {""})), open=True),
        "capacity_unit": Choice(("t/h", "MW", "kW", "t"), open=True),
        "unit": Choice(tuple(fitting), open=True),
    }


def factor_keys(city: City) -> pd.DataFrame:
    """Return process, technology and standard of all factor rows."""
    keys = ["process", "technology", "standard"]
    tables = sorted(city.factors.folder.glob("*.csv"))
    frames = []
    for path in tables:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        if set(keys) <= set(frame) and "parameter" in frame:
            frames.append(frame[keys].drop_duplicates())
    return pd.concat(frames)


def _converts(unit: str, to: str) -> bool:
    try:
        return factor(unit, to) > 0
    except ValueError:
        return False
