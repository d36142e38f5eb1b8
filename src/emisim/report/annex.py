"""The annex: what all of it was made from."""

from collections.abc import Mapping

from emisim.briefing import tables
from emisim.briefing.tables import Table
from emisim.figures.language import say
from emisim.report import blocks
from emisim.report.blocks import Block
from emisim.report.material import Material

SHOWN = 12
"""Characters of a SHA-256 that are printed."""


def section(material: Material) -> list[Block]:
    """Return the provenance: digest, software, steps, input files, results."""
    findings, lang, made_from = material.findings, material.lang, material.made_from
    stamp = findings.stamp
    found: list[Block] = [{"kind": "annex", "text": say("html.h.provenance", lang)}]
    found += blocks.text(
        say("html.provenance", lang, version=stamp.version, digest=stamp.digest),
        say("report.provenance.how", lang),
        _packages(made_from, lang),
    )
    steps = _digests(made_from.get("stages", {}), "report.stages.caption", "report.stage", lang)
    results = _digests(made_from.get("outputs", {}), "report.outputs.caption", "html.file", lang)
    listed = [folded(tables.inputs(made_from, lang)), folded(steps), results]
    return [*found, *(blocks.table(t, "small") for t in listed if t.rows)]


def _packages(made_from: Mapping[str, Mapping[str, str]], lang: str) -> str:
    known = made_from.get("packages", {})
    if not known:
        return ""
    listed = " · ".join(f"{name} {version}" for name, version in known.items())
    return say("report.packages", lang) + say("list.colon", lang) + listed


def _digests(found: Mapping[str, str], caption: str, head: str, lang: str) -> Table:
    rows = [[name, str(digest)[:SHOWN]] for name, digest in found.items()]
    return Table(say(caption, lang), [say(head, lang), "SHA-256"], rows)


def folded(table: Table) -> Table:
    """Return a long table with its second half beside the first."""
    half = -(-len(table.rows) // 2)
    empty = [""] * len(table.heads)
    beside = [*table.rows[half:], empty][:half]
    rows = [left + right for left, right in zip(table.rows[:half], beside, strict=True)]
    return Table(table.caption, table.heads * 2, rows)
