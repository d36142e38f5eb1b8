"""What each measure takes away: base year, plan year without the plan, plan delivered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emisim.errors import MassError
from emisim.figures import messages, style
from emisim.figures.language import change, concentration, mass, percent, say, shorten, term
from emisim.figures.stamp import footer

SHOWN = 7
"""Measures with a bar of their own; the rest share one."""
SMALL_PART = 1e-4
"""A measure below this part of the base year counts with the rest."""
ZERO_BASED = 1 / 3
"""The axis starts at 0 if the whole change is at least this part of it."""
TOLERANCE = 1e-6
"""Part of the base year: ledger.csv and effects.csv carry six decimals."""
CUT = 0.3
"""Length of the shortest total on a cut axis, in parts of the whole change."""
BAR = 0.68
ROOM = 0.3
"""Part of the axis kept free right of the longest bar, for its number."""
NAME_COLUMNS = 44


class Bar(NamedTuple):
    """One row: a total (``start`` None) or a change from ``start`` to ``end``; ``alone`` is the
    change if the measure were the only one, None where several share the row.
    """

    name: str
    start: float | None
    end: float
    alone: float | None = None


class Goal(NamedTuple):
    """A target in the unit of the bars and what it is called."""

    level: float
    name: str


@dataclass(frozen=True)
class Words:
    """What a waterfall says, and how it writes levels and changes."""

    message: str
    subtitle: str
    species: tuple[str, ...]
    level: Callable[[float], str]
    change: Callable[[float], str]
    unit: str = ""


def bars(
    levels: Mapping[str, float], steps: pd.DataFrame, years: Sequence[int], lang: str
) -> list[Bar]:
    """Return the rows from the base year to the plan delivered in full.

    ``levels``: of the scenarios base, reference, stated; ``steps``: columns name, change (in
    sequence) and alone, one measure a row, in one unit. The changes lead from reference to stated,
    or it is a MassError.
    """
    base, reference = levels["base"], levels["reference"]
    rows = [Bar(say("waterfall.base", lang, year=years[0]), None, base)]
    if reference != base:
        rows.append(Bar(say("waterfall.trend", lang), base, reference))
        rows.append(Bar(say("waterfall.reference", lang, year=years[1]), None, reference))
    level = reference
    for name, step, alone in _grouped(steps, SMALL_PART * base, lang):
        rows.append(Bar(name, level, level + step, alone))
        level += step
    _closed(level, levels["stated"], base)
    rows.append(Bar(say("waterfall.stated", lang, year=years[1]), None, levels["stated"]))
    return rows


def _closed(level: float, stated: float, base: float) -> None:
    """Raise MassError unless the measures lead to the plan's total."""
    if abs(level - stated) > TOLERANCE * base:
        message = f"the measures lead to {level:.9g}, the scenario totals say {stated:.9g}"
        raise MassError(message)


def _grouped(steps: pd.DataFrame, least: float, lang: str) -> list[tuple[str, float, float | None]]:
    size = steps["change"].abs()
    ranked = steps.loc[size.sort_values(ascending=False, kind="stable").index]
    own = ranked[ranked["change"].abs() > least].head(SHOWN)
    rest = ranked.drop(own.index)
    rest = rest[rest["change"] != 0]
    own = own.sort_values("change", kind="stable")
    rows = list(zip(own["name"], own["change"], own["alone"], strict=True))
    if len(rest):
        name = say("waterfall.rest", lang, number=len(rest))
        rows.append((name, float(rest["change"].sum()), None))
    return rows


def waterfall(
    totals: Mapping[str, float],
    ledger: pd.DataFrame,
    species: str,
    frame: style.Frame,
    goal: Goal | None = None,
) -> Figure:
    """Draw the tonnes of base year, trend, measures and plan; mark plan as expected and the goal.

    ``totals``: scenario -> t (base, reference, stated, expected); ``ledger``: this species' rows.
    """
    lang = frame.lang
    words = Words(
        messages.plan_effect(ledger, totals["reference"], species, lang),
        say("waterfall.subtitle", lang, place=frame.place, species=term(species, lang)),
        (species,),
        partial(mass, lang=lang),
        partial(mass, lang=lang, signed=True),
    )
    named = {f"name_{lang}": "name", "in_sequence_t": "change", "alone_t": "alone"}
    return chart(totals, ledger.rename(columns=named), words, frame, goal)


def air(
    levels: Mapping[str, float],
    effects: pd.DataFrame,
    species: str,
    receptor: str,
    rests_on: tuple[str, ...],
    frame: style.Frame,
    goal: Goal | None = None,
) -> Figure:
    """Draw annual means (ug/m3) at a receptor from the base year to the plan, down to the goal.

    ``levels``: scenario -> ug/m3; ``effects``: this receptor's and species' measures with the
    columns name, in_sequence_ug_m3, alone_ug_m3; ``receptor``: its name in ``frame.lang``;
    ``rests_on``: emissions whose assumed shares the footer tells.
    """
    lang = frame.lang
    fields = {"place": frame.place, "species": term(species, lang), "receptor": receptor}
    words = Words(
        messages.to_goal(levels, None if goal is None else goal.level, fields, lang),
        say("waterfall.air_subtitle", lang, **fields),
        rests_on,
        concentration,
        change,
        " µg/m³",
    )
    named = {"in_sequence_ug_m3": "change", "alone_ug_m3": "alone"}
    return chart(levels, effects.rename(columns=named), words, frame, goal)


