"""Sheets of a plan: verdicts, measures, the numbers behind them, clauses, provenance."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from emisim import vocabulary
from emisim.export.annex_words import called, words
from emisim.export.sheets import CONCENTRATION, NUMBER, PLAIN, TONNES, Cell, Sheet, added
from emisim.measure_words import ASSUMED, STATED, numbers, quantities, title
from emisim.plan_model import REASONS, Plan
from emisim.vocabulary import SPECIES

VERDICT = (
    *("target", "clause", "name", "metric", "species", "area", "scenario", "base_value"),
    *("target_value", "value", "value_low", "value_high", "margin", "unit"),
    *("judged", "conditional", "reason"),
)
MEASURED = ("base_value", "target_value", "value", "value_low", "value_high", "margin")
CITY = "city"
OF_AIR = ("PM2.5", "PM10", "SO2", "NO2")


def verdicts(verdict: pd.DataFrame, names: Mapping[str, str], lang: str) -> Sheet:
    """Return targets and verdicts of every scenario."""
    say = words(lang)
    own = {"name": f"name_{lang}", "reason": f"reason_{lang}", "judged": "verdict"}
    own |= {"conditional": f"conditional_on_{lang}"}
    if lang == "zh":
        own["judged"] = "verdict_zh"
    shown = [key for key in VERDICT if own.get(key, key) in verdict]
    rows: list[list[Cell]] = []
    for _, line in verdict.iterrows():
        cells = {key: line[own.get(key, key)] for key in shown}
        for key in ("scenario", "area"):
            cells[key] = called(str(cells[key]), names, lang) if cells[key] else ""
        cells["clause"] = str(cells["clause"])
        rows.append(list(cells.values()))
    heads = [say[key] for key in shown]
    forms = [NUMBER if key in MEASURED else PLAIN for key in shown]
    return Sheet(say["verdict"], say["verdict.heading"], heads, forms, rows)


def measures(
    ledger: pd.DataFrame, plan: Plan | None, effects: pd.DataFrame | None,
    names: Mapping[str, str], lang: str,
) -> Sheet:  # fmt: skip
    """Return each measure of each scenario: what was read, stated and assumed, and what it does.

    Tonnes and concentrations (city mean) are changes in sequence; each scenario ends with its sum.
    """
    say = words(lang)
    keys = ["scenario", "order", "clause", "id", f"name_{lang}"]
    rows_of = ledger.assign(id=ledger.get("id", ledger["order"].astype(str)))
    wide = rows_of.pivot_table(index=keys, columns="species", values="in_sequence_t",
                               aggfunc="sum", sort=False)  # fmt: skip
    wide = wide.reindex(columns=[s for s in SPECIES if s in wide])
    told = {} if plan is None else _told(plan, lang)
    air = _of_city(effects)
    width = 4 + (len(say_told(say)) if told else 0)
    rows: list[list[Cell]] = []
    bold: set[int] = set()
    for scenario, part in wide.groupby(level="scenario", sort=False):
        first, numbers_ = len(rows), []
        for (_, order, clause, key, name), tonnes in zip(
            part.index, part.to_numpy().tolist(), strict=True
        ):
            cells = [*tonnes, *(air.get((str(scenario), key, s)) for s in OF_AIR if air)]
            numbers_.append([0.0 if c is None or pd.isna(c) else c for c in cells])
            described = told.get(key, ("", "", "")) if told else ()
            where = called(str(scenario), names, lang)
            rows.append([where, order, str(clause), name, *described, *cells])
        sums = [added(width + k, first, len(rows) - 1, column)
                for k, column in enumerate(zip(*numbers_, strict=True))]  # fmt: skip
        bold.add(len(rows))
        rows.append([called(str(scenario), names, lang), None, "", say["total"],
                     *[""] * (width - 4), *sums])  # fmt: skip
    heads = [say[k] for k in ("scenario", "order", "clause", "name")]
    heads += say_told(say) if told else []
    heads += [f"{s} (t)" for s in wide] + [f"{s} (µg/m³)" for s in OF_AIR if air]
    forms = [PLAIN] * width + [TONNES] * wide.shape[1] + [CONCENTRATION] * len(OF_AIR) * bool(air)
    return Sheet(say["measures"], say["removed"], heads, forms, rows, frozenset(bold))


def say_told(say: Mapping[str, str]) -> list[str]:
    """Return the heads of what is told of a measure."""
    return [say["read"], say["stated"], say["assumed"]]


def _told(plan: Plan, lang: str) -> dict[str, tuple[str, str, str]]:
    """Return by measure: the clause in short with kind and dates, numbers stated, numbers ours."""
    summary = {c.clause: str(getattr(c, f"summary_{lang}")) for c in plan.clauses}
    return {
        m.id: (
            f"{summary.get(m.clause, '')}\n{title(m, lang)}".strip(),
            "\n".join(numbers(m, STATED, lang)),
            "\n".join(numbers(m, ASSUMED, lang)),
        )
        for m in (*plan.reference, *plan.measures)
    }


def _of_city(effects: pd.DataFrame | None) -> dict[tuple[str, str, str], float]:
    """Return the city's change (ug/m3) by scenario, measure and species."""
    if effects is None:
        return {}
    here = effects[(effects["receptor"] == CITY) & (effects["order"] > 0)]
    keys = zip(here["scenario"], here["id"], here["species"], strict=True)
    return dict(zip(keys, here["in_sequence_ug_m3"].tolist(), strict=True))


def parameters(plan: Plan, lang: str) -> Sheet:
    """Return every number of the plan file with its range and what it rests on."""
    say = words(lang)
    rows: list[list[Cell]] = []
    for measure in (*plan.reference, *plan.measures):
        for place, q in quantities(measure):
            basis = getattr(vocabulary.BASIS_TERMS[q.cite.basis], lang)
            unit = "1" if q.unit == "fraction" else q.unit
            name = str(getattr(measure, f"name_{lang}"))
            rows.append([basis, measure.clause, name, ".".join(place), q.value, q.low, q.high,
                         unit, q.cite.note])  # fmt: skip
    keys = ("basis", "clause", "name", "field", "value", "low", "high", "unit", "remark")
    heads = [say[k] for k in keys]
    return Sheet(say["numbers"], say["numbers.heading"], heads, [PLAIN] * len(keys), rows)


def clauses(plan: Plan, lang: str) -> Sheet:
    """Return every clause with its measures, or why it has no computed effect."""
    say = words(lang)
    rows: list[list[Cell]] = []
    for clause in plan.clauses:
        done = "\n".join(str(getattr(m, f"name_{lang}")) for m in clause.measures)
        reason = REASONS[clause.reason][vocabulary.LANGUAGES.index(lang)] if clause.reason else ""
        note = str(getattr(clause, f"note_{lang}"))
        rows.append([clause.clause, str(getattr(clause, f"title_{lang}")),
                     str(getattr(clause, f"summary_{lang}")), done, reason, note])  # fmt: skip
    heads = [say[k] for k in ("clause", "title", "read", "done", "reason", "remark")]
    return Sheet(say["clauses"], say["clauses.heading"], heads, [PLAIN] * len(heads), rows)


def provenance(report: Mapping[str, Any], lang: str) -> Sheet:
    """Return the files that the results were made from, and those that they are."""
    say = words(lang)
    rows: list[list[Cell]] = [
        [say[kind], name, str(digest)]
        for kind in ("inputs", "outputs")
        for name, digest in report.get(kind, {}).items()
    ]
    heads = [say["kind"], say["file"], "SHA-256"]
    return Sheet(say["provenance"], say["provenance.heading"], heads, [PLAIN] * 3, rows)
