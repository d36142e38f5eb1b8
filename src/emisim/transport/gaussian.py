"""Radial part of a class-frequency-weighted, sector-averaged Gaussian plume (ISC long-term form).

In one weather class (speed, stability, frequency f over direction) the ground concentration at
distance r from a point source Q is

    C = Q f(theta) / (r dtheta) * psi(r) P(r) / u
    psi = sqrt(2/pi)/sigma_z * sum_n exp(-(H + 2 n z_i)^2 / (2 sigma_z^2)),   1/z_i when well mixed

with f(theta)/dtheta the frequency per radian, P(r) the fraction of Q still in the plume, H the
effective release height and u the wind at the plume's mean height. This module returns
psi P / u, the part without direction, summed over classes with their frequencies, for every
season, for emitted families and the secondary ones made from them.
"""

import numpy as np
import xarray as xr

from emisim.tables import Parameters
from emisim.transport.classes import Classes
from emisim.vocabulary import SEASONS
from emisim.weather.stability import CLASSES

PRIMARY = ("PM2.5", "PMcoarse", "SO2", "NOx")
SECONDARY = {"SO4": "SO2", "NO3": "NOx"}
FAMILIES = (*PRIMARY, *SECONDARY)
SURFACES = ("rural", "urban")
STABLE = ("E", "F")


def radii(longest: float, p: Parameters) -> np.ndarray:
    """Return the nodes (R,) of the radial table, m, evenly spaced in the logarithm."""
    first = p.value("first_radius", "m", process="numerics")
    density = p.value("nodes_per_decade", "fraction", process="numerics")
    count = int(np.ceil(density * np.log10(longest / first))) + 1
    return np.geomspace(first, longest, count)


def sigma_z(r: np.ndarray, surface: str, p: Parameters) -> np.ndarray:
    """Return sigma_z (K, R) in m, a r (1 + b r)^c by stability (Briggs), for ``surface``."""
    names = (("a", "fraction"), ("b", "1/m"), ("c", "fraction"))
    a, b, c = (
        np.array(
            [[p.value(n, u, process="sigma-z", technology=k, standard=surface)] for k in CLASSES]
        )
        for n, u in names
    )
    return a * r * (1 + b * r) ** c


def wind_at(height: float | np.ndarray, speed: np.ndarray, surface: str,
            p: Parameters) -> np.ndarray:  # fmt: skip
    """Return u10 (h / 10 m)^p, m/s, for speed (..., K) at heights (..., K, R) or one height.

    The exponent goes by stability and surface. Below the reference height the speed is not
    reduced, above the top of the profile it does not grow.
    """
    reference = p.value("reference_height", "m", process="wind")
    top = p.value("profile_top", "m", process="wind")
    exponent = np.array(
        [
            p.value("profile_exponent", "fraction", process="wind", technology=k, standard=surface)
            for k in CLASSES
        ]
    )
    ratio = np.clip(height, reference, top) / reference
    if ratio.ndim > speed.ndim:
        return speed[..., None] * ratio ** exponent[:, None]
    return speed * ratio**exponent


def plume_rise(stack: xr.Dataset, u: np.ndarray, temperature: np.ndarray,
               p: Parameters) -> np.ndarray:  # fmt: skip
    """Return Briggs' final rise (..., K), m, for one release class and each weather class.

    F = g v d^2 (Ts - Ta) / (4 Ts); unstable and neutral: c F^(3/4)/u below the flux limit,
    c' F^(3/5)/u above it; stable: c'' (F / (u s))^(1/3) with s = g/T dtheta/dz.
    A release without stack data has none.
    """
    v, d, ts = (float(stack[n]) for n in ("exit_velocity", "stack_diameter", "exit_temperature"))
    if not np.isfinite([v, d, ts]).all():
        return np.zeros_like(u)

    def number(name: str, unit: str = "fraction", **key: str) -> float:
        return p.value(name, unit, process="plume-rise", **key)

    g = number("gravity", "m/s**2")
    flux = g * v * d**2 / 4 * np.maximum(ts - temperature, 0) / ts
    rise = np.where(
        flux < number("flux_limit"),
        number("unstable_small") * flux ** number("unstable_small_power") / u,
        number("unstable_large") * flux ** number("unstable_large_power") / u,
    )
    for name in STABLE:
        k = CLASSES.index(name)
        s = (
            g
            / temperature[..., k]
            * number("potential_temperature_gradient", "K/m", technology=name)
        )
        stable = number("stable") * (flux[..., k] / (u[..., k] * s)) ** (1 / 3)
        rise[..., k] = np.minimum(rise[..., k], stable)
    return rise


def vertical(height: np.ndarray, spread: np.ndarray, lid: np.ndarray, p: Parameters) -> np.ndarray:
    """Return psi, the ground-level vertical density (1/m): reflections at ground and lid.

    ``height``, ``lid``: (..., 1); ``spread`` (..., R). The integral over the mixed layer of the
    density whose ground value this is equals 1, so that flux is conserved.
    """
    limit = p.value("uniform_limit", "fraction", process="numerics")
    images = int(p.value("images", "fraction", process="numerics"))
    narrow = np.minimum(spread, limit * lid)
    total = np.zeros(np.broadcast_shapes(height.shape, narrow.shape))
    for n in range(-images, images + 1):
        image = 2 * n * lid if n else 0  # an infinite lid leaves the plume itself
        total += np.exp(-((height + image) ** 2) / (2 * narrow**2))
    plume = np.sqrt(2 / np.pi) / narrow * total
    return np.where(spread < limit * lid, plume, np.broadcast_to(1 / lid, plume.shape))


