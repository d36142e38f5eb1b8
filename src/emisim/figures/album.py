"""All figures of a plan, in the order of a briefing, and why some are not among them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from emisim import output
from emisim.figures import (
    contributions,
    emissions,
    gauges,
    goals,
    maps,
    shifts,
    style,
    waterfall,
)
from emisim.figures.files import ABSENT
from emisim.figures.findings import LEDGER, MAPPED, Findings
from emisim.figures.language import say, term
from emisim.figures.typeface import legible

Table = TypeVar("Table", bound=pd.DataFrame)
AIR = {
    "PM2.5": ("PM2.5", "SO2", "NOx", "NH3"),
    "PM10": ("PM10", "SO2", "NOx", "NH3"),
    "SO2": ("SO2",),
    "NO2": ("NOx",),
}
"""Concentrations that are shown, each with the emissions that it rests on."""
MAPS_OF_AIR = ("PM2.5", "SO2")
CITY = "city"
TOLD = ("base", "reference", "stated")
"""Scenarios that a waterfall leads through."""


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
    served
        As from :func:`emisim.figures.shifts.amounts`; None if not known.
    """

    emission: xr.DataArray | None
    concentration: xr.DataArray | None
    atlas: maps.Atlas
    served: pd.DataFrame | None = None


class Page(NamedTuple):
    """A figure: its name, and either what draws it or why it can't be drawn."""

    name: str
    draw: Callable[[], Figure] | None
    reason: str = ""


def pages(material: Material, lang: str) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Yield name and maker of each figure; a maker draws when it is called."""
    for page in plates(material, lang):
        if page.draw is not None:
            yield page.name, page.draw


def absent(material: Material, lang: str) -> list[tuple[str, str]]:
    """Return name and reason of each figure that the results are not enough for."""
    return [(page.name, page.reason) for page in plates(material, lang) if page.draw is None]


def plates(material: Material, lang: str) -> Iterator[Page]:
    """Yield all figures, drawable or not."""
    material = _legible(material, lang)
    frame = style.Frame(material.place[lang], material.years, material.stamp, lang)
    kinds = tuple(dict.fromkeys(material.verdict["species"]))
    species = tuple(s for s in kinds if s in material.stamp.assumed)
    if material.verdict.empty:
        yield Page("targets", None, say("absent.targets", lang))
    for k, part in enumerate([] if material.verdict.empty else gauges.parts(material.verdict)):
        name = f"targets-{k + 1}" if k else "targets"
        yield Page(name, partial(gauges.gauges, material.verdict, species, frame, part))
    yield from _of_emissions(material, frame)
    for name in LEDGER:
        yield _tonnes(material, name, frame)
    yield from _of_air(material, frame)
    yield _shifts(material, frame)
    yield Page("effort", None, say("absent.effort", lang))


def _legible(material: Material, lang: str) -> Material:
    """Return the material with names that the figures can show, whatever is in the inputs."""
    place = {k: legible(v) for k, v in material.place.items()}
    districts = {k: {d: legible(n) for d, n in names.items()}
                 for k, names in material.districts.items()}  # fmt: skip
    columns = [f"{kind}_{lang}" for kind in ("name", "reason", "conditional_on")]
    atlas = replace(
        material.atlas,
        districts=_readable(material.atlas.districts, columns),
        monitors=_readable(material.atlas.monitors, ["name_zh"]),
    )
    tables = {k: _readable(getattr(material, k), columns) for k in ("ledger", "verdict")}
    return replace(material, place=place, districts=districts, atlas=atlas, **tables)


def _readable(table: Table, columns: Sequence[str]) -> Table:
    found = [c for c in columns if c in table]
    return table.assign(**{c: [legible(str(v)) for v in table[c]] for c in found})


def _of_emissions(material: Material, frame: style.Frame) -> Iterator[Page]:
    base = material.inside()
    if base.empty or not base["tonnes"].sum():
        reason = say("absent.emission", frame.lang)
        yield from (Page(name, None, reason) for name in ("sectors", "months"))
        return
    yield Page("sectors", partial(emissions.sectors, base, frame))
    yield Page("months", partial(emissions.monthly, base, material.heating, frame))
    for name in MAPPED:
        key = f"emission-{name}"
        if material.emission is None or not float(material.emission.sel(species=name).sum()):
            yield Page(key, None, say("absent.grid", frame.lang, species=term(name, frame.lang)))
        else:
            yield Page(key, partial(_emission_map, material, name, frame))


def _tonnes(material: Material, name: str, frame: style.Frame) -> Page:
    rows, sums = material.measures(name), material.by_scenario(name)
    key, lang = f"measures-{name}", frame.lang
    missing = [s for s in TOLD if s not in sums]
    if missing:
        return Page(key, None, say("absent.scenario", lang, names=", ".join(missing)))
    if not sums["base"]:
        return Page(key, None, say("absent.emission", lang))
    return Page(key, partial(waterfall.waterfall, sums, rows, name, frame))


def _of_air(material: Material, frame: style.Frame) -> Iterator[Page]:
    lang = frame.lang
    if material.by_area is None or material.concentration is None:
        names = ("steps-PM2.5", "contributions-PM2.5", *(f"air-{s}" for s in MAPS_OF_AIR))
        yield from (Page(name, None, say("absent.air", lang)) for name in names)
        return
    for name in goals.species(material.verdict):
        if name in AIR:
            yield _steps(material, name, frame)
    for name in MAPS_OF_AIR:
        yield _air(material, name, frame)
    for name in goals.species(material.verdict):
        if name in AIR:
            yield _contributions(material, name, frame)


def _air(material: Material, name: str, frame: style.Frame) -> Page:
    known = set(material.concentration["species"].values)
    scenarios = set(material.concentration["scenario"].values)
    missing = [s for s in maps.PANELS if s not in scenarios]
    if name not in known or missing or not _mapped(material, name):
        what = ", ".join(missing) or term(name, frame.lang)
        return Page(f"air-{name}", None, say("absent.scenario", frame.lang, names=what))
    return Page(f"air-{name}", partial(_air_map, material, name, frame))


def _mapped(material: Material, name: str) -> bool:
    """Return whether the map of a species holds a number at all."""
    return bool(material.concentration.sel(species=name).notnull().any())


def _steps(material: Material, name: str, frame: style.Frame) -> Page:
    key, lang = f"steps-{name}", frame.lang
    rows = material.effects
    if rows is None:
        return Page(key, None, say("absent.effects", lang))
    chosen = rows[(rows["species"] == name) & (rows["scenario"] == "stated")]
    here = chosen[chosen["receptor"] == CITY]
    levels = goals.levels(material.by_area, name, CITY)
    if here.empty or any(s not in levels for s in TOLD):
        return Page(key, None, say("absent.effects", lang))
    named = _named(here[here["order"] > 0], material.ledger, lang)
    goal = goals.level(material.verdict, name, CITY, lang)
    place = say("area.city", lang)
    return Page(key, partial(waterfall.air, levels, named, name, place, AIR[name], frame, goal))


def _named(effects: pd.DataFrame, ledger: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return the effects with the measures' names, the id where the ledger has none."""
    names = ledger.drop_duplicates("id").set_index("id")[f"name_{lang}"]
    return effects.assign(name=effects["id"].map(names).fillna(effects["id"]))


