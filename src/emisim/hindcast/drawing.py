"""Figures of docs/hindcast.md."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emisim.figures import style
from emisim.hindcast.controls import Control
from emisim.hindcast.separation import Part

FOOT = "Made by make hindcast"
LABEL_GAP = 0.6
"""Distance of a number from its bar, percent points."""


def parts(found: Sequence[Part], observed: Part, message: str, subtitle: str) -> Figure:
    """Draw the parts of a change one after the other, with their ranges, up to the observed."""
    with style.context():
        figure = style.slide(message, subtitle, FOOT)
        axes = figure.add_axes((0.34, 0.13, 0.6, style.body_top(figure) - 0.16))
        rows = [*found, observed]
        place = np.arange(len(rows))[::-1]
        reached = 0.0
        for y, part in zip(place, rows, strict=True):
            start = 0.0 if part is observed else reached
            _bar(axes, y, start, part, last=part is observed)
            reached += part.value
        axes.axvline(0, color=style.palette()["ink"], linewidth=1)
        axes.set_yticks(place, [p.name for p in rows])
        axes.set_xlabel("change of the annual mean, 100 x logarithm (about %)")
        style.bare(axes, "left")
        axes.margins(x=0.12)
    return figure


def _bar(axes: Axes, y: float, start: float, part: Part, *, last: bool) -> None:
    """Draw one bar from ``start``, its range as a line, its number beside it."""
    colors = style.palette()
    color = colors["total"] if last else colors["rise" if part.value > 0 else "fall"]
    left, width = 100 * start, 100 * part.value
    axes.barh(y, width, left=left, color=color, height=0.55)
    ends = [left + 100 * part.low, left + 100 * part.high]
    axes.plot(ends, [y, y], color=colors["ink"], linewidth=1.5, marker="|", markersize=9)
    axes.text(
        max(*ends, left + width) + LABEL_GAP, y, f"{width:+.1f}", va="center", size=style.TEXT
    )


def months(control: Control, seen: pd.Series, error: float) -> Figure:
    """Draw the monthly means of the city and of its synthetic control.

    Parameters
    ----------
    seen
        Monthly means of the city, ug/m3, as ``control.series``.
    error
        Standard error of what is shared; the band is twice this in the later year.
    """
    named = ", ".join(
        f"{name} {weight:.0%}" for name, weight in control.weights.items() if weight >= 0.01
    )
    verb = "rose" if control.shared > 0 else "fell"
    with style.context():
        figure = style.slide(
            f"{control.city}'s neighbours, mixed to be like it in the base year, "
            f"{verb} by {abs(100 * np.expm1(control.shared)):.0f} %; it changed by "
            f"{100 * np.expm1(control.observed):+.0f} %",
            f"Monthly mean PM2.5, ug/m3; synthetic control of {named}; band: two standard errors",
            FOOT,
        )
        axes = figure.add_axes((0.07, 0.13, 0.89, style.body_top(figure) - 0.16))
        x = np.arange(len(seen))
        year = pd.PeriodIndex(seen.index).year
        later = year == year.max()
        mixed = control.series.to_numpy()
        colors = style.palette()
        axes.fill_between(
            x[later], (mixed * np.exp(-2 * error))[later], (mixed * np.exp(2 * error))[later],
            color=colors["rule"], alpha=0.6, linewidth=0,
        )  # fmt: skip
        axes.plot(x, mixed, "s--", color=colors["faint"], label="synthetic control")
        axes.plot(x, seen.to_numpy(), "o-", color=colors["PM2.5"], label=control.city)
        axes.axvline(x[later][0] - 0.5, color=colors["ink"], linewidth=1)
        shown = x[::3]
        axes.set_xticks(shown, [str(seen.index[i]) for i in shown])
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper left", bbox_to_anchor=(0.1, 1.0))
    return figure


def forecast(guess: Part, seen: Part, limit: float, message: str, subtitle: str) -> Figure:
    """Draw the forecast with its range, the target and the outcome with its range, in percent."""
    with style.context():
        figure = style.slide(message, subtitle, FOOT)
        axes = figure.add_axes((0.16, 0.2, 0.78, style.body_top(figure) - 0.3))
        colors = style.palette()
        for y, part, color in ((1, guess, colors["fall"]), (0, seen, colors["PM2.5"])):
            value, low, high = part.percent
            axes.plot([low, high], [y, y], color=color, linewidth=10, alpha=0.35)
            axes.plot(value, y, "o", color=color, markersize=14)
            axes.text(value, y + 0.17, f"{value:+.1f} %", ha="center", size=style.TEXT)
        axes.axvline(limit, color=colors["target"], linewidth=2)
        axes.text(
            limit, 1.62, f"target {limit:+.0f} %  ", color=colors["target"], ha="right",
            size=style.TEXT,
        )  # fmt: skip
        axes.set(ylim=(-0.5, 1.8))
        axes.set_yticks([1, 0], ["forecast", "observed"])
        axes.set_xlabel("change of the annual mean, %")
        axes.axvline(0, color=colors["rule"], linewidth=1, zorder=0)
        style.bare(axes, "left")
    return figure


def recovered(table: pd.DataFrame, rms: float) -> Figure:
    """Draw true against found effect of the weather in the made-up cities."""
    with style.context():
        figure = style.slide(
            f"Weather normalisation finds the effect of the weather to {100 * rms:.0f} % "
            "where it is known",
            "Made-up cities of two years; effect of the weather on the change of the annual mean, "
            "%; bars: standard error that the method states",
            FOOT,
        )
        side = style.body_top(figure) - 0.2
        axes = figure.add_axes((0.1, 0.13, 0.84, side))
        x, y = 100 * np.expm1(table["weather"]), 100 * np.expm1(table["found"])
        colors = style.palette()
        axes.errorbar(x, y, yerr=100 * table["error"], fmt="o", color=colors["fall"], capsize=3)
        ends = [min(x.min(), y.min()) - 2, max(x.max(), y.max()) + 2]
        axes.plot(ends, ends, color=colors["faint"], linewidth=1)
        axes.set_xlabel("true, %")
        axes.set_ylabel("found, %")
    return figure
