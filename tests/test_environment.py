"""environment.yml, pyproject.toml and the pinned requirements say the same."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"matplotlib-base": "matplotlib", "snakemake-minimal": "snakemake"}
CONDA_ONLY = {"python", "make", "git", "pip"}
LINE = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?P<bounds>[<>=!~].*)?$")


def requirement(text: str) -> tuple[str, str]:
    """Return the normalised name and the version bounds of one dependency line."""
    match = LINE.match(text.replace(" ", ""))
    assert match, f"not a plain requirement: {text!r}"
    name = re.sub(r"[-_.]+", "-", match["name"]).lower()
    return CONDA_NAMES.get(name, name), match["bounds"] or ""


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def conda() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def conda_requirements(conda) -> dict[str, str]:
    lines = [item for item in conda["dependencies"] if isinstance(item, str)]
    lines += [item for item in conda["dependencies"][-1]["pip"] if not item.startswith("-")]
    return dict(requirement(line) for line in lines)


def test_conda_channels(conda):
    assert conda["channels"] == ["conda-forge", "nodefaults"]
    assert "-e ." in conda["dependencies"][-1]["pip"]


def test_every_runtime_dependency_has_the_same_bounds(project, conda_requirements):
    needed = dict(requirement(line) for line in project["project"]["dependencies"])
    offered = {name: conda_requirements.get(name) for name in needed}
    assert offered == needed


def test_every_test_dependency_has_the_same_bounds(project, conda_requirements):
    needed = dict(requirement(line) for line in project["dependency-groups"]["test"])
    assert {name: conda_requirements.get(name) for name in needed} == needed


def test_conda_adds_nothing_of_its_own(project, conda_requirements):
    lines = project["project"]["dependencies"] + project["dependency-groups"]["test"]
    known = {requirement(line)[0] for line in lines}
    assert set(conda_requirements) - known == CONDA_ONLY


def test_conda_python_is_ours(project, conda_requirements):
    assert conda_requirements["python"] == project["project"]["requires-python"]


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_pins_are_hashed_and_carry_no_index_address(file, project):
    text = (ROOT / file).read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE | re.IGNORECASE))
    assert "://" not in text
    assert "--index" not in text
    assert text.count("--hash=sha256:") >= len(pins)
    needed = {requirement(line)[0] for line in project["project"]["dependencies"]}
    normalised = {re.sub(r"[-_.]+", "-", name).lower() for name in pins}
    assert needed - normalised == set()


def test_citation_and_package_have_one_version(project):
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    import emisim

    assert citation["version"] == project["project"]["version"] == emisim.__version__
