"""The four verbs, the only way anything changes an inventory, and ``split``, which prepares.

Each is pure: it returns a new Dataset with the same labels (``split`` adds some). ``uptake`` is a
DataArray over month, 0 to 1: the part of the selected sources' activity that the change reaches in
that month. Numbers that differ by source cover all of them, or the selected ones in their order.
Where the uptake differs between months, ``factor`` and ``removal`` gain a month dimension.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from emisim.errors import InputError, MassError, require_known
from emisim.vocabulary import SPECIES
from emisim.workspace import lift, positions, union, write

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Moves:
    """Who takes over what: positions of the giving and the taking sources, and the fraction."""

    giving: np.ndarray
    taking: np.ndarray
    fraction: np.ndarray


Destinations = Mapping[str, str] | pd.DataFrame | Callable[[str], str] | Moves


def _checked(uptake: xr.DataArray) -> xr.Variable:
    values = uptake.values
    low, high = float(values.min()), float(values.max())
    if uptake.dims[-1:] != ("month",) or not np.isfinite(low + high):
        msg = "uptake must be finite numbers over month"
        raise InputError(msg, value=uptake.dims)
    if low < 0 or high > 1:
        msg = "uptake lies outside 0 to 1"
        bad, hint = high if high > 1 else low, "correct coverage or effectiveness"
        raise InputError(msg, value=bad, allowed=["0 to 1"], hint=hint)
    return uptake.variable


def _reach(uptake: xr.DataArray) -> xr.Variable:
    """Return uptake; without month if it is the same all year."""
    reach = _checked(uptake)
    first = reach.values[..., :1]
    if (reach.values == first).all():
        return xr.Variable(reach.dims[:-1], first[..., 0])
    return reach


def _rows(where: xr.DataArray) -> np.ndarray:
    """Return the positions of the selected sources."""
    return np.flatnonzero(where.values)


def _change(
    inventory: xr.Dataset,
    name: str,
    rows: np.ndarray,
    others: Sequence[xr.Variable],
    formula: Callable[..., np.ndarray],
) -> xr.Dataset:
    """Return the inventory whose term is ``formula(term, *others)`` at the sources ``rows``."""
    term = inventory.variables[name]
    dims = union(term, *others)
    new = formula(*(lift(part, dims, rows) for part in (term, *others)))
    return write(inventory, name, rows, dims, new)


def _species_array(values: Mapping[str, float] | xr.DataArray, fill: float) -> xr.Variable:
    if isinstance(values, xr.DataArray):
        return values.variable
    require_known(values, SPECIES, "species")
    return xr.Variable("species", [float(values.get(s, fill)) for s in SPECIES])


def scale_activity(
    inventory: xr.Dataset, where: xr.DataArray, multiplier: float, uptake: xr.DataArray
) -> xr.Dataset:
    """Multiply the activity of the selected sources: ``a' = a (1 + uptake (multiplier - 1))``.

    Raises
    ------
    InputError
        If the multiplier is negative or not finite.
    """
    if not np.isfinite(multiplier) or multiplier < 0:
        msg = "activity multiplier must be a number of 0 or more"
        raise InputError(msg, value=multiplier)
    return _change(
        inventory,
        "activity",
        _rows(where),
        [_reach(uptake)],
        lambda old, reach: old * (1 + reach * (multiplier - 1)),
    )


def shift_activity(
    inventory: xr.Dataset,
    where: xr.DataArray,
    to: Destinations,
    uptake: xr.DataArray,
    ratio: float = 1.0,
) -> xr.Dataset:
    """Move useful service (activity x output) from the selected sources to other sources.

    Parameters
    ----------
    to
        Destination label of each selected source: a mapping, a function of the label, or a table
        with columns source, destination, fraction (fractions of a source add to 1); or
        :class:`Moves`, which says it by positions.
    ratio
        Service delivered by the destination per service given up (below 1: less is needed).

    Raises
    ------
    InputError
        Unknown destination, a destination that is itself selected, differs in service or
        delivers nothing per activity unit.
    MassError
        If the service arriving differs from ratio x service leaving by more than 1e-9.
    """
    rows = _rows(where)
    moves = to if isinstance(to, Moves) else _moves(inventory, where, to)
    _check_moves(inventory, rows, moves)
    activity, reach = inventory.variables["activity"], _checked(uptake)
    dims = union(activity, reach)
    old, output = lift(activity, dims, rows), inventory.variables["output"].values[:, None]
    given = old * lift(reach, dims, rows)
    served = given * output[rows]
    left = write(inventory, "activity", rows, dims, (old - given).clip(min=0))
    gone = float(((old - lift(left.variables["activity"], dims, rows)) * output[rows]).sum())
    takers, at = np.unique(moves.taking, return_inverse=True)
    parts = served[..., np.searchsorted(rows, moves.giving), :] * moves.fraction[:, None]
    before = lift(left.variables["activity"], dims, takers)
    more = before + _arriving(parts, at, takers.size) * ratio / output[takers]
    after = write(left, "activity", takers, dims, more)
    gained = lift(after.variables["activity"], dims, takers) - before
    come = float((gained * output[takers]).sum())
    held = float((old * output[rows]).sum() + (more * output[takers]).sum())
    _check_conserved(float(served.sum()), gone, come, ratio, held)
    return after


def _moves(
    inventory: xr.Dataset,
    where: xr.DataArray,
    to: Mapping[str, str] | pd.DataFrame | Callable[[str], str],
) -> Moves:
    """Return labels as positions; InputError at an unknown destination."""
    sources = inventory.variables["source"].values[where.values]
    if isinstance(to, pd.DataFrame):
        table = to[to["source"].isin(sources)]
    else:
        target = to if callable(to) else to.get
        table = pd.DataFrame(
            {"source": sources, "destination": [target(s) for s in sources], "fraction": 1.0}
        ).dropna()
    taking = positions(inventory, table["destination"])
    if (taking < 0).any():
        known = inventory.variables["source"].values.tolist()
        require_known(table["destination"], known, "destination source")
    giving = positions(inventory, table["source"])
    return Moves(giving, taking, table["fraction"].to_numpy(dtype=float))


def _check_moves(inventory: xr.Dataset, rows: np.ndarray, moves: Moves) -> None:
    names, giving, taking = inventory.variables["source"].values, moves.giving, moves.taking
    filled = np.bincount(giving, weights=moves.fraction, minlength=names.size)[rows]
    off = np.flatnonzero(np.abs(filled - 1) > TOLERANCE)
    if off.size:
        msg = f"the shares of source {names[rows[off[0]]]!r} among its destinations add to"
        hint = "name a destination for all of it"
        raise InputError(msg, value=float(filled[off[0]]), allowed=["1"], hint=hint)
    chosen = np.zeros(names.size, dtype=bool)
    chosen[rows] = True
    again = taking[chosen[taking]]
    if again.size:
        msg = "a source cannot be its own measure's destination"
        raise InputError(msg, value=min(names[again]), hint="narrow the scope of the measure")
    kind, output = (inventory.variables[name].values for name in ("service", "output"))
    other = np.flatnonzero((kind[giving] != kind[taking]) | (kind[giving] == "none"))
    if other.size:
        giver, taker = giving[other[0]], taking[other[0]]
        msg = f"{names[giver]!r} delivers {kind[giver]}, its destination {names[taker]!r} does not"
        raise InputError(msg, value=kind[taker], allowed=[kind[giver]])
    idle = taking[~(output[taking] > 0)]
    if idle.size:
        msg = f"destination {names[idle[0]]!r} delivers no {kind[idle[0]]} per activity unit"
        raise InputError(msg, value=output[idle[0]], hint="give its efficiency a row")


def _arriving(parts: np.ndarray, at: np.ndarray, size: int) -> np.ndarray:
    """Return the service (..., source, month) that each of ``size`` takers receives."""
    arriving = np.zeros((*parts.shape[:-2], size, parts.shape[-1]))
    np.add.at(np.moveaxis(arriving, -2, 0), at, np.moveaxis(parts, -2, 0))
    return arriving


def _check_conserved(served: float, gone: float, come: float, ratio: float, held: float) -> None:
    """Raise MassError if more is lost than the rounding of what the sources ``held``."""
    expected = served * (ratio - 1)
    rounding = np.finfo(float).eps * held
    if abs(come - gone - expected) > TOLERANCE * max(served, 1.0) + rounding:
        msg = f"a shift of {served:.6g} units of service lost {expected - come + gone:.6g} of them"
        raise MassError(msg)


def scale_factor(
    inventory: xr.Dataset,
    where: xr.DataArray,
    multiplier: Mapping[str, float] | xr.DataArray,
    uptake: xr.DataArray,
) -> xr.Dataset:
    """Multiply emission factors (fuel quality, vehicle standard): ``f' = f (1 + uptake (m - 1))``.

    Parameters
    ----------
    multiplier
        By species; species not named keep their factor.
    """
    wanted = _species_array(multiplier, fill=1.0)
    if (wanted.values < 0).any():
        msg = "factor multiplier must be 0 or more"
        raise InputError(msg, value=float(wanted.values.min()))
    return _change(
        inventory,
        "factor",
        _rows(where),
        [_reach(uptake), wanted],
        lambda old, reach, wanted: old * (1 + reach * (wanted - 1)),
    )


def raise_removal(
    inventory: xr.Dataset,
    where: xr.DataArray,
    removal: Mapping[str, float] | xr.DataArray,
    uptake: xr.DataArray,
) -> xr.Dataset:
    """Raise removal efficiency up to a target: ``r' = r + uptake max(0, target - r)``.

    The base-year control is inside ``r``: it is replaced, never stacked twice, and a target below
    it changes nothing.

    Parameters
    ----------
    removal
        Target removal by species, 0 to 1.
    """
    target = _species_array(removal, fill=0.0)
    bad = target.values[(target.values < 0) | (target.values > 1)]
    if bad.size:
        msg = "target removal lies outside 0 to 1"
        raise InputError(msg, value=float(bad[0]), allowed=["0 to 1"])
    return _change(
        inventory,
        "removal",
        _rows(where),
        [_reach(uptake), target],
        lambda old, reach, target: old + reach * (target - old).clip(min=0),
    )


def split(inventory: xr.Dataset, where: xr.DataArray, fraction: float, suffix: str) -> xr.Dataset:
    """Divide the selected sources: ``fraction`` of the activity goes to a twin, label + suffix.

    Total activity is unchanged, so that a measure can then reach one of the two only.

    Raises
    ------
    InputError
        If the fraction lies outside 0 to 1.
    """
    if not 0 <= fraction <= 1:
        msg = "split fraction lies outside 0 to 1"
        raise InputError(msg, value=fraction, allowed=["0 to 1"])
    kept = _change(inventory, "activity", _rows(where), [], lambda old: old * (1 - fraction))
    twin = inventory.isel(source=np.flatnonzero(where.values))
    twin = twin.assign(activity=twin["activity"] * fraction)
    twin = twin.assign_coords(
        source=np.array([s + suffix for s in twin["source"].values], dtype=object)
    )
    return xr.concat(
        [kept, twin],
        dim="source",
        join="exact",
        data_vars="minimal",
        coords="minimal",
        compat="equals",
    )
