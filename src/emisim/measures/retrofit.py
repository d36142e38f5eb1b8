"""Better control devices on the same plants."""

from typing import ClassVar

import xarray as xr

from emisim.measures._base import Measure
from emisim.measures._quantity import Removal, targets
from emisim.verbs import raise_removal


class Retrofit(Measure):
    """Raise removal to that of a technology: ``r' = r + uptake max(0, target - r)`` by species.

    ``removal`` is the removal of the whole chain after the work, not of the new device alone:
    what the base year already removes is inside it. Sources that are better stay as they are.
    BC and OC follow PM2.5 unless they are named.

    Examples
    --------
    Half of the year at 90 % instead of nothing leaves 55 % of the SO2:

    >>> from emisim.inventory import emission
    >>> from emisim.measures._example import fields, number, town
    >>> measure = Retrofit(
    ...     **fields(
    ...         scope={"process": "boiler-coal"},
    ...         removal={"SO2": number(90, "%"), "PM2.5": number(0.5), "PM10": number(0.6)},
    ...         technology="ultra-low",
    ...         coverage=number(0.5),
    ...     )
    ... )
    >>> kg = [
    ...     float(emission(x).sel(source="boiler 20 t/h", species="SO2").sum())
    ...     for x in (town(), measure.apply(town(), full_effect=True))
    ... ]
    >>> round(kg[1] / kg[0], 12)
    0.55
    """

    kind: ClassVar[str] = "retrofit"

    removal: Removal
    technology: str = ""

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Raise the removal of the sources in scope towards the targets."""
        return raise_removal(inventory, self.where(inventory), targets(self.removal), uptake)
