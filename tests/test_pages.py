"""The pages of the plans: what rests on the plan files alone is fresh, and nothing is too large."""

import re
import sys
from pathlib import Path

import pytest

from emisim import config, plan

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "plans"
PLANS = [run.plan for run in config.read(ROOT / "inputs/config.yaml").runs]
LIMIT = 6_000_000
"""Bytes of all pictures together."""


@pytest.fixture(scope="module")
def pages():
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import pages as module
    finally:
        sys.path.remove(str(ROOT / "docs"))
    return module


@pytest.mark.parametrize("name", PLANS)
def test_what_rests_on_the_plan_file_is_as_the_plan_file_is(name, pages):
    page = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    document = plan.read(ROOT / f"inputs/plans/{name}.yaml")
    for block, wanted in pages.from_plan(document).items():
        assert pages.block(page, block) == wanted, f"{name}, {block}: run `make docs`"


@pytest.mark.parametrize("name", PLANS)
def test_every_block_is_there_and_every_target_has_its_row(name, pages):
    page = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert pages.EMPTY not in page
    rows = pages.block(page, "verdict")
    document = plan.read(ROOT / f"inputs/plans/{name}.yaml")
    assert [t.name_en for t in document.targets if f"| {t.name_en} |" not in rows] == []


@pytest.mark.parametrize("name", [*PLANS, "README"])
def test_every_link_leads_somewhere(name):
    page = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert links
    missing = [link for link in links if not (FOLDER / link).is_file()]
    assert [link for link in missing if link != "../../README.md"] == []


def test_pictures_are_small_and_all_of_them_are_shown():
    pictures = list((FOLDER / "figures").iterdir())
    assert sum(picture.stat().st_size for picture in pictures) < LIMIT
    text = "".join(page.read_text(encoding="utf-8") for page in FOLDER.glob("*.md"))
    assert [p.name for p in pictures if f"figures/{p.name}" not in text] == []


def test_a_block_is_replaced_and_the_rest_stays(pages):
    page = "head\n<!-- a -->\nold\n<!-- end -->\nmiddle\n<!-- b -->\nkept\n<!-- end -->\n"
    changed = pages.filled(page, {"a": "new"})
    assert pages.block(changed, "a") == "new"
    assert pages.block(changed, "b") == "kept"
    assert changed.startswith("head\n")
    with pytest.raises(SystemExit, match="must hold the marker 'c' once"):
        pages.filled(page, {"c": "x"})


def test_a_bar_does_not_break_a_table(pages):
    assert pages.table(["a"], [["x|y"]]).splitlines()[-1] == "| x\\|y |"


@pytest.mark.parametrize("name", ["tutorial", "gallery"])
@pytest.mark.parametrize("lang", ["", ".zh"])
def test_tutorial_and_gallery_are_filled_and_their_pictures_are_there(name, lang, pages):
    text = (ROOT / "docs" / f"{name}{lang}.md").read_text(encoding="utf-8")
    for marker in re.findall(r"<!-- (?!end)(.+?) -->", text):
        assert pages.block(text, marker).strip(), f"{marker}: run `make docs`"
    linked = re.findall(r"!\[.*?\]\((.+?)\)", text)
    assert len(linked) > 2
    for path in linked:
        assert (ROOT / "docs" / path).is_file(), f"{path}: run `make docs`"
