"""Made-up gridded inventories, small, and the grid and the city that they are laid on."""

import numpy as np
import pandas as pd
import shapely
import xarray as xr

from emisim import grid
from emisim.regrid import maps, parts
from emisim.regrid.settings import Job, Settings

DISTRICTS = pd.Series(
    [shapely.box(113.1, 38.0, 113.3, 38.2), shapely.box(113.1, 37.9, 113.3, 38.0)],
    index=pd.Index(["Upper", "Lower"], name="district"),
)
GRID = grid.around(DISTRICTS.to_numpy(), 2000.0, 6000.0)
MAPS = maps.read("inputs/regrid")
WEST, SOUTH, STEP = 112.5, 37.25, 0.25
NX, NY = 6, 5
"""A grid of a quarter degree that reaches beyond the domain on all sides."""


def field(seed=0, shape=(NY, NX)):
    return np.random.default_rng(seed).uniform(50.0, 150.0, shape)


def settings(form, *files, **more):
    return Settings(format=form, files=files, **{"year": 2017, **more})


def job(folder, form, *files, **more):
    return Job(settings(form, *files, **more), folder, MAPS, GRID)


def ascii_grid(folder, values, name, fill=-9999, head=None):
    """Write an Esri ASCII grid; row 0 of ``values`` is the north."""
    lines = head or {
        "ncols": values.shape[1], "nrows": values.shape[0], "xllcorner": WEST,
        "yllcorner": SOUTH, "cellsize": STEP, "NODATA_value": fill,
    }  # fmt: skip
    text = "".join(f"{key} {value}\n" for key, value in lines.items())
    text += "\n".join(" ".join(repr(float(v)) for v in row) for row in values)
    (folder / name).write_text(text + "\n")


def meic_year(folder, values, sector="industry", species="SO2", months=range(1, 13)):
    for month in months:
        ascii_grid(folder, values * month, f"2017_{month:02d}__{sector}__{species}.asc")


def meic_netcdf(folder, values, name, **attrs):
    data = xr.Dataset(
        {
            "x_range": ("side", [WEST, WEST + NX * STEP]),
            "y_range": ("side", [SOUTH, SOUTH + NY * STEP]),
            "z_range": ("side", [0.0, 1e3]),
            "spacing": ("side", [STEP, STEP]),
            "dimension": ("side", np.array([NX, NY], dtype=np.int32)),
            "z": ("xysize", values.ravel(), {"nodata_value": -9999.0, **attrs}),
        }
    )
    data.to_netcdf(folder / name)


def lon():
    return WEST + (np.arange(NX) + 1 / 2) * STEP


def lat():
    return SOUTH + (np.arange(NY) + 1 / 2) * STEP


def cf(folder, name="in.nc", *, values=None, units="kg m-2 s-1", calendar="standard", x=None,
       y=None, months=range(1, 13), bounds=False, more=None, **attrs):  # fmt: skip
    """Write a CF file of SO2; row 0 of ``values`` is the first of ``y``."""
    x, y = (lon() if x is None else x), (lat() if y is None else y)
    values = field(shape=(len(y), len(x))) * 1e-11 if values is None else values
    time = [30.4 * (month - 1) + 14 for month in months]
    stacked = np.stack([values * month for month in months])
    data = xr.Dataset(
        {"SO2": (("time", "lat", "lon"), stacked, {"units": units, **attrs})},
        {
            "time": ("time", time, {"units": "days since 2017-01-01", "calendar": calendar}),
            "lat": ("lat", y, {"standard_name": "latitude", "units": "degrees_north"}),
            "lon": ("lon", x, {"standard_name": "longitude", "units": "degrees_east"}),
        },
    )
    if bounds:
        for dim in ("lat", "lon"):
            half = np.abs(np.diff(data[dim].values)).mean() / 2
            data[dim].attrs["bounds"] = f"{dim}_bnds"
            pair = np.column_stack([data[dim].values - half, data[dim].values + half])
            data[f"{dim}_bnds"] = ((dim, "nv"), pair)
    data = data.assign(more or {})
    encoding = {v: {"_FillValue": None} for v in data.variables}
    data.to_netcdf(folder / name, encoding=encoding)


def laid(layers, districts=None, **more):
    """Parts of the layers by lattice."""
    districts = DISTRICTS if districts is None else districts
    cells = {layer.lattice.key: layer.lattice for layer in layers}
    return {key: parts.lay(one, GRID, districts, **more) for key, one in cells.items()}


def presence(*held):
    """Presence of (district, sector, species)."""
    return dict.fromkeys(held, True)


def raster(folder, values, name="people.tif", west=112.0, north=39.0, step=0.02, crs="EPSG:4326",
           nodata=None):  # fmt: skip
    """Write a GeoTIFF; row 0 of ``values`` is the north."""
    import rasterio
    from affine import Affine

    ny, nx = values.shape
    options = {"height": ny, "width": nx, "count": 1, "dtype": "float64", "nodata": nodata}
    place = {"crs": crs, "transform": Affine(step, 0, west, 0, -step, north)}
    with rasterio.open(folder / name, "w", driver="GTiff", **options, **place) as file:
        file.write(values, 1)
