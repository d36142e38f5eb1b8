"""Who contributes to the air at each monitor: sector and district, and what comes from beyond."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure

from emisim import vocabulary
from emisim.figures import classes, keys, messages, style
from emisim.figures.language import concentration, say, shorten, term
from emisim.figures.stamp import footer
from emisim.vocabulary import OUTSIDE

BACKGROUND = "background"
REST = "rest"
MOST_RECEPTORS, MOST_SECTORS, MOST_DISTRICTS = 10, 4, 9
BAR = 0.7
TABLE_COLUMNS, DISTRICT_COLUMNS = 8, 12
LABEL_FROM = 0.08
"""Smallest part of the longest bar that holds its number."""
NAME_COLUMNS, HEAD_COLUMNS, TITLE_COLUMNS = 16, 10, 44
STEPS = (0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
"""Class limits of the table, ug/m3: round, each about twice the one before."""
LEFT, RIGHT = (0.12, 0.26), (0.655, 0.31)
"""Left edge and width of bars and table on the slide."""
COLUMNS = (1.2, 1.46, 1.68)
"""Right ends of the columns beside the bars, in widths of the bars."""
TABLE_NAMES = 0.6
"""Where the table's heading begins."""
TINY = 1e-9
"""Length of an axis along which nothing is drawn, ug/m3."""


def by_sector(rows: pd.DataFrame) -> pd.DataFrame:
    """Return (receptor, sector) ug/m3, the domain's sectors first and the background last.

    ``rows``: receptor, sector, ug_m3 of one species and scenario.
    """
    table = rows.pivot_table(index="receptor", columns="sector", values="ug_m3", aggfunc="sum")
    order = [s for s in (*vocabulary.SECTORS, BACKGROUND) if s in table.columns]
    return table[order].fillna(0)


def by_district(rows: pd.DataFrame) -> pd.DataFrame:
    """Return (district, sector) ug/m3 of one receptor: the largest sectors, the others as one.

    ``rows``: sector, district, ug_m3; the background is left out.
    """
    own = rows[rows["sector"] != BACKGROUND]
    table = own.pivot_table(index="district", columns="sector", values="ug_m3", aggfunc="sum")
    table = table.fillna(0)
    largest = table.sum().sort_values(ascending=False, kind="stable").index
    kept, rest = list(largest[:MOST_SECTORS]), list(largest[MOST_SECTORS:])
    if rest:
        table = table[kept].assign(**{REST: table[rest].sum(axis=1)})
    districts = table.sum(axis=1).sort_values(ascending=False, kind="stable").index
    table = table.loc[districts]
    if len(table) > MOST_DISTRICTS:
        last = table.iloc[MOST_DISTRICTS - 1 :].sum().rename(REST)
        table = pd.concat([table.iloc[: MOST_DISTRICTS - 1], last.to_frame().T])
    return table


def contributions(
    rows: pd.DataFrame,
    names: Mapping[str, str],
    districts: Mapping[str, str],
    species: str,
    rests_on: Sequence[str],
    frame: style.Frame,
) -> Figure:
    """Draw a bar per receptor by sector, and the table of sector by district where it is highest.

    Parameters
    ----------
    rows
        Columns receptor, sector, district, ug_m3 of one species and scenario.
    names
        Receptors to show -> their names, in order.
    districts
        District -> its name.
    species, rests_on
        What is shown, and the emissions whose assumed shares the footer tells.
    """
    lang = frame.lang
    table = by_sector(rows[rows["receptor"].isin(list(names))])
    ranked = table.sum(axis=1).sort_values(ascending=False, kind="stable").index
    table = table.loc[[r for r in names if r in set(ranked[:MOST_RECEPTORS])]]
    worst = ranked[0]
    there = rows[rows["receptor"] == worst]
    fields = {"place": frame.place, "species": term(species, lang), "receptor": names[worst]}
    local = there[there["sector"] != BACKGROUND]
    message = messages.largest_contributors(local, float(table.loc[worst].sum()), fields, lang)
    subtitle = say("contributions.subtitle", lang, year=frame.years[0], **fields)
    with style.context():
        figure = style.slide(message, subtitle, footer(frame.stamp, tuple(rests_on), lang))
        top = style.body_top(figure)
        heads = (say("contributions.bars", lang), say("contributions.table", lang, **fields))
        for x, head in zip((style.LEFT, TABLE_NAMES), heads, strict=True):
            figure.text(x, top, shorten(head, TITLE_COLUMNS, 1), weight="bold", va="top")
        axes = figure.add_axes((LEFT[0], 0.205, LEFT[1], top - 0.205 - 0.06))
        _bars(axes, table, names, lang)
        side = figure.add_axes((RIGHT[0], 0.205, RIGHT[1], top - 0.205 - 0.115))
        _table(side, by_district(there), districts, lang)
        shown = [s for s in table if s != BACKGROUND and table[s].any()]
        keys.draw(figure, {term(s, lang): style.palette()[s] for s in shown})
    return figure


