"""CF netCDF: flux (kg m-2 s-1) or mass per cell, in degrees or a projection, by month or year."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from emisim.errors import InputError
from emisim.gridding.netcdf import LABEL
from emisim.regrid import axes, layers, quantity, settings
from emisim.regrid.lattice import Floats
from emisim.regrid.layers import Layer
from emisim.regrid.quantity import Steps
from emisim.regrid.settings import Job

SUFFIXES = (".nc", ".nc4")
SECTOR = ("sector", "sectors", "category")
ALL = "all"
"""Sector of a file that has none; the settings say which of ours it is."""


def read(job: Job) -> list[Layer]:
    """Return a layer for each file, sector and species, of the steps of the year.

    Raises
    ------
    InputError
        For axes, a unit, a calendar or a value that cannot be used; a variable that is no species.
    """
    found: list[Layer] = []
    for path in settings.found(job, SUFFIXES):
        with axes.load(path) as data:
            names = _variables(data, job.given.ignore, path)
            terms = job.maps.terms("cf", names)
            for name in names:
                steps = axes.steps(data, job.given.year, path)
                (species,) = terms[name]
                found += variable(job, path, data[name], data, steps, (ALL, species))
    return found


def variable(
    job: Job, path: Path, whole: xr.DataArray, data: xr.Dataset, when: tuple[Steps, Any],
    names: tuple[str, str],
) -> list[Layer]:  # fmt: skip
    """Return the layers of one variable of an open file.

    Parameters
    ----------
    when
        The steps wanted, and their positions on the time axis.
    names
        The sector where the file has none, and our species.
    """
    given, species = job.given, names[1]
    cells = axes.lattice(data, whole, given.crs, _rule(job, "spacing_tolerance"), path)
    unit = quantity.parse(str(whole.attrs.get("units", "")) or given.unit, path)
    kilograms: Floats | float = unit.factor
    if unit.per_area:
        kilograms = kilograms * axes.areas(data, whole, cells, _rule(job, "area_tolerance"), path)
    scaled = quantity.scales(unit, when[0], given.annual, path)
    time, y, x = (axes.dimension(data, axis) for axis in ("time", "y", "x"))
    kind = next((dim for dim in SECTOR if dim in whole.dims), "")
    rest = set(whole.dims) - {time, y, x, kind}
    if any(whole.sizes[dim] > 1 for dim in rest):
        message = "a dimension is neither sector, time, y nor x"
        raise InputError(message, file=path, column=str(whole.name), value=sorted(map(str, rest)))
    whole = whole.isel(dict.fromkeys(rest, 0))
    labels = _labels(data, kind) if kind else [names[0]]
    found = []
    for number, label in enumerate(labels):
        if label in given.ignore:
            continue
        one = whole.isel({kind: number}) if kind else whole
        if time and time in one.dims:
            one = one.isel({time: when[1]})
        fields = _fields(one, time, (y, x), given.fill, path)
        pair = (label, species)
        found.append(layers.near(pair, scaled, fields, kilograms, cells, job.grid, path))
    return found


def _fields(
    part: xr.DataArray, time: str, plane: tuple[str, str], fill: Sequence[float], path: Path
) -> Iterator[tuple[Floats, NDArray[np.bool_]]]:
    """Yield clean values and missing cells (y, x), one step at a time."""
    steps = range(part.sizes[time]) if time in part.dims else [None]
    for step in steps:
        one = part if step is None else part.isel({time: step})
        values, fills = axes.values(one.transpose(*plane))
        yield layers.clean(values, [*fills, *fill], path)


def _labels(data: xr.Dataset, kind: str) -> list[str]:
    """Names of the sectors: a label variable along the dimension, else its coordinate."""
    texts = [n for n in data.variables if data[n].dims == (kind,) and data[n].dtype.kind in "OUS"]
    named = LABEL if LABEL in texts else next(iter(texts), kind)
    if named not in data:
        return [str(n) for n in range(data.sizes[kind])]
    return [v.decode() if isinstance(v, bytes) else str(v) for v in data[named].values]


def _rule(job: Job, name: str) -> float:
    return job.maps.value(name, "fraction")


def _variables(data: xr.Dataset, ignore: Collection[str], path: Path) -> list[str]:
    """Names of the variables that stand on the grid, without bounds, areas and what is ignored."""
    x, y = axes.dimension(data, "x"), axes.dimension(data, "y")
    named = {str(name): v for name, v in data.data_vars.items()}
    said = [
        v.attrs.get(key, "") for v in named.values() for key in ("cell_measures", "coordinates")
    ]
    other = {*" ".join(map(str, said)).split(), *ignore}
    kept = [name for name, v in named.items() if {x, y} <= set(v.dims) and name not in other]
    if not kept or not (x and y):
        message = "no variable stands on axes x (longitude) and y (latitude)"
        raise InputError(message, file=path, value=sorted(named))
    return kept
