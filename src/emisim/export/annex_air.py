"""Sheets of concentrations: at every receptor, by measure, by source."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from emisim.export.annex_words import called, sector, words
from emisim.export.sheets import (
    CONCENTRATION,
    FIRST,
    LEVEL,
    PART,
    PLAIN,
    Cell,
    Formula,
    Sheet,
    difference,
    letter,
    relative,
)

BASE, STATED, BACKGROUND = "base", "stated", "background"
SPECIES = ("PM2.5", "PM10", "SO2", "NO2")


def levels(level: xr.DataArray, names: Mapping[str, str], lang: str) -> Sheet:
    """Return annual means by species and receptor, scenarios side by side, with the change."""
    say = words(lang)
    scenarios = level["scenario"].values.tolist()
    compared = {BASE, STATED} <= set(scenarios)
    rows: list[list[Cell]] = []
    for species in level["species"].values.tolist():
        for receptor in level["receptor"].values.tolist():
            values = level.sel(species=species, receptor=receptor).values.tolist()
            row: list[Cell] = [species, called(receptor, names, lang), *values]
            if compared:
                after, before = (scenarios.index(s) for s in (STATED, BASE))
                pair = values[after], values[before]
                row += [difference(len(rows), after + 2, before + 2, pair),
                        relative(len(rows), after + 2, before + 2, pair)]  # fmt: skip
            rows.append(row)
    heads = [say["species"], say["receptor"]]
    heads += [f"{called(s, names, lang)} (µg/m³)" for s in scenarios]
    forms = [PLAIN, PLAIN, *[LEVEL] * len(scenarios)]
    if compared:
        heads += [f"{say['change']} (µg/m³)", f"{say['change']} (%)"]
        forms += [CONCENTRATION, PART]
    return Sheet(say["levels"], say["levels.heading"], heads, forms, rows)


def effects(
    found: pd.DataFrame, ledger: pd.DataFrame | None, names: Mapping[str, str], lang: str
) -> Sheet:
    """Return what each measure does at each receptor, in sequence and alone, by species."""
    say = words(lang)
    known = {} if ledger is None else dict(zip(ledger["id"], ledger[f"name_{lang}"], strict=True))
    known = {"reference": say["reference"], **known}
    keys = ["scenario", "order", "clause", "id", "receptor"]
    values = ["in_sequence_ug_m3", "alone_ug_m3"]
    filled = found.assign(clause=found["clause"].fillna(""))
    wide = filled.pivot_table(index=keys, columns="species", values=values, sort=False)
    columns = [(value, s) for value in values for s in SPECIES if (value, s) in wide]
    rows: list[list[Cell]] = [
        [called(s, names, lang), order, str(clause), known.get(key, key),
         called(receptor, names, lang), *cells]
        for (s, order, clause, key, receptor), cells in zip(
            wide.index, wide[columns].to_numpy().tolist(), strict=True)
    ]  # fmt: skip
    heads = [say[k] for k in ("scenario", "order", "clause", "name", "receptor")]
    heads += [f"{s}, {say[value]} (µg/m³)" for value, s in columns]
    forms = [*[PLAIN] * len(keys), *[CONCENTRATION] * len(columns)]
    return Sheet(say["effects"], say["effects.heading"], heads, forms, rows)


def contributions(found: pd.DataFrame, names: Mapping[str, str], lang: str) -> Sheet:
    """Return who contributes to each receptor: sector by district, sum, part of the whole."""
    say, keys = words(lang), ["scenario", "receptor", "species", "sector"]
    filled = found.assign(district=found["district"].fillna("").replace("", BACKGROUND))
    wide = filled.pivot_table(index=keys, columns="district", values="ug_m3", aggfunc="sum",
                              sort=False)  # fmt: skip
    districts = [str(d) for d in wide if d != BACKGROUND]
    columns = [*districts, *(str(d) for d in wide if d == BACKGROUND)]
    first, total = len(keys), len(keys) + len(columns)
    sums = wide.sum(axis=1)
    parts = (sums / sums.groupby(keys[:3]).transform("sum")).fillna(0).tolist()
    last = len(wide) + FIRST - 1
    same = ",".join(f"{c}${FIRST}:{c}${last},{c}{{row}}" for c in "ABC")
    share = f"={{whole}}{{row}}/SUMIFS({{whole}}${FIRST}:{{whole}}${last},{same})"
    rows: list[list[Cell]] = []
    for (scenario, receptor, species, kind), cells, part in zip(
        wide.index, wide[columns].to_numpy().tolist(), parts, strict=True
    ):
        row = len(rows) + FIRST
        whole = Formula(
            f"=SUM({letter(first)}{row}:{letter(total - 1)}{row})", float(np.nansum(cells))
        )
        formula = Formula(share.format(whole=letter(total), row=row), part)
        rows.append([called(str(scenario), names, lang), called(str(receptor), names, lang),
                     species, sector(kind, lang), *cells, whole, formula])  # fmt: skip
    heads = [say[k] for k in keys]
    heads += [f"{called(d, {**names, BACKGROUND: say[BACKGROUND]}, lang)} (µg/m³)" for d in columns]
    heads += [f"{say['total']} (µg/m³)", f"{say['share']} (%)"]
    forms = [*[PLAIN] * first, *[CONCENTRATION] * (len(columns) + 1), PART]
    return Sheet(say["contributions"], say["contributions.heading"], heads, forms, rows)
