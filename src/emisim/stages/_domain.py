"""A city's polygons and grid, which gridding, transport and maps must share."""

import pandas as pd

from emisim import boundaries, grid
from emisim.city import City
from emisim.grid import Grid


def polygons_and_grid(city: City) -> tuple[pd.Series, Grid]:
    """Return the district polygons (WGS84, by district) and the grid around them."""
    polygons = boundaries.of_city(city)
    settings = city.settings.grid
    return polygons, grid.around(
        polygons.to_numpy(), settings.cell_size, settings.margin, settings.crs
    )
