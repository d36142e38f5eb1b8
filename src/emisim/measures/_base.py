"""What every kind of measure shares: identity, scope, time path and the one door to a change."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache, lru_cache
from typing import Any, ClassVar

import numpy as np
import xarray as xr
from pydantic import Field, model_validator

from emisim import inventory as inv
from emisim import workspace
from emisim.errors import InputError, MassError
from emisim.measures._quantity import Cite, Fraction, Quantity, Record
from emisim.measures._scope import Scope

__all__ = ["Cite", "Fraction", "Measure", "Quantity", "Record", "Scope", "ramp"]

MONTHS = np.arange(1, 13)
NO_CEILING = (np.nan, "")
"""Headroom under no ceiling."""


@cache
def ramp(start: date, full: date | None, year: int) -> np.ndarray:
    """Return the mean level of each month of ``year``, shape (12,), 0 to 1.

    The level is 0 before ``start``, rises evenly by day, and is 1 from ``full`` on; without
    ``full``, or with both on one day, it jumps to 1 on ``start``. A month's value is the mean
    over its days.

    Examples
    --------
    >>> ramp(date(2019, 10, 1), None, 2019)[8:].tolist()
    [0.0, 1.0, 1.0, 1.0]
    >>> ramp(date(2019, 11, 16), None, 2019)[9:].tolist()
    [0.0, 0.5, 1.0]
    """
    days = np.arange(np.datetime64(f"{year}-01-01"), np.datetime64(f"{year + 1}-01-01"))
    first, last = np.datetime64(start), np.datetime64(full or start)
    if last == first:
        level = (days >= first).astype(float)
    else:
        edges = (np.append(days, days[-1] + 1) - first) / (last - first)
        ends = np.clip(edges, 0, 1)
        level = (ends[:-1] + ends[1:]) / 2
    month = days.astype("datetime64[M]").astype(int) % 12
    levels = np.bincount(month, weights=level) / np.bincount(month)
    levels.flags.writeable = False
    return levels


def month_ends(year: int) -> np.ndarray:
    """Return the instants at which the months of ``year`` end, datetime64[D] (12,)."""
    first = np.arange(f"{year}-02", f"{year + 1}-02", dtype="datetime64[M]")
    return first.astype("datetime64[D]")


def ramp_end(start: date, full: date | None, year: int) -> np.ndarray:
    """Return the level of :func:`ramp` at the end of each month of ``year``, shape (12,).

    Examples
    --------
    >>> ramp_end(date(2019, 11, 16), None, 2019)[9:].tolist()
    [0.0, 1.0, 1.0]
    >>> ramp_end(date(2019, 1, 1), date(2019, 12, 31), 2019)[[2, 11]].round(3).tolist()
    [0.247, 1.0]
    """
    first, last = np.datetime64(start), np.datetime64(full or start)
    past = month_ends(year) - first
    if last == first:
        return (past > np.timedelta64(0, "D")).astype(float)
    return np.clip(past / (last - first), 0, 1)


def by_month(level: np.ndarray) -> xr.DataArray:
    """Return ``level`` (12,) as uptake over month."""
    return _never().copy(deep=False, data=level)


@lru_cache(maxsize=1024)
def _path(start: date, full: date | None, year: int, extent: float) -> xr.DataArray:
    """Return the uptake over month of a ramp up to ``extent``; not to be written into."""
    level = ramp(start, full, year) * extent
    level.flags.writeable = False
    return by_month(level)


@cache
def _never() -> xr.DataArray:
    return xr.DataArray(np.zeros(MONTHS.size), {"month": MONTHS}, ("month",), name="uptake")


class Measure(Record):
    """One measure of a plan: who, when, how far, and a pure change of the inventory.

    A kind adds its fields and the one method ``change``; with ``services`` it says what its
    sources must deliver (nothing said: anything).
    """

    kind: ClassVar[str]
    services: ClassVar[tuple[str, ...]] = ()

    id: str
    clause: str
    name_en: str
    name_zh: str
    scope: Scope
    start: date
    full: date | None = None
    coverage: Fraction
    effectiveness: Fraction
    cites: dict[str, Cite] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ordered(self) -> "Measure":
        if self.full is not None and self.full < self.start:
            after = [f"{self.start} or later"]
            raise self.fault(field="full", what="is before start", value=self.full, allowed=after)
        unknown = set(self.cites) - set(type(self).model_fields)
        if unknown:
            fields = [name for name in type(self).model_fields if name != "cites"]
            bad = sorted(unknown)[0]
            raise self.fault(field="cites", what="unknown field", value=bad, allowed=fields)
        return self

    @property
    def label(self) -> str:
        """Name the measure the way messages do."""
        return f"measure {self.id} (clause {self.clause})"

    def fault(
        self, field: str, what: str, value: object, allowed: object = None, hint: str = ""
    ) -> InputError:
        """Return the InputError that names this measure, its clause and the field."""
        return InputError(
            f"{self.label}, field {field}: {what}",
            value=value if isinstance(value, str) else str(value),
            allowed=allowed,  # type: ignore[arg-type]
            hint=hint or f"correct {field} of {self.id} in the plan file",
        )

    @contextmanager
    def named(self) -> Iterator[None]:
        """Put this measure's name in front of any error raised inside."""
        try:
            yield
        except InputError as error:
            if error.what.startswith(self.label):
                raise
            message = f"{self.label}: {error.what}"
            hint = error.hint or f"correct scope or fields of {self.id} in the plan file"
            raise InputError(
                message, value=error.value, allowed=error.allowed, hint=hint
            ) from error
        except MassError as error:
            message = f"{self.label}: {error.args[0]}"
            raise MassError(message) from error

    def uptake(self, year: int, *, full_effect: bool) -> xr.DataArray:
        """Return the uptake (month) of the plan year: ramp x coverage x effectiveness.

        Parameters
        ----------
        year
            The plan year; both dates must lie in it.
        full_effect
            True leaves ``effectiveness`` out: the plan as stated.

        Raises
        ------
        InputError
            If a date lies outside ``year``.
        """
        self.check_dates(year)
        return _path(self.start, self.full, year, self.extent(full_effect=full_effect))

    def reached(self, year: int, *, full_effect: bool) -> np.ndarray:
        """Return how far the measure has come at the end of each month of the plan year (12,)."""
        self.check_dates(year)
        return ramp_end(self.start, self.full, year) * self.extent(full_effect=full_effect)

    def check_dates(self, year: int) -> None:
        """Raise InputError if a date lies outside the plan year."""
        for field in ("start", "full"):
            day = getattr(self, field)
            if day is not None and day.year != year:
                span = [f"{year}-01-01 to {year}-12-31"]
                raise self.fault(field, "date outside the plan year", day, span)

    def extent(self, *, full_effect: bool) -> float:
        """Return the part of the scope that is reached in the end: coverage [x effectiveness]."""
        reach = self.coverage.to("fraction")
        return reach if full_effect else reach * self.effectiveness.to("fraction")

    def where(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return the sources in scope, bool (source), after checking what they deliver."""
        chosen = self.scope.select(inventory)
        if not self.services:
            return chosen
        numbers, words = workspace.codes(inventory, "service")
        rows = np.flatnonzero(chosen.values)
        unfit = np.array([word not in self.services for word in words])
        wrong = rows[unfit[numbers[rows]]]
        if wrong.size:
            source = inventory["source"].values[wrong[0]]
            what = f"{self.kind} does not fit source {source!r}, which delivers"
            hint = "narrow the scope, or use another kind of measure (docs/measures.md)"
            service = inventory["service"].values[wrong[0]]
            allowed = self.services
            raise self.fault(field="scope", what=what, value=service, allowed=allowed, hint=hint)
        return chosen

    def touches(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return the sources this measure may change, bool (source): scope and destinations."""
        return self.scope.select(inventory)

    def rates(self) -> tuple[float, float] | None:
        """Return the share that the document counts (0 to 1) before and after, None without one."""
        return None

    def headroom(self, inventory: xr.Dataset) -> tuple[float, str]:
        """Return how far the yearly activity lies under the ceiling that this sets, and unit."""
        return NO_CEILING

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Return the inventory after the measure at ``uptake`` (month), 0 to 1. Pure."""
        raise NotImplementedError

    def act(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Return the inventory after the measure at ``uptake``; errors name the measure.

        The result is checked, but not inside a scenario, which checks once at its end.
        """
        with self.named():
            after = self.change(inventory, uptake)
            if workspace.of(after) is None:
                inv.check(after)
        return after

    def apply(self, inventory: xr.Dataset, *, full_effect: bool) -> xr.Dataset:
        """Return the inventory after the measure in the inventory's own year, see :meth:`act`."""
        year = int(inventory.attrs["year"])
        return self.act(inventory, self.uptake(year, full_effect=full_effect))

    def dump(self) -> dict[str, Any]:
        """Return the measure as plain data (kind first) that YAML and JSON write and read back."""
        return {"kind": self.kind} | self.model_dump(mode="json", exclude_defaults=True)
