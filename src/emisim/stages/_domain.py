"""A city as the stages need it: tables, polygons, grid, monitors."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim import boundaries, csvtable, grid, gridding
from emisim.city import City
from emisim.csvtable import Column
from emisim.factors import Factors
from emisim.grid import Grid
from emisim.gridding import places
from emisim.tables import check_known

BUILT_UP = "builtup:"
MONITORS = (
    *(Column(name) for name in ("station", "name_zh", "district", "status", "source")),
    *(Column(name, number=True) for name in ("lon", "lat")),
    Column("note", required=False),
)


def read(city: str | Path, factors: str | Path) -> City:
    """Return the city of a folder, with the factor tables of another."""
    return City.read(city, Factors(Path(factors)))


def polygons_and_grid(city: City) -> tuple[pd.Series, Grid]:
    """Return the district polygons (WGS84, by district) and the grid around them."""
    polygons = boundaries.of_city(city)
    settings = city.settings.grid
    return polygons, grid.around(
        polygons.to_numpy(), settings.cell_size, settings.margin, settings.crs
    )


def monitors(city: City) -> pd.DataFrame:
    """Return ``monitors.csv``: station, names, district, WGS84 position."""
    path = city.folder / "monitors.csv"
    checks = (lambda table: check_known(table, "district", city.names, path),)
    return csvtable.read_table(path, MONITORS, key=("station",), checks=checks)


def people(city: City, polygons: pd.Series, domain: Grid) -> xr.DataArray:
    """Return where people of each district live: weights (district, cell) that sum to 1.

    The built-up place of a district in ``places.csv``, else the whole district.
    """
    table = gridding.read_places(city.folder / "places.csv", city.names, city.factors.sources)
    known = set(table["place"])
    names = [
        f"{BUILT_UP}{name}" if f"{BUILT_UP}{name}" in known else f"{places.DISTRICT}{name}"
        for name in city.names
    ]
    found = places.weigh(names, domain, table, polygons)
    weights = np.zeros((len(names), domain.size))
    np.add.at(weights, (found.place, found.cell), found.share)
    weights /= weights.sum(axis=1, keepdims=True)
    return xr.DataArray(weights, {"district": city.names}, ("district", "cell"))


def check(city: City, base: xr.Dataset) -> None:
    """Check what is read after the inventory: places and monitors.

    Raises
    ------
    InputError
        The first thing that is wrong.
    """
    gridding.of_city(city, base)
    monitors(city)
