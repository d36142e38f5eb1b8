"""Base-year inventory of a city, from its activity tables and the factor tables."""

import logging

import pandas as pd
import xarray as xr

from emisim import fleet, inventory, provenance, sectors, units
from emisim.base_year import remember
from emisim.stages import _domain, _files, _inputs
from emisim.vocabulary import SPECIES

log = logging.getLogger(__name__)


def build(city: str, factors: str) -> xr.Dataset:
    """Return the whole inventory of a city folder, sectors in alphabetical order."""
    place = _domain.read(city, factors)
    whole = inventory.concat(module.build(place, place.factors) for module in sectors.modules())
    return fleet.attach(remember(whole), place.factors["fleet"])


def run(*, city: str, factors: str, out: str, totals: str) -> None:
    """Write the inventory (netCDF) and its totals by sector and district (CSV)."""
    whole = build(city, factors)
    any_row, factor_row = (inventory.assumed_share(whole, factors_only=f) for f in (False, True))
    made_from = provenance.record(
        "inventory",
        _inputs.files("inventory", city=city, factors=factors, plan=""),
        city=whole.attrs["city"],
        year=int(whole.attrs["year"]),
        assumed_share=_by_species(any_row),
        assumed_factor_share=_by_species(factor_row),
    )
    _files.save(whole, out, made_from)
    _files.save_table(table(whole), totals)
    log.info("%d sources, %s", whole.sizes["source"], _summary(whole))


def table(whole: xr.Dataset) -> pd.DataFrame:
    """Return totals in t/year by sector, district and species, with the share that is assumed."""
    by = ("sector", "district")
    mass = inventory.totals(whole, by, outside=True).to_series().rename("kg")
    shares = [
        inventory.assumed_share(whole, by, factors_only=only).to_series().rename(name)
        for name, only in (("assumed_share", False), ("assumed_factor_share", True))
    ]
    frame = pd.concat([mass, *shares], axis=1).reset_index()
    frame["emission"] = frame.pop("kg") * units.factor("kg", "t")
    frame["unit"] = "t/year"
    columns = ["sector", "district", "species", "emission", "unit"]
    return frame[[*columns, *(s.name for s in shares)]].sort_values(columns[:3], ignore_index=True)


def _by_species(share: xr.DataArray) -> dict[str, float]:
    return {s: round(float(share.sel(species=s)), 6) for s in SPECIES}


def _summary(whole: xr.Dataset) -> str:
    tonnes = inventory.totals(whole, ()) * units.factor("kg", "t")
    return ", ".join(f"{s} {float(tonnes.sel(species=s)):,.0f} t" for s in ("SO2", "NOx", "PM2.5"))
