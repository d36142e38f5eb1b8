"""The inventory: an ``xr.Dataset`` that passes :func:`check`. No wrapper class.

Emission of a source in a month is ``activity x factor x (1 - removal)``; the three terms are kept
and the emission is always computed. ``docs/conventions.md`` holds the table of names, dimensions
and units.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from emisim import workspace
from emisim.convention import (
    BLOCK,
    LABELS,
    MEASURES,
    MONTHS,
    TERMS,
    after_removal,
    check,
    check_labels,
    net_factor,
    net_variable,
)
from emisim.errors import require_known
from emisim.vocabulary import OUTSIDE, SERVICE_UNITS, SERVICES, SPECIES


def build(
    sources: pd.DataFrame,
    activity: np.ndarray,
    factor: np.ndarray,
    removal: np.ndarray,
    output: np.ndarray,
    factor_assumed: np.ndarray,
    **attrs: Any,
) -> xr.Dataset:
    """Assemble an inventory from columns.

    Parameters
    ----------
    sources
        n rows indexed by unique source label; columns :data:`LABELS` and :data:`MEASURES`
        (a missing column is empty).
    activity
        (n, 12) activity per month, unit ``activity_unit``.
    factor, removal
        (n, 10) emission factor in kg per activity unit before control, and removal efficiency 0
        to 1, in the order of ``SPECIES``.
    output
        (n,) useful service per activity unit, unit by ``service``.
    factor_assumed
        (n, 10) bool: factor or removal rests on an assumed row.
    attrs
        Global attributes, at least ``city`` and ``year``.

    Returns
    -------
    Dataset
        A checked inventory without ``share``.
    """
    coords: dict[str, Any] = {
        "source": sources.index.to_numpy(dtype=object),
        "month": MONTHS,
        "species": np.array(SPECIES, dtype=object),
    }
    for name in LABELS:
        values = sources[name].fillna("") if name in sources else np.full(len(sources), "")
        coords[name] = ("source", np.asarray(values, dtype=object))
    for name in MEASURES:
        values = sources[name] if name in sources else np.full(len(sources), np.nan)
        coords[name] = ("source", np.asarray(values, dtype=float))
    inventory = xr.Dataset(
        {
            "activity": (("source", "month"), np.asarray(activity, dtype=float)),
            "factor": (("source", "species"), np.asarray(factor, dtype=float)),
            "removal": (("source", "species"), np.asarray(removal, dtype=float)),
            "output": ("source", np.asarray(output, dtype=float)),
            "factor_assumed": (("source", "species"), np.asarray(factor_assumed, dtype=bool)),
        },
        coords=coords,
        attrs=attrs,
    )
    return check(inventory)


def concat(parts: Iterable[xr.Dataset]) -> xr.Dataset:
    """Join checked inventories of one city and year along ``source``; labels must stay unique."""
    whole = xr.concat(
        list(parts),
        dim="source",
        join="exact",
        combine_attrs="identical",
        data_vars="minimal",
        coords="minimal",
        compat="equals",
    )
    check_labels(whole)
    return whole.transpose(..., "source", "month", "species")


def emission(inventory: xr.Dataset) -> xr.DataArray:
    """Return emissions in kg per month (source, month, species)."""
    product = inventory["activity"] * net_factor(inventory)
    return product.transpose(..., "source", "month", "species")


def annual(inventory: xr.Dataset) -> np.ndarray:
    """Return emissions in kg per year, (source, species), where no term has draws."""
    each = _dot(inventory.variables["activity"], net_variable(inventory), ("month",))
    return each.transpose("source", "species").values


def totals(
    inventory: xr.Dataset,
    by: Sequence[str] = ("sector",),
    *,
    months: bool = False,
    outside: bool = False,
) -> xr.DataArray:
    """Return emission totals in kg.

    Parameters
    ----------
    by
        Source coordinates to group by; may be empty. Groups become the dimension ``group``
        (one name: that name; several: a MultiIndex) with labels in sorted order.
    months
        Keep the month dimension.
    outside
        Include sources of district ``outside``, which serve the city from beyond the domain.

    Returns
    -------
    DataArray
        (group..., [month,] species), a contraction over sources: the (source, month, species)
        product is not built.
    """
    inside = np.ones(inventory.sizes["source"], dtype=bool)
    if not outside:
        inside = inventory.variables["district"].values != OUTSIDE
    return _contract(inventory, by, months=months, kept=inside)


def _contract(
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
        each = _dot(activity, net, over).transpose("source", ..., "species")
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


def _dot(activity: xr.Variable, net: xr.Variable, over: Sequence[str]) -> xr.Variable:
    """Return the product of two terms (source, ...) summed over ``over``."""
    letters = {d: chr(ord("a") + i) for i, d in enumerate((*activity.dims, *net.dims))}
    dims = [d for d in ("source", "draw", "month", "species") if d in letters and d not in over]
    if "month" in over and "month" not in net.dims:
        return _dot(activity.sum("month"), net, ())
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


def assumed_share(
    inventory: xr.Dataset, by: Sequence[str] = (), *, factors_only: bool = False
) -> xr.DataArray:
    """Return the fraction of each total that rests on assumed numbers.

    Parameters
    ----------
    factors_only
        Count assumed factors and removal only, not assumed activity.

    Returns
    -------
    DataArray
        (group..., species), 0 to 1; NaN where the total is zero.
    """
    assumed = inventory.variables["factor_assumed"]
    if not factors_only:
        assumed = assumed | (inventory.variables["activity_status"] == "assumed")
    kept = inventory["district"].values != OUTSIDE
    part = _contract(inventory, by, months=False, kept=kept, counted=assumed)
    whole = _contract(inventory, by, months=False, kept=kept)
    return (part / whole.where(whole > 0)).rename("assumed_share")


def service(inventory: xr.Dataset) -> xr.DataArray:
    """Return the useful service delivered (source, month), in the unit of each source's service."""
    return inventory["activity"] * inventory["output"]


