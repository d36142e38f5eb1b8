"""A ceiling on an amount: coal burnt, output, capacity used."""

from typing import ClassVar

import numpy as np
import xarray as xr
from pydantic import model_validator

from emisim import units
from emisim.base_year import BASE, needed
from emisim.errors import InputError
from emisim.measures._base import Fraction, Measure, Quantity
from emisim.verbs import scale_activity


class CapActivity(Measure):
    """Hold the yearly activity in ``scope`` under a ceiling: ``a' = a min(1, ceiling / total)``.

    The ceiling is ``at_most`` (in the unit of the activity: t, m3, km ...), or the base year's
    activity of the same sources less the part ``below``. Only what lies above it is taken away,
    from all sources alike; nobody takes the service over. The whole year counts, also where the
    measure starts later.

    Examples
    --------
    7200 t of coal in the base year must become 6300 t, so that every user burns 12.5 % less:

    >>> from emisim.measures._example import fields, number, town
    >>> measure = CapActivity(
    ...     **fields(scope={"fuel": "coal"}, below=number(12.5, "%")),
    ... )
    >>> after = measure.apply(town(), full_effect=True)
    >>> after["activity"].sum("month").sel(source=["stoves", "boiler 20 t/h"]).values.tolist()
    [1050.0, 5250.0]
    >>> measure.slack(after), measure.slack(town())
    (0.0, -900.0)
    """

    kind: ClassVar[str] = "cap_activity"

    at_most: Quantity | None = None
    below: Fraction | None = None

    @model_validator(mode="after")
    def _one_ceiling(self) -> "CapActivity":
        if (self.at_most is None) == (self.below is None):
            what = "give either at_most or below (a part of the base year's activity)"
            given = "neither" if self.below is None else "both"
            raise self.fault(field="at_most", what=what, value=given)
        if self.at_most is not None and self.at_most.value < 0:
            what = "number out of range"
            raise self.fault(field="at_most", what=what, value=self.at_most.value, allowed=[">= 0"])
        return self

    def unit(self, inventory: xr.Dataset) -> str:
        """Return the unit of the activity in scope; InputError if it has several."""
        units_of = inventory.variables["activity_unit"].values
        found = sorted(set(units_of[self.where(inventory).values]))
        if len(found) > 1:
            what = "the scope adds activities in different units"
            hint = "narrow the scope to sources of one unit"
            raise self.fault(field="scope", what=what, value=", ".join(found), hint=hint)
        return str(found[0])

    def ceiling(self, inventory: xr.Dataset) -> float:
        """Return the most that may be used in a year, in the unit of the activity."""
        unit = self.unit(inventory)
        if self.below is None:
            given = self.at_most
            return units.convert(given.value, given.unit, unit) if given else np.inf
        base = needed(inventory)
        used = base.values[self.where(inventory).values].sum()
        return float(used) * (1 - self.below.to("fraction"))

    def slack(self, inventory: xr.Dataset) -> float:
        """Return how far the activity in scope lies under the ceiling (negative: above it)."""
        return self.ceiling(inventory) - self.total(inventory)

    def headroom(self, inventory: xr.Dataset) -> tuple[float, str]:
        """Return :meth:`slack` and the unit of the activity."""
        with self.named():
            return self.slack(inventory), self.unit(inventory)

    def total(self, inventory: xr.Dataset) -> float:
        """Return the yearly activity in scope."""
        rows = np.flatnonzero(self.where(inventory).values)
        chosen = inventory.variables["activity"].isel(source=rows)
        if "draw" in chosen.dims:
            message = "a ceiling on activity does not know draws"
            raise InputError(message, hint=f"keep {BASE} and activity without a draw dimension")
        return float(chosen.sum())

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Scale the activity in scope down to the ceiling, if it lies above."""
        total = self.total(inventory)
        left = min(1.0, self.ceiling(inventory) / total) if total > 0 else 1.0
        return scale_activity(inventory, self.where(inventory), left, uptake)
