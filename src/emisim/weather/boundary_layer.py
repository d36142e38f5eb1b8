"""Boundary layer of every hour: mixing height, profiles of diffusivity and wind, lapse.

The mixing height is the larger of a mechanical one (Venkatram 1980, with the memory of AERMET) and,
while the ground heats the air, a convective one that grows into a constant gradient of potential
temperature (Carson 1973). No sounding is used: the gradient at sunrise is a parameter.
"""

import numpy as np
import pandas as pd

from emisim import units
from emisim.tables import Parameters
from emisim.weather.periods import half_of
from emisim.weather.surface_layer import LAYER, SurfaceLayer, wind_function

BOUNDARY = "boundary-layer"
"""Seconds in the hour of a record."""


def mixing_height(record: pd.DataFrame, layer: SurfaceLayer, p: Parameters) -> np.ndarray:
    """Return the mixing height (m) of every hour; the record's own where it has one."""
    height = np.maximum(
        mechanical_height(layer.friction_velocity, p),
        np.where(layer.heat_flux > 0, convective_height(record["time"], layer.heat_flux, p), 0),
    )
    if "mixing_height" in record:
        height = record["mixing_height"].fillna(pd.Series(height)).to_numpy(float)
    least, most = (p.value(n, "m", process=BOUNDARY) for n in ("least_height", "greatest_height"))
    return np.clip(height, least, most)


def mechanical_height(friction: np.ndarray, p: Parameters) -> np.ndarray:
    """Return the mechanical mixing height (m) after u* (m/s, one per hour, in order).

    It relaxes to 2300 u*^1.5 with time scale h / (2 u*), the height of the hour before being h.
    """
    coefficient = p.value("mechanical_coefficient", "s**1.5/m**0.5", process=BOUNDARY)
    power = p.value("mechanical_power", "fraction", process=BOUNDARY)
    memory = p.value("mechanical_memory", "fraction", process=BOUNDARY)
    seconds = units.factor("h", "s")
    target = coefficient * friction**power
    height = np.empty_like(target)
    before = target[0]
    for i, goal in enumerate(target):
        kept = np.exp(-seconds * memory * friction[i] / before)
        before = height[i] = kept * before + (1 - kept) * goal
    return height


def convective_height(time: pd.Series, flux: np.ndarray, p: Parameters) -> np.ndarray:
    """Return the convective height (m) = sqrt(2 (1 + 2A) F / gamma) in the middle of each hour.

    F (K m) is the kinematic heat flux summed since sunrise; gamma the gradient at sunrise (K/m).
    """
    halves = half_of(time.dt.month)
    gradient = {
        half: p.value("morning_gradient", "K/m", process=BOUNDARY, standard=half)
        for half in np.unique(halves)
    }
    entrainment = p.value("entrainment", "fraction", process=BOUNDARY)
    warmth = pd.Series(np.maximum(flux, 0) * units.factor("h", "s"))
    summed = warmth.groupby(time.dt.normalize().to_numpy()).cumsum() - warmth / 2
    gamma = np.array([gradient[half] for half in halves])
    return np.sqrt(2 * (1 + 2 * entrainment) * summed.to_numpy() / gamma)


def heights(p: Parameters) -> np.ndarray:
    """Return the fixed heights (m) of the profiles, (level,)."""
    frame = p.frame
    names = frame.loc[(frame["process"] == "numerics") & (frame["parameter"] == "height")]
    levels = [
        p.value("height", "m", process="numerics", technology=name) for name in names["technology"]
    ]
    return np.array(sorted(levels))


def diffusivity(
    level: np.ndarray, layer: SurfaceLayer, mixed: np.ndarray, p: Parameters
) -> np.ndarray:
    """Return vertical diffusivity (m2/s), (hour, level): K = k u* z (1 - z/h)^2 / phi_h(z/L).

    phi_h = (1 - 16 z/L)^(-1/2) with z at most 0.1 h in unstable air, 1 + 5 z/L in stable air;
    above the mixing height h (hour,) and where K is less, the floors.
    """

    def constant(name: str, process: str = "diffusivity") -> float:
        return p.value(name, "fraction", process=process)

    top, inverse = mixed[:, None], layer.inverse_length[:, None]
    surface_layer = np.minimum(level, constant("surface_layer_share") * top)
    unstable = np.sqrt(
        1 - constant("unstable_coefficient", LAYER) * surface_layer * np.minimum(inverse, 0)
    )
    stable = 1 + constant("stable_coefficient", LAYER) * level * np.maximum(inverse, 0)
    shape = np.maximum(1 - level / top, 0) ** constant("shape_power")
    karman = constant("von_karman", LAYER)
    found = karman * layer.friction_velocity[:, None] * level * shape * unstable / stable
    within, above = (
        p.value(name, "m2/s", process="diffusivity") for name in ("floor_within", "floor_above")
    )
    return np.where(level < top, np.maximum(found, within), above)


def wind_ratio(
    level: np.ndarray, layer: SurfaceLayer, mixed: np.ndarray, p: Parameters
) -> np.ndarray:
    """Return wind speed at each level over that at 10 m, (hour, level), 0 up to the roughness.

    The similarity profile holds up to the mixing height, at least to ``least_top``.
    """
    least = p.value("least_top", "m", process="wind-profile")
    reference = p.value("reference_height", "m", process=LAYER)
    z = np.minimum(level, np.maximum(mixed, least)[:, None])
    z = np.maximum(z, layer.roughness)
    here = wind_function(z, layer.inverse_length, layer.roughness, p)
    return here / wind_function(np.array([reference]), layer.inverse_length, layer.roughness, p)


def lapse(layer: SurfaceLayer, p: Parameters) -> np.ndarray:
    """Return the potential-temperature gradient for plume rise (K/m), 0 in unstable air.

    theta* (1 + 5 z/L) / (k z) at the reference height z, theta* = -flux / u*.
    """
    z = p.value("reference_height", "m", process="lapse")
    karman = p.value("von_karman", "fraction", process=LAYER)
    slope = p.value("stable_coefficient", "fraction", process=LAYER)
    scale = np.maximum(-layer.heat_flux, 0) / layer.friction_velocity
    stretch = 1 + slope * z * np.maximum(layer.inverse_length, 0)
    return np.minimum(scale * stretch / (karman * z), p.value("greatest", "K/m", process="lapse"))
