"""Reading hourly netCDF of reanalyses and weather models (ERA5, WRF): a point or a small box."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.weather.humidity import relative_humidity
from emisim.weather.record import HOUR, PROCESS

NAMES = {
    "east": ("u10", "U10"),
    "north": ("v10", "V10"),
    "temperature": ("t2m", "T2"),
    "dew_point": ("d2m",),
    "relative_humidity": ("r2", "rh2"),
    "mixing_height": ("blh", "PBLH"),
    "rain": ("tp",),
    "irradiance": ("ssrd", "SWDOWN"),
    "cloud": ("tcc",),
    "friction_velocity": ("zust", "UST"),
    "heat_flux": ("ishf", "HFX"),
}
"""What we read, and its names in ERA5 and WRF."""
NEEDED = ("east", "north", "temperature")
DOWNWARD = ("ishf",)
"""Fluxes that the file counts positive downward."""
COORDINATES = {
    "time": ("valid_time", "time", "XTIME", "Time"),
    "latitude": ("latitude", "lat", "XLAT"),
    "longitude": ("longitude", "lon", "XLONG"),
}
CANONICAL = {
    "east": "m/s",
    "north": "m/s",
    "temperature": "K",
    "dew_point": "K",
    "relative_humidity": "fraction",
    "mixing_height": "m",
    "rain": "mm",
    "irradiance": "W/m2",
    "cloud": "fraction",
    "friction_velocity": "m/s",
    "heat_flux": "W/m2",
}
SPELLINGS = {
    **dict.fromkeys(("m s**-1", "m s-1", "m s^-1"), "m/s"),
    **dict.fromkeys(("W m**-2", "W m-2", "W m^-2"), "W/m2"),
    **dict.fromkeys(("J m**-2", "J m-2", "J m^-2"), "J/m2"),
    **dict.fromkeys(("(0 - 1)", "0-1", "1", ""), "fraction"),
    **dict.fromkeys(("C", "celsius", "degrees_C"), "degC"),
}


def read(
    path: str | Path, p: Parameters, site: Mapping[str, object]
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return the hours of the cell nearest to a place, unchecked, and the station.

    Needed: u10, v10, t2m; d2m or r2; taken where present: blh, tp (m or mm in the hour before),
    ssrd (J/m2 in the hour before), tcc, zust, ishf; WRF's U10, V10, T2, PBLH, SWDOWN, UST, HFX.
    Time is UTC and hourly; a value at hh:00 stands for the hour that ends then. ``site`` gives
    ``utc_offset`` and, unless the file holds one cell, ``latitude`` and ``longitude``.

    Raises
    ------
    InputError
        If a variable, coordinate, unit or the place is missing or wrong, or the place is too far
        from the nearest cell.
    """
    if "utc_offset" not in site:
        msg = "the file is in UTC and the offset of local time is not given"
        raise InputError(msg, file=path, value="utc_offset", hint="give --utc_offset 8 for China")
    try:
        opened = xr.open_dataset(path)
    except (OSError, ValueError) as error:
        msg = f"not a readable netCDF file ({error})"
        raise InputError(msg, file=path, hint="download it again, as netCDF and not GRIB") from None
    with opened as file:
        cell, place = _nearest(file, path, p, site)
        found = {name: _values(cell, name, path) for name in NAMES}
        time = pd.Series(pd.DatetimeIndex(_coordinate(cell, "time", path).to_numpy()))
    frame = pd.DataFrame({name: values for name, values in found.items() if values is not None})
    frame["wind_speed"] = np.hypot(frame["east"], frame["north"])
    frame["wind_direction"] = np.rad2deg(np.arctan2(-frame["east"], -frame["north"])) % 360
    if "dew_point" in frame and "relative_humidity" not in frame:
        frame["relative_humidity"] = relative_humidity(frame["dew_point"], frame["temperature"], p)
    for name in {"rain", "irradiance"} & set(frame):
        frame[name] = frame[name].clip(lower=0)
    frame["time"] = time + pd.Timedelta(hours=float(str(site["utc_offset"]))) - HOUR / 2
    source = f"gridded hourly weather, file {Path(path).name}"
    return frame, {"station": Path(path).stem, "source": source, **site, **place}


