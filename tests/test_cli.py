"""The command line: thin doors, readable mistakes."""

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from emisim import cli
from emisim.errors import InputError, MassError

ROOT = Path(__file__).parents[1]


@pytest.fixture
def stage(monkeypatch):
    """Replace the stage behind every verb by a recorder; set ``raises`` to make it fail."""
    seen = SimpleNamespace(raises=None, given=None)

    def run(**given):
        seen.given = given
        if seen.raises:
            raise seen.raises

    monkeypatch.setattr(cli, "import_module", lambda name: SimpleNamespace(run=run))
    return seen


@pytest.mark.parametrize("verb", cli.VERBS)
def test_every_verb_is_a_stage_that_takes_its_options(verb):
    run = import_module(cli.module(verb)).run
    parameters = inspect.signature(run).parameters
    assert {name.rstrip("_") for name in parameters} == set(cli.VERBS[verb][1])
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters.values())


def test_options_reach_the_stage(stage, tmp_path):
    (tmp_path / "p.yaml").touch()
    folder = str(tmp_path)
    arguments = ["--plan", str(tmp_path / "p.yaml"), "--city", folder, "--factors", folder]
    arguments += ["--from", folder, "--outputs", folder]
    assert cli.main(["provenance", *arguments, "--out", "x.json"]) == 0
    assert stage.given == {
        "plan": str(tmp_path / "p.yaml"),
        "city": folder,
        "factors": folder,
        "from_": [folder],
        "outputs": [folder],
        "out": "x.json",
    }


def test_every_file_of_a_list_to_write_is_marked_until_it_is_done(tmp_path, monkeypatch):
    marks = []

    def run(**given):
        marks.extend(sorted(path.name for path in tmp_path.glob(".*.unfinished")))

    monkeypatch.setattr(cli, "import_module", lambda name: SimpleNamespace(run=run))
    there = [
        f"--{name}={__file__}" for name, o in cli.VERBS["briefing"][1].items() if o == cli.READ
    ]
    pages = [str(tmp_path / name) for name in ("en.html", "zh.html")]
    assert cli.main(["briefing", "--lang", "en", "zh", *there, "--out", *pages]) == 0
    assert marks == [".en.html.unfinished", ".zh.html.unfinished"]
    assert list(tmp_path.iterdir()) == []


def test_briefings_ask_for_one_file_per_language(tmp_path):
    from emisim.stages import briefing

    place = inspect.signature(briefing.run).parameters
    given = dict.fromkeys(place, "x") | {"lang": ["en", "zh"], "out": ["one.html"]}
    with pytest.raises(InputError, match="1 files for 2 languages"):
        briefing.run(**given)


def test_a_file_that_is_not_there_is_named(stage, capsys):
    assert cli.main(["check", "--config", "no/such.yaml"]) == 2
    said = capsys.readouterr().err
    assert "emisim check: --config: there is no such file or folder" in said
    assert "'no/such.yaml'" in said
    assert stage.given is None


def test_a_users_mistake_is_one_message_without_trace(stage, capsys):
    stage.raises = InputError("unknown fuel", file="a.csv", row=3, value="cole", allowed=["coal"])
    assert cli.main(["check", "--config", __file__]) == 2
    said = capsys.readouterr().err
    assert said.startswith("emisim check: a.csv: row 3: unknown fuel\n  found:   'cole'\n")
    assert "Traceback" not in said


def test_lost_mass_is_a_fault_of_the_program(stage, capsys):
    stage.raises = MassError("3 t of SO2 are gone")
    assert cli.main(["check", "--config", __file__]) == 1
    assert "3 t of SO2 are gone" in capsys.readouterr().err


def test_debug_shows_the_trace(stage):
    stage.raises = InputError("unknown fuel")
    with pytest.raises(InputError, match="unknown fuel"):
        cli.main(["--debug", "check", "--config", __file__])


@pytest.mark.parametrize("arguments", [["nonsense"], ["figures", "--lang", "fr"]])
def test_a_wrong_command_line_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "usage: emisim" in capsys.readouterr().err


def test_help_and_snakefile_load_nothing_heavy():
    code = (
        "import sys; from emisim import cli, config, codegraph; from emisim.stages import _inputs; "
        "cli.parser(); "
        "print(sorted({'numpy', 'pandas', 'xarray', 'matplotlib', 'geopandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_results_without_a_run_say_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["results", "--config", str(ROOT / "inputs/config.yaml")]) == 0
    assert "run snakemake" in capsys.readouterr().out


def test_results_count_the_verdicts(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results/yangquan/yangquan-2019"
    folder.mkdir(parents=True)
    lines = ["target,scenario,verdict", "a,stated,met", "b,stated,not met", "c,,not computable"]
    (folder / "verdict.csv").write_text("\n".join(lines))
    arguments = ["results", "--config", str(ROOT / "inputs/config.yaml"), "--seconds", "61"]
    assert cli.main(arguments) == 0
    said = capsys.readouterr().out
    line = next(x for x in said.splitlines() if x.startswith("yangquan-2019"))
    assert line.split("  ")[0] == "yangquan-2019"
    assert "1 of 2 met" in line
    assert line.split()[-2:] == ["1", "results/yangquan/yangquan-2019/"]
    assert "verdict.csv" in said
    assert "ledger.csv" not in said
    assert "Done in 61 s." in said


def test_the_table_of_verdicts_is_aligned_in_both_languages(tmp_path):
    from emisim.figures.language import columns
    from emisim.stages import results

    folder = tmp_path / "town-2020"
    folder.mkdir()
    (folder / "verdict.csv").write_text("target,scenario,verdict\nrank,,not computable\n")
    for lang in ("en", "zh"):
        head, *lines = results.table([folder, tmp_path / "nowhere"], lang).splitlines()
        starts = {columns(text[: text.rindex("  ")]) for text in (head, *lines)}
        assert len(starts) == 1
        assert lines[0].split()[1:4] == ["-", "-", "-"]


def test_without_a_verb_the_verbs_and_the_verdicts_are_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main([]) == 0
    assert "new-city" in capsys.readouterr().out
    monkeypatch.chdir(ROOT)
    assert cli.main([]) == 0
    assert "yangquan-2019" in capsys.readouterr().out
