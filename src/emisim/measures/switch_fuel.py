"""Another fuel for the same heat."""

from typing import ClassVar

from emisim.measures._shift import Shift


class SwitchFuel(Shift):
    """Deliver the same useful heat (or product, or electricity) with another fuel.

    The heat ``q = activity x output`` moves from the sources in ``scope`` to ``to``, which burn
    ``activity' = q / output'``: both efficiencies are inside ``output``. Monthly heat moves month
    by month, so that what nobody heats in summer moves nothing in summer.

    Examples
    --------
    Half of 1200 t of coal at 10 GJ/t becomes gas at 0.032 GJ/m3:

    >>> from emisim.measures._example import fields, number, town
    >>> measure = SwitchFuel(
    ...     **fields(
    ...         scope={"process": "household-coal"},
    ...         to={"process": "household-gas", "district": "same", "grade": "same"},
    ...         coverage=number(50, "%"),
    ...     )
    ... )
    >>> after = measure.apply(town(), full_effect=True)["activity"].sum("month")
    >>> float(after.sel(source="stoves")), float(after.sel(source="gas heaters"))
    (600.0, 187500.0)
    """

    kind: ClassVar[str] = "switch_fuel"
    services: ClassVar[tuple[str, ...]] = ("heat", "product", "electricity")
