"""Straw is used instead of burnt in the field."""

from typing import ClassVar

import numpy as np
import xarray as xr
from pydantic import model_validator

from emisim.measures._base import Measure
from emisim.measures._quantity import Shares
from emisim.verbs import scale_activity


class BanBurning(Measure):
    """Burn less straw in the open: ``a' = a b' / b``.

    ``b`` and ``b'`` are the open-burned shares before and after: ``burned`` gives them, or
    ``used`` gives the shares u of straw put to use, of whose rest the same part burns, so that
    ``b' / b = (1 - u') / (1 - u)``. A share that is no better changes nothing.

    Examples
    --------
    93 % of the straw is used instead of 86 %, so that half as much burns:

    >>> from emisim.measures._example import fields, number, town
    >>> used = {"before": number(86, "%"), "after": number(93, "%")}
    >>> measure = BanBurning(**fields(scope={"sector": "burning"}, used=used))
    >>> after = measure.apply(town(), full_effect=True)["activity"].sum("month")
    >>> round(float(after.sel(source="straw")), 9)
    400.0
    """

    kind: ClassVar[str] = "ban_burning"

    burned: Shares | None = None
    used: Shares | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "BanBurning":
        if (self.burned is None) == (self.used is None):
            what = "give either burned or used (shares of the straw before and after)"
            given = "neither" if self.used is None else "both"
            raise self.fault(field="burned", what=what, value=given)
        if self.rest()[0] <= 0:
            what = "no straw burns before the ban"
            field = "burned" if self.burned else "used"
            raise self.fault(field=field, what=what, value=f"{field}.before")
        return self

    def rest(self) -> tuple[float, float]:
        """Return what may burn before and after, as shares of the straw."""
        before, after = self.rates() or (1, 1)
        return (before, after) if self.burned else (1 - before, 1 - after)

    def rates(self) -> tuple[float, float] | None:
        """Return the share of the straw that is burned, or used, before and after."""
        shares = self.burned or self.used
        return shares.fractions if shares else None

    def where(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return the sources in scope, bool (source), all of which are open burning."""
        chosen = super().where(inventory)
        source, sectors = (
            inventory.variables[name].values[chosen.values] for name in ("source", "sector")
        )
        other = np.flatnonzero(sectors != "burning")
        if other.size:
            what = f"source {source[other[0]]!r} is no open burning but"
            raise self.fault(field="scope", what=what, value=sectors[other[0]], allowed=["burning"])
        return chosen

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Scale the straw burnt to the new share."""
        before, after = self.rest()
        left = min(1.0, after / before)
        return scale_activity(inventory, self.where(inventory), left, uptake)