def _bars(axes: Axes, table: pd.DataFrame, names: Mapping[str, str], lang: str) -> None:
    """Draw what the domain's sources add, and write it beside the background and the sum."""
    places, local = np.arange(len(table)), table.drop(columns=BACKGROUND, errors="ignore")
    left, longest = np.zeros(len(table)), max(float(local.sum(axis=1).max()), TINY)
    for sector, part in local.items():
        color = style.palette()[sector]
        look = {"left": left, "color": color, "edgecolor": "white", "linewidth": 1}
        axes.barh(places, part, BAR, **look)
        for k in np.flatnonzero(part >= LABEL_FROM * longest):
            at, look = (left[k] + part.iloc[k] / 2, k), {"ha": "center", "va": "center"}
            ink = style.contrast(color)
            axes.text(*at, concentration(part.iloc[k]), color=ink, size=style.SMALL, **look)
        left = left + part.to_numpy()
    axes.set(xlim=(0, longest), ylim=(len(table) - BAR / 2, -BAR), xticks=[])
    axes.set_yticks(places, [shorten(names[r], NAME_COLUMNS) for r in table.index], linespacing=1)
    style.shrink_wrapped(axes)
    style.bare(axes, "bottom")
    total = table.sum(axis=1).to_numpy()
    columns = {"local": left, "background": total - left, "total": total}
    for x, (key, values) in zip(COLUMNS, columns.items(), strict=True):
        _column(axes, x, say(f"contributions.{key}", lang), values, bold=key == "total")


def _column(axes: Axes, x: float, head: str, values: np.ndarray, *, bold: bool) -> None:
    place, look = axes.get_yaxis_transform(), {"ha": "right", "va": "center"}
    color = style.palette()["ink" if bold else "faint"]
    for k, value in enumerate(values):
        weight = "bold" if bold else "normal"
        axes.text(x, k, concentration(value), transform=place, color=color, weight=weight, **look)
    look |= {"va": "bottom", "size": style.FOOT, "color": style.palette()["faint"]}
    axes.text(x, -BAR, shorten(head, HEAD_COLUMNS), transform=place, linespacing=1, **look)


def _table(axes: Axes, table: pd.DataFrame, districts: Mapping[str, str], lang: str) -> None:
    if table.empty or not table.to_numpy().any():
        axes.axis("off")
        axes.text(0, 1, say("contributions.none", lang), va="top")
        return
    limits = [s for s in STEPS if s < table.to_numpy().max()] or [STEPS[0]]
    colors = np.vstack([[1, 1, 1, 1], classes.shades(len(limits))])[1:]
    norm = BoundaryNorm([*limits, np.inf], len(limits))
    axes.pcolormesh(table.to_numpy(), cmap=ListedColormap(colors), norm=norm, ec="white", lw=2)
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        ink = style.contrast(colors[norm(value)])
        look = {"ha": "center", "va": "center", "size": style.SMALL, "color": ink}
        axes.text(column + 0.5, row + 0.5, _cell(value), **look)
    axes.set(xlim=(0, table.shape[1]), ylim=(len(table), 0))
    sectors = [say("contributions.rest", lang) if s == REST else term(s, lang) for s in table]
    places = np.arange(table.shape[1]) + 0.5
    axes.set_xticks(places, [shorten(s, TABLE_COLUMNS, 3) for s in sectors], linespacing=1)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", labelsize=style.FOOT)
    named = [_district(d, districts, lang) for d in table.index]
    axes.set_yticks(np.arange(len(table)) + 0.5, [shorten(n, DISTRICT_COLUMNS) for n in named])
    axes.tick_params(axis="y", labelsize=style.SMALL)
    style.bare(axes, "left", "bottom", "top", "right")


def _district(name: str, districts: Mapping[str, str], lang: str) -> str:
    if name in (REST, OUTSIDE, ""):
        return say("contributions.elsewhere", lang)
    return districts.get(name, str(name))


def _cell(value: float) -> str:
    """Return a table cell: one decimal, empty at 0."""
    text = concentration(value)
    return text if text != "0.0" else "<0.1" if value else ""
