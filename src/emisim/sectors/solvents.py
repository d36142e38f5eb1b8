"""Solvent use, fuel stations and depots: ``E = A EF (1 - eta)``, VOC only.

The removal of a VOC device already counts the captured share of the flow (T/CSES 144-2024:
``eta`` times capture rate).
"""

import xarray as xr

from emisim.city import City
from emisim.factors import Factors
from emisim.sectors import _common

TOPIC = "solvents"


def build(city: City, factors: Factors) -> xr.Dataset:
    """Return the inventory of solvents and fuel storage. Errors as :func:`_common.of_products`."""
    rows = city.table(TOPIC)
    factor, assumed = _common.emission_factors(rows, factors[TOPIC])
    return _common.of_products(rows, factor, assumed, city, TOPIC)
