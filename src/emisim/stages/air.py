"""Concentrations of every scenario of a plan, on the grid, at monitors and by district."""

import logging

import numpy as np
import xarray as xr
from scipy import sparse

from emisim import air, gridding, provenance
from emisim import grid as grids
from emisim.air import Air, background, inorganic, local, plume
from emisim.air.inorganic import Conditions
from emisim.city import City
from emisim.effects import CityAir
from emisim.errors import InputError
from emisim.grid import Grid
from emisim.stages import _domain, _effects, _files, _inputs, _observed, _plan, _transport
from emisim.transport import emissions, matrix, releases, subgrid

BASE = "base"
POPULATION = "population"
log = logging.getLogger(__name__)


def run(*, city: str, factors: str, shares: str, scenarios: str, receptors: str,
        matrix: list[str], fields: list[str], setting: str, out: str, plan: str | None = None,
        inventory: str | None = None, effects: str | None = None,
        contributions: str | None = None) -> None:  # fmt: skip
    """Write the concentrations (netCDF); a matrix of the city's own is an input like its tables.

    With ``plan`` and base-year ``inventory``, the effects of the plan's measures and the
    contributions of sources are written, too (CSV).
    """
    tables = _effects.wanted(plan, inventory, effects, contributions)
    case = _transport.Case(_domain.read(city, factors), setting)
    spread, many, kernels = (_files.load(path) for path in (shares, scenarios, receptors))
    rows, maps = ([_files.load(p) for p in paths] for paths in (matrix, fields))
    found, city_air = concentrations(case, spread, many, kernels, rows, maps)
    made = [] if case.place.settings.matrix else zip(rows, matrix, strict=True)
    base = [] if tables is None else [(_files.load(tables.inventory), tables.inventory)]
    pairs = [(spread, shares), (many, scenarios), (kernels, receptors), *made, *base,
             *zip(maps, fields, strict=True)]  # fmt: skip
    made_from = provenance.record(
        "air",
        _inputs.files("air", city=city, factors=factors, plan=plan or ""),
        [provenance.of(d, p) for d, p in pairs],
    )
    if _plan.is_draft(many):
        found = found.assign_attrs({_plan.ATTRIBUTE: many.attrs[_plan.ATTRIBUTE]})
    if tables is not None:
        _effects.write(tables, base[0][0], found, many, city_air)
    _files.save(found.assign_attrs(grids.from_attrs(spread.attrs).attrs()), out, made_from)
    for name in found["species"].values:
        means = found["by_area"].sel(species=name, area=air.CITY).to_series()
        log.info("%s, ug/m3: %s", name, ", ".join(f"{k} {v:.1f}" for k, v in means.items()))


def concentrations(case: _transport.Case, spread: xr.Dataset, many: xr.Dataset,
                   kernels: xr.Dataset, rows: list[xr.Dataset], maps: list[xr.Dataset]
                   ) -> tuple[xr.Dataset, CityAir]:  # fmt: skip
    """Return the concentrations of all scenarios, and what makes them of emissions.

    Parameters
    ----------
    case
        The city, its tables and its mesh.
    spread, many
        Shares of the grid stage; all scenarios.
    kernels
        Gaussian kernels of the receptors stage, for the plume within a mesh cell.
    rows, maps
        Parts of the source-receptor matrix; contributions on the mesh, by half year.
    """
    year = case.place.settings.base_year
    whole = joined(case, rows, many)
    effect = at_sources(case, whole, spread, many, kernels)
    rate = local.rates(many["emission"], many["source_sector"].values, case.place.factors, year)
    oxidants = local.feedback(
        rate, BASE, case.place.settings.oxidants, case.place.factors["chemistry"]
    )
    at_receptor = local.contributions(rate, effect, year) * oxidants
    field = sum(m["local"].astype(float) for m in maps[1:]) + maps[0]["local"].astype(float)
    field = field.reset_coords(drop=True)
    cells = field.stack(cell=("y", "x"), create_index=False).drop_vars(["y", "x"])
    basis = basis_of(case, whole["gas_share"])
    at_base = air.over_areas(at_receptor.sel(scenario=BASE, drop=True), case.stations)
    city_air = CityAir(
        effect, air.anchored(at_base, basis), case.stations,
        rate.sel(scenario=BASE, drop=True).sum("source"), many["source_sector"].values,
        case.place.factors, case.place.settings.oxidants,
    )  # fmt: skip
    cells = inorganic.at_nodes(cells, case.gas_share, whole["gas_share"])
    found = air.concentrations(
        at_receptor, cells * oxidants, case.stations, basis, BASE, city_air.anchor
    )
    return found.drop_vars("on_cells").assign(
        concentration=on_grid(found["on_cells"], field, case.grid),
        population_weighted=weighted(found["by_area"], case.place),
        plume_local=through_plumes(case, spread, many, kernels),
    ), city_air


