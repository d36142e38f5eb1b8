"""The shipped tables: every number has its parents and a unit of the right kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emisim import units
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.tables import Parameters, read_parameters
from emisim.vocabulary import SPECIES

INPUTS = Path(__file__).parents[1] / "inputs"
FACTORS = Factors(INPUTS / "factors")
OTHER_COLUMNS = {"processes", "profiles"}
PARAMETER_TABLES = [
    *(p for p in sorted((INPUTS / "factors").glob("*.csv")) if p.stem not in OTHER_COLUMNS),
    *sorted((INPUTS / "cities").glob("*/coal_quality.csv")),
    *sorted((INPUTS / "cities").glob("*/climate.csv")),
    *sorted((INPUTS / "cities").glob("*/roads.csv")),
    INPUTS / "hindcast" / "hindcast.csv",
]
PER_ACTIVITY = {"fuel_use", "electricity_use", "heat_value", "NH3_N"}
"""Parameters whose unit depends on the process: per unit of its activity or of its fuel."""
PER_OTHER = {"heavy-truck": "km", "rail-freight": "kg", "inland-water-freight": "kg"}
"""Freight factors are per km of a truck, per kg of fuel of a train or ship."""
CHOICES = {"numerics", "speed-class"}
"""Rows that set how we compute (class borders, number of points): nothing to be unsure of."""


def tables() -> Iterator[Parameters]:
    for path in PARAMETER_TABLES:
        yield read_parameters(path, FACTORS.sources)


@pytest.mark.parametrize("path", PARAMETER_TABLES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_every_row_has_value_unit_range_status_and_source(path):
    frame = read_parameters(path, FACTORS.sources).frame
    silent = frame[(frame["status"] == "assumed") & (frame["note"] == "")]
    assert silent.empty, f"assumed without a basis: {silent.index.tolist()[:5]}"
    fixed = frame[(frame["status"] == "assumed") & (frame["low"] == frame["high"])]
    fixed = fixed[(fixed["value"] != 0) & ~fixed["process"].isin(CHOICES)]
    assert fixed.empty, f"assumed without a range: {fixed.index.tolist()[:5]}"


def test_emission_factors_are_mass_per_unit_of_their_activity():
    wrong = []
    for table in tables():
        known = table.frame["process"].isin(FACTORS.processes.index)
        rows = table.frame[known & table.frame["parameter"].isin(SPECIES)]
        activity = FACTORS.processes["activity_unit"].to_dict() | PER_OTHER
        for row, record in rows.iterrows():
            wanted = f"kg/({activity[record['process']]})"
            if not convertible(record["unit"], wanted):
                wrong.append(f"{table.path.name} row {row}: {record['unit']} is not {wanted}")
    assert wrong == []


def test_one_parameter_has_one_dimension():
    first: dict[str, tuple[str, str]] = {}
    wrong = []
    for table in tables():
        rows = table.frame[~table.frame["parameter"].isin({*SPECIES, *PER_ACTIVITY})]
        for row, record in rows.iterrows():
            name, unit = record["parameter"], record["unit"]
            where = f"{table.path.name} row {row}"
            known, earlier = first.setdefault(name, (unit, where))
            if not convertible(unit, known):
                wrong.append(f"{name}: {where} is in {unit}, {earlier} in {known}")
    assert wrong == []


def test_every_source_is_cited_somewhere():
    cited = {
        key
        for path in INPUTS.rglob("*.csv")
        if path.name != "sources.csv"
        for key in FACTORS.sources
        if key in path.read_text(encoding="utf-8")
    }
    assert set(FACTORS.sources) - cited == set()


def convertible(unit: str, to: str) -> bool:
    try:
        units.factor(unit, to)
    except InputError:
        return False
    return True
