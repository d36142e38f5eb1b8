"""Goods move from the road to the railway or the river."""

from typing import ClassVar

import xarray as xr

from emisim.measures._base import Fraction, Scope
from emisim.measures._quantity import Record
from emisim.measures._shift import Shift
from emisim.verbs import scale_activity


class RoadDust(Record):
    """Dust that traffic in the measure's scope raises: the sources, and its part of them."""

    scope: Scope
    share: Fraction


class ShiftFreight(Shift):
    """Move a share of the road t km in ``scope`` to ``to``, with the first and last mile by road.

    Of the ``share`` s of the goods' t km that changes over, the part ``first_last_mile`` m is still
    driven to and from the station, so that the railway takes ``s (1 - m)`` and trucks keep
    ``1 - s (1 - m)``. ``dust`` names dust sources whose activity falls with it: a part d of theirs
    is due to these trucks and ``a' = a (1 - d s (1 - m))``.

    Examples
    --------
    A fifth of 1.2e9 t km changes over, a tenth of that stays on the road as short haul:

    >>> from emisim.measures._example import fields, number, town
    >>> measure = ShiftFreight(
    ...     **fields(
    ...         scope={"process": "heavy-truck", "standard": "china-3"},
    ...         to={"process": "rail-freight", "district": "same"},
    ...         share=number(20, "%"),
    ...         first_last_mile=number(10, "%"),
    ...         dust={"scope": {"process": "paved-road"}, "share": number(0.5)},
    ...     )
    ... )
    >>> after = measure.apply(town(), full_effect=True)["activity"].sum("month")
    >>> [f"{after.sel(source=s):.4g}" for s in ("old trucks", "railway", "road dust")]
    ['9.84e+08', '8.16e+08', '9.1e+06']
    """

    kind: ClassVar[str] = "shift_freight"
    services: ClassVar[tuple[str, ...]] = ("freight",)

    share: Fraction
    first_last_mile: Fraction
    dust: RoadDust | None = None

    def part(self) -> float:
        """Return the part of the road t km in scope that the railway takes over."""
        return self.share.to("fraction") * (1 - self.first_last_mile.to("fraction"))

    def touches(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return scope, destinations and dust sources, bool (source)."""
        touched = super().touches(inventory)
        return touched if self.dust is None else touched | self.dust.scope.select(inventory)

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Move the t km, then let the dust of the same traffic fall."""
        after = super().change(inventory, uptake)
        if self.dust is None:
            return after
        left = 1 - self.dust.share.to("fraction") * self.part()
        return scale_activity(after, self.dust.scope.select(inventory), left, uptake)
