"""What figures and briefing show, gathered from the files of one plan's results."""

import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyproj
import xarray as xr

from emisim import __version__, boundaries, grid, gridding, units
from emisim import plan as plans
from emisim.city import City
from emisim.figures.album import MAPPED, Material
from emisim.figures.maps import Atlas
from emisim.figures.style import Stamp
from emisim.grid import Grid
from emisim.plan_model import Plan
from emisim.stages import _domain, _files, _plan


@dataclass(frozen=True)
class Results:
    """Paths of the results that are shown."""

    scenarios: str
    ledger: str
    air: str
    verdict: str
    provenance: str
    emissions: str


def gather(city: City, document: Plan, scenarios: xr.Dataset, paths: Results) -> Material:
    """Return everything that is shown of a plan.

    Parameters
    ----------
    city, document, scenarios
        The city's folder, the plan and its scenarios, as read.
    paths
        Where the results stand.
    """
    air = _files.load(paths.air)
    domain = grid.from_attrs(air.attrs)
    report = json.loads(Path(paths.provenance).read_text(encoding="utf-8"))
    return Material(
        place={"en": city.settings.name, "zh": city.settings.name_zh},
        years=(document.base_year, document.year),
        heating=city.settings.heating_months,
        totals=totals(scenarios),
        ledger=table(paths.ledger),
        verdict=table(paths.verdict),
        emission=density(gridding.read(paths.emissions, MAPPED), domain),
        concentration=air["concentration"].rename(mapped="scenario"),
        at_monitors=air["at_monitors"],
        by_area=air["by_area"],
        anchor_ratio=air["anchor_ratio"],
        atlas=atlas(city, domain.crs),
        stamp=Stamp(
            report["digest"],
            report["assumed_share"],
            report["assumed_factor_share"],
            __version__,
        ),
    )


def of_plan(city: str, factors: str, plan: str, paths: Results) -> tuple[Plan, Material]:
    """Return the plan of the results, a draft where they are of one, and what is shown of it."""
    scenarios = _files.load(paths.scenarios)
    document = plans.read(plan, draft=_plan.is_draft(scenarios))
    return document, gather(_domain.read(city, factors), document, scenarios, paths)


def totals(scenarios: xr.Dataset) -> pd.DataFrame:
    """Return the totals of all scenarios in t per month, one row each."""
    tonnes = scenarios["total"] * units.factor("kg", "t")
    return tonnes.reset_coords(drop=True).rename("tonnes").to_series().reset_index()


def density(mass: xr.DataArray, domain: Grid) -> xr.DataArray:
    """Return annual emission (species, y, x) in t per km2 from kg per cell and month."""
    annual = mass.sum(("sector", "month")) * units.factor("kg", "t")
    area = domain.areas() * units.factor("m2", "km2")
    return annual / xr.DataArray(area, dims=("y", "x"))


def atlas(city: City, crs: str) -> Atlas:
    """Return districts and monitors in the coordinates of the grid."""
    polygons = boundaries.of_city(city)
    names = {name: d.name_zh for name, d in city.settings.districts.items()}
    frame = gpd.GeoDataFrame(
        {"district": list(names), "name_en": list(names), "name_zh": list(names.values())},
        geometry=polygons.reindex(list(names)).to_list(),
        crs=grid.WGS84,
    ).to_crs(crs)
    monitors = _domain.monitors(city)
    to_plane = pyproj.Transformer.from_crs(grid.WGS84, crs, always_xy=True)
    x, y = to_plane.transform(monitors["lon"].to_numpy(), monitors["lat"].to_numpy())
    return Atlas(frame, monitors.assign(x=x, y=y))


SENTENCES = ("_en", "_zh")
"""Ends of the names of text columns, which may be empty from top to bottom."""


def table(path: str | Path) -> pd.DataFrame:
    """Return a result table; empty text stays text."""
    frame = pd.read_csv(path)
    words = frame.select_dtypes(include=["object", "string"]).columns
    text = [*words, *(n for n in frame if n.endswith(SENTENCES) and n not in words)]
    return frame.assign(**{name: frame[name].astype(object).fillna("") for name in text})
