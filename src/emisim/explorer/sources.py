"""The sources of a page: those that a measure touches one by one, all others as sums."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from emisim import fleet, units
from emisim import inventory as inv
from emisim.explorer.packing import array, rows
from emisim.vocabulary import OUTSIDE, SECTORS, SPECIES

DIGITS = 14
"""Decimals of a month's share of the year's activity: rounding of its sum lies below."""


def touched(programs: Iterable[Any], size: int) -> np.ndarray:
    """Return the sources that any of ``programs`` names, bool (source,)."""
    found = np.zeros(size, dtype=bool)
    for program in programs:
        for at in rows(program):
            found[at] = True
    return found


def numbers(chosen: np.ndarray) -> np.ndarray:
    """Return the number on the page of each source (source,), -1 for those that are not on it."""
    return np.where(chosen, np.cumsum(chosen) - 1, -1)


def districts(inventory: xr.Dataset) -> list[str]:
    """Return the districts that have sources, ``outside`` last."""
    names = sorted(set(inventory["district"].values.tolist()) - {OUTSIDE})
    return [*names, OUTSIDE]


def state(start: xr.Dataset, chosen: np.ndarray) -> dict[str, Any]:
    """Return the terms of the chosen sources as they stand before the plan's measures.

    Many sources share factor, removal or monthly profile: each of these stands once in ``tables``,
    and ``of`` names the row of each source.
    """
    at = np.flatnonzero(chosen)
    activity = start["activity"].transpose("source", "month").values[at]
    yearly = activity.sum(axis=1)
    profile = np.divide(activity, yearly[:, None], out=np.zeros_like(activity),
                        where=yearly[:, None] > 0)  # fmt: skip
    known = start[fleet.SOLD].values[at] if fleet.SOLD in start else np.full(at.size, np.nan)
    words = {"sector": list(SECTORS), "district": districts(start)}
    return {
        "count": at.size,
        "yearly": yearly,
        "profile": _shared(profile, DIGITS),
        "output": start["output"].values[at],
        "sold": known,
        **{n: array([names.index(w) for w in start[n].values[at]], "u2")
           for n, names in words.items()},
        **{name: _shared(_whole(start[name].isel(source=at))) for name in ("factor", "removal")},
    }  # fmt: skip


def _whole(term: xr.DataArray) -> np.ndarray:
    """Return a term by source, month and species, (source, species) where no month differs."""
    if "month" not in term.dims:
        return term.transpose("source", "species").values
    values = term.transpose("source", "month", "species").values
    same = bool((values == values[:, :1]).all())
    return values[:, 0] if same else values.reshape(len(values), -1)


def _shared(values: np.ndarray, digits: int | None = None) -> dict[str, Any]:
    """Return the different rows of ``values``, and which of them each source has.

    ``digits`` rounds what is compared, so that rounding does not tell rows apart.
    """
    compared = values if digits is None else values.round(digits)
    _, first, of = np.unique(compared, axis=0, return_index=True, return_inverse=True)
    return {"table": values[first], "of": array(of.ravel(), "u2")}


def rest(start: xr.Dataset, chosen: np.ndarray) -> np.ndarray:
    """Return what the other sources emit in a year, t (sector, district, species)."""
    tonnes = inv.annual(start) * units.factor("kg", "t")
    return summed(tonnes * ~chosen[:, None], start)


def summed(values: np.ndarray, inventory: xr.Dataset) -> np.ndarray:
    """Return values (source, species) summed by (sector, district, species)."""
    place = districts(inventory)
    out = np.zeros((len(SECTORS), len(place), len(SPECIES)))
    sector = [SECTORS.index(s) for s in inventory["sector"].values.tolist()]
    district = [place.index(d) for d in inventory["district"].values.tolist()]
    np.add.at(out, (sector, district), values)
    return out
