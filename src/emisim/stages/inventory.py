"""Base-year inventory of a city, from its activity tables and the factor tables."""

import logging

import pandas as pd
import xarray as xr

from emisim import fleet, inventory, provenance, units
from emisim.measures._base_year import remember
from emisim.sectors import (
    ammonia,
    burning,
    coal,
    dust,
    freight,
    industry,
    nonroad,
    solvents,
    vehicles,
)
from emisim.stages import _domain, _files, _inputs
from emisim.vocabulary import SPECIES

SECTOR_MODULES = (
    ammonia,
    burning,
    coal,
    dust,
    freight,
    industry,
    nonroad,
    solvents,
    vehicles,
)
log = logging.getLogger(__name__)


def build(city: str, factors: str) -> xr.Dataset:
    """Return the whole inventory of a city folder, sectors in alphabetical order."""
    place = _domain.read(city, factors)
    whole = inventory.concat(module.build(place, place.factors) for module in SECTOR_MODULES)
    return fleet.attach(remember(whole), place.factors["fleet"])


def run(*, city: str, factors: str, out: str, totals: str) -> None:
    """Write the inventory (netCDF) and its totals by sector and district (CSV)."""
    whole = build(city, factors)
    rest = inventory.assumed_share(whole)
    made_from = provenance.record(
        "inventory",
        _inputs.files("inventory", city=city, factors=factors, plan=""),
        city=whole.attrs["city"],
        year=int(whole.attrs["year"]),
        assumed_share={s: round(float(rest.sel(species=s)), 6) for s in SPECIES},
    )
    _files.save(whole, out, made_from)
    _files.save_table(table(whole), totals)
    log.info("%d sources, %s", whole.sizes["source"], _summary(whole))


def table(whole: xr.Dataset) -> pd.DataFrame:
    """Return totals in t/year by sector, district and species, with the share that is assumed."""
    by = ("sector", "district")
    mass = inventory.totals(whole, by, outside=True).to_series().rename("kg")
    share = inventory.assumed_share(whole, by).to_series().rename("assumed_share")
    frame = pd.concat([mass, share], axis=1).reset_index()
    frame["emission"] = frame.pop("kg") * units.factor("kg", "t")
    frame["unit"] = "t/year"
    columns = ["sector", "district", "species", "emission", "unit", "assumed_share"]
    return frame[columns].sort_values(columns[:3], ignore_index=True)


def _summary(whole: xr.Dataset) -> str:
    tonnes = inventory.totals(whole, ()) * units.factor("kg", "t")
    return ", ".join(f"{s} {float(tonnes.sel(species=s)):,.0f} t" for s in ("SO2", "NOx", "PM2.5"))