def _coordinate(file: xr.Dataset, name: str, path: str | Path) -> xr.DataArray:
    for alias in COORDINATES[name]:
        if alias in file.variables and (
            name != "time" or np.issubdtype(file[alias].dtype, np.datetime64)
        ):
            return file[alias]
    msg = f"no coordinate gives the {name}"
    raise InputError(msg, file=path, value=list(file.variables), allowed=COORDINATES[name])


def _nearest(
    file: xr.Dataset, path: str | Path, p: Parameters, site: Mapping[str, object]
) -> tuple[xr.Dataset, dict[str, object]]:
    """Return the cell nearest to the place of ``site`` and where that cell is."""
    north, east = (_coordinate(file, name, path) for name in ("latitude", "longitude"))
    if "Time" in north.dims:
        north, east = north.isel(Time=0), east.isel(Time=0)
    north, east = xr.broadcast(north, east)
    target = [float(str(site.get(n, np.nan))) for n in ("latitude", "longitude")]
    if north.size == 1:
        index: dict[object, int] = dict.fromkeys(north.dims, 0)
    elif np.isnan(target).any():
        msg = f"the file holds {north.size} cells and no place is given"
        raise InputError(msg, file=path, hint="give --longitude and --latitude of the city")
    else:
        turn = (east - target[1] + 180) % 360 - 180
        radius = p.value("earth_radius", "km", process=PROCESS)
        distance = radius * np.deg2rad(
            np.hypot(north - target[0], turn * np.cos(np.deg2rad(target[0])))
        )
        index = {k: int(v) for k, v in distance.argmin(...).items()}
        _check_distance(float(distance.min()), path, p, target)
    place = {"latitude": float(north.isel(index)), "longitude": float(east.isel(index))}
    return file.isel({k: v for k, v in index.items() if k in file.dims}), place


def _check_distance(distance: float, path: str | Path, p: Parameters, target: list[float]) -> None:
    most = p.value("greatest_distance", "km", process=PROCESS)
    if distance > most:
        msg = f"the nearest cell is {distance:.0f} km from the place"
        hint = "check longitude and latitude (WGS84, east and north), or download another box"
        raise InputError(msg, file=path, value=target, allowed=[f"within {most:g} km"], hint=hint)


def _values(cell: xr.Dataset, name: str, path: str | Path) -> np.ndarray | None:
    """Return a variable as (hour,) in its canonical unit, or None where the file has it not."""
    alias = next((a for a in NAMES[name] if a in cell), None)
    if alias is None:
        if name in NEEDED:
            msg = (
                f"no variable gives the {name} wind or temperature"
                if name != "temperature"
                else ("no variable gives the temperature")
            )
            raise InputError(msg, file=path, value=list(cell.data_vars), allowed=NAMES[name])
        return None
    variable = cell[alias].squeeze(drop=True)
    if variable.ndim != 1:
        msg = f"{alias} has more dimensions than time and place"
        raise InputError(
            msg, file=path, value=list(variable.dims), hint="select one member, level or version"
        )
    sign = -1 if alias in DOWNWARD else 1
    return sign * _converted(variable, name, alias, path)


def _converted(variable: xr.DataArray, name: str, alias: str, path: str | Path) -> np.ndarray:
    if "units" not in variable.attrs:
        msg = f"{alias} has no units"
        raise InputError(msg, file=path, value=alias, hint="add the attribute units")
    spelled = str(variable.attrs["units"]).strip()
    unit = SPELLINGS.get(spelled, spelled)
    values = variable.to_numpy().astype(float)
    if unit == "J/m2":
        unit, values = "W/m2", values / (HOUR / pd.Timedelta(seconds=1))
    try:
        zero = units.convert(0.0, unit, CANONICAL[name])
        one = units.convert(1.0, unit, CANONICAL[name])
    except InputError as error:
        raise InputError(error.what, file=path, value=f"{alias} in {spelled}",
                         allowed=[CANONICAL[name]], hint=error.hint) from None  # fmt: skip
    return zero + (one - zero) * values
