"""MEIC-like files: one grid of a month, sector and species, Mg per cell, as text or netCDF.

Text has an Esri ASCII header and rows from the north. The netCDF form is the old layout of the
Generic Mapping Tools: ``x_range``, ``y_range``, ``dimension`` and one long vector ``z``, from the
north-west corner along the rows.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from emisim.csvtable import read_text
from emisim.errors import InputError
from emisim.grid import WGS84
from emisim.regrid import layers, quantity, settings
from emisim.regrid.lattice import Floats, Lattice
from emisim.regrid.layers import Layer
from emisim.regrid.quantity import Unit
from emisim.regrid.settings import Job, Settings

NAME = re.compile(
    r"(?P<year>\d{4})_(?P<month>\d{1,2})_{1,2}(?P<sector>[A-Za-z]+)_{1,2}(?P<species>[A-Za-z0-9.]+)"
)
SUFFIXES = (".asc", ".txt", ".nc")
UNIT = "Mg per cell per month"
NETCDF = ("x_range", "y_range", "dimension", "z")
HEADER = ("ncols", "nrows", "cellsize")
Raster = tuple[Floats, list[float], Lattice, Unit]


def read(job: Job) -> list[Layer]:
    """Return the layers of the year, one for each file and species that it stands for.

    Raises
    ------
    InputError
        For a file name, header, unit or value that cannot be used.
    """
    given, files = job.given, _named(job)
    terms = job.maps.terms("meic", {parts["species"] for parts in files.values()})
    found = []
    for path, parts in files.items():
        values, fills, lattice, unit = _raster(path, given)
        field = layers.clean(values, [*fills, *given.fill], path)
        steps = quantity.steps_of_year(given.year, [int(parts["month"])])
        when = quantity.scales(unit, steps, given.annual, path)
        kilograms = unit.factor * (lattice.areas() if unit.per_area else 1.0)
        for species in sorted(terms[parts["species"]]):
            names = (parts["sector"], species)
            found.append(layers.near(names, when, [field], kilograms, lattice, job.grid, path))
    return _summed(found)


def _named(job: Job) -> dict[Path, Mapping[str, str]]:
    """Files of the year and the parts of their names; what is to be ignored is not there."""
    found: dict[Path, Mapping[str, str]] = {}
    given, years = job.given, set()
    for path in settings.found(job, SUFFIXES):
        match = NAME.fullmatch(path.stem)
        if match is None:
            message = "the file name does not say year_month__sector__species"
            raise InputError(message, file=path, hint="e.g. 2017_01__power__SO2.asc")
        years.add(int(match["year"]))
        kept = {match["sector"], match["species"]}.isdisjoint(given.ignore)
        if kept and int(match["year"]) == given.year:
            if int(match["month"]) not in layers.MONTHS:
                message = "the file name has no month from 1 to 12"
                raise InputError(message, file=path, value=match["month"])
            found[path] = match.groupdict()
    if not found:
        message = "no file is of the year and not ignored"
        raise InputError(message, file=job.folder, column="year", value=given.year, allowed=years)
    return found


def _summed(found: list[Layer]) -> list[Layer]:
    """Add the parts of a species (PM25 and PMcoarse of PM10) of one sector and month."""
    groups: dict[tuple[str, str, tuple[int, ...]], list[Layer]] = {}
    for layer in found:
        groups.setdefault((layer.sector, layer.species, layer.months), []).append(layer)
    whole = []
    for parts in groups.values():
        first = parts[0]
        written = {NAME.fullmatch(part.file.stem)["species"] for part in parts}  # type: ignore[index]
        if len(written) == 1:
            whole += parts
            continue
        if len({part.lattice.key for part in parts}) > 1 or len(written) != len(parts):
            message = "the parts of a species do not stand once each on one grid"
            names = [part.file.name for part in parts]
            raise InputError(message, file=first.file, column=first.species, value=names)
        mass, total = sum(p.mass for p in parts), sum(p.total for p in parts)
        missing = np.any([p.missing for p in parts], axis=0)
        kept = (first.lattice, first.file)
        layer = Layer(first.sector, first.species, first.months, mass, total, missing, *kept)  # type: ignore[arg-type]
        whole.append(layer)
    return whole


def _raster(path: Path, given: Settings) -> Raster:
    return (_netcdf if path.suffix == ".nc" else _text)(path, given)


def _text(path: Path, given: Settings) -> Raster:
    """Read an Esri ASCII grid: values (y, x) from the north, fills, cells, unit."""
    lines = read_text(path).splitlines()
    count = next((n for n, line in enumerate(lines) if not line[:1].isalpha()), len(lines))
    head = {line.split()[0].lower(): _number(line, path, n) for n, line in enumerate(lines[:count])}
    lost = [name for name in HEADER if name not in head]
    lost += [f"{a}llcorner" for a in "xy" if not {f"{a}llcorner", f"{a}llcenter"} & set(head)]
    if lost:
        message = "the header of the ASCII grid is not complete"
        raise InputError(message, file=path, row=1, value=sorted(head), allowed=lost)
    nx, ny, size = int(head["ncols"]), int(head["nrows"]), head["cellsize"]
    half = size / 2
    west, south = (head.get(f"{a}llcorner", head.get(f"{a}llcenter", 0.0) - half) for a in "xy")
    try:
        values = np.array(" ".join(lines[count:]).split(), dtype=np.float64)
    except ValueError as error:
        message = f"a value of the ASCII grid is not a number ({error})"
        raise InputError(message, file=path) from None
    if values.size != nx * ny or not size > 0:
        message = "the ASCII grid has another number of values than its header says"
        raise InputError(message, file=path, value=values.size, allowed=[nx * ny])
    x = (west + np.arange(nx + 1) * size).astype(np.float64)
    y = (south + np.arange(ny, -1, -1) * size).astype(np.float64)
    fills = [head["nodata_value"]] if "nodata_value" in head else []
    unit = quantity.parse(given.unit or UNIT, path)
    return values.reshape(ny, nx), fills, Lattice(x, y, given.crs or WGS84), unit


def _number(line: str, path: Path, number: int) -> float:
    try:
        return float(line.split()[1])
    except (IndexError, ValueError):
        message = "a line of the header is no name with a number"
        raise InputError(message, file=path, row=number + 1, value=line) from None


def _netcdf(path: Path, given: Settings) -> Raster:
    """Read the netCDF form, as :func:`_text`."""
    try:
        data = xr.load_dataset(path, engine="netcdf4", mask_and_scale=False)
    except OSError as error:
        message = f"not a readable netCDF file ({error})"
        raise InputError(message, file=path) from None
    lost = [name for name in NETCDF if name not in data.variables]
    if lost:
        message = "the file is not of the MEIC layout"
        hint = "use format: cf or edgar"
        raise InputError(message, file=path, value=sorted(map(str, data.variables)), allowed=lost,
                         hint=hint)  # fmt: skip
    nx, ny = (int(n) for n in data["dimension"].values)
    z = data["z"]
    if z.size != nx * ny:
        message = "z has another number of values than the dimensions say"
        raise InputError(message, file=path, value=z.size, allowed=[nx * ny])
    west, east = (float(v) for v in data["x_range"].values)
    south, north = (float(v) for v in data["y_range"].values)
    _spaced(data, (east - west) / nx, (north - south) / ny, path)
    fills = [float(z.attrs[n]) for n in ("_FillValue", "missing_value", "nodata_value")
             if n in z.attrs]  # fmt: skip
    text = str(z.attrs.get("units", "")).strip() or given.unit or UNIT
    lattice = Lattice(
        np.linspace(west, east, nx + 1), np.linspace(north, south, ny + 1), given.crs or WGS84
    )
    return z.values.reshape(ny, nx), fills, lattice, quantity.parse(text, path)


def _spaced(data: xr.Dataset, dx: float, dy: float, path: Path) -> None:
    """Raise unless the ranges are those of the outer edges of the cells."""
    if "spacing" not in data:
        return
    said = data["spacing"].values.astype(float).ravel()
    if not np.allclose(said, [dx, dy], rtol=np.sqrt(np.finfo(np.float32).eps)):
        message = "spacing is not range / dimension: the ranges are not those of the cells' edges"
        raise InputError(message, file=path, column="spacing", value=said.tolist(),
                         allowed=[dx, dy])  # fmt: skip
