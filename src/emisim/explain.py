"""One clause of a plan in words: what was read, what was assumed, what it touches and does."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import BaseModel

from emisim import inventory as inv
from emisim import units, vocabulary
from emisim.errors import require_known
from emisim.figures.language import columns, labels, percent, say, significant, term
from emisim.measure_words import ASSUMED, STATED, numbers, title
from emisim.measures._base import Measure
from emisim.plan_model import REASONS, Clause, Plan

SHOWN = ("SO2", "NOx", "VOC", "NH3", "PM2.5", "CO2")
RANKED = ("SO2", "NOx", "VOC", "NH3", "PM2.5")
"""Species whose base-year tonnes, added, say which sources come first."""
SCENARIOS = ("stated", "expected")
TOP = 5
INDENT = "  "
RESIDUE = 1e-6
"""Amounts below this part of a unit are what rounding left, and are told as 0."""


def find(plan: Plan, number: str) -> Clause:
    """Return the clause of that number.

    Raises
    ------
    InputError
        The plan has no such clause; the message lists those it has.
    """
    hint = f"the clauses are {', '.join(plan.clause_numbers)}"
    require_known([number], plan.clause_numbers, f"clause of plan {plan.id}", hint=hint)
    return next(clause for clause in plan.clauses if clause.clause == number)


def text(plan: Plan, number: str, base: xr.Dataset, ledger: pd.DataFrame, lang: str) -> str:
    """Return the explanation of one clause.

    Parameters
    ----------
    plan, number
        The plan, and the clause's own number.
    base
        Base-year inventory of the plan's city.
    ledger
        As from :func:`emisim.ledger.build`, scenarios ``stated`` and ``expected``.
    lang
        ``zh`` or ``en``. Notes of numbers stand as they were written in the plan file.

    Raises
    ------
    InputError
        Unknown clause; scope that selects nothing.
    """
    clause = find(plan, number)
    measures = clause.measures
    parts = [
        _read(plan, clause, lang),
        _numbers(measures, "explain.stated", STATED, lang),
        _numbers(measures, "explain.assumed", ASSUMED, lang),
        *(_touched(measure, base, lang) for measure in measures),
        *(_done(measure, ledger, lang) for measure in measures),
        _beside(plan, clause, lang),
    ]
    return "\n".join(line for part in parts for line in part)


def _read(plan: Plan, clause: Clause, lang: str) -> list[str]:
    """Return title, summary, and what carries no effect and why."""
    section = next(s for s in plan.sections if s.id == clause.section)
    lines = [
        getattr(plan, f"title_{lang}"),
        f"{clause.clause}  {_of(clause, 'title', lang)}  ({_of(section, 'title', lang)})",
        "",
        say("explain.read", lang),
        INDENT + _of(clause, "summary", lang),
    ]
    if clause.reason is not None:
        words = REASONS[clause.reason][vocabulary.LANGUAGES.index(lang)]
        kind = labels(lang).get(f"kind.{clause.waits_for}", clause.waits_for)
        waits = f" ({kind})" if kind else ""
        lines.append(INDENT + say("explain.no_effect", lang, reason=words + waits))
    note = _of(clause, "note", lang)
    return [*lines, INDENT + note] if note else lines


def _of(item: BaseModel, field: str, lang: str) -> str:
    return str(getattr(item, f"{field}_{lang}"))


def _numbers(measures: Sequence[Measure], key: str, bases: Sequence[str], lang: str) -> list[str]:
    """Return the numbers and choices that rest on ``bases``, below the measure they belong to."""
    lines = []
    for measure in measures:
        found = numbers(measure, bases, lang)
        lines += [INDENT + title(measure, lang)] if found else []
        lines += [2 * INDENT + line for line in found]
    return ["", say(key, lang), *lines] if lines else []


def _touched(measure: Measure, base: xr.Dataset, lang: str) -> list[str]:
    """Return how many sources a measure may change, and the largest with their base emissions.

    The share of the city leaves out what is emitted beyond it.
    """
    with measure.named():
        where = np.flatnonzero(measure.touches(base).values)
    tonnes = inv.emission(base).sum("month").sel(species=list(SHOWN)).transpose("source", "species")
    annual = pd.DataFrame(
        tonnes.values[where] * units.factor("kg", "t"), base["source"].values[where], list(SHOWN)
    )
    order = annual[list(RANKED)].sum(axis=1).sort_values(ascending=False, kind="stable").index
    rows = [[_source(base, name, lang), *_cells(annual.loc[name])] for name in order[:TOP]]
    rest = annual.loc[order[TOP:]]
    if len(rest):
        rows.append([say("explain.rest", lang, number=len(rest)), *_cells(rest.sum())])
    city = inv.totals(base, ()).sel(species=list(SHOWN)).values * units.factor("kg", "t")
    inside = annual[base["district"].values[where] != vocabulary.OUTSIDE].sum().to_numpy()
    shares = np.divide(inside, city, out=np.zeros(len(SHOWN)), where=city > 0)
    rows.append([say("explain.share", lang), *(percent(share) for share in shares)])
    head = [say("explain.base", lang), *(term(s, lang) for s in SHOWN)]
    words = say("explain.touches", lang, number=len(where), measure=_of(measure, "name", lang))
    return ["", words, *_table([head, *rows])]


def _source(base: xr.Dataset, name: str, lang: str) -> str:
    """Return a source's label with its name, and whether it stands beyond the city."""
    one = base.sel(source=name)
    words = str(one["name_zh" if lang == "zh" else "facility"].values)
    beyond = str(one["district"].values) == vocabulary.OUTSIDE
    added = [words] if words and words not in name else []
    added += [say("explain.outside", lang)] if beyond else []
    return f"{name} ({', '.join(added)})" if added else name


