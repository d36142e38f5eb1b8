"""A result that a document itself announces, and what it takes to compare it with ours."""

from pydantic import model_validator

from emisim import units
from emisim.errors import InputError, require_known
from emisim.measures._base import Quantity
from emisim.target_model import COMPUTED, OF_A_MEASURE, OF_INDICES, Compared, Target
from emisim.vocabulary import SPECIES

OF_MEASURES = ("reduction", "project_reduction")
"""Metrics that add what measures take away, in tonnes."""
OF_ACTIVITY = "activity_reduction"
OF_TARGETS = tuple(m for m in COMPUTED if m not in (*OF_A_MEASURE, *OF_INDICES))
METRICS = (*OF_MEASURES, OF_ACTIVITY, *OF_TARGETS)


class Claim(Compared):
    """A number that the document says its measures will achieve.

    ``metric`` is what it is held against: ``reduction`` (t of ``species`` by ``measures``, those of
    the clause if none are named), ``project_reduction`` (the same as project accounting counts
    it), ``activity_reduction`` (activity of ``scope`` against the year without the plan, in the
    unit of the claim), or a metric of targets.
    """

    text_en: str
    text_zh: str
    value: Quantity
    metric: str = ""
    measures: tuple[str, ...] = ()

    def as_target(self) -> Target:
        """Return the claim as a target of the same metric."""
        return Target(
            **self.model_dump(include={"id", "clause", "metric", "species", "area"}),
            name_en=self.text_en,
            name_zh=self.text_zh,
            scope=self.scope,
            of=self.of,
            value=self.value.value,
            unit=self.value.unit,
        )

    @model_validator(mode="after")
    def _usable(self) -> "Claim":
        if not self.computable:
            return self
        require_known([self.metric], METRICS, f"metric of claim {self.id}")
        if self.metric in OF_MEASURES:
            require_known([self.species], SPECIES, f"species of claim {self.id}")
            units.factor("t", self.value.unit)
        elif self.metric == OF_ACTIVITY:
            if not self.scope:
                what = f"claim {self.id}: metric {self.metric} needs scope"
                raise InputError(what, hint="name the sources whose activity falls")
        else:
            self.as_target()
        return self
