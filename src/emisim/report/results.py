"""Targets, emissions and measures: the sections that tell results."""

import re
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from emisim.briefing import page, tables
from emisim.briefing.tables import AIR, Table
from emisim.figures.language import MINUS, say, term
from emisim.report import blocks
from emisim.report.blocks import Block
from emisim.report.material import Material
from emisim.target_model import CITY

KIND = 2
"""Column of the table of targets that says whether one is binding."""
RANGE = re.compile(r"\((\d+\.\d)%–(\d+\.\d)%\)")
COARSE = 10
"""Percentages from which a range is told in whole numbers."""
STEP = 0.01
"""Change of an annual mean, ug/m3, below which no digits are printed."""


def pictures(material: Material, *starts: str) -> list[Block]:
    """Return the figures whose names begin with one of ``starts``, in that order."""
    found = []
    for start in starts:
        for name, drawn in material.figures.items():
            if name == start or name.startswith(f"{start}-"):
                alt = f"{drawn.message}. {drawn.subtitle}"
                found.append(blocks.figure(drawn.shown.name, drawn.subtitle, alt))
    return found


def targets(material: Material) -> list[Block]:
    """Return the section of the verdicts and of what the document announces."""
    findings, lang = material.findings, material.lang
    found = [blocks.heading(say("html.h.verdict", lang))]
    found += pictures(material, "targets")
    verdict = tables.verdict(findings, lang)
    if verdict.rows:
        found += blocks.text(say("report.legend", lang))
        found.append(blocks.table(brief(verdict, lang)))
    else:
        found.append(blocks.gap(say("report.targets.none", lang)))
    compared = tables.claims(material.claims, lang)
    return found if compared is None else [*found, blocks.table(compared)]


def brief(verdict: Table, lang: str) -> Table:
    """Return the table of targets with signs instead of words, as the legend explains them.

    A star at the clause stands for a binding target.
    """
    words = [say(key, lang)[1:] for key in ("gauge.missed", "gauge.met", "html.unknown")]
    rows = []
    for name, number, kind, goal, *reached, note in verdict.rows:
        star = "*" if kind == say("html.binding", lang) else ""
        cells = [rounded(cut(cell, words)) for cell in reached]
        rows.append([name, number + star, goal, *cells, note])
    heads = [head for k, head in enumerate(verdict.heads) if k != KIND]
    return replace(verdict, heads=heads, rows=rows)


def rounded(cell: str) -> str:
    """Return ``cell`` with a range of shares as wide as it is known.

    Examples
    --------
    >>> rounded("▲ 70.6% (64.3%–76.8%)"), rounded("▲ 2.6% (1.1%–3.8%)")
    ('▲ 70.6% (64–77%)', '▲ 2.6% (1.1–3.8%)')
    """

    def shorter(found: re.Match[str]) -> str:
        low, high = float(found[1]), float(found[2])
        ends = [f"{v:.0f}" for v in (low, high)] if low >= COARSE else [found[1], found[2]]
        return f"({ends[0]}–{ends[1]}%)"

    return RANGE.sub(shorter, cell)


def cut(cell: str, words: Iterable[str]) -> str:
    """Return ``cell`` without one of ``words`` at its end.

    Examples
    --------
    >>> cut("● 35 met", [" met"])
    '● 35'
    """
    for word in words:
        cell = cell.removesuffix(word)
    return cell


def emissions(material: Material) -> list[Block]:
    """Return the section of the inventory: who emits what, when and where."""
    findings, lang = material.findings, material.lang
    return [
        blocks.heading(say("report.h.emissions", lang)),
        blocks.table(tables.totals(findings, lang)),
        *blocks.text(page.outside_sentence(findings, lang)),
        *pictures(material, "sectors", "months", "emission"),
    ]


