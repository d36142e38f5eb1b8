"""Non-road machinery: diesel burnt x fleet-average factor x ratio of the emission stage."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.city import City
from emisim.factors import Factors
from emisim.sectors import _common, _mobile
from emisim.sectors._speciation import carbon_shares, with_carbon
from emisim.vocabulary import SPECIES

TOPIC = "nonroad"
EXHAUST = ("CO", "VOC", "NOx", "NH3", "PM10", "PM2.5")
AT = [SPECIES.index(s) for s in EXHAUST]
CARBON = [SPECIES.index(s) for s in ("BC", "OC")]


def build(city: City, factors: Factors) -> xr.Dataset:
    """Return the inventory of construction, farm and mining machines (activity in t of fuel)."""
    rows = _mobile.expand_fleet(city.table(TOPIC), factors["fleet"])
    factor, assumed = machine_factor(rows, city)
    n = len(rows)
    burnt = _common.annual(rows, city, TOPIC)
    none = np.zeros((n, len(SPECIES)))
    return _common.assemble(rows, burnt, factor, none, np.ones(n), assumed, city)


def machine_factor(rows: pd.DataFrame, city: City) -> tuple[np.ndarray, np.ndarray]:
    """Return factors (n, 10) in kg per t of fuel and whether each is assumed.

    The service of a machine is counted as fuel burnt, so that replacing a stage by a later one
    moves the same fuel.
    """
    table = city.factors[TOPIC]
    factor, assumed = np.zeros((len(rows), len(SPECIES))), np.zeros((len(rows), len(SPECIES)), bool)
    average, assumed_average = table.match(rows, EXHAUST, "kg/t")
    ratio, assumed_ratio = table.match(rows, [f"stage:{s}" for s in EXHAUST], "fraction")
    factor[:, AT] = average * ratio
    assumed[:, AT] = assumed_average | assumed_ratio
    mass = _common.annual(rows.assign(value=1, unit="t"), city, TOPIC, "kg")
    _mobile.add_fuel_species(factor, assumed, mass, rows, table)
    shares, assumed_shares = carbon_shares(rows, table)
    assumed[:, CARBON] |= assumed_shares
    return with_carbon(factor, shares), assumed
