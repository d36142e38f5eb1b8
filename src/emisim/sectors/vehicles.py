"""Road vehicles other than heavy trucks: stock x annual distance x corrected exhaust factor.

``vehicles.csv`` of a city holds the stock by class, fuel, district and road class (``technology``);
rows without a ``standard`` are split by the stage mix of ``fleet.csv``. Electric classes stand in
the district ``outside`` with an activity in kWh.
"""

import numpy as np
import pandas as pd
import xarray as xr

from emisim import inventory
from emisim.city import City
from emisim.factors import Factors
from emisim.sectors import _common, _mobile
from emisim.sectors._corrections import corrections, road_speed
from emisim.sectors._speciation import carbon_shares, with_carbon
from emisim.vocabulary import SPECIES

TOPIC = "vehicles"
EXHAUST = ("CO", "VOC", "NOx", "NH3", "PM10", "PM2.5")
VOC = SPECIES.index("VOC")


def build(city: City, factors: Factors) -> xr.Dataset:
    """Return the inventory of cars, buses, light and medium trucks and motorcycles (unit km)."""
    rows = city.table(TOPIC)
    electric = _mobile.is_electric(rows)
    parts = [_on_road(_mobile.expand_fleet(rows[~electric], factors["fleet"]), city)]
    if electric.any():
        parts.append(_on_grid(rows[electric], city))
    return inventory.concat(parts)


def distance(rows: pd.DataFrame, city: City) -> np.ndarray:
    """Return km driven per year (n,): vehicles x km per vehicle and year."""
    each, _ = city.factors[TOPIC].match(rows, ["annual_distance"], "km/(vehicle year)")
    return _common.annual(rows, city, TOPIC, "vehicle") * each[:, 0]


def _on_road(rows: pd.DataFrame, city: City) -> xr.Dataset:
    factor, assumed = exhaust(rows, city)
    n = len(rows)
    base = _common.assemble(
        rows,
        distance(rows, city),
        factor.mean(axis=1),
        np.zeros((n, len(SPECIES))),
        np.ones(n),
        assumed,
        city,
    )
    return _mobile.by_month(base, factor)


def _on_grid(rows: pd.DataFrame, city: City) -> xr.Dataset:
    use, _ = city.factors[TOPIC].match(rows, ["electricity_use"], "kWh/km")
    return _mobile.on_grid(rows, TOPIC, 1 / use[:, 0], city)


def exhaust(rows: pd.DataFrame, city: City) -> tuple[np.ndarray, np.ndarray]:
    """Return factors (n, 12, 10) in kg/km and whether each is assumed (n, 10).

    Exhaust is the basic factor times :func:`corrections`; VOC also has evaporation; SO2 and CO2
    follow from the fuel burnt; BC and OC are shares of PM2.5.
    """
    table = city.factors[TOPIC]
    basic, assumed = np.zeros((len(rows), len(SPECIES))), np.zeros((len(rows), len(SPECIES)), bool)
    at = [SPECIES.index(s) for s in EXHAUST]
    basic[:, at], assumed[:, at] = table.match(rows, EXHAUST, "kg/km")
    fuels = rows.assign(process="road-fuel")
    mass = _mobile.fuel_mass(rows, table, table)
    _mobile.add_fuel_species(basic, assumed, mass, fuels, table)
    sulphur = table.match(fuels, ["sulphur"], "mg/kg")[0][:, 0]
    multiplier, also = corrections(rows, city, sulphur)
    factor = basic[:, None] * multiplier
    evaporated, also_evaporated = evaporation(rows, city)
    factor[..., VOC] += evaporated[:, None]
    shares, assumed_shares = carbon_shares(rows, table)
    assumed |= also
    assumed[:, VOC] |= also_evaporated
    assumed[:, [SPECIES.index("BC"), SPECIES.index("OC")]] |= assumed_shares
    return with_carbon(factor, shares[:, None]), assumed


def evaporation(rows: pd.DataFrame, city: City) -> tuple[np.ndarray, np.ndarray]:
    """Return VOC evaporated, kg/km (n,), and whether it is assumed.

    Running loss / speed + parked loss / annual distance; classes without such rows have none.
    """
    names = {"VOC_running_loss": "kg/h", "VOC_parked_loss": "kg/(vehicle year)"}
    table = city.factors[TOPIC]
    found, assumed = table.match(rows, list(names), names, required=False)
    running, parked = np.nan_to_num(found).T
    each, _ = table.match(rows, ["annual_distance"], "km/(vehicle year)")
    speed, assumed_speed = road_speed(rows, city)
    return running / speed + parked / each[:, 0], assumed.any(axis=1) | assumed_speed
