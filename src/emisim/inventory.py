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
from emisim.contraction import contract, dot
from emisim.convention import (
    LABELS,
    MEASURES,
    MONTHS,
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
    each = dot(inventory.variables["activity"], net_variable(inventory), ("month",))
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
    return contract(inventory, by, months=months, kept=inside)


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
    part = contract(inventory, by, months=False, kept=kept, counted=assumed)
    whole = contract(inventory, by, months=False, kept=kept)
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
