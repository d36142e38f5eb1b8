"""Surface layer of every hour: heat flux, friction velocity and Obukhov length.

By day the sensible heat flux follows from the net radiation (Holtslag and van Ulden 1983, with the
albedo of AERMET), and u* and L by iteration. At night the temperature scale follows from cloud
(van Ulden and Holtslag 1985) and u* from the low-wind form of Qian and Venkatram (2011), which
needs no iteration. L = -T u*^3 / (g k H / (rho cp)): positive in stable air.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from emisim.errors import require_known
from emisim.tables import Parameters
from emisim.weather import stability
from emisim.weather.periods import half_of

LAYER = "surface-layer"
BALANCE = "heat-balance"
SURFACE = "surface"


@dataclass(frozen=True)
class Surface:
    """What the ground is like: roughness (m), albedo, Bowen ratio (hour,), least |L| (m)."""

    roughness: float
    albedo: float
    bowen_ratio: np.ndarray
    least_stable_length: float
    least_unstable_length: float


@dataclass(frozen=True)
class SurfaceLayer:
    """u* (m/s), 1/L (1/m), kinematic heat flux upward (K m/s), each (hour,), and the roughness."""

    friction_velocity: np.ndarray
    inverse_length: np.ndarray
    heat_flux: np.ndarray
    roughness: float


def surface(name: str, month: pd.Series, p: Parameters) -> Surface:
    """Return the ground called ``name`` (a technology of process ``surface``) for each hour.

    Raises
    ------
    InputError
        If the table does not know ``name``.
    """
    frame = p.frame
    known = frame.loc[(frame["process"] == SURFACE) & (frame["parameter"] == "roughness")]
    require_known([name], sorted(known["technology"]), "surface", file=p.path)
    halves = half_of(month)
    bowen = {
        half: p.value("bowen_ratio", "fraction", process=SURFACE, technology=name, standard=half)
        for half in np.unique(halves)
    }

    def length(kind: str) -> float:
        return p.value("minimum_length", "m", process=SURFACE, technology=kind)

    return Surface(
        roughness=p.value("roughness", "m", process=SURFACE, technology=name),
        albedo=p.value("albedo", "fraction", process=SURFACE, technology=name),
        bowen_ratio=np.array([bowen[half] for half in halves]),
        least_stable_length=length(name),
        least_unstable_length=length("unstable"),
    )


def surface_layer(
    record: pd.DataFrame, sky: stability.Sky, ground: Surface, p: Parameters
) -> SurfaceLayer:
    """Return u*, 1/L and the heat flux of every hour of ``record`` under ``sky``.

    Where the record has friction velocity (m/s) or heat flux (W/m2, upward) they are used.
    """
    temperature = record["temperature"].to_numpy(float)
    speed = transport_speed(record, p)
    capacity = heat_capacity(p)
    flux = sensible_heat_flux(sky, temperature, ground, p) / capacity
    flux = _measured(record, "heat_flux", flux * capacity) / capacity
    by_day = unstable_friction(speed, np.maximum(flux, 0), temperature, ground, p)
    by_night = stable_friction(speed, temperature, sky.cloud, ground, p)
    friction = _measured(record, "friction_velocity", np.where(flux > 0, by_day, by_night))
    scale = temperature_scale(sky.cloud, p)
    own = record["heat_flux"].notna().to_numpy() if "heat_flux" in record else np.zeros(1, bool)
    flux = np.where((flux > 0) | own, flux, -friction * scale)
    return SurfaceLayer(
        friction, inverse_length(friction, flux, temperature, ground, p), flux, ground.roughness
    )


def transport_speed(record: pd.DataFrame, p: Parameters) -> np.ndarray:
    """Return the wind speed at 10 m (m/s), at least that of calm hours."""
    least = p.value("least_speed", "m/s", process=LAYER)
    return np.maximum(record["wind_speed"].to_numpy(float), least)


def _measured(record: pd.DataFrame, name: str, computed: np.ndarray) -> np.ndarray:
    if name not in record:
        return computed
    return record[name].fillna(pd.Series(computed, index=record.index)).to_numpy(float)


def heat_capacity(p: Parameters) -> float:
    """Return rho cp, J/(m3 K)."""
    density = p.value("air_density", "kg/m3", process=LAYER)
    return density * p.value("heat_capacity", "J/(kg K)", process=LAYER)


def net_radiation(
    sky: stability.Sky, temperature: np.ndarray, albedo: float, p: Parameters
) -> np.ndarray:
    """Return Rn (W/m2) = [(1 - r) R + c1 T^6 - sigma T^4 + c2 n] / (1 + c3), all (hour,).

    The albedo r grows towards low sun: r = r0 + (1 - r0) exp(-a altitude - b (1 - r0)^2).
    """

    def constant(name: str, unit: str) -> float:
        return p.value(name, unit, process=BALANCE)

    altitude = np.rad2deg(np.arcsin(np.clip(sky.sine, 0, 1)))
    slope, curve = constant("albedo_slope", "1/deg"), constant("albedo_curve", "fraction")
    reflected = albedo + (1 - albedo) * np.exp(-slope * altitude - curve * (1 - albedo) ** 2)
    longwave = (
        constant("emission_coefficient", "W/(m2 K**6)") * temperature**6
        - constant("stefan_boltzmann", "W/(m2 K**4)") * temperature**4
        + constant("cloud_emission", "W/m2") * sky.cloud
    )
    shortwave = (1 - reflected) * sky.irradiance
    return (shortwave + longwave) / (1 + constant("heating_coefficient", "fraction"))


def sensible_heat_flux(
    sky: stability.Sky, temperature: np.ndarray, ground: Surface, p: Parameters
) -> np.ndarray:
    """Return H (W/m2, upward) = 0.9 Rn / (1 + 1/B); meaningful by day only, where Rn > 0."""
    share = p.value("turbulent_share", "fraction", process=BALANCE)
    net = net_radiation(sky, temperature, ground.albedo, p)
    return share * net / (1 + 1 / ground.bowen_ratio)


def temperature_scale(cloud: np.ndarray, p: Parameters) -> np.ndarray:
    """Return theta* (K) of stable air = a (1 - b n^2) for cloud n."""
    depth = p.value("temperature_scale_cloud", "fraction", process=LAYER)
    return p.value("temperature_scale", "K", process=LAYER) * (1 - depth * cloud**2)


def unstable_friction(
    speed: np.ndarray, flux: np.ndarray, temperature: np.ndarray, ground: Surface, p: Parameters
) -> np.ndarray:
    """Return u* (m/s) under an upward kinematic heat flux (K m/s), by fixed-point iteration."""
    height = p.value("reference_height", "m", process=LAYER)
    karman = p.value("von_karman", "fraction", process=LAYER)
    inverse = np.zeros_like(speed)
    for _ in range(int(p.value("iterations", "fraction", process=LAYER))):
        function = wind_function(np.array([height]), inverse, ground.roughness, p)[:, 0]
        friction = karman * speed / function
        inverse = inverse_length(friction, flux, temperature, ground, p)
    return friction


def stable_friction(
    speed: np.ndarray, temperature: np.ndarray, cloud: np.ndarray, ground: Surface, p: Parameters
) -> np.ndarray:
    """Return u* (m/s) of stable air = (C u / 2) [1 + exp(-r^2/2)] / [1 - exp(-2/r)], r = u0/u.

    C = k / ln(z/z0) and u0 = 2 sqrt(5 z g theta* / (T C)), the speed below which the quadratic of
    Venkatram (1980) has no solution (Qian and Venkatram 2011).
    """

    def constant(name: str, unit: str) -> float:
        return p.value(name, unit, process=LAYER)

    height = constant("reference_height", "m")
    drag = constant("von_karman", "fraction") / np.log(height / ground.roughness)
    buoyancy = constant("gravity", "m/s**2") * temperature_scale(cloud, p) / temperature
    critical = 2 * np.sqrt(constant("stable_coefficient", "fraction") * height * buoyancy / drag)
    r = critical / speed
    return drag * speed / 2 * (1 + np.exp(-(r**2) / 2)) / (1 - np.exp(-2 / r))


def inverse_length(
    friction: np.ndarray, flux: np.ndarray, temperature: np.ndarray, ground: Surface, p: Parameters
) -> np.ndarray:
    """Return 1/L (1/m) = -g k flux / (T u*^3), limited to the least |L| of the ground."""
    gravity = p.value("gravity", "m/s**2", process=LAYER)
    karman = p.value("von_karman", "fraction", process=LAYER)
    inverse = -gravity * karman * flux / (temperature * friction**3)
    return np.clip(inverse, -1 / ground.least_unstable_length, 1 / ground.least_stable_length)


def momentum_correction(height: np.ndarray, inverse: np.ndarray, p: Parameters) -> np.ndarray:
    """Return psi_m(z/L), (hour, level), for heights (level,) or (hour, level) and 1/L (hour,).

    Unstable: Paulson (1970) with phi_m = (1 - 16 z/L)^(-1/4); stable: -17 [1 - exp(-0.29 z/L)]
    (van Ulden and Holtslag 1985).
    """

    def constant(name: str) -> float:
        return p.value(name, "fraction", process=LAYER)

    ratio = np.asarray(height) * inverse[:, None]
    x = (1 - constant("unstable_coefficient") * np.minimum(ratio, 0)) ** (1 / 4)
    unstable = 2 * np.log((1 + x) / 2) + np.log((1 + x**2) / 2) - 2 * np.arctan(x) + np.pi / 2
    depth, rate = constant("stable_profile_depth"), constant("stable_profile_rate")
    stable = -depth * (1 - np.exp(-rate * np.maximum(ratio, 0)))
    return np.where(ratio < 0, unstable, stable)


def wind_function(
    height: np.ndarray, inverse: np.ndarray, roughness: float, p: Parameters
) -> np.ndarray:
    """Return ln(z/z0) - psi_m(z/L) + psi_m(z0/L), (hour, level), so that u = u*/k times it."""
    at_height, at_ground = (
        momentum_correction(np.asarray(z), inverse, p) for z in (height, np.array([roughness]))
    )
    return np.log(np.asarray(height) / roughness) - at_height + at_ground
