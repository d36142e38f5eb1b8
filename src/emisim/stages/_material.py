"""What the figures of a plan show, gathered from the files of its results."""

from pathlib import Path

import geopandas as gpd
import pyproj
import xarray as xr

from emisim import boundaries, grid, gridding, units
from emisim import plan as plans
from emisim.city import City
from emisim.errors import InputError
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


def of_results(plan: str, project: str | Path = ".") -> Material:
    """Return everything that the figures of a computed plan show.

    Parameters
    ----------
    plan
        Name of a file in ``inputs/plans/``.
    project
        Folder that holds ``inputs/`` and ``results/``.

    Raises
    ------
    InputError
        The plan is unknown or has not been computed.
    """
    inputs, results = Path(project) / "inputs", Path(project) / "results"
    document = inputs / "plans" / f"{plan}.yaml"
    city = plans.read(document, draft=True).city
    folder = results / city / plan
    names = ("scenarios.nc", "ledger.csv", "air.nc", "verdict.csv", "provenance.json",
             "effects.csv", "contributions.csv")  # fmt: skip
    paths = [str(folder / name) for name in names]
    missing = [path for path in paths if not Path(path).is_file()]
    if missing:
        message = "the plan has not been computed"
        raise InputError(message, value=missing[0], hint="run snakemake --cores 8")
    place, factors = str(inputs / "cities" / city), str(inputs / "factors")
    emissions = str(results / city / "base" / "emissions.nc")
    return of_plan(place, factors, str(document), emissions, _findings.Results(*paths))
