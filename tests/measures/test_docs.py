"""docs/measures.md: a section for every kind, with an example that works."""

import re
from pathlib import Path

import pytest
import yaml

from emisim.measures import read, registry
from emisim.measures._base import Measure
from emisim.measures._example import fields, town

PAGE = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")
TOWN = town()
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))


def test_page_is_short_and_complete():
    assert len(PAGE.splitlines()) <= 240
    assert set(SECTIONS) == set(registry())


@pytest.mark.parametrize("kind", registry())
def test_example_runs(kind):
    example = yaml.safe_load(re.search(r"```yaml\n(.*?)```", SECTIONS[kind], re.S)[1])
    assert example["kind"] == kind
    after = read(fields(**example)).apply(TOWN, full_effect=False)
    assert not after.equals(TOWN)


@pytest.mark.parametrize("kind", registry())
def test_names_every_field_of_its_own(kind):
    own = set(registry()[kind].model_fields) - set(Measure.model_fields)
    assert [name for name in sorted(own) if f"{name}:" not in SECTIONS[kind]
            and f"`{name}`" not in SECTIONS[kind]] == []  # fmt: skip
