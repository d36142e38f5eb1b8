"""The solver against closed forms: decay, line sources in diffusing air, width of a plume."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim.tables import Parameters
from emisim.transport import markov
from emisim.transport.mesh import Mesh
from emisim.transport.operator import Numerics, Problem
from emisim.validation import exact
from emisim.validation.section import Check, Section, at_least, at_most

TOLERANCE = 1e-12
"""Of the solver, so that only the scheme's own error is seen."""
FAR = 5.0
"""km; nearer than this a cell of the refined mesh is not small."""
FILE = "analytic_cases.json"
GROUND, ELEVATED = "ground_line_source_const_K", "elevated_200m_line_source_ground_conc"
CROSSWIND = "upwind_crosswind_numerical_diffusivity_plus_physical"


def one_wind(u: float, v: float, diffusivity: float = 0.0) -> xr.Dataset:
    """Return the weather of a single class that lasts, the same at all heights."""
    level = np.zeros(1)
    return xr.Dataset(
        {
            "frequency": ("class", np.ones(1)),
            "transition": (("class", "to"), np.ones((1, 1))),
            "u": ("class", np.array([float(u)])),
            "v": ("class", np.array([float(v)])),
            "wind_ratio": (("class", "level"), np.ones((1, 1))),
            "diffusivity": (("class", "level"), np.full((1, 1), float(diffusivity))),
        },
        coords={"level": level},
    )


