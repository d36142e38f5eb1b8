"""The plan file: the real one is complete, and every kind of mistake is named where it stands."""

from pathlib import Path

import pytest

from emisim import plan, plan_model, strict_yaml
from emisim.errors import InputError
from emisim.measures._base import Quantity
from emisim.measures._example import town

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
EXAMPLE = DATA / "plan.yaml"
MISTAKES = strict_yaml.read(DATA / "plan-mistakes.yaml")[0]
MISFITS = strict_yaml.read(DATA / "plan-misfits.yaml")[0]
YANGQUAN = ROOT / "inputs" / "plans" / "yangquan-2019.yaml"
NUMBERS = [f"三.{n}" for n in range(1, 33)]


@pytest.fixture(scope="module")
def yangquan():
    return plan.read(YANGQUAN)


@pytest.fixture(scope="module")
def example():
    return plan.read(EXAMPLE)


def changed(tmp_path, old, new):
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "plan.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_every_clause_of_the_document_is_there(yangquan):
    numbers = [clause.clause for clause in yangquan.clauses]
    assert [n for n in numbers if n.startswith("三")] == NUMBERS
    assert [n for n in numbers if n.startswith("四")] == [f"四({n})" for n in "一二三四五六七"]
    assert [n for n in numbers if n.startswith("二")] == ["二(一)", "二(二)1", "二(二)2"]
    for clause in yangquan.clauses:
        texts = (clause.title_en, clause.title_zh, clause.summary_en, clause.summary_zh)
        assert all(texts), clause.clause
        assert bool(clause.measures) != bool(clause.reason), clause.clause


def test_the_four_measures_of_the_design_card_are_used(yangquan):
    kinds = {measure.kind for measure in yangquan.measures}
    assert {"switch_fuel", "retire", "electrify", "shift_freight"} <= kinds


@pytest.mark.parametrize(
    ("measure", "where", "value"),
    [
        ("boilers-closed-industry", "scope.capacity_below", 35),
        ("boilers-ultra-low", "scope.capacity_from", 65),
        ("stagger-coking", "cuts.0.cut.value", 40),
        ("stagger-restricted-near", "cuts.0.cut.value", 50),
        ("stagger-encouraged-near", "cuts.0.cut.value", 30),
        ("stagger-encouraged-far", "cuts.0.cut.value", 20),
    ],
)
def test_numbers_of_the_document(yangquan, measure, where, value):
    item = next(m for m in yangquan.measures if m.id == measure)
    for part in where.split("."):
        item = item[int(part)] if part.isdigit() else getattr(item, part)
    assert item == value


def test_deadline_of_the_boiler_clauses_is_the_first_of_october(yangquan):
    full = {m.id: m.full for m in yangquan.measures if m.clause in ("三.10", "三.15")}
    assert {str(day) for day in full.values()} == {"2019-10-01"}
    assert len(full) == 4


def test_so2_targets(yangquan):
    values = {t.area: t.value for t in yangquan.targets if t.species == "SO2" and t.value}
    assert values.pop("Yuxian") == -40
    assert set(values.values()) == {-30}
    assert {"city", "Pingding", "Jiaoqu", "Chengqu", "Kuangqu", "development zone"} == set(values)


def test_assumed_numbers_carry_a_range_and_a_reason(yangquan):
    written = [*plan.parts((yangquan.measures, yangquan.reference), Quantity)]
    assumed = [q for q in written if q.cite.basis == "assumed"]
    assert len(assumed) > len(yangquan.measures)
    for quantity in assumed:
        assert quantity.cite.note
        assert quantity.low <= quantity.value <= quantity.high


def test_every_measure_finds_its_sources_in_the_city(yangquan):
    from emisim.stages.inventory import build

    base = build(str(ROOT / "inputs/cities/yangquan"), str(ROOT / "inputs/factors"))
    plan.check(yangquan, base)


def test_cites_take_the_clause_they_stand_under(example):
    assert {q.cite.clause for q in plan.parts(example.clauses[0].measures, Quantity)} == {"1"}
    assert example.measures[2].cites["to"].clause == "2"


def test_balance_sheet_counts_what_is_written(example):
    sheet = plan.balance_sheet(example)
    assert sheet["numbers"] == {"stated": 5, "derived": 0, "assumed": 3}
    assert sheet["choices"] == {"stated": 0, "derived": 0, "assumed": 1}
    assert sheet["clauses"] == {"with effect": 2, "without": 1}
    assert sheet["reasons"] == {"governance": 1}
    assert sheet["measures"] == {"retire": 1, "retrofit": 1, "switch_fuel": 1}
    assert sheet["targets"] == {"computable": 1, "not": 1}


def test_scenarios_share_the_reference(example):
    base, reference, stated, expected = plan.scenarios(example)
    assert base.steps == ()
    assert base.year == 2018
    assert [step.id for step in reference.own_steps] == ["trend"]
    assert stated.parent is reference
    assert [step.id for step in expected.own_steps] == ["boilers", "scrubber", "heat-pumps"]
    assert (stated.full_effect, expected.full_effect) == (True, False)


def test_a_measure_can_be_left_out(tmp_path):
    path = changed(tmp_path, "steps: measures}", "steps: measures, without: [scrubber]}")
    stated = plan.scenarios(plan.read(path))[2]
    assert [step.id for step in stated.own_steps] == ["boilers", "heat-pumps"]


def test_the_example_fits_its_town(example):
    plan.check(example, town(2018))


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_named(tmp_path, name):
    case = MISTAKES[name]
    with pytest.raises(InputError, match=case["message"]) as caught:
        plan.read(changed(tmp_path, case["old"], case["new"]))
    assert "plan.yaml" in str(caught.value)


@pytest.mark.parametrize("name", MISFITS)
def test_a_plan_that_does_not_fit_the_city(tmp_path, name):
    case = MISFITS[name]
    with pytest.raises(InputError, match=case["message"]):
        plan.check(plan.read(changed(tmp_path, case["old"], case["new"])), town(2018))


def test_all_misfits_are_told_at_once(tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8")
    path = tmp_path / "plan.yaml"
    path.write_text(text.replace("boiler-coal", "boiler"), encoding="utf-8")
    with pytest.raises(InputError, match=r"plan.yaml: .*2 of its measures or targets do not fit"):
        plan.check(plan.read(path), town(2018), file=path)


def test_every_reason_is_documented_and_named_in_both_languages(tmp_path):
    page = (ROOT / "docs" / "plans.md").read_text(encoding="utf-8")
    for reason, names in plan_model.REASONS.items():
        assert f"`{reason}`" in page
        assert all(names)
        assert len(set(names)) == 2
    read = plan.read(changed(tmp_path, "reason: governance", "reason: out-of-scope"))
    assert plan.balance_sheet(read)["reasons"] == {"out-of-scope": 1}
