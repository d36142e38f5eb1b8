"""Emissions on the city's grid, the mass budget, and each source's cells."""

import logging

from emisim import grid as grids
from emisim import gridding, provenance
from emisim.stages import _domain, _files, _inputs

SHARES = ("share", "entry_place", "entry_cell", "outside_share")
log = logging.getLogger(__name__)


def run(*, city: str, factors: str, inventory: str, out: str, budget: str, shares: str) -> None:
    """Write gridded emissions (CF netCDF), mass budget (CSV) and place-to-cell shares (netCDF)."""
    base = _files.load(inventory)
    place = _domain.read(city, factors)
    gridded = gridding.of_city(place, base)
    field = gridding.emissions(gridded)
    table = gridding.budget(gridded, field)
    made_from = provenance.record(
        "grid",
        _inputs.files("grid", city=city, factors=factors, plan=""),
        [provenance.of(base, inventory)],
    )
    stamp = {provenance.DIGEST: provenance.digest(made_from)}
    stamp[provenance.RECORD] = provenance.canonical(made_from)
    domain = grids.from_attrs(gridded.attrs)
    gridding.write(out, field, domain, int(base.attrs["year"]), stamp)
    polygons, _ = _domain.polygons_and_grid(place)
    people = _domain.people(place, polygons, domain)
    _files.save(gridded[[*SHARES, "source_place"]].assign(people=people), shares, made_from)
    _files.save_table(table, budget)
    log.info("%d x %d cells of %g m", domain.ny, domain.nx, domain.cell_size)
