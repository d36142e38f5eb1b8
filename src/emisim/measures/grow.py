"""What happens without the plan."""

from typing import Annotated, ClassVar

import xarray as xr
from pydantic import Field, model_validator

from emisim.measures._base import Fraction, Measure, Quantity
from emisim.measures._quantity import Multiplier, in_unit, whole
from emisim.verbs import scale_activity

Rate = Annotated[Quantity, in_unit("fraction/year", -1)]


class Grow(Measure):
    """Let the activity in ``scope`` follow a trend: ``a' = a m``.

    ``m`` is ``multiplier``, or ``(1 + rate)^(year - since)`` from a yearly ``rate`` and the year
    ``since`` of the activity data. A trend reaches everybody: coverage and effectiveness are 1
    unless they are given.

    Examples
    --------
    >>> from emisim.measures._example import fields, number, town
    >>> measure = Grow(
    ...     **fields(scope={"sector": "freight"}, rate=number(10, "%/year"), since=2017)
    ... )
    >>> after = measure.apply(town(), full_effect=True)["activity"].sum("month")
    >>> f"{after.sel(source='old trucks'):.5g}"
    '1.452e+09'
    """

    kind: ClassVar[str] = "grow"

    rate: Rate | None = None
    since: int | None = None
    multiplier: Multiplier | None = None
    coverage: Fraction = Field(default_factory=whole)
    effectiveness: Fraction = Field(default_factory=whole)

    @model_validator(mode="after")
    def _one_trend(self) -> "Grow":
        if (self.rate is None) == (self.multiplier is None):
            what = "give either rate (with since) or multiplier"
            raise self.fault(field="rate", what=what, value="neither" if not self.rate else "both")
        if (self.rate is None) != (self.since is None):
            what = "belongs to rate, which needs it, and to nothing else"
            raise self.fault(field="since", what=what, value=self.since)
        return self

    def factor(self, year: int) -> float:
        """Return the multiplier m of activity in ``year``."""
        if self.multiplier is not None:
            return self.multiplier.to("fraction")
        rate = self.rate.to("fraction/year") if self.rate else 0
        years = year - self.since if self.since is not None else 0
        if years < 0:
            what = "lies after the plan year"
            raise self.fault(field="since", what=what, value=self.since, allowed=[f"<= {year}"])
        return (1 + rate) ** years

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Multiply the activity in scope by the trend."""
        multiplier = self.factor(int(inventory.attrs["year"]))
        return scale_activity(inventory, self.where(inventory), multiplier, uptake)
