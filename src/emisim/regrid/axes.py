"""Axes of CF netCDF files: where x, y, time and sector are, in what system, by what calendar."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from emisim import units
from emisim.errors import InputError
from emisim.grid import WGS84
from emisim.regrid import quantity
from emisim.regrid.lattice import Floats, Lattice, from_bounds, from_centres
from emisim.regrid.layers import MONTHS
from emisim.regrid.quantity import Steps

NAMES = {
    "x": ("longitude", "projection_x_coordinate", "lon", "x"),
    "y": ("latitude", "projection_y_coordinate", "lat", "y"),
    "time": ("time",),
}
DEGREES = ("degrees", "degree", "degrees_north", "degrees_east", "degree_north", "degree_east")
DAYS = {"360_day": 360, "noleap": 365, "365_day": 365, "all_leap": 366, "366_day": 366}
LENGTHS = ("m", "km")


def load(path: Path) -> xr.Dataset:
    """Open a netCDF file with packed values and time as they are stored.

    Raises
    ------
    InputError
        If it is not netCDF.
    """
    try:
        return xr.open_dataset(path, engine="netcdf4", decode_times=False, mask_and_scale=False)
    except (OSError, ValueError) as error:
        message = f"not a readable netCDF file ({error})"
        raise InputError(message, file=path) from None


def values(variable: xr.DataArray) -> tuple[Floats, list[float]]:
    """Return the unpacked values of a variable and what stands where there is no datum."""
    raw = variable.values
    attrs = variable.attrs
    scale, offset = float(attrs.get("scale_factor", 1)), float(attrs.get("add_offset", 0))
    names = [name for name in ("_FillValue", "missing_value") if name in attrs]
    fills = [float(f) * scale + offset for name in names for f in np.ravel(attrs[name])]
    return raw.astype(np.float64) * scale + offset, fills


def dimension(data: xr.Dataset, axis: str) -> str:
    """Return the dimension of an axis (x, y or time), by standard name, else by name, else ""."""
    for name in NAMES[axis]:
        for dim in map(str, data.dims):
            if dim in data and data[dim].attrs.get("standard_name") == name:
                return dim
    return next((name for name in NAMES[axis] if name in data.dims and name in data), "")


def lattice(
    data: xr.Dataset, variable: xr.DataArray, crs: str, tolerance: float, path: Path
) -> Lattice:
    """Return the cells of a variable, from bounds where the file has them, else from centres.

    Raises
    ------
    InputError
        If the axes are not one-dimensional, in degrees or a length, or of an unknown system.
    """
    x, y = dimension(data, "x"), dimension(data, "y")
    if not (x and y and {x, y} <= set(variable.dims)):
        message = "the file has no one-dimensional axes for x (longitude) and y (latitude)"
        hint = "a rotated or curvilinear grid needs its projected x and y"
        raise InputError(message, file=path, value=list(map(str, variable.dims)), hint=hint)
    system, scale = _system(data, variable, (x, y), crs, path)
    edges = []
    for name in (x, y):
        bounds = data[name].attrs.get("bounds", "")
        if bounds in data:
            found = from_bounds(data[bounds].values, tolerance, path)
        else:
            found = from_centres(data[name].values, tolerance)
        edges.append(found * scale)
    return Lattice(edges[0], edges[1], system)


def areas(data: xr.Dataset, variable: xr.DataArray, cells: Lattice, tolerance: float,
          path: Path) -> Floats:  # fmt: skip
    """Return cell areas (y, x), m2: the file's own where it has them, checked by the ellipsoid.

    Raises
    ------
    InputError
        If the file's areas are not those of its cells, square degrees for instance.
    """
    ground = cells.areas()
    measure = str(variable.attrs.get("cell_measures", "")).replace("area:", "").strip()
    if measure not in data:
        return ground
    own, _ = values(data[measure])
    text = str(data[measure].attrs.get("units", ""))
    where: dict[str, Any] = {"file": path, "column": measure}
    if not units.fits(text.replace("^", ""), "m2"):
        message = "the cell areas have no unit of area"
        raise InputError(message, value=text, allowed=["m2", "km2"], **where)
    own = np.broadcast_to(own * units.factor(text.replace("^", ""), "m2"), cells.shape)
    off = np.abs(own / ground - 1)
    if not (off <= tolerance).all():
        row, column = np.unravel_index(int(np.argmax(off)), off.shape)
        message = "the cell areas of the file are not those of its cells on the ground"
        found, right = float(own[row, column]), float(ground[row, column])
        hint = "square degrees are no areas: give m2, or remove cell_measures"
        raise InputError(message, value=found, allowed=[f"{right:g} m2"], hint=hint, **where)
    return own


def steps(data: xr.Dataset, year: int, path: Path) -> tuple[Steps, Any]:
    """Return the steps of a year by the file's calendar, and their positions on the time axis.

    A file without time, or with one step whose bounds span a year, holds the year as a whole.

    Raises
    ------
    InputError
        If the file holds nothing of the year, or steps that are neither months nor a year.
    """
    name = dimension(data, "time")
    if not name:
        return quantity.steps_of_year(year), None
    import cftime

    axis = data[name]
    text, calendar = str(axis.attrs.get("units", "")), str(axis.attrs.get("calendar", "standard"))
    bounds = axis.attrs.get("bounds", "")
    stamps = data[bounds].values.mean(axis=1) if bounds in data else axis.values
    try:
        dates = cftime.num2date(stamps, text, calendar)
    except ValueError as error:
        message = f"the time axis cannot be read ({error})"
        raise InputError(message, file=path, column=name, value=f"{text}, {calendar}") from None
    here = [n for n, date in enumerate(dates) if date.year == year]
    if not here:
        message = "the file holds nothing of the year"
        years = sorted({date.year for date in dates})
        raise InputError(message, file=path, column=name, value=year, allowed=years)
    months = [dates[n].month for n in here]
    length = DAYS.get(calendar, quantity.of_year(year) / units.factor("day", "s"))
    if bounds in data:
        whole = _span(data[bounds].values[here[0]], text) > length / 2
    else:
        whole = len({date.year for date in dates}) == len(dates)
    if len(here) == 1 and whole:
        return Steps((), np.array([length * units.factor("day", "s")])), here
    if len(set(months)) != len(months):
        message = "the time steps are neither months nor a year"
        raise InputError(message, file=path, column=name, value=months, allowed=MONTHS)
    seconds = quantity.month_seconds(int(length))
    return Steps(tuple(months), seconds[np.asarray(months) - 1]), here


def _span(bounds: Floats, text: str) -> float:
    """Return the length of a step in days; ``text`` is "days since ..." or the like."""
    unit = text.split()[0].lower().rstrip("s")
    return float(abs(bounds[1] - bounds[0])) * units.factor(unit, "day")


def _system(
    data: xr.Dataset, variable: xr.DataArray, names: tuple[str, str], crs: str, path: Path
) -> tuple[str, float]:
    """Return the system of the axes, and the number that turns them into its unit."""
    written = {str(data[name].attrs.get("units", "")) for name in names}
    if written <= set(DEGREES):
        return crs or WGS84, 1.0
    unit = written.pop() if len(written) == 1 else str(written)
    if unit not in LENGTHS:
        message = "the axes are neither in degrees nor in a length"
        raise InputError(message, file=path, column=", ".join(names), value=unit,
                         allowed=[*DEGREES, *LENGTHS])  # fmt: skip
    mapping = str(variable.attrs.get("grid_mapping", ""))
    if crs or mapping not in data:
        if crs:
            return crs, units.factor(unit, "m")
        message = "the axes are projected and the file does not say how (grid_mapping)"
        raise InputError(message, file=path, hint="name the projection as crs in the settings")
    import pyproj

    try:
        found = pyproj.CRS.from_cf(dict(data[mapping].attrs))
    except (pyproj.exceptions.CRSError, KeyError) as error:
        message = f"the grid mapping cannot be read ({error})"
        raise InputError(message, file=path, column=mapping, hint="name crs instead") from None
    return found.to_wkt(), units.factor(unit, "m")
