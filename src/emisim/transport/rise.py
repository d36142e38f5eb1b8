"""Into which layers a release goes: Briggs' rise in each weather class, spread over a band.

A plume with stack data fills the band from ``h + dh (1 - b)`` to ``h + dh (1 + b)`` evenly, with
h the stack height, dh the final rise and b the half width as a share of the rise. A release
without stack data fills the band of the same mean and variance as its initial sigma_z.
"""

import numpy as np
import xarray as xr

from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.transport.releases import STACK


def final_rise(stack: xr.Dataset, weather: xr.Dataset, p: Parameters) -> np.ndarray:
    """Return Briggs' final rise (class,), m, of one release in each weather class.

    F = g v d^2 (Ts - Ta) / (4 Ts). Unstable and neutral air: c F^(3/4)/u below the flux limit,
    c' F^(3/5)/u above it. Stable air: at most c'' (F / (u s))^(1/3) and, in light wind,
    c''' F^(1/4) s^(-3/8), with s = g/T dtheta/dz; so, too, where a stack ends above the mixing
    height, in air of stability E. A release without stack data has none.

    Parameters
    ----------
    stack
        Variables of :data:`emisim.transport.releases.STACK`, scalars.
    weather
        One half of :mod:`emisim.weather.regimes`.
    p
        ``inputs/factors/dispersion.csv`` (process plume-rise; ISC3 user's guide, Briggs 1975).
    """
    height, d, ts, v = (float(stack[name]) for name in STACK)
    if not np.isfinite([height, d, ts, v]).all():
        return np.zeros(weather.sizes["class"])

    def number(name: str, unit: str = "fraction") -> float:
        return p.value(name, unit, process="plume-rise")

    g, temperature = number("gravity", "m/s**2"), weather["temperature"].values
    flux = g * v * d**2 / 4 * np.maximum(ts - temperature, 0) / ts
    u = wind_at(height, weather)
    rise = np.where(
        flux < number("flux_limit"),
        number("unstable_small") * flux ** number("unstable_small_power") / u,
        number("unstable_large") * flux ** number("unstable_large_power") / u,
    )
    lapse = np.where(weather["inverse_obukhov_length"].values > 0, weather["lapse"].values, 0)
    aloft = p.value("potential_temperature_gradient", "K/m", process="plume-rise", technology="E")
    lapse = np.where((lapse <= 0) & (weather["mixing_height"].values <= height), aloft, lapse)
    stable = lapse > 0
    s = g / temperature * np.where(stable, lapse, 1)
    bent = number("stable") * np.cbrt(flux / (u * s))
    upright = number("stable_calm") * flux ** (1 / 4) * s ** (-3 / 8)
    return np.where(stable, np.minimum(rise, np.minimum(bent, upright)), rise)


def wind_at(height: float, weather: xr.Dataset) -> np.ndarray:
    """Return the class's harmonic-mean wind speed at ``height`` m (class,), m/s."""
    levels, ratio = weather["level"].values, weather["wind_ratio"].transpose("class", "level")
    at = np.array([np.interp(height, levels, row) for row in ratio.values])
    return weather["speed"].values * at


def band(stack: xr.Dataset, weather: xr.Dataset, p: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return bottom and top (class,), m, of the layer of air that takes a release.

    In unstable and neutral air a plume that would rise above the mixing height stays below it,
    unless the stack itself ends above.
    """
    height = float(np.nan_to_num(stack["stack_height"].values))
    rise = final_rise(stack, weather, p)
    unstable = weather["inverse_obukhov_length"].values <= 0
    room = np.maximum(weather["mixing_height"].values - height, 0)
    half = p.value("band_half_width", "fraction", process="plume-rise")
    rise = np.where(unstable & (room > 0), np.minimum(rise, room / (1 + half)), rise)
    spread = np.sqrt(3) * float(np.nan_to_num(stack["initial_sigma_z"].values))
    bottom = np.maximum(height + rise * (1 - half) - spread, 0)
    return bottom, height + rise * (1 + half) + spread


def layer_shares(stack: xr.Dataset, weather: xr.Dataset, z_edges: np.ndarray,
                 p: Parameters) -> np.ndarray:  # fmt: skip
    """Return the share of a release in each layer (class, layer), rows summing to 1.

    Parameters
    ----------
    stack, weather, p
        As :func:`final_rise`; ``stack`` also has ``initial_sigma_z`` (m) and a scalar ``release``.
    z_edges
        (layer + 1,), m above ground, from 0.

    Raises
    ------
    InputError
        If the release reaches above the model's top.
    """
    bottom, top = band(stack, weather, p)
    if top.max() > z_edges[-1]:
        msg = f"release {str(stack['release'].values)!r} reaches above the top of the model"
        hint = "give the mesh a higher top layer (transport.csv), or correct the stack data"
        raise InputError(msg, file="stacks.csv", column="technology", value=f"{top.max():.0f} m",
                         allowed=[f"<= {z_edges[-1]:g} m"], hint=hint)  # fmt: skip
    low, high = z_edges[:-1], z_edges[1:]
    depth = top - bottom
    inside = np.minimum(top[:, None], high) - np.maximum(bottom[:, None], low)
    thin = (bottom[:, None] >= low) & (bottom[:, None] < high)
    part = np.maximum(inside, 0) / np.where(depth > 0, depth, 1)[:, None]
    return np.where((depth > 0)[:, None], part, thin)
