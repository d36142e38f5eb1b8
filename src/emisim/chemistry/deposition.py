"""Dry deposition velocities by class and surface, and wet scavenging rates by class.

Velocity 1/(Ra + Rb + Rc): aerodynamic resistance from friction velocity and stability of the
class, quasi-laminar resistance by diffusivity (Wesely 1989), surface resistance by rows. Wet
scavenging after the EMEP model: scavenging ratios in and below cloud, collection of particles
below cloud. Total nitrate and total ammonium share gas and particle values by the gas fraction.
"""

import numpy as np
import xarray as xr

from emisim import units
from emisim.errors import InputError, require_known
from emisim.factors import Factors
from emisim.tables import Parameters

DRY = "dry-deposition"
WET = "wet-scavenging"
SURFACES = ("urban", "cropland", "forest", "water")
"""Order of the surface axis; a mesh's surface numbers count along it."""
GASES = {"TN": "HNO3", "TA": "NH3"}
"""Gas of the families that are gas and particle at once."""
INSOLUBLE = ("NOx", "precursor")
FAMILIES = ("fine", "coarse", "SO2", "NOx", *GASES, "precursor")


def phases(family: str, gas_fraction: np.ndarray | float | None) -> dict[str, np.ndarray]:
    """Return the species that a family deposits as and their shares.

    Raises
    ------
    InputError
        If the family is unknown, or TN or TA comes without a gas fraction between 0 and 1.
    """
    require_known([family], FAMILIES, "loss family")
    if family not in GASES:
        return {family: np.array(1.0)}
    share = np.array(np.nan if gas_fraction is None else gas_fraction, float)
    if not ((share >= 0) & (share <= 1)).all():
        msg = f"{family} needs the share of it that is gas"
        hint = "give gas_fraction, for instance from gas_fractions(partition(...))"
        raise InputError(msg, value=gas_fraction, allowed=["0 to 1"], hint=hint)
    return {GASES[family]: share, "fine": 1 - share}


def deposition_velocity(family: str, weather_half: xr.Dataset, factors: Factors,
                        gas_fraction: np.ndarray | float | None = None) -> np.ndarray:  # fmt: skip
    """Return the deposition velocity (class, surface), m/s, surfaces as :data:`SURFACES`."""
    parts = phases(family, gas_fraction).items()
    size = weather_half.sizes["class"]
    shares = [np.broadcast_to(share, (size,))[:, None] for _, share in parts]
    velocities = [_velocity(species, weather_half, factors) for species, _ in parts]
    return sum((s * v for s, v in zip(shares, velocities, strict=True)), np.zeros(1))


def _velocity(species: str, weather_half: xr.Dataset, factors: Factors) -> np.ndarray:
    p = factors["deposition"]
    known = set(p.frame.loc[p.frame["parameter"] == "water_diffusivity_ratio", "technology"])
    key = {"process": DRY, "technology": species}
    conductance = [p.value("surface_conductance", "m/s", standard=s, **key) for s in SURFACES]
    resistance = aerodynamic_resistance(weather_half, factors)
    if species in known:
        resistance = resistance + quasi_laminar_resistance(species, weather_half, factors)[:, None]
    return 1 / (resistance + 1 / np.array(conductance))


def _friction(weather_half: xr.Dataset, p: Parameters) -> np.ndarray:
    floor = p.value("friction_velocity_floor", "m/s", process=DRY)
    return np.maximum(weather_half["friction_velocity"].to_numpy(), floor)


def aerodynamic_resistance(weather_half: xr.Dataset, factors: Factors) -> np.ndarray:
    """Return Ra (class, surface), s/m: [ln(z/z0) - psi(z/L) + psi(z0/L)]/(k u*), at least 0."""
    p, layer = factors["deposition"], factors["meteorology"]
    height = p.value("deposition_height", "m", process=DRY)
    roughness = np.array([p.value("deposition_roughness", "m", process=DRY, standard=s)
                          for s in SURFACES])  # fmt: skip
    inverse = weather_half["inverse_obukhov_length"].to_numpy()[:, None]
    profile = (
        np.log(height / roughness)
        - heat_correction(height * inverse, factors)
        + heat_correction(roughness * inverse, factors)
    )
    speed = layer.value("von_karman", "fraction", process="surface-layer")
    return np.maximum(profile, 0) / (speed * _friction(weather_half, p)[:, None])


