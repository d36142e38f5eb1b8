"""The grid of another model: from a GRIDDESC, from a WRF file, or the city's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pyproj

from emisim.csvtable import read_text
from emisim.errors import InputError, require_known
from emisim.grid import WGS84, Grid

LAMBERT_CONFORMAL, POLAR, MERCATOR, AZIMUTHAL = 2, 6, 7, 10
"""Grid types of the I/O API (``GDTYP``) that are read and written."""
PROJECTIONS = {
    LAMBERT_CONFORMAL: "+proj=lcc +lat_1={alpha} +lat_2={beta} +lat_0={lat} +lon_0={gamma}",
    POLAR: "+proj=stere +lat_0={pole} +lat_ts={beta} +lon_0={gamma}",
    MERCATOR: "+proj=merc +lat_ts={alpha} +lon_0={gamma}",
    AZIMUTHAL: "+proj=laea +lat_0={alpha} +lon_0={gamma}",
}
WRF_PROJECTIONS = {1: LAMBERT_CONFORMAL, 2: POLAR, 3: MERCATOR}
POLE = 90
NAMES = ("P_ALP", "P_BET", "P_GAM", "XCENT", "YCENT")
MOST = 10**8
"""Cells of a grid, far more than any model has."""
OFF_CENTRE = 0.02
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][-+]?\d+)?")


@dataclass(frozen=True)
class Target:
    """A grid with what its model's files say of it.

    Parameters
    ----------
    projection
        ``GDTYP`` and the five parameters of the I/O API; empty where it has no such type.
    attributes
        Global attributes that the model's own file carries.
    """

    grid: Grid
    name: str
    projection: Mapping[str, float] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


def own(grid: Grid, name: str) -> Target:
    """Return the city's grid as a target; Lambert azimuthal grids have an I/O API type."""
    told = pyproj.CRS.from_user_input(grid.crs).to_cf()
    shifted = told.get("false_easting", 0) or told.get("false_northing", 0)
    if told.get("grid_mapping_name") != "lambert_azimuthal_equal_area" or shifted:
        return Target(grid, name)
    lat, lon = (float(told[f"{axis}_of_projection_origin"]) for axis in ("latitude", "longitude"))
    values = (lat, 0.0, lon, lon, lat)
    return Target(grid, name, {"GDTYP": AZIMUTHAL, **dict(zip(NAMES, values, strict=True))})


def read(path: str | Path, name: str | None, radius: float) -> Target:
    """Return the grid of a file: wrfinput or geo_em (netCDF), else GRIDDESC (text).

    Parameters
    ----------
    name
        The grid of a GRIDDESC that holds several.
    radius
        Of the model's sphere, m.

    Raises
    ------
    InputError
        A file, a projection or a grid that cannot be used.
    """
    with Path(path).open("rb") as stream:
        magic = stream.read(4)
    if magic[:3] == b"CDF" or magic == b"\x89HDF":
        return _wrf(Path(path), radius)
    return _griddesc(Path(path), name, radius)


def _crs(projection: Mapping[str, float], radius: float, file: Path) -> str:
    """PROJ string whose origin is at (XCENT, YCENT); InputError if there is no such projection."""
    alpha, beta, gamma, lon, lat = (projection[name] for name in NAMES)
    shape = PROJECTIONS[int(projection["GDTYP"])].format(
        alpha=alpha, beta=beta, gamma=gamma, lat=lat, pole=POLE * np.sign(alpha or 1)
    )
    text = f"{shape} +R={radius} +units=m +no_defs"
    try:
        x, y = pyproj.Transformer.from_crs(WGS84, text, always_xy=True).transform(lon, lat)
    except pyproj.exceptions.ProjError:
        x, y = np.inf, np.inf
    if not np.isfinite([x, y]).all():
        message = "the projection of the file cannot be used"
        hint = "give angles in degrees in the order alpha, beta, gamma, longitude, latitude"
        told = {name: float(projection[name]) for name in NAMES}
        raise InputError(message, file=file, value=told, hint=hint)
    return f"{text} +x_0={-x:.6f} +y_0={-y:.6f}"


