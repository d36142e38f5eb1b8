"""The source-receptor interface: kernels of concentration per unit emission.

Schema of the Dataset (what any transport engine must deliver):

    kernel (release, family, season, dy, dx)  s m-3   ground-level concentration in ug/m3, mean of
                                                      the receptor cell and of the season, per ug/s
                                                      emitted evenly over the source cell
    coords: release  names of the release classes (rows of stacks.csv)
            family   PM2.5, PMcoarse, SO2, NOx (emitted) and SO4, NO3, per ug/s of SO2, NOx emitted
            season   winter, spring, summer, autumn
            dy, dx   receptor minus source, m, north and east positive
    attrs:  cell_size (m), engine, weather (station), wet_deposition

Consumers use :func:`emisim.transport.convolve.concentrations` only, never the kernels' inner form,
so that an engine without translation symmetry can bring its own operator of the same meaning.

This engine: class-frequency-weighted sector-averaged Gaussian plumes over flat, uniform ground,
each weather class in steady state. It leaves out rain, terrain, and the change of weather during
travel. Calm hours count as plumes that drift at the floor speed for as long as it takes; where
calms are frequent they make up most of a ground-level kernel, which is then too high.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from emisim import output
from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.transport import footprint, gaussian
from emisim.transport.classes import Classes, classes
from emisim.vocabulary import SEASONS
from emisim.weather import frequencies

if TYPE_CHECKING:
    from emisim.grid import Grid

DIMS = ("release", "family", "season", "dy", "dx")


def build(grid: "Grid", weather: pd.DataFrame, parameters: Parameters,
          releases: xr.Dataset) -> xr.Dataset:  # fmt: skip
    """Return the kernels (schema in the module docstring).

    Parameters
    ----------
    grid
        Anything with cell_size (m), nx, ny.
    weather
        Joint frequency table of :mod:`emisim.weather`.
    parameters
        ``inputs/factors/dispersion.csv``.
    releases
        Release classes of :func:`emisim.transport.releases.read`.

    Raises
    ------
    InputError
        For an invalid weather table or missing parameter rows.
    """
    c = classes(frequencies.check(weather), parameters)
    r = gaussian.radii(footprint.longest(grid.ny, grid.nx, grid.cell_size), parameters)
    sectors = len(frequencies.DIRECTIONS)
    tables = np.stack(
        [
            _table(releases.sel(release=name), r, c, parameters)
            for name in releases["release"].values
        ]
    )
    matrix = footprint.weights(grid.ny, grid.nx, grid.cell_size, r, sectors, parameters)
    leading = tables.shape[:3]
    flat = tables.reshape(-1, len(r) * sectors).T
    values = np.ascontiguousarray((matrix @ flat).T)
    rows, columns = footprint.offsets(grid.ny, grid.nx)
    kernel = xr.DataArray(
        values.reshape(*leading, len(rows), len(columns)),
        dims=DIMS,
        coords={
            "release": releases["release"].values,
            "family": list(gaussian.FAMILIES),
            "season": list(SEASONS),
            "dy": rows * float(grid.cell_size),
            "dx": columns * float(grid.cell_size),
        },
        attrs={"units": "s m-3", "long_name": "concentration per unit emission"},
    )
    return check(kernel.to_dataset(name="kernel").assign_attrs(_attrs(grid, weather)))


def _attrs(grid: "Grid", weather: pd.DataFrame) -> dict[str, object]:
    return {
        "cell_size": float(grid.cell_size),
        "engine": "sector-averaged Gaussian plume, steady classes, flat terrain",
        "wet_deposition": "not treated",
        "weather": str(weather.attrs.get("station", "unnamed")),
    }


def _table(stack: xr.Dataset, r: np.ndarray, c: Classes, p: Parameters) -> np.ndarray:
    """Return the table (family, season, R, D) mixed over urban and rural surface."""
    name = str(stack["release"].values)
    urban = p.value("urban_weight", "fraction", process="surface", technology=name)
    mixed = ((1 - urban, "rural"), (urban, "urban"))
    return np.sum(
        [w * gaussian.radial_table(stack, surface, r, c, p) for w, surface in mixed if w > 0],
        axis=0,
    )


def check(kernels: xr.Dataset) -> xr.Dataset:
    """Return ``kernels`` if it follows the schema, else raise :class:`InputError`."""
    if "kernel" not in kernels or kernels["kernel"].dims != DIMS:
        msg = "not a kernel data set"
        found = tuple(kernels.get("kernel", xr.DataArray()).dims)
        raise InputError(msg, value=found, allowed=DIMS, hint="make it with `emisim receptors`")
    values = kernels["kernel"].values
    if not np.isfinite(values).all() or values.min() < 0:
        msg = "a kernel is negative or not finite"
        raise InputError(msg, value=float(np.nanmin(values)), hint="check dispersion.csv")
    return kernels


def write(kernels: xr.Dataset, path: str | Path) -> None:
    """Write kernels as compressed netCDF in single precision (relative error 6e-8)."""
    encoding = {"kernel": {"dtype": "float32", "zlib": True, "complevel": 1, "shuffle": True}}
    with output.atomic(path) as temporary:
        kernels.to_netcdf(temporary, engine="netcdf4", encoding=encoding)


def read(path: str | Path) -> xr.Dataset:
    """Read kernels written by :func:`write` into memory."""
    with xr.open_dataset(path, engine="netcdf4") as stored:
        return check(stored.astype(float).load())
