"""Who emits what: shares of the sectors by species, and the course of the year by sector."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from emisim import vocabulary
from emisim.figures import keys, messages, style
from emisim.figures.language import mass, percent, say, term
from emisim.figures.stamp import Stamp, footer

LABEL_FROM = 0.06
"""Smallest share that is written into its bar: a narrower piece cannot hold the number."""
TOTAL_COLUMNS = (1.14, 1.26, 1.36)
"""Right ends of the columns beside the bars, in widths of the bars."""
KEY_SPECIES = ("PM2.5", "SO2", "NOx")
BAR, MONTH = 0.74, 0.8
MONTHS = tuple(range(1, 13))


def shares(totals: pd.DataFrame) -> pd.DataFrame:
    """Return (species, sector) shares of each species' total; rows sum to 1."""
    table = totals.pivot_table(index="species", columns="sector", values="tonnes", aggfunc="sum")
    table = table.reindex(
        index=[s for s in vocabulary.SPECIES if s in table.index],
        columns=[s for s in vocabulary.SECTORS if s in table.columns],
    ).fillna(0)
    return table[table.sum(axis=1) > 0].div(table.sum(axis=1), axis=0).dropna()


def sectors(totals: pd.DataFrame, frame: style.Frame) -> Figure:
    """Draw 100 % bars of the sectors for each species, with the total in tonnes at the end.

    ``totals``: columns sector, species, tonnes (one scenario, inside the city).
    """
    lang, stamp = frame.lang, frame.stamp
    table = shares(totals)
    sums = totals.groupby("species")["tonnes"].sum()
    message = messages.largest_sectors(totals, KEY_SPECIES, lang)
    subtitle = say("sectors.subtitle", lang, **frame.where())
    foot = footer(stamp, tuple(table.index), lang)
    with style.context():
        figure = style.slide(message, subtitle, foot)
        top = style.body_top(figure)
        axes = figure.add_axes((0.085, 0.2, 0.64, top - 0.2 - 0.035))
        _stack(axes, table)
        _totals_column(axes, table, sums, stamp, lang)
        _sector_legend(figure, list(table.columns), lang)
    return figure


def _stack(axes: Axes, table: pd.DataFrame) -> None:
    rows = np.arange(len(table))
    left = np.zeros(len(table))
    for sector, share in table.items():
        color = style.palette()[sector]
        axes.barh(rows, share, BAR, left=left, color=color, edgecolor="white", linewidth=1)
        for row, (start, part) in enumerate(zip(left, share, strict=True)):
            if part >= LABEL_FROM:
                text = f"{100 * part:.0f}"
                place = (start + part / 2, row)
                ink = style.contrast(color)
                axes.text(*place, text, ha="center", va="center", color=ink, size=style.SMALL)
        left = left + share.to_numpy()
    axes.set(xlim=(0, 1), ylim=(len(table) - BAR / 2, -BAR), xticks=[])


def _totals_column(
    axes: Axes, table: pd.DataFrame, sums: pd.Series, stamp: Stamp, lang: str
) -> None:
    """Write beside each bar the total and its shares on assumed numbers and assumed factors."""
    axes.set_yticks(range(len(table)), [term(s, lang) for s in table.index], weight="bold")
    style.bare(axes, "left", "bottom")
    faint = {"ha": "right", "color": style.palette()["faint"]}
    for x, key in zip(TOTAL_COLUMNS, ("total", "assumed", "factors"), strict=True):
        text = say(f"sectors.{key}", lang)
        axes.text(x, -0.62, text, va="bottom", size=style.SMALL, linespacing=1, **faint)
    for row, species in enumerate(table.index):
        total = mass(sums[species], lang)
        axes.text(TOTAL_COLUMNS[0], row, total, ha="right", va="center", weight="bold")
        kinds = (stamp.assumed, stamp.assumed_factors)
        for x, known in zip(TOTAL_COLUMNS[1:], kinds, strict=True):
            text = percent(known[species]) if species in known else "–"
            axes.text(x, row, text, va="center", **faint)


def _sector_legend(figure: Figure, names: Sequence[str], lang: str) -> None:
    keys.draw(figure, {term(s, lang): style.palette()[s] for s in names})


def monthly(
    totals: pd.DataFrame,
    heating: Sequence[int],
    frame: style.Frame,
    species: Sequence[str] = ("PM2.5", "SO2", "NOx", "NH3"),
) -> Figure:
    """Draw the months' emissions by sector, one panel per species, with the heating season shaded.

    ``totals``: columns sector, species, month (1 to 12), tonnes (one scenario, inside the city).
    """
    lang = frame.lang
    emitted = set(totals.loc[totals["tonnes"] > 0, "species"])
    species = [s for s in species if s in emitted] or list(species[:1])
    message = messages.heating_share(totals, species[0], heating, lang)
    subtitle = say("monthly.subtitle", lang, **frame.where())
    chosen = totals[totals["species"].isin(species)]
    names = [s for s in vocabulary.SECTORS if chosen.loc[chosen["sector"] == s, "tonnes"].sum() > 0]
    with style.context():
        figure = style.slide(message, subtitle, footer(frame.stamp, tuple(species), lang))
        top = style.body_top(figure)
        grid = figure.add_gridspec(
            2, 2, left=0.075, right=0.975, top=top - 0.045, bottom=0.225, hspace=0.42, wspace=0.17
        )
        for cell, kind in zip(grid, species, strict=False):
            table = _by_month(chosen[chosen["species"] == kind], names)
            _months_panel(figure.add_subplot(cell), table, kind, heating, lang)
        _sector_legend(figure, names, lang)
    return figure


def _by_month(totals: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    table = totals.pivot_table(index="month", columns="sector", values="tonnes", aggfunc="sum")
    return table.reindex(index=MONTHS, columns=names).fillna(0)


def _box(month: int, low: float, high: float) -> list[tuple[float, float]]:
    left, right = month - MONTH / 2, month + MONTH / 2
    return [(left, low), (left, high), (right, high), (right, low)]


def _months_panel(
    axes: Axes, table: pd.DataFrame, species: str, heating: Sequence[int], lang: str
) -> None:
    for month in heating:
        axes.axvspan(month - 0.5, month + 0.5, color=style.palette()["heating_season"], lw=0)
    low = np.zeros(len(table))
    for sector, part in table.items():
        high = low + part.to_numpy()
        boxes = [_box(*edges) for edges in zip(table.index, low, high, strict=True)]
        look = {"facecolor": style.palette()[sector], "edgecolor": "white", "linewidth": 0.4}
        axes.add_collection(PolyCollection(boxes, **look))
        low = high
    head = say("monthly.panel", lang, species=term(species, lang), total=mass(low.sum(), lang))
    axes.set_title(head, loc="left", size=style.TEXT, weight="bold")
    axes.set(xlim=(0.5, 12.5), ylim=(0, (low.max() or 1) * 1.18), xticks=MONTHS)
    axes.set_xticklabels(say("months", lang).split("|"))
    axes.locator_params(axis="y", nbins=4)
    axes.yaxis.set_major_formatter(lambda value, _: mass(value, lang) if value else "0")
    axes.tick_params(axis="y", labelsize=style.SMALL, length=0)
    axes.tick_params(axis="x", length=0)
    if 1 in heating:
        text, ink = say("monthly.heating", lang), style.palette()["heating_text"]
        axes.text(0.62, low.max() * 1.15, text, va="top", size=style.FOOT, color=ink)
