"""What is reported as done: the table, the course of a measure, the scenario that follows it."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import inventory as inv
from emisim import ledger, plan, progress, scenario
from emisim.errors import InputError
from emisim.measures._example import town
from emisim.progress import Report

DATA = Path(__file__).parent / "data"
EXAMPLE = DATA / "plan.yaml"
GOOD = DATA / "example-2019.progress.csv"
HEADER = "measure,date,share_done,status,source,note\n"


@pytest.fixture(scope="module")
def document():
    return plan.read(EXAMPLE)


@pytest.fixture(scope="module")
def reports(document):
    return progress.read(GOOD, document.measures)


@pytest.fixture(scope="module")
def chosen(document, reports):
    return plan.scenarios(document, reports)


@pytest.fixture(scope="module")
def inventories(chosen):
    return scenario.run(chosen, town(2018))


def test_course_by_hand():
    report = Report((date(2019, 1, 1), date(2019, 7, 1)), (0.0, 1.0))
    level = report.level(2019)
    assert level[0] == pytest.approx(15.5 / 181)
    assert level[6:].tolist() == [1] * 6
    late = Report((date(2019, 11, 16),), (0.4,)).level(2019)
    assert late.round(12).tolist() == [0] * 10 + [0.2, 0.4]
    assert Report((date(2018, 5, 1),), (0.3,)).level(2019).round(12).tolist() == [0.3] * 12


@settings(max_examples=30, deadline=None)
@given(
    days=st.lists(
        st.dates(date(2018, 1, 1), date(2020, 12, 31)), min_size=1, max_size=5, unique=True
    ),
    shares=st.lists(st.floats(0, 1), min_size=5, max_size=5),
)
def test_a_course_never_falls_and_stays_between_its_reports(days, shares):
    ordered = tuple(sorted(shares[: len(days)]))
    level = Report(tuple(sorted(days)), ordered).level(2019)
    assert (np.diff(level) >= -1e-12).all()
    assert level.min() >= 0
    assert level.max() <= ordered[-1] + 1e-12


def test_the_scenario_by_hand(inventories):
    # the boiler: half done from 1 July on, all of it from 1 October on, straight between
    emission = inv.emission(inventories["progress"]).sel(species="SO2")
    boiler = emission.sel(source="boiler 20 t/h").sum()
    days = np.array([31, 31, 30])
    ends = np.cumsum(np.append(0, days)) / 92
    third_quarter = (0.5 + (ends[:-1] + ends[1:]) / 4).sum()
    assert float(boiler) == pytest.approx(6000 / 12 * (6 + 3 - third_quarter) * 17)


def test_measures_without_a_report_have_not_begun(chosen, inventories):
    steps = next(s for s in chosen if s.id == "progress").own_steps
    assert [step.id for step in steps] == ["boilers"]
    stoves = [inventories[s]["activity"].sel(source="stoves").sum() for s in ("base", "progress")]
    assert float(stoves[0]) == float(stoves[1])


def test_the_ledger_knows_the_scenario(chosen, inventories):
    rows = ledger.build(chosen, inventories).query("scenario == 'progress' and species == 'SO2'")
    assert rows["clause"].tolist() == ["1"]
    assert rows["project_t"].tolist() == pytest.approx([-102])
    assert rows["main_difference"].tolist() == ["timing"]


def test_uptakes_follow_the_reports(document, reports):
    found = plan.uptakes(document, reports).loc[("progress", "boilers")]
    assert found[12] == pytest.approx(1)
    assert found[1] == 0


def test_reports_hold_at_the_end_of_a_month():
    report = Report((date(2019, 3, 1), date(2019, 5, 1)), (0.2, 1.0))
    assert report.reached(2019)[:5].round(3).tolist() == [0, 0, 0.607, 1, 1]


def test_without_reports_there_is_no_such_scenario(document):
    assert "progress" not in [s.id for s in plan.scenarios(document)]
    assert not progress.beside(EXAMPLE).is_file()


def test_the_name_is_taken(document, reports, tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8").replace("{id: stated", "{id: progress")
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="taken by the one that follows the progress file"):
        plan.scenarios(plan.read(path), reports)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "boilres,2019-06-30,0.5,reported,bulletin,",
            r"row 2, column measure: unknown measure(.|\n)*'boilres'(.|\n)*boilers(.|\n)*next",
        ),
        ("boilers,June,0.5,reported,bulletin,", r"row 2, column date: not a date(.|\n)*'June'"),
        ("boilers,2019-06-30,50,reported,bulletin,", r"share_done(.|\n)*50"),
        ("boilers,2019-06-30,0.5,heard,bulletin,", r"status(.|\n)*'heard'(.|\n)*reported"),
        ("boilers,2019-06-30,0.5,reported,,", r"source"),
        (
            "boilers,2019-06-30,0.5,reported,bulletn,",
            r"row 2, column source: unknown source(.|\n)*'bulletn'(.|\n)*bulletin",
        ),
        (
            "boilers,2019-06-30,0.5,reported,bulletin,\nboilers,2019-09-30,0.4,reported,bulletin,",
            r"row 3, column share_done: less is done of 'boilers'",
        ),
        (
            "boilers,2019-06-30,0.5,reported,bulletin,\nboilers,2019-06-30,0.6,reported,bulletin,",
            r"duplicate key",
        ),
    ],
)
def test_mistakes_are_named(document, tmp_path, rows, message):
    path = tmp_path / "plan.progress.csv"
    path.write_text(HEADER + rows + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        progress.read(path, document.measures, ["bulletin"])
    assert "plan.progress.csv" in str(caught.value)