def chart(
    levels: Mapping[str, float],
    steps: pd.DataFrame,
    words: Words,
    frame: style.Frame,
    goal: Goal | None = None,
) -> Figure:
    """Draw the rows of :func:`bars` with the marks of ``levels['expected']`` and of the goal."""
    lang = frame.lang
    rows = bars(levels, steps, frame.years, lang)
    marks = {} if goal is None else {"target": goal}
    if "expected" in levels:
        marks["ink"] = Goal(levels["expected"], say("waterfall.expected", lang))
    ends = [*(r.end for r in rows), *(_lone(r) for r in rows), *(m.level for m in marks.values())]
    low, high = _limits(ends)
    foot = footer(frame.stamp, words.species, lang)
    if low:
        foot = f"{say('waterfall.cut', lang, start=words.level(low) + words.unit)}  {foot}"
    with style.context():
        figure = style.slide(words.message, words.subtitle, foot)
        top = style.body_top(figure)
        axes = figure.add_axes((0.385, 0.085, 0.58, top - 0.135))
        axes.set(xlim=(low, high + ROOM * (high - low)), ylim=(len(rows) - 0.5, -0.5), xticks=[])
        _draw(axes, rows, low, high, words)
        _marks(axes, marks, words, lang)
        _names(axes, rows)
    return figure


def _lone(row: Bar) -> float:
    """Return where the measure alone would lead to."""
    return row.end if row.alone is None or row.start is None else row.start + row.alone


def _names(axes: Axes, rows: Sequence[Bar]) -> None:
    names = [shorten(r.name, NAME_COLUMNS) for r in rows]
    axes.set_yticks(range(len(rows)), names, linespacing=1)
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_weight("bold" if row.start is None else "normal")
    style.shrink_wrapped(axes)
    style.bare(axes, "bottom")


def _limits(levels: Sequence[float]) -> tuple[float, float]:
    low, high = min(levels), max(levels)
    spread = high - low
    if low <= 0 or spread >= ZERO_BASED * high:
        return min(low, 0), high
    return low - CUT * spread if spread else 0, high


def _draw(axes: Axes, rows: Sequence[Bar], low: float, high: float, words: Words) -> None:
    colors = style.palette()
    gap = (high - low) / 100
    for k, row in enumerate(rows):
        start = low if row.start is None else row.start
        step = row.end - start
        kind = "total" if row.start is None else "fall" if step < 0 else "rise"
        axes.barh(k, step, BAR, left=start, color=colors[kind], zorder=3)
        if row.start is None and low:
            axes.text(low + gap, k, "//", color="white", va="center", weight="bold", zorder=4)
        if row.alone is not None:
            look = {"mfc": "white", "mec": colors["ink"], "mew": 1.6, "zorder": 5}
            axes.plot(_lone(row), k, "o", ms=7, **look)
        text = _value(row, rows[0].end, words)
        at = max(start, row.end, _lone(row)) + gap * (2 if row.alone is not None else 1)
        look = {"va": "center", "zorder": 4, "weight": "bold"}
        axes.text(at, k, text, bbox=style.blank(), **look)
        if k + 1 < len(rows):
            axes.plot([row.end] * 2, [k, k + 1], color=colors["faint"], lw=0.9, zorder=2)


def _value(row: Bar, base: float, words: Words) -> str:
    if row.start is not None:
        return words.change(row.end - row.start)
    text = words.level(row.end)
    if row.end == base or not base:
        return text
    return f"{text} ({percent(row.end / base - 1, signed=True)})"


def _marks(axes: Axes, marks: Mapping[str, Goal], words: Words, lang: str) -> None:
    """Draw the lines by colour; the lower one's name stands left of it, the other's right."""
    lowest = min((m.level for m in marks.values()), default=0.0)
    for color, (level, name) in marks.items():
        ink = style.palette()[color]
        ha = "right" if level == lowest else "left"
        axes.axvline(level, color=ink, lw=1.8, ls=(0, (4, 3)), zorder=1)
        text = f"{name}{say('list.colon', lang)}{words.level(level)}{words.unit}"
        place = {"xy": (level, 1), "xycoords": axes.get_xaxis_transform()}
        shift = {"xytext": (-4 if ha == "right" else 4, 4), "textcoords": "offset points"}
        axes.annotate(text, **place, **shift, ha=ha, va="bottom", color=ink, size=style.SMALL)
