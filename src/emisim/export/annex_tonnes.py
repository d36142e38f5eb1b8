"""Sheets of emissions: by sector and by district with changes and sums, and in detail."""

from collections.abc import Mapping

import pandas as pd

from emisim import units
from emisim.export.annex_words import called, sector, words
from emisim.export.sheets import PART, PLAIN, TONNES, Cell, Sheet, added, difference, relative
from emisim.vocabulary import OUTSIDE, SECTORS, SPECIES

BASE, STATED = "base", "stated"


def by(totals: pd.DataFrame, group: str, names: Mapping[str, str], lang: str) -> Sheet:
    """Return t of a year by species and ``group`` (sector or district), scenarios side by side.

    Each species ends with its sum; where base and stated are there, with the change between them.
    """
    say = words(lang)
    inside = totals[totals["district"] != OUTSIDE]
    tonnes = inside.assign(t=inside["kg"] * units.factor("kg", "t"))
    scenarios = list(dict.fromkeys(tonnes["scenario"]))
    wide = tonnes.pivot_table(index=["species", group], columns="scenario", values="t",
                              aggfunc="sum")[scenarios].fillna(0)  # fmt: skip
    compared = {BASE, STATED} <= set(scenarios)
    rows: list[list[Cell]] = []
    bold = set()
    members = ordered(wide.index.unique(group).tolist(), group)
    for species in SPECIES:
        first = len(rows)
        values = wide.loc[species].reindex(members).fillna(0)
        for member in members:
            word = sector(member, lang) if group == "sector" else called(member, names, lang)
            rows.append([species, word, *values.loc[member]])
        sums = [added(k + 2, first, len(rows) - 1, values[s]) for k, s in enumerate(scenarios)]
        bold.add(len(rows))
        rows.append([species, say["total"], *sums])
    if compared:
        after, before = (scenarios.index(s) + 2 for s in (STATED, BASE))
        for k, row in enumerate(rows):
            pair = [cell if isinstance(cell, float) else cell.value  # type: ignore[union-attr]
                    for cell in (row[after], row[before])]  # fmt: skip
            row += [difference(k, after, before, pair), relative(k, after, before, pair)]
    heads = [say["species"], say[group], *(f"{called(s, names, lang)} (t)" for s in scenarios)]
    forms = [PLAIN, PLAIN, *[TONNES] * len(scenarios)]
    if compared:
        heads += [f"{say['change']} (t)", f"{say['change']} (%)"]
        forms += [TONNES, PART]
    title = {"sector": "sectors", "district": "by_district"}[group]
    return Sheet(say[title], say[f"{title}.heading"], heads, forms, rows, frozenset(bold))


def ordered(members: list[str], group: str) -> list[str]:
    """Return sectors in the order of the vocabulary, districts as they come."""
    return [s for s in SECTORS if s in members] if group == "sector" else members


def detail(totals: pd.DataFrame, names: Mapping[str, str], lang: str) -> Sheet:
    """Return t of a year by scenario, sector and district, what lies outside included."""
    say = words(lang)
    keys = ["scenario", "sector", "district"]
    tonnes = totals.assign(t=totals["kg"] * units.factor("kg", "t"))
    wide = tonnes.groupby([*keys, "species"], sort=False)["t"].sum().unstack("species")
    wide = wide[list(SPECIES)].fillna(0)
    rows: list[list[Cell]] = [
        [called(s, names, lang), sector(k, lang), called(d, names, lang), *values]
        for (s, k, d), values in zip(wide.index, wide.to_numpy().tolist(), strict=True)
    ]
    heads = [*(say[key] for key in keys), *(f"{s} (t)" for s in SPECIES)]
    forms = [*[PLAIN] * len(keys), *[TONNES] * len(SPECIES)]
    return Sheet(say["detail"], say["detail.heading"], heads, forms, rows)
