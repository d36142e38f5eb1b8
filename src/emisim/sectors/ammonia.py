"""Ammonia of livestock, fertiliser, soil, people and waste: ``E = A EF (1 - eta)``, NH3 only.

Where a table gives the nitrogen lost as NH3 (``NH3_N``) rather than the mass of NH3, the factor is

    EF = NH3_N x soil_multiplier x M(NH3) / M(N)

with the ratio of molar masses from the row ``NH3_per_N``; livestock factors cover all stages from
housing to spreading.
"""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.city import City
from emisim.factors import Factors
from emisim.sectors import _common
from emisim.tables import Parameters
from emisim.vocabulary import SPECIES

TOPIC = "ammonia"
PER_ACTIVITY = "kg/({activity_unit})"
LOSS = ("NH3_N", "NH3_per_N", "soil_multiplier")


def build(city: City, factors: Factors) -> xr.Dataset:
    """Return the inventory of ammonia sources (head kept, N applied, people, waste).

    Errors as :func:`_common.of_products`.
    """
    rows = city.table(TOPIC)
    factor, assumed = ammonia_factor(rows, factors[TOPIC])
    return _common.of_products(rows, factor, assumed, city, TOPIC)


def ammonia_factor(rows: pd.DataFrame, table: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return factors (n, 10) in kg per activity unit and whether each is assumed (n, 10).

    Raises
    ------
    InputError
        Naming the first source that has neither ``NH3`` nor ``NH3_N``.
    """
    direct, direct_assumed = table.match(rows, ["NH3"], PER_ACTIVITY, required=False)
    units = dict.fromkeys(LOSS, "fraction") | {"NH3_N": PER_ACTIVITY}
    loss, loss_assumed = table.match(rows, LOSS, units, required=False)
    soil = LOSS.index("soil_multiplier")
    loss[np.isnan(loss[:, soil]), soil] = 1
    missing = np.isnan(direct[:, 0])
    factor = np.full((len(rows), len(SPECIES)), np.nan)
    assumed = np.zeros(factor.shape, dtype=bool)
    at = SPECIES.index("NH3")
    factor[:, at] = np.where(missing, loss.prod(axis=1), direct[:, 0])
    assumed[:, at] = np.where(missing, loss_assumed.any(axis=1), direct_assumed[:, 0])
    _common.require_factor(rows, factor, table)
    return np.nan_to_num(factor), assumed
