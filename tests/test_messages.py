"""Messages in two languages: the catalogue is sound, and what lacks Chinese is known."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from emisim import messages
from emisim.errors import InputError

PACKAGE = Path(messages.__file__).parent
TOLD = ("csvtable", "csvtext", "tables", "city", "paths", "strict_yaml", "progress", "published")
"""Modules of which every sentence must have its Chinese."""
SENTENCES = ("msg", "message", "what", "hint")


def sentences(path: Path) -> set[str]:
    """Return the sentences of a module's errors, with ``x`` where the text varies."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        pairs = []
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            both = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            pairs = (
                list(zip(target.elts, node.value.elts, strict=True))
                if both else [(target, node.value)]
            )  # fmt: skip
        elif isinstance(node, ast.keyword) and node.arg == "hint":
            pairs = [(ast.Name("hint"), node.value)]
        for name, value in pairs:
            if isinstance(name, ast.Name) and name.id in SENTENCES:
                found.add(template(value))
    return found - {""}


def template(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return value.value if isinstance(value.value, str) else ""
    if isinstance(value, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "x" for part in value.values
        )
    return ""


def lacking(path: Path) -> list[str]:
    return sorted(text for text in sentences(path) if messages.chinese(text) is None)


@pytest.mark.parametrize("name", TOLD)
def test_every_sentence_of_the_readers_has_its_chinese(name):
    path = PACKAGE / f"{name}.py"
    assert sentences(path)
    assert lacking(path) == []


def test_the_list_of_sentences_without_chinese_can_be_made():
    missing = {str(p): lacking(p) for p in PACKAGE.rglob("*.py")}
    count = sum(map(len, missing.values()))
    print(f"{count} sentences without Chinese:", *filter(None, missing.values()), sep="\n")
    assert all(missing[str(PACKAGE / f"{name}.py")] == [] for name in TOLD)


def test_both_languages_have_the_same_holes():
    for english, chinese in messages.rows():
        assert set(messages.HOLE.findall(english)) >= set(messages.HOLE.findall(chinese)), english
        assert re.search(r"[\u4e00-\u9fff]|message", chinese), english


@pytest.mark.parametrize(
    ("said", "expected"),
    [({"EMISIM_LANG": "zh"}, "zh"), ({"LANG": "zh_CN.UTF-8"}, "zh"), ({}, "en"),
     ({"EMISIM_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"), ({"LANG": "C.UTF-8"}, "en")],
)  # fmt: skip
def test_the_user_sets_the_language(monkeypatch, said, expected):
    for name in messages.SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert messages.language() == expected
    error = InputError("unknown column", file="a.csv", row=1, column="b", hint="add the column")
    assert ("未知的列" in str(error)) == (expected == "zh")


def test_the_command_line_speaks_chinese(tmp_path):
    env = {**os.environ, "EMISIM_LANG": "zh", "PYTHONPATH": str(PACKAGE.parent),
           "PYTHONIOENCODING": "utf-8"}  # fmt: skip
    path = tmp_path / "config.yaml"
    path.write_text("runs: [", encoding="utf-8")
    (tmp_path / "cities").mkdir()
    command = [sys.executable, "-m", "emisim.cli", "check", "--config", str(path)]
    code = "import sys; from emisim.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [command[0], "-c", code, *command[3:]], env=env, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "不是有效的 YAML" in done.stderr.decode("utf-8")