def select(inventory: xr.Dataset, **criteria: Any) -> xr.DataArray:
    """Return a boolean mask over ``source``.

    Parameters
    ----------
    criteria
        Coordinate name -> value or list of values; ``source`` selects by label. Besides,
        ``capacity_below`` and ``capacity_from`` bound the capacity (unknown capacity is not
        selected by either).

    Raises
    ------
    InputError
        For an unknown coordinate, or a value no source has, with the ones that exist.
    """
    return workspace.mask(inventory, chosen(inventory, **criteria))


def chosen(inventory: xr.Dataset, **criteria: Any) -> np.ndarray:
    """Return what :func:`select` returns, as bool (source)."""
    mask = np.ones(inventory.sizes["source"], dtype=bool)
    for name, wanted in criteria.items():
        if wanted is None:
            continue
        if name == "capacity_below":
            mask &= inventory.variables["capacity"].values < wanted
        elif name == "capacity_from":
            mask &= inventory.variables["capacity"].values >= wanted
        else:
            mask &= _is_one_of(inventory, name, wanted)
    return mask


def _is_one_of(inventory: xr.Dataset, name: str, wanted: Any) -> np.ndarray:
    require_known([name], ("source", *LABELS), "source attribute")
    values = [wanted] if isinstance(wanted, str) else list(wanted)
    numbers, words = workspace.codes(inventory, name)
    if not all(value in words for value in values):
        require_known(values, sorted(words), f"{name} (no source has it)")
    if len(values) == 1:
        return numbers == words[values[0]]
    meant = np.zeros(len(words), dtype=bool)
    meant[[words[value] for value in values]] = True
    return meant[numbers]


def service_unit(name: str) -> str:
    """Return the unit in which service ``name`` is measured."""
    require_known([name], SERVICES, "service")
    return SERVICE_UNITS[name]
