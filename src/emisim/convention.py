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
AXES = ("species", "source", "month", "draw")
"""Order in which particles are compared: each species lies in one piece."""
ROUNDING = 1e-9
BLOCK = 2**16
"""Sources that are looked at or added up at once: they fit in the processor's cache."""


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
    for unit in sorted(pd.unique(inventory.variables["activity_unit"].values)):
        units.factor(unit, unit)


def check_terms(inventory: xr.Dataset, rows: Mapping[str, np.ndarray] | None = None) -> xr.Dataset:
    """Return ``inventory`` if its numbers keep the convention; InputError as :func:`check`.

    Parameters
    ----------
    rows
        By term, the positions of the sources to look at; the others are known to be right.
    """
    for name in (*TERMS, "output"):
        term = inventory.variables[name]
        few = term if rows is None else _few(term, rows[name])
        low, high = (float(f(few.values, initial=0.0)) for f in (np.min, np.max))
        if np.isfinite(low + high) and low >= 0 and not (name == "removal" and high > 1 + ROUNDING):
            continue
        if not np.isfinite(low + high):
            _bad(inventory, name, ~np.isfinite(term), "is not a finite number")
        if low < 0:
            _bad(inventory, name, term < 0, "is negative")
        _bad(inventory, name, term > 1 + ROUNDING, "is above 1")
    everywhere = np.arange(inventory.sizes["source"])
    _check_nested(
        inventory, everywhere if rows is None else _either(rows["factor"], rows["removal"])
    )
    return inventory


def _either(*rows: np.ndarray) -> np.ndarray:
    """Return the positions that any of ``rows`` has, in order."""
    found = np.zeros(1 + max(int(some.max(initial=-1)) for some in rows), dtype=bool)
    for some in rows:
        found[some] = True
    return np.flatnonzero(found)


def _few(term: xr.Variable, rows: np.ndarray, species: slice = slice(None)) -> xr.Variable:
    """Return a term at the sources ``rows`` and at ``species`` (all)."""
    at: dict[Any, np.ndarray | slice] = dict.fromkeys(term.dims, slice(None))
    at |= {"source": rows, "species": species}
    return xr.Variable(term.dims, term.values[tuple(at[d] for d in term.dims)])


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
    words = inventory.variables[name].values
    unknown = [word for word in pd.unique(words) if str(word) not in allowed]
    if unknown:
        bad = np.flatnonzero(pd.Series(words).isin(unknown))[0]
        at = inventory["source"].values[bad]
        require_known([words[bad]], allowed, f"{name} (source {at!r})")


def _bad(inventory: xr.Dataset, name: str, bad: Any, what: str) -> None:
    """Raise InputError at the first place where ``bad`` is true."""
    first = np.argwhere(bad.values)[0]
    at = dict(zip(bad.dims, first, strict=True))
    place = {d: inventory[d].values[i] for d, i in at.items()}
    value = float(inventory.variables[name].isel(at))
    where = ", ".join(f"{k} {v!r}" for k, v in place.items())
    msg = f"{name} {what} ({where})"
    raise InputError(msg, value=value, hint=f"correct the row of source {place.get('source')!r}")


def _check_nested(inventory: xr.Dataset, rows: np.ndarray) -> None:
    for block in np.array_split(rows, 1 + rows.size // BLOCK):
        _check_block(inventory, block)


def _check_block(inventory: xr.Dataset, rows: np.ndarray) -> None:
    factor, removal = (_particles(inventory.variables[n], rows) for n in ("factor", "removal"))
    for label, values in (("factor", factor), ("factor after removal", factor * (1 - removal))):
        part = dict(zip(PARTICLES, values, strict=True))
        for small, large, what in (
            (part["PM2.5"], part["PM10"], "PM2.5 above PM10"),
            (part["BC"] + part["OC"], part["PM2.5"], "BC + OC above PM2.5"),
        ):
            bad = (small - large) > ROUNDING * (large + ROUNDING)
            if bad.any():
                row = int(np.argmax(bad.any(axis=tuple(range(1, bad.ndim)))))
                source = inventory.variables["source"].values[rows[row]]
                found = (float(small[row].max()), float(large[row].max()))
                msg = f"{what} in the {label} of source {source!r}"
                raise InputError(msg, value=found, hint="correct factor or removal of this source")


def _particles(term: xr.Variable, rows: np.ndarray) -> np.ndarray:
    """Return the particles of a term at ``rows``: (species, source, month, draw), 1 where none."""
    first = SPECIES.index(PARTICLES[0])
    few = _few(term, rows, slice(first, first + len(PARTICLES)))
    order = [d for d in AXES if d in few.dims]
    values = np.ascontiguousarray(few.transpose(*order).values)
    return values[tuple(slice(None) if d in order else None for d in AXES)]


def net_factor(inventory: xr.Dataset) -> xr.DataArray:
    """Return the emission factor after control, kg per activity unit (source, species[, month])."""
    return inventory["factor"] * (1 - inventory["removal"])


def net_variable(inventory: xr.Dataset) -> xr.Variable:
    """Return :func:`net_factor` without labels: arithmetic by the names of dimensions only."""
    return after_removal(inventory.variables["factor"], inventory.variables["removal"])


def after_removal(factor: xr.Variable, removal: xr.Variable) -> xr.Variable:
    """Return ``factor`` times what ``removal`` lets pass."""
    passed = 1 - removal
    if not set(factor.dims) <= set(passed.dims):
        return factor * passed
    passed *= factor
    return passed
