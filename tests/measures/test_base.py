"""Cited numbers, scope, the time path, and what they say when something is wrong."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emisim.errors import InputError, MassError
from emisim.measures import _shift, read
from emisim.measures._base import Cite, Quantity, Scope, ramp, ramp_end
from emisim.measures._example import fields, number, town
from emisim.measures._quantity import targets
from measures.cases import CASES, GAS, measure

TOWN = town()
days = st.dates(date(2019, 1, 1), date(2019, 12, 31))
ASSUMED = {"basis": "assumed", "clause": "", "note": "by analogy"}


def test_ramp_by_hand():
    # 1 June to 1 August: 61 days; June's mean is its middle day 15/61, July's 30/61 + 15.5/61.
    level = ramp(date(2019, 6, 1), date(2019, 8, 1), 2019)
    np.testing.assert_allclose(level[4:8], [0, 15 / 61, 45.5 / 61, 1], rtol=1e-12)


def test_closing_on_1_october_changes_three_months():
    np.testing.assert_array_equal(ramp(date(2019, 10, 1), None, 2019), [0] * 9 + [1] * 3)


def test_month_fraction_by_days_in_a_leap_year():
    assert ramp(date(2020, 2, 15), date(2020, 2, 15), 2020)[1] == 15 / 29


@given(days, days)
def test_ramp_rises_and_matches_daily_mean(one, two):
    start, full = min(one, two), max(one, two)
    level = ramp(start, full, 2019)
    assert (np.diff(level) >= -1e-12).all()
    assert level.min() >= 0
    assert level.max() <= 1
    end = date(2020, 1, 1)
    total = (level * [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]).sum()
    assert total == pytest.approx((end - full).days + (full - start).days / 2)


def test_uptake_multiplies_coverage_and_effectiveness():
    case = measure("grow", "down", coverage=number(80, "%"), effectiveness=number(0.5))
    assert case.uptake(2019, full_effect=True).values == pytest.approx(0.8)
    assert case.uptake(2019, full_effect=False).values == pytest.approx(0.4)


def test_heating_months_carry_the_effect_by_themselves():
    after = measure("switch_fuel", "one", start="2019-07-01").apply(TOWN, full_effect=True)
    changed = (after["activity"] - TOWN["activity"]).sel(source="gas heaters") > 0
    assert changed["month"].values[changed.values].tolist() == [11, 12]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"start": "2018-12-31"},
            r"M1 \(clause 1\), field start.*\n.*2018-12-31.*\n.*2019-01-01 to",
        ),
        ({"full": "2020-06-30"}, r"M1 \(clause 1\), field full: date outside the plan year"),
    ],
)
def test_date_outside_the_plan_year(change, message):
    with pytest.raises(InputError, match=message):
        measure("retire", "nowhere", **change).apply(TOWN, full_effect=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": "2019-05-02", "full": "2019-05-01"}, r"field full: is before start\n.*05-01"),
        ({"coverage": number(1.2)}, r"coverage: number out of range\n.*1.2 fraction.*\n.*0 to 1"),
        ({"coverage": number(120, "%")}, r"coverage: number out of range\n.*120.0 %"),
        ({"effectiveness": number(0.5, "km")}, r"effectiveness: unit 'km' cannot be turned into"),
        ({"coverage": number(0.5, "fracton")}, r"coverage: .*unit"),
        ({"coverage": number(float("nan"))}, r"coverage.value: Input should be a finite number"),
        ({"coverage": number(0.5) | {"low": 0.6}}, r"coverage: value outside its own range"),
        ({"coverage": number(0.5) | {"high": 1.5}}, r"coverage: number out of range\n.*1.5"),
        ({"coverage": number(0.5) | {"cite": ASSUMED}}, r"lacks its range or its reason"),
        ({"coverage": {"value": 1.0, "unit": "fraction"}}, r"coverage.cite: Field required"),
        ({"coverge": number(1.0)}, r"unknown key coverge\n.*coverge.*\n.*coverage"),
        ({"scope": {}}, r"scope: the scope names nothing"),
        ({"scope": {"sector": "frieght"}}, r"scope: unknown sector\n.*frieght.*\n.*freight"),
        ({"scope": {"fuel": "cola"}}, r"scope: unknown fuel\n.*cola.*\n.*coal"),
        ({"scope": {"proces": "x"}}, r"unknown key scope.proces\n.*\n.*process"),
        ({"cites": {"strat": {"basis": "stated", "clause": "1"}}}, r"field cites: unknown field"),
        ({"start": "soon"}, r"start: Input should be a valid date"),
        ({"kind": "swich_fuel"}, r"unknown kind of measure\n.*swich_fuel.*\n.*switch_fuel"),
    ],
)
def test_bad_field_names_measure_clause_and_field(change, message):
    record = fields(kind="switch_fuel", **CASES["switch_fuel"]["one"]) | change
    with pytest.raises(InputError, match=message) as caught:
        read(record)
    assert str(caught.value).startswith("measure M1 (clause 1), ")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scope": {"process": "household-cole"}}, r"unknown process.*\n.*cole.*\n.*coal"),
        ({"scope": {"process": "household-coal", "district": "Lower"}}, r"selects no source"),
        ({"scope": {"sector": "freight"}}, r"switch_fuel does not fit source 'old trucks'"),
        ({"to": {"process": "household-gaz"}}, r"unknown process.*\n.*gaz.*\n.*household-gas"),
        ({"to": GAS | {"district": "Lower"}}, r"'stoves' has no destination.*\n.*gas heaters"),
        ({"scope": {"source": "stoves"}, "to": {"sector": "residential"}},
         r"'stoves' has several destinations.*\n.*gas heaters, heat pumps"),
        ({"to": [GAS, GAS]}, r"every one of several destinations needs its share"),
        ({"to": [GAS | {"share": number(0.5)}] * 1}, r"shares of the destinations do not add"),
    ],
)  # fmt: skip
def test_misfit_with_the_city_names_the_measure(change, message):
    with pytest.raises(InputError, match=message) as caught:
        measure("switch_fuel", "one", **change).apply(TOWN, full_effect=True)
    assert str(caught.value).startswith("measure M1 (clause 1)")
    assert caught.value.hint


def test_size_limit_over_mixed_units():
    units = TOWN["capacity_unit"].copy(data=["t/h"] * 6 + ["MW"] * (TOWN.sizes["source"] - 6))
    mixed = TOWN.assign_coords(capacity_unit=units, capacity=TOWN["capacity"].fillna(20))
    with pytest.raises(InputError, match="different units"):
        Scope(capacity_below=35).select(mixed)
    chosen = Scope(capacity_below=35, capacity_unit="MW").select(mixed)
    assert int(chosen.sum()) == TOWN.sizes["source"] - 6


def test_lost_service_names_the_measure(monkeypatch):
    def leak(*_args):
        message = "1 % of the service is gone"
        raise MassError(message)

    monkeypatch.setattr(_shift, "shift_activity", leak)
    with pytest.raises(MassError, match=r"measure M1 \(clause 1\): 1 % of"):
        measure("switch_fuel", "one").apply(TOWN, full_effect=True)


def test_measures_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        measure("grow", "down").start = date(2019, 2, 1)


def test_targets_let_carbon_leave_with_fine_particles():
    cite = Cite(basis="stated", clause="8")
    fine, black = (Quantity(value=v, unit="%", cite=cite) for v in (60, 40))
    assert targets({"PM2.5": fine, "BC": black}) == {"BC": 0.4, "OC": 0.6, "PM2.5": 0.6}
    assert targets({"BC": black}) == {"BC": 0.4}


@given(one=days, two=days)
def test_the_end_of_a_month_is_no_less_than_its_mean(one, two):
    start, full = sorted((one, two))
    mean, end = ramp(start, full, 2019), ramp_end(start, full, 2019)
    assert (end >= mean - 1e-12).all()
    assert (end[:-1] <= mean[1:] + 1e-12).all()
    assert end[-1] == 1
