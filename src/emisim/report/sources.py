"""Who contributes to the city's concentrations."""

import pandas as pd

from emisim import vocabulary
from emisim.briefing.tables import AIR, Table
from emisim.figures.language import concentration, percent, say, term
from emisim.report import blocks
from emisim.report.blocks import Block
from emisim.report.material import Material
from emisim.report.results import pictures
from emisim.target_model import CITY

BACKGROUND = "background"
TOLD = "PM2.5"
SMALLEST = 0.05
"""Concentration, ug/m3, below which a contribution is told as less."""


def section(material: Material) -> list[Block]:
    """Return the section of the contributions: by sector, by district, and the background."""
    lang, every = material.lang, material.findings.contributions
    found = [blocks.heading(say("report.h.contributions", lang))]
    rows = None if every is None else every[(every["scenario"] == "base") & at_city(every)]
    if rows is None or rows.empty:
        return [*found, blocks.gap(say("report.no_contributions", lang))]
    found += blocks.text(top(rows, lang), say("report.contributions.how", lang))
    found.append(blocks.table(_by_sector(rows, lang)))
    found.append(blocks.table(_by_district(material, rows)))
    return [*found, *pictures(material, "contributions")]


def at_city(rows: pd.DataFrame) -> pd.Series:
    """Return which rows are of the city's annual means."""
    return rows["receptor"] == CITY


def top(rows: pd.DataFrame, lang: str, species: str = TOLD) -> str:
    """Say the part of the background and the largest sector; nothing without that species."""
    by_sector = rows[rows["species"] == species].groupby("sector")["ug_m3"].sum()
    own = by_sector.drop(BACKGROUND, errors="ignore")
    whole = by_sector.sum()
    if own.empty or not whole > 0:
        return ""
    return say(
        "report.contributions.top",
        lang,
        background=percent(by_sector.get(BACKGROUND, 0.0) / whole),
        sector=term(str(own.idxmax()), lang),
        share=percent(own.max() / whole),
    )


def _by_sector(rows: pd.DataFrame, lang: str) -> Table:
    wide = rows.pivot_table(index="sector", columns="species", values="ug_m3", aggfunc="sum")
    names = {
        s: say("report.background", lang) if s == BACKGROUND else term(s, lang) for s in wide.index
    }
    caption, head = say("report.contributions.sectors", lang), say("report.source", lang)
    return _table(wide, names, caption, head, lang)


def _by_district(material: Material, rows: pd.DataFrame) -> Table:
    lang = material.lang
    known = material.findings.districts[lang]
    words = {vocabulary.OUTSIDE: say("report.outside", lang), "": say("report.background", lang)}
    own = rows.assign(district=rows["district"].fillna("").where(rows["sector"] != BACKGROUND, ""))
    wide = own.pivot_table(index="district", columns="species", values="ug_m3", aggfunc="sum")
    names = {d: known.get(d, words.get(d, d)) for d in wide.index}
    caption, head = say("report.contributions.districts", lang), say("report.district", lang)
    return _table(wide, names, caption, head, lang)


def _table(wide: pd.DataFrame, names: dict[str, str], caption: str, head: str, lang: str) -> Table:
    """Return contributions with their part of the whole, the largest first, and the sum."""
    species = [s for s in AIR if s in wide.columns]
    sums = wide[species].sum()
    order = wide.sort_values(species[0], ascending=False, kind="stable").index
    lines = [[names[key], *(_part(wide.loc[key, s], sums[s]) for s in species)] for key in order]
    lines.append([say("report.sum", lang), *(concentration(sums[s]) for s in species)])
    classes = [""] * len(order) + ["sum"]
    return Table(caption, [head, *(term(s, lang) for s in species)], lines, classes=classes)


def _part(value: float, whole: float) -> str:
    if pd.isna(value) or not value:
        return "–"
    if abs(value) < SMALLEST:
        return f"<{2 * SMALLEST:.1f}"
    return f"{concentration(value)} ({percent(value / whole)})"
