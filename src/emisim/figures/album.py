"""All figures of a plan, in the order of a briefing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from emisim.figures import emissions, gauges, maps, style, waterfall
from emisim.figures.findings import LEDGER, MAPPED, Findings

AIR = {"PM2.5": ("PM2.5", "SO2", "NOx", "NH3"), "SO2": ("SO2",)}
"""Concentrations that are mapped, each with the emissions that it rests on."""


@dataclass(frozen=True, kw_only=True)
class Material(Findings):
    """Everything that the figures of one plan show.

    Parameters
    ----------
    emission
        (species, y, x) t per km2 and year of the base year; None while there is no grid.
    concentration
        (scenario, species, y, x), ug/m3; None without air.
    atlas
        Districts and monitors in the grid's CRS.
    """

    emission: xr.DataArray | None
    concentration: xr.DataArray | None
    atlas: maps.Atlas


def pages(material: Material, lang: str) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Yield name and maker of each figure; a maker draws when it is called."""
    frame = style.Frame(material.place[lang], material.years, material.stamp, lang)
    kinds = tuple(dict.fromkeys(material.verdict["species"]))
    species = tuple(s for s in kinds if s in material.stamp.assumed)
    yield "targets", partial(gauges.gauges, material.verdict, species, frame)
    base = material.inside()
    yield "sectors", partial(emissions.sectors, base, frame)
    yield "months", partial(emissions.monthly, base, material.heating, frame)
    for name in MAPPED if material.emission is not None else ():
        yield f"emission-{name}", partial(_emission_map, material, name, frame)
    for name in LEDGER:
        rows, sums = material.measures(name), material.by_scenario(name)
        yield f"measures-{name}", partial(waterfall.waterfall, sums, rows, name, frame)
    for name in AIR if material.concentration is not None else ():
        yield f"air-{name}", partial(_air_map, material, name, frame)


def _emission_map(material: Material, name: str, frame: style.Frame) -> Figure:
    base = material.inside()
    by_district = base[base["species"] == name].groupby("district")["tonnes"].sum()
    field = material.emission.sel(species=name, drop=True)
    return maps.emission(field, by_district, material.atlas, name, frame)


def _air_map(material: Material, name: str, frame: style.Frame) -> Figure:
    field = material.concentration.sel(species=name, drop=True)
    monitors = material.at_monitors.sel(species=name, drop=True)
    return maps.air(field, monitors, material.atlas, name, AIR[name], frame)


def draw(material: Material, lang: str, folder: str | Path) -> list[Path]:
    """Draw and write every figure into ``folder`` as NN-name.png and .svg; return the paths."""
    written: list[Path] = []
    for number, (name, make) in enumerate(pages(material, lang), start=1):
        written += style.save(make(), Path(folder) / f"{number:02d}-{name}")
    return written
