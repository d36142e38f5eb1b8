"""From sources to cells: places, shares, gridded emissions, mass budget, CF netCDF."""

from emisim.gridding.netcdf import read, write
from emisim.gridding.places import read_places, weigh
from emisim.gridding.shares import allocate, budget, emissions, matrix, of_city, spread

__all__ = [
    "allocate",
    "budget",
    "emissions",
    "matrix",
    "of_city",
    "read",
    "read_places",
    "spread",
    "weigh",
    "write",
]
