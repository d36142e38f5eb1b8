"""The first page: what an official reads."""

import re
from typing import Any

import pandas as pd

from emisim import vocabulary
from emisim.briefing import page, tables
from emisim.briefing.tables import Table
from emisim.figures import messages
from emisim.figures.findings import LEDGER, MAPPED
from emisim.figures.language import say
from emisim.figures.stamp import assumed_text
from emisim.report import blocks, rests
from emisim.report.blocks import Block, clipped
from emisim.report.material import Material
from emisim.target_model import CITY, OF_INDICES

TOLD = ("PM2.5", "SO2")
"""Species whose concentrations the first page tells."""
OF_AIR = (
    *("concentration", "concentration_change", *OF_INDICES),
    *("emission", "emission_change"),
)
ROWS = 10
"""Targets that the first page has room for."""
RANGE = re.compile(r" \([^()]*–[^()]*\)")
"""The range behind a value, which the whole table prints."""
NAME, REASON = 64, 96
"""Display columns of a target's name, and of why it is open, on the first page."""


OUTCOME = 20
"""Display columns of a verdict with its value."""
SENTENCE = 250
"""Display columns of a sentence on the first page, which odd names may fill."""


def first_page(material: Material) -> dict[str, Any]:
    """Return the first page: the verdict in one sentence, targets, what was found, how sure."""
    lang = material.lang
    return {
        "lead": messages.verdict_count(material.findings.verdict, lang) + say("html.stop", lang),
        "targets": _targets(material),
        "parts": [
            _part("report.h.found", found(material), lang),
            _part("report.h.sure", sure(material), lang),
        ],
        "gaps": [clipped(gap, SENTENCE) for gap in gaps(material)],
    }


def _part(key: str, sentences: list[str], lang: str) -> dict[str, Any]:
    stop = say("html.stop", lang)
    told = [clipped(s.rstrip(".。"), SENTENCE) + stop for s in sentences if s]
    return {"heading": say(key, lang), "items": told}


def found(material: Material) -> list[str]:
    """Return what the plan does to emissions and to the air, and where emissions come from."""
    findings, lang = material.findings, material.lang
    sentences = []
    if not {"base", "stated"} & set(material.missing):
        sentences += [page.air_sentence(findings, species, lang) for species in TOLD]
    if not {"reference", "stated"} & set(material.missing):
        for species in LEDGER:
            reference = findings.by_scenario(species).get("reference", 0.0)
            rows = findings.measures(species)
            if reference:
                sentences.append(messages.plan_effect(rows, reference, species, lang))
    if "base" not in material.missing:
        sentences.append(messages.largest_sectors(findings.inside(), MAPPED, lang))
    return sentences


def sure(material: Material) -> list[str]:
    """Return how much is assumed, how far model and observation are apart, what a forecast did."""
    findings, lang = material.findings, material.lang
    sentences = [assumed_text(findings.stamp, vocabulary.SPECIES, lang)]
    if findings.anchor_ratio is not None:
        sentences.append(page.anchor_sentence(findings, lang))
    return [*sentences, rests.forecast_sentence(material)]


def gaps(material: Material) -> list[str]:
    """Return what is missing, one sentence each."""
    findings, lang = material.findings, material.lang
    said = []
    if material.plan.left_out:
        said.append(say("html.draft.how", lang) + " " + "; ".join(material.plan.left_out))
    for name in material.missing:
        told = vocabulary.name(name, lang)
        said.append(say("report.no_scenario", lang, scenario=told))
    if not material.plan.measures:
        said.append(say("report.no_measures", lang))
    if findings.at_monitors is None and findings.by_area is None:
        said.append(say("report.no_air", lang))
    elif findings.at_monitors is None or not findings.at_monitors.sizes["station"]:
        said.append(say("report.no_monitors", lang))
    if not material.figures:
        said.append(say("report.no_figures", lang))
    return said


def _targets(material: Material) -> list[Block]:
    """Return the table of the targets that come first, and how many more there are."""
    lang, verdict = material.lang, material.findings.verdict
    whole = tables.verdict(material.findings, lang)
    if not whole.rows:
        return [blocks.gap(say("report.targets.none", lang))]
    first = verdict.groupby("target", sort=False).first().reset_index()
    order = ranked(first)[:ROWS]
    unknown = (first["verdict"] == "not computable").all()
    kept = (3, 7) if unknown else (3, 4, 5, 6)
    rows = [
        [clipped(whole.rows[k][0], NAME), *(RANGE.sub("", whole.rows[k][c]) for c in kept)]
        for k in order
    ]
    if unknown:
        rows = [[*row[:-1], clipped(row[-1], REASON)] for row in rows]
    heads = [whole.heads[0], *(whole.heads[c] for c in kept)]
    shown = Table(
        say("report.targets.caption", lang), heads, rows, classes=[whole.classes[k] for k in order]
    )
    rest = len(whole.rows) - len(rows)
    section = say("html.h.verdict", lang)
    told = say("report.targets.rest", lang, number=rest, section=section) if rest else ""
    return [blocks.table(shown, short=OUTCOME), *blocks.text(told)]


def ranked(targets: pd.DataFrame) -> list[int]:
    """Return the rows of ``targets`` (one each), those first that the city's air is judged by.

    Computable before not computable, then targets on the air, on the whole city, binding ones;
    else in the document's order.
    """
    keys = {
        "computable": targets["verdict"] != "not computable",
        "air": targets["metric"].isin(OF_AIR),
        "city": targets["area"] == CITY,
        "binding": targets["binding"].astype(bool),
    }
    ordered = pd.DataFrame(keys).sort_values(list(keys), ascending=False, kind="stable")
    return [int(k) for k in ordered.index]
