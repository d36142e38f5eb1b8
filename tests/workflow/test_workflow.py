"""The workflow for real: what runs, what does not run again, what a failure leaves behind."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from emisim.stages import _inputs
from workflow.house import House

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("workflow")]

PLAN = "results/yangquan/yangquan-2019"
PLAN_FILE = "inputs/plans/yangquan-2019.yaml"
PRESENTING = {"draw_figures", "write_briefing", "write_report", "make_slides", "write_explorer"}
JUDGING = {"judge_targets", "write_provenance", "compare_plans"} | PRESENTING
AIRING = {"compute_air"} | JUDGING
TRANSPORT = {"build_matrix", "spread_fields"} | AIRING
PLANNING = {"run_scenarios", "spread_fields"} | AIRING
MAKING = {"build_inventory", "grid_emissions", "build_receptors", "build_matrix"}
EVERYTHING = MAKING | PLANNING


def test_a_run_makes_everything(house):
    tables = ("verdict.csv", "ledger.csv", "effects.csv", "contributions.csv")
    files = ("briefing-en.html", "report-en.pdf", "slides-en.pptx", "annexes-en.xlsx")
    for name in (*tables, *files, "explorer.html", "air.nc", "provenance.json"):
        assert (house.folder / PLAN / name).stat().st_size > 0
    assert list((house.folder / PLAN / "figures/en").glob("*.png"))
    assert list((house.folder / PLAN / "figures/en").glob("*.svg"))
    assert (house.folder / "results/comparison/totals.csv").stat().st_size > 0
    assert (house.folder / "results/comparison/figures/plans-en.png").stat().st_size > 0


def test_every_part_of_the_matrix_is_told(house):
    said = house.snakemake("--dry-run", "--forcerun", "build_matrix")
    count = said.count("source-receptor matrix of yangquan: part ")
    assert count > 1
    for number in range(1, count + 1):
        assert f"part {number} of {count}, " in said
    assert "heating half, 1738A" in said


def test_a_second_run_has_nothing_to_do(house):
    assert "Nothing to be done" in house.snakemake()


def test_new_file_times_alone_redo_nothing(house):
    for part in ("inputs", "src"):
        for path in (house.folder / part).rglob("*.*"):
            path.touch()
    assert house.planned() == set()


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("figures/maps", PRESENTING),
        ("targets", JUDGING),
        ("target_model", PLANNING),
        ("measures/retire", PLANNING),
        ("transport/gaussian", {"build_receptors"} | TRANSPORT),
        ("transport/markov", TRANSPORT),
        ("air/response", AIRING | {"spread_fields"}),
        ("sectors/coal", EVERYTHING - {"build_receptors"}),
        ("units", EVERYTHING),
        ("cli", set()),
    ],
)
def test_an_edited_module_redoes_what_rests_on_it(house, module, expected):
    with house.appended(f"src/emisim/{module}.py", "\nEDITED = True\n"):
        assert house.planned() == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("cities/yangquan/power.csv", EVERYTHING - {"build_receptors"}),
        ("cities/yangquan/monitors.csv", {"build_matrix"} | AIRING),
        ("factors/dispersion.csv", {"build_receptors"} | TRANSPORT),
        ("weather/yushe/transitions.csv", TRANSPORT),
    ],
)
def test_an_edited_table_redoes_what_rests_on_it(house, table, expected):
    with house.appended(f"inputs/{table}", "\n\n"):
        assert house.planned() == expected


def test_edits_taken_back_leave_nothing_to_do(house):
    assert house.planned() == set()


def test_an_edited_measure_leaves_inventory_grid_and_kernels_alone(house):
    with house.appended(PLAN_FILE, "\n# a remark\n"):
        assert house.planned() == PLANNING


def test_each_stage_reads_the_inputs_that_its_rule_lists(house):
    opened: dict[str, set[Path]] = {}
    for line in house.notes.read_text().splitlines():
        verb, path = line.split(" ", 1)
        opened.setdefault(verb, set()).add(Path(path))
    place = {"city": "inputs/cities/yangquan", "factors": "inputs/factors", "plan": PLAN_FILE}
    listed = {stage: set(_relative(house, stage, place)) for stage in _inputs.UPSTREAM}
    assert {stage: opened.get(stage, set()) for stage in listed} == listed


def _relative(house: House, stage: str, place: dict[str, str]) -> list[Path]:
    full = {name: house.folder / path for name, path in place.items()}
    return [path.relative_to(house.folder) for path in _inputs.files(stage, **full)]


def test_a_misspelt_key_stops_at_once_and_is_named(house):
    before = house.results()
    with house.edited("inputs/config.yaml", "languages", "langages"):
        said = house.snakemake(good=False)
    assert "unknown key langages" in said
    assert "Finished" not in said
    assert house.results() == before


def test_a_misspelt_override_is_named(house):
    assert "unknown key cites" in house.snakemake("--config", "cites=[a]", good=False)


def test_a_bad_table_stops_before_the_first_job(house):
    before = house.results()
    with house.edited("inputs/cities/yangquan/power.csv", "power-coal", "power-cole"):
        said = house.snakemake(good=False)
    assert "power.csv" in said
    assert "'power-cole'" in said
    assert "power-coal" in said
    assert "Traceback" not in said
    assert house.results() == before


def test_a_failing_job_keeps_earlier_results_and_is_not_forgotten(house):
    before = house.results()
    with house.appended("src/emisim/stages/verdict.py", "\nraise RuntimeError('broken')\n"):
        said = house.snakemake(good=False)
        assert "broken" in said
        assert house.results() == before
        assert "judge_targets" in house.planned()
    house.snakemake()
    assert house.results() == before
    assert house.planned() == set()


def test_a_killed_run_recovers(house):
    before = house.results()
    slow = "\nimport time\n\ntime.sleep(60)\n"
    with house.appended("src/emisim/stages/verdict.py", slow):
        started = subprocess.Popen(
            house.command(),
            cwd=house.folder,
            env=house.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        log = house.folder / "results/logs/judge_targets/yangquan-yangquan-2019.log"
        log.unlink()
        deadline = time.monotonic() + 60
        while not log.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        assert log.exists()
    house.snakemake("--unlock")
    assert "judge_targets" in house.planned()
    house.snakemake()
    assert house.results() == before


def test_made_again_the_results_are_the_same_bytes(house):
    before = house.results()
    house.snakemake("--forceall", "--quiet")
    assert house.results() == before


def test_provenance_names_inputs_and_no_machine(house):
    text = (house.folder / PLAN / "provenance.json").read_text(encoding="utf-8")
    report = json.loads(text)
    assert report["inputs"].keys() >= {PLAN_FILE, "inputs/cities/yangquan/power.csv"}
    assert str(house.folder) not in text
    page = (house.folder / PLAN / "briefing-en.html").read_text(encoding="utf-8")
    assert report["digest"] in page
