"""The four verbs, the only way anything changes an inventory, and ``split``, which prepares.

Each is pure: it returns a new Dataset with the same labels (``split`` adds some). ``uptake`` is a
DataArray over month, 0 to 1: the part of the selected sources' activity that the change reaches in
that month. Where the uptake differs between months, ``factor`` and ``removal`` gain a month
dimension.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import xarray as xr

from emisim.errors import InputError, MassError, require_known
from emisim.vocabulary import SPECIES

TOLERANCE = 1e-9

Destinations = Mapping[str, str] | pd.DataFrame | Callable[[str], str]


def _checked(uptake: xr.DataArray) -> xr.DataArray:
    values = uptake.values
    if uptake.dims[-1:] != ("month",) or not np.isfinite(values).all():
        msg = "uptake must be finite numbers over month"
        raise InputError(msg, value=uptake.dims)
    if values.min() < 0 or values.max() > 1:
        msg = "uptake lies outside 0 to 1"
        raise InputError(
            msg,
            value=float(values.max() if values.max() > 1 else values.min()),
            allowed=["0 to 1"],
            hint="correct coverage or effectiveness",
        )
    return uptake


def _reach(where: xr.DataArray, uptake: xr.DataArray) -> xr.DataArray:
    """Return uptake on selected sources, 0 elsewhere; without month if it is the same all year."""
    uptake = _checked(uptake)
    first = uptake.isel(month=0, drop=True)
    return where * (first if bool((uptake == first).all()) else uptake)


def _term(inventory: xr.Dataset, name: str) -> xr.DataArray:
    """Return a term with its dimension coordinates only: arithmetic need not carry the others."""
    return inventory[name].reset_coords(drop=True)


def _species_array(values: Mapping[str, float] | xr.DataArray, fill: float) -> xr.DataArray:
    if isinstance(values, xr.DataArray):
        return values
    require_known(values, SPECIES, "species")
    numbers = [float(values.get(s, fill)) for s in SPECIES]
    return xr.DataArray(
        numbers, dims="species", coords={"species": np.array(SPECIES, dtype=object)}
    )


def _replace(inventory: xr.Dataset, **terms: xr.DataArray) -> xr.Dataset:
    ordered = {
        name: term.transpose(*[d for d in ("draw", "source", "month", "species") if d in term.dims])
        for name, term in terms.items()
    }
    bare = {
        name: term.drop_vars([c for c in term.coords if c not in term.dims])
        for name, term in ordered.items()
    }
    return inventory.assign(bare)


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
    scale = 1 + _reach(where, uptake) * (multiplier - 1)
    return _replace(inventory, activity=_term(inventory, "activity") * scale)


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
        with columns source, destination, fraction (fractions of a source add to 1).
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
    moves = _moves(inventory, where, to)
    _check_moves(inventory, moves)
    uptake = _checked(uptake)
    given = (_term(inventory, "activity") * where * uptake).transpose(..., "source", "month")
    output = inventory["output"].values
    served = given.values * output[:, None]
    arriving = _arriving(served, moves, pd.Index(inventory["source"].values)) * ratio
    with np.errstate(divide="ignore", invalid="ignore"):
        gained = np.where(arriving > 0, arriving / output[:, None], 0.0)
    result = _term(inventory, "activity").transpose(*given.dims) - given + gained
    after = _replace(inventory, activity=result.clip(min=0))
    _check_conserved(inventory, after, served, ratio)
    return after


def _moves(inventory: xr.Dataset, where: xr.DataArray, to: Destinations) -> pd.DataFrame:
    sources = inventory["source"].values[where.values]
    if isinstance(to, pd.DataFrame):
        moves = to[to["source"].isin(sources)]
    else:
        target = to if callable(to) else to.get
        moves = pd.DataFrame(
            {"source": sources, "destination": [target(s) for s in sources], "fraction": 1.0}
        ).dropna()
    filled = moves.groupby("source")["fraction"].sum().reindex(sources).fillna(0.0)
    bad = (filled - 1).abs() > TOLERANCE
    if bad.any():
        msg = f"the shares of source {filled.index[bad][0]!r} among its destinations add to"
        raise InputError(
            msg,
            value=float(filled[bad].iloc[0]),
            allowed=["1"],
            hint="name a destination for all of it",
        )
    return moves


def _check_moves(inventory: xr.Dataset, moves: pd.DataFrame) -> None:
    known = inventory["source"].values.tolist()
    require_known(moves["destination"], known, "destination source")
    again = set(moves["destination"]) & set(moves["source"])
    if again:
        msg = "a source cannot be its own measure's destination"
        raise InputError(msg, value=sorted(again)[0], hint="narrow the scope of the measure")
    kind = dict(zip(known, inventory["service"].values, strict=True))
    output = dict(zip(known, inventory["output"].values, strict=True))
    for source, destination in zip(moves["source"], moves["destination"], strict=True):
        if kind[source] != kind[destination] or kind[source] == "none":
            msg = f"{source!r} delivers {kind[source]}, its destination {destination!r} does not"
            raise InputError(msg, value=kind[destination], allowed=[kind[source]])
        if not output[destination] > 0:
            msg = f"destination {destination!r} delivers no {kind[source]} per activity unit"
            raise InputError(msg, value=output[destination], hint="give its efficiency a row")


def _arriving(served: np.ndarray, moves: pd.DataFrame, labels: pd.Index) -> np.ndarray:
    """Return the service (..., source, month) that each source receives."""
    at = labels.get_indexer(pd.Index(moves["destination"]))
    taken = labels.get_indexer(pd.Index(moves["source"]))
    parts = served[..., taken, :] * moves["fraction"].to_numpy(dtype=float)[:, None]
    arriving = np.zeros_like(served)
    np.add.at(np.moveaxis(arriving, -2, 0), at, np.moveaxis(parts, -2, 0))
    return arriving


def _check_conserved(
    before: xr.Dataset, after: xr.Dataset, served: np.ndarray, ratio: float
) -> None:
    output = before["output"]
    change = float(
        xr.dot(after["activity"] - before["activity"], output, dim=("source", "month")).sum()
    )
    expected = float(served.sum()) * (ratio - 1)
    scale = max(float(served.sum()), 1.0)
    if abs(change - expected) > TOLERANCE * scale:
        msg = f"a shift of {served.sum():.6g} units of service lost {expected - change:.6g} of them"
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
    if bool((wanted < 0).any()):
        msg = "factor multiplier must be 0 or more"
        raise InputError(msg, value=float(wanted.min()))
    return _replace(
        inventory, factor=_term(inventory, "factor") * (1 + _reach(where, uptake) * (wanted - 1))
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
    if bool(((target < 0) | (target > 1)).any()):
        msg = "target removal lies outside 0 to 1"
        bad = target.where((target < 0) | (target > 1), drop=True)
        raise InputError(msg, value=float(bad[0]), allowed=["0 to 1"])
    old = _term(inventory, "removal")
    gain = (target - old).clip(min=0)
    return _replace(inventory, removal=old + _reach(where, uptake) * gain)


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
    kept = _replace(inventory, activity=_term(inventory, "activity") * (1 - fraction * where))
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
