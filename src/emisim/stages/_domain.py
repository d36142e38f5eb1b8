"""A city's polygons and grid, which gridding, transport and maps must share."""

from pathlib import Path

import pandas as pd

from emisim import boundaries, grid
from emisim.city import City, Factors
from emisim.grid import Grid


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
