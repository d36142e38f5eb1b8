"""In-use inspection and repair: the few that emit much."""

from typing import Annotated, ClassVar

import xarray as xr
from pydantic import AfterValidator, Field

from emisim.errors import require_known
from emisim.measures._base import Fraction, Measure, Quantity
from emisim.measures._quantity import in_unit, with_particles
from emisim.verbs import scale_factor
from emisim.vocabulary import SPECIES


def _known(multiples: dict[str, Quantity]) -> dict[str, Quantity]:
    require_known(multiples, SPECIES, "species")
    return multiples


Multiples = Annotated[
    dict[str, Annotated[Quantity, in_unit("fraction", 1)]],
    Field(min_length=1),
    AfterValidator(_known),
]


class Inspect(Measure):
    """Find high emitters and repair them.

    Of the vehicles or machines a part ``h`` (``high_emitters``) emits ``m`` times (``multiple``,
    by species) what a sound one emits, so that the mean factor is ``f0 (1 - h + h m)``. Checks find
    a part ``d`` (``detected``) of them and repair makes a part ``r`` (``repaired``) of the found
    ones sound: ``f' = f (1 - h d r (m - 1) / (1 + h (m - 1)))``. PM10, BC and OC follow PM2.5
    unless they are named.

    Examples
    --------
    A tenth of the trucks emits 5 times as much NOx; half of them are found, 0.7 of these repaired,
    and 0.1 x 0.5 x 0.7 x 4 / 1.4 of the NOx is gone:

    >>> from emisim.measures._example import fields, number, town
    >>> measure = Inspect(
    ...     **fields(
    ...         scope={"process": "heavy-truck"},
    ...         high_emitters=number(10, "%"),
    ...         multiple={"NOx": number(5.0)},
    ...         detected=number(50, "%"),
    ...         repaired=number(70, "%"),
    ...     )
    ... )
    >>> round(1 - measure.multiplier()["NOx"], 12)
    0.1
    """

    kind: ClassVar[str] = "inspect"

    high_emitters: Fraction
    multiple: Multiples
    detected: Fraction
    repaired: Fraction

    def multiplier(self) -> dict[str, float]:
        """Return the multiplier of the factor by species."""
        h, d, r = (q.to("fraction") for q in (self.high_emitters, self.detected, self.repaired))
        excess = {s: q.to("fraction") - 1 for s, q in self.multiple.items()}
        return with_particles({s: 1 - h * d * r * e / (1 + h * e) for s, e in excess.items()})

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Lower the factors of the sources in scope."""
        return scale_factor(inventory, self.where(inventory), self.multiplier(), uptake)
