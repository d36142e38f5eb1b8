"""Concentrations of every scenario of a plan, on the grid, at monitors and by district."""

import logging
from pathlib import Path

import numpy as np
import xarray as xr
from scipy import sparse

from emisim import air, gridding, provenance
from emisim import grid as grids
from emisim.air import Air, background, local, plume
from emisim.air.inorganic import Conditions
from emisim.grid import Grid
from emisim.stages import _domain, _files, _inputs, _observed, _plan, _transport
from emisim.transport import emissions, matrix, releases, subgrid

BASE = "base"
log = logging.getLogger(__name__)


def run(*, city: str, factors: str, shares: str, scenarios: str, receptors: str,
        matrix: list[str], fields: list[str], setting: str, out: str) -> None:  # fmt: skip
    """Write the concentrations (netCDF)."""
    case = _transport.Case(_domain.read(city, factors), setting)
    spread, many, kernels = (_files.load(path) for path in (shares, scenarios, receptors))
    rows, maps = ([_files.load(p) for p in paths] for paths in (matrix, fields))
    found = concentrations(case, spread, many, kernels, rows, maps)
    pairs = [(spread, shares), (many, scenarios), (kernels, receptors),
             *zip(rows, matrix, strict=True), *zip(maps, fields, strict=True)]  # fmt: skip
    made_from = provenance.record(
        "air",
        _inputs.files("air", city=city, factors=factors, plan=""),
        [_record(d, p) for d, p in pairs],
    )
    if _plan.is_draft(many):
        found = found.assign_attrs({_plan.ATTRIBUTE: many.attrs[_plan.ATTRIBUTE]})
    _files.save(found.assign_attrs(grids.from_attrs(spread.attrs).attrs()), out, made_from)
    for name in found["species"].values:
        means = found["by_area"].sel(species=name, area=air.CITY).to_series()
        log.info("%s, ug/m3: %s", name, ", ".join(f"{k} {v:.1f}" for k, v in means.items()))


def _record(result: xr.Dataset, path: str) -> provenance.Record:
    """Return what a result was made from; of a matrix that the city supplies, the file itself."""
    if provenance.RECORD in result.attrs:
        return provenance.of(result, path)
    return provenance.record("matrix", [Path(path)])


def concentrations(case: _transport.Case, spread: xr.Dataset, many: xr.Dataset,
                   kernels: xr.Dataset, rows: list[xr.Dataset], maps: list[xr.Dataset]
                   ) -> xr.Dataset:  # fmt: skip
    """Return the concentrations of all scenarios.

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
    found = air.concentrations(at_receptor, cells * oxidants, case.stations, basis, BASE)
    return found.drop_vars("on_cells").assign(
        concentration=on_grid(found["on_cells"], field, case.grid),
        plume_local=through_plumes(case, spread, many, kernels),
    )


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
    """Return the parts of the matrix as one, checked."""
    together = matrix.join(rows)
    groups = sorted(set(case.groups(many).values.tolist()))
    return matrix.check(together, case.receptors, groups, city=case.place.folder.name)


def at_sources(case: _transport.Case, whole: xr.Dataset, spread: xr.Dataset, many: xr.Dataset,
               kernels: xr.Dataset) -> xr.DataArray:  # fmt: skip
    """Return the effect of each source (receptor, row, half, period, source), s/m3.

    At monitors, emissions received as they were emitted see the plume within the mesh cell.
    """
    restrict = matrix.cells(whole, case.grid)
    group = case.groups(many)
    shape = case.grid.shape
    position = np.column_stack(np.divmod(case.station_cells, shape[1]))
    reach = case.place.factors["transport"].value("plume_reach", "m", process="subgrid")
    shape_factors = subgrid.factors(
        subgrid.halves(kernels), position, restrict, shape, reach / case.grid.cell_size
    )
    shape_factors = shape_factors.assign_coords(receptor=case.stations)
    return matrix.at_sources(whole, by_source(spread), restrict, group, shape_factors)


def basis_of(case: _transport.Case, gas_share: xr.DataArray) -> Air:
    """Return what the response rests on."""
    place, weather = case.place, case.weather
    hours = weather["bin_share"] / weather["bin_share"].sum("period")
    chemistry, table = place.factors["chemistry"], place.factors["air"]
    means = (weather[f"bin_{n}"] for n in ("temperature", "relative_humidity"))
    return Air(
        _observed.read(place), place.factors["composition"], place.settings.composition,
        Conditions(*means, hours, gas_share, chemistry, table),
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
