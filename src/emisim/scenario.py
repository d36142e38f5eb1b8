"""Scenarios: an ordered list of steps, folded over an inventory; a scenario is itself a step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Protocol

import numpy as np
import xarray as xr

from emisim import inventory as inv
from emisim import workspace
from emisim.convention import LABELS, MEASURES, check_terms
from emisim.errors import InputError

GROUPS = ("sector", "district")
"""Source labels that totals are grouped by."""


class Step(Protocol):
    """Anything that turns an inventory into an inventory: a measure or a scenario."""

    @property
    def id(self) -> str:
        """Return the name of the step, unique in its scenario."""

    def apply(self, inventory: xr.Dataset, *, full_effect: bool) -> xr.Dataset:
        """Return the inventory after the step."""


@dataclass(frozen=True)
class Scenario:
    """Steps in order, for a year.

    ``full_effect`` says whether measures act as stated (True) or with their expected
    effectiveness; None leaves that to the scenario that this one is a step of. ``air`` says whether
    concentrations are wanted, or emissions only.
    """

    id: str
    steps: tuple[Step, ...] = ()
    year: int | None = None
    full_effect: bool | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    air: bool = True

    def apply(self, inventory: xr.Dataset, *, full_effect: bool = True) -> xr.Dataset:
        """Return the inventory after all steps, the own ones in the scenario's year."""
        start = self.parent.apply(inventory, full_effect=full_effect) if self.parent else inventory
        return self.extend(start, full_effect=full_effect)

    def extend(self, start: xr.Dataset, *, full_effect: bool = True) -> xr.Dataset:
        """Return ``start``, the parent's inventory, after the scenario's own steps."""
        effect = full_effect if self.full_effect is None else self.full_effect
        dated = start if self.year is None else start.assign_attrs(year=self.year)
        return fold(self.own_steps, dated, full_effect=effect)

    @property
    def parent(self) -> "Scenario | None":
        """Return the scenario that this one starts from, if its first step is one."""
        first = self.steps[0] if self.steps else None
        return first if isinstance(first, Scenario) else None

    @property
    def own_steps(self) -> tuple[Step, ...]:
        """Return the steps beyond the parent's."""
        return self.steps[1:] if self.parent else self.steps


def fold(steps: Iterable[Step], inventory: xr.Dataset, *, full_effect: bool) -> xr.Dataset:
    """Return ``inventory`` after ``steps``, one after the other; what changed is checked once.

    ``inventory`` keeps the convention itself (:func:`emisim.inventory.check`).

    Raises
    ------
    InputError
        A step cannot act, or the result breaks the convention: then the step that broke it.
    """
    steps = tuple(steps)

    def then(now: xr.Dataset, step: Step) -> xr.Dataset:
        return step.apply(now, full_effect=full_effect)

    if workspace.of(inventory) is not None:
        return reduce(then, steps, inventory)
    after = reduce(then, steps, workspace.opened(inventory))
    try:
        check_terms(after, workspace.changed(after))
    except InputError:
        reduce(then, steps, inventory)
        raise
    return workspace.closed(after) if steps else inventory


def run(scenarios: Sequence[Scenario], base: xr.Dataset) -> dict[str, xr.Dataset]:
    """Return the inventory of every scenario by its id.

    Parameters
    ----------
    scenarios
        In any order in which a parent precedes its children; a parent is computed once.
    base
        The base-year inventory.
    """
    done: dict[str, xr.Dataset] = {}
    for scenario in scenarios:
        parent = scenario.parent
        known = parent is not None and parent.id in done
        done[scenario.id] = (
            scenario.extend(done[parent.id]) if parent and known else scenario.apply(base)
        )
    return done


def dataset(scenarios: Sequence[Scenario], inventories: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """Put scenarios side by side.

    Returns
    -------
    Dataset with ``emission`` (scenario, source, month, species) in kg per month, ``activity``
    (scenario, source, month) in ``activity_unit`` per month, ``output`` (source) in service per
    activity unit, ``total`` (scenario, sector, district,
    species, month) in kg per month, and the sources' coordinates; because ``sector`` and
    ``district`` are axes of ``total``, those of a source are ``source_sector`` and
    ``source_district``. District ``outside`` is kept.

    Raises
    ------
    InputError
        If scenarios differ in their sources.
    """
    ids = [scenario.id for scenario in scenarios]
    first = inventories[ids[0]]
    for name in ids:
        if not np.array_equal(inventories[name]["source"].values, first["source"].values):
            what = f"scenario {name!r} has other sources than {ids[0]!r}"
            raise InputError(what, hint="keep zero-activity rows for load that measures bring")
    axis = xr.DataArray(ids, dims="scenario", name="scenario")
    join = {"coords": "minimal", "compat": "override", "join": "exact"}
    emission = xr.concat([_plain(inv.emission(inventories[i])) for i in ids], axis, **join)
    activity = xr.concat([_plain(inventories[i]["activity"]) for i in ids], axis, **join)
    labels = {
        f"source_{name}" if name in GROUPS else name: ("source", first[name].values)
        for name in (*LABELS, *MEASURES)
    }
    result = xr.Dataset(
        {
            "emission": emission.assign_attrs(units="kg month-1"),
            "activity": activity,
            "output": ("source", first["output"].values),
        },
        coords=labels,
    )
    result["total"] = total(result).assign_attrs(units="kg month-1")
    years = [int(inventories[i].attrs["year"]) for i in ids]
    result = result.assign_coords(year=("scenario", years))
    for lang in ("en", "zh"):
        words = [scenario.names.get(lang, scenario.id) for scenario in scenarios]
        result = result.assign_coords({f"name_{lang}": ("scenario", words)})
    return result.assign_attrs(city=first.attrs["city"], scenarios=" ".join(ids))


def _plain(values: xr.DataArray) -> xr.DataArray:
    """Return ``values`` with its dimension coordinates only."""
    return values.reset_coords(drop=True)


def total(scenarios: xr.Dataset) -> xr.DataArray:
    """Return the totals (scenario, sector, district, species, month) of ``emission``."""
    sectors, i = np.unique(scenarios["source_sector"].values.astype(str), return_inverse=True)
    districts, j = np.unique(scenarios["source_district"].values.astype(str), return_inverse=True)
    emission = scenarios["emission"].transpose(..., "source", "month", "species")
    leading = emission.dims[:-3]
    flat = np.zeros((sectors.size * districts.size, i.size))
    flat[i * districts.size + j, np.arange(i.size)] = 1
    values = np.einsum("gn,...nms->...gsm", flat, emission.values, optimize=True)
    shape = (*values.shape[:-3], sectors.size, districts.size, *values.shape[-2:])
    axes = {"sector": sectors.astype(object), "district": districts.astype(object)}
    kept = (*leading, "species", "month")
    return xr.DataArray(
        values.reshape(shape),
        dims=(*leading, "sector", "district", "species", "month"),
        coords=axes | {name: scenarios[name].values for name in kept if name in scenarios.coords},
    )
