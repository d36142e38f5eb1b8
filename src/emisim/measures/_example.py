"""A tiny town for the worked examples: the example inventory, and buses, road dust and pigs."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim import example, fleet
from emisim.base_year import remember
from emisim.inventory import concat
from emisim.vocabulary import OUTSIDE, SPECIES

CITE = {"basis": "stated", "clause": "1"}
"""A citation for made-up examples."""

_COLUMNS = (
    *("source", "sector", "process", "fuel", "standard", "district", "service"),
    *("activity_unit", "annual", "output", "NOx", "PM10", "PM2.5", "NH3"),
)
_ROWS = (
    ("diesel buses", "vehicles", "city-bus", "diesel", "china-4", "Lower", "travel",
     "km", 6.0e6, 1.0, 0.008, 0.0001, 0.00009, 0.0),
    ("electric buses", "vehicles", "city-bus", "electricity", "", OUTSIDE, "travel",
     "kWh", 0.0, 0.8, 0.0002, 0.00004, 0.00002, 0.0),
    ("road dust", "dust", "paved-road", "none", "", "Lower", "none",
     "km", 1.0e7, 0.0, 0.0, 0.02, 0.005, 0.0),
    ("pigs", "ammonia", "pig", "none", "", "Upper", "none",
     "head year", 5000.0, 0.0, 0.0, 0.0, 0.0, 4.0),
    ("straw", "burning", "straw-maize", "biomass", "", "Upper", "none",
     "t", 800.0, 0.0, 3.0, 12.0, 11.0, 0.5),
)  # fmt: skip

_BUSES = [["diesel", "china-4", 2013.0], ["electricity", "", 2010.0]]
_TRUCKS = [["diesel", "china-3", 2008.0], ["diesel", "china-6", 2019.0]]
_RENEWAL = {"mean_life": 10.0, "survival_shape": 4.0, "stock_growth": 0.0}
_FLEETS = {
    "city-bus": _RENEWAL | {"sales_start": _BUSES},
    "heavy-truck": _RENEWAL | {"sales_start": _TRUCKS},
}


def town(year: int = 2019) -> xr.Dataset:
    """Return the example inventory with five more sources; numbers are round and made up.

    Examples
    --------
    >>> town().sizes["source"]
    12
    """
    frame = pd.DataFrame(_ROWS, columns=list(_COLUMNS)).set_index("source")
    factor = np.column_stack([frame.get(s, np.zeros(len(frame))) for s in SPECIES])
    monthly = np.tile(frame["annual"].to_numpy()[:, None] / 12, 12)
    more = example.made_up(frame, monthly, factor, year)
    whole = concat([example.inventory(year), more])
    ready = fleet.prepared(remember(whole), _FLEETS)
    return ready.assign_attrs(heating_months=[11, 12, 1, 2, 3])


def fields(**more: object) -> dict[str, object]:
    """Return the fields that every measure needs, in force all year, with ``more`` beside them."""
    whole = {"value": 1.0, "unit": "fraction", "cite": CITE}
    return {
        "id": "M1",
        "clause": "1",
        "name_en": "example",
        "name_zh": "示例",
        "start": "2019-01-01",
        "coverage": whole,
        "effectiveness": whole,
        **more,
    }


def number(value: float, unit: str = "fraction") -> dict[str, object]:
    """Return a stated quantity as plain data."""
    return {"value": value, "unit": unit, "cite": CITE}
