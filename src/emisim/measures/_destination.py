"""Where service goes: for every source that gives some up, the one source that takes it over."""

from collections import defaultdict
from typing import Annotated, Any

import pandas as pd
import xarray as xr
from pydantic import BeforeValidator, Field, model_validator

from emisim import inventory as inv
from emisim.errors import InputError
from emisim.measures._quantity import Fraction, Record
from emisim.verbs import TOLERANCE, shift_activity

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

    def candidates(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return the sources that carry the fixed values, bool (source)."""
        fixed = {name: value for name, value in self.criteria().items() if value != SAME}
        return inv.select(inventory, **fixed)

    def assign(self, inventory: xr.Dataset, where: xr.DataArray) -> pd.Series:
        """Return the receiving label of each source in ``where``, a Series indexed by giving label.

        A source of ``where`` never receives.

        Raises
        ------
        InputError
            If a giving source has no or more than one possible destination.
        """
        same = [name for name, value in self.criteria().items() if value == SAME]
        frame = pd.DataFrame(
            {name: inventory[name].values for name in dict.fromkeys([*same, "service"])},
            index=inventory["source"].values,
        )
        open_to = (self.candidates(inventory) & ~where).values
        takers: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for label, *key in frame[open_to].itertuples(name=None):
            takers[tuple(key)].append(label)
        chosen = {}
        for giver, *key in frame[where.values].itertuples(name=None):
            found = takers.get(tuple(key), [])
            if len(found) != 1:
                kin = frame.index[(frame["service"] == key[-1]) & ~where.values]
                raise self._unclear(giver, found or list(kin), bool(found))
            chosen[giver] = found[0]
        return pd.Series(chosen, dtype=object)

    def _unclear(self, giver: str, candidates: list[str], several: bool) -> InputError:
        how = "several destinations" if several else "no destination"
        hint = (
            "add a field to `to` that tells them apart"
            if several
            else "add the destination to the city's activity tables (zero activity will do)"
        )
        message = f"field to: source {giver!r} has {how} under {self.criteria()}"
        return InputError(message, allowed=candidates, hint=hint)


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


def table(
    inventory: xr.Dataset, where: xr.DataArray, destinations: tuple[Destination, ...]
) -> pd.DataFrame:
    """Return who takes over what: columns source, destination, fraction (adds to 1 per source)."""
    parts = [
        destination.assign(inventory, where).rename("destination").to_frame().assign(fraction=share)
        for destination, share in zip(destinations, shares(destinations), strict=True)
    ]
    return pd.concat(parts).rename_axis("source").reset_index()


def receivers(
    inventory: xr.Dataset, where: xr.DataArray, destinations: tuple[Destination, ...]
) -> xr.DataArray:
    """Return the sources that receive service, bool (source)."""
    return where.copy(data=where["source"].isin(table(inventory, where, destinations).destination))


def move(
    inventory: xr.Dataset,
    where: xr.DataArray,
    destinations: tuple[Destination, ...],
    uptake: xr.DataArray,
) -> xr.Dataset:
    """Return the inventory after ``where`` handed ``uptake`` of its service to ``destinations``."""
    return shift_activity(inventory, where, table(inventory, where, destinations), uptake)
