"""What the results rest on, what forecasts were worth, and the other plans."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.briefing import page, tables
from emisim.briefing.tables import Table
from emisim.figures.language import concentration, labels, percent, say, term
from emisim.plan_model import Plan
from emisim.report import blocks
from emisim.report.blocks import Block
from emisim.report.material import Beside, Hindsight, Material, Others
from emisim.target_model import CITY
from emisim.vocabulary import SEASONS

TOLD = "PM2.5"
MEASURED = "reported"
EMITTED = ("SO2", "NOx", "PM2.5")
HUNDREDTH = 0.01


def section(material: Material) -> list[Block]:
    """Return the section of assumptions, anchoring and limits."""
    findings, lang = material.findings, material.lang
    lines = [
        say("html.rests.assumed", lang),
        say("html.rests.air", lang),
        page.anchor_sentence(findings, lang),
        say("html.rests.maps", lang),
        material.of(material.plan, "note"),
    ]
    found = [blocks.heading(say("html.h.rests", lang)), *blocks.items([x for x in lines if x])]
    if findings.anchor_ratio is not None and "response" in findings.anchor_ratio.dims:
        found.append(blocks.table(anchors(findings.anchor_ratio, lang)))
        found += blocks.text(say("report.anchor.how", lang))
    found += blocks.text(say("html.balance.how", lang))
    return [*found, *(blocks.table(t) for t in tables.balance(material.plan, lang))]


def anchors(ratio: xr.DataArray, lang: str) -> Table:
    """Return the anchoring ratios of the city (season, response) as a table.

    Components without one are left out; areas stand in for a city that has none.
    """
    areas = ratio["area"].values.tolist() if "area" in ratio.dims else []
    where = ratio.sel(area=CITY if CITY in areas else areas[0]) if areas else ratio
    words = labels(lang)
    rows = []
    for response in where["response"].values.tolist():
        values = where.sel(response=response).to_series().reindex(list(SEASONS))
        if values.notna().any():
            name = words.get(f"report.{response}", term(response, lang))
            rows.append([name, *(_ratio(v) for v in values)])
    heads = [say("report.component", lang), *(say(f"report.{s}", lang) for s in SEASONS)]
    return Table(say("report.anchor.caption", lang), heads, rows)


def _ratio(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2g}"


def hindcast(material: Material) -> list[Block]:
    """Return the section of forecasts and outcomes: this plan's first, then all."""
    lang, seen = material.lang, material.hindsight
    found = [blocks.heading(say("report.h.hindcast", lang))]
    own = None if seen is None else seen.changes[seen.changes["plan"] == material.plan.id]
    if own is None or own.empty:
        found.append(blocks.gap(say("report.no_outcome", lang)))
    else:
        found += blocks.items([_outcome(row, lang) for _, row in own.iterrows()])
    if seen is not None and len(seen.changes):
        found += blocks.text(_count(seen, lang), _measured(seen, lang))
        found.append(blocks.table(_outcomes(seen, lang)))
    found += blocks.text(say("report.hindcast.how", lang))
    if seen is not None and seen.remarks:
        found.append(blocks.heading(say("report.hindcast.else", lang), 2))
        if lang != "en":
            found += blocks.text(say("report.hindcast.remarks_en", lang))
        found += blocks.items(seen.remarks)
    return found


def _fields(row: pd.Series) -> dict[str, str]:
    names = ("forecast", "forecast_low", "forecast_high", "came", "came_low", "came_high")
    return {name: percent(row[name] * HUNDREDTH, signed=True) for name in names}


def _held(row: pd.Series) -> bool:
    return bool(row["forecast_low"] <= row["came"] <= row["forecast_high"])


def _outcome(row: pd.Series, lang: str) -> str:
    key = "report.hindcast.held" if _held(row) else "report.hindcast.missed"
    status = say(f"report.status.{row['status']}", lang)
    return say(key, lang, species=term(row["species"], lang), status=status, **_fields(row))


def _count(seen: Hindsight, lang: str) -> str:
    held = int(seen.held.sum())
    return say("report.hindcast.count", lang, number=len(seen.changes), held=held)


def _measured(seen: Hindsight, lang: str) -> str:
    rows = seen.changes[seen.changes["status"] == MEASURED]
    names = [
        f"{r[f'place_{lang}']} {r['year']} {term(r['species'], lang)}" for _, r in rows.iterrows()
    ]
    joined = say("list.comma", lang).join(names)
    return say("report.hindcast.measured", lang, names=joined) if names else ""


