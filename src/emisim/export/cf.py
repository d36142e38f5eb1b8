"""CF netCDF of a day: mean flux of each hour by species, kg m-2 s-1, on the target grid, in UTC."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from emisim import __version__
from emisim.export.amounts import Amounts
from emisim.export.hours import Hours
from emisim.export.target import Target
from emisim.gridding.netcdf import COMPRESSION, attributes, variable
from emisim.output import atomic
from emisim.vocabulary import SPECIES

PRECISION = "float64"
"""Of the numbers in our own files: sums agree with the inventory's to 1e-9."""
ORIGIN = "%Y-%m-%d %H:%M:%S"


def write(path: str | Path, hours: Hours, target: Target, attrs: dict[str, Any]) -> None:
    """Write the hours of the inventory's own species (:func:`emisim.export.hours.as_inventory`)."""
    area = target.grid.areas()
    flux = np.stack([rates.sum(axis=0) / area for rates in hours.rates(hours.layers)], axis=1)
    dataset = target.grid.dataset().assign_coords(_times(hours))
    for name, values in zip(hours.species, flux, strict=True):
        told = attributes(name) | {"coordinates": "lat lon"}
        dataset[variable(name)] = (("time", "y", "x"), values, told)
    dataset.attrs |= {
        "Conventions": "CF-1.11",
        "title": "Gridded anthropogenic emissions by hour",
        "source": f"emisim {__version__}",
        "history": f"written by emisim {__version__}",
        "comment": "hourly mean flux; NOx counted as NO2; PM10 includes PM2.5",
        **attrs,
    }
    encoding: dict[str, dict[str, Any]] = {str(v): {"_FillValue": None} for v in dataset.variables}
    for name in hours.species:
        encoding[variable(name)] |= {**COMPRESSION, "dtype": PRECISION}
    with atomic(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", format="NETCDF4", encoding=encoding)


def totals(path: str | Path, species: Sequence[str], target: Target) -> NDArray[np.float64]:
    """Return the sum of every species over hours and cells (kg/s), read back."""
    area = target.grid.areas()
    with xr.open_dataset(path, engine="netcdf4", decode_times=False) as dataset:
        return np.array([
            float((dataset[variable(name)].values.astype(float) * area).sum()) for name in species
        ])  # fmt: skip


def monthly(amounts: Amounts) -> xr.DataArray:
    """Return kg per month (sector, species, month, y, x), as :func:`emisim.gridding.write` takes.

    The periods of ``amounts`` are the twelve months.
    """
    sectors = amounts.groups["sector"].to_numpy()
    names = sorted(set(sectors))
    kg = np.stack([amounts.kg[sectors == name].sum(axis=0) for name in names])
    grid = amounts.grid
    coords = {
        "sector": np.array(names, dtype=object),
        "species": np.array(SPECIES, dtype=object),
        "month": list(amounts.periods),
        **{"y": grid.y, "x": grid.x},
    }
    dims = ("sector", "species", "month", "y", "x")
    return xr.DataArray(kg.reshape(*kg.shape[:3], *grid.shape), coords, dims)


def _times(hours: Hours) -> dict[str, tuple[Any, ...]]:
    start = np.arange(len(hours.times), dtype=float)
    time = {
        "standard_name": "time",
        "long_name": "middle of the hour, UTC",
        "units": f"hours since {hours.times[0].strftime(ORIGIN)}",
        "calendar": "standard",
        "units_metadata": "leap_seconds: unknown",
        "axis": "T",
        "bounds": "time_bounds",
    }
    return {
        "time": ("time", start + 1 / 2, time),
        "time_bounds": (("time", "nv"), np.column_stack([start, start + 1])),
    }
