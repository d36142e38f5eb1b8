"""An area source of 1 km2 over a year against AERMOD, with the meteorology AERMOD used."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.tables import Parameters
from emisim.transport import markov
from emisim.transport.mesh import Mesh
from emisim.transport.operator import Numerics, Problem
from emisim.validation import drawing
from emisim.validation.analytic import listed
from emisim.validation.experiment import annual
from emisim.validation.section import Section, absent, at_least, ratio
from emisim.vocabulary import HALVES
from emisim.weather import regimes

KEY = {"process": "numerics", "technology": "aermod"}
FOLDER, RECEPTORS, HOURS = "aermod_area", "area1km.plt", "hours.csv"
TITLE = "AERMOD, area source"
SURFACE = "rural"
NET = 9
"""Column of a plot file that names the net of a receptor (0-based)."""


def weather(path: Path, meteorology: Parameters) -> xr.Dataset:
    """Return the weather classes of the hours that AERMOD saw.

    Its friction velocity, heat flux and mixing height are used; 1/L follows from the first two.
    No rain, no cloud, any humidity: none of them matters for what is given.
    """
    given = pd.read_csv(path)
    start = pd.Timestamp("1999-01-01") + pd.Timedelta(hours=1) / 2
    record = pd.DataFrame(
        {
            "time": pd.date_range(start, periods=len(given), freq="h"),
            "wind_speed": given["u10"],
            "wind_direction": given["wd"],
            "temperature": given["T"],
            "irradiance": given["H"].clip(lower=0),
            "cloud": np.nan,
            "relative_humidity": 1.0,
            "friction_velocity": given["ustar"],
            "heat_flux": given["H"],
            "mixing_height": given["h"],
        }
    )
    record.attrs = {"station": "AERMOD", "latitude": 51.5, "longitude": 0.0, "utc_offset": 0.0}
    return regimes.build(record, meteorology, surface=SURFACE)


def receptors(path: Path) -> pd.DataFrame:
    """Return x, y (m), the annual mean ``reference`` (ug/m3) and ``net`` of every receptor."""
    columns = ["x", "y", "reference", "net"]
    table = pd.read_csv(path, comment="*", sep=r"\s+", header=None, usecols=[0, 1, 2, NET])
    table = table.set_axis(columns, axis=1)
    return table.assign(distance=np.hypot(table["x"], table["y"]))


def ground(classes: xr.Dataset, p: Parameters, transport: Parameters) -> tuple[Mesh, np.ndarray]:
    """Return the fine mesh and the annual mean (ny, nx) at the ground, ug/m3, without losses."""
    cells = int(p.value("cells", "fraction", **KEY))
    size = p.value("cell_size", "m", **KEY)
    side = cells * size / 2
    mesh = Mesh.around((-side, -side, side, side), size, transport, "fine")
    ny, nx, nz = mesh.shape
    x, y, _ = mesh.centres
    edge = p.value("source_edge", "m", **KEY)
    field = np.outer(abs(y) < edge, abs(x) < edge) * p.value("emission", "ug/s", **KEY)
    out = []
    for half in HALVES:
        one = classes.sel(half=half)
        count = one.sizes["class"]
        problem = Problem(
            mesh, one, np.zeros((count, nz)), np.zeros((count, 1)), np.zeros((ny, nx), int),
            Numerics.read(transport),
        )  # fmt: skip
        weight = one["frequency"].to_numpy()[None, :, None] * np.eye(nz)[0]
        fields = field.astype(np.float64)[None, :, :, None]
        c = markov.solve(problem, fields, weight)
        out.append(c[:, :, :, 0, 0].sum(axis=0, dtype=float))
    return mesh, annual(np.stack(out))


def compare(mesh: Mesh, mean: np.ndarray, points: pd.DataFrame) -> pd.DataFrame:
    """Add ``model``, the mean interpolated linearly to the receptors."""
    field = xr.DataArray(mean, {"y": mesh.centres[1], "x": mesh.centres[0]}, ("y", "x"))
    places = {axis: xr.DataArray(points[axis], dims="point") for axis in "yx"}
    return points.assign(model=field.interp(places).values)


def rings(points: pd.DataFrame, p: Parameters) -> pd.DataFrame:
    """Return means of model and reference on rings, and their correlation around the ring."""
    width = p.value("ring_width", "m", **KEY)
    rows = []
    for radius in listed(p, "aermod", "ring", "m"):
        own = points[abs(points["distance"] - radius) < width]
        model, truth = own["model"].mean(), own["reference"].mean()
        r = np.corrcoef(np.log(own["model"]), np.log(own["reference"]))[0, 1]
        rows.append((radius / units.factor("km", "m"), model, truth, model / truth, r))
    names = ["distance, km", "model", "AERMOD", "model / AERMOD", "correlation around the ring"]
    return pd.DataFrame(rows, columns=names)


def section(
    folder: Path | None, p: Parameters, transport: Parameters, meteorology: Parameters
) -> Section:
    """Return the part of the page on AERMOD; ``folder`` holds the reference data."""
    where = None if folder is None else folder / FOLDER
    if where is None or not (where / RECEPTORS).is_file():
        return absent("aermod", TITLE, f"{FOLDER}/{RECEPTORS}")
    mesh, mean = ground(weather(where / HOURS, meteorology), p, transport)
    points = compare(mesh, mean, receptors(where / RECEPTORS))
    table = rings(points[points["net"] != "SUB"], p)
    inside = points[points["net"] == "SUB"]["reference"].mean()
    own = float(mean[abs(mesh.centres[1]).argmin(), abs(mesh.centres[0]).argmin()])
    outer = points[points["distance"] >= 2 * p.value("cell_size", "m", **KEY)]
    r = np.corrcoef(np.log(outer["model"]), np.log(outer["reference"]))[0, 1]
    quotient = table["model / AERMOD"]
    checks = [
        ratio("ring means, lowest ratio", quotient.min(), p, "ring_factor"),
        ratio("ring means, highest ratio", quotient.max(), p, "ring_factor"),
        at_least("correlation of logarithms from 2 km on", r, p, "correlation"),
    ]
    text = [
        "AERMOD v12060, 8760 hours, flat terrain, 1 g/s from 1 km2 at 2 m, no losses. The classes "
        "are made from the friction velocity, heat flux and mixing height of the same hours; the "
        f"mesh is the fine setting ({mesh.z_edges[1]:g} m first layer), annual means in ug/m3. "
        f"Mean over the source's own cell: model {own:.3g}, AERMOD {inside:.3g}, "
        f"ratio {own / inside:.2f}. AERMOD carries each hour's plume straight to 50 km, however "
        "long it takes; in the model the wind turns on the way, so that the two part far out."
    ]
    tables, figures = {"Ring means of the annual mean": table}, {"rings": drawing.ratios(table)}
    return Section("aermod", TITLE, text, tables, checks, figures)
