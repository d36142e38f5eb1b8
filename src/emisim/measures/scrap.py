"""Old vehicles and machines are scrapped, newer ones do their work."""

from typing import ClassVar

import numpy as np
import xarray as xr
from pydantic import model_validator

from emisim.measures._shift import Shift

MACHINES = "nonroad"
"""Sector whose service, the work of machines, is counted as a product: the fuel burnt."""


class Scrap(Shift):
    """Scrap vehicles or machines of the emission standards in ``scope``; ``to`` does the same work.

    Distance (km), freight (t km) or the work of non-road machines (counted as fuel burnt) moves to
    another standard or fuel, so that this is a renewal of the fleet and not less traffic.
    ``coverage`` is the part of the vehicles scrapped.

    Examples
    --------
    >>> from emisim.measures._example import fields, number, town
    >>> measure = Scrap(
    ...     **fields(
    ...         scope={"process": "heavy-truck", "standard": "china-3"},
    ...         to={"process": "same", "fuel": "same", "district": "same", "standard": "china-6"},
    ...         coverage=number(25, "%"),
    ...     )
    ... )
    >>> after = measure.apply(town(), full_effect=True)["activity"].sum("month")
    >>> f"{after.sel(source='old trucks'):.4g}, {after.sel(source='new trucks'):.4g}"
    '9e+08, 3e+08'
    """

    kind: ClassVar[str] = "scrap"
    services: ClassVar[tuple[str, ...]] = ("travel", "freight", "product")

    def where(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return the sources in scope, bool (source): vehicles, or machines of ``nonroad``."""
        chosen = super().where(inventory)
        source, service, sectors = (
            inventory.variables[name].values[chosen.values]
            for name in ("source", "service", "sector")
        )
        other = np.flatnonzero((service == "product") & (sectors != MACHINES))
        if other.size:
            what = f"source {source[other[0]]!r} is no vehicle or machine but"
            sector = sectors[other[0]]
            raise self.fault(field="scope", what=what, value=sector, allowed=[MACHINES])
        return chosen

    @model_validator(mode="after")
    def _by_standard(self) -> "Scrap":
        if self.scope.standard is None:
            what = "scrap goes by emission standard, but the scope names none"
            hint = "for example standard: [china-0, china-1, china-2, china-3]"
            raise self.fault(field="scope.standard", what=what, value=None, hint=hint)
        return self
