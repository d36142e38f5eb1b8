"""The common part of the kinds that move service from one source to another."""

import xarray as xr

from emisim.measures._base import Measure
from emisim.measures._destination import Destinations, move, receivers


class Shift(Measure):
    """Move service from the sources in ``scope`` to ``to``; a kind may move a part of it only."""

    to: Destinations

    def part(self) -> float:
        """Return the part of the service in scope that moves at uptake 1."""
        return 1

    def touches(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return scope and destinations, bool (source)."""
        where = self.where(inventory)
        return where | receivers(inventory, where, self.to)

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Move ``uptake x part`` of the service in scope to the destinations."""
        return move(inventory, self.where(inventory), self.to, uptake * self.part())
