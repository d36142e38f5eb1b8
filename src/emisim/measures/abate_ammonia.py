"""Less ammonia from manure and fertiliser, stage by stage along the flow of nitrogen."""

from collections.abc import Iterable
from math import prod
from typing import Annotated, ClassVar, Literal

import xarray as xr
from pydantic import Field, model_validator

from emisim.measures._base import Fraction, Measure
from emisim.measures._quantity import Record
from emisim.verbs import raise_removal

CHAIN = ("housing", "storage", "spreading")


class Stage(Record):
    """One stage: what the work there removes, and what escaped there before it.

    ``removal`` is the part of this stage's loss that the work prevents (of excreted nitrogen for
    ``feed``). ``lost`` is the part of the ammoniacal nitrogen reaching the stage that escapes as
    NH3 without the work.
    """

    stage: Literal["feed", "housing", "storage", "spreading", "placement"]
    removal: Fraction | None = None
    lost: Fraction | None = None


def removed(stages: Iterable[Stage]) -> dict[str, float]:
    """Return the removal by stage, 0 where nothing is done."""
    return {s.stage: s.removal.to("fraction") if s.removal else 0 for s in stages}


class AbateAmmonia(Measure):
    """Remove NH3 by stage; what is kept in the house can still escape from the store or the field.

    Along housing, storage and spreading, nitrogen passes on what it did not lose. With the loss
    ``v`` and removal ``r`` of each stage and the cut ``f`` of excretion by feed, the removal is
    ``R = 1 - (1 - f) (1 - prod(1 - v (1 - r))) / (1 - prod(1 - v))``. Mineral fertiliser has the
    one stage ``placement`` and R = r. The stages name all of the chain, also where nothing is done.

    Examples
    --------
    Covered stores keep 80 % of a 20 % loss; part of what they keep escapes in the field:

    >>> from emisim.inventory import totals
    >>> from emisim.measures._example import fields, number, town
    >>> measure = AbateAmmonia(
    ...     **fields(
    ...         scope={"process": "pig"},
    ...         stages=[
    ...             {"stage": "housing", "lost": number(0.25)},
    ...             {"stage": "storage", "lost": number(0.2), "removal": number(0.8)},
    ...             {"stage": "spreading", "lost": number(0.5)},
    ...         ],
    ...     )
    ... )
    >>> round(measure.removal(), 4)
    0.0857
    >>> after = totals(measure.apply(town(), full_effect=True))
    >>> round(float(after.sel(sector="ammonia", species="NH3")))
    18286
    """

    kind: ClassVar[str] = "abate_ammonia"

    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole_chain(self) -> "AbateAmmonia":
        names = [s.stage for s in self.stages]
        manure = set(names) & set(CHAIN)
        allowed = ["placement alone", "feed alone", ", ".join(CHAIN), f"feed, {', '.join(CHAIN)}"]
        wrong = (
            len(names) > len(set(names))
            or ("placement" in names and len(names) > 1)
            or (manure and manure != set(CHAIN))
        )
        if wrong:
            what = "the stages are not those of one flow of nitrogen"
            raise self.fault(field="stages", what=what, value=", ".join(names), allowed=allowed)
        bare = [s.stage for s in self.stages if s.stage in CHAIN and s.lost is None]
        if bare:
            what = "`lost` is missing: how much of the nitrogen escapes at this stage"
            raise self.fault(field="stages", what=what, value=bare[0])
        if not any(removed(self.stages).values()):
            raise self.fault(field="stages", what="no stage has a removal", value=", ".join(names))
        return self

    def removal(self) -> float:
        """Return the removal R of NH3 over the whole chain, 0 to 1."""
        r = removed(self.stages)
        v = {s.stage: s.lost.to("fraction") for s in self.stages if s.lost and s.stage in CHAIN}
        kept = (1 - r.get("feed", 0)) * (1 - r.get("placement", 0))
        before = 1 - prod(1 - loss for loss in v.values())
        after = 1 - prod(1 - loss * (1 - r[stage]) for stage, loss in v.items())
        return 1 - kept * (after / before if before > 0 else 1)

    def where(self, inventory: xr.Dataset) -> xr.DataArray:
        """Return the sources in scope, bool (source), all of which emit NH3."""
        chosen = super().where(inventory)
        factor = inventory["factor"].sel(species="NH3", drop=True)
        emits = (factor > 0).any([d for d in factor.dims if d != "source"])
        silent = inventory["source"].values[(chosen & ~emits).values]
        if silent.size:
            what = "a source in scope emits no NH3"
            raise self.fault(field="scope", what=what, value=silent[0], hint="narrow the scope")
        return chosen

    def change(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Raise the NH3 removal of the sources in scope to that of the whole chain."""
        return raise_removal(inventory, self.where(inventory), {"NH3": self.removal()}, uptake)
