"""inputs/config.yaml: good files, and one bad file per message."""

from pathlib import Path

import pytest

from emisim import config
from emisim.errors import InputError

GOOD = "runs:\n  - {city: a, plan: p}\n  - {city: a, plan: q}\nlanguages: [en]\n"


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    (tmp_path / "cities/a").mkdir(parents=True)
    (tmp_path / "cities/a/city.yaml").touch()
    (tmp_path / "plans").mkdir()
    for plan in ("p", "q"):
        (tmp_path / f"plans/{plan}.yaml").touch()
    return tmp_path


def read(inputs: Path, text: str) -> config.Config:
    path = inputs / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return config.read(path)


def test_a_good_file(inputs):
    found = read(inputs, GOOD)
    assert found.cities() == ["a"]
    assert [run.plan for run in found.runs] == ["p", "q"]
    assert found.languages == ("en",)


def test_languages_default_to_both(inputs):
    assert read(inputs, "runs: [{city: a, plan: p}]\n").languages == ("zh", "en")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("languages", "langages"), r"row 4: unknown key langages\n.*\n.*languages"),
        (
            GOOD.replace("city: a, plan: p", "town: a, plan: p"),
            r"unknown key runs.0.town\n.*\n.*city",
        ),
        (GOOD.replace("[en]", "[fr]"), r"row 4: languages.0: unknown value\n.*'fr'\n.*zh, en"),
        (GOOD.replace("plan: q", "plan: r"), r"no plan of that name\n.*'r'\n.*p, q\n.*r\.yaml"),
        (GOOD.replace("city: a", "city: b"), r"no city of that name\n.*'b'\n.*a\n"),
        (GOOD.replace("plan: q", "plan: p"), r"runs: the same entry stands twice"),
        (GOOD.replace("plan: q", "plan: ../q"), r"runs.1.plan: .*pattern"),
        ("languages: [en]\n", r"runs: Field required"),
        ("runs: []\n", r"runs: .*at least 1"),
        (GOOD + "languages: [zh]\n", r"stands twice"),
        ("", r"empty"),
        ("- runs\n", r"no mapping"),
        ("runs: [\n", r"not valid YAML"),
    ],
)
def test_a_bad_file_is_refused(inputs, text, message):
    with pytest.raises(InputError, match=message) as error:
        read(inputs, text)
    assert "config.yaml" in str(error.value)


def test_the_shipped_file():
    root = Path(__file__).parents[1]
    assert config.read(root / "inputs/config.yaml").runs[0].plan == "yangquan-2019"
