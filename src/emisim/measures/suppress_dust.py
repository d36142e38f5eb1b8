"""Wetting, covering, sweeping, paving, planting: less dust from the same ground."""

from typing import Annotated, ClassVar

import xarray as xr
from pydantic import AfterValidator, model_validator

from emisim.errors import require_known
from emisim.measures._base import Measure, Quantity
from emisim.measures._quantity import Removal, Shares, targets
from emisim.verbs import raise_removal

PARTICLES = ("PM10", "PM2.5", "BC", "OC")


def _particles(removal: dict[str, Quantity]) -> dict[str, Quantity]:
    require_known(removal, PARTICLES, "particle species")
    return removal


class SuppressDust(Measure):
    """Raise the removal of dust sources: ``r' = r + uptake max(0, target - r)``, particles only.

    ``removal`` is the whole effect of the works on open dust, including what the base year's
    watering already does. BC and OC follow PM2.5 unless they are named. With ``treated``, the share
    t of the ground that is treated before and after (streets swept by machine), ``removal`` is that
    of treated ground, and the target is ``t removal``.

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
    treated: Shares | None = None

    @model_validator(mode="after")
    def _no_less(self) -> "SuppressDust":
        before, after = self.rates() or (0, 1)
        if self.treated is not None and before > after:
            what = "less ground is treated after the measure than before"
            raise self.fault(field="treated", what=what, value=self.treated.after.value)
        return self

    def rates(self) -> tuple[float, float] | None:
        """Return the share of the ground that is treated before and after, if it is given."""
        return self.treated.fractions if self.treated else None

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Raise the particle removal of the sources in scope towards the targets."""
        _, part = self.rates() or (0, 1)
        wanted = {species: part * r for species, r in targets(self.removal).items()}
        return raise_removal(inventory, self.where(inventory), wanted, uptake)
