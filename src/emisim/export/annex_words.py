"""Headings of the annexes, and names of what stands in their cells."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from emisim.vocabulary import OUTSIDE, name


@cache
def words(lang: str) -> dict[str, str]:
    """Return the headings of the annexes in ``lang``."""
    text = files("emisim").joinpath("assets", "annexes.csv").read_text(encoding="utf-8")
    return {row["key"]: row[lang] for row in csv.DictReader(text.splitlines())}


def called(key: str, names: Mapping[str, str], lang: str) -> str:
    """Return the name of a district, receptor or scenario in the language, else the key."""
    say = words(lang)
    known = {OUTSIDE: say["outside"], "city": say["city_mean"], "": "", **names}
    known |= {s: say[f"scenario.{s}"] for s in ("base", "reference", "stated", "expected")
              if s not in names}  # fmt: skip
    return known.get(key) or str(key)


def sector(key: str, lang: str) -> str:
    """Return the name of a sector."""
    return words(lang)["background"] if key == "background" else name(key, lang)
