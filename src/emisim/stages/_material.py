"""What figures and briefing show, gathered from the files of one plan's results."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyproj
import xarray as xr

from emisim import __version__, boundaries, csvtable, grid, units
from emisim.city import City, Factors
from emisim.figures.album import Material
from emisim.figures.maps import Atlas
from emisim.figures.style import Stamp
from emisim.plan_model import Plan
from emisim.stages import _files

MONITOR_COLUMNS = (
    *(csvtable.Column(name) for name in ("station", "name_zh", "district", "status", "source")),
    *(csvtable.Column(name, number=True) for name in ("lon", "lat")),
    csvtable.Column("note", required=False),
)


def read_city(folder: str | Path) -> City:
    """Return a city with the factor tables that stand beside it."""
    return City.read(folder, Factors(Path(folder).parents[1] / "factors"))


def gather(city: City, document: Plan, paths: dict[str, str]) -> Material:
    """Return everything that is shown.

    Parameters
    ----------
    city, document
        The city's folder and the plan, as read.
    paths
        ``scenarios``, ``ledger``, ``air``, ``verdict``, ``provenance`` and, for maps of
        emissions, ``emissions``.
    """
    scenarios = _files.load(paths["scenarios"])
    air = _files.load(paths["air"])
    gridded = _files.load(paths["emissions"]) if "emissions" in paths else None
    report = json.loads(Path(paths["provenance"]).read_text(encoding="utf-8"))
    return Material(
        place={"en": city.settings.name, "zh": city.settings.name_zh},
        years=(document.base_year, document.year),
        heating=city.settings.heating_months,
        totals=totals(scenarios),
        ledger=_table(paths["ledger"]),
        verdict=_table(paths["verdict"]),
        emission=None if gridded is None else density(gridded),
        concentration=air["concentration"],
        at_monitors=air["at_monitors"],
        atlas=atlas(city, grid.from_attrs(air.attrs).crs),
        stamp=Stamp(report["digest"], report["assumed_share"], __version__),
    )


def totals(scenarios: xr.Dataset) -> pd.DataFrame:
    """Return the totals of all scenarios in t per month, one row each."""
    tonnes = scenarios["total"] * units.factor("kg", "t")
    return tonnes.reset_coords(drop=True).rename("tonnes").to_series().reset_index()


def density(gridded: xr.Dataset) -> xr.DataArray:
    """Return annual emission (species, y, x) in t per km2 and year."""
    raise NotImplementedError


def atlas(city: City, crs: str) -> Atlas:
    """Return districts and monitors in the coordinates of the grid."""
    polygons = boundaries.of_city(city)
    names = {name: d.name_zh for name, d in city.settings.districts.items()}
    frame = gpd.GeoDataFrame(
        {"district": list(names), "name_en": list(names), "name_zh": list(names.values())},
        geometry=polygons.reindex(list(names)).to_list(),
        crs=grid.WGS84,
    ).to_crs(crs)
    monitors = csvtable.read_table(city.folder / "monitors.csv", MONITOR_COLUMNS)
    to_plane = pyproj.Transformer.from_crs(grid.WGS84, crs, always_xy=True)
    x, y = to_plane.transform(monitors["lon"].to_numpy(), monitors["lat"].to_numpy())
    return Atlas(frame, monitors.assign(x=x, y=y))


def _table(path: str | Path) -> pd.DataFrame:
    """Return a result table; empty text stays text."""
    frame = pd.read_csv(path)
    text = frame.select_dtypes(include=["object", "string"]).columns
    return frame.assign(**{name: frame[name].fillna("") for name in text})
