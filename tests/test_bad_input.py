"""What is wrong with a plan is told by the check, with its name, before anything is computed."""

from pathlib import Path

import pytest

from emisim import strict_yaml
from emisim.config import Run
from emisim.errors import InputError
from emisim.measures._example import town
from emisim.stages import check

DATA = Path(__file__).parent / "data"
TEXT = (DATA / "plan.yaml").read_text(encoding="utf-8")
MISTAKES = strict_yaml.read(DATA / "plan-mistakes.yaml")[0]
MISFITS = strict_yaml.read(DATA / "plan-misfits.yaml")[0]
HEADER = "measure,date,share_done,status,source,note\n"
IN_THE_FILE = {
    "a clause missing from the plan file": "clause missing",
    "a clause cited twice": "clause twice",
    "an unknown measure kind": "unknown kind",
    "an unknown measure field": "misspelt field",
    "a deadline outside the plan year": "deadline after the plan year",
    "uptake above 1": "uptake above one",
    "an unknown reason": "unknown reason",
}
IN_THE_CITY = {
    "a shift between different services": "another service",
    "two measures that retire the same boiler": "two measures that retire the same boiler",
    "a scope that selects nothing": "nothing that small",
}


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Return how to check a plan text in a folder of inputs whose city is the example town."""
    (tmp_path / "plans").mkdir()
    (tmp_path / "sources.csv").write_text("key,citation\nbulletin,Bulletin\n", encoding="utf-8")
    (tmp_path / "cities" / "example").mkdir(parents=True)
    monkeypatch.setattr(check, "INPUTS", tmp_path)

    def checked(text, *, city=None, progress=""):
        made = []

        def built(run, setting):
            made.append(run)
            assert city is not None, "the inventory was made before the mistake was told"
            return city

        monkeypatch.setattr(check, "built", built)
        monkeypatch.setattr(check, "doubts", lambda *_: [])
        path = tmp_path / "plans" / "example-2019.yaml"
        path.write_text(text, encoding="utf-8")
        if progress:
            table = path.with_suffix(".progress.csv")
            table.write_text(HEADER + progress, encoding="utf-8")
        return check.everything(Run(city="example", plan="example-2019"))

    return checked


def spoilt(case):
    assert case["old"] in TEXT
    return TEXT.replace(case["old"], case["new"], 1)


def test_the_plan_passes_as_it_is(house):
    assert house(TEXT, city=town(2018))["targets"] == {"computable": 1, "not": 1}


@pytest.mark.parametrize("name", IN_THE_FILE)
def test_told_from_the_plan_file_alone(house, name):
    case = MISTAKES[IN_THE_FILE[name]]
    with pytest.raises(InputError, match=case["message"]) as caught:
        house(spoilt(case))
    assert "example-2019.yaml" in str(caught.value)


@pytest.mark.parametrize("name", IN_THE_CITY)
def test_told_from_the_inventory_before_any_scenario(house, monkeypatch, name):
    case = MISFITS[IN_THE_CITY[name]]
    monkeypatch.setattr("emisim.scenario.run", lambda *a: pytest.fail("a scenario was computed"))
    with pytest.raises(InputError, match=case["message"]):
        house(spoilt(case), city=town(2018))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("boilres,2019-06-30,0.5,reported,bulletin,", r"unknown measure(.|\n)*'boilres'"),
        ("boilers,2019-06-30,1.5,reported,bulletin,", r"share_done is above 1"),
        ("boilers,2019-06-30,0.5,reported,hearsay,", r"unknown source(.|\n)*'hearsay'"),
        ("boilers,30 June,0.5,reported,bulletin,", r"not a date"),
    ],
)
def test_told_from_the_progress_file(house, row, message):
    with pytest.raises(InputError, match=message) as caught:
        house(TEXT, progress=row + "\n")
    assert "example-2019.progress.csv" in str(caught.value)
    assert caught.value.row == 2


def test_a_good_progress_file_passes(house):
    rows = "boilers,2019-06-30,0.5,reported,bulletin,\n"
    assert house(TEXT, city=town(2018), progress=rows)
