"""A half-written plan file: an error, or with --draft what is there and a list of what is not."""

from pathlib import Path

import pytest

from emisim import plan, scenario
from emisim.cli import main
from emisim.errors import InputError
from emisim.measures._example import town

DATA = Path(__file__).parent / "data"
EXAMPLE = DATA / "plan.yaml"
HALF = (
    ("['1', '2', '3']", "['1', '2', '3', '4', '5']"),
    ("        start: 2019-01-01\n        removal", "        removal"),
    ("    reason: governance", "    # to be written"),
    ("    effect: none\n", ""),
    ("    summary_en: Duties are assigned.\n", ""),
    ("metric: rank, ", ""),
)


def half_written(tmp_path, *more):
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in (*HALF, *more):
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_draft_it_is_an_error(tmp_path):
    with pytest.raises(InputError):
        plan.read(half_written(tmp_path))


def test_what_is_there_runs_and_what_is_not_is_told(tmp_path):
    document = plan.read(half_written(tmp_path), draft=True)
    assert [m.id for m in document.measures] == ["boilers", "heat-pumps"]
    assert [t.id for t in document.targets] == ["so2"]
    assert [c.clause for c in document.clauses if c.reason == "draft"] == ["3", "4", "5"]
    told = "\n".join(document.left_out)
    for line in (
        "target rank: no metric",
        "clause 2, measure scrubber: no start",
        "clause 3: no summary_en",
        "clause 3: no measures or a reason",
        "clause 4: is missing",
        "clause 5: is missing",
    ):
        assert line in told
    assert len(document.left_out) == 6
    chosen = plan.scenarios(document)
    scenario.run(chosen, town(2018))
    assert plan.balance_sheet(document)["reasons"] == {"draft": 3}


def test_a_finished_file_is_no_draft():
    document = plan.read(EXAMPLE, draft=True)
    assert document.left_out == ()
    assert document == plan.read(EXAMPLE)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: retire", "kind: retyre", "row 18: clause 1: unknown kind"),
        ("value: 60, unit: '%'", "value: 160, unit: '%'", r"row 5\d.*heat-pumps.*out of range"),
        ("start: 2019-11-01", "start: 2019-11-01\n        strat: 1", "heat-pumps.*strat"),
        ("- clause: '3'", "- clause: '2'", "clause '2' stands twice"),
        ("- clause: '3'", "- clause: '9'", r"not in clause_numbers(.|\n)*'9'"),
    ],
)
def test_what_is_wrong_stays_an_error(tmp_path, old, new, message):
    with pytest.raises(InputError, match=message):
        plan.read(half_written(tmp_path, (old, new)), draft=True)


def test_lines_are_those_of_the_file(tmp_path):
    path = half_written(tmp_path, ("value: 60, unit: '%'", "value: 160, unit: '%'"))
    line = next(
        i for i, x in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "160" in x
    )
    with pytest.raises(InputError) as caught:
        plan.read(path, draft=True)
    assert caught.value.row == line


def test_results_say_that_they_come_from_a_draft(tmp_path, capfd):
    from emisim.stages import _files, _plan

    base = tmp_path / "base.nc"
    _files.save(
        town(2018).drop_vars("fleet_sold", errors="ignore"), base, {"inputs": {}, "stages": {}}
    )
    out = {n: str(tmp_path / n) for n in ("s.nc", "ledger.csv", "singles.csv")}
    command = ["scenarios", "--plan", str(half_written(tmp_path)), "--inventory", str(base)]
    command += [
        "--out",
        out["s.nc"],
        "--ledger",
        out["ledger.csv"],
        "--singles",
        out["singles.csv"],
    ]
    assert main(command) == 2
    assert main([*command, "--draft", "--each", "alone"]) == 0
    assert "draft, left out: row" in capfd.readouterr().err
    result = _files.load(out["s.nc"])
    assert _plan.is_draft(result)
    assert "clause 4: is missing" in result.attrs["draft"]
    assert "alone-boilers" not in result["scenario"].values
    head = Path(out["ledger.csv"]).read_text(encoding="utf-8").splitlines()[0]
    assert head.endswith(",draft")
    singles = Path(out["singles.csv"]).read_text(encoding="utf-8")
    assert "alone-boilers" in singles
    assert "alone-heat-pumps" in singles
