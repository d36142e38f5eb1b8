"""Plants, boilers, kilns and vehicles close."""

from typing import Annotated, Any, ClassVar

import numpy as np
import xarray as xr
from pydantic import BeforeValidator, PlainSerializer, model_validator

from emisim.errors import InputError
from emisim.measures._base import Measure, Quantity
from emisim.measures._destination import Destination, listed, move, receivers
from emisim.measures._quantity import in_unit
from emisim.verbs import scale_activity

Years = Annotated[Quantity, in_unit("year", 0)]
NOWHERE = "nowhere"


def _places(value: Any) -> Any:
    """Return the listed destinations; ``nowhere`` is none of them."""
    if not value or (isinstance(value, str) and value != NOWHERE):
        message = "unknown destination"
        allowed = [NOWHERE, *Destination.model_fields]
        hint = "write nowhere, or attributes such as {process: boiler-gas, district: same}"
        raise InputError(message, value=value, allowed=allowed, hint=hint)
    return () if value == NOWHERE else listed(value)


def _plain(to: tuple[Destination, ...]) -> str | list[dict[str, Any]]:
    return [d.model_dump(mode="json", exclude_defaults=True) for d in to] or NOWHERE


Places = Annotated[tuple[Destination, ...], BeforeValidator(_places), PlainSerializer(_plain)]


class Retire(Measure):
    """Close the sources in ``scope``, and say where their output goes.

    ``to`` names the sources that take over the service (heat, product, t km, km), or ``nowhere``:
    then the activity ends, and ``reason`` says why nobody takes over. ``built_before`` (year) and
    ``older_than`` (age in the plan year) narrow the scope to old units; a unit of unknown age is
    an error and not a guess.

    Examples
    --------
    A boiler below 35 t/h closes on 1 October; three months of its 6000 t of coal end:

    >>> from emisim.measures._example import fields, town
    >>> measure = Retire(
    ...     **fields(
    ...         scope={"process": "boiler-coal", "capacity_below": 35},
    ...         to="nowhere",
    ...         reason="the mill it served has closed",
    ...     )
    ...     | {"start": "2019-10-01"}
    ... )
    >>> after = measure.apply(town(), full_effect=True)["activity"].sum("month")
    >>> float(after.sel(source="boiler 20 t/h"))
    4500.0
    """

    kind: ClassVar[str] = "retire"

    to: Places
    reason: str = ""
    built_before: int | None = None
    older_than: Years | None = None

    @model_validator(mode="after")
    def _explained(self) -> "Retire":
        if bool(self.to) == bool(self.reason):
            what = "belongs to `to: nowhere`, which needs it, and to nothing else"
            raise self.fault(field="reason", what=what, value=self.reason)
        return self

    def where(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return the sources in scope that are old enough, bool (source)."""
        chosen = super().where(inventory)
        if self.built_before is None and self.older_than is None:
            return chosen
        built = inventory["built"]
        unknown = inventory["source"].values[(chosen & built.isnull()).values]
        if unknown.size:
            what = "the year of construction is unknown"
            hint = "fill `built` in the activity table, or leave built_before and older_than out"
            raise self.fault(field="scope", what=what, value=unknown[0], hint=hint)
        before = np.inf if self.built_before is None else self.built_before
        age = 0 if self.older_than is None else self.older_than.to("year")
        old = (built < before) & (int(inventory.attrs["year"]) - built >= age)
        if not bool((chosen & old).any()):
            what = "no source in scope is that old; the oldest was built in"
            raise self.fault(field="scope", what=what, value=int(built.where(chosen).min()))
        return (chosen & old).drop_vars([c for c in old.coords if c != "source"])

    def touches(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return scope and destinations, bool (source)."""
        where = self.where(inventory)
        if not self.to:
            return where
        return where | receivers(inventory, where, self.to)

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """End ``uptake`` of the activity in scope, or hand its service on."""
        where = self.where(inventory)
        if not self.to:
            return scale_activity(inventory, where, 0, uptake)
        return move(inventory, where, self.to, uptake)
