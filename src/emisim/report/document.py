"""A whole report as data: what the template sets, and nothing else."""

from typing import Any

from emisim.briefing.page import LANGUAGE_TAGS
from emisim.figures import language
from emisim.figures.language import balance, columns, say, shorten
from emisim.report import annex, blocks, clauses, method, rests, results, sources, summary
from emisim.report.blocks import Block
from emisim.report.material import Material

WORDS = ("table", "figure", "contents", "annex")
COLOURS = ("met", "missed", "unknown", "ink", "faint", "rule", "track", "total")
WIDEST, WIDEST_SMALL = 44, 58
"""Display columns of a line of the title in large and in smaller type."""
TITLE_LINES, MOST_LINES = 2, 4


def build(material: Material) -> dict[str, Any]:
    """Return the report as nested data: title, first page, and the blocks of its sections."""
    lang, findings = material.lang, material.findings
    base, year = findings.years
    place = blocks.clipped(findings.place[lang], WIDEST)
    stamp, title = findings.stamp, material.of(material.plan, "title")
    return {
        "lang": LANGUAGE_TAGS[lang].partition("-")[0],
        "region": {"zh": "CN"}.get(lang, ""),
        "kind": say("report.kind", lang),
        "title": title,
        "lines": lines(title),
        "large": columns(title) <= TITLE_LINES * WIDEST,
        "subtitle": say("report.years", lang, place=place, base=base, year=year),
        "date": material.date,
        "stamp": say("foot.source", lang, version=stamp.version, digest=stamp.digest),
        "words": {word: say(f"report.{word}", lang) for word in WORDS},
        "colours": colours(),
        "first": summary.first_page(material),
        "body": body(material),
    }


def body(material: Material) -> list[Block]:
    """Return the blocks of all sections behind the first page."""
    sections = [
        method.section(material),
        results.targets(material),
        results.emissions(material),
        results.measures(material),
        sources.section(material),
        clauses.section(material),
        rests.section(material),
        rests.hindcast(material),
        rests.comparison(material),
    ]
    told = [block["file"] for part in sections for block in part if block["kind"] == "figure"]
    sections += [results.more(material, told), annex.section(material)]
    return [block for part in sections for block in part]


def lines(title: str) -> list[str]:
    """Return the title in lines of about the same length, in smaller type where it is long.

    Examples
    --------
    >>> lines("The clean air plan of a city with a rather long name")
    ['The clean air plan of a city', 'with a rather long name']
    """
    if columns(title) <= TITLE_LINES * WIDEST:
        found = balance(title, WIDEST)
    else:
        found = shorten(title, WIDEST_SMALL, MOST_LINES)
    return [blocks.clipped(line, WIDEST_SMALL) for line in found.split("\n")]


def colours() -> dict[str, str]:
    """Return role -> colour, as in the figures."""
    rows = language._rows("palette.csv")
    return {row["term"]: row["color"] for row in rows if row["term"] in COLOURS}
