"""Electric vehicles and machines instead of burning ones."""

from typing import ClassVar, Literal

import numpy as np
import xarray as xr
from pydantic import model_validator

from emisim.measures._base import Fraction
from emisim.measures._fleet import newest
from emisim.measures._shift import Shift


class Electrify(Shift):
    """Let a share of the vehicles of a class, or of its new ones, run on electricity.

    ``of: stock`` moves ``share`` of the service in ``scope``; ``of: new`` moves
    ``share x new_share``, where ``new_share`` is the part of the work that vehicles bought in the
    plan year do. Without ``new_share`` the fleet model gives it, standard by standard: the stock
    must then be that of the plan year (renew_fleet in the reference). Where the stock is still that
    of the base year, renew_fleet with ``sales`` says it all. The load lands on ``to``: a source of
    district ``outside`` (grid mix), one placed at a power plant inside, or both with shares.

    Examples
    --------
    All new buses are electric, one bus in eight is new, and 0.8 km need 1 kWh:

    >>> from emisim.measures._example import fields, number, town
    >>> measure = Electrify(
    ...     **fields(
    ...         scope={"process": "city-bus", "fuel": "diesel"},
    ...         to={"process": "same", "fuel": "electricity", "district": "outside"},
    ...         of="new",
    ...         share=number(100, "%"),
    ...         new_share=number(0.125),
    ...     )
    ... )
    >>> after = measure.apply(town(), full_effect=True)["activity"].sum("month")
    >>> float(after.sel(source="diesel buses")), float(after.sel(source="electric buses"))
    (5250000.0, 937500.0)
    """

    kind: ClassVar[str] = "electrify"
    services: ClassVar[tuple[str, ...]] = ("travel", "freight", "product")

    share: Fraction
    of: Literal["stock", "new"] = "stock"
    new_share: Fraction | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Electrify":
        if self.of == "stock" and self.new_share is not None:
            what = "belongs to `of: new`, and to nothing else"
            raise self.fault(field="new_share", what=what, value=f"of: {self.of}")
        return self

    def part(self) -> float:
        """Return the part of the service in scope that becomes electric."""
        new = 1 if self.new_share is None else self.new_share.to("fraction")
        return self.share.to("fraction") * new

    def reach(self, inventory: xr.Dataset) -> xr.DataArray | float:
        """Return the part that becomes electric, by source where the fleet model gives it."""
        if self.of == "stock" or self.new_share is not None:
            return self.part()
        where = self.where(inventory)
        part = where.astype(float)
        for process in np.unique(inventory["process"].values[where.values].astype(str)):
            new = newest(inventory, process)
            part.loc[{"source": new.index.to_numpy()}] = new.to_numpy()
        return part * where * self.part()

    def accept(self, inventory: xr.Dataset, takers: np.ndarray) -> None:
        """Raise InputError if a destination does not run on electricity."""
        fuel = inventory.variables["fuel"].values[takers]
        burning = inventory.variables["source"].values[takers[fuel != "electricity"]]
        if burning.size:
            what = "a destination of electrify does not run on electricity"
            hint = "add fuel: electricity to `to`"
            raise self.fault(field="to", what=what, value=min(burning), hint=hint)
