"""Better fuel in the same engines and boilers."""

from typing import Annotated, ClassVar

import xarray as xr
from pydantic import AfterValidator, model_validator

from emisim.errors import InputError, require_known
from emisim.measures._base import Measure, Quantity
from emisim.measures._quantity import Multiplier, Record, in_unit, with_particles
from emisim.verbs import scale_factor
from emisim.vocabulary import SPECIES

Content = Annotated[Quantity, in_unit("fraction", 0, 1)]


class Improved(Record):
    """A content (mass of sulphur or ash per mass of fuel) before and after."""

    before: Content
    after: Content

    @model_validator(mode="after")
    def _better(self) -> "Improved":
        if self.before.to("fraction") <= 0 or self.ratio() > 1:
            message = "the content must fall, from a number above 0"
            hint = "before is the fuel of the base year, after the fuel of the plan"
            raise InputError(message, value=f"{self.after.value} {self.after.unit}", hint=hint)
        return self

    def ratio(self) -> float:
        """Return after over before."""
        return self.after.to("fraction") / self.before.to("fraction")


def _known(multipliers: dict[str, Quantity]) -> dict[str, Quantity]:
    require_known(multipliers, SPECIES, "species")
    return multipliers


class ImproveFuel(Measure):
    """Lower factors with the fuel's quality: ``f' = f m`` by species.

    SO2 follows sulphur and the particles follow ash, both as ``m = after / before``; a fuel
    standard gives its ``multipliers`` (of PM2.5 also for PM10, BC and OC unless they are named).
    ``before`` is the fuel that the factor was made for: a base year that mixes fuels has its mean.

    Examples
    --------
    Coal of 1.5 % S gives way to coal of 0.6 % S, which also has a quarter less ash:

    >>> from emisim.inventory import totals
    >>> from emisim.measures._example import fields, number, town
    >>> measure = ImproveFuel(
    ...     **fields(
    ...         scope={"process": "household-coal"},
    ...         sulphur={"before": number(1.5, "%"), "after": number(0.6, "%")},
    ...         ash={"before": number(20, "%"), "after": number(15, "%")},
    ...     )
    ... )
    >>> after = totals(measure.apply(town(), full_effect=True)).sel(sector="residential")
    >>> [round(float(after.sel(species=s))) for s in ("SO2", "PM10", "PM2.5", "NOx")]
    [8640, 7200, 5400, 2400]
    """

    kind: ClassVar[str] = "improve_fuel"

    sulphur: Improved | None = None
    ash: Improved | None = None
    multipliers: Annotated[dict[str, Multiplier], AfterValidator(_known)] = {}  # noqa: RUF012

    @model_validator(mode="after")
    def _once(self) -> "ImproveFuel":
        if not (self.sulphur or self.ash or self.multipliers):
            what = "nothing of the fuel improves"
            hint = "give sulphur, ash or multipliers"
            raise self.fault(field="sulphur", what=what, value="nothing", hint=hint)
        particles = [s for s in ("PM10", "PM2.5") if s in self.multipliers]
        if (self.sulphur and "SO2" in self.multipliers) or (self.ash and particles):
            what = "the content of sulphur or ash already says it"
            given = ", ".join(self.multipliers)
            raise self.fault(field="multipliers", what=what, value=given)
        return self

    def factors(self) -> dict[str, float]:
        """Return the multiplier of the factor by species."""
        found = {s: q.to("fraction") for s, q in self.multipliers.items()}
        found |= {"SO2": self.sulphur.ratio()} if self.sulphur else {}
        found |= {"PM2.5": self.ash.ratio()} if self.ash else {}
        return with_particles(found)

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Multiply the factors of the sources in scope."""
        return scale_factor(inventory, self.where(inventory), self.factors(), uptake)
