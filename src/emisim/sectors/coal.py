"""Stationary combustion: power plants, heat supply, industrial boilers, households.

``E = A EF (1 - eta)``. Where the table gives no factor, coal SO2 and particles come from the
sulphur and ash of the city's coal, BC and OC from their shares of PM2.5, CO2 from the carbon of
the fuel (T/CSES 144-2024). Denitrification adds its ammonia slip.
"""

import numpy as np
import pandas as pd
import xarray as xr

from emisim import inventory, units
from emisim.city import City
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.sectors import _common, _fuel
from emisim.sectors._electricity import grid_factor
from emisim.tables import Parameters
from emisim.vocabulary import SPECIES

TOPICS = ("power", "boilers", "residential")
"""Activity tables of this module."""
DENITRIFICATION = "denitrification"
"""Process name under which the combustion table keeps the ammonia slip of control devices."""
EFFICIENCY = {"heat": "heat_efficiency", "electricity": "electric_efficiency"}
ASH = ("sulphur_to_bottom_ash", "ash_to_bottom_ash", "PM2.5_share", "PM10_share")
AT = {name: j for j, name in enumerate(SPECIES)}
SOLID = "t"
"""Activity unit of solid fuels."""


def build(city: City, factors: Factors) -> xr.Dataset:
    """Return the inventory of stationary combustion.

    Raises
    ------
    InputError
        A source without factor, coal quality, heat value or efficiency.
    """
    quality = city.parameters("coal_quality")
    return inventory.concat(_build_topic(topic, city, factors, quality) for topic in TOPICS)


def _build_topic(topic: str, city: City, factors: Factors, quality: Parameters) -> xr.Dataset:
    rows = city.table(topic)
    factor, assumed = combustion_factors(rows, factors["combustion"], quality)
    factor, assumed = _with_grid_mix(rows, factor, assumed, factors)
    _common.require_factor(rows, factor, factors["combustion"])
    factor = np.nan_to_num(factor)
    removal, removal_assumed = _common.removal_from_controls(rows, factor, factors["controls"])
    return _common.assemble(
        rows,
        _common.annual(rows, city, topic),
        factor,
        removal,
        useful_output(rows, factors["combustion"], quality),
        assumed | removal_assumed,
        city,
    )


