"""Emissions summed over sources and months without building the product of all terms."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from emisim import workspace
from emisim.convention import BLOCK, TERMS, after_removal


def contract(
    inventory: xr.Dataset,
    by: Sequence[str],
    *,
    months: bool,
    kept: np.ndarray,
    counted: xr.Variable | None = None,
) -> xr.DataArray:
    """Return emission summed over the sources of each group, and over months.

    Blocks of sources are added up one after the other, so that no product of all is built. Only
    what is ``counted`` (source, species), if given, is emission.
    """
    number, groups = _groups(inventory, by, kept)
    over = () if months else ("month",)
    parts = []
    for start in range(0, max(kept.size, 1), BLOCK):
        at = slice(start, start + BLOCK)
        terms = (inventory.variables[name].isel(source=at) for name in TERMS)
        activity, factor, removal = terms
        net = after_removal(factor, removal)
        net = net if counted is None else net * counted.isel(source=at)
        each = dot(activity, net, over).transpose("source", ..., "species")
        parts.append(_sums(each.values, number[at], kept[at], groups.size))
    summed = np.sum(parts, axis=0) if len(parts) > 1 else parts[0]
    kept_dims = [d for d in ("month", "species") if d in each.dims]
    coords: Any = {d: inventory.variables[d] for d in kept_dims}
    if "draw" in inventory.coords and "draw" in each.dims:
        coords["draw"] = inventory.variables["draw"]
    if not by:
        return xr.DataArray(summed[0], coords, each.dims[1:])
    group = by[0] if len(by) == 1 else "group"
    found = xr.DataArray(summed, coords, (group, *each.dims[1:]))
    if not isinstance(groups, pd.MultiIndex):
        return found.assign_coords({group: groups})
    return found.assign_coords(xr.Coordinates.from_pandas_multiindex(groups, group))


def _sums(values: np.ndarray, number: np.ndarray, kept: np.ndarray, size: int) -> np.ndarray:
    """Return ``values`` (source, ...) of the ``kept`` sources summed by group number."""
    at = np.flatnonzero(kept)
    if not at.size:
        return np.zeros((size, *values.shape[1:]))
    order = at[np.argsort(number[at], kind="stable")]
    first = np.flatnonzero(np.diff(number[order], prepend=-1))
    sums = np.zeros((size, *values.shape[1:]))
    sums[number[order[first]]] = np.add.reduceat(values[order], first, axis=0)
    return sums


def dot(activity: xr.Variable, net: xr.Variable, over: Sequence[str]) -> xr.Variable:
    """Return the product of two terms (source, ...) summed over ``over``."""
    letters = {d: chr(ord("a") + i) for i, d in enumerate((*activity.dims, *net.dims))}
    dims = [d for d in ("source", "draw", "month", "species") if d in letters and d not in over]
    if "month" in over and "month" not in net.dims:
        return dot(activity.sum("month"), net, ())
    terms = (activity.dims, net.dims, dims)
    left, right, out = ("".join(letters[d] for d in names) for names in terms)
    summed = np.einsum(f"{left},{right}->{out}", activity.values, net.values)
    return xr.Variable(dims, summed)


def _groups(
    inventory: xr.Dataset, by: Sequence[str], kept: np.ndarray
) -> tuple[np.ndarray, pd.Index]:
    """Return the group of every source as a number (source,), and the groups' sorted labels."""
    if not by:
        return np.zeros(kept.size, dtype=int), pd.Index([""])
    parts = [workspace.codes(inventory, name) for name in by]
    joint = np.zeros(kept.size, dtype=int)
    for numbers, words in parts:
        order = np.argsort(np.argsort(np.array(list(words), dtype=object)))
        joint = joint * len(words) + order[numbers]
    _, first, number = np.unique(joint[kept], return_index=True, return_inverse=True)
    whole = np.zeros(kept.size, dtype=int)
    whole[kept] = number
    at = np.flatnonzero(kept)[first]
    labels = [inventory.variables[name].values[at] for name in by]
    if len(by) == 1:
        return whole, pd.Index([str(x) for x in labels[0]], name=by[0], dtype=object)
    return whole, pd.MultiIndex.from_arrays(labels, names=list(by))
