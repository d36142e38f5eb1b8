"""The briefing's tables: heads and rows of ready text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import xarray as xr

from emisim import plan as plans
from emisim import vocabulary
from emisim.figures.amounts import amount, goal, shown, spread
from emisim.figures.findings import Findings
from emisim.figures.language import concentration, percent, say, significant, term
from emisim.plan_model import REASONS, Clause, Plan

SCENARIOS = ("reference", "stated", "expected")
CLAIMED = ("stated", "expected")
LEDGER = ("SO2", "NOx", "PM2.5", "CO2")
AIR = ("PM2.5", "PM10", "SO2", "NO2")
WORDS = {"met": "met", "not met": "missed", "not computable": "unknown"}


@dataclass(frozen=True)
class Table:
    """Caption, column heads, rows of cells (the first is the row's head), class of each row.

    ``groups``: heads above the heads, with the number of columns that each spans; ``notes``:
    numbered lines below the table.
    """

    caption: str
    heads: list[str]
    rows: list[list[str]]
    groups: list[tuple[str, int]] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verdict(findings: Findings, lang: str) -> Table:
    """Return one row per target: goal, what each scenario reaches, and condition or reason."""
    rows, classes = [], []
    conditions = [c for c in findings.verdict[f"conditional_on_{lang}"].unique() if c]
    for _, lines in findings.verdict.groupby("target", sort=False):
        first = lines.iloc[0]
        by_scenario = lines.set_index("scenario")
        cells = [_outcome(by_scenario, s, lang) for s in SCENARIOS]
        asked = goal(first) if pd.notna(first["target_value"]) and first["unit"] else "–"
        kind = say("html.binding" if first["binding"] else "html.striven", lang)
        note = first[f"reason_{lang}"] or _reference(
            first[f"conditional_on_{lang}"], conditions, lang
        )
        rows.append([first[f"name_{lang}"], str(first["clause"]), kind, asked, *cells, note])
        stated = by_scenario["verdict"].get("stated", first["verdict"])
        classes.append(WORDS[stated])
    heads = ["target", "clause", "kind", "goal", *SCENARIOS, "note"]
    names = [say(f"html.verdict.{head}", lang) for head in heads]
    caption = say("html.verdict.caption", lang)
    return Table(caption, names, rows, classes=classes, notes=conditions)


def _reference(condition: str, conditions: list[str], lang: str) -> str:
    if not condition:
        return ""
    return say("html.note", lang, number=conditions.index(condition) + 1)


def _outcome(lines: pd.DataFrame, scenario: str, lang: str) -> str:
    if scenario not in lines.index:
        return say("html.unknown", lang)
    row = lines.loc[scenario]
    if row["verdict"] not in ("met", "not met"):
        return say("html.unknown", lang)
    word = say("gauge.met" if row["verdict"] == "met" else "gauge.missed", lang)
    return f"{word[0]} {shown(row)}{spread(row)}{word[1:]}"


def claims(compared: pd.DataFrame | None, lang: str) -> Table | None:
    """Return what the document claims beside what is computed; None where it claims nothing.

    ``compared`` as from :func:`emisim.claims.compare`, empty text as such.
    """
    if compared is None or compared.empty:
        return None
    rows = []
    for _, lines in compared.groupby("claim", sort=False):
        first, by_scenario = lines.iloc[0], lines.set_index("scenario")
        cells = [_claimed(by_scenario, s, lang) for s in CLAIMED]
        note = first[f"reason_{lang}"] or first[f"conditional_on_{lang}"]
        asked = _quantity(first["claimed"], first)
        rows.append([first[f"text_{lang}"], str(first["clause"]), asked, *cells, note])
    heads = [say(f"html.claims.{h}", lang) for h in ("claim", "clause", "claimed")]
    heads += [say(f"html.verdict.{s}", lang) for s in CLAIMED]
    return Table(say("html.claims.caption", lang), [*heads, say("html.verdict.note", lang)], rows)


def _claimed(lines: pd.DataFrame, scenario: str, lang: str) -> str:
    """Return the computed number, and its part of the claimed one."""
    if scenario not in lines.index or pd.isna(lines.loc[scenario, "computed"]):
        return say("html.unknown", lang)
    row = lines.loc[scenario]
    part = f" ({percent(row['ratio'])})" if pd.notna(row["ratio"]) else ""
    return f"{_quantity(row['computed'], row)}{part}"


def _quantity(value: float, row: pd.Series) -> str:
    return amount(value, row["unit"], change=str(row["metric"]).endswith("_change"))


def totals(findings: Findings, lang: str) -> Table:
    """Return the city's emissions by species and scenario (t/year) with the change on the base."""
    rows = []
    for species in vocabulary.SPECIES:
        sums = findings.by_scenario(species)
        if sums.get("base", 0) > 0:
            cells = [significant(sums["base"])]
            cells += [_total(sums, scenario) for scenario in SCENARIOS]
            for shares in (findings.stamp.assumed, findings.stamp.assumed_factors):
                cells.append(percent(shares[species]) if species in shares else "–")
            rows.append([term(species, lang), *cells])
    heads = [say("html.species", lang), *(_scenario(s, lang) for s in ("base", *SCENARIOS))]
    caption = say("html.totals.caption", lang)
    heads += [say("html.assumed_share", lang), say("html.assumed_factors", lang)]
    return Table(caption, heads, rows)


def _total(sums: Mapping[str, float], scenario: str) -> str:
    """Return the total of a scenario and its change on the base, a dash where it has none."""
    if scenario not in sums:
        return "–"
    change = percent(sums[scenario] / sums["base"] - 1, signed=True)
    return f"{significant(sums[scenario])} ({change})"


def _scenario(name: str, lang: str) -> str:
    return say(f"html.scenario.{name}", lang)


def ledger(findings: Findings, lang: str, scenario: str = "stated") -> Table:
    """Return each measure's change in t/year, in sequence and alone, and their sum."""
    chosen = findings.ledger[findings.ledger["scenario"] == scenario]
    wide = chosen.pivot_table(
        index=["order", "clause", f"name_{lang}"],
        columns="species",
        values=["in_sequence_t", "alone_t"],
        aggfunc="sum",
    )
    shown = [s for s in LEDGER if s in set(chosen["species"])]
    columns = [(kind, s) for s in shown for kind in ("in_sequence_t", "alone_t")]
    rows = [
        [name, str(clause), *(_change(line[c]) for c in columns)]
        for (_, clause, name), line in wide.iterrows()
    ]
    sums = wide.sum()
    ends = [_change(sums[c]) if c[0] == "in_sequence_t" else "" for c in columns]
    rows.append([say("html.ledger.sum", lang), "", *ends])
    heads = [say("html.ledger.measure", lang), say("html.verdict.clause", lang)]
    heads += [say(f"html.ledger.{c[0]}", lang) for c in columns]
    groups = [("", 2), *((term(s, lang), 2) for s in shown)]
    classes = [""] * (len(rows) - 1) + ["sum"]
    return Table(say("html.ledger.caption", lang), heads, rows, groups, classes)


def _change(tonnes: float) -> str:
    tenths = round(tonnes, 1)
    if not tenths:
        return "0"
    text = significant(tonnes) if abs(tonnes) >= 10 else concentration(tenths)
    return ("+" if tonnes > 0 else "") + text


def areas(findings: Findings, lang: str) -> Table | None:
    """Return annual means by area, base year and plan in full; None while there is no air."""
    by_area = findings.by_area
    if by_area is None:
        return None
    species = [s for s in AIR if s in by_area["species"].values]
    shown = ("base", "stated")
    rows = [
        [
            _area_name(findings, area, lang),
            *(concentration(float(_at(by_area, area, s, k))) for s in species for k in shown),
        ]
        for area in by_area["area"].values.tolist()
    ]
    heads = [say("html.area", lang), *(_scenario(k, lang) for _ in species for k in shown)]
    groups = [("", 1), *((term(s, lang), len(shown)) for s in species)]
    return Table(say("html.areas.caption", lang), heads, rows, groups)


def _at(by_area: xr.DataArray, area: str, species: str, scenario: str) -> xr.DataArray:
    return by_area.sel(area=area, species=species, scenario=scenario)


def _area_name(findings: Findings, area: str, lang: str) -> str:
    return findings.districts[lang].get(area) or say("html.city_mean", lang)


def balance(plan: Plan, lang: str) -> list[Table]:
    """Return what the plan's computed effect rests on: numbers by basis, clauses by reason."""
    sheet = plans.balance_sheet(plan)
    count = say("html.count", lang)
    numbers = [
        [getattr(vocabulary.BASIS_TERMS[b], lang), str(n)] for b, n in sheet["numbers"].items()
    ]
    reasons = [[_reason(r, lang), str(n)] for r, n in sheet["reasons"].items()]
    effect = [say("html.with_effect", lang), str(sheet["clauses"]["with effect"])]
    return [
        Table(say("html.numbers.caption", lang), [say("html.basis", lang), count], numbers),
        Table(
            say("html.clauses.count", lang), [say("html.effect", lang), count], [effect, *reasons]
        ),
    ]


def _reason(key: str, lang: str) -> str:
    return REASONS[key][vocabulary.LANGUAGES.index(lang)]


def clauses(plan: Plan, lang: str) -> Table:
    """Return every clause with its measures, or the reason why it has no computed effect."""
    rows = [
        [c.clause, getattr(c, f"title_{lang}"), getattr(c, f"summary_{lang}"), _effect(c, lang)]
        for c in plan.clauses
    ]
    heads = [say(f"html.clauses.{h}", lang) for h in ("number", "title", "summary", "effect")]
    classes = ["met" if c.measures else "unknown" for c in plan.clauses]
    return Table(say("html.clauses.caption", lang), heads, rows, classes=classes)


def _effect(clause: Clause, lang: str) -> str:
    if clause.measures:
        names = [getattr(m, f"name_{lang}") for m in clause.measures]
        return say("html.computed", lang) + say("list.colon", lang) + "; ".join(names)
    parts = [_reason(clause.reason, lang), getattr(clause, f"note_{lang}")]
    return (
        say("html.not_computed", lang) + say("list.colon", lang) + " · ".join(filter(None, parts))
    )


def inputs(report: Mapping[str, Any], lang: str) -> Table:
    """Return the input files with the first twelve characters of their SHA-256."""
    rows = [[name, str(digest)[:12]] for name, digest in report.get("inputs", {}).items()]
    heads = [say("html.file", lang), "SHA-256"]
    return Table(say("html.inputs.caption", lang), heads, rows)
