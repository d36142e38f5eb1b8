"""How far the plan gets: each computable target from the base year (0) to the goal (1)."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Transform, blended_transform_factory

from emisim import units
from emisim.figures import messages, style
from emisim.figures.amounts import goal, is_change, shown
from emisim.figures.language import say, shorten
from emisim.figures.stamp import footer

BAR = 0.56
REACH = (-0.25, 1.25)
"""The gauge's range of progress; what lies beyond is drawn at its end."""
FRAME = (0.335, 0.245)
"""Left edge and width of the gauges on the slide."""
COLUMNS = {"goal": 0.685, "stated": 0.7, "expected": 0.857}
NAME_COLUMNS, DENSE_COLUMNS, REASON_COLUMNS = 36, 42, 140
ROOMY, MOST = 8, 12
"""Number of gauges up to which names may take two lines, and that one slide can hold."""
MET, MISSED, UNKNOWN = "met", "not met", "not computable"
REASONS, REASONS_ALONE = 5, 14


def progress(row: pd.Series) -> float:
    """Return the part of the way from base year to goal that a verdict row has gone.

    A change (metrics ``*_change``) starts at 0, a level at ``base_value``, which is in
    ``base_unit`` while ``value`` and ``target_value`` are in ``unit``.

    Examples
    --------
    >>> progress(pd.Series({"metric": "emission_change", "value": -10.0, "target_value": -40.0}))
    0.25
    """
    start = 0.0
    if not is_change(row):
        start = row["base_value"] * units.factor(row["base_unit"], row["unit"])
    way = row["target_value"] - start
    return (row["value"] - start) / way if way else float(row["verdict"] == MET)


def gauges(verdict: pd.DataFrame, species: tuple[str, ...], frame: style.Frame) -> Figure:
    """Draw one gauge per computable target and list the others with their reasons.

    ``verdict``: as from :func:`emisim.targets.verdict`; ``species``: for the footer's shares.
    """
    lang = frame.lang
    computable = verdict[verdict["verdict"].isin([MET, MISSED])]
    others = verdict[verdict["verdict"] == UNKNOWN].drop_duplicates("target")
    firsts = computable.drop_duplicates("target")
    left_out, firsts = len(firsts[MOST:]), firsts[:MOST]
    subtitle = say("gauge.subtitle", lang, place=frame.place)
    message = messages.verdict_count(verdict, lang)
    with style.context():
        figure = style.slide(message, subtitle, footer(frame.stamp, species, lang))
        low = _list_reasons(figure, others, left_out, lang, alone=firsts.empty)
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
    """Write the targets' names, in small type on one line where there are many."""
    if len(names) <= ROOMY:
        axes.set_yticks(range(len(names)), [shorten(n, NAME_COLUMNS) for n in names], linespacing=1)
        style.shrink_wrapped(axes)
    else:
        short = [shorten(n, DENSE_COLUMNS, 1) for n in names]
        axes.set_yticks(range(len(names)), short, size=style.SMALL)


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
        ha = "right" if key == "goal" else "left"
        place = _columns(axes, axes.transAxes)
        axes.text(x, 1.01, say(f"gauge.{key}", lang), transform=place, ha=ha, **look)


def _gauge(axes: Axes, k: int, rows: pd.DataFrame, lang: str) -> None:
    colors = style.palette()
    place = _columns(axes, axes.transData)
    axes.barh(k, REACH[1] - REACH[0], BAR, left=REACH[0], color=colors["track"], zorder=1)
    first = rows.iloc[0]
    axes.text(
        COLUMNS["goal"], k, goal(first), transform=place, ha="right", va="center", weight="bold"
    )
    for _, row in rows[rows["scenario"].isin(list(COLUMNS))].iterrows():
        end = min(max(progress(row), REACH[0]), REACH[1])
        color = colors["met" if row["verdict"] == MET else "missed"]
        if row["scenario"] == "stated":
            axes.barh(k, end, BAR, color=color, zorder=3)
        else:
            axes.plot(end, k, "D", ms=11, mfc="white", mec=colors["ink"], mew=2, zorder=6)
        word = say("gauge.met" if row["verdict"] == MET else "gauge.missed", lang)
        text = f"{word[0]} {shown(row)}{word[1:]}"
        look = {"va": "center", "size": style.SMALL, "color": color, "weight": "bold"}
        axes.text(COLUMNS[row["scenario"]], k, text, transform=place, **look)


def _list_reasons(
    figure: Figure, others: pd.DataFrame, left_out: int, lang: str, *, alone: bool
) -> float:
    """List what can't be computed at the foot of the slide; return the height reached.

    ``left_out``: computable targets that the slide has no room for, counted in the last line.
    """
    if others.empty and not left_out:
        return 0.085
    most = REASONS_ALONE if alone else REASONS
    pairs = zip(others[f"name_{lang}"], others[f"reason_{lang}"], strict=True)
    colon = say("list.colon", lang)
    lines = [shorten(f"○ {name}{colon}{reason}", REASON_COLUMNS, 1) for name, reason in pairs]
    if len(lines) > most or left_out:
        shown = lines[: most - 1]
        rest = len(lines) - len(shown)
        key = "gauge.more_both" if left_out else "gauge.more"
        lines = [*shown, say(key, lang, number=rest, computable=left_out)]
    look = {"size": style.SMALL, "va": "bottom"}
    text = figure.text(style.LEFT, 0.065, "\n".join(lines), linespacing=1.35, **look)
    top = text.get_window_extent(figure.canvas.get_renderer()).y1 / figure.bbox.height
    figure.text(style.LEFT, top + 0.008, say("gauge.unknown", lang), weight="bold", **look)
    return top + 0.065
