"""Mass budget and the identity of forward and adjoint solutions, with real weather classes."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.tables import Parameters
from emisim.transport import markov
from emisim.transport.balance import balance
from emisim.transport.mesh import Mesh
from emisim.transport.operator import Numerics, Problem
from emisim.validation.section import Section, at_most
from emisim.vocabulary import HALVES

KEY = {"process": "numerics", "technology": "conservation"}
TITLE = "Mass budget and adjoint identity"


def mesh_of(p: Parameters, transport: Parameters) -> Mesh:
    """Return the mesh: a small city with the default layers and ring."""
    width, cell = (p.value(n, "m", **KEY) for n in ("width", "cell_size"))
    return Mesh.around((0, 0, width, width), cell, transport, "default")


def problem(mesh: Mesh, weather: xr.Dataset, numerics: Numerics, p: Parameters) -> Problem:
    """Return a problem with rain, deposition on two kinds of ground and loss."""
    count, (ny, nx, nz) = weather.sizes["class"], mesh.shape
    reference = {"process": "hourly-reference"}
    dry = p.value("loss", "1/s", **reference)
    wet = p.value("scavenging", "h/(mm*s)", **reference) * weather["rain"].to_numpy()
    velocity = p.value("deposition", "m/s", **reference)
    surface = np.indices((ny, nx)).sum(axis=0) % 2
    loss = np.repeat((dry + wet)[:, None], nz, axis=1)
    return Problem(
        mesh, weather, loss, np.full((count, 2), [velocity, velocity / 2]), surface, numerics
    )


def measured(one: Problem, p: Parameters, seed: int) -> dict[str, float]:
    """Return the gap of the mass budget, that of the adjoint, and the least concentration."""
    ny, nx, nz = one.mesh.shape
    count = one.weather.sizes["class"]
    number = int(p.value("sources", "fraction", **KEY))
    tolerance = p.value("tolerance", "fraction", **KEY)
    random = np.random.default_rng(seed)
    fields = random.random((1, ny, nx, number))
    weight = random.random((1, count, nz)) * one.weather["frequency"].to_numpy()[:, None]
    weight /= weight.sum()
    ground = random.random((ny, nx, number))
    ground /= ground.sum(axis=(0, 1))
    c = markov.solve(one, fields, weight, tolerance, "double")
    mu = markov.adjoint(one, ground, np.ones((count, number)), None, tolerance, "double")
    forward = np.einsum("jir,jiq->rq", ground, c[:, :, :, 0].sum(axis=0))
    backward = np.einsum("jir,jiq->rq", markov.sensitivity(mu, weight)[0], fields[0])
    return {
        "mass budget": float(abs(balance(one, c, fields, weight).gap).max()),
        "adjoint": float(abs(backward / forward - 1).max()),
        "least concentration": float(c.min()),
    }


def alone(weather: xr.Dataset) -> xr.Dataset:
    """Return the most frequent class with wind by itself."""
    moving = weather["frequency"].where(np.hypot(weather["u"], weather["v"]) > 1)
    one = weather.isel({"class": [int(moving.fillna(0).argmax("class"))]})
    kept = one.drop_vars(["transition", "frequency"]).drop_dims("to", errors="ignore")
    return kept.assign(
        frequency=("class", np.ones(1)), transition=(("class", "to"), np.ones((1, 1)))
    )


def section(weather: xr.Dataset, p: Parameters, transport: Parameters) -> Section:
    """Return the part of the page on conservation; ``weather`` has both halves."""
    numerics, mesh = Numerics.read(transport), mesh_of(p, transport)
    rows = {}
    for seed, half in enumerate(HALVES):
        both = weather.sel(half=half)
        rows[f"{half}, all classes"] = measured(problem(mesh, both, numerics, p), p, seed)
        rows[f"{half}, one class"] = measured(problem(mesh, alone(both), numerics, p), p, seed)
    table = pd.DataFrame(rows).T.rename_axis("case").reset_index()
    coupled = table["case"].str.endswith("all classes")
    single, joint = (table["adjoint"][own].max() for own in (~coupled, coupled))
    checks = [
        at_most("mass budget: largest gap", table["mass budget"].max(), p, "mass_balance"),
        at_most("adjoint identity, one class", single, p, "adjoint_single"),
        at_most("adjoint identity, all classes", joint, p, "adjoint_coupled"),
    ]
    text = [
        f"Random emissions and receptors on {' x '.join(map(str, mesh.shape))} cells in the "
        f"{weather.sizes['class']} weather classes of {weather.attrs['station']}, double "
        "precision: what is emitted, less what is deposited, lost and blown out of the box; and "
        "the concentration at receptors by the forward solution against that by the adjoint one."
    ]
    return Section("conservation", TITLE, text, {"Relative gaps": table}, checks)
