"""What moves to other fuels and other modes: useful heat, freight and travel by carrier."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emisim.figures import keys, messages, style
from emisim.figures.language import percent, say, scaled, shorten, significant, term
from emisim.figures.stamp import source

SERVICES = ("heat", "freight", "travel")
"""Services that measures move between carriers: GJ of useful heat, t km, km."""
FREIGHT = "freight"
SCENARIOS = ("reference", "stated")
MODES = ("rail", "inland-water")
"""Beginnings of the processes that carry freight off the road."""
LEAST = 5e-4
"""A carrier below this part of the service, before and after, is not shown."""
MOST = 6
BAR = 0.36
MOVED = 1e-6
"""Part of a service that has to move before it is called a shift."""
NAME_COLUMNS = 16
PANEL = (0.12, 0.205, 0.11)
"""Left edge of the first panel, width of each, and the room between."""
ARROW = "→"
LEGEND = {"without": "without", "with": "total"}
"""Words of the legend and the colours of the bars."""
ROOM = 2.4
"""Length of an axis in longest bars: the numbers stand behind the bars."""


def amounts(scenarios: xr.Dataset) -> pd.DataFrame:
    """Return what each carrier serves in a year: service, carrier, scenario, value.

    ``scenarios``: as from :func:`emisim.scenario.dataset`. Heat by fuel in GJ of useful heat,
    freight by mode and drive in t km, travel by drive in km; measures that shift load conserve it.
    """
    served = scenarios["activity"].sum("month") * scenarios["output"]
    columns = {"service": scenarios["service"].values, "carrier": _carriers(scenarios)}
    table = pd.DataFrame(served.transpose("source", "scenario").values, columns=served["scenario"])
    table = table.assign(**columns)
    table = table[table["service"].isin(list(SERVICES))]
    wide = table.groupby(["service", "carrier"], sort=False).sum()
    return wide.rename_axis(columns="scenario").stack().rename("value").reset_index()


def _carriers(scenarios: xr.Dataset) -> np.ndarray:
    """Return the fuel of each source; of freight by rail and water the mode."""
    process = scenarios["process"].values.astype(str)
    fuel = scenarios["fuel"].values.astype(object)
    freight = scenarios["service"].values == FREIGHT
    for mode in MODES:
        fuel = np.where(freight & np.char.startswith(process, mode), mode, fuel)
    return fuel


def carrier(service: str, key: str, lang: str) -> str:
    """Return the name of a carrier; fuels of freight are those of the road."""
    if service != FREIGHT:
        return term(key, lang)
    return (
        say(f"shifts.{key}", lang)
        if key in MODES
        else say("shifts.road", lang, fuel=term(key, lang))
    )


def changes(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return service, carrier (its name), before, after, change and share of the service.

    The smallest carriers are left out, as is a service in which nothing moves.
    """
    wide = table.pivot_table(
        index=["service", "carrier"], columns="scenario", values="value", aggfunc="sum"
    )
    parts = []
    for service in SERVICES:
        if service not in wide.index.get_level_values("service"):
            continue
        rows = wide.loc[service]
        before, after = (rows[s] for s in SCENARIOS)
        total = max(before.sum(), after.sum())
        change = after - before
        if not total or change.abs().max() <= MOVED * total:
            continue
        shown = pd.DataFrame({"before": before, "after": after, "change": change})
        shown = shown[(shown[["before", "after"]].max(axis=1) >= LEAST * total)]
        shown = shown.sort_values("before", ascending=False, kind="stable").head(MOST)
        kept = shown.assign(service=service, share=shown["change"] / total)
        parts.append(kept.assign(carrier=[carrier(service, k, lang) for k in shown.index]))
    columns = ["service", "carrier", "before", "after", "change", "share"]
    return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)


def shifts(table: pd.DataFrame, frame: style.Frame) -> Figure:
    """Draw a panel per service: each carrier without the plan and with it.

    ``table``: as from :func:`amounts`.
    """
    lang = frame.lang
    moved = changes(table, lang)
    message = messages.largest_shift(moved, lang)
    subtitle = say("shifts.subtitle", lang, place=frame.place, year=frame.years[1])
    with style.context():
        figure = style.slide(message, subtitle, source(frame.stamp, lang))
        top, (left, width, gap) = style.body_top(figure), PANEL
        panels = moved["service"].nunique()
        width = (len(SERVICES) * (width + gap) - panels * gap) / panels
        for k, (service, rows) in enumerate(moved.groupby("service", sort=False)):
            place = (left + k * (width + gap), 0.14, width, top - 0.14 - 0.06)
            axes = figure.add_axes(place)
            axes.set_ylim(int(moved.groupby("service").size().max()) - 0.4, -0.6)
            _panel(axes, rows, service, lang)
        words = {say(f"shifts.{k}", lang): style.palette()[c] for k, c in LEGEND.items()}
        keys.draw(figure, words, rows=1)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, service: str, lang: str) -> None:
    colors = style.palette()
    longest = float(rows[["before", "after"]].to_numpy().max())
    divisor, unit = scaled(longest, service, lang)
    for k, (_, row) in enumerate(rows.iterrows()):
        ends = ((row["before"], -BAR / 2, "without"), (row["after"], BAR / 2, "total"))
        for value, shift, color in ends:
            axes.barh(k + shift, value, BAR, color=colors[color], zorder=2)
        look = {"va": "center", "size": style.SMALL, "weight": "bold"}
        text = _levels(row, divisor)
        kind = "fall" if row["change"] < 0 else "rise"
        ink = colors[kind if ARROW in text else "faint"]
        at = max(row["before"], row["after"]) + longest / 40
        axes.text(at, k, text, color=ink, linespacing=1.1, **look)
    room = 1 + (ROOM - 1) * PANEL[1] / axes.get_position().width
    axes.set(xlim=(0, room * longest), xticks=[])
    axes.set_yticks(range(len(rows)), [shorten(c, NAME_COLUMNS) for c in rows["carrier"]])
    style.shrink_wrapped(axes)
    style.bare(axes, "bottom")
    head = say(f"shifts.{service}", lang, unit=unit)
    axes.set_title(head, loc="left", size=style.TEXT, weight="bold")


def _levels(row: pd.Series, divisor: float) -> str:
    """Return both levels and the change; one number where they read the same."""
    before, after = (significant(row[k] / divisor) for k in ("before", "after"))
    if before == after:
        return before
    text = f"{before} {ARROW} {after}"
    change = row["change"] / row["before"] if row["before"] else None
    return text if change is None else f"{text}\n{percent(change, signed=True)}"
