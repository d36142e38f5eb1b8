"""A city as the stages need it: tables, polygons, grid, monitors, observations."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim import boundaries, csvtable, grid, gridding
from emisim.air import observations
from emisim.city import CITY_TOTAL, City
from emisim.csvtable import VALUE, Column
from emisim.factors import Factors
from emisim.grid import Grid
from emisim.gridding import places
from emisim.tables import check_known, check_sources
from emisim.target_record import HELD, check_unit

BUILT_UP = "builtup:"
MONITORS = (
    *(Column(name) for name in ("station", "name_zh", "district", "status", "source")),
    *(Column(name, number=True) for name in ("lon", "lat")),
    Column("note", required=False),
)
OBSERVED = (
    *(Column("district"), Column("station", required=False), Column("species")),
    *(Column("year", number=True), Column("month", number=True, required=False)),
    *VALUE,
)
OBSERVED_UNITS = {
    **dict.fromkeys((*observations.SPECIES, "CO", "O3"), "ug/m3"),
    **HELD,
}
"""What ``observed.csv`` may hold: mean concentrations, and what is held beside them."""


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
    table = csvtable.read_table(path, MONITORS, key=("station",))
    check_known(table, "district", city.names, path)
    return table


def observed(city: City) -> pd.DataFrame:
    """Return ``observed.csv``: annual and monthly mean concentrations, and what is held beside."""
    path = city.folder / "observed.csv"
    table = csvtable.read_table(
        path, OBSERVED, key=("district", "station", "year", "month", "species")
    )
    check_known(table, "district", [*city.names, CITY_TOTAL], path)
    check_known(table, "species", OBSERVED_UNITS, path)
    check_sources(table, city.factors.sources, path)
    for row, (species, unit) in table[["species", "unit"]].drop_duplicates().iterrows():
        check_unit(unit, OBSERVED_UNITS[species], path, int(str(row)))
    return table


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
    found = places.weigh(names, domain, table, polygons, {})
    weights = np.zeros((len(names), domain.size))
    np.add.at(weights, (found.place, found.cell), found.share)
    weights /= weights.sum(axis=1, keepdims=True)
    return xr.DataArray(weights, {"district": city.names}, ("district", "cell"))


def check(city: City, base: xr.Dataset) -> None:
    """Check what is read after the inventory: places, monitors, observations.

    Raises
    ------
    InputError
        The first thing that is wrong.
    """
    gridding.of_city(city, base)
    monitors(city)
    observed(city)
