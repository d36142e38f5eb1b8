"""A clause explained: what was read and assumed, which sources, how many tonnes."""

import re
from pathlib import Path

import pandas as pd
import pytest

from emisim import cli, explain, ledger, measure_words, measures, plan, scenario, vocabulary
from emisim.errors import InputError
from emisim.figures.language import labels
from emisim.measures._example import number, town
from emisim.stages import check
from emisim.stages import explain as stage
from measures import cases

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "tests/data/plan.yaml"


@pytest.fixture(scope="module")
def document():
    return plan.read(EXAMPLE)


@pytest.fixture(scope="module")
def rows(document):
    chosen = plan.scenarios(document)
    return ledger.build(chosen, scenario.run(chosen, town(2018)))


@pytest.fixture(scope="module")
def tell(document, rows):
    return lambda number, lang: explain.text(document, number, town(2018), rows, lang)


def section(text, title):
    """Return the lines below a title, up to the next empty line."""
    after = text.split(f"\n{title}", 1)[1]
    return after.split("\n\n")[0]


def test_stated_and_assumed_numbers_are_told_apart(tell):
    said = tell("2", "en")
    stated = section(said, "Numbers of the document")
    assert "removal.SO₂: 0.8, stated by the plan (2)" in stated
    assert "coverage: 60 %, stated by the plan (2)" in stated
    assert "running costs" not in stated
    assumed = section(said, "Set by us")
    assert "effectiveness: 0.5 (0.2–1); running costs" in assumed
    assert "goes to: household-electricity, outside; gas is far away" in assumed
    assert "stated" not in assumed


def test_sources_come_with_what_they_emit_in_the_base_year(tell):
    said = tell("1", "en")
    assert "Boilers close: 1 sources" in said
    touched = section(said, "Boilers close: 1 sources")
    line = next(words for words in touched.splitlines() if "boiler 20 t/h" in words)
    assert line.split()[-6:] == ["102", "24.0", "0", "0", "24.0", "11,400"]  # kg/t x 6000 t


def test_the_share_of_the_city_leaves_out_what_is_beyond_it(tell):
    touched = section(tell("2", "en"), "Heat pumps: 2 sources")
    lines = touched.splitlines()
    assert any("heat pumps (beyond the city)" in line for line in lines)
    share = next(line for line in lines if "share of the city" in line)
    assert share.split()[4:6] == ["17%", share.split()[5]]  # stoves: 21.6 of 123.6 t of SO2


def test_tonnes_are_those_of_the_ledger(tell):
    done = section(tell("1", "en"), "Boilers close: what it does")
    stated = next(line for line in done.splitlines() if "plan as stated, in sequence" in line)
    expected = next(line for line in done.splitlines() if "plan as expected, alone" in line)
    assert "–25.5" in stated
    assert "–12.8" in expected


def test_a_clause_without_effect_says_why(tell, document):
    said = tell("3", "zh")
    assert "组织领导" in said
    assert "不计算效果：组织管理" in said
    assert "吨/年" not in said


def test_chinese_words(tell):
    said = tell("1", "zh")
    for words in (
        "读到的内容",
        "文件给出的数据",
        "由我们假设",
        "淘汰锅炉：涉及1个排放源",
        "落实率",
    ):
        assert words in said


def test_columns_are_aligned(tell):
    touched = section(tell("2", "zh"), "煤改电：涉及").splitlines()[1:]
    assert len({explain.columns(line) for line in touched}) == 1


def test_an_unknown_clause_lists_all_of_them(document):
    with pytest.raises(InputError, match="unknown clause of plan example-2019") as error:
        explain.find(document, "4")
    assert error.value.hint == "the clauses are 1, 2, 3"


def test_the_command_names_plan_and_clause_by_place(monkeypatch, capsys, document, rows):
    folder = EXAMPLE.parent / "none"
    monkeypatch.setattr(check, "RESULTS", folder)
    monkeypatch.setattr(check, "built", lambda run: town(2018))
    monkeypatch.setattr(stage, "_built", lambda document, base: rows)
    monkeypatch.setattr(stage.plans, "read", lambda path: document)
    monkeypatch.chdir(ROOT)
    assert cli.main(["explain", "yangquan-2019", "1", "--lang", "zh"]) == 0
    assert "淘汰锅炉" in capsys.readouterr().out
    assert cli.main(["explain", "yangquan-2091", "1"]) == 2
    said = capsys.readouterr().err
    assert "unknown plan" in said
    assert "yangquan-2019" in said


def test_a_ledger_made_now_holds_the_scenarios_that_are_shown(document):
    rows = stage._built(document, town(2018))
    assert {"stated", "expected"} <= set(rows["scenario"])


CHINESE = re.compile(r"[\u4e00-\u9fff]")
IDENTITY = {"id", "clause", "name_en", "name_zh", "cites"}


