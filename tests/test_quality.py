"""Lint, format and types: what `make lint` repairs or shows."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
TYPED = (
    *("errors", "units", "vocabulary", "output", "strict_yaml", "codegraph", "models"),
    *("csvtable", "tables", "grid", "overlay/__init__", "coordinates", "config"),
    *("convention", "workspace", "inventory", "verbs", "factors", "city", "boundaries"),
)
"""Layers 0 to 2."""


def said(*command: str, good: bool = True) -> str:
    """Run a development tool; skip where it is not installed."""
    tool = shutil.which(command[0], path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if tool is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        [tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    text = done.stdout + done.stderr
    assert not good or done.returncode == 0, text
    return text


def test_ruff_finds_nothing():
    said("ruff", "check", "src", "tests", "bench")


def test_ruff_formats_nothing():
    said("ruff", "format", "--check", "src", "tests", "bench")


def test_snakefmt_formats_nothing():
    said("snakefmt", "--check", "Snakefile", "workflow")


def test_types_of_layers_0_to_2():
    said("mypy", *(f"src/emisim/{name}.py" for name in TYPED))


def test_modules_are_short():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sorted((ROOT / "src").rglob("*.py"))
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}


def test_snakemake_lint_complains_of_containers_only():
    text = said("snakemake", "--lint", good=False)
    complaints = [line.strip() for line in text.splitlines() if line.strip().startswith("* ")]
    assert complaints, text
    wanted = [c for c in complaints if "conda" not in c and "container" not in c]
    assert wanted == []
