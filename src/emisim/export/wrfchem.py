"""WRF-Chem's anthropogenic emissions: ``wrfchemi`` files on a WRF grid.

Gases in mol km-2 h-1, aerosols in ug m-3 m s-1 (a flux: ug m-2 s-1), both over the cell's area on
the model's sphere, so that the model receives the inventory's mass.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from numpy.typing import NDArray

from emisim import __version__, units
from emisim.errors import InputError
from emisim.export.hours import Hours
from emisim.export.target import Target
from emisim.output import atomic

UNITS = {"mol": "mol km^-2 hr^-1", "g": "ug m^-3 m s^-1"}
DATE, DATE_LENGTH = "%Y-%m-%d_%H:%M:%S", 19
FIELD, AXES = 104, ("Time", "emissions_zdim_stag", "south_north", "west_east")


def variable(species: str) -> str:
    """Return the file's name of a species: ``E_PM25I``."""
    return f"E_{species.upper()}"


def names(start: str, domain: str, *, mean: bool) -> list[tuple[str, slice]]:
    """Return the files of a day and the hours in each.

    A representative day makes two files of twelve hours (``io_style_emissions = 1``), a day of the
    calendar one of 24 (``io_style_emissions = 2``).
    """
    if mean:
        return [
            (f"wrfchemi_00z_{domain}", slice(None, 12)),
            (f"wrfchemi_12z_{domain}", slice(12, 24)),
        ]
    return [(f"wrfchemi_{domain}_{start}_00:00:00", slice(None, 24))]


def write(
    path: str | Path, hours: Hours, target: Target, chosen: slice = slice(None), layers: int = 1
) -> None:
    """Write the ``chosen`` hours as one file.

    Raises
    ------
    InputError
        If the target is not the grid of a WRF file.
    """
    if "MAP_PROJ" not in target.attributes:
        message = "a wrfchemi file needs the grid of the WRF run"
        raise InputError(message, value=target.name, hint="give --grid wrfinput_d01 or geo_em.d01")
    area = target.grid.areas()
    with (
        atomic(path) as temporary,
        netCDF4.Dataset(temporary, "w", format="NETCDF3_64BIT_OFFSET") as file,
    ):
        file.setncatts({**target.attributes, "TITLE": f"EMISSIONS BY EMISIM {__version__}"})
        clocks = _frame(file, hours, target, layers)
        steps = range(len(hours.times))[chosen]
        for step, rates in enumerate(hours.rates(layers)):
            if step not in steps:
                continue
            row = step - steps.start
            text = hours.times[step].strftime(DATE)
            clocks[row] = netCDF4.stringtochar(np.array(text, f"S{DATE_LENGTH}"))
            for number, (name, unit) in enumerate(zip(hours.species, hours.units, strict=True)):
                flux = rates[:, number] * _scale(unit) / area
                file.variables[variable(name)][row] = flux.astype(np.float32)


def totals(paths: Sequence[str | Path], hours: Hours, target: Target) -> NDArray[np.float64]:
    """Return the sum of every species over hours, layers and cells (mol/s, g/s), read back."""
    area, found = target.grid.areas(), np.zeros(len(hours.species))
    for path in paths:
        with netCDF4.Dataset(path) as file:
            for number, (name, unit) in enumerate(zip(hours.species, hours.units, strict=True)):
                flux = file.variables[variable(name)][:].astype(float)
                found[number] += float((flux * area).sum()) / _scale(unit)
    return found


def _scale(unit: str) -> float:
    """From mol/s or g/s over m2 to the file's unit."""
    if unit == "mol":
        return units.factor("mol/(m2 s)", "mol/(km2 h)")
    return units.factor("g/(m2 s)", "ug/(m2 s)")


def _frame(file: netCDF4.Dataset, hours: Hours, target: Target, layers: int) -> Any:
    """Make dimensions and variables; return Times."""
    sizes = (None, layers, *target.grid.shape)
    for name, size in {**dict(zip(AXES, sizes, strict=True)), "DateStrLen": DATE_LENGTH}.items():
        file.createDimension(name, size)
    clocks = file.createVariable("Times", "S1", ("Time", "DateStrLen"))
    lon, lat = target.grid.lonlat()
    for name, values in (("XLONG", lon), ("XLAT", lat)):
        place = file.createVariable(name, "f4", AXES[2:])
        kind = "degree_east" if name == "XLONG" else "degree_north"
        place.setncatts({"FieldType": np.int32(FIELD), "MemoryOrder": "XY ", "units": kind})
        place[:] = values
    for name, unit in zip(hours.species, hours.units, strict=True):
        made = file.createVariable(variable(name), "f4", AXES)
        made.setncatts(
            {
                **{"FieldType": np.int32(FIELD), "MemoryOrder": "XYZ", "stagger": "Z"},
                **{"description": f"EMISSION OF {name.upper()}", "units": UNITS[unit]},
                "coordinates": "XLONG XLAT",
            }
        )
    return clocks
