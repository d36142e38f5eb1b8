"""CMAQ's gridded emissions: I/O API netCDF, moles/s of gases and g/s of aerosols per cell."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from numpy.typing import NDArray

from emisim import __version__
from emisim.errors import InputError
from emisim.export.hours import Hours
from emisim.export.target import Target
from emisim.output import atomic

UNITS = {"mol": "moles/s", "g": "g/s"}
NAME, LINE, LINES = 16, 80, 60
"""Characters of a name and of a line, and lines of a description: the library reads them whole."""
GRIDDED, NO_LEVELS, HEIGHT = 1, -9999, 6
"""FTYPE of gridded data; VGTYP of a file without levels and of heights above ground (m)."""
HOUR = 10000
"""TSTEP of an hour, HHMMSS."""


def write(
    path: str | Path, hours: Hours, target: Target, tops: Sequence[float] = (), about: str = ""
) -> None:
    """Write the hours as one file; ``tops`` are the layers' upper edges (m), none: the ground.

    Raises
    ------
    InputError
        If the I/O API has no type for the grid's projection.
    """
    if not target.projection:
        message = "the I/O API has no type for this grid's projection"
        hint = "give the CMAQ grid with --grid GRIDDESC --grid_name NAME"
        raise InputError(message, column="crs", value=target.grid.crs, hint=hint)
    layers = max(len(tops), 1)
    with (
        atomic(path) as temporary,
        netCDF4.Dataset(temporary, "w", format="NETCDF3_64BIT_OFFSET") as file,
    ):
        file.setncatts(_attributes(hours, target, tops, about))
        flags = _frame(file, hours, target, layers)
        flags[:] = np.repeat(_dates(hours.times)[:, None, :], len(hours.species), axis=1)
        for step, rates in enumerate(hours.rates(layers)):
            for number, name in enumerate(hours.species):
                file.variables[name][step] = rates[:, number].astype(np.float32)


def totals(path: str | Path, species: Sequence[str]) -> NDArray[np.float64]:
    """Return the sum of every species over hours, layers and cells, as the file has it."""
    with netCDF4.Dataset(path) as file:
        return np.array([file.variables[name][:].astype(float).sum() for name in species])


def _frame(file: netCDF4.Dataset, hours: Hours, target: Target, layers: int) -> Any:
    """Make dimensions and variables; return TFLAG."""
    sizes = {"TSTEP": None, "DATE-TIME": 2, "LAY": layers, "VAR": len(hours.species)}
    for name, size in {**sizes, "ROW": target.grid.ny, "COL": target.grid.nx}.items():
        file.createDimension(name, size)
    flags = file.createVariable("TFLAG", "i4", ("TSTEP", "VAR", "DATE-TIME"))
    flags.setncatts(_told("TFLAG", "<YYYYDDD,HHMMSS>", "Time step validity flags, UTC"))
    for name, unit in zip(hours.species, hours.units, strict=True):
        variable = file.createVariable(name, "f4", ("TSTEP", "LAY", "ROW", "COL"))
        variable.setncatts(_told(name, UNITS[unit], f"emission of {name}"))
    return flags


def _told(name: str, unit: str, text: str) -> dict[str, str]:
    return {
        "units": unit.ljust(NAME),
        "long_name": name.ljust(NAME),
        "var_desc": text[:LINE].ljust(LINE),
    }


def _dates(times: Sequence[datetime]) -> NDArray[np.int32]:
    """(time, 2) YYYYDDD and HHMMSS."""
    return np.array([[int(t.strftime("%Y%j")), t.hour * HOUR] for t in times], dtype=np.int32)


def _attributes(hours: Hours, target: Target, tops: Sequence[float], about: str) -> dict[str, Any]:
    date, time = (np.int32(v) for v in _dates(hours.times[:1])[0])
    grid = target.grid
    whole: dict[str, Any] = {
        **{"FTYPE": GRIDDED, "CDATE": date, "CTIME": 0, "WDATE": date, "WTIME": 0},
        **{"SDATE": date, "STIME": time, "TSTEP": HOUR, "NTHIK": 1},
        **{"NCOLS": grid.nx, "NROWS": grid.ny, "NLAYS": max(len(tops), 1)},
        **{"NVARS": len(hours.species), "GDTYP": target.projection["GDTYP"]},
    }
    real = {name: target.projection[name] for name in ("P_ALP", "P_BET", "P_GAM")}
    real |= {name: target.projection[name] for name in ("XCENT", "YCENT")}
    real |= {"XORIG": grid.x0, "YORIG": grid.y0, "XCELL": grid.cell_size, "YCELL": grid.cell_size}
    edges = [0.0, *tops] if len(tops) else [0.0, 0.0]
    return {
        "IOAPI_VERSION": "I/O API 3.2 layout".ljust(LINE),
        "EXEC_ID": f"emisim {__version__}".ljust(LINE),
        **{name: np.int32(value) for name, value in whole.items()},
        **{name: np.float64(value) for name, value in real.items()},
        "VGTYP": np.int32(HEIGHT if len(tops) else NO_LEVELS),
        "VGTOP": np.float32(0),
        "VGLVLS": np.array(edges, dtype=np.float32),
        "GDNAM": target.name[:NAME].ljust(NAME),
        "UPNAM": "EMISIM".ljust(NAME),
        "VAR-LIST": "".join(name.ljust(NAME) for name in hours.species),
        "FILEDESC": about[:LINE].ljust(LINE * LINES),
        "HISTORY": f"written by emisim {__version__}".ljust(LINE * LINES),
    }