def _griddesc(path: Path, name: str | None, radius: float) -> Target:
    systems, grids = _records(path)
    if name is None and len(grids) != 1:
        message = "the file describes several grids, or none"
        raise InputError(message, file=path, allowed=list(grids), hint="choose with --grid_name")
    chosen = next(iter(grids)) if name is None else name
    require_known([chosen], grids, "grid", file=path)
    system, numbers = grids[chosen]
    require_known([system], systems, "coordinate system", file=path)
    kind, *values = systems[system]
    require_known([int(kind)], PROJECTIONS, "grid type of the I/O API (GDTYP)", file=path)
    projection = {"GDTYP": int(kind), **dict(zip(NAMES, values, strict=True))}
    x0, y0, dx, dy, columns, rows = numbers[:6]
    if dx != dy:
        message = f"cells of grid {chosen!r} are not square"
        hint = "give one cell size for both directions"
        raise InputError(message, file=path, value=(dx, dy), hint=hint)
    if not (dx > 0 and 1 <= columns * rows <= MOST and min(columns, rows) >= 1):
        message = f"grid {chosen!r} has no cells, or more than can be"
        hint = "give origin, cell size, columns and rows, as in '-24000.0, -21000.0, 3000.0, ...'"
        raise InputError(message, file=path, value=numbers[:6], allowed=[f"1 to {MOST} cells"],
                         hint=hint)  # fmt: skip
    grid = Grid(_crs(projection, radius, path), x0, y0, dx, int(columns), int(rows))
    return Target(grid, chosen, projection)


Systems = dict[str, list[float]]
Grids = dict[str, tuple[str, list[float]]]


def _records(path: Path) -> tuple[Systems, Grids]:
    """Coordinate systems and grids of a GRIDDESC: a name, then a line of numbers."""
    systems: Systems = {}
    grids: Grids = {}
    title = ""
    for row, line in enumerate(read_text(path).splitlines(), 1):
        text = line.split("!")[0]
        quoted = [q.strip() for q in re.findall(r"'([^']*)'", text)]
        rest = re.sub(r"'[^']*'", " ", text)
        numbers = [float(re.sub("[Dd]", "E", n)) for n in NUMBER.findall(rest)]
        if len(numbers) >= 6 and title:
            if quoted:
                grids[title] = quoted[0], numbers
            else:
                systems[title] = numbers[:6]
            title = ""
        elif quoted and not numbers:
            title = quoted[0]
        elif numbers:
            message = "not a line of a GRIDDESC"
            hint = "a name in quotes, then type and five parameters, or system and six numbers"
            raise InputError(message, file=path, row=row, value=line.strip(), hint=hint)
    return systems, grids


def _wrf(path: Path, radius: float) -> Target:
    with netCDF4.Dataset(path) as file:
        attributes = {name: file.getncattr(name) for name in file.ncattrs()}
        lon, lat = (_mass_points(file, name, path) for name in ("XLONG", "XLAT"))
    needed = ("MAP_PROJ", "DX", "DY", "TRUELAT1", "TRUELAT2", "STAND_LON", "MOAD_CEN_LAT")
    missing = [name for name in needed if name not in attributes]
    if missing:
        message = "not a WRF file: global attributes are missing"
        raise InputError(message, file=path, value=missing, hint="give wrfinput_d01 or geo_em.d01")
    code = int(attributes["MAP_PROJ"])
    require_known([code], WRF_PROJECTIONS, "MAP_PROJ", file=path)
    first, second, stand, centre = (
        float(attributes[n]) for n in ("TRUELAT1", "TRUELAT2", "STAND_LON", "MOAD_CEN_LAT")
    )
    kind = WRF_PROJECTIONS[code]
    alpha, beta = (np.sign(first) or 1, first) if kind == POLAR else (first, second)
    values = (float(alpha), beta, stand, stand, centre)
    projection = {"GDTYP": kind, **dict(zip(NAMES, values, strict=True))}
    grid = _placed(_crs(projection, radius, path), float(attributes["DX"]), lon, lat, path)
    return Target(grid, path.name.rsplit("_", 1)[-1].removeprefix("em."), projection, attributes)


def _mass_points(file: netCDF4.Dataset, name: str, path: Path) -> np.ndarray:
    for variable in (name, f"{name}_M"):
        if variable in file.variables:
            return np.asarray(file.variables[variable][:], dtype=float).reshape(
                file.variables[variable].shape[-2:]
            )
    message = f"the file has neither {name} nor {name}_M"
    raise InputError(message, file=path, hint="give wrfinput_d01 or geo_em.d01")


def _placed(crs: str, cell: float, lon: np.ndarray, lat: np.ndarray, path: Path) -> Grid:
    """The grid of the centres; InputError if they do not stand where the projection says."""
    x, y = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True).transform(lon, lat)
    ny, nx = lon.shape
    x0 = float(np.mean(x - cell * np.arange(nx))) - cell / 2
    y0 = float(np.mean(y - cell * np.arange(ny)[:, None])) - cell / 2
    grid = Grid(crs, x0, y0, cell, nx, ny)
    off = max(float(np.abs(x - grid.x).max()), float(np.abs(y - grid.y[:, None]).max()))
    if off > OFF_CENTRE * cell:
        message = "longitudes and latitudes are not those of the projection in the attributes"
        hint = "give the file as WPS or real.exe wrote it"
        raise InputError(message, file=path, value=f"{off:.0f} m off", hint=hint)
    return grid
