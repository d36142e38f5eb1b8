"""Which sources a measure acts on, and where the service goes that it moves."""

from typing import Any

import numpy as np
import xarray as xr
from pydantic import model_validator

from emisim import inventory as inv
from emisim.errors import InputError, require_known
from emisim.measures._quantity import Record
from emisim.vocabulary import FUELS, SECTORS

Names = str | tuple[str, ...]


class Scope(Record):
    """The sources a measure acts on: all criteria must hold; a tuple means any of these."""

    sector: Names | None = None
    process: Names | None = None
    fuel: Names | None = None
    technology: Names | None = None
    standard: Names | None = None
    district: Names | None = None
    facility: Names | None = None
    grade: Names | None = None
    zone: Names | None = None
    control: Names | None = None
    source: Names | None = None
    capacity_unit: str | None = None
    capacity_below: float | None = None
    capacity_from: float | None = None

    @model_validator(mode="after")
    def _usable(self) -> "Scope":
        if not self.criteria():
            message = "the scope names nothing"
            hint = "give at least one criterion, for example sector"
            raise InputError(message, allowed=type(self).model_fields, hint=hint)
        require_known(_names(self.sector), SECTORS, "sector")
        require_known(_names(self.fuel), FUELS, "fuel")
        return self

    def criteria(self) -> dict[str, Any]:
        """Return the criteria that were given, as :func:`emisim.inventory.select` takes them."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self
            if value is not None
        }

    def select(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return the sources in scope, bool (source).

        Raises
        ------
        InputError
            If nothing is selected, or a size limit meets capacities in different units.
        """
        where = inv.select(inventory, **self.criteria())
        if not where.values.any():
            message = "the scope selects no source"
            hint = "loosen a criterion or add the source to the city's activity tables"
            raise InputError(message, value=self.criteria(), hint=hint)
        if self.capacity_below is not None or self.capacity_from is not None:
            _one_unit(inventory.variables["capacity_unit"].values[where.values])
        return where


def _one_unit(found: np.ndarray) -> None:
    """Refuse a size limit on sources that count their capacity in different units."""
    names = sorted(set(found.tolist()))
    if len(names) > 1:
        message = "the scope limits capacity but its sources count it in different units"
        raise InputError(message, value=names, hint="add capacity_unit to the scope")


def _names(value: Names | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else value
