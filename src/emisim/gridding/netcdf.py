"""Gridded emissions as CF-1.11 netCDF: one flux per species, kg m-2 s-1, by sector and month."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from emisim import __version__, units
from emisim.errors import InputError
from emisim.grid import MAPPING, Grid, from_attrs
from emisim.output import atomic
from emisim.vocabulary import SPECIES, name

PREFIX, SUFFIX = "tendency_of_atmosphere_mass_content_of", "due_to_emission"
STANDARD_NAMES = {
    "SO2": "sulfur_dioxide",
    "CO": "carbon_monoxide",
    "VOC": "nmvoc",
    "NH3": "ammonia",
    "PM10": "pm10_dry_aerosol_particles",
    "PM2.5": "pm2p5_dry_aerosol_particles",
    "BC": "elemental_carbon_dry_aerosol_particles",
    "CO2": "carbon_dioxide",
}
"""Names of the CF standard-name table; it has none for NOx counted as NO2, nor for OC."""
LABEL = "sector_name"
COMPRESSION = {"zlib": True, "complevel": 1, "shuffle": True, "dtype": "float32"}


def variable(species: str) -> str:
    """Return the netCDF variable of a species (no dots: ``PM2_5``)."""
    return species.replace(".", "_")


def write(
    path: str | Path,
    field: xr.DataArray,
    domain: Grid,
    year: int,
    attrs: Mapping[str, Any] | None = None,
    precision: str = "float32",
) -> None:
    """Write gridded emissions.

    Parameters
    ----------
    field
        kg per month, (sector, species, month, y, x), as :func:`~emisim.gridding.emissions` gives.
    year
        The calendar year of the months.
    attrs
        More global attributes (title, provenance digest). Nothing in the file depends on when it
        was written.
    precision
        Type of the numbers in the file.
    """
    bounds = month_bounds(year)
    flux = _flux(field, domain, bounds)
    dataset = domain.dataset().assign_coords(_coordinates(field, bounds, year))
    for species in field["species"].values:
        values = flux.sel(species=species).transpose("sector", "time", "y", "x")
        dataset[variable(species)] = (values.dims, values.values, attributes(species))
    dataset.attrs |= {**_title(year), **(attrs or {})}
    encoding: dict[str, dict[str, Any]] = {str(v): {"_FillValue": None} for v in dataset.variables}
    for species in field["species"].values:
        encoding[variable(species)] |= {**COMPRESSION, "dtype": precision}
    with atomic(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", format="NETCDF4", encoding=encoding)


def read(path: str | Path, species: Collection[str] = SPECIES) -> xr.DataArray:
    """Return what :func:`write` was given: kg per month, (sector, species, month, y, x).

    Values carry the precision of the file. The grid's attributes come along. Of ``species``
    those in the file are read.
    """
    if not Path(path).is_file():
        message = "file not found"
        raise InputError(message, file=path, hint="make it with the gridding step (emisim grid)")
    with xr.open_dataset(path, engine="netcdf4", decode_times=False) as dataset:
        domain = from_attrs(dataset.attrs)
        kept = [s for s in SPECIES if s in species and variable(s) in dataset]
        flux = xr.concat([dataset[variable(s)] for s in kept], dim=pd.Index(kept, name="species"))
        length = np.diff(dataset["time_bounds"].values, axis=1)[:, 0]
        seconds = xr.DataArray(length * units.factor("day", "s"), dims="time")
        mass = flux.astype(float) * seconds * xr.DataArray(domain.areas(), dims=("y", "x"))
        month = np.arange(1, len(length) + 1)
        mass = mass.rename(time="month").assign_coords(month=month, sector=mass[LABEL].values)
        mass = mass.drop_vars(["lon", "lat", LABEL])
        mass = mass.transpose("sector", "species", "month", "y", "x").rename("emission")
        return mass.assign_attrs(units="kg", **domain.attrs()).load()


def month_bounds(year: int) -> NDArray[np.float64]:
    """Return start and end of the twelve months, days since 1 January: (12, 2)."""
    edges = np.arange(f"{year}-01", f"{year + 1}-02", dtype="datetime64[M]")
    days = (edges.astype("datetime64[D]") - edges[0].astype("datetime64[D]")).astype(float)
    return np.column_stack([days[:-1], days[1:]])


def _flux(field: xr.DataArray, domain: Grid, bounds: NDArray[np.float64]) -> xr.DataArray:
    """Mean flux of each month, kg m-2 s-1."""
    seconds = np.diff(bounds, axis=1)[:, 0] * units.factor("day", "s")
    per_second = field / xr.DataArray(seconds, dims="month")
    flux = per_second / xr.DataArray(domain.areas(), dims=("y", "x"))
    return flux.drop_vars("month").rename(month="time")


def _coordinates(
    field: xr.DataArray, bounds: NDArray[np.float64], year: int
) -> dict[str, tuple[Any, ...]]:
    time = {
        "standard_name": "time",
        "long_name": "middle of the month",
        "units": f"days since {year}-01-01 00:00:00",
        "calendar": "standard",
        "units_metadata": "leap_seconds: unknown",
        "axis": "T",
        "bounds": "time_bounds",
    }
    return {
        "time": ("time", bounds.mean(axis=1), time),
        "time_bounds": (("time", "nv"), bounds),
        LABEL: ("sector", field["sector"].values, {"long_name": "source sector"}),
    }


def attributes(species: str) -> dict[str, str]:
    """Return the CF attributes of a species' flux by sector and month."""
    found = {
        "long_name": f"emission of {name(species, 'en')}",
        "units": "kg m-2 s-1",
        "cell_methods": "time: mean area: mean",
        "grid_mapping": MAPPING,
        "coordinates": f"{LABEL} lat lon",
    }
    if species in STANDARD_NAMES:
        found["standard_name"] = f"{PREFIX}_{STANDARD_NAMES[species]}_{SUFFIX}"
    return found


def _title(year: int) -> dict[str, str]:
    return {
        "Conventions": "CF-1.11",
        "title": f"Gridded anthropogenic emissions {year}",
        "source": f"emisim {__version__}",
        "comment": "monthly mean flux by sector; NOx counted as NO2; PM10 includes PM2.5",
    }
