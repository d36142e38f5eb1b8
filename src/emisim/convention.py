"""The convention an inventory keeps, and the check that says which row breaks it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.errors import InputError, require_known
from emisim.vocabulary import FUELS, SECTORS, SERVICES, SPECIES, STATUSES

MONTHS = np.arange(1, 13)
LABELS = (
    *("sector", "process", "fuel", "technology", "standard", "control", "district", "facility"),
    *("name_zh", "capacity_unit", "grade", "place", "hours", "service", "activity_unit"),
    *("activity_status", "release"),
)
"""Text coordinates on ``source``."""
MEASURES = (
    *("capacity", "built", "lon", "lat", "initial_sigma_z"),
    *("stack_height", "stack_diameter", "exit_temperature", "exit_velocity"),
)
"""Number coordinates on ``source``; NaN where not known or not meant."""
TERMS = ("activity", "factor", "removal")
CLOSED = {"sector": SECTORS, "fuel": FUELS, "service": SERVICES, "activity_status": STATUSES}
ROUNDING = 1e-9


def check(inventory: xr.Dataset) -> xr.Dataset:
    """Return ``inventory`` if it keeps the convention, else say which row breaks it.

    Raises
    ------
    InputError
        Missing or misshapen variables, duplicate labels, words outside the vocabulary, unknown
        units, NaN or negative numbers, removal above 1, PM2.5 above PM10, BC + OC above PM2.5.
    """
    _check_shape(inventory)
    labels = pd.Index(inventory["source"].values)
    if labels.has_duplicates:
        msg = "source label is not unique"
        raise InputError(msg, value=labels[labels.duplicated()][0], hint="give each row its own id")
    for name, allowed in CLOSED.items():
        _check_words(inventory, name, allowed)
    for unit in sorted(set(inventory["activity_unit"].values)):
        units.factor(unit, unit)
    terms = bare(inventory)
    for name in (*TERMS, "output"):
        finite = xr.apply_ufunc(np.isfinite, terms[name])
        _check_bound(terms, name, ~finite, "is not a finite number")
        _check_bound(terms, name, terms[name] < 0, "is negative")
    _check_bound(terms, "removal", terms["removal"] > 1 + ROUNDING, "is above 1")
    _check_nested(terms)
    return inventory


def bare(inventory: xr.Dataset) -> xr.Dataset:
    """Return the inventory with its axes only, so that arithmetic drags no labels along."""
    return inventory.drop_vars([name for name in inventory.coords if name not in inventory.dims])


def _check_shape(inventory: xr.Dataset) -> None:
    needed = {"activity": {"source", "month"}, "factor": {"source", "species"}}
    needed |= {"removal": {"source", "species"}, "output": {"source"}}
    for name, dims in needed.items():
        if name not in inventory or not dims <= set(inventory[name].dims):
            have = inventory[name].dims if name in inventory else "nothing"
            msg = f"inventory variable {name!r} must have the dimensions {sorted(dims)}"
            raise InputError(msg, value=have, hint="make inventories with emisim.inventory.build")
    if list(inventory["species"].values) != list(SPECIES):
        msg = "inventory species are not those of the vocabulary, in its order"
        raise InputError(msg, value=list(inventory["species"].values), allowed=SPECIES)


def _check_words(inventory: xr.Dataset, name: str, allowed: Sequence[str]) -> None:
    words = inventory[name].values
    bad = ~np.isin(words.astype(str), allowed)
    if bad.any():
        at = inventory["source"].values[bad][0]
        require_known([words[bad][0]], allowed, f"{name} (source {at!r})")


def _check_bound(inventory: xr.Dataset, name: str, bad: xr.DataArray, what: str) -> None:
    if not bool(bad.any()):
        return
    first = np.argwhere(bad.values)[0]
    place = {d: bad[d].values[i] for d, i in zip(bad.dims, first, strict=True)}
    value = float(inventory[name].sel(place))
    where = ", ".join(f"{k} {v!r}" for k, v in place.items())
    msg = f"{name} {what} ({where})"
    raise InputError(msg, value=value, hint=f"correct the row of source {place.get('source')!r}")


def _check_nested(inventory: xr.Dataset) -> None:
    for label, term in (
        ("factor", inventory["factor"]),
        ("factor after removal", net_factor(inventory)),
    ):
        term = term.drop_vars([c for c in term.coords if c not in term.dims])
        fine, coarse = term.sel(species="PM2.5"), term.sel(species="PM10")
        carbon = term.sel(species=["BC", "OC"]).sum("species")
        for small, large, what in (
            (fine, coarse, "PM2.5 above PM10"),
            (carbon, fine, "BC + OC above PM2.5"),
        ):
            bad = (small - large) > ROUNDING * (large + ROUNDING)
            if bool(bad.any()):
                at = bad.any([d for d in bad.dims if d != "source"])
                source = inventory["source"].values[at.values][0]
                values = (
                    float(small.sel(source=source).max()),
                    float(large.sel(source=source).max()),
                )
                msg = f"{what} in the {label} of source {source!r}"
                raise InputError(msg, value=values, hint="correct factor or removal of this source")


def net_factor(inventory: xr.Dataset) -> xr.DataArray:
    """Return the emission factor after control, kg per activity unit (source, species[, month])."""
    return inventory["factor"] * (1 - inventory["removal"])
