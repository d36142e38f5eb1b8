"""Open burning of straw.

    A = crop output x straw/grain ratio x open-burned share x burn rate x dry-matter share

with the crop output (t) from ``burning.csv`` and the rest from ``factors/burning.csv``; factors are
per kg of dry straw burnt. CO2 of straw is biogenic and not counted.
"""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.city import City
from emisim.factors import Factors
from emisim.sectors import _common
from emisim.tables import Parameters

TOPIC = "burning"
CHAIN = ("straw_grain_ratio", "open_burned_share", "burn_rate", "dry_matter_share")


def build(city: City, factors: Factors) -> xr.Dataset:
    """Return the inventory of straw burnt in the open (activity in t of dry straw).

    Raises
    ------
    InputError
        A crop without straw parameters or factors.
    """
    rows, table = city.table(TOPIC), factors[TOPIC]
    burnt, burnt_assumed = burnt_share(rows, table)
    factor, assumed = _common.emission_factors(rows, table)
    removal, removal_assumed = _common.removal_from_controls(rows, factor, factors["controls"])
    return _common.assemble(
        rows,
        _common.annual(rows, city, TOPIC) * burnt,
        factor,
        removal,
        _common.product_output(rows),
        assumed | removal_assumed | (burnt_assumed[:, None] & (factor > 0)),
        city,
    )


def burnt_share(rows: pd.DataFrame, table: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return dry straw burnt per crop output (n,), kg/kg, and whether it is assumed (n,)."""
    values, assumed = table.match(rows, CHAIN, "fraction")
    return values.prod(axis=1), assumed.any(axis=1)
