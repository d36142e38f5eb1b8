"""The common part of the kinds that move service from one source to another."""

import numpy as np
import xarray as xr

from emisim.measures._base import Measure
from emisim.measures._destination import Destinations, moves, receivers
from emisim.verbs import shift_activity


class Shift(Measure):
    """Move service from the sources in ``scope`` to ``to``; a kind may move a part of it only."""

    to: Destinations

    def part(self) -> float:
        """Return the part of the service in scope that moves at uptake 1."""
        return 1

    def reach(self, inventory: xr.Dataset) -> xr.DataArray | float:
        """Return that part, of every source (source) where they differ."""
        return self.part()

    def accept(self, inventory: xr.Dataset, takers: np.ndarray) -> None:
        """Raise InputError if a kind cannot use one of ``takers``, positions of sources."""

    def touches(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return scope and destinations, bool (source)."""
        where = self.where(inventory)
        return where | receivers(inventory, where, self.to)

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Move ``uptake x part`` of the service in scope to the destinations."""
        where = self.where(inventory)
        found = moves(inventory, where, self.to)
        self.accept(inventory, found.taking)
        part = self.reach(inventory)
        reach = uptake if isinstance(part, int) and part == 1 else uptake * part
        return shift_activity(inventory, where, found, reach.transpose(..., "month"))
