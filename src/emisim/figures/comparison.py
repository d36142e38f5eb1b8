"""Plans beside each other: what each changes, and how many of its targets are met."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emisim.figures import style
from emisim.figures.language import percent, say, term
from emisim.figures.stamp import Stamp

SHOWN = (
    ("emission", "SO2"),
    ("emission", "NOx"),
    ("emission", "PM2.5"),
    ("emission", "NH3"),
    ("concentration", "PM2.5"),
)
CHANGE, ONE = "change_on_reference", "stated"
"""What is drawn, and the scenario that the bars show."""
WORDS = ("met", "not met", "not computable")
COLORS = {"met": "met", "not met": "missed", "not computable": "unknown"}
FRAME = (0.12, 0.965)
"""Left and right edge of the panels on the slide."""
TARGETS_WIDTH, GAP, BAR = 0.25, 0.012, 0.5
ROOM = (0.9, 0.12)
"""Room beside the longest bars, in parts of their span: for numbers, and for diamonds."""
PALE = 0.35
WHOLE = 100
MOST = 3
"""Scenarios of which the title tells the change; of more it tells the least and the greatest."""


def comparison(
    totals: pd.DataFrame,
    counts: pd.DataFrame,
    names: Mapping[str, Mapping[str, str]],
    stamp: Stamp,
    lang: str,
) -> Figure:
    """Draw five changes and the targets of every plan, one plan per line.

    Parameters
    ----------
    totals, counts
        As from :func:`emisim.comparison.totals` and :func:`emisim.comparison.counts`.
    names
        Plan -> language -> city and year.
    stamp
        Digest and version for the footer.
    lang
        Language of the words.
    """
    words = message(totals, counts, names, lang), say("compare.subtitle", lang)
    heads = [names[plan][lang].replace(" ", "\n") for plan in counts.index]
    return _drawn(totals, counts, heads, words, stamp, lang)


def beside(rows: pd.DataFrame, stamp: Stamp, lang: str) -> Figure:
    """Draw scenarios beside each other, one per line: changes on their base years, and targets.

    ``rows`` as from :func:`emisim.sides.beside`; stamp and language as of :func:`comparison`.
    """
    names = {"side": "plan", "part": "quantity", "item": "species", "change_percent": CHANGE}
    whole = rows[rows["part"].isin(["emission", "concentration"]) & (rows["sector"] == "")]
    totals = whole.drop(columns=["plan", "scenario"]).rename(columns=names).assign(scenario=ONE)
    judged = rows[rows["part"] == "targets"].pivot(index="side", columns="item", values="value")
    sides = rows["side"].unique().tolist()
    counts = judged.reindex(index=sides, columns=list(WORDS)).fillna(0).astype(int)
    told = totals[(totals["quantity"] == "emission") & (totals["species"] == "PM2.5")]
    changes = told.set_index("plan")[CHANGE].dropna() / WHOLE
    if len(changes) > MOST:
        changes = changes[[changes.idxmin(), changes.idxmax()]]
    said = "; ".join(f"{name} {percent(value, signed=True)}" for name, value in changes.items())
    title = say("message.beside", lang, species=term("PM2.5", lang), changes=said)
    heads = [re.sub(r"(?<=[:/])|(?<=-)(?=\d)", "\n", side) for side in sides]
    words = title, say("beside.subtitle", lang)
    drawn = _drawn(totals, counts, heads, words, stamp, lang)
    drawn.axes[-1].set_title(say("beside.targets", lang), size=style.SMALL, weight="bold")
    return drawn


def _drawn(
    totals: pd.DataFrame,
    counts: pd.DataFrame,
    heads: Sequence[str],
    words: tuple[str, str],
    stamp: Stamp,
    lang: str,
) -> Figure:
    """Draw the changes and targets of the lines of ``counts``, which ``heads`` name."""
    plans = counts.index.tolist()
    foot = say("foot.source", lang, version=stamp.version, digest=stamp.digest)
    with style.context():
        figure = style.slide(*words, foot)
        axes = _panels(figure, len(plans))
        span = _span(totals)
        for panel, (quantity, species) in zip(axes, SHOWN, strict=False):
            rows = totals[(totals["quantity"] == quantity) & (totals["species"] == species)]
            _changes(panel, rows, plans, span)
            panel.set_title(_head(quantity, species, lang), size=style.SMALL, weight="bold")
        _targets(axes[-1], counts, lang)
        axes[0].set_yticks(range(len(plans)), heads)
    return figure


def message(
    totals: pd.DataFrame,
    counts: pd.DataFrame,
    names: Mapping[str, Mapping[str, str]],
    lang: str,
) -> str:
    """Say between what the plans change PM2.5 emission, and how many targets are met in full."""
    rows = totals[(totals["quantity"] == "emission") & (totals["species"] == "PM2.5")]
    stated = rows[rows["scenario"] == "stated"].set_index("plan")[CHANGE] / WHOLE
    least, most = stated.idxmax(), stated.idxmin()
    fields = {
        "plans": len(counts),
        "species": term("PM2.5", lang),
        "least": percent(stated[least], signed=True),
        "least_name": names[least][lang],
        "most": percent(stated[most], signed=True),
        "most_name": names[most][lang],
        "met": int(counts["met"].sum()),
        "computable": int(counts[["met", "not met"]].to_numpy().sum()),
        "rest": int(counts["not computable"].sum()),
    }
    return say("message.compared", lang, **fields)


def _head(quantity: str, species: str, lang: str) -> str:
    return say(f"compare.{quantity}", lang, species=term(species, lang))


def _panels(figure: Figure, plans: int) -> list[Axes]:
    """Return a panel per change and one for the targets, all with the same lines."""
    left, right = FRAME
    low, top = 0.1, style.body_top(figure) - 0.075
    width = (right - left - TARGETS_WIDTH) / len(SHOWN)
    axes = []
    for k in range(len(SHOWN) + 1):
        last = k == len(SHOWN)
        wide = TARGETS_WIDTH - GAP if last else width - GAP
        panel = figure.add_axes((left + k * width + (GAP if last else 0), low, wide, top - low))
        panel.set(ylim=(plans - 0.5, -0.5), xticks=[], yticks=[])
        style.bare(panel, "left", "bottom")
        axes.append(panel)
    return axes


def _span(totals: pd.DataFrame) -> tuple[float, float]:
    """Return limits that hold all changes shown, with room for their numbers."""
    chosen = pd.MultiIndex.from_frame(totals[["quantity", "species"]]).isin(list(SHOWN))
    kept = totals[chosen & totals["scenario"].isin(["stated", "expected"])][CHANGE].dropna()
    low, high = min(kept.min(), 0.0), max(kept.max(), 0.0)
    wide = max(high - low, 1.0)
    return low - ROOM[0] * wide, high + ROOM[1] * wide


def _changes(
    panel: Axes, rows: pd.DataFrame, plans: Sequence[str], span: tuple[float, float]
) -> None:
    """Draw one quantity: bars in full, diamonds as expected, the number of the bar beside it."""
    colors = style.palette()
    panel.set_xlim(*span)
    panel.axvline(0, color=colors["faint"], lw=1.2, zorder=1)
    for k, plan in enumerate(plans):
        by_scenario = rows[rows["plan"] == plan].set_index("scenario")[CHANGE]
        stated, expected = by_scenario.get("stated"), by_scenario.get("expected")
        if stated is None or pd.isna(stated):
            continue
        panel.barh(k, stated, BAR, color=colors["fall" if stated < 0 else "rise"], zorder=2)
        if expected is not None:
            panel.plot(expected, k, "D", ms=8, mfc="white", mec=colors["ink"], mew=1.6, zorder=4)
        end = min(stated, 0.0 if expected is None else expected, 0.0)
        text = percent(stated / WHOLE, signed=True)
        look = {"va": "center", "size": style.SMALL, "weight": "bold"}
        shift = {"xytext": (-9, 0), "textcoords": "offset points"}
        panel.annotate(text, (end, k), ha="right", zorder=5, **shift, **look)


def _targets(panel: Axes, counts: pd.DataFrame, lang: str) -> None:
    """Draw how many targets are met, missed and not computable if delivered in full."""
    colors = style.palette()
    most = int(counts.sum(axis=1).max())
    panel.set_xlim(0, max(most, 1) * 1.02)
    for k, (_, row) in enumerate(counts.iterrows()):
        start = 0
        for word in WORDS:
            number = int(row[word])
            color = colors[COLORS[word]]
            alpha = PALE if word == "not computable" else 1
            panel.barh(k, number, BAR, left=start, color=color, alpha=alpha, zorder=2)
            if number:
                ink = colors["ink"] if alpha < 1 else style.contrast(color)
                look = {"va": "center", "ha": "center", "size": style.SMALL, "weight": "bold"}
                panel.text(start + number / 2, k, str(number), color=ink, zorder=3, **look)
            start += number
    panel.set_title(say("compare.targets", lang), size=style.SMALL, weight="bold")
    _key(panel, lang)


def _key(panel: Axes, lang: str) -> None:
    """Name the colours below the targets."""
    colors = style.palette()
    x = 0.0
    for word in WORDS:
        ink = colors[COLORS[word]]
        text = say(f"compare.{word.replace(' ', '_')}", lang)
        look = {"size": style.SMALL, "color": ink, "weight": "bold", "va": "top"}
        artist = panel.text(x, -0.02, text, transform=panel.transAxes, **look)
        box = artist.get_window_extent(panel.figure.canvas.get_renderer())
        x += box.width / panel.bbox.width + 0.05
