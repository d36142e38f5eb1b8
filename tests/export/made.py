"""A made-up city, a WRF file and a GRIDDESC for the export tests."""

from datetime import datetime
from math import cos, log, radians, tan

import netCDF4
import numpy as np
import pyproj
import xarray as xr

from emisim import gridding, inventory
from emisim.export import amounts, clock
from emisim.factors import Factors
from emisim.vocabulary import SPECIES
from export.paths import FACTORS, TABLES
from gridding.city import DISTRICTS, PLACES, domain, sources

RADIUS = 6370000.0
START = datetime(2019, 1, 1)
FIRST, SECOND, LON, LAT = 30.0, 60.0, 113.1, 38.0
MORE = {"CO": 3.0, "VOC": 1.5, "NH3": 0.2, "BC": 0.2, "OC": 0.3}
"""Factor of species that the example lacks, as multiples of PM2.5's."""


def city():
    """The gridding tests' inventory with all species, two clocks, and its shares."""
    base = sources()
    fine = base["factor"].sel(species="PM2.5")
    parts = [fine * MORE[s] if s in MORE else base["factor"].sel(species=s) for s in SPECIES]
    base = base.assign(factor=xr.concat(parts, base["species"]).transpose("source", "species"))
    hours = np.where(base["sector"] == "freight", "mobile", "residential").astype(object)
    base = base.assign_coords(hours=("source", hours))
    return gridding.allocate(base, domain(), PLACES, DISTRICTS)


def emission(base, months=range(1, 13)):
    found = inventory.emission(base).reset_coords(drop=True)
    return found.sel(month=list(months)).rename(month="period")


def laid(base, target=None, months=range(1, 13), layer=None):
    groups = amounts.group_by(base, layer)
    return amounts.lay(base, emission(base, months), groups, target)


def clocks(found):
    names = found.groups["hours"].drop_duplicates()
    hourly = dict(zip(names, Factors(FACTORS).profile(names, "hour"), strict=True))
    return clock.clock(found.groups, hourly, TABLES)


def cone():
    """Constant of the secant cone and its scale, on the sphere (Snyder's textbook formula)."""
    n = log(cos(radians(FIRST)) / cos(radians(SECOND)))
    n /= log(tan(radians(45 + SECOND / 2)) / tan(radians(45 + FIRST / 2)))
    return n, RADIUS * cos(radians(FIRST)) * tan(radians(45 + FIRST / 2)) ** n / n


def map_factor(lat):
    """Lambert conformal scale at a latitude."""
    n, scale = cone()
    rho = scale / np.tan(np.radians(45 + lat / 2)) ** n
    return n * rho / (RADIUS * np.cos(np.radians(lat)))


def centres(nx, ny, cell, west, south):
    """Longitudes and latitudes of a grid whose south-west corner is at (west, south), m."""
    n, scale = cone()
    x, y = np.meshgrid(west + cell * (np.arange(nx) + 0.5), south + cell * (np.arange(ny) + 0.5))
    rho0 = scale / np.tan(np.radians(45 + LAT / 2)) ** n
    rho, theta = np.hypot(x, rho0 - y), np.arctan2(x, rho0 - y)
    lat = 2 * np.degrees(np.arctan((scale / rho) ** (1 / n))) - 90
    return LON + np.degrees(theta) / n, lat


def wrfinput(path, nx=16, ny=14, cell=3000.0, west=-24000.0, south=-21000.0):
    lon, lat = centres(nx, ny, cell, west, south)
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as file:
        for name, size in {"Time": None, "south_north": ny, "west_east": nx}.items():
            file.createDimension(name, size)
        for name, values in (("XLONG", lon), ("XLAT", lat)):
            file.createVariable(name, "f4", ("Time", "south_north", "west_east"))[0] = values
        file.setncatts({
            **{"MAP_PROJ": np.int32(1), "DX": np.float32(cell), "DY": np.float32(cell)},
            **{"TRUELAT1": np.float32(FIRST), "TRUELAT2": np.float32(SECOND)},
            **{"STAND_LON": np.float32(LON), "MOAD_CEN_LAT": np.float32(LAT)},
            "TITLE": "OUTPUT FROM REAL_EM V4",
        })  # fmt: skip
    return path


GRIDDESC = """' '  ! coordinate systems
'LCC_TEST'
 2, 30.0D0, 60.0, 113.1, 113.1, 38.0
' '  ! grids
'TEST_3KM'
'LCC_TEST', -24000.0, -21000.0, 3000.0, 3000.0, 16, 14, 1
'FAR'
'LCC_TEST', 9.0E5, 9.0E5, 3000.0, 3000.0, 4, 4, 1
' '
"""


def griddesc(folder):
    path = folder / "GRIDDESC"
    path.write_text(GRIDDESC, encoding="utf-8")
    return path


def distance(a, b):
    """Geodetic distance of two points (lon, lat), m."""
    return pyproj.Geod(ellps="WGS84").inv(*a, *b)[2]
