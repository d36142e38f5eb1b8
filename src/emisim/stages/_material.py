"""What the figures of a plan show, gathered from the files of its results."""

import geopandas as gpd
import pyproj
import xarray as xr

from emisim import boundaries, grid, gridding, units
from emisim.city import City
from emisim.figures import shifts
from emisim.figures.album import MAPPED, Material
from emisim.figures.maps import Atlas
from emisim.grid import Grid
from emisim.stages import _domain, _files, _findings


def of_plan(
    city: str, factors: str, plan: str, emissions: str, paths: _findings.Results
) -> Material:
    """Return everything that the figures of a plan show.

    Parameters
    ----------
    city, factors, plan
        Where the inputs stand.
    emissions, paths
        Where the results stand.
    """
    place = _domain.read(city, factors)
    _, told, air = _findings.of_plan(place.settings, plan, paths)
    domain = grid.from_attrs(air.attrs)
    return Material(
        **told,
        emission=density(gridding.read(emissions, MAPPED), domain),
        concentration=air["concentration"].rename(mapped="scenario"),
        atlas=atlas(place, domain.crs),
        served=shifts.amounts(_files.load(paths.scenarios)),
    )


def density(mass: xr.DataArray, domain: Grid) -> xr.DataArray:
    """Return annual emission (species, y, x) in t per km2 from kg per cell and month."""
    annual = mass.sum(("sector", "month")) * units.factor("kg", "t")
    area = domain.areas() * units.factor("m2", "km2")
    return annual / xr.DataArray(area, dims=("y", "x"))


def atlas(city: City, crs: str) -> Atlas:
    """Return districts and monitors in the coordinates of the grid."""
    polygons = boundaries.of_city(city)
    names = {name: d.name_zh for name, d in city.settings.districts.items()}
    frame = gpd.GeoDataFrame(
        {"district": list(names), "name_en": list(names), "name_zh": list(names.values())},
        geometry=polygons.reindex(list(names)).to_list(),
        crs=grid.WGS84,
    ).to_crs(crs)
    monitors = _domain.monitors(city)
    to_plane = pyproj.Transformer.from_crs(grid.WGS84, crs, always_xy=True)
    x, y = to_plane.transform(monitors["lon"].to_numpy(), monitors["lat"].to_numpy())
    return Atlas(frame, monitors.assign(x=x, y=y))