def profile(stack: xr.Dataset, surface: str, r: np.ndarray, c: Classes,
            p: Parameters) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return psi (S, V, K, R), 1/m, and transport speed u (S, V, K, R), m/s, of a release class.

    In unstable and neutral air a plume that would rise above the lid is kept below it (no
    penetration); in stable air a plume above the mixed layer stays aloft and sees no lid.
    The plume travels with the wind at its mean height: the release height or, once it has grown
    beyond that, sqrt(2/pi) sigma_z, at most half the mixing height.
    """
    stack_height = np.nan_to_num(float(stack["stack_height"]))
    rise = plume_rise(stack, wind_at(stack_height, c.speed, surface, p), c.temperature, p)
    lid = np.broadcast_to(c.mixing_height[:, None, :], rise.shape)
    height = stack_height + rise
    stable = np.isin(CLASSES, STABLE)
    height = np.where(stable, height, np.minimum(height, lid))
    lid = np.where(stable & (height > lid), np.inf, lid)[..., None]
    induced = p.value("induced_spread", "fraction", process="plume-rise") * rise
    initial = np.nan_to_num(float(stack["initial_sigma_z"]))
    spread = np.sqrt(sigma_z(r, surface, p) ** 2 + (induced**2 + initial**2)[..., None])
    middle = np.maximum(height[..., None], np.minimum(np.sqrt(2 / np.pi) * spread, lid / 2))
    return vertical(height[..., None], spread, lid, p), wind_at(middle, c.speed, surface, p)


def survival(psi: np.ndarray, u: np.ndarray, r: np.ndarray, p: Parameters) -> dict[str, np.ndarray]:
    """Return P (S, V, K, R) for each family: mass in the plume per mass emitted.

    Source depletion dP/dr = -(v_d psi + k) P / u, exact on each interval of r for interval-mean
    psi / u; a secondary family S gains m k P / u (m: ratio of molar masses times particulate share)
    and the pair is advanced with the analytic two-step chain on each interval.
    """
    time = np.diff(r, prepend=0) * _interval_mean(1 / u)
    exposure = np.diff(r, prepend=0) * _interval_mean(psi / u)

    def loss(family: str) -> np.ndarray:
        v = p.value("velocity", "m/s", process="deposition", technology=family)
        return np.asarray(v * exposure)

    out = {}
    for family in PRIMARY:
        made = [daughter for daughter, parent in SECONDARY.items() if parent == family]
        reaction = oxidation_rate(family, p)[:, None, None, None] * time if made else 0 * time
        spent = loss(family) + reaction
        out[family] = np.exp(-np.cumsum(spent, axis=-1))
        for daughter in made:
            gain = yield_ratio(family, daughter, p)[:, None, None, None] * reaction
            out[daughter] = _chain(spent, loss(daughter), gain)
    return out


def _interval_mean(values: np.ndarray) -> np.ndarray:
    """Mean of neighbouring nodes (..., R); the first interval, from the source, takes its node."""
    first = values[..., :1]
    return np.concatenate([first, (values[..., 1:] + values[..., :-1]) / 2], axis=-1)


def _chain(spent: np.ndarray, lost: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Advance S over intervals with exponents ``spent`` (parent), ``lost`` (daughter).

    S' = S e^-l + g P (e^-l - e^-a) / (a - l), with the limit g P e^-l for a = l.
    """
    parent, daughter = np.ones(spent.shape[:-1]), np.zeros(spent.shape[:-1])
    out = np.empty_like(spent)
    for i in range(spent.shape[-1]):
        a, b, g = spent[..., i], lost[..., i], gain[..., i]
        ratio = np.where(a == b, 1, -np.expm1(b - a) / np.where(a == b, 1, a - b))
        daughter = np.exp(-b) * (daughter + g * parent * ratio)
        parent = parent * np.exp(-a)
        out[..., i] = daughter
    return out


def oxidation_rate(family: str, p: Parameters) -> np.ndarray:
    """Return the first-order rate (S,), 1/s."""
    key = {"process": "oxidation", "technology": family}
    return np.array([p.value("rate", "1/s", standard=s, **key) for s in SEASONS])


def yield_ratio(family: str, daughter: str, p: Parameters) -> np.ndarray:
    """Return kg of particulate daughter per kg of parent oxidised (S,)."""
    masses = [
        p.value("relative_mass", "fraction", process="molar-mass", technology=n)
        for n in (daughter, family)
    ]
    key = {"process": "oxidation", "technology": family}
    share = [p.value("particle_share", "fraction", standard=s, **key) for s in SEASONS]
    return masses[0] / masses[1] * np.array(share)


def radial_table(stack: xr.Dataset, surface: str, r: np.ndarray, c: Classes,
                 p: Parameters) -> np.ndarray:  # fmt: skip
    """Return r C dtheta-free table (F families, S, R, D), s/m2: sum over classes of f psi P / u.

    Dividing by r and by the angle of a sector gives the concentration per unit emission.
    """
    psi, u = profile(stack, surface, r, c, p)
    mass = survival(psi, u, r, p)
    weight = psi / u
    return np.stack(
        [
            np.einsum("svkd,svkr->srd", c.frequency, weight * mass[f], optimize=True)
            for f in FAMILIES
        ]
    )
