"""Wetting, covering, sweeping, paving, planting: less dust from the same ground."""

from typing import Annotated, ClassVar

import xarray as xr
from pydantic import AfterValidator

from emisim.errors import require_known
from emisim.measures._base import Measure, Quantity
from emisim.measures._quantity import Removal, targets
from emisim.verbs import raise_removal

PARTICLES = ("PM10", "PM2.5", "BC", "OC")


def _particles(removal: dict[str, Quantity]) -> dict[str, Quantity]:
    require_known(removal, PARTICLES, "particle species")
    return removal


class SuppressDust(Measure):
    """Raise the removal of dust sources: ``r' = r + uptake max(0, target - r)``, particles only.

    ``removal`` is the whole effect of the works on open dust, including what the base year's
    watering already does. BC and OC follow PM2.5 unless they are named.

    Examples
    --------
    >>> from emisim.inventory import totals
    >>> from emisim.measures._example import fields, number, town
    >>> measure = SuppressDust(
    ...     **fields(
    ...         scope={"sector": "dust"},
    ...         removal={"PM10": number(30, "%"), "PM2.5": number(30, "%")},
    ...     )
    ... )
    >>> after = totals(measure.apply(town(), full_effect=True))
    >>> round(float(after.sel(sector="dust", species="PM10")))
    140000
    """

    kind: ClassVar[str] = "suppress_dust"
    services: ClassVar[tuple[str, ...]] = ("none", "product")

    removal: Annotated[Removal, AfterValidator(_particles)]

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Raise the particle removal of the sources in scope towards the targets."""
        return raise_removal(inventory, self.where(inventory), targets(self.removal), uptake)
