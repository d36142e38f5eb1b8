"""Someone else's gridded inventory on the city's grid, and the city's own inside it."""

import logging
from pathlib import Path

import numpy as np
import xarray as xr

from emisim import grid as grids
from emisim import gridding, provenance
from emisim import inventory as inventories
from emisim.errors import InputError
from emisim.grid import Grid
from emisim.gridding import netcdf
from emisim.regrid import cf, edgar, maps, meic, nest, parts
from emisim.regrid import settings as given_by
from emisim.regrid.settings import Job
from emisim.stages import _domain, _files, _inputs

READERS = {"meic": meic.read, "cf": cf.read, "edgar": edgar.read}
TABLES = ("sectors", "species", "rules")
log = logging.getLogger(__name__)


def run(
    *,
    settings: str,
    city: str,
    factors: str,
    out: str,
    budget: str,
    inventory: str | None = None,
    emissions: str | None = None,
) -> None:
    """Write gridded emissions (CF netCDF) and the budget of both inventories (CSV).

    Parameters
    ----------
    settings
        ``regrid.yaml`` (docs/regrid.md).
    inventory, emissions
        The city's own inventory and its gridded emissions; without them the foreign inventory
        alone is laid on the grid.
    """
    if (inventory is None) != (emissions is None):
        message = "the city's own inventory needs both --inventory and --emissions"
        raise InputError(message, hint="give both, or neither to lay the foreign inventory alone")
    said = given_by.read(settings)
    place = _domain.read(city, factors)
    polygons, grid = _domain.polygons_and_grid(place)
    tables = maps.read(Path(factors).parent / "regrid")
    found = READERS[said.format](Job(said, Path(settings).parent, tables, grid))
    how = nest.merges({layer.sector for layer in found}, said, tables)
    districts = polygons if emissions else polygons[:0]
    lattices = {layer.lattice.key: layer.lattice for layer in found}
    folder = Path(settings).parent
    shares = {k: parts.lay(v, grid, districts, said.proxy, folder) for k, v in lattices.items()}
    present = presence(inventory) if inventory else None
    kept, table = nest.outer(found, shares, how, grid, said, present)
    nest.plausible(table, grid, said, tables)
    own = _own(emissions, grid) if emissions else None
    field, table = nest.joined(kept, own, table)
    read = [Path(settings), Path(city) / "city.yaml", *_inputs.boundary(city),
            *(tables.path / f"{name}.csv" for name in TABLES),
            *{layer.file for layer in found}]  # fmt: skip
    made_from = provenance.record("regrid", sorted(read), _upstream(inventory))
    stamp = {provenance.DIGEST: provenance.digest(made_from)}
    stamp[provenance.RECORD] = provenance.canonical(made_from)
    netcdf.write(out, field, grid, place.settings.base_year, stamp)
    _files.save_table(table, budget)
    log.info("%d layers of %d on %d x %d cells", len(found), said.year, grid.ny, grid.nx)


def presence(path: str) -> nest.Presence:
    """Return which (district, sector, species) of an inventory emit anything."""
    by = inventories.totals(_files.load(path), by=("district", "sector"))
    table = by.transpose("group", "species").values > 0
    return {
        (str(district), str(sector), str(species)): bool(table[row, column])
        for row, (district, sector) in enumerate(by["group"].values.tolist())
        for column, species in enumerate(by["species"].values)
    }


def _own(path: str, grid: Grid) -> xr.DataArray:
    """Return the city's gridded emissions, if they are on the same grid."""
    field = gridding.read(path)
    other = grids.from_attrs(field.attrs)
    same = np.allclose([*other.bounds, other.cell_size], [*grid.bounds, grid.cell_size])
    if not same or other.shape != grid.shape or other.crs != grid.crs:
        message = "the gridded emissions are not on the city's grid"
        raise InputError(message, file=path, value=other.bounds, allowed=[grid.bounds],
                         hint="make them again (emisim grid)")  # fmt: skip
    return field


def _upstream(path: str | None) -> list[provenance.Record]:
    return [provenance.of(_files.load(path), path)] if path else []
