"""What each measure takes away: base year, plan year without the plan, plan delivered."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emisim.errors import MassError
from emisim.figures import messages, style
from emisim.figures.language import mass, percent, say, shorten, term
from emisim.figures.stamp import footer

SHOWN = 7
"""Measures with a bar of their own; the rest share one."""
SMALL_PART = 1e-4
"""A measure below this part of the base year counts with the rest."""
ZERO_BASED = 1 / 3
"""The axis starts at 0 if the whole change is at least this part of it."""
TOLERANCE = 1e-6
"""Part of the base year: ledger.csv carries six decimals."""
BAR = 0.68
ROOM = 0.3
"""Part of the axis kept free right of the longest bar, for its number."""
NAME_COLUMNS = 44


class Bar(NamedTuple):
    """One row: a total (``start`` None) or a change from ``start`` to ``end`` (t)."""

    name: str
    start: float | None
    end: float


class Goal(NamedTuple):
    """An emission target (t) and what it is called."""

    tonnes: float
    name: str


def bars(
    totals: Mapping[str, float], ledger: pd.DataFrame, years: Sequence[int], lang: str
) -> list[Bar]:
    """Return the rows from the base year to the plan delivered in full.

    ``totals``: scenario -> t (base, reference, stated); ``ledger``: rows of one species.
    The measures' changes lead from reference to stated, or it is a MassError.
    """
    base, reference = totals["base"], totals["reference"]
    rows = [Bar(say("waterfall.base", lang, year=years[0]), None, base)]
    if reference != base:
        rows.append(Bar(say("waterfall.trend", lang), base, reference))
        rows.append(Bar(say("waterfall.reference", lang, year=years[1]), None, reference))
    level = reference
    for name, change in _grouped(ledger, SMALL_PART * base, lang):
        rows.append(Bar(name, level, level + change))
        level += change
    _closed(level, totals["stated"], base)
    rows.append(Bar(say("waterfall.stated", lang, year=years[1]), None, totals["stated"]))
    return rows


def _closed(level: float, stated: float, base: float) -> None:
    """Raise MassError unless the measures lead to the plan's total."""
    if abs(level - stated) > TOLERANCE * base:
        message = f"the ledger leads to {level:.9g} t, the scenario totals say {stated:.9g} t"
        raise MassError(message)


def _grouped(ledger: pd.DataFrame, least: float, lang: str) -> list[tuple[str, float]]:
    change = ledger["in_sequence_t"]
    ranked = ledger.loc[change.abs().sort_values(ascending=False, kind="stable").index]
    own = ranked[ranked["in_sequence_t"].abs() > least].head(SHOWN)
    rest = ranked.drop(own.index)
    rest = rest[rest["in_sequence_t"] != 0]
    own = own.sort_values("in_sequence_t", kind="stable")
    rows = list(zip(own[f"name_{lang}"], own["in_sequence_t"], strict=True))
    if len(rest):
        name = say("waterfall.rest", lang, number=len(rest))
        rows.append((name, float(rest["in_sequence_t"].sum())))
    return rows


def waterfall(
    totals: Mapping[str, float],
    ledger: pd.DataFrame,
    species: str,
    frame: style.Frame,
    goal: Goal | None = None,
) -> Figure:
    """Draw base year, trend, measures, plan delivered; mark the plan as expected and the goal.

    ``totals``: scenario -> t (base, reference, stated, expected); ``ledger``: this species' rows.
    """
    lang = frame.lang
    message = messages.plan_effect(ledger, totals["reference"], species, lang)
    subtitle = say("waterfall.subtitle", lang, place=frame.place, species=term(species, lang))
    rows = bars(totals, ledger, frame.years, lang)
    marks = {say("waterfall.expected", lang): totals["expected"]}
    if goal is not None:
        marks[goal.name] = goal.tonnes
    low, high = _limits([*(r.end for r in rows), *marks.values()])
    foot = footer(frame.stamp, (species,), lang)
    if low:
        foot = f"{say('waterfall.cut', lang, start=mass(low, lang))}  {foot}"
    with style.context():
        figure = style.slide(message, subtitle, foot)
        top = style.body_top(figure)
        axes = figure.add_axes((0.385, 0.085, 0.58, top - 0.135))
        axes.set(xlim=(low, high + ROOM * (high - low)), ylim=(len(rows) - 0.5, -0.5), xticks=[])
        _draw(axes, rows, low, high, lang)
        _marks(axes, marks, lang)
        names = [shorten(r.name, NAME_COLUMNS) for r in rows]
        axes.set_yticks(range(len(rows)), names, linespacing=1)
        for label, row in zip(axes.get_yticklabels(), rows, strict=True):
            label.set_weight("bold" if row.start is None else "normal")
        style.shrink_wrapped(axes)
        style.bare(axes, "bottom")
    return figure


def _limits(levels: Sequence[float]) -> tuple[float, float]:
    low, high = min(levels), max(levels)
    spread = high - low
    if low <= 0 or spread >= ZERO_BASED * high:
        return min(low, 0), high
    return low - spread / 2 if spread else 0, high


def _draw(axes: Axes, rows: Sequence[Bar], low: float, high: float, lang: str) -> None:
    colors = style.palette()
    gap = (high - low) / 100
    for k, row in enumerate(rows):
        start = low if row.start is None else row.start
        change = row.end - start
        kind = "total" if row.start is None else "fall" if change < 0 else "rise"
        axes.barh(k, change, BAR, left=start, color=colors[kind], zorder=3)
        if row.start is None and low:
            axes.text(low + gap, k, "//", color="white", va="center", weight="bold", zorder=4)
        text = _value(row, rows[0].end, lang)
        at = max(start, row.end) + gap
        look = {"va": "center", "zorder": 4, "weight": "bold"}
        axes.text(at, k, text, bbox=style.blank(), **look)
        if k + 1 < len(rows):
            axes.plot([row.end] * 2, [k, k + 1], color=colors["faint"], lw=0.9, zorder=2)


def _value(row: Bar, base: float, lang: str) -> str:
    if row.start is None:
        versus = percent(row.end / base - 1, signed=True)
        return mass(row.end, lang) if row.end == base else f"{mass(row.end, lang)} ({versus})"
    return mass(row.end - row.start, lang, signed=True)


def _marks(axes: Axes, marks: Mapping[str, float], lang: str) -> None:
    colors = ("ink", "target")
    for (name, level), color, ha in zip(marks.items(), colors, ("right", "left"), strict=False):
        ink = style.palette()[color]
        axes.axvline(level, color=ink, lw=1.6, ls=(0, (4, 3)), zorder=1)
        text = f"{name}{say('list.colon', lang)}{mass(level, lang)}"
        place = {"xy": (level, 1), "xycoords": axes.get_xaxis_transform()}
        shift = {"xytext": (-4 if ha == "right" else 4, 4), "textcoords": "offset points"}
        axes.annotate(text, **place, **shift, ha=ha, va="bottom", color=ink, size=style.SMALL)
