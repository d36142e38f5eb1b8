"""A vehicle class renews itself: natural turnover, rules for new sales, scrapping, stock shares."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import AfterValidator, Field, model_validator

from emisim import fleet
from emisim.errors import InputError, require_known
from emisim.measures._base import Fraction, Measure, Quantity
from emisim.measures._fleet import members, moves, sold, stock, tell
from emisim.measures._quantity import Record, in_unit
from emisim.measures._scope import Names
from emisim.verbs import TOLERANCE, shift_activity
from emisim.vocabulary import FUELS

Rate = Annotated[Quantity, in_unit("fraction/year", -1)]


def _fuels(shares: dict[str, Quantity]) -> dict[str, Quantity]:
    require_known(shares, FUELS, "fuel")
    total = sum(share.to("fraction") for share in shares.values())
    if total > 1 + TOLERANCE:
        message = "the shares of the fuels add to more than 1"
        raise InputError(message, value=total, allowed=["0 to 1"])
    return shares


Shares = Annotated[dict[str, Fraction], AfterValidator(_fuels)]


class Scrapped(Record):
    """Vehicles that leave before their time: emission standards, fuels (all) and their part."""

    standard: Names
    fuel: Names | None = None
    share: Fraction

    def kinds(self, held: fleet.Stock) -> np.ndarray:
        """Return which kinds of the stock are meant, bool (kind,).

        Raises
        ------
        InputError
            A standard or fuel that the class does not have.
        """
        found = np.ones(len(held.kinds), dtype=bool)
        for at, (names, what) in enumerate(((self.fuel, "fuel"), (self.standard, "standard"))):
            if names is not None:
                wanted = [names] if isinstance(names, str) else list(names)
                have = [kind[at] for kind in held.kinds]
                require_known(wanted, sorted(set(have)), f"{what} to scrap")
                found &= np.isin(have, wanted)
        return found


class RenewFleet(Measure):
    """Move the work of a vehicle class to the kinds (fuel, standard) of its renewed stock.

    The stock at the end of ``since``, known from the inventory, turns over year by year
    (:mod:`emisim.fleet`) up to the end of ``until`` (the plan year): vehicles die by age, sales
    make good what is missing with the standard on sale, ``growth`` adds. ``sales`` are the least
    shares of fuels among new vehicles, ``scrap`` sends standards away early, with new vehicles in
    their place, and ``stock`` are the least shares of fuels in the stock at the end. With ``since``
    = ``until`` nothing turns over, and ``sales`` divide the year's own sales anew: so a plan acts
    where the reference has turned the fleet over. The class's total work does not change.

    Examples
    --------
    No bus is older than seven years; few die. The new ones are half electric, and so is a tenth of
    the stock at least. Electric buses drive 0.8 km with 1 kWh:

    >>> from emisim.measures._example import fields, number, town
    >>> measure = RenewFleet(
    ...     **fields(
    ...         scope={"process": "city-bus"},
    ...         since=2018,
    ...         sales={"electricity": number(50, "%")},
    ...         stock={"electricity": number(10, "%")},
    ...     )
    ... )
    >>> after = measure.apply(town(), full_effect=True)["activity"].sum("month")
    >>> round(float(after.sel(source="electric buses"))), round(0.1 * 6e6 / 0.8)
    (750000, 750000)
    """

    kind: ClassVar[str] = "renew_fleet"
    services: ClassVar[tuple[str, ...]] = ("travel", "freight")

    since: int
    until: int | None = None
    growth: Rate | None = None
    sales: Shares = Field(default_factory=dict)
    stock: Shares = Field(default_factory=dict)
    scrap: Scrapped | None = None
    sales_from: dict[str, date] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole_class(self) -> "RenewFleet":
        if self.scope.process is None:
            what = "a fleet is a class of vehicle, but the scope names no process"
            hint = "for example scope: {process: city-bus}"
            raise self.fault(field="scope.process", what=what, value=None, hint=hint)
        for name in ("fuel", "standard"):
            given = getattr(self.scope, name)
            if given is not None:
                what = "a fleet is the whole class: fuels and standards are what changes in it"
                hint = "leave it out; sales, stock and scrap name fuels and standards"
                raise self.fault(field=f"scope.{name}", what=what, value=given, hint=hint)
        return self

    def renewal(self, inventory: xr.Dataset, process: str) -> fleet.Renewal:
        """Return how the class renews itself, with the measure's own growth and dates."""
        found = fleet.renewal(inventory, process)
        growth = found.growth if self.growth is None else self.growth.to("fraction/year")
        standards = sorted({standard for _, standard in found.starts})
        require_known(self.sales_from, standards, f"standard in sales_from of {process}")
        own = {name: _fraction_of_year(day) for name, day in self.sales_from.items()}
        starts = {kind: own.get(kind[1], start) for kind, start in found.starts.items()}
        return replace(found, growth=growth, starts=starts)

    def renewed(
        self,
        before: Mapping[fleet.Kind, float],
        rules: fleet.Renewal,
        year: int,
        newest: Mapping[fleet.Kind, float] | None = None,
    ) -> fleet.Stock:
        """Return the stock at the end of ``until`` or ``year``.

        Parameters
        ----------
        before, newest
            Stock by kind at the end of ``since``, and the part sold in that year, if known.
        """
        last = self.until or year
        if not self.since <= last <= year:
            what = "the years do not run from since over until to the plan year"
            years = [f"{self.since} or later, {year} or earlier"]
            raise self.fault(field="until", what=what, value=last, allowed=years)
        sales = {fuel: share.to("fraction") for fuel, share in self.sales.items()}
        held = fleet.vintages(before, rules, self.since, newest if self.since == year else None)
        if last == self.since and sales:
            held = fleet.resell(held, rules, sales)
        while held.year < last:
            held = fleet.turn(held, rules, sales)
        if self.scrap is not None:
            part = self.scrap.share.to("fraction")
            held = fleet.scrap(held, rules, self.scrap.kinds(held), part, sales)
        least = {fuel: share.to("fraction") for fuel, share in self.stock.items()}
        return fleet.raise_to(held, rules, least) if least else held

    def fleets(self, inventory: xr.Dataset) -> Iterator[tuple[pd.DataFrame, fleet.Stock]]:
        """Yield the sources of each class and its stock at the end."""
        where = self.where(inventory)
        for process in np.unique(inventory["process"].values[where.values].astype(str)):
            frame = members(inventory, where, process)
            rules, year = self.renewal(inventory, process), int(inventory.attrs["year"])
            yield frame, self.renewed(stock(frame), rules, year, sold(frame))

    def touches(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return givers and takers, bool (source)."""
        tables = [
            moves(frame, stock(frame), new.shares())[0] for frame, new in self.fleets(inventory)
        ]
        names = pd.concat([part[name] for part in tables for name in ("source", "destination")])
        where = self.where(inventory)
        return where.copy(data=where["source"].isin(names))

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Move the work from the kinds that shrink to those that grow."""
        found = list(self.fleets(inventory))
        tables, given = zip(*(moves(f, stock(f), new.shares()) for f, new in found), strict=True)
        part = pd.concat(given).reindex(inventory["source"].values, fill_value=0.0)
        giving = xr.DataArray(part.to_numpy(), {"source": part.index.to_numpy()}, "source")
        reach = (giving * uptake).transpose("source", ..., "month")
        after = shift_activity(inventory, giving > 0, pd.concat(tables), reach)
        if bool((uptake > 0).any()):
            for frame, new in found:
                after = tell(after, frame, new)
        return after


def _fraction_of_year(day: date) -> float:
    """Return ``day`` as a year with its fraction: 2019.5 is the middle of 2019."""
    first, last = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return day.year + (day - first) / (last - first)
