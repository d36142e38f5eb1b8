"""A made-up city of two rectangular districts for the gridding tests."""

import numpy as np
import pandas as pd
import shapely

from emisim import grid
from emisim.example import inventory
from emisim.vocabulary import OUTSIDE

DISTRICTS = pd.Series(
    [shapely.box(113.0, 38.0, 113.2, 38.1), shapely.box(113.0, 37.9, 113.2, 38.0)],
    index=pd.Index(["Upper", "Lower"], name="district"),
)
LINE = "LINESTRING (113.02 37.95, 113.18 37.95)"
PLACES = pd.DataFrame(
    [
        ("corridor", 0.75, shapely.from_wkt(LINE)),
        ("corridor", 0.25, "district:Lower"),
        ("beyond", 1.0, shapely.box(113.15, 38.05, 113.45, 38.06)),
    ],
    columns=["place", "weight", "shape"],
)


def domain(cell_size=1000.0):
    return grid.around(DISTRICTS, cell_size, 2 * cell_size)


def sources():
    """The example inventory, with a point, a corridor and a place half outside the domain."""
    base = inventory()
    place = np.where(base["sector"] == "freight", "corridor", "")
    place = np.where(base["source"] == "stoves", "beyond", place).astype(object)
    lon = np.where(base["source"] == "boiler 20 t/h", 113.05, np.nan)
    lat = np.where(base["source"] == "boiler 20 t/h", 37.97, np.nan)
    assert (base["district"] == OUTSIDE).sum() == 1
    return base.assign_coords(place=("source", place), lon=("source", lon), lat=("source", lat))
