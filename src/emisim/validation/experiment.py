"""Markov-coupled weather classes against a year computed hour by hour with the same weather.

Four sources of equal strength stand in the middle: a city that emits evenly, one that emits by day
(like traffic), one that emits by night (like heating), and a stack. All meet the same winds,
mixing and rain; the class model knows them by their classes only.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray as xr

from emisim.tables import Parameters
from emisim.transport import markov
from emisim.transport.mesh import Mesh
from emisim.transport.operator import Numerics, Problem
from emisim.validation import cache, hourly
from emisim.vocabulary import HALVES
from emisim.weather import regimes

SOURCES = ("city, flat", "city, by day", "city, by night", "stack")
PROFILED = {1: "traffic", 2: "heating"}
REFERENCE = {"process": "hourly-reference"}
SETTINGS = {"process": "numerics", "technology": "hourly-reference"}


@dataclass(frozen=True)
class Setting:
    """Sources on a mesh: fields (source, ny, nx), ug/s; layers (source, nz); profiles (source, 24).

    distance (ny, nx): of the cell centres from the sources, m.
    """

    mesh: Mesh
    fields: np.ndarray
    layers: np.ndarray
    profiles: np.ndarray
    distance: np.ndarray


def setting(p: Parameters, transport: Parameters, size: str = "hourly-reference") -> Setting:
    """Return the sources on the mesh that ``size`` (a technology of process numerics) names."""
    cells = int(p.value("cells", "fraction", process="numerics", technology=size))
    cell = p.value("cell_size", "m", process="numerics", technology=size)
    edges = np.asarray((np.arange(cells + 1) - cells / 2) * cell, dtype=np.float64)
    tops = Mesh.around((0, 0, cell, cell), cell, transport, "default").z_edges
    mesh = Mesh(edges, edges, tops, (slice(0, cells), slice(0, cells)))
    x, y, _ = mesh.centres
    distance = np.hypot(x, y[:, None])
    city = np.exp(-((distance / p.value("city_radius", "m", **REFERENCE)) ** 2) / 2)
    stack = (distance < cell / 2).astype(float)
    shapes = np.stack([city, city, city, stack])
    total = p.value("emission", "ug/s", **REFERENCE)
    heights = [0.0, 0.0, 0.0, p.value("stack_height", "m", **REFERENCE)]
    fields = total * shapes / shapes.sum(axis=(1, 2), keepdims=True)
    return Setting(mesh, fields, mesh.layer_shares(heights), hour_profiles(p), distance)


def hour_profiles(p: Parameters) -> np.ndarray:
    """Return the emission of each source by local hour (source, 24), of mean 1."""
    out = np.ones((len(SOURCES), regimes.HOURS))
    clock = np.arange(regimes.HOURS)
    for source, name in PROFILED.items():
        begin, end = (p.value(n, "h", technology=name, **REFERENCE) for n in ("begin", "end"))
        after, before = clock >= begin, clock < end
        strong = after & before if begin < end else after | before
        out[source] = np.where(strong, p.value("strong_to_weak", "fraction", **REFERENCE), 1)
    return out / out.mean(axis=1, keepdims=True)


def losses(rain: np.ndarray, p: Parameters) -> np.ndarray:
    """Return the first-order loss (1/s) for rain (mm/h) of any shape."""
    dry = p.value("loss", "1/s", **REFERENCE)
    return dry + p.value("scavenging", "h/(mm*s)", **REFERENCE) * rain


def reference(hours: xr.Dataset, s: Setting, p: Parameters, folder: Path, name: str) -> np.ndarray:
    """Return the hour-by-hour mean at the ground (half, source, ny, nx), ug/m3.

    ``hours`` is the hourly weather (:func:`emisim.weather.regimes.hourly`); the result is kept in
    ``folder`` under ``name`` and taken from there while nothing that it depends on changes.
    """
    case, air = reference_inputs(hours, s, p)
    spin_up = int(p.value("spin_up", "h", **SETTINGS))
    here = Path(__file__).parent
    key = cache.digest(
        [here / "hourly.py", here / "_march.py"], *vars(case).values(), *vars(air).values(), spin_up
    )
    kept = cache.remember(
        folder, name, key, lambda: {"mean": hourly.run(case, air, spin_up=spin_up)}
    )
    return np.moveaxis(kept["mean"], -1, 1)


def reference_inputs(
    hours: xr.Dataset, s: Setting, p: Parameters
) -> tuple[hourly.Case, hourly.Hours]:
    """Return what the hourly run takes, of the same weather as the classes."""
    ratio = on_heights(hours, "wind_ratio", s.mesh.centres[2])
    clock = hours["time"].dt.hour.to_numpy()
    names = list(HALVES)
    air = hourly.Hours(
        hours["u"].to_numpy()[:, None] * ratio,
        hours["v"].to_numpy()[:, None] * ratio,
        on_heights(hours, "diffusivity", s.mesh.z_edges[1:-1]),
        losses(hours["rain"].to_numpy(), p),
        np.array([names.index(half) for half in hours["half"].to_numpy()]),
    )
    case = hourly.Case(
        float(np.diff(s.mesh.x_edges)[0]),
        s.mesh.z_edges,
        p.value("horizontal_diffusivity", "m2/s", **REFERENCE),
        p.value("deposition", "m/s", **REFERENCE),
        p.value("courant", "fraction", **SETTINGS),
        np.einsum("sji,sz->jizs", s.fields, s.layers),
        s.profiles[:, clock].T,
    )
    return case, air


def on_heights(data: xr.Dataset, name: str, z: np.ndarray) -> np.ndarray:
    """Return a profile variable (..., level) at heights ``z`` (m), linear between levels."""
    level = data["level"].to_numpy()
    return np.apply_along_axis(lambda profile: np.interp(z, level, profile), -1, data[name].values)


def classes(weather: xr.Dataset, s: Setting, p: Parameters, numerics: Numerics) -> np.ndarray:
    """Return the class model's mean at the ground (half, source, ny, nx), ug/m3."""
    return np.stack([one_half(weather, half, s, p, numerics) for half in HALVES])