def test_kinds_and_fields_have_a_chinese_name():
    known = labels("zh")
    for kind, model in measures.registry().items():
        assert CHINESE.search(known[f"kind.{kind}"])
        assert "文件" not in known[f"kind.{kind}"], "a kind doesn't say where its numbers are from"
        for name in set(model.model_fields) - IDENTITY:
            assert CHINESE.search(known[f"field.{name}"]), name


@pytest.mark.parametrize("name", cases.NAMES, ids="-".join)
def test_the_place_of_every_number_reads_in_chinese(name):
    for place, _ in measure_words.quantities(cases.measure(*name)):
        for part in place:
            plain = part.isdigit() or part in vocabulary.SPECIES
            assert plain or CHINESE.search(measure_words._field((part,), "zh")), place


def told(measure, lang, basis="assumed"):
    return measure_words.numbers(measure, (basis,), lang)


def test_several_destinations_read_as_places_with_shares():
    part = number(0.5) | {"low": 0.2, "high": 0.8}
    part |= {"cite": {"basis": "assumed", "clause": "1", "note": "as far as pipes go"}}
    to = [cases.GAS | {"share": part}, cases.PUMPS | {"share": number(50, "%")}]
    moved = cases.measure("switch_fuel", "two", to=to)
    cites = {"to": {"basis": "assumed", "clause": "1", "note": "the usual way"}}
    moved = moved.model_validate(moved.model_dump() | {"cites": cites})
    gas = "household-gas, same district, same grade"
    said = told(moved, "en")
    share = f"share that goes to {gas}: 0.5 (0.2–0.8); as far as pipes go"
    assert share in "\n".join(said)
    pumps = "household-electricity, outside, share 50 %"
    assert said[-1] == f"goes to: {gas}, share 0.5 + {pumps}; the usual way"
    stated = "\n".join(told(moved, "en", "stated"))
    assert "share that goes to household-electricity, outside: 50 %, stated by the plan" in stated
    said = "\n".join(told(moved, "zh"))
    assert "转至household-gas, 同一区县, 同一等级的比例：0.5 (0.2–0.8); 附注：as far as" in said
    assert " + household-electricity, 市外, 比例 50 %; 附注：the usual way" in said


def test_nowhere_is_told_with_its_reason():
    closed = cases.measure("retire", "nowhere")
    assert told(closed, "en")[-2:] == ["goes to: nowhere", "reason: the mill has closed"]
    assert told(closed, "zh")[-2:] == ["去向：无承接", "理由：the mill has closed"]
    moved = "\n".join(told(cases.measure("retire", "moved"), "en"))
    assert "nowhere" not in moved
    assert "reason" not in moved


@pytest.mark.parametrize("left", [7.28e-12, -1.82e-12, -9e-7])
def test_what_rounding_left_is_told_as_nothing(left):
    assert explain._cells(pd.Series([left, 2e-6])) == ["0", "0.00000200"]
    own = pd.DataFrame({"slack": [left], "slack_unit": ["t"]})
    assert "0 t under the ceiling" in explain._ceiling(own, "", "en")[0]


def test_a_size_limit_in_a_scope_says_what_it_is():
    scope = cases.measure("retire", "nowhere").scope
    assert measure_words._choice(scope, "en") == "boiler-coal, capacity below 35"


def test_chinese_around_the_numbers(tell):
    said = section(tell("2", "zh"), "由我们假设")
    assert "落实率：0.5 (0.2–1); 附注：running costs" in said
    assert "去向：household-electricity, 市外; 附注：gas is far away" in said
    assert "[燃料替代, 2019-11-01]" in said
    stated = section(tell("2", "zh"), "文件给出的数据")
    assert "去除率.SO₂：0.8，文件原文（2）" in stated


@pytest.mark.parametrize(
    ("ceiling", "said", "chinese"),
    [
        (6480, "720 t above the ceiling", "比上限高720 t"),
        (7300, "100 t under the ceiling", "比上限低100 t"),
    ],
)
def test_a_ceiling_tells_its_slack(ceiling, said, chinese):
    cap = cases.measure("cap_activity", "amount", at_most=number(ceiling, "t"))
    chosen = [scenario.Scenario("base"), scenario.Scenario("stated", (cap,), 2019, True)]
    rows = ledger.build(chosen, scenario.run(chosen, town()))
    assert set(rows["slack_unit"]) == {"t"}
    assert f"plan as stated, before the measure: {said}" in "\n".join(
        explain._done(cap, rows, "en")
    )
    assert chinese in "\n".join(explain._done(cap, rows, "zh"))
    other = cases.measure("grow", "down")
    chosen = [scenario.Scenario("base"), scenario.Scenario("stated", (other,), 2019, True)]
    rows = ledger.build(chosen, scenario.run(chosen, town()))
    assert rows["slack"].isna().all()
    assert "ceiling" not in "\n".join(explain._done(other, rows, "en"))
