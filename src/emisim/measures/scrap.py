"""Old vehicles leave the road, newer ones drive on."""

from typing import ClassVar

from pydantic import model_validator

from emisim.measures._shift import Shift


class Scrap(Shift):
    """Scrap vehicles of the emission standards in ``scope``; ``to`` does the same work.

    Distance (km) or freight (t km) moves to vehicles of another standard or fuel, so that this is
    a renewal of the fleet and not less traffic. ``coverage`` is the part of the vehicles scrapped.

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
    services: ClassVar[tuple[str, ...]] = ("travel", "freight")

    @model_validator(mode="after")
    def _by_standard(self) -> "Scrap":
        if self.scope.standard is None:
            what = "scrap goes by emission standard, but the scope names none"
            hint = "for example standard: [china-0, china-1, china-2, china-3]"
            raise self.fault(field="scope.standard", what=what, value=None, hint=hint)
        return self
