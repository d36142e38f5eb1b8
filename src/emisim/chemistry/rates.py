"""What the transport operator asks of chemistry: losses of a family, conversion along a pathway."""

import numpy as np
import xarray as xr

from emisim.chemistry import deposition, oxidation
from emisim.chemistry.species import FORMULAS, molar_mass
from emisim.errors import require_known
from emisim.factors import Factors

CONVERSIONS = {
    "SO2-SO4": ("SO2", "SO4"),
    "NOx-TN": ("NOx", "TN"),
    "precursor-SOA": ("precursor", ""),
}
"""Pathway -> family that is emitted, species that is received (none: same mass)."""


def losses(
    family: str,
    weather_half: xr.Dataset,
    factors: Factors,
    gas_fraction: np.ndarray | float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the loss rate and the deposition velocity of a family.

    Parameters
    ----------
    family
        One of :data:`emisim.chemistry.deposition.FAMILIES`.
    weather_half
        The weather classes of one half (:mod:`emisim.weather.regimes`): temperature,
        relative_humidity, rain, friction_velocity, inverse_obukhov_length by class, coordinates
        regime and wet, and the half's name as coordinate or attribute ``half``.
    factors
        The factor tables (chemistry, deposition, meteorology).
    gas_fraction
        Share of TN or TA that is gas, a number or (class,); the other families need none.

    Returns
    -------
    loss : ndarray (class,)
        1/s, oxidation and wet scavenging.
    velocity : ndarray (class, surface)
        m/s, surfaces as :data:`emisim.chemistry.deposition.SURFACES`.

    Raises
    ------
    InputError
        If family, half or gas fraction is wrong.
    """
    washed = deposition.scavenging_rate(family, weather_half, factors, gas_fraction)
    oxidised = oxidation.oxidation_rate(family, weather_half, factors["chemistry"])
    velocity = deposition.deposition_velocity(family, weather_half, factors, gas_fraction)
    return washed + oxidised, velocity


def conversion(pathway: str, weather_half: xr.Dataset, factors: Factors) -> np.ndarray:
    """Return the mass of the received species made per mass of the emitted family (class,), 1/s.

    The rate of oxidation times the ratio of molar masses (SO4/SO2, NO3/NO2; SOA precursor 1).

    Raises
    ------
    InputError
        If the pathway converts nothing or the half is unknown.
    """
    require_known([pathway], CONVERSIONS, "pathway that converts")
    family, _ = CONVERSIONS[pathway]
    rate = oxidation.oxidation_rate(family, weather_half, factors["chemistry"])
    return rate * mass_ratio(pathway, factors)


def mass_ratio(pathway: str, factors: Factors) -> float:
    """Return the received mass per emitted mass of a pathway when all of it is converted.

    ``TA`` is emitted as NH3 and received as NH4; other pathways without conversion have 1.
    """
    p = factors["chemistry"]
    emitted, received = {**CONVERSIONS, "TA": ("NH3", "TA")}.get(pathway, ("", ""))
    if not received:
        return 1.0
    return molar_mass(FORMULAS[received], p) / molar_mass(FORMULAS[emitted], p)
