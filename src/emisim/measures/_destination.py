"""Where service goes: for every source that gives some up, the one source that takes it over."""

from typing import Annotated, Any

import numpy as np
import xarray as xr
from pydantic import BeforeValidator, Field, model_validator

from emisim import inventory as inv
from emisim import workspace
from emisim.errors import InputError
from emisim.measures._quantity import Fraction, Record
from emisim.verbs import TOLERANCE, Moves, shift_activity

SAME = "same"
"""Value of a destination field that must equal the giving source's own."""


class Destination(Record):
    """Attributes that single out one receiving source per giving source.

    A field holds a value, or ``same``. ``share`` is the part of the moved service that goes here;
    it may be left out where there is one destination only.
    """

    sector: str | None = None
    process: str | None = None
    fuel: str | None = None
    technology: str | None = None
    standard: str | None = None
    district: str | None = None
    facility: str | None = None
    grade: str | None = None
    source: str | None = None
    share: Fraction | None = None

    @model_validator(mode="after")
    def _usable(self) -> "Destination":
        if not self.criteria():
            message = "the destination names nothing"
            hint = "for example: to: {process: household-gas, district: same}"
            raise InputError(message, allowed=type(self).model_fields, hint=hint)
        return self

    def criteria(self) -> dict[str, str]:
        """Return the fields that were given, without ``share``."""
        return {k: v for k, v in self if k != "share" and v is not None}

    def candidates(self, inventory: xr.Dataset) -> np.ndarray:
        """Return the sources that carry the fixed values, bool (source)."""
        fixed = {name: value for name, value in self.criteria().items() if value != SAME}
        return inv.chosen(inventory, **fixed)

    def takers(self, inventory: xr.Dataset, where: xr.DataArray) -> np.ndarray:
        """Return the position of the receiving source for each one in ``where``, in order.

        A source of ``where`` never receives.

        Raises
        ------
        InputError
            If a giving source has no or more than one possible destination.
        """
        givers = np.flatnonzero(where.values)
        open_to = np.flatnonzero(self.candidates(inventory) & ~where.values)
        same = [name for name, value in self.criteria().items() if value == SAME]
        key = np.zeros(where.size, dtype=np.int64)
        for name in dict.fromkeys([*same, "service"]):
            numbers, words = workspace.codes(inventory, name)
            key = key * len(words) + numbers
        keys, first, count = np.unique(key[open_to], return_index=True, return_counts=True)
        at = np.searchsorted(keys, key[givers])
        known = at < keys.size
        known[known] = keys[at[known]] == key[givers][known]
        alone = known.copy()
        alone[known] = count[at[known]] == 1
        if not alone.all():
            giver = givers[int(np.argmin(alone))]
            kin = np.flatnonzero(~where.values)
            raise self._unclear(inventory, giver, open_to[key[open_to] == key[giver]], kin)
        return open_to[first[at]]

    def _unclear(
        self, inventory: xr.Dataset, giver: int, found: np.ndarray, kin: np.ndarray
    ) -> InputError:
        names, service = (inventory.variables[name].values for name in ("source", "service"))
        open_to = np.flatnonzero(self.candidates(inventory))
        served = sorted(set(service[open_to]) - {service[giver]})
        if open_to.size and (service[open_to] != service[giver]).all():
            message = f"field to: source {names[giver]!r} delivers {service[giver]}, but"
            what = f"{message} {self.criteria()} delivers"
            hint = f"a shift keeps the service: name sources that deliver {service[giver]}"
            return InputError(what, value=", ".join(served), allowed=[service[giver]], hint=hint)
        several = bool(found.size)
        how = "several destinations" if several else "no destination"
        hint = (
            "add a field to `to` that tells them apart"
            if several
            else "add the destination to the city's activity tables (zero activity will do)"
        )
        message = f"field to: source {names[giver]!r} has {how} under {self.criteria()}"
        candidates = found if several else kin[service[kin] == service[giver]]
        return InputError(message, allowed=names[candidates], hint=hint)


def listed(value: Any) -> Any:
    """Return ``value`` as a sequence, so that a file may give one record without a list."""
    return value if isinstance(value, list | tuple) else (value,)


Destinations = Annotated[tuple[Destination, ...], BeforeValidator(listed), Field(min_length=1)]
"""One destination, or several with shares that add to 1."""


def shares(destinations: tuple[Destination, ...]) -> list[float]:
    """Return the share of each destination.

    Raises
    ------
    InputError
        If one of several lacks its share, or the shares do not add to 1.
    """
    if len(destinations) == 1 and destinations[0].share is None:
        return [1]
    given = [d.share.to("fraction") for d in destinations if d.share is not None]
    if len(given) < len(destinations):
        message = "field to: every one of several destinations needs its share"
        raise InputError(message, hint="write share: {value, unit, cite} under each destination")
    if abs(sum(given) - 1) > TOLERANCE:
        message = "field to: the shares of the destinations do not add to 1"
        raise InputError(message, value=sum(given), allowed=["1"], hint="correct the shares")
    return given


def moves(
    inventory: xr.Dataset, where: xr.DataArray, destinations: tuple[Destination, ...]
) -> Moves:
    """Return who takes over what; the fractions of a source add to 1."""
    givers = np.flatnonzero(where.values)
    parts = list(zip(destinations, shares(destinations), strict=True))
    return Moves(
        np.tile(givers, len(parts)),
        np.concatenate([d.takers(inventory, where) for d, _ in parts]),
        np.repeat([share for _, share in parts], givers.size).astype(float),
    )


def receivers(
    inventory: xr.Dataset, where: xr.DataArray, destinations: tuple[Destination, ...]
) -> xr.DataArray:
    """Return the sources that receive service, bool (source)."""
    taking = np.zeros(where.size, dtype=bool)
    taking[moves(inventory, where, destinations).taking] = True
    return where.copy(data=taking)


def move(
    inventory: xr.Dataset,
    where: xr.DataArray,
    destinations: tuple[Destination, ...],
    uptake: xr.DataArray,
) -> xr.Dataset:
    """Return the inventory after ``where`` handed ``uptake`` of its service to ``destinations``."""
    return shift_activity(inventory, where, moves(inventory, where, destinations), uptake)