def solved(
    mesh: Mesh, weather: xr.Dataset, numerics: Numerics, field: np.ndarray, layers: np.ndarray,
    *, loss: float = 0.0, spread: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """Return the steady concentration (ny, nx, nz) of a field (ny, nx) in one class."""
    ny, nx, nz = mesh.shape
    problem = Problem(
        mesh, weather, np.full((1, nz), loss), np.zeros((1, 1)), np.zeros((ny, nx), int),
        numerics._replace(horizontal_diffusivity=spread),
    )  # fmt: skip
    weight = np.asarray(layers, float).reshape(1, 1, nz)
    c = markov.solve(problem, field[None, :, :, None], weight, TOLERANCE, "double")
    return np.asarray(c[0, ..., 0])


def slab(x_edges: np.ndarray, z_edges: np.ndarray) -> Mesh:
    """Return a mesh one metre wide, for problems in x and z."""
    return Mesh(x_edges, np.array([0.0, 1.0]), z_edges, (slice(0, 1), slice(0, len(x_edges) - 1)))


def decay(p: Parameters, numerics: Numerics) -> pd.DataFrame:
    """Return model, closed form of the scheme and exact solution of decay, by cell size."""
    key = {"process": "numerics", "technology": "decay"}
    speed, loss, length, coarse = (
        p.value(n, u, **key)
        for n, u in (("speed", "m/s"), ("loss", "1/s"), ("length", "m"), ("cell_size", "m"))
    )
    rows = []
    for n in range(int(p.value("refinements", "fraction", **key))):
        size = coarse / 2**n
        cells = round(length / size)
        mesh = slab(size * np.arange(cells + 1), np.array([0.0, 1.0]))
        field = np.zeros((1, cells))
        field[0, 0] = speed
        c = solved(mesh, one_wind(speed, 0), numerics, field, np.ones(1), loss=loss)[0, -1, 0]
        scheme = float(exact.decay_upwind(np.array(cells), size, speed, loss))
        truth = float(exact.decay(np.array(length), speed, loss))
        rows.append((size / 1000, c, scheme, truth, c / truth - 1))
    return pd.DataFrame(rows, columns=["cell, km", "model", "scheme", "exact", "error"])


def line_source(p: Parameters, numerics: Numerics, tops: np.ndarray) -> pd.DataFrame:
    """Return the relative errors of ground and elevated line sources, coarse and refined mesh."""
    key = {"process": "numerics", "technology": "line-source"}
    distances = listed(p, "line-source", "distance", "m")
    lid = float(tops[-1])
    number = int(p.value("fine_layers", "fraction", **key))
    power = p.value("fine_power", "fraction", **key)
    fine = lid * np.linspace(0, 1, number + 1) ** power
    meshes = {
        "default layers": (p.value("cell_size", "m", **key), tops),
        "refined": (p.value("fine_cell_size", "m", **key), fine),
    }
    columns: dict[str, Sequence[float]] = {"distance, km": [x / 1000 for x in distances]}
    for source, height in (("ground", 0.0), ("elevated", p.value("height", "m", **key))):
        for name, (size, edges) in meshes.items():
            columns[f"{source}, {name}"] = _line_errors(
                p, numerics, size, edges, height, np.array(distances)
            )
    return pd.DataFrame(columns)


def _line_errors(
    p: Parameters, numerics: Numerics, size: float, edges: np.ndarray, height: float,
    distances: np.ndarray,
) -> Sequence[float]:  # fmt: skip
    key = {"process": "numerics", "technology": "line-source"}
    speed, diffusivity, receptor, length = (
        p.value(n, u, **key)
        for n, u in (("speed", "m/s"), ("diffusivity", "m2/s"), ("receptor_height", "m"),
                     ("length", "m"))
    )  # fmt: skip
    cells = round(length / size)
    mesh = slab(size * (np.arange(cells + 1) - 1 / 2), edges)
    field = np.zeros((1, cells))
    field[0, 0] = 1.0
    shares = mesh.layer_shares(height)[0]
    c = solved(mesh, one_wind(speed, 0, diffusivity), numerics, field, shares)[0]
    x, _, z = mesh.centres
    at_height = np.array([np.interp(receptor, z, column) for column in c])
    truth = exact.line_source(distances, receptor, height, float(edges[-1]), speed, diffusivity)
    return list(np.interp(distances, x, at_height) / truth - 1)


def crosswind(p: Parameters, numerics: Numerics) -> pd.DataFrame:
    """Return measured and predicted cross-wind diffusivity (m2/s) by angle of the wind (deg)."""
    rows = []
    for angle in np.deg2rad(listed(p, "crosswind", "angle", "deg")):
        measured, formula = _width(p, numerics, angle)
        rows.append((np.rad2deg(angle), measured, formula, measured / formula - 1))
    return pd.DataFrame(rows, columns=["angle, deg", "measured", "formula", "error"])


def _width(p: Parameters, numerics: Numerics, angle: float) -> tuple[float, float]:
    """Fit K = U/2 d(variance)/d(distance) to the plume of a point source."""
    key = {"process": "numerics", "technology": "crosswind"}
    speed, size, spread, nearest, farthest = (
        p.value(n, u, **key)
        for n, u in (("speed", "m/s"), ("cell_size", "m"), ("horizontal_diffusivity", "m2/s"),
                     ("nearest", "m"), ("farthest", "m"))
    )  # fmt: skip
    cells = int(p.value("cells", "fraction", **key))
    edges = np.asarray(size * np.arange(cells + 1), dtype=np.float64)
    mesh = Mesh(edges, edges, np.array([0.0, 1.0]), (slice(0, cells), slice(0, cells)))
    middle = cells // 4
    field = np.zeros((cells, cells))
    field[middle, middle] = 1.0
    u, v = speed * np.cos(angle), speed * np.sin(angle)
    c = solved(mesh, one_wind(u, v), numerics, field, np.ones(1), spread=spread)[..., 0]
    x, y, _ = mesh.centres
    dx, dy = x - x[middle], (y - y[middle])[:, None]
    along, across = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
    band = np.floor(along / size).astype(int)
    inside = (along >= nearest) & (along < farthest)
    mass = np.bincount(band[inside], c[inside])
    kept = mass > 0
    first, second, place = (
        np.bincount(band[inside], (c * w)[inside])[kept] / mass[kept]
        for w in (across, across**2, along)
    )
    slope = np.polyfit(place, second - first**2, 1)[0]
    return speed / 2 * slope, float(exact.crosswind_diffusivity(angle, speed, size, spread))


def listed(p: Parameters, technology: str, parameter: str, unit: str) -> list[float]:
    """Return the values of a parameter that has several rows, by their ``standard`` 1, 2, ..."""
    frame = p.frame
    rows = frame[(frame["technology"] == technology) & (frame["parameter"] == parameter)]
    key = {"process": "numerics", "technology": technology}
    return [p.value(parameter, unit, standard=name, **key) for name in rows["standard"]]


def independent(folder: Path | None, p: Parameters) -> list[Check]:
    """Return the check of our closed forms against independently computed values, if at hand."""
    if folder is None or not (folder / FILE).is_file():
        return []
    cases = json.loads((folder / FILE).read_text(encoding="utf-8"))
    one = cases["decay_1d"]
    pairs = [(exact.decay(np.array(one["x_m"]), one["u"], one["lambda"]), one["exact"])]
    line = cases[GROUND]
    lid, u, k = line["H"], line["u"], line["K"]
    height = p.value("height", "m", process="numerics", technology="line-source")
    for name, z, source in ((GROUND, line["z"], 0.0), (ELEVATED, 0.0, height)):
        for x, value in cases[name]["C"].items():
            pairs.append((exact.line_source(np.array(float(x)), z, source, lid, u, k), value))
    cross = cases[CROSSWIND]
    for angle, value in cross["K_cross"].items():
        turned = np.deg2rad(float(angle))
        mine = exact.crosswind_diffusivity(turned, cross["u"], cross["dx"], cross["kh"])
        pairs.append((np.asarray(mine), value))
    gap = max(abs(float(mine) / value - 1) for mine, value in pairs)
    return [at_most("closed forms against independent values", gap, p, "closed_form")]


def section(p: Parameters, transport: Parameters, folder: Path | None = None) -> Section:
    """Return the part of the page on closed forms; ``folder`` may hold independent values."""
    numerics = Numerics.read(transport)
    tops = Mesh.around((0, 0, 1, 1), 1.0, transport, "default").z_edges
    decayed, lines = decay(p, numerics), line_source(p, numerics, tops)
    widths = crosswind(p, numerics)
    error = decayed["error"].to_numpy()
    order = np.log2(error[:-1] / error[1:])
    off = abs(decayed["model"] / decayed["scheme"] - 1).max()
    refined = lines.filter(like="refined")[lines["distance, km"] >= FAR].abs().to_numpy().max()
    wide = widths["error"].abs().max()
    checks: list[Check] = [
        at_most("decay: against the scheme's own closed form", off, p, "closed_form"),
        at_least("decay: order of convergence", order.min(), p, "order"),
        at_most("line sources, refined mesh, largest error, 5 km on", refined, p, "line_source"),
        at_most("width of a plume against the formula", wide, p, "crosswind"),
        *independent(folder, p),
    ]
    text = [
        "First-order upwind differences have an error that halves with the cell, and spread a "
        "plume across the wind by K = Kh + (U dx / 2) |sin a cos a| (|cos a| + |sin a|). At 1 km "
        "this is of the order of the width of a 16th of the compass; it does not touch annual "
        "means of area sources, but blunts the peak of a single plume."
    ]  # fmt: skip
    tables = {
        "First-order decay over 100 km": decayed,
        "Line source, ground-level concentration: error relative to the exact solution": lines,
        "Cross-wind diffusivity, m2/s": widths,
    }
    return Section("analytic", "Closed forms and order of convergence", text, tables, checks)
