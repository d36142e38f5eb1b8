"""Industrial processes: ``E = A EF (1 - eta)`` with A the product and EF before any collector.

CO2 is the process's own (calcination) plus that of the fuel, ``fuel_use`` per unit of product.
Channelled and fugitive parts are two sources (technology ``stack`` and ``fugitive``).
"""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.city import City
from emisim.factors import Factors
from emisim.sectors import _common, _fuel
from emisim.tables import Parameters
from emisim.vocabulary import SPECIES

TOPIC = "industry"
CARBON_DIOXIDE = SPECIES.index("CO2")
FUGITIVE = "fugitive"
"""Technology whose emission leaves through doors, roofs and belts, not a stack."""
FUGITIVE_RELEASE = "building"


def build(city: City, factors: Factors) -> xr.Dataset:
    """Return the inventory of industrial processes. Errors as :func:`_common.of_products`."""
    rows = city.table(TOPIC)
    rows["release"] = rows["release"].where(rows["technology"] != FUGITIVE, FUGITIVE_RELEASE)
    table = factors[TOPIC]
    factor, assumed = _common.emission_factors(rows, table)
    carbon, carbon_assumed = fuel_carbon_dioxide(
        rows, table, factors["combustion"], city.parameters("coal_quality")
    )
    factor[:, CARBON_DIOXIDE] += carbon
    assumed[:, CARBON_DIOXIDE] |= carbon_assumed
    return _common.of_products(rows, factor, assumed, city, TOPIC)


def fuel_carbon_dioxide(
    rows: pd.DataFrame, table: Parameters, combustion: Parameters, quality: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return CO2 (n,) of the fuel in kg per activity unit, and whether it is assumed.

    ``fuel_use`` x CO2 per unit of fuel; 0 where the process burns none.
    """
    use, use_assumed = fuel_use(rows, table)
    as_fuel = rows.assign(activity_unit=_fuel.unit_of(rows["fuel"]))
    carbon, carbon_assumed = _fuel.carbon_dioxide(as_fuel, quality, combustion)
    burns = use > 0
    value = np.where(burns, use * np.nan_to_num(carbon), 0)
    return value, burns & (use_assumed | carbon_assumed)


def fuel_use(rows: pd.DataFrame, table: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return fuel burnt (n,) per activity unit (t, or m3 of gas), and whether it is assumed."""
    value, assumed = np.zeros(len(rows)), np.zeros(len(rows), dtype=bool)
    fuel_unit = _fuel.unit_of(rows["fuel"])
    for unit in sorted(set(fuel_unit)):
        members = (fuel_unit == unit).to_numpy()
        found, flag = table.match(
            rows[members], ("fuel_use",), f"{unit}/({{activity_unit}})", required=False
        )
        value[members], assumed[members] = np.nan_to_num(found[:, 0]), flag[:, 0]
    return value, assumed
