"""Figures of the validation page."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from emisim import units
from emisim.figures import style
from emisim.validation.experiment import SOURCES, Setting

KM = units.factor("km", "m")
DECADES = 3
FOOT = "Made by make validate"


def maps(truth: np.ndarray, model: np.ndarray, s: Setting, station: str) -> Figure:
    """Draw the hourly reference above the class model, one column per source."""
    with style.context():
        figure = style.slide(
            f"A year of {station}: above hour by hour, below by weather classes",
            "Annual mean at the ground, share of the largest of the hourly run; axes in km",
            FOOT,
        )
        edges = s.mesh.x_edges / KM
        top, width, height = style.body_top(figure), 0.2, 0.35
        for i, name in enumerate(SOURCES):
            for row, field in enumerate((truth[i], model[i])):
                box = (0.05 + i * 0.225, top - 0.04 - (row + 1) * height, width, height - 0.04)
                axes = figure.add_axes(box)
                least = 10.0**-DECADES
                norm = LogNorm(least, 1)
                mesh = axes.pcolormesh(
                    edges, edges, np.maximum(field / truth[i].max(), least), norm=norm,
                    cmap="magma_r", rasterized=True,
                )  # fmt: skip
                axes.set_aspect("equal")
                axes.tick_params(labelleft=i == 0, labelbottom=row == 1, labelsize=style.SMALL)
                if row == 0:
                    axes.set_title(name, size=style.TEXT)
        bar = figure.add_axes((0.955, top - 0.04 - 2 * height, 0.008, 2 * height - 0.04))
        bar.tick_params(labelsize=style.FOOT)
        figure.colorbar(mesh, cax=bar, format="%g", ticks=[10.0**-n for n in range(DECADES + 1)])
    return figure


def rings(scores: Mapping[str, np.ndarray], names: list[str], station: str) -> Figure:
    """Draw the bias by ring of every class set or method, city by night and stack.

    scores: name -> (2, source, ring), bias and error.
    """
    shown = (2, 3)
    with style.context():
        figure = style.slide(
            "What the choice of classes and of the method does to the annual mean",
            f"Bias of the annual mean at the ground against the hourly run, {station}",
            FOOT,
        )
        top = style.body_top(figure)
        for column, source in enumerate(shown):
            axes = figure.add_axes((0.3 + column * 0.35, 0.12, 0.32, top - 0.3))
            _ring_dots(axes, {k: v[0, source] for k, v in scores.items()}, names)
            axes.set_title(SOURCES[source], size=style.TEXT)
            axes.tick_params(labelleft=column == 0)
            if column == 0:
                axes.legend(loc="lower left", ncols=1, bbox_to_anchor=(-0.85, 0.98))
    return figure


def _ring_dots(axes: Axes, biases: Mapping[str, np.ndarray], names: list[str]) -> None:
    """Draw one line of dots per name, a dot per ring, within the target band."""
    colors = [style.palette()[role] for role in ("ink", "fall", "rise", "faint")]
    place = np.arange(len(biases))[::-1]
    for ring, name in enumerate(names):
        values = [100 * bias[ring] for bias in biases.values()]
        axes.plot(values, place, "o", color=colors[ring % len(colors)], label=name)
    axes.axvline(0, color=style.palette()["faint"], linewidth=1)
    axes.set_yticks(place, list(biases), size=style.SMALL)
    axes.set_xlabel("bias, %")
    axes.grid(axis="y", alpha=0.3)


def ratios(table: pd.DataFrame) -> Figure:
    """Draw the ring means of model and AERMOD over distance."""
    quotient = table["model / AERMOD"]
    with style.context():
        figure = style.slide(
            f"Ring means are {quotient.min():.2g} to {quotient.max():.2g} times those of AERMOD",
            "Annual mean on rings around 1 km2 that emits 1 g/s, ug/m3",
            FOOT,
        )
        axes = figure.add_axes((0.09, 0.13, 0.86, style.body_top(figure) - 0.16))
        for column, role, marker in (("AERMOD", "faint", "s"), ("model", "fall", "o")):
            color = style.palette()[role]
            axes.plot(table["distance, km"], table[column], f"{marker}-", color=color, label=column)
        axes.set(xscale="log", yscale="log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xlabel("distance, km")
        axes.legend()
    return figure


def cuts(table: pd.DataFrame) -> Figure:
    """Draw what cuts of ammonia do, and what a constant share would make of them."""
    with style.context():
        figure = style.slide(
            "Ammonia is a threshold lever",
            "Change of sulfate, nitrate and ammonium of the particles, ug/m3",
            FOOT,
        )
        axes = figure.add_axes((0.09, 0.13, 0.86, style.body_top(figure) - 0.16))
        x = 100 * table["cut of NH3"]
        ink, faint = style.palette()["ink"], style.palette()["faint"]
        axes.plot(x, table["change, ug/m3"], "o-", color=ink, label="partition")
        axes.plot(x, table["if it were proportional"], "--", color=faint, label="proportional")
        axes.set_xlabel("cut of ammonia, %")
        axes.legend()
    return figure
