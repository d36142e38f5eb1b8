"""The verdict: hand-made concentrations and emissions against every kind of target."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from emisim import plan, scenario, targets
from emisim.errors import InputError
from emisim.measures._example import town
from emisim.targets import Target

EXAMPLE = Path(__file__).parent / "data" / "plan.yaml"
IDS = ["base", "reference", "stated", "expected"]


@pytest.fixture(scope="module")
def scenarios():
    chosen = plan.scenarios(plan.read(EXAMPLE))
    return scenario.dataset(chosen, scenario.run(chosen, town(2018)))


@pytest.fixture(scope="module")
def concentrations():
    values = np.array([[[50, 60]], [[51, 61]], [[34, 39]], [[35, 42.0]]])
    coords = {"scenario": IDS, "species": ["SO2"], "area": ["city", "Upper"]}
    return xr.DataArray(values, coords, ("scenario", "species", "area"))


def target(**more):
    given = {"id": "t", "clause": "1", "name_en": "t", "name_zh": "目标", "unit": "%", "value": -30}
    return Target(**(given | {"metric": "concentration_change", "species": "SO2"} | more))


def judged(scenarios, concentrations, **more):
    table = targets.verdict((target(**more),), scenarios, concentrations)
    return table.set_index("scenario")


def test_relative_concentration(scenarios, concentrations):
    table = judged(scenarios, concentrations)
    assert table.loc["stated", "value"] == pytest.approx(-32)
    assert table.loc["stated", "margin"] == pytest.approx(2)
    assert table["verdict"].to_dict() == {
        "reference": "not met",
        "stated": "met",
        "expected": "met",  # exactly -30 %
    }
    assert table.loc["stated", "verdict_zh"] == "达到"
    assert table["base_value"].eq(50).all()


def test_a_district_uses_its_own_concentration(scenarios, concentrations):
    table = judged(scenarios, concentrations, area="Upper")
    assert table.loc["stated", "value"] == pytest.approx(-35)
    assert table.loc["expected", "value"] == pytest.approx(-30)


def test_absolute_concentration_in_another_unit(scenarios, concentrations):
    table = judged(scenarios, concentrations, metric="concentration", value=0.035, unit="mg/m3")
    assert table.loc["stated", "value"] == pytest.approx(0.034)
    assert table.loc["stated", "verdict"] == "met"
    assert table.loc["reference", "verdict"] == "not met"


def test_emission_change_leaves_load_outside_out(scenarios, concentrations):
    table = judged(scenarios, concentrations, metric="emission_change", species="CO2")
    inside = scenarios["total"].sel(species="CO2").drop_sel(district="outside")
    sums = inside.sum(("sector", "district", "month"))
    want = float(sums.sel(scenario="stated") / sums.sel(scenario="base") - 1) * 100
    assert table.loc["stated", "value"] == pytest.approx(want)
    assert table.loc["stated", "base_value"] == pytest.approx(
        float(sums.sel(scenario="base")) / 1000
    )
    assert table.loc["stated", "base_unit"] == "t"


def test_coal_by_hand(scenarios):
    use = targets.coal_use(scenarios)
    assert float(use.sel(scenario="base", use="other")) == pytest.approx(1200 + 6000)
    assert float(use.sel(scenario="base", use="power")) == 0
    stated = 1200 * (1 - 0.6 * 2 / 5) + 6000 * 9 / 12
    assert float(use.sel(scenario="stated", use="other")) == pytest.approx(stated)


def test_coal_target(scenarios, concentrations):
    table = judged(scenarios, concentrations, metric="coal_change", species="", value=0)
    assert table["verdict"].to_dict() == {
        "reference": "met",
        "stated": "met",
        "expected": "met",
    }
    assert table.loc["stated", "value"] == pytest.approx(((1200 * 0.76 + 4500) / 7200 - 1) * 100)


def test_at_least(scenarios, concentrations):
    table = judged(scenarios, concentrations, comparison="at least", value=-31)
    assert table["verdict"].tolist() == ["met", "not met", "met"]
    assert table.loc["stated", "margin"] == pytest.approx(-1)


@pytest.mark.parametrize("comparison", ["at most", "at least"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"value": 0},
        {"metric": "concentration", "value": 35, "unit": "ug/m3"},
        {"metric": "measure_uptake", "measure": "works", "value": 0},
    ],
)
def test_a_value_on_its_target_but_for_rounding_meets_it(comparison, more):
    goal, side = target(comparison=comparison, **more), 1 if comparison == "at most" else -1
    base = 0.25 if goal.measure else 50.0

    def row(value):
        return targets._row(goal, ("", ""), scenario="stated", base_value=base, value=value)

    on = row(goal.value + side * 4e-14)
    assert (on["verdict"], on["margin"]) == ("met", 0)
    off = row(goal.value + side * 1e-6)
    assert off["verdict"] == "not met"
    assert off["margin"] == pytest.approx(-1e-6, rel=1e-6)


def test_what_cannot_be_computed_has_one_row_and_a_reason(scenarios, concentrations):
    table = targets.verdict(plan.read(EXAMPLE).targets, scenarios, concentrations)
    row = table[table["target"] == "rank"]
    assert len(row) == 1
    assert row["verdict"].item() == "not computable"
    assert row["reason_zh"].item() == "取决于其他城市"


def test_a_missing_concentration_is_never_a_pass(scenarios, concentrations):
    table = judged(scenarios, concentrations * np.nan)
    assert set(table["verdict"]) == {"not computable"}
    assert set(table["reason_en"]) == {"no base value"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"area": "Middle"}, r"area of target t(.|\n)*'Middle'(.|\n)*Upper"),
        ({"species": "PM10"}, r"species of target t(.|\n)*'PM10'"),
    ],
)
def test_unknown_area_or_species(scenarios, concentrations, change, message):
    with pytest.raises(InputError, match=message):
        judged(scenarios, concentrations, **change)


def test_unknown_base(scenarios, concentrations):
    with pytest.raises(InputError, match=r"unknown base scenario"):
        targets.verdict((target(),), scenarios, concentrations, base="start")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unit": "ug/m3"}, "cannot be turned into"),
        ({"value": None}, "no value"),
        ({"metric": "rank"}, "metric rank is not computed"),
        ({"not_computable_en": "x"}, "without not_computable_zh"),
        ({"species": "NOx"}, "species of target t"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_bad_targets(change, message):
    with pytest.raises(ValueError, match=message):
        target(**change)


def test_written_with_both_languages(scenarios, concentrations, tmp_path):
    table = targets.verdict((target(),), scenarios, concentrations)
    targets.write(table, tmp_path / "verdict.csv")
    text = (tmp_path / "verdict.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == ",".join(targets.COLUMNS)
    assert "目标" in text