def one_half(
    weather: xr.Dataset, half: str, s: Setting, p: Parameters, numerics: Numerics
) -> np.ndarray:
    """Return the class model's mean at the ground of one half (source, ny, nx), ug/m3."""
    one = weather.sel(half=half)
    count, (ny, nx, nz) = one.sizes["class"], s.mesh.shape
    loss = np.repeat(losses(one["rain"].to_numpy(), p)[:, None], nz, axis=1)
    deposition = np.full((count, 1), p.value("deposition", "m/s", **REFERENCE))
    spread = p.value("horizontal_diffusivity", "m2/s", **REFERENCE)
    surface = np.zeros((ny, nx), int)
    problem = Problem(
        s.mesh, one, loss, deposition, surface, numerics._replace(horizontal_diffusivity=spread)
    )
    by_class = np.stack(
        [regimes.factor(weather, hours).sel(half=half).to_numpy() for hours in s.profiles]
    )
    weight = (one["frequency"].to_numpy() * by_class)[:, :, None] * s.layers[:, None, :]
    own = np.einsum("sji,st->sjit", s.fields, np.eye(len(s.fields)))
    tolerance = p.value("tolerance", "fraction", **SETTINGS)
    c = markov.solve(problem, own, weight, tolerance)
    return np.moveaxis(c[:, :, :, 0].sum(axis=0, dtype=float), -1, 0)


def superposed(weather: xr.Dataset) -> xr.Dataset:
    """Return the classes as independent steady plumes: none turns into another.

    Directions are those of the mean vectors, speeds the harmonic means.
    """
    stay = xr.zeros_like(weather["transition"]) + np.eye(weather.sizes["class"])
    mean = np.hypot(weather["u"], weather["v"])
    stretch = (weather["speed"] / xr.where(mean > 0, mean, np.inf)).fillna(0)
    return weather.assign(
        transition=stay.transpose(*weather["transition"].dims).astype(float),
        u=weather["u"] * stretch,
        v=weather["v"] * stretch,
    )


def annual(by_half: np.ndarray) -> np.ndarray:
    """Return the mean of the year from the means of the halves, weighted by their months."""
    return np.average(by_half, axis=0, weights=[len(months) for months in HALVES.values()])


def ring_edges(p: Parameters) -> list[float]:
    """Return the outer edges of the rings, m."""
    frame = p.frame
    rings = frame.loc[(frame["technology"] == "ring"), "standard"]
    key = {"process": "numerics", "technology": "ring"}
    return [p.value("outer", "m", standard=ring, **key) for ring in rings]


def scores(model: np.ndarray, truth: np.ndarray, s: Setting, p: Parameters) -> np.ndarray:
    """Return bias and error (2, source, ring) of fields (source, ny, nx), relative to the truth.

    Bias: sum of differences, error: sum of absolute differences, over the sum of the truth.
    """
    out, inner = [], 0.0
    for outer in ring_edges(p):
        own = (s.distance >= inner) & (s.distance < outer)
        gap = model[:, own] - truth[:, own]
        total = truth[:, own].sum(axis=1)
        out.append([gap.sum(axis=1) / total, abs(gap).sum(axis=1) / total])
        inner = outer
    return np.moveaxis(np.array(out), 0, -1)


def without_covariance(s: Setting) -> Setting:
    """Return the sources with emissions that know nothing of the hour, as most models have them."""
    return replace(s, profiles=np.ones_like(s.profiles))
