"""The document states the effect itself: rows of verbs."""

from typing import Annotated, ClassVar, Literal

import numpy as np
import xarray as xr
from pydantic import AfterValidator, Field, model_validator

from emisim.errors import InputError, require_known
from emisim.measures._base import MONTHS, Measure
from emisim.measures._destination import Destinations, move, receivers
from emisim.measures._months import Months, numbers
from emisim.measures._quantity import Multiplier, Record
from emisim.verbs import raise_removal, scale_activity, scale_factor
from emisim.vocabulary import SPECIES


def _known_species(species: tuple[str, ...]) -> tuple[str, ...]:
    require_known(species, SPECIES, "species")
    return species


class Row(Record):
    """One verb and its number, in some months of the year.

    ``value`` multiplies activity or factors (0.6 is a cut by 40 %), is the removal to be reached,
    or the part of the service that moves ``to`` other sources.
    """

    verb: Literal["scale_activity", "scale_factor", "raise_removal", "shift_activity"]
    species: Annotated[tuple[str, ...], AfterValidator(_known_species)] = ()
    value: Multiplier
    to: Destinations | None = None
    months: Months = "all"

    @model_validator(mode="after")
    def _complete(self) -> "Row":
        by_species = self.verb in ("scale_factor", "raise_removal")
        if by_species != bool(self.species):
            message = f"verb {self.verb} {'needs' if by_species else 'takes no'} species"
            hint = "give the list `species`" if by_species else "leave species out"
            raise InputError(message, value=self.species, allowed=SPECIES, hint=hint)
        if (self.verb == "shift_activity") != (self.to is not None):
            message = "`to` belongs to shift_activity, which needs it"
            hint = "for example to: {process: heating-gas, district: same}"
            raise InputError(message, value=self.verb, allowed=["shift_activity"], hint=hint)
        if self.verb in ("raise_removal", "shift_activity") and self.value.to("fraction") > 1:
            message = f"verb {self.verb} takes a part of the whole"
            hint = "give a fraction, or a percentage up to 100 %"
            raise InputError(message, value=self.value.value, allowed=["0 to 1"], hint=hint)
        return self

    def season(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.DataArray:
        """Return ``uptake`` (month) where the row holds, 0 in other months."""
        if self.months == "all":
            return uptake
        held = np.isin(MONTHS, numbers(self.months, inventory))
        return uptake.copy(deep=False, data=uptake.values * held)

    def change(
        self, inventory: xr.Dataset, where: xr.DataArray, uptake: xr.DataArray
    ) -> xr.Dataset:
        """Return the inventory after this row's verb."""
        uptake, value = self.season(inventory, uptake), self.value.to("fraction")
        by_species = dict.fromkeys(self.species, value)
        if self.verb == "scale_activity":
            return scale_activity(inventory, where, value, uptake)
        if self.verb == "scale_factor":
            return scale_factor(inventory, where, by_species, uptake)
        if self.verb == "raise_removal":
            return raise_removal(inventory, where, by_species, uptake)
        return move(inventory, where, self.to or (), uptake * value)


class Direct(Measure):
    """Apply verbs with the numbers that the document states, one row after the other.

    Examples
    --------
    Trucks carry 40 % less in the heating season from October on (November and December):

    >>> from emisim.measures._example import fields, number, town
    >>> row = {"verb": "scale_activity", "value": number(0.6), "months": "heating"}
    >>> measure = Direct(
    ...     **fields(scope={"process": "heavy-truck", "standard": "china-3"}, rows=[row])
    ...     | {"start": "2019-10-01"}
    ... )
    >>> after = measure.apply(town(), full_effect=True)["activity"].sum("month")
    >>> f"{after.sel(source='old trucks'):.4g}"
    '1.12e+09'
    """

    kind: ClassVar[str] = "direct"

    rows: Annotated[tuple[Row, ...], Field(min_length=1)]

    def touches(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return scope and destinations, bool (source)."""
        where = self.where(inventory)
        touched = where
        for row in self.rows:
            if row.to is not None:
                touched = touched | receivers(inventory, where, row.to)
        return touched

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Apply the rows in order to the sources in scope."""
        where = self.where(inventory)
        for row in self.rows:
            inventory = row.change(inventory, where, uptake)
        return inventory
