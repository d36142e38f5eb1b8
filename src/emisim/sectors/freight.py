"""Freight by heavy truck, rail and river: t km in the city x factor per t km.

Turnover, not the registered stock, drives it, because transit trucks are not registered here.
``technology`` of a truck row is its road class. Electric trucks and electric traction stand in
the district ``outside`` with an activity in kWh.
"""

import numpy as np
import pandas as pd
import xarray as xr

from emisim import inventory
from emisim.city import City
from emisim.errors import require_known
from emisim.factors import Factors
from emisim.sectors import _common, _mobile
from emisim.sectors._corrections import corrections
from emisim.sectors._speciation import carbon_shares, with_carbon
from emisim.vocabulary import SPECIES

TOPIC = "freight"
TRUCK, RAIL, WATER = "heavy-truck", "rail-freight", "inland-water-freight"
EXHAUST = ("CO", "VOC", "NOx", "NH3", "PM10", "PM2.5")
AT = [SPECIES.index(s) for s in EXHAUST]
CARBON = [SPECIES.index(s) for s in ("BC", "OC")]


def build(city: City, factors: Factors) -> xr.Dataset:
    """Return the inventory of heavy trucks, trains and ships (in t km, electric ones in kWh)."""
    rows = city.table(TOPIC)
    require_known(
        rows["process"], (TRUCK, RAIL, WATER), "freight process", file=city.folder / "freight.csv"
    )
    electric = _mobile.is_electric(rows)
    truck = rows["process"] == TRUCK
    parts = []
    if (truck & ~electric).any():
        parts.append(_trucks(_mobile.expand_fleet(rows[truck & ~electric], factors["fleet"]), city))
    if (~truck & ~electric).any():
        parts.append(_diesel_haulage(rows[~truck & ~electric], city))
    if electric.any():
        parts.append(_mobile.on_grid(rows[electric], TOPIC, _per_kwh(rows[electric], city), city))
    return inventory.concat(parts)


def _trucks(rows: pd.DataFrame, city: City) -> xr.Dataset:
    factor, assumed = truck_factor(rows, city)
    whole = _assemble(rows, factor.mean(axis=1), assumed, city)
    return _mobile.by_month(whole, factor)


def _diesel_haulage(rows: pd.DataFrame, city: City) -> xr.Dataset:
    return _assemble(rows, *haulage_factor(rows, city), city)


def _assemble(
    rows: pd.DataFrame, factor: np.ndarray, assumed: np.ndarray, city: City
) -> xr.Dataset:
    n = len(rows)
    none = np.zeros((n, len(SPECIES)))
    turnover = _common.annual(rows, city, TOPIC)
    return _common.assemble(rows, turnover, factor, none, np.ones(n), assumed, city)


def payload(rows: pd.DataFrame, city: City) -> np.ndarray:
    """Return mean tonnes carried per km driven, laden and empty together (n,)."""
    return city.factors[TOPIC].match(rows, ["payload"], "t")[0][:, 0]


def truck_factor(rows: pd.DataFrame, city: City) -> tuple[np.ndarray, np.ndarray]:
    """Return factors (n, 12, 10) in kg/(t km) and whether each is assumed (n, 10).

    Corrected exhaust per km over the mean payload; the payload is shared by all species, so its
    status counts for every one.
    """
    table, fuel_table = city.factors[TOPIC], city.factors["vehicles"]
    factor, assumed = np.zeros((len(rows), len(SPECIES))), np.zeros((len(rows), len(SPECIES)), bool)
    factor[:, AT], assumed[:, AT] = table.match(rows, EXHAUST, "kg/km")
    fuels = rows.assign(process="road-fuel")
    mass = _mobile.fuel_mass(rows, table, fuel_table)
    _mobile.add_fuel_species(factor, assumed, mass, fuels, fuel_table)
    sulphur = fuel_table.match(fuels, ["sulphur"], "mg/kg")[0][:, 0]
    load = table.value("load_class", "%", process=TRUCK)
    multiplier, also = corrections(rows, city, sulphur, load)
    per_km = factor[:, None] * multiplier
    shares, assumed_shares = carbon_shares(rows, table)
    assumed |= also | table.match(rows, ["payload"], "t")[1]
    assumed[:, CARBON] |= assumed_shares
    return with_carbon(per_km, shares[:, None]) / payload(rows, city)[:, None, None], assumed


def haulage_factor(rows: pd.DataFrame, city: City) -> tuple[np.ndarray, np.ndarray]:
    """Return factors (n, 10) of trains and ships in kg per net t km and whether each is assumed.

    g per kg of fuel x kg of fuel per gross t km x gross over net (1 for ships, whose fuel use is
    per net t km).
    """
    table = city.factors[TOPIC]
    factor, assumed = np.zeros((len(rows), len(SPECIES))), np.zeros((len(rows), len(SPECIES)), bool)
    factor[:, AT], assumed[:, AT] = table.match(rows, EXHAUST, "kg/kg")
    fuels = rows.assign(process="road-fuel")
    burnt = np.ones(len(rows))
    _mobile.add_fuel_species(factor, assumed, burnt, fuels, city.factors["vehicles"])
    shares, assumed_shares = carbon_shares(rows, table)
    assumed[:, CARBON] |= assumed_shares
    use, assumed_use = table.match(rows, ["fuel_use"], "kg/(t km)")
    gross, assumed_gross = table.match(rows, ["gross_to_net"], "fraction")
    return with_carbon(factor, shares) * use * gross, assumed | assumed_use | assumed_gross


def _per_kwh(rows: pd.DataFrame, city: City) -> np.ndarray:
    """Return t km carried per kWh (n,)."""
    table = city.factors[TOPIC]
    truck = (rows["process"] == TRUCK).to_numpy()
    result = np.zeros(len(rows))
    for members, unit, name in (
        (truck, "kWh/km", "payload"),
        (~truck, "kWh/(t km)", "gross_to_net"),
    ):
        if not members.any():
            continue
        some = rows[members]
        use = table.match(some, ["electricity_use"], unit)[0][:, 0]
        carried = table.match(some, [name], "t" if name == "payload" else "fraction")[0][:, 0]
        result[members] = carried / use if name == "payload" else 1 / (use * carried)
    return result
