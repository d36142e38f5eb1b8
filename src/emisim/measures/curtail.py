"""Plants run at part load: staggered production in the heating season, and on alert days."""

from typing import Annotated, ClassVar

import numpy as np
import xarray as xr
from pydantic import Field

from emisim.measures._base import MONTHS, Fraction, Measure, Quantity, Scope
from emisim.measures._months import Months, numbers
from emisim.measures._quantity import Record, in_unit
from emisim.verbs import TOLERANCE, scale_activity

Days = Annotated[Quantity, in_unit("day", 0)]


class Cut(Record):
    """A part ``cut`` of the activity ends: whom it meets, in which months, or on how many days.

    ``scope`` narrows the measure's scope to a class, grade, district or zone. With ``days`` the cut
    holds on so many days within ``months`` only (alert days of a ``level``), spread evenly.
    """

    cut: Fraction
    scope: Scope | None = None
    months: Months = "all"
    level: str = ""
    days: Days | None = None


class Curtail(Measure):
    """Cut activity by class in a season, and by alert level on days.

    In a month, ``a' = a (1 - s) (1 - sum_l n_l / N c_l)``: ``s`` is the seasonal cut that meets the
    source, ``c_l`` the cut of alert level l, and ``n_l`` of the N days of the level's months are
    such days. Days of different levels are different days. Nobody makes the lost output good.

    Examples
    --------
    40 % less in the heating season, and 30 % less on 9 of the 59 days of January and February:

    >>> from emisim.measures._example import fields, number, town
    >>> measure = Curtail(
    ...     **fields(
    ...         scope={"process": "boiler-coal"},
    ...         cuts=[
    ...             {"cut": number(40, "%"), "months": "heating", "scope": {"grade": "10-35"}},
    ...             {
    ...                 "cut": number(30, "%"),
    ...                 "months": [1, 2],
    ...                 "level": "orange",
    ...                 "days": number(9, "day"),
    ...             },
    ...         ],
    ...     )
    ... )
    >>> after = measure.apply(town(), full_effect=True)["activity"].sel(source="boiler 20 t/h")
    >>> after.values.round(1).tolist()[:4]
    [286.3, 286.3, 300.0, 500.0]
    """

    kind: ClassVar[str] = "curtail"

    cuts: Annotated[tuple[Cut, ...], Field(min_length=1)]

    def reach(self, cut: Cut, inventory: xr.Dataset, rows: np.ndarray) -> np.ndarray:
        """Return the part of the time in which ``cut`` holds at ``rows``, (source, month)."""
        met = np.ones(rows.size, dtype=bool)
        if cut.scope is not None:
            met = cut.scope.select(inventory).values[rows]
        if not met.any():
            what = "the scope of a cut meets no source in the scope of the measure"
            raise self.fault(field="cuts", what=what, value=str(cut.scope and cut.scope.criteria()))
        when = np.isin(MONTHS, numbers(cut.months, inventory))
        part = 1.0
        if cut.days is not None:
            whole = days_of_months(int(inventory.attrs["year"]))[when].sum()
            part = cut.days.to("day") / whole
            if part > 1:
                what = "more alert days than the months have"
                days = cut.days.to("day")
                raise self.fault(field="cuts", what=what, value=days, allowed=[f"0 to {whole}"])
        return met[:, None] * when * part

    def lost(self, inventory: xr.Dataset, rows: np.ndarray) -> np.ndarray:
        """Return the part of the activity at ``rows`` that ends at uptake 1, (source, month)."""
        season, alert, levels, held = (np.zeros((rows.size, 12)) for _ in range(4))
        for cut in self.cuts:
            reach = self.reach(cut, inventory, rows)
            if cut.days is None:
                held += reach
                season += cut.cut.to("fraction") * reach
            else:
                levels += reach
                alert += cut.cut.to("fraction") * reach
        for total, what in ((held, "two seasonal cuts"), (levels, "more alert days than days")):
            if total.max() > 1 + TOLERANCE:
                at = np.unravel_index(total.argmax(), total.shape)
                source = inventory["source"].values[rows[at[0]]]
                what = f"{what} meet source {source!r} in month"
                hint = "narrow the scope or the months of one of the cuts"
                raise self.fault(field="cuts", what=what, value=int(MONTHS[at[1]]), hint=hint)
        return 1 - (1 - season) * (1 - alert)

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """End the part of the activity in scope that the cuts take."""
        where = self.where(inventory)
        lost = self.lost(inventory, np.flatnonzero(where.values))
        part = xr.Variable(("source", "month"), lost) * uptake.variable
        whole = xr.DataArray(part.transpose("source", ..., "month"))
        return scale_activity(inventory, where, 0, whole)


def days_of_months(year: int) -> np.ndarray:
    """Return the number of days of each month of ``year`` (12,).

    Examples
    --------
    >>> days_of_months(2020)[:3].tolist()
    [31, 29, 31]
    """
    first = np.arange(f"{year}-01", f"{year + 1}-02", dtype="datetime64[M]").astype("datetime64[D]")
    return np.diff(first).astype(int)
