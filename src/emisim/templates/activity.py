"""Activity tables of a new city: defaults per head or per hectare of its group, times its own."""

from pathlib import Path

import pandas as pd

from emisim.city import ACTIVITY_COLUMNS, CITY_TOTAL
from emisim.csvtable import Column
from emisim.tables import VALUE, check_sources, read_sources, read_table
from emisim.templates.rules import ANY, FOLDER, GROUPS, Rules
from emisim.units import factor

AMOUNTS = ("value", "low", "high")
PEOPLE = ("population", "urban_population", "rural_population")
PER = {**dict.fromkeys(PEOPLE, "person"), "cropland": "ha", "land": "ha", "city": "", "each": ""}
"""Unit of what a default goes by; ``city``: it is the city's, ``each``: it is each district's."""
TEXT = (
    *("name_zh", "technology", "standard", "control", "capacity_unit", "grade", "place"),
    *("fuel", "allocate_by"),
)
BASES = ("set", "fuel", "technology", "standard")
COLUMNS = (
    *(Column("topic"), Column("id"), Column("group", allowed=(ANY, *GROUPS))),
    *(Column("per", allowed=tuple(PER)), Column("district"), Column("process")),
    *(Column(name, required=False) for name in TEXT),
    *(Column("capacity", number=True, required=False), Column("basis", allowed=BASES)),
    *VALUE,
)
OWN = tuple(c.name for c in ACTIVITY_COLUMNS if c.always)
EACH = "{district}"
FROM = "from_year"


def read(inputs: str | Path, group: str) -> pd.DataFrame:
    """Return the rows of ``intake/defaults.csv`` that hold for a city group."""
    path = Path(inputs) / FOLDER / "defaults.csv"
    frame = read_table(path, COLUMNS, key=("topic", "id", "group"))
    check_sources(frame, read_sources(Path(inputs) / "sources.csv"), path)
    return frame[frame["group"].isin([ANY, group])]


def stages(inputs: str | Path, year: int) -> pd.DataFrame:
    """Return the stage mixes of a base year: process, fuel, standard, value.

    Empty before the first year of ``intake/default_stages.csv``: the mix of the fleet table holds.
    """
    path = Path(inputs) / FOLDER / "default_stages.csv"
    columns = (Column("process"), Column("fuel"), Column("standard"), Column(FROM, number=True))
    frame = read_table(path, (*columns, *VALUE), key=("process", "fuel", "standard", FROM))
    past = frame[frame[FROM] <= year]
    return past[past[FROM] == past.groupby(["process", "fuel"])[FROM].transform("max")]


def quantities(districts: pd.DataFrame, rules: Rules, group: str) -> dict[str, float]:
    """Return people, and hectares of land and cropland, of a city from its ``districts.csv``."""
    total = districts.groupby("item")["value"].sum()
    land = float(total["area"]) * factor("km2", "ha")
    people = {name: float(total[name]) for name in PEOPLE}
    cropland = land * rules.value("cropland_fraction", group)
    return {**people, "land": land, "cropland": cropland, "city": 1.0, "each": 1.0}


def tables(
    defaults: pd.DataFrame, amounts: dict[str, float], mixes: pd.DataFrame, districts: list[str]
) -> dict[str, pd.DataFrame]:
    """Return the activity tables by topic, columns as :data:`emisim.city.ACTIVITY_COLUMNS`.

    Parameters
    ----------
    defaults, mixes
        As :func:`read` and :func:`stages` give them.
    amounts
        As :func:`quantities` gives them.
    """
    rows = defaults.assign(per_unit=defaults["per"].map(PER))
    by = defaults["per"].map(amounts).to_numpy()
    rows["unit"] = [
        unit.removesuffix(f"/{per}").removeprefix("(").removesuffix(")") if per else unit
        for unit, per in zip(rows["unit"], rows["per_unit"], strict=True)
    ]
    rows["note"] = [
        f"default of {number:.4g} {unit}" + (f" x {amount:.4g} {per}" if per else "") + f": {note}"
        for number, unit, amount, per, note in zip(
            defaults["value"], defaults["unit"], by, rows["per_unit"], defaults["note"], strict=True
        )
    ]
    for name in AMOUNTS:
        rows[name] = rows[name] * by
    rows = _each(_staged(rows, mixes), districts)
    for name in AMOUNTS:
        rows[name] = [float(f"{number:.6g}") for number in rows[name]]
    rows = rows.reindex(columns=["topic", *OWN])
    return {str(t): part[list(OWN)].reset_index(drop=True) for t, part in rows.groupby("topic")}


def _staged(rows: pd.DataFrame, mixes: pd.DataFrame) -> pd.DataFrame:
    """Split rows into the stages of the mixes."""
    parts = []
    for _, row in rows.iterrows():
        same = (mixes["process"] == row["process"]) & (mixes["fuel"] == row["fuel"])
        mix = mixes[same] if not row["standard"] else mixes.iloc[:0]
        if mix.empty:
            parts.append(row.to_frame().T)
        for standard, share in zip(mix["standard"], mix["value"], strict=True):
            note = f"{row['note']}; stage share {share:g}"
            scaled = {name: row[name] * share for name in AMOUNTS}
            own = {"id": f"{row['id']}-{standard}", "standard": standard, "note": note, **scaled}
            parts.append(row.to_frame().T.assign(**own))
    return pd.concat(parts)


def _each(rows: pd.DataFrame, districts: list[str]) -> pd.DataFrame:
    """Write rows of each district out; rows of the whole city stay."""
    each = rows["district"] == EACH
    parts = [rows[~each]]
    for name in districts:
        own = rows[each]
        parts.append(
            own.assign(
                id=own["id"] + f"-{name}",
                district=name,
                place=own["place"].str.replace(EACH, name),
            )
        )
    whole = pd.concat(parts, ignore_index=True)
    whole.loc[whole["district"] != CITY_TOTAL, "allocate_by"] = ""
    return whole