def measures(material: Material) -> list[Block]:
    """Return the section of the measures: tonnes, concentrations, figures."""
    findings, lang = material.findings, material.lang
    found = [blocks.heading(say("report.h.measures", lang))]
    if not material.plan.measures:
        return [*found, blocks.gap(say("report.no_measures", lang))]
    found += pictures(material, "measures")
    found += blocks.text(say("html.ledger.how", lang))
    found.append(blocks.table(tables.ledger(findings, lang)))
    found += _effects(material)
    found += pictures(material, "steps", "air", "shifts")
    areas = tables.areas(findings, lang) if not material.missing else None
    if areas is None:
        found.append(blocks.gap(say("report.no_air", lang)))
    else:
        found.append(blocks.table(areas))
    return [*found, *_not_drawn(material)]


def _not_drawn(material: Material) -> list[Block]:
    """Return why figures could not be drawn."""
    if not material.absent:
        return []
    title = say("absent.title", material.lang) + say("list.colon", material.lang)
    return [blocks.gap(title + " ".join(material.absent))]


def _effects(material: Material) -> list[Block]:
    """Return what each measure does to the city's annual means."""
    lang, rows = material.lang, in_city(material.findings.effects)
    if rows is None or rows.empty:
        return [blocks.gap(say("report.no_effects", lang))]
    stated = rows[rows["scenario"] == "stated"].sort_values("order", kind="stable")
    species = [s for s in AIR if s in set(stated["species"])]
    wide = stated.pivot(
        index=["order", "id", "clause"], columns="species", values="in_sequence_ug_m3"
    )
    told = material.findings.ledger.drop_duplicates("id")
    names = dict(zip(told["id"], told[f"name_{lang}"], strict=True))
    names["reference"] = say("report.effects.reference", lang)
    lines = [
        [names.get(key, key), str(number), *map(change, values)]
        for (_, key, number), values in zip(wide.index, wide[species].to_numpy(), strict=True)
    ]
    sums = wide[species].sum()
    lines.append([say("report.sum", lang), "", *(change(sums[s]) for s in species)])
    heads = [say("html.ledger.measure", lang), say("html.verdict.clause", lang)]
    heads += [term(s, lang) for s in species]
    classes = [""] * (len(lines) - 1) + ["sum"]
    shown = Table(say("report.effects.caption", lang), heads, lines, classes=classes)
    said = [most(stated, names, lang), say("report.effects.how", lang)]
    return [*blocks.text(*said), blocks.table(shown)]


def in_city(effects: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the effects on the city's annual means."""
    return None if effects is None else effects[effects["receptor"] == CITY]


def most(rows: pd.DataFrame, names: dict[str, str], lang: str, species: str = "PM2.5") -> str:
    """Say which measure lowers a species most; nothing where none does."""
    own = rows[(rows["species"] == species) & (rows["order"] > 0)]
    if own.empty or own["in_sequence_ug_m3"].min() > -STEP:
        return ""
    top = own.sort_values("in_sequence_ug_m3", kind="stable").iloc[0]
    amount = f"{-top['in_sequence_ug_m3']:.2f}"
    return say("report.effects.top", lang, measure=names.get(top["id"], top["id"]), amount=amount)


def change(value: float) -> str:
    """Return a change of an annual mean with two decimals.

    Examples
    --------
    >>> change(-0.234), change(0.004), change(-1e-4), change(0.0), change(1.5)
    ('–0.23', '<0.01', '–<0.01', '0', '+1.50')
    """
    if not value or pd.isna(value):
        return "–" if pd.isna(value) else "0"
    sign = "+" if value > 0 else MINUS
    if abs(value) < STEP / 2:
        return f"<{STEP}" if value > 0 else f"{MINUS}<{STEP}"
    return f"{sign}{abs(value):.2f}"


def more(material: Material, told: Iterable[str]) -> list[Block]:
    """Return the figures that no other section shows."""
    shown = set(told)
    rest = [d for d in material.figures.values() if d.shown.name not in shown]
    found = [blocks.figure(d.shown.name, d.subtitle, f"{d.message}. {d.subtitle}") for d in rest]
    return [blocks.heading(say("report.h.more", material.lang)), *found] if found else []
