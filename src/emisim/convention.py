"""The convention an inventory keeps, and the check that says which row breaks it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.errors import InputError, require_known
from emisim.vocabulary import FUELS, SECTORS, SERVICES, SPECIES, STATUSES

MONTHS = np.arange(1, 13)
LABELS = (
    *("sector", "process", "fuel", "technology", "standard", "control", "district", "facility"),
    *("name_zh", "capacity_unit", "grade", "zone", "place", "hours", "service", "activity_unit"),
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
PARTICLES = ("PM10", "PM2.5", "BC", "OC")
"""Species that are part of each other; they stand in this order in the vocabulary."""
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
    check_labels(inventory)
    return check_terms(inventory)


def check_labels(inventory: xr.Dataset) -> None:
    """Raise InputError at the first label of a source that breaks the convention."""
    labels = pd.Index(inventory["source"].values)
    if labels.has_duplicates:
        msg = "source label is not unique"
        raise InputError(msg, value=labels[labels.duplicated()][0], hint="give each row its own id")
    for name, allowed in CLOSED.items():
        _check_words(inventory, name, allowed)
    for unit in sorted(set(inventory["activity_unit"].values)):
        units.factor(unit, unit)


def check_terms(inventory: xr.Dataset, rows: Mapping[str, np.ndarray] | None = None) -> xr.Dataset:
    """Return ``inventory`` if its numbers keep the convention; InputError as :func:`check`.

    Parameters
    ----------
    rows
        By term, the positions of the sources to look at; the others are known to be right.
    """
    for name in (*TERMS, "output"):
        term = inventory.variables[name] if rows is None else _few(inventory, name, rows[name])
        low, high = (float(f(term.values, initial=0.0)) for f in (np.min, np.max))
        if np.isfinite(low + high) and low >= 0 and not (name == "removal" and high > 1 + ROUNDING):
            continue
        term = inventory.variables[name]
        if not np.isfinite(low + high):
            _bad(inventory, name, ~np.isfinite(term), "is not a finite number")
        if low < 0:
            _bad(inventory, name, term < 0, "is negative")
        _bad(inventory, name, term > 1 + ROUNDING, "is above 1")
    nested = None if rows is None else np.union1d(rows["factor"], rows["removal"])
    _check_nested(inventory, nested)
    return inventory


def _few(inventory: xr.Dataset, name: str, rows: np.ndarray) -> xr.Variable:
    """Return a term at the sources ``rows``."""
    term = inventory.variables[name]
    return xr.Variable(term.dims, term.values.take(rows, axis=term.dims.index("source")))


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


def _bad(inventory: xr.Dataset, name: str, bad: Any, what: str) -> None:
    """Raise InputError at the first place where ``bad`` is true."""
    first = np.argwhere(bad.values)[0]
    at = dict(zip(bad.dims, first, strict=True))
    place = {d: inventory[d].values[i] for d, i in at.items()}
    value = float(inventory.variables[name].isel(at))
    where = ", ".join(f"{k} {v!r}" for k, v in place.items())
    msg = f"{name} {what} ({where})"
    raise InputError(msg, value=value, hint=f"correct the row of source {place.get('source')!r}")


def _check_nested(inventory: xr.Dataset, rows: np.ndarray | None) -> None:
    names = inventory.variables["source"].values
    names = names if rows is None else names[rows]
    factor, removal = (_particles(inventory.variables[n], rows) for n in ("factor", "removal"))
    part = {name: factor.isel(species=i) for i, name in enumerate(PARTICLES)}
    kept = {name: 1 - removal.isel(species=i) for i, name in enumerate(PARTICLES)}
    net = {name: part[name] * kept[name] for name in PARTICLES}
    for label, terms in (("factor", part), ("factor after removal", net)):
        carbon = terms["BC"] + terms["OC"]
        for small, large, what in (
            (terms["PM2.5"], terms["PM10"], "PM2.5 above PM10"),
            (carbon, terms["PM2.5"], "BC + OC above PM2.5"),
        ):
            bad = (small - large) > ROUNDING * (large + ROUNDING)
            if bad.values.any():
                others = [d for d in bad.dims if d != "source"]
                row = int(np.argmax(bad.any(others).values))
                source = names[row]
                values = tuple(float(x.isel(source=row).max()) for x in (small, large))
                msg = f"{what} in the {label} of source {source!r}"
                raise InputError(msg, value=values, hint="correct factor or removal of this source")


def _particles(term: xr.Variable, rows: np.ndarray | None) -> xr.Variable:
    """Return the particle species of a term at ``rows`` (all), one beside the other in memory."""
    at = [SPECIES.index(name) for name in PARTICLES]
    first = term.transpose("species", ...)
    held = first.values[at[0] : at[-1] + 1]
    if rows is None:
        return xr.Variable(first.dims, np.array(held))
    return xr.Variable(first.dims, held.take(rows, axis=first.dims.index("source")))


def net_factor(inventory: xr.Dataset) -> xr.DataArray:
    """Return the emission factor after control, kg per activity unit (source, species[, month])."""
    return inventory["factor"] * (1 - inventory["removal"])


def net_variable(inventory: xr.Dataset) -> xr.Variable:
    """Return :func:`net_factor` without labels: arithmetic by the names of dimensions only."""
    factor, passed = inventory.variables["factor"], 1 - inventory.variables["removal"]
    if not set(factor.dims) <= set(passed.dims):
        return factor * passed
    passed *= factor
    return passed
