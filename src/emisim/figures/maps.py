"""Maps: where the emission is, and what the plan changes in the air."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import BoundaryNorm, Colormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Polygon, Rectangle
from matplotlib.path import Path
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from emisim.figures import classes, messages, placement, style
from emisim.figures.language import mass, percent, plain, say, term
from emisim.figures.stamp import footer
from emisim.vocabulary import MAP_SCENARIOS

FORMAT = ticker.FuncFormatter(lambda value, _: plain(value))
PANELS = MAP_SCENARIOS
LEGEND = {"map.class": 0.12, "map.of_total": 0.62, "map.of_area": 0.96}
"""Where the columns of the class legend stand: the first by its left end, the others by the right.
"""
ROOMY = 6
"""Districts up to which their names are as large as other text."""
NEEDLE = (0.055, 0.9)
"""Tip of the north arrow, in parts of the map."""


@dataclass(frozen=True)
class Atlas:
    """What all maps of a city share.

    Parameters
    ----------
    districts
        Polygons in the grid's CRS; columns ``district``, ``name_en``, ``name_zh``.
    monitors
        Columns station, name_zh, x, y (m in the grid's CRS); may be empty.
    approval
        Map approval number (审图号), empty while there is none.
    """

    districts: gpd.GeoDataFrame
    monitors: pd.DataFrame
    approval: str = ""


def extent(field: xr.DataArray) -> tuple[float, float, float, float]:
    """Return left, right, bottom, top of the cells' edges from the cell centres ``x`` and ``y``."""
    x, y = field["x"].values, field["y"].values
    dx, dy = (x[-1] - x[0]) / (len(x) - 1) / 2, (y[-1] - y[0]) / (len(y) - 1) / 2
    return x[0] - dx, x[-1] + dx, y[0] - dy, y[-1] + dy


def emission(
    field: xr.DataArray,
    by_district: pd.Series,
    atlas: Atlas,
    species: str,
    frame: style.Frame,
) -> Figure:
    """Draw one species' yearly emission per km2 and what each class holds of the total.

    ``field``: (y, x) t per km2 and year; ``by_district``: tonnes by district label.
    """
    values, lang = field.values, frame.lang
    named = by_district.rename(index=_names(atlas, lang))
    message = messages.concentrated(values, named, species, lang)
    subtitle = say("map.subtitle", lang, species=term(species, lang), **frame.where())
    with style.context():
        figure = style.slide(message, subtitle, footer(frame.stamp, (species,), lang))
        top = style.body_top(figure)
        axes = figure.add_axes((0.03, 0.095, 0.52, top - 0.095))
        limits = classes.powers(values)
        colors = classes.shades(len(limits) + 1)
        norm = BoundaryNorm([0, *limits, np.inf], len(colors))
        shown = np.ma.masked_equal(values, 0)
        _image(axes, field.copy(data=shown), ListedColormap(colors), norm)
        dress(axes, atlas, lang, names=True, size=style.SMALL)
        side = figure.add_axes((0.57, 0.1, 0.4, top - 0.12))
        _class_legend(side, values, limits, colors, lang)
        _district_bars(side, named, species, lang)
    return figure


def _names(atlas: Atlas, lang: str) -> dict[str, str]:
    return dict(zip(atlas.districts["district"], atlas.districts[f"name_{lang}"], strict=True))


def _image(axes: Axes, field: xr.DataArray, cmap: Colormap | str, norm: BoundaryNorm) -> AxesImage:
    return axes.imshow(
        field.data, origin="lower", extent=extent(field), cmap=cmap, norm=norm, zorder=2
    )


def dress(axes: Axes, atlas: Atlas, lang: str, *, names: bool, size: float) -> None:
    """Add borders, district names, monitors, scale bar, north arrow, approval slot and the note."""
    borders = atlas.districts
    paths = [_path(shape) for shape in borders.geometry]
    axes.add_collection(PathCollection(paths, fc=style.palette()["land"], lw=0, zorder=1))
    ink = style.palette()["ink"]
    axes.add_collection(PathCollection(paths, fc="none", ec=ink, lw=0.9, zorder=5))
    axes.set(xticks=[], yticks=[], aspect="equal")
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color(style.palette()["rule"])
    points = atlas.monitors
    axes.scatter(points["x"], points["y"], 46, color="white", ec="black", lw=1.2, zorder=7)
    _scale_bar(axes, lang, size)
    _north(axes, lang, size)
    _notes(axes, atlas, lang)
    if names:
        centre = borders.representative_point()
        rows = zip(centre.x, centre.y, borders[f"name_{lang}"], strict=True)
        room = borders.bounds["maxx"] - borders.bounds["minx"]
        order = np.argsort(borders.area.to_numpy())
        rows = [row for _, row in sorted(zip(np.argsort(order), rows, strict=True))]
        clear = list(zip(points["x"], points["y"], strict=True))
        placement.place(axes, rows, size + 1, clear, room.to_numpy()[order] * 0.8)


def _path(shape: BaseGeometry) -> Path:
    """Return a polygon or multipolygon as one path; its inner rings stay holes."""
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    rings = [r for p in map(orient, parts) for r in (p.exterior, *p.interiors)]
    return Path.make_compound_path(*(Path(np.asarray(r.coords), closed=True) for r in rings))


def _nice(value: float) -> float:
    power = 10.0 ** np.floor(np.log10(value))
    return max(step * power for step in (1, 2, 5) if step * power <= value)


def _scale_bar(axes: Axes, lang: str, size: float) -> None:
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    width, height = right - left, high - low
    length = _nice(width / 4)
    x, y = left + 0.04 * width, low + 0.035 * height
    for k, color in enumerate(("black", "white")):
        half = (x + k * length / 2, y)
        axes.add_patch(Rectangle(half, length / 2, 0.012 * height, fc=color, ec="black", zorder=9))
    text = say("map.km", lang, length=f"{length / 1000:g}")
    axes.text(
        x + length / 2, y + 0.02 * height, text, ha="center", va="bottom", size=size, zorder=9
    )


def _north(axes: Axes, lang: str, size: float) -> None:
    move = {"transform": axes.transAxes, "zorder": 9}
    notch = (NEEDLE[0], 0.845)
    axes.add_patch(Polygon([NEEDLE, (0.037, 0.83), notch], fc="black", **move))
    half = [NEEDLE, (0.073, 0.83), notch]
    axes.add_patch(Polygon(half, fc="white", ec="black", lw=0.8, **move))
    text = say("map.north", lang)
    axes.text(NEEDLE[0], 0.91, text, ha="center", va="bottom", size=size, weight="bold", **move)


def _notes(axes: Axes, atlas: Atlas, lang: str) -> None:
    approval = atlas.approval or say("map.no_approval", lang)
    text = say("map.note", lang, approval=approval)
    look = {"size": style.FOOT, "color": style.palette()["faint"]}
    axes.text(0, -0.012, text, transform=axes.transAxes, ha="left", va="top", **look)


def _class_legend(
    axes: Axes, values: np.ndarray, limits: np.ndarray, colors: np.ndarray, lang: str
) -> None:
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axis("off")
    kinds = np.digitize(values, limits, right=True)
    edges = [plain(v) for v in limits]
    texts = [f"≤ {edges[0]}", *[f"{a} – {b}" for a, b in pairwise(edges)]]
    texts.append(f"> {edges[-1]}")
    for key, x in LEGEND.items():
        ha = "left" if key == "map.class" else "right"
        text = say(key, lang)
        axes.text(x, 0.985, text, size=style.SMALL, color=style.palette()["faint"], ha=ha, va="top")
    name, of_total, of_area = LEGEND.values()
    for row, kind in enumerate(range(len(colors) - 1, -1, -1)):
        y = 0.875 - 0.07 * row
        inside = (kinds == kind) & (values > 0)
        axes.add_patch(Rectangle((0, y - 0.025), 0.09, 0.05, fc=colors[kind], ec="none"))
        axes.text(name, y, texts[kind], va="center")
        total = percent(values[inside].sum() / values.sum())
        axes.text(of_total, y, total, va="center", ha="right", weight="bold")
        area = percent(inside.sum() / (values > 0).sum())
        axes.text(of_area, y, area, va="center", ha="right")


def _district_bars(axes: Axes, by_district: pd.Series, species: str, lang: str) -> None:
    ranked = by_district.sort_values(ascending=False)
    head = say("map.by_district", lang, total=mass(ranked.sum(), lang))
    axes.text(0, 0.415, head, weight="bold", va="center")
    step = 0.36 / max(len(ranked), 1)
    for row, (name, tonnes) in enumerate(ranked.items()):
        y = 0.335 - step * row
        width = 0.38 * tonnes / ranked.max()
        color = style.palette()["total"]
        axes.add_patch(Rectangle((0.3, y - step * 0.33), width, step * 0.66, fc=color, ec="none"))
        size = style.TEXT if len(ranked) <= ROOMY else style.SMALL
        axes.text(0.28, y, name, ha="right", va="center", size=size)
        text = f"{mass(tonnes, lang)}  {percent(tonnes / ranked.sum())}"
        axes.text(0.3 + width + 0.015, y, text, va="center", size=style.SMALL)


def air(
    concentration: xr.DataArray,
    at_monitors: xr.DataArray,
    atlas: Atlas,
    species: str,
    rests_on: Sequence[str],
    frame: style.Frame,
) -> Figure:
    """Draw base year, stated plan and difference (ug/m3), one colour bar for the first two.

    ``concentration``: (scenario, y, x); ``at_monitors``: (scenario, station); both of one species.
    ``rests_on``: the emissions whose assumed shares the footer tells.
    """
    lang = frame.lang
    before, after = (float(at_monitors.sel(scenario=s).mean()) for s in PANELS)
    message = messages.air_effect(before, after, species, lang)
    subtitle = say("air.subtitle", lang, place=frame.place, species=term(species, lang))
    base, plan = (concentration.sel(scenario=s, drop=True) for s in PANELS)
    change = plan - base
    heads = [say(f"air.{p}", lang, year=y) for p, y in zip(PANELS, frame.years, strict=True)]
    with style.context():
        figure = style.slide(message, subtitle, footer(frame.stamp, tuple(rests_on), lang))
        top, width = style.body_top(figure), 0.3
        shared = classes.level_look(base.values, plan.values)
        looks = [shared, shared, classes.change_look(change.values)]
        images = []
        for k, (field, look) in enumerate(zip((base, plan, change), looks, strict=True)):
            axes = figure.add_axes((0.03 + k * (width + 0.02), 0.255, width, top - 0.3))
            images.append(_image(axes, field, *look))
            dress(axes, atlas, lang, names=k == 0, size=style.FOOT)
            head = [*heads, say("air.difference", lang)][k]
            axes.set_title(head, loc="left", size=style.TEXT, weight="bold")
        _bar(figure, images[0], (0.03, 0.62), say("air.bar", lang))
        _bar(figure, images[2], (0.67, 0.3), say("air.difference_bar", lang))
    return figure


def _bar(figure: Figure, image: AxesImage, place: tuple[float, float], text: str) -> None:
    left, width = place
    axes = figure.add_axes((left + 0.02 * width, 0.165, 0.96 * width, 0.028))
    bar = figure.colorbar(image, cax=axes, orientation="horizontal", format=FORMAT)
    bar.set_label(text, size=style.SMALL)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=style.SMALL)
