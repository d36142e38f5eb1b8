"""What a fuel holds: heat, carbon, sulphur and ash, per unit of fuel."""

import numpy as np
import pandas as pd

from emisim import units
from emisim.tables import Parameters

FUEL = "fuel"
"""Process name under which the combustion table keeps the properties of fuels."""
GASES = ("natural_gas", "coalbed_methane", "coke_oven_gas")
QUALITY = {"sulphur": "fraction", "ash": "fraction"}


def unit_of(fuel: pd.Series) -> pd.Series:
    """Return the unit in which each fuel is counted: m3 for gases, else t."""
    units_ = np.where(fuel.isin(GASES), "m3", "t").astype(object)
    return pd.Series(units_, fuel.index)


def properties(
    rows: pd.DataFrame, names: dict[str, str], combustion: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return properties (n, k) of each row's fuel and whether each is assumed; NaN where unknown.

    Parameters
    ----------
    names
        Unit by property; ``{activity_unit}`` stands for the row's own unit.
    """
    keys = rows.assign(process=FUEL, technology="", standard="")
    return combustion.match(keys, tuple(names), names, required=False)


def heat_value(
    rows: pd.DataFrame, quality: Parameters, combustion: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower heat value (n,) in GJ per activity unit and whether it is assumed.

    The city's coal quality goes before the general table of fuels.
    """
    wanted = {"heat_value": "GJ/({activity_unit})"}
    local, local_assumed = quality.match(rows, tuple(wanted), wanted, required=False)
    general, general_assumed = properties(rows, wanted, combustion)
    known = np.isfinite(local)
    value = np.where(known, local, general)
    assumed = np.where(known, local_assumed, general_assumed)
    return value[:, 0], assumed[:, 0]


def carbon_dioxide(
    rows: pd.DataFrame, quality: Parameters, combustion: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return CO2 (n,) in kg per activity unit of fuel, and whether it is assumed.

    Per unit of fuel where the table gives that; else carbon per heat times the heat value, so
    that a poorer coal carries less. NaN for rows without fuel.
    """
    direct, direct_assumed = properties(rows, {"CO2": "kg/({activity_unit})"}, combustion)
    per_heat, per_heat_assumed = properties(rows, {"CO2_per_heat": "kg/GJ"}, combustion)
    heat, heat_assumed = heat_value(rows, quality, combustion)
    known = np.isfinite(direct[:, 0])
    value = np.where(known, direct[:, 0], per_heat[:, 0] * heat)
    return value, np.where(known, direct_assumed[:, 0], per_heat_assumed[:, 0] | heat_assumed)


def sulphur_dioxide(sulphur: np.ndarray, to_bottom_ash: np.ndarray) -> np.ndarray:
    """Return SO2 in kg per t of coal: ``EF = 2 S (1 - sr)`` (T/CSES 144-2024).

    Parameters
    ----------
    sulphur
        S, mass fraction as received.
    to_bottom_ash
        sr, fraction of the sulphur kept in the bottom ash. The 2 is the mass ratio of SO2 to S.

    Examples
    --------
    >>> float(sulphur_dioxide(np.array(0.01), np.array(0.15)))
    17.0
    """
    return 2 * sulphur * (1 - to_bottom_ash) * units.factor("t", "kg")


def flue_particles(ash: np.ndarray, to_bottom_ash: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return particles of a size in kg per t of coal: ``EF = Aar (1 - ar) f`` (T/CSES 144-2024).

    Parameters
    ----------
    ash
        Aar, mass fraction as received.
    to_bottom_ash
        ar, fraction of the ash that falls to the bottom.
    share
        f, share of the size in the flue particles.

    Examples
    --------
    >>> round(float(flue_particles(np.array(0.2), np.array(0.25), np.array(0.06))), 6)
    9.0
    """
    return ash * (1 - to_bottom_ash) * share * units.factor("t", "kg")
