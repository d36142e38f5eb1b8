"""Rasters of population, roads or land use as proxies: amounts in our cells, shares of places."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from emisim import overlay
from emisim.errors import InputError
from emisim.grid import Grid
from emisim.overlay import Weights
from emisim.regrid.lattice import Floats, Lattice
from emisim.regrid.settings import Proxy

COVER = 1e-3
"""Part of a cell that may lie beyond the raster: rounding of its edges."""


def field(proxy: Proxy, folder: str | Path, grid: Grid) -> Floats:
    """Return the amount of a proxy in our cells, (y, x): number, or m2 of the classes.

    Raises
    ------
    InputError
        For a file that is no georeferenced raster, negative values, classes that it does not
        have, or a raster that does not cover the grid.
    """
    path = Path(folder) / proxy.raster
    values, cells = _read(path, grid)
    found = np.where(np.isfinite(values), values, 0.0)
    if (found < 0).any() and proxy.kind != "class":
        message = "the proxy has negative values"
        hint = "declare the no-data value of the raster"
        raise InputError(message, file=path, value=float(found.min()), hint=hint)
    if proxy.kind == "density":
        found = found * cells.areas()
    if proxy.kind == "class":
        found = _of_classes(proxy, values, path) * cells.areas()
    weights = overlay.regrid(grid, cells.cells())
    shares = weights.matrix(grid.size)
    _covers(shares, cells, grid, path)
    return np.asarray(shares.T @ found.ravel()).reshape(grid.shape)


def shares(amount: Floats, districts: pd.Series, grid: Grid) -> Weights:
    """Return the shares of districts in cells by a proxy: they add to 1 inside each district.

    Parameters
    ----------
    amount
        (y, x), as :func:`field` gives it; inside a cell it is taken as even.
    districts
        WGS84 polygons by name.

    Raises
    ------
    InputError
        Names a district without any proxy, or one that reaches beyond the grid.
    """
    area = overlay.polygons(grid, districts.to_numpy(), names=list(districts.index))
    beyond = area.beyond(list(districts.index))
    if beyond:
        message = "a district reaches beyond the grid, where the proxy is not known"
        raise InputError(message, value=beyond, hint="widen grid.margin in city.yaml")
    weighed = area.matrix(grid.size) @ sparse.diags_array(amount.ravel())
    total = weighed.sum(axis=1)
    for name, sum_ in zip(districts.index, total, strict=True):
        if not sum_ > 0:
            message = f"the proxy is zero in all of district {name!r}"
            hint = "use another proxy for it, or spread by area"
            raise InputError(message, value=float(sum_), hint=hint)
    entries = (sparse.diags_array(1 / total) @ weighed).tocoo()
    row, column = (axis.astype(np.int64) for axis in entries.coords)
    return Weights(row, column, entries.data, np.zeros(len(districts))).checked()


def _read(path: Path, grid: Grid) -> tuple[Floats, Lattice]:
    """Return the values (y, x), NaN where there is no datum, and the pixels near the grid."""
    if not path.is_file():
        message = "raster not found"
        raise InputError(message, file=path, column="raster")
    import rasterio.errors
    import rioxarray

    try:
        data: Any = rioxarray.open_rasterio(path, masked=True)
    except rasterio.errors.RasterioIOError as error:
        message = f"not a readable raster ({error})"
        raise InputError(message, file=path, hint="use GeoTIFF") from None
    with data:
        affine, crs = data.rio.transform(), data.rio.crs
        if crs is None or affine.b or affine.d:
            message = "the raster has no coordinate system, or is rotated"
            hint = "give it one, north up (gdalwarp -t_srs)"
            raise InputError(message, file=path, value=str(crs), hint=hint)
        if data.sizes["band"] != 1:
            message = "the raster has more than one band"
            raise InputError(message, file=path, value=data.sizes["band"], allowed=[1])
        x = affine.c + np.arange(data.rio.width + 1) * affine.a
        y = affine.f + np.arange(data.rio.height + 1) * affine.e
        cells = Lattice(x, y, crs.to_wkt())
        rows, columns = cells.near(grid, path)
        part = data.isel(band=0, y=rows, x=columns)
        return part.values.astype(np.float64), cells.part(rows, columns)


def _of_classes(proxy: Proxy, values: Floats, path: Path) -> Floats:
    """Return 1 where a pixel is of a wanted class."""
    seen = sorted(set(np.unique(values[np.isfinite(values)]).astype(int).tolist()))
    if not proxy.classes or not set(proxy.classes) & set(seen):
        message = "none of the classes is in the raster"
        value = list(proxy.classes)
        raise InputError(message, file=path, column="classes", value=value, allowed=seen)
    return np.isin(values, proxy.classes).astype(np.float64)


def _covers(shares: sparse.csr_array, cells: Lattice, grid: Grid, path: Path) -> None:
    """Raise unless the raster covers every cell of the grid."""
    covered = np.asarray(shares.T @ cells.areas().ravel()).reshape(grid.shape) / grid.areas()
    bad = covered < 1 - COVER
    if bad.any():
        lon, lat = (axis[bad] for axis in grid.lonlat())
        message = f"the raster does not cover {int(bad.sum())} cells of the domain"
        first = [round(float(lon[0]), 4), round(float(lat[0]), 4)]
        hint = "use a raster that covers all foreign cells that meet the domain"
        raise InputError(message, file=path, value=first, hint=hint)