def combustion_factors(
    rows: pd.DataFrame, combustion: Parameters, quality: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return uncontrolled factors (n, 10), kg per activity unit, and whether each is assumed.

    A row of the table goes before a value computed from the fuel. NaN where neither exists.

    Parameters
    ----------
    rows
        Activity rows as :meth:`emisim.city.City.table` gives them.
    combustion
        Factors and fuel properties.
    quality
        Sulphur, ash and heat value of the city's coal, by use.
    """
    factor, assumed = combustion.match(rows, SPECIES, "kg/({activity_unit})", required=False)
    computed, computed_assumed = _from_coal(rows, combustion, quality)
    carbon, carbon_assumed = _fuel.carbon_dioxide(rows, quality, combustion)
    computed[:, AT["CO2"]], computed_assumed[:, AT["CO2"]] = carbon, carbon_assumed
    missing = np.isnan(factor)
    factor = np.where(missing, computed, factor)
    assumed = np.where(missing, computed_assumed & np.isfinite(computed), assumed)
    return _with_ammonia_slip(
        rows, *_with_carbon_shares(rows, factor, assumed, combustion), combustion
    )


def _from_coal(
    rows: pd.DataFrame, combustion: Parameters, quality: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return SO2, PM2.5 and PM10 from sulphur and ash, (n, 10), NaN elsewhere."""
    (sulphur, ash), (s_assumed, a_assumed) = _columns(
        quality.match(rows, tuple(_fuel.QUALITY), _fuel.QUALITY, required=False)
    )
    (kept_s, kept_a, fine, coarse), (ks, ka, fa, ca) = _columns(
        combustion.match(rows, ASH, "fraction", required=False)
    )
    _require_quality(rows, np.isfinite(kept_s) & np.isnan(sulphur), "sulphur", quality)
    _require_quality(rows, np.isfinite(kept_a) & np.isnan(ash), "ash", quality)
    value = np.full((len(rows), len(SPECIES)), np.nan)
    assumed = np.zeros(value.shape, dtype=bool)
    for name, number, flag in (
        ("SO2", _fuel.sulphur_dioxide(sulphur, kept_s), s_assumed | ks),
        ("PM2.5", _fuel.flue_particles(ash, kept_a, fine), a_assumed | ka | fa),
        ("PM10", _fuel.flue_particles(ash, kept_a, coarse), a_assumed | ka | ca),
    ):
        value[:, AT[name]], assumed[:, AT[name]] = number, flag
    return value, assumed


def _require_quality(
    rows: pd.DataFrame, missing: np.ndarray, name: str, quality: Parameters
) -> None:
    """Raise :class:`InputError` at a row whose factor rests on coal quality that is not given."""
    if missing.any():
        row = rows.iloc[int(np.flatnonzero(missing)[0])]
        msg = f"no {name} of {row['fuel'] or 'the fuel'} for source {row.name!r}"
        have = sorted(set(quality.frame["process"] + " " + quality.frame["fuel"]))
        hint = f"add a row {name!r} for process {row['process']!r} and this fuel"
        raise InputError(msg, file=quality.path, value=row["fuel"], allowed=have, hint=hint)


def _columns(found: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    values, assumed = found
    return values.T, assumed.T


def _with_carbon_shares(
    rows: pd.DataFrame, factor: np.ndarray, assumed: np.ndarray, table: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Fill BC and OC from their shares of PM2.5 where no factor is given."""
    fine = AT["PM2.5"]
    shares, flags = table.match(rows, ("BC_share", "OC_share"), "fraction", required=False)
    for j, name in enumerate(("BC", "OC")):
        at = AT[name]
        missing = np.isnan(factor[:, at]) & np.isfinite(shares[:, j])
        factor[missing, at] = (factor[:, fine] * shares[:, j])[missing]
        assumed[missing, at] = (assumed[:, fine] | flags[:, j])[missing]
    return factor, assumed


def _with_ammonia_slip(
    rows: pd.DataFrame, factor: np.ndarray, assumed: np.ndarray, combustion: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Add the ammonia slip of denitrification to the factor of rows that burn solid fuel."""
    at = AT["NH3"]
    codes, controls = pd.factorize(rows["control"])
    slips = np.array([_slip(control, combustion) for control in controls], dtype=float)
    amount, flag = slips.reshape(-1, 2)[codes].T
    adds = (amount > 0) & (rows["activity_unit"] == SOLID).to_numpy()
    factor[adds, at] = (np.nan_to_num(factor[:, at]) + amount)[adds]
    assumed[adds, at] |= flag[adds] > 0
    return factor, assumed


def _slip(control: str, combustion: Parameters) -> tuple[float, bool]:
    """Return ammonia slip in kg per t of coal of devices in series, and whether it is assumed.

    The devices of one flue share one slip, the largest: it is the excess that leaves the last.
    """
    rows = [
        combustion.row("NH3", process=DENITRIFICATION, technology=device)
        for device in control.split("+")
    ]
    found = [
        (units.convert(row["value"], row["unit"], f"kg/{SOLID}"), row["status"] == "assumed")
        for row in rows
        if row is not None
    ]
    return max(found, default=(0.0, False))


def _with_grid_mix(
    rows: pd.DataFrame, factor: np.ndarray, assumed: np.ndarray, factors: Factors
) -> tuple[np.ndarray, np.ndarray]:
    """Give rows that use electricity the factors of the grid mix."""
    electric = (rows["fuel"] == "electricity").to_numpy()
    if electric.any():
        factor[electric], assumed[electric] = grid_factor(factors)
    return factor, assumed


def useful_output(rows: pd.DataFrame, combustion: Parameters, quality: Parameters) -> np.ndarray:
    """Return the service (n,) per activity unit: GJ of heat or kWh; 0 where there is none.

    Heat value x efficiency.

    Raises
    ------
    InputError
        Naming the source whose heat value or efficiency is not in the tables.
    """
    heat, _ = _fuel.heat_value(rows, quality, combustion)
    output = np.zeros(len(rows))
    for service, parameter in EFFICIENCY.items():
        members = (rows["service"] == service).to_numpy()
        if not members.any():
            continue
        efficiency, _ = combustion.match(rows[members], (parameter,), "fraction")
        to = units.factor("GJ", inventory.service_unit(service))
        output[members] = heat[members] * efficiency[:, 0] * to
    if np.isnan(output).any():
        row = rows.iloc[int(np.flatnonzero(np.isnan(output))[0])]
        msg = f"no heat value for source {row.name!r} (process {row['process']!r})"
        hint = (
            "add heat_value to the city's coal_quality.csv or, for other fuels, to process 'fuel'"
        )
        raise InputError(msg, file=combustion.path, value=row["fuel"], hint=hint)
    return output
