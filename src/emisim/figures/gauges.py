"""How far the plan gets: each computable target from the base year (0) to the goal (1)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Transform, blended_transform_factory

from emisim import units
from emisim.figures import messages, style
from emisim.figures.amounts import goal, is_change, level, number, spread
from emisim.figures.language import say, shorten
from emisim.figures.stamp import footer

BAR = 0.56
REACH = (-0.25, 1.25)
"""The gauge's range of progress; what lies beyond is drawn at its end."""
FRAME = (0.315, 0.205)
"""Left edge and width of the gauges on the slide."""
COLUMNS = {"base": 0.597, "goal": 0.69, "stated": 0.705, "expected": 0.845}
LEVELS = ("base", "goal")
"""Columns that end at their place; the others begin there."""
NAME_COLUMNS, DENSE_COLUMNS, REASON_COLUMNS = 34, 40, 136
ROOMY, MOST = 8, 12
"""Number of gauges up to which names may take two lines, and that one slide can hold."""
FEW_ON_LAST = 6
"""Gauges up to which the last of several slides lists as many reasons as it has room for."""
MET, MISSED, UNKNOWN = "met", "not met", "not computable"
RANGE = ("value_low", "value_high")
INDENT = 0.014
"""Of a range below its value, in widths of the slide."""
HEADING = 0.065
"""Room for the heading above the reasons, in heights of the slide."""
REASONS, REASONS_ALONE = 5, 14


def progress(row: Mapping[str, Any]) -> float:
    """Return the part of the way from base year to goal that a verdict row has gone.

    A change (metrics ``*_change``) starts at 0, a level at ``base_value``, which is in
    ``base_unit`` while ``value`` and ``target_value`` are in ``unit``. Where the base year meets
    the goal already, the goal is 1 and what is better lies beyond it.

    Examples
    --------
    >>> progress(pd.Series({"metric": "emission_change", "value": -10.0, "target_value": -40.0}))
    0.25
    """
    start = 0.0
    if not is_change(row):
        start = row["base_value"] * units.factor(row["base_unit"], row["unit"])
    way = row["target_value"] - start
    better = -1 if row.get("comparison") == "at most" else 1
    if row.get("comparison") and better * way < 0:
        return 1 + better * (row["value"] - row["target_value"]) / abs(way)
    return (row["value"] - start) / way if way else float(row["verdict"] == MET)


class Part(NamedTuple):
    """The targets of one slide out of ``count``; the last one lists what can't be computed."""

    targets: tuple[str, ...]
    number: int = 1
    count: int = 1