def _outcomes(seen: Hindsight, lang: str) -> Table:
    rows = []
    for _, row in seen.changes.iterrows():
        f = _fields(row)
        rows.append(
            [
                f"{row[f'place_{lang}']} {row['year']}",
                term(row["species"], lang),
                f"{f['forecast']} ({f['forecast_low']}, {f['forecast_high']})",
                f"{f['came']} ({f['came_low']}, {f['came_high']})",
                say("report.yes" if _held(row) else "report.no", lang),
                say(f"report.status.{row['status']}", lang),
            ]
        )
    keys = ("forecast", "came", "held_head", "status")
    heads = [say("report.plan", lang), say("html.species", lang)]
    heads += [say(f"report.hindcast.{key}", lang) for key in keys]
    return Table(say("report.hindcast.caption", lang), heads, rows)


def forecast_sentence(material: Material, species: str = TOLD) -> str:
    """Say of this plan, else of one whose outcome was measured, what was forecast and came."""
    seen, lang = material.hindsight, material.lang
    if seen is None:
        return ""
    rows = seen.changes[seen.changes["species"] == species]
    own = rows[rows["plan"] == material.plan.id]
    known = own if len(own) else rows[rows["status"] == MEASURED]
    if known.empty:
        return ""
    row = known.iloc[0]
    if len(own):
        return _outcome(row, lang)
    f = _fields(row)
    place = {"place": row[f"place_{lang}"], "year": row["year"]}
    return say("report.sure.hindcast", lang, forecast=f["forecast"], came=f["came"], **place)


def comparison(material: Material) -> list[Block]:
    """Return the section that holds all plans beside each other."""
    lang, others = material.lang, material.others
    found = [blocks.heading(say("report.h.comparison", lang))]
    chosen = _chosen(material.beside, lang) if material.beside else []
    if others is None or others.totals["plan"].nunique() < 2:
        return [*found, *(chosen or [blocks.gap(say("report.no_comparison", lang))])]
    found += blocks.text(say("report.comparison.how", lang))
    return [*found, blocks.table(_plans(others, material.plan, lang)), *chosen]


def _chosen(beside: Beside, lang: str) -> list[Block]:
    """Return the scenarios that the reader asked for, beside each other, with the notes on them."""
    heads, *rows = beside.lines
    full = [[*row, *[""] * (len(heads) - len(row))] for row in rows]
    classes = ["sum" if len(row) == 1 else "" for row in rows]
    shown = Table(say("report.comparison.chosen", lang), list(heads), full, classes=classes)
    return [blocks.table(shown), *blocks.items(list(beside.notes))]


def _plans(others: Others, own: Plan, lang: str) -> Table:
    rows, classes = [], []
    for plan, totals in others.totals.groupby("plan", sort=False):
        first = totals.iloc[0]
        place = others.places[lang].get(first["city"], str(first["city"]))
        verdict = others.verdicts[others.verdicts["plan"] == plan]
        rows.append([f"{place} {int(totals['year'].max())}", *_met(verdict), *_changes(totals)])
        classes.append("sum" if plan == own.id else "")
    keys = ("stated", "expected", "rest")
    heads = [say("report.plan", lang), *(say(f"report.comparison.{k}", lang) for k in keys)]
    heads += [term(s, lang) for s in EMITTED]
    heads += [say(f"report.comparison.{k}", lang) for k in ("base", "after")]
    return Table(say("report.comparison.caption", lang), heads, rows, classes=classes)


def _met(verdict: pd.DataFrame) -> list[str]:
    """Return targets met of those computable, in full and as expected, and those left open."""
    judged = verdict[verdict["verdict"].isin(["met", "not met"])]
    computable = judged["target"].nunique()
    met = judged[judged["verdict"] == "met"].groupby("scenario")["target"].nunique()
    counts = [f"{int(met.get(s, 0))}/{computable}" for s in ("stated", "expected")]
    return [*counts, str(verdict["target"].nunique() - computable)]


def _changes(totals: pd.DataFrame) -> list[str]:
    """Return the change of emissions against the year without the plan, and PM2.5 of the city."""
    rows = totals.set_index(["quantity", "species", "scenario"])

    def value(column: str, *key: str) -> float:
        return float(rows[column].get(key, np.nan))

    cells = [value("change_on_reference", "emission", s, "stated") for s in EMITTED]
    told = ["–" if np.isnan(c) else percent(c * HUNDREDTH, signed=True) for c in cells]
    means = [value("value", "concentration", TOLD, s) for s in ("base", "stated")]
    return [*told, *("–" if np.isnan(m) else concentration(m) for m in means)]
