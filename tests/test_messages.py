"""Messages in two languages: the catalogue is sound, and every message has its Chinese."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from emisim import messages
from emisim.config import Run
from emisim.errors import InputError
from emisim.stages import check

PACKAGE = Path(messages.__file__).parent
SENTENCES = ("msg", "message", "what", "hint", "detail")
"""Names of variables, arguments and keys that hold a sentence."""
SAID_BY = {"fault": 0, "fault_each": 0, "note": 1, "info": 0, "warning": 0,
           "add": 0, "cells": 0, "moments": 0}  # fmt: skip
"""Functions that tell a sentence, and the first of the two arguments that may be it."""
WORD = re.compile(r"(?!xxx)[a-z]{3}")
FORMAT = re.compile(r"%[-0-9.]*[sdgf]")
OPEN = {
    "x in the x of source x": ["PM2.5 above PM10 in the factor of source 'a'",
                               "BC + OC above PM2.5 in the factor after removal of source 'a'"],
    "x, field x: x": ["measure a (clause 1), field to: the destination names nothing"],
    "field to: source x has x under x": ["field to: source 'a' has no destination under b",
                                         "field to: source 'a' has several destinations under b"],
    "field to: source x delivers x, but": [],
    "x x delivers": ["field to: source 'a' delivers b, but process c delivers"],
    "x meet source x in month": ["two seasonal cuts meet source 'a' in month",
                                 "more alert days than days meet source 'a' in month"],
    "x x stands twice": ["measure id a stands twice", "scenario id a stands twice",
                         "target id a stands twice", "claim id a stands twice",
                         "clause number a stands twice"],
    "x x: x without x": ["target a: b without c", "claim a: b without c"],
    "target x: metric x x x": ["target a: metric b needs scope", "target a: metric b takes no of"],
    "target x: x is compared x": ["target a: b is compared at least",
                                  "target a: b is compared at most"],
    "x: the same entry stands twice": ["runs: the same entry stands twice",
                                       "the file: languages: the same entry stands twice"],
    "x half of the year": ["only 70% of the hours of the heating half of the year are there"],
    "target x: x": ["target a: the scope selects no source"],
    "x with fewer than six pollutants": ["days with fewer than six pollutants",
                                         "hours with fewer than six pollutants"],
    "x without any value": ["days without any value", "hours without any value"],
    "x with too few valid days": ["years with too few valid days",
                                  "months with too few valid days"],
    "x places, x xs from x to x, x values, conditions: x": [
        "1 places, 5 days from a to b, 9 values, conditions: reference",
        "1 places, 5 hours from a to b, 9 values, conditions: actual"],
    "verb x x species": ["verb a needs species", "verb b takes no species"],
    "x, x half, x: x\n  next:    raise iteration_limit, or residual_tolerance of the setting x, in "
    "x; if only this city fails, check its weather classes in x": [],
    "the point lies x km outside x, x": ["the point lies 2 km outside A, in B",
                                         "the point lies 2 km outside A, in no district of the"
                                         " city"],
}  # fmt: skip
"""Sentences put together of others: in their place the wholes that they come to have Chinese."""
INTERNAL = {
    "Forecast x %, came x %: x what was held possible": "title of the study, an English document",
    "Region and weather account for x of the x, the plan for x": "title of the study, likewise",
    "good days: x": "progress of the study, a tool of developers",
    "weather normalisation on x made-up cities: rms x": "progress of the study, likewise",
    "wrote x": "progress of the validation, a tool of developers",
    "x: x targets, x missed, x s": "progress of the validation, likewise",
}
"""Sentences that no user meets as a message, and why."""


@cache
def sentences(path: Path) -> set[str]:
    """Return the sentences that a module tells, with ``x`` where the text varies."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {text for node in ast.walk(tree) for value in said(node) for text in templates(value)}
    return {text for text in told if WORD.search(text) and " " in text.strip()}