def parts(verdict: pd.DataFrame) -> list[Part]:
    """Return the slides that the computable targets fill, about as many on each; at least one."""
    computable = verdict[verdict["verdict"].isin([MET, MISSED])]
    targets = tuple(computable["target"].drop_duplicates())
    count = max(1, -(-len(targets) // MOST))
    size = -(-len(targets) // count)
    cut = [targets[k * size : (k + 1) * size] for k in range(count)]
    return [Part(chosen, k, count) for k, chosen in enumerate(cut, start=1)]


def gauges(
    verdict: pd.DataFrame, species: tuple[str, ...], frame: style.Frame, part: Part | None = None
) -> Figure:
    """Draw one gauge per computable target and list the others with their reasons.

    ``verdict``: as from :func:`emisim.targets.verdict`; ``species``: for the footer's shares;
    ``part``: of :func:`parts`, by default the first.
    """
    lang = frame.lang
    part = part or parts(verdict)[0]
    computable = verdict[verdict["target"].isin(part.targets)]
    others = verdict[verdict["verdict"] == UNKNOWN].drop_duplicates("target")
    firsts = computable.drop_duplicates("target")
    subtitle = say("gauge.subtitle", lang, place=frame.place)
    if part.count > 1:
        subtitle += say("gauge.part", lang, number=part.number, count=part.count)
    message = messages.verdict_count(verdict, lang)
    with style.context():
        figure = style.slide(message, subtitle, footer(frame.stamp, species, lang))
        listed = others if part.number == part.count else others[:0]
        low = _list_reasons(figure, listed, len(firsts), lang)
        if firsts.empty:
            return figure
        height = style.body_top(figure) - low - 0.05
        axes = figure.add_axes((FRAME[0], low, FRAME[1], height))
        axes.set(xlim=REACH, ylim=(len(firsts) - 0.5, -0.5), xticks=[])
        _frame(axes, lang)
        for k, target in enumerate(firsts["target"]):
            _gauge(axes, k, computable[computable["target"] == target], lang)
        _names(axes, firsts[f"name_{lang}"].tolist())
    return figure


def _names(axes: Axes, names: list[str]) -> None:
    """Write the targets' names, in small type where there are many."""
    if len(names) <= ROOMY:
        axes.set_yticks(range(len(names)), [shorten(n, NAME_COLUMNS) for n in names], linespacing=1)
        style.shrink_wrapped(axes)
    else:
        short = [shorten(n, DENSE_COLUMNS) for n in names]
        axes.set_yticks(range(len(names)), short, size=style.SMALL, linespacing=1)
        for label in axes.get_yticklabels():
            label.set_size(style.FOOT if "\n" in label.get_text() else style.SMALL)


def _columns(axes: Axes, rows: Transform) -> Transform:
    return blended_transform_factory(axes.figure.transFigure, rows)


def _frame(axes: Axes, lang: str) -> None:
    style.bare(axes, "left", "bottom")
    axes.axvline(1, color=style.palette()["target"], lw=2.4, zorder=5)
    axes.axvline(0, color=style.palette()["faint"], lw=1.2, zorder=5)
    look = {"va": "bottom", "size": style.SMALL, "color": style.palette()["faint"]}
    for x, key in ((0, "gauge.base"), (1, "gauge.goal")):
        place = axes.get_xaxis_transform()
        axes.text(x, 1.01, say(key, lang), transform=place, ha="center", **look)
    for key, x in COLUMNS.items():
        ha = "right" if key in LEVELS else "left"
        place = _columns(axes, axes.transAxes)
        axes.text(x, 1.01, say(f"gauge.{key}", lang), transform=place, ha=ha, **look)


def _gauge(axes: Axes, k: int, rows: pd.DataFrame, lang: str) -> None:
    axes.barh(k, REACH[1] - REACH[0], BAR, left=REACH[0], color=style.palette()["track"], zorder=1)
    place, first = _columns(axes, axes.transData), rows.iloc[0]
    look = {"transform": place, "ha": "right", "va": "center"}
    faint = {"size": style.SMALL, "color": style.palette()["faint"]}
    axes.text(COLUMNS["base"], k, level(first, lang), **look, **faint)
    axes.text(COLUMNS["goal"], k, goal(first), weight="bold", **look)
    for _, row in rows[rows["scenario"].isin(["stated", "expected"])].iterrows():
        _reached(axes, k, row)
        _written(axes, k, row, lang)


def _inside(value: float) -> float:
    return min(max(value, REACH[0]), REACH[1])


def _color(row: pd.Series) -> str:
    return style.palette()["met" if row["verdict"] == MET else "missed"]


def _reached(axes: Axes, k: int, row: pd.Series) -> None:
    """Draw how far a scenario gets: a bar in full with its range, a diamond as expected."""
    ink = style.palette()["ink"]
    if row["scenario"] == "stated":
        axes.barh(k, _inside(progress(row)), BAR, color=_color(row), zorder=3)
        if spread(row):
            ends = [_inside(progress(row.to_dict() | {"value": row[c]})) for c in RANGE]
            axes.plot(ends, [k, k], "|-", color=ink, lw=2, ms=9, mew=2, zorder=4)
    else:
        look = {"ms": 11, "mfc": "white", "mec": ink, "mew": 2, "zorder": 6}
        axes.plot(_inside(progress(row)), k, "D", **look)


def _written(axes: Axes, k: int, row: pd.Series, lang: str) -> None:
    """Write what a scenario reaches, its range below."""
    word = say("gauge.met" if row["verdict"] == MET else "gauge.missed", lang)
    text, ranged = f"{word[0]} {number(row)}{word[1:]}", spread(row).strip(" ()")
    look = {"transform": _columns(axes, axes.transData), "color": _color(row)}
    x = COLUMNS[row["scenario"]]
    middle = "bottom" if ranged else "center"
    axes.text(x, k + 0.08 * bool(ranged), text, va=middle, size=style.SMALL, weight="bold", **look)
    if ranged:
        axes.text(x + INDENT, k + 0.08, ranged, va="top", size=style.FOOT, **look)


def _list_reasons(figure: Figure, others: pd.DataFrame, gauges: int, lang: str) -> float:
    """List what can't be computed at the foot of the slide; return the height reached.

    ``gauges``: their number on the slide, which leaves more or less room.
    """
    if others.empty:
        return 0.085
    most = REASONS_ALONE if not gauges else REASONS + max(0, FEW_ON_LAST - gauges)
    pairs = zip(others[f"name_{lang}"], others[f"reason_{lang}"], strict=True)
    colon = say("list.colon", lang)
    lines = [shorten(f"○ {name}{colon}{reason}", REASON_COLUMNS, 1) for name, reason in pairs]
    if len(lines) > most:
        rest = len(lines) - (most - 1)
        lines = [*lines[: most - 1], say("gauge.more", lang, number=rest)]
    look = {"size": style.SMALL, "va": "bottom"}
    text = figure.text(style.LEFT, 0.065, "\n".join(lines), linespacing=1.35, **look)
    if not gauges:
        text.set(va="top", y=style.body_top(figure) - HEADING)
    top = text.get_window_extent(figure.canvas.get_renderer()).y1 / figure.bbox.height
    figure.text(style.LEFT, top + 0.008, say("gauge.unknown", lang), weight="bold", **look)
    return top + HEADING
