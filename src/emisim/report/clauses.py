"""Clause by clause: what was read, stated, assumed, done, and what comes out."""

from collections.abc import Sequence

import pandas as pd

from emisim import measure_words, vocabulary
from emisim.briefing.tables import AIR, CLAIMED, LEDGER, Table
from emisim.figures.language import concentration, labels, say, significant, term
from emisim.measures._base import Measure
from emisim.plan_model import REASONS, Clause
from emisim.report import blocks
from emisim.report.blocks import Block
from emisim.report.material import Material
from emisim.report.results import STEP, change, in_city

LEAST = 0.1
"""Tonnes below which a change is not told."""
WHOLE = 10
"""Tonnes from which no decimals are told."""


def section(material: Material) -> list[Block]:
    """Return the section of the clauses: cards of the computed, a table of the others."""
    lang, every = material.lang, material.plan.clauses
    computed = [clause for clause in every if clause.measures]
    silent = [clause for clause in every if not clause.measures]
    found = [blocks.heading(say("report.h.clauses", lang))]
    if computed:
        found.append(blocks.heading(say("report.h.computed", lang), 2))
        found += blocks.text(say("report.clauses.how", lang), say("report.clauses.notes", lang))
        found += [_card(material, clause) for clause in computed]
    if silent:
        found.append(blocks.heading(say("report.h.silent", lang), 2))
        found.append(blocks.table(_silent(material, silent)))
    return found


def _card(material: Material, clause: Clause) -> Block:
    """Return the card of one clause with measures."""
    lang = material.lang
    note = material.of(clause, "note")
    rows = [
        (say("report.read", lang), "", [material.of(clause, "summary")]),
        *(_measure(material, measure) for measure in clause.measures),
        (say("report.targets", lang), "", _beside(material, clause, "targets", "name")),
        (say("report.claims", lang), "", _beside(material, clause, "claims", "text")),
        (say("report.note", lang), "", [note] if note else []),
    ]
    return blocks.clause(clause.clause, material.of(clause, "title"), rows)


def _measure(material: Material, measure: Measure) -> tuple[str, str, list[str]]:
    """Return a measure's row: its name, numbers by basis, and what it changes."""
    lang = material.lang
    parts = {
        "report.stated": "; ".join(_numbers(measure, measure_words.STATED, lang)),
        "report.set": "; ".join(_numbers(measure, measure_words.ASSUMED, lang)),
        "report.tonnes": tonnes(material, measure),
        "report.air": air(material, measure),
    }
    colon = say("list.colon", lang)
    lines = [say(key, lang) + colon + words for key, words in parts.items() if words]
    return say("report.done", lang), measure_words.title(measure, lang), lines


def _numbers(measure: Measure, bases: Sequence[str], lang: str) -> list[str]:
    """Return the numbers of a measure, without notes, and without the dates in its title."""
    dates = ("start", "full")
    return measure_words.numbers(measure, bases, lang, keep=lambda note: False, without=dates)


def tonnes(material: Material, measure: Measure) -> str:
    """Return what a measure changes in sequence, in full and (as expected), species by species."""
    lang = material.lang
    known = changes(material.findings.ledger, measure, "in_sequence_t")
    parts = []
    for species in LEDGER:
        full, expected = (known.get((species, s), 0.0) for s in CLAIMED)
        if max(abs(full), abs(expected)) >= LEAST:
            parts.append(f"{term(species, lang)} {mass(full)} ({mass(expected)})")
    return say("list.comma", lang).join(parts) or say("report.no_change", lang)


def changes(rows: pd.DataFrame, measure: Measure, column: str) -> dict[tuple[str, str], float]:
    """Return (species, scenario) -> ``column`` of one measure."""
    own = rows[rows["id"] == measure.id]
    keys = zip(own["species"], own["scenario"], strict=True)
    return dict(zip(keys, own[column].fillna(0.0).tolist(), strict=True))


def mass(value: float) -> str:
    """Return a change in tonnes with its sign.

    Examples
    --------
    >>> mass(-1234.0), mass(0.44), mass(0.01)
    ('–1,230', '+0.4', '0')
    """
    if abs(value) < LEAST:
        return "0"
    text = significant(value) if abs(value) >= WHOLE else concentration(value)
    return f"+{text}" if value > 0 else text


def air(material: Material, measure: Measure) -> str:
    """Return what a measure changes in the city's annual means; "" where it isn't computed."""
    rows = in_city(material.findings.effects)
    if rows is None:
        return ""
    lang, known = material.lang, changes(rows, measure, "in_sequence_ug_m3")
    parts = []
    for species in AIR:
        full, expected = (known.get((species, s), 0.0) for s in CLAIMED)
        if max(abs(full), abs(expected)) >= STEP / 2:
            parts.append(f"{term(species, lang)} {change(full)} ({change(expected)})")
    return say("list.comma", lang).join(parts) or f"<{STEP}"


def _beside(material: Material, clause: Clause, kind: str, name: str) -> list[str]:
    """Return the targets or claims that cite a clause, in one line."""
    cited = [row for row in getattr(material.plan, kind) if row.clause == clause.clause]
    return ["; ".join(material.of(row, name) for row in cited)] if cited else []


def _silent(material: Material, clauses: Sequence[Clause]) -> Table:
    """Return the clauses without a computed effect, and why."""
    lang = material.lang
    rows = [
        [c.clause, material.of(c, "title"), material.of(c, "summary"), _why(c, material)]
        for c in clauses
    ]
    heads = [say(f"html.clauses.{h}", lang) for h in ("number", "title", "summary")]
    return Table(say("report.h.silent", lang), [*heads, say("report.why", lang)], rows)


def _why(clause: Clause, material: Material) -> str:
    lang = material.lang
    words = REASONS[clause.reason][vocabulary.LANGUAGES.index(lang)] if clause.reason else ""
    if clause.waits_for:
        words += f" ({labels(lang).get(f'kind.{clause.waits_for}', clause.waits_for)})"
    note = material.of(clause, "note")
    return words + (say("list.colon", lang) + note if note else "")