def heat_correction(ratio: np.ndarray, factors: Factors) -> np.ndarray:
    """Return the stability correction for heat psi(z/L): 2 ln[(1 + x^2)/2] or -b z/L.

    x = (1 - 16 z/L)^(1/4) in unstable air; z/L of stable air is held at a ceiling.
    """
    p, layer = factors["deposition"], factors["meteorology"]
    unstable, stable = (layer.value(f"{n}_coefficient", "fraction", process="surface-layer")
                        for n in ("unstable", "stable"))  # fmt: skip
    ceiling = p.value("stability_ceiling", "fraction", process=DRY)
    square = np.sqrt(1 - unstable * np.minimum(ratio, 0))
    return np.where(ratio < 0, 2 * np.log((1 + square) / 2), -stable * np.minimum(ratio, ceiling))


def quasi_laminar_resistance(species: str, weather_half: xr.Dataset,
                             factors: Factors) -> np.ndarray:  # fmt: skip
    """Return Rb (class,), s/m, of a gas: 2/(k u*) (Sc/Pr)^(2/3), Sc = viscosity/diffusivity."""
    p = factors["deposition"]
    ratio = p.value("water_diffusivity_ratio", "fraction", process=DRY, technology=species)
    diffusivity = p.value("water_vapour_diffusivity", "m2/s", process=DRY) / ratio
    schmidt = p.value("air_viscosity", "m2/s", process=DRY) / diffusivity
    prandtl = p.value("prandtl_number", "fraction", process=DRY)
    karman = factors["meteorology"].value("von_karman", "fraction", process="surface-layer")
    return 2 / (karman * _friction(weather_half, p)) * np.cbrt(schmidt / prandtl) ** 2


def scavenging_rate(family: str, weather_half: xr.Dataset, factors: Factors,
                    gas_fraction: np.ndarray | float | None = None) -> np.ndarray:  # fmt: skip
    """Return the wet scavenging rate (class,), 1/s, the in-cloud share of the column in cloud.

    Rain (mm/h) falls in wet classes; NOx and precursors are not washed out.
    """
    p = factors["deposition"]
    rain = np.where(weather_half["wet"].to_numpy(), weather_half["rain"].to_numpy(), 0)
    cloud = p.value("in_cloud_share", "fraction", process=WET)
    total = np.zeros(rain.shape)
    for species, share in phases(family, gas_fraction).items():
        inside, below = scavenging_coefficients(species, p)
        total = total + share * (cloud * inside + (1 - cloud) * below)
    return total * rain


def scavenging_coefficients(species: str, p: Parameters) -> tuple[float, float]:
    """Return the rates in cloud and below cloud, 1/s per mm/h of rain.

    A gas or particle in cloud by the ratio W: W P/(depth x density of water) with the mass flux P;
    particles below cloud by the drops that sweep them up: A E P/v.
    """
    if species in INSOLUBLE:
        return 0.0, 0.0
    key = {"process": WET, "technology": species}
    rain = units.factor("mm/h", "m/s")
    per_depth = rain / p.value("scavenging_depth", "m", process=WET)
    inside = p.value("in_cloud_ratio", "fraction", **key) * per_depth
    if p.row("below_cloud_ratio", **key) is not None:
        return inside, p.value("below_cloud_ratio", "fraction", **key) * per_depth
    flux = p.value("water_density", "kg/m3", process=WET) * rain
    swept = p.value("below_cloud_coefficient", "m3/(kg s)", process=WET)
    speed = p.value("raindrop_speed", "m/s", process=WET)
    return inside, swept * p.value("collection_efficiency", "fraction", **key) * flux / speed
