"""Concentrations of every scenario of a plan, on the grid, at monitors and by district."""

import logging

import xarray as xr

from emisim import air, gridding, provenance
from emisim import grid as grids
from emisim.city import City
from emisim.stages import _domain, _files, _inputs, _plan
from emisim.transport import emissions
from emisim.transport import receptors as kernels
from emisim.transport import releases as classes

log = logging.getLogger(__name__)


def run(*, city: str, factors: str, shares: str, scenarios: str, receptors: str, out: str) -> None:
    """Write the concentrations (netCDF)."""
    place = _domain.read(city, factors)
    spread, many, operator = (_files.load(path) for path in (shares, scenarios, receptors))
    found = concentrations(place, spread, many, operator)
    made_from = provenance.record(
        "air",
        _inputs.files("air", city=city, factors=factors, plan=""),
        [
            provenance.of(d, p)
            for d, p in ((spread, shares), (many, scenarios), (operator, receptors))
        ],
    )
    if _plan.is_draft(many):
        found = found.assign_attrs({_plan.ATTRIBUTE: many.attrs[_plan.ATTRIBUTE]})
    _files.save(found.assign_attrs(grids.from_attrs(spread.attrs).attrs()), out, made_from)
    for name in found["species"].values:
        means = found["by_area"].sel(species=name, area=air.CITY).to_series()
        log.info("%s, ug/m3: %s", name, ", ".join(f"{k} {v:.1f}" for k, v in means.items()))


def concentrations(
    place: City, spread: xr.Dataset, many: xr.Dataset, operator: xr.Dataset
) -> xr.Dataset:
    """Return the concentrations of all scenarios.

    Parameters
    ----------
    place
        The city and its tables.
    spread
        Shares of the grid stage.
    many
        All scenarios.
    operator
        Kernels of the receptors stage.
    """
    year, domain = place.settings.base_year, grids.from_attrs(spread.attrs)
    dispersion = place.factors["dispersion"]
    stacks = classes.read(place.factors.folder / "stacks.csv", dispersion)
    by_source = gridding.matrix(spread)[spread["source_place"].values]
    fields = emissions.release_fields(
        many["emission"], by_source, classes.group(many, stacks, dispersion), domain.shape, year
    )
    return air.concentrations(
        fields.assign_coords(y=domain.y, x=domain.x),
        emissions.voc_totals(many["emission"], by_source),
        kernels.check(operator.astype(float)),
        _domain.observed(place),
        place.factors["air"],
        place.factors["composition"],
        monitors=emissions.bilinear(domain, _domain.monitors(place)),
        districts=spread["people"],
        year=year,
    )