def _contributions(material: Material, name: str, frame: style.Frame) -> Page:
    key, lang = f"contributions-{name}", frame.lang
    rows = material.contributions
    if rows is None:
        return Page(key, None, say("absent.contributions", lang))
    here = rows[(rows["species"] == name) & (rows["scenario"] == "base")]
    names = _receptors(material, lang)
    here = here[here["receptor"].astype(str).isin(list(names))]
    if here.empty or not here["ug_m3"].sum():
        return Page(key, None, say("absent.contributions", lang))
    kept = {r: n for r, n in names.items() if r in set(here["receptor"])}
    districts = material.districts[lang]
    draw = partial(contributions.contributions, here, kept, districts, name, AIR[name], frame)
    return Page(key, draw)


def _receptors(material: Material, lang: str) -> dict[str, str]:
    """Return the city's mean and the monitors, or the districts where there is none."""
    points = material.atlas.monitors
    column = "name_zh" if lang == "zh" and "name_zh" in points else "station"
    names = dict(zip(points["station"].astype(str), points[column].astype(str), strict=True))
    return {CITY: say("area.city", lang)} | (names or dict(material.districts[lang]))


def _shifts(material: Material, frame: style.Frame) -> Page:
    if material.served is None:
        return Page("shifts", None, say("absent.served", frame.lang))
    moved = {*shifts.SCENARIOS} <= set(material.served["scenario"])
    if not moved or shifts.changes(material.served, frame.lang).empty:
        return Page("shifts", None, say("message.no_shift", frame.lang))
    return Page("shifts", partial(shifts.shifts, material.served, frame))


def _emission_map(material: Material, name: str, frame: style.Frame) -> Figure:
    base = material.inside()
    by_district = base[base["species"] == name].groupby("district")["tonnes"].sum()
    field = material.emission.sel(species=name, drop=True)
    return maps.emission(field, by_district, material.atlas, name, frame)


def _air_map(material: Material, name: str, frame: style.Frame) -> Figure:
    field = material.concentration.sel(species=name, drop=True)
    mean = goals.at_place(material, name)
    return maps.air(field, mean, material.atlas, name, AIR[name], frame)


def draw(material: Material, lang: str, folder: str | Path) -> list[Path]:
    """Draw and write every figure into ``folder`` as NN-name.png, .svg and .pdf; return the paths.

    What could not be drawn stands in ``absent.csv`` with the reason.
    """
    written: list[Path] = []
    for number, (name, make) in enumerate(pages(material, lang), start=1):
        written += style.save(make(), Path(folder) / f"{number:02d}-{name}")
    missing = pd.DataFrame(absent(material, lang), columns=["figure", "reason"])
    with output.atomic(Path(folder) / ABSENT) as temporary:
        missing.to_csv(temporary, index=False, lineterminator="\n")
    return written