def _cells(values: pd.Series) -> list[str]:
    return [significant(_settled(value)) for value in values]


def _settled(value: float) -> float:
    """Return ``value``, or 0 where it is no more than what rounding left."""
    return 0.0 if abs(value) < RESIDUE else value


def _done(measure: Measure, ledger: pd.DataFrame, lang: str) -> list[str]:
    """Return the tonnes of one measure in sequence and alone, in full and as expected."""
    rows, ceilings = [], []
    for scenario in SCENARIOS:
        own = ledger[(ledger["id"] == measure.id) & (ledger["scenario"] == scenario)]
        by_species = own.set_index("species")
        for column in ("in_sequence_t", "alone_t") if len(own) else ():
            first = f"{vocabulary.name(scenario, lang)}, {say(f'explain.{column}', lang)}"
            rows.append([first, *_cells(by_species[column].reindex(list(SHOWN)))])
        ceilings += _ceiling(own, vocabulary.name(scenario, lang), lang)
    head = [say("explain.change", lang), *(term(s, lang) for s in SHOWN)]
    words = say("explain.does", lang, measure=_of(measure, "name", lang))
    return ["", words, *_table([head, *rows]), *ceilings]


def _ceiling(own: pd.DataFrame, scenario: str, lang: str) -> list[str]:
    """Return how far the activity lay from the ceiling of a measure that sets one."""
    told = own.dropna(subset=["slack"])
    if told.empty:
        return []
    slack, unit = _settled(told.iloc[0]["slack"]), told.iloc[0]["slack_unit"]
    key, amount = "explain.slack" if slack >= 0 else "explain.excess", significant(abs(slack))
    return [INDENT + say(key, lang, scenario=scenario, amount=amount, unit=unit)]


def _beside(plan: Plan, clause: Clause, lang: str) -> list[str]:
    """Return targets and claims that cite the clause."""
    goals = [_of(t, "name", lang) for t in plan.targets if t.clause == clause.clause]
    claims = [_of(c, "text", lang) for c in plan.claims if c.clause == clause.clause]
    lines = []
    for key, found in (("explain.targets", goals), ("explain.claims", claims)):
        lines += ["", say(key, lang), *(INDENT + words for words in found)] if found else []
    return lines


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows with aligned columns: the first to the left, numbers to the right."""
    widths = [max(columns(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0] + " " * (widths[0] - columns(row[0]))]
        cells += [" " * (w - columns(c)) + c for c, w in zip(row[1:], widths[1:], strict=True)]
        lines.append(INDENT + INDENT.join(cells).rstrip())
    return lines