def weighted(by_area: xr.DataArray, place: City) -> xr.DataArray:
    """Return means over the districts weighted by their people (scenario, species), ug/m3.

    Raises
    ------
    InputError
        If ``districts.csv`` lacks the people of a district.
    """
    if POPULATION not in place.districts or place.districts[POPULATION].isna().any():
        msg = "every district needs its population"
        known = list(place.districts.columns)
        file, hint = place.folder / "districts.csv", "add a row of item population per district"
        raise InputError(msg, file=file, column="item", allowed=known, hint=hint)
    people = place.districts[POPULATION].to_xarray().rename(district="area")
    share = people / people.sum()
    mean = xr.dot(by_area.sel(area=share["area"]), share, dim="area")
    return mean.assign_attrs(units="ug m-3", long_name="mean over people, by district")


def through_plumes(
    case: _transport.Case, spread: xr.Dataset, many: xr.Dataset, kernels: xr.Dataset
) -> xr.DataArray:
    """Return the base's local contributions by Gaussian plumes (season, component, area)."""
    base = many.sel(scenario=BASE)
    release = releases.group(many, case.stacks, case.place.factors["dispersion"])
    fields = emissions.release_fields(
        base["emission"].reset_coords(drop=True), by_source(spread), release, case.grid.shape,
        case.place.settings.base_year,
    )  # fmt: skip
    return plume.by_area(fields, kernels.astype(float), case.station_cells, case.people)


def by_source(spread: xr.Dataset) -> sparse.csr_array:
    """Return the share of each source in each fine cell (source, cell)."""
    return sparse.csr_array(gridding.matrix(spread)[spread["source_place"].values])


def joined(case: _transport.Case, rows: list[xr.Dataset], many: xr.Dataset) -> xr.Dataset:
    """Return the parts of the matrix as one, or the one that the city supplies, checked."""
    if case.place.settings.matrix:
        return case.checked(rows[0], many)
    return case.checked(matrix.join(rows), many)


def at_sources(case: _transport.Case, whole: xr.Dataset, spread: xr.Dataset, many: xr.Dataset,
               kernels: xr.Dataset) -> xr.DataArray:  # fmt: skip
    """Return the effect of each source (receptor, row, half, period, source), s/m3.

    Emissions received as they were emitted see the plume within the mesh cell.
    """
    restrict = matrix.cells(whole, case.grid)
    group = case.groups(many)
    reach = case.place.factors["transport"].value("plume_reach", "m", process="subgrid")
    receptors = whole["receptor"].values.tolist()
    share = subgrid.factors(
        subgrid.halves(kernels), case.cells_of(receptors), restrict, case.grid.shape,
        reach / case.grid.cell_size,
    ).assign_coords(receptor=receptors)  # fmt: skip
    return matrix.at_sources(whole, by_source(spread), restrict, group, share)


def basis_of(case: _transport.Case, gas_share: xr.DataArray) -> Air:
    """Return what the response rests on."""
    place, weather = case.place, case.weather
    hours = weather["bin_share"] / weather["bin_share"].sum("period")
    chemistry, table = place.factors["chemistry"], place.factors["air"]
    warmth, damp = (weather[f"bin_{n}"] for n in ("temperature", "relative_humidity"))
    return Air(
        _observed.read(place), place.factors["composition"], place.settings.composition,
        Conditions(warmth, damp, hours, gas_share, chemistry, table),
        background.read(place.folder / "background.csv", place.factors.sources),
        place.settings.base_year,
    )  # fmt: skip


def on_grid(values: xr.DataArray, field: xr.DataArray, domain: Grid) -> xr.DataArray:
    """Return values (..., cell) of the mesh on the fine grid (..., y, x), linear in between."""
    values = values.transpose(..., "cell")
    shape = (*values.shape[:-1], field.sizes["y"], field.sizes["x"])
    coords = {n: c for n, c in values.coords.items() if "cell" not in c.dims}
    coords |= {n: field[n].values for n in ("y", "x")}
    coarse = xr.DataArray(values.values.reshape(shape), coords, (*values.dims[:-1], "y", "x"))
    inside = {n: np.clip(getattr(domain, n), field[n].values[0], field[n].values[-1])
              for n in ("y", "x")}  # fmt: skip
    fine = coarse.interp({n: (n, v) for n, v in inside.items()})
    return fine.assign_coords(y=domain.y, x=domain.x).assign_attrs(
        units="ug m-3", cell_methods="time: mean"
    )