def said(node: ast.AST) -> Iterator[ast.expr]:
    """Return the expressions of ``node`` that are sentences."""
    named: list[tuple[str | None, ast.expr | None]] = []
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        both = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
        pairs = zip(target.elts, node.value.elts, strict=True) if both else [(target, node.value)]
        named = [(name.id, value) for name, value in pairs if isinstance(name, ast.Name)]
    elif isinstance(node, ast.Dict):
        keys = [getattr(key, "value", None) for key in node.keys]
        named = list(zip(keys, node.values, strict=True))
    elif isinstance(node, ast.FunctionDef):
        last, few = node.args.args[::-1], node.args.defaults[::-1]
        named = [(arg.arg, value) for arg, value in zip(last, few, strict=False)]
        few = node.args.kw_defaults
        named += [(a.arg, v) for a, v in zip(node.args.kwonlyargs, few, strict=True)]
    elif isinstance(node, ast.Call):
        named = [(keyword.arg, keyword.value) for keyword in node.keywords]
        function = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
        at = 0 if function.endswith("Error") else SAID_BY.get(function, len(node.args))
        yield from node.args[at : at + 2]
    yield from (value for name, value in named if name in SENTENCES and value is not None)


def templates(value: ast.expr) -> list[str]:
    """Return what an expression may say."""
    if isinstance(value, ast.Constant):
        return [FORMAT.sub("x", value.value)] if isinstance(value.value, str) else []
    if isinstance(value, ast.JoinedStr):
        parts = (str(p.value) if isinstance(p, ast.Constant) else "x" for p in value.values)
        return ["".join(parts)]
    if isinstance(value, ast.IfExp):
        return templates(value.body) + templates(value.orelse)
    if isinstance(value, ast.BoolOp):
        return [text for part in value.values for text in templates(part)]
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        first, rest = (templates(side) or ["x"] for side in (value.left, value.right))
        return [a + b for a in first for b in rest]
    return []


def lacking(path: Path) -> list[str]:
    wholes = [OPEN.get(t, [t]) for t in sorted(sentences(path)) if t not in INTERNAL]
    return [text for part in wholes for text in part if messages.chinese(text) is None]


MODULES = sorted(p for p in PACKAGE.rglob("*.py") if sentences(p))


@pytest.mark.parametrize("path", MODULES, ids=[str(p.relative_to(PACKAGE)) for p in MODULES])
def test_every_sentence_has_its_chinese(path):
    assert lacking(path) == []


def unknown(path: Path) -> list[str]:
    """Return what a module calls unknown, with ``x`` where the text varies."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    asked = [call.args[2] for call in calls if getattr(call.func, "id", "") == "require_known"]
    return sorted({text for value in asked for text in templates(value)})


@pytest.mark.parametrize("path", MODULES, ids=[str(p.relative_to(PACKAGE)) for p in MODULES])
def test_what_is_unknown_is_named_in_chinese(path):
    told = {thing: messages.chinese(f"unknown {thing}") for thing in unknown(path)}
    assert not [thing for thing, text in told.items() if text == f"未知的 {thing}"]


def test_sentences_are_found():
    assert len(MODULES) > 100
    assert set(OPEN) | set(INTERNAL) <= {text for path in MODULES for text in sentences(path)}


def test_a_sentence_without_chinese_is_found(tmp_path):
    path = tmp_path / "new.py"
    path.write_text(
        'hint = "seen by nobody" if a else f"never {b}"\n'
        'raise InputError("not told " + c, hint="add the column")\n'
        'log.warning("%s was lost at %d", d, e)\n', encoding="utf-8",
    )  # fmt: skip
    assert lacking(path) == ["never x", "not told x", "seen by nobody", "x was lost at x"]


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


def test_what_a_check_prints_is_chinese(monkeypatch, capsys):
    monkeypatch.setenv("EMISIM_LANG", "zh")
    sheet = {"numbers": {"stated": 2, "assumed": 3}, "measures": {"retire": 1},
             "reasons": {"no-quantity": 4}, check.DOUBTS: ["not told before"]}  # fmt: skip
    check._print(Run(city="here", plan="there"), sheet)
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "here, there:输入全部可用"
    assert told[1:] == ["  数值      文件给出 2, 假设 3", "  措施      淘汰关停 1",
                        "  原因      未给出数量 4", "  请核对    not told before"]  # fmt: skip
