"""The check of all inputs: what passes is remembered, what fails is told as it is."""

import json
import pickle
import re
from pathlib import Path

import pytest

from emisim import config
from emisim.errors import InputError
from emisim.stages import check, results

ROOT = Path(__file__).parents[1]
SETTINGS = config.Config(runs=[{"city": "yangquan", "plan": "yangquan-2019"}])


@pytest.fixture
def tried(monkeypatch):
    """Replace the check of one run by a note of it; a name in ``bad`` fails."""
    monkeypatch.chdir(ROOT)
    notes = []

    def note(run, *, city_is_fine, **_):
        notes.append((run.plan, city_is_fine))

    monkeypatch.setattr(check, "everything", note)
    return notes


def test_a_configuration_may_stand_away_from_the_inputs(tried, tmp_path, capsys):
    file = tmp_path / "private.yaml"
    file.write_text("runs: [{city: yangquan, plan: yangquan-2019}]\n", encoding="utf-8")
    assert check.settings(file).runs == SETTINGS.runs
    results.run(config=str(file), seconds=None)
    assert "results/yangquan/yangquan-2019/" in capsys.readouterr().out
    (tmp_path / "cities/here").mkdir(parents=True)
    with pytest.raises(InputError, match=re.escape(str(tmp_path / "cities/yangquan"))):
        check.settings(file)


def test_a_configuration_without_inputs_names_both_places(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "there/private.yaml"
    file.parent.mkdir()
    file.write_text("runs: [{city: yangquan, plan: yangquan-2019}]\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        check.settings(file)
    assert f"no folder cities in {file.parent}" in str(error.value)
    assert "or in inputs" in str(error.value)
    with pytest.raises(InputError, match="absent"):
        check.settings(tmp_path / "absent.yaml")


def test_what_has_passed_is_not_checked_again(tried, tmp_path):
    stamp = tmp_path / "passed.json"
    check.once(SETTINGS, stamp)
    check.once(SETTINGS, stamp)
    assert tried == [("yangquan-2019", False)]
    assert json.loads(stamp.read_text()).keys() == {"yangquan", "yangquan/yangquan-2019"}


def test_a_changed_plan_leaves_its_city_fine(tried, tmp_path):
    stamp = tmp_path / "passed.json"
    check.once(SETTINGS, stamp)
    passed = json.loads(stamp.read_text())
    stamp.write_text(json.dumps(passed | {"yangquan/yangquan-2019": "before"}))
    check.once(SETTINGS, stamp)
    assert tried[1] == ("yangquan-2019", True)


def test_a_failure_is_not_remembered(tried, tmp_path, monkeypatch):
    def fail(run, **known):
        what = "unknown fuel"
        raise InputError(what)

    monkeypatch.setattr(check, "everything", fail)
    with pytest.raises(InputError, match="unknown fuel"):
        check.once(SETTINGS, tmp_path / "passed.json")
    assert not (tmp_path / "passed.json").exists()


def test_a_mistake_found_by_another_process_reads_the_same():
    error = InputError("unknown fuel", file="a.csv", row=3, value="cole", allowed=["coal"])
    back = pickle.loads(pickle.dumps(error))
    assert str(back) == str(error)
    assert (back.row, back.allowed) == (3, ["coal"])


def test_several_runs_are_spread_over_processes():
    with check._workers(2) as each:
        assert list(each(str.upper, ["a", "b"])) == ["A", "B"]
    with check._workers(1) as each:
        assert each is map
