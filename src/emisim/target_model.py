"""A target of a plan: one row to compare with, and what it takes to compare."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from emisim import units
from emisim.errors import InputError, require_known
from emisim.measures._base import Scope
from emisim.measures._destination import listed
from emisim.vocabulary import SPECIES

CITY = "city"
POLLUTANTS = ("SO2", "NO2", "PM10", "PM2.5")
COMPUTED = {
    "concentration": "ug/m3",
    "concentration_change": "%",
    "concentration_rank": "1",
    "good_days": "%",
    "heavy_days": "%",
    "composite_index": "1",
    "composite_index_change": "%",
    "composite_index_rank": "1",
    "dustfall": "t/(km2 month)",
    "emission": "t",
    "emission_change": "%",
    "coal_change": "%",
    "non_power_coal_change": "%",
    "power_coal_share_change": "%",
    "activity_share": "%",
    "activity_share_change": "%",
    "activity_change": "%",
    "measure_uptake": "%",
    "measure_rate": "%",
}
"""Metrics that are computed, and the unit of their values."""
OF_A_MEASURE = ("measure_uptake", "measure_rate")
DAYS = ("good_days", "heavy_days")
"""Metrics that count days: in % of the year, or in days."""
OF_INDICES = (
    *DAYS,
    *("composite_index", "composite_index_change", "composite_index_rank"),
    *("concentration_rank", "dustfall"),
)
"""Metrics that need more of the city than its emissions and mean concentrations."""
LEVELS = {
    **dict.fromkeys(("concentration", "concentration_change"), "ug/m3"),
    **dict.fromkeys(("emission", "emission_change"), "t"),
    **dict.fromkeys(("coal_change", "non_power_coal_change"), "t"),
    **dict.fromkeys(("power_coal_share_change", "activity_share"), "fraction"),
    **dict.fromkeys(("activity_share_change", *OF_A_MEASURE, *DAYS), "fraction"),
    **dict.fromkeys(("composite_index", "composite_index_change"), "1"),
    **dict.fromkeys(("composite_index_rank", "concentration_rank"), "1"),
    "dustfall": "t/(km2 month)",
}
"""Unit of the level behind a metric; an amount of activity has its sources' own."""
QUARTERS = {"Q1": (1, 2, 3), "Q2": (4, 5, 6), "Q3": (7, 8, 9), "Q4": (10, 11, 12)}
YEAR = tuple(range(1, 13))
NOT_COMPUTED = ("rank", "assigned_target")


class Compared(BaseModel):
    """What targets and claims have in common: a clause, what is looked at, why it may not be."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: str
    clause: str
    species: str = ""
    area: str = CITY
    scope: Annotated[tuple[Scope, ...], BeforeValidator(listed)] = ()
    of: Annotated[tuple[Scope, ...], BeforeValidator(listed)] = ()
    conditional_on_en: str = ""
    conditional_on_zh: str = ""
    not_computable_en: str = ""
    not_computable_zh: str = ""

    @property
    def computable(self) -> bool:
        """Return whether the document and the model give what the comparison needs."""
        return not self.not_computable_en

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if bool(self.not_computable_en) != bool(self.not_computable_zh):
            lacking, given = "not_computable_zh", "not_computable_en"
            if self.not_computable_zh:
                lacking, given = given, lacking
            what = f"{type(self).__name__.lower()} {self.id}: {given} without {lacking}"
            raise InputError(what, hint="give the reason in both languages")
        return self


class Target(Compared):
    """One row to compare with, as the document words it.

    ``year`` is given where it lies after the plan year: such a target is not computable.
    """

    name_en: str
    name_zh: str
    metric: str
    year: int | None = None
    period: str | tuple[Annotated[int, Field(ge=1, le=12)], ...] = "year"
    measure: str = ""
    comparison: Literal["at most", "at least"] = "at most"
    value: float | None = None
    unit: str = ""
    binding: bool = False

    @model_validator(mode="before")
    @classmethod
    def _later(cls, fields: Any) -> Any:
        """Give the reason why a target of a later year is not computable."""
        if not isinstance(fields, dict) or fields.get("year") is None:
            return fields
        year = fields["year"]
        reasons = {
            "not_computable_en": f"set for {year}, after the plan year",
            "not_computable_zh": f"目标年为{year}年,晚于计划年",
        }
        return reasons | fields

    @property
    def in_days(self) -> bool:
        """Return whether the target counts days, not their share of the year."""
        return self.metric in DAYS and units.fits(self.unit, "d")

    @property
    def level_unit(self) -> str:
        """Return the unit of the level behind the target."""
        return "d" if self.in_days else LEVELS.get(self.metric, "")

    @property
    def whole_year(self) -> bool:
        """Return whether the target is for the year, not for a part of it."""
        return self.period == "year"

    @property
    def months(self) -> tuple[int, ...]:
        """Return the months that the target is for."""
        return self.period if isinstance(self.period, tuple) else QUARTERS.get(self.period, YEAR)

    @model_validator(mode="after")
    def _in_time(self) -> "Target":
        if isinstance(self.period, str):
            require_known([self.period], ("year", *QUARTERS), f"period of target {self.id}")
        elif not self.period:
            what = f"target {self.id}: a period without months"
            raise InputError(what, allowed=["year", *QUARTERS, "month numbers"])
        return self

    @model_validator(mode="after")
    def _about(self) -> "Target":
        """Refuse scopes and measures that the metric needs and lacks, or does not look at."""
        share = self.metric in ("activity_share", "activity_share_change")
        wanted = {
            "scope": share or self.metric == "activity_change",
            "of": share,
            "measure": self.metric in OF_A_MEASURE,
        }
        for name, needed in wanted.items():
            if bool(getattr(self, name)) != (needed and self.computable):
                verb = "needs" if needed and self.computable else "takes no"
                what = f"target {self.id}: metric {self.metric} {verb} {name}"
                raise InputError(what, value=self.metric, hint="see docs/plans.md")
        return self

    @model_validator(mode="after")
    def _usable(self) -> "Target":
        require_known([self.metric], (*COMPUTED, *NOT_COMPUTED), "metric")
        if not self.computable:
            return self
        if self.metric in NOT_COMPUTED:
            what = f"target {self.id}: metric {self.metric} is not computed"
            raise InputError(
                what, value=self.metric, allowed=COMPUTED, hint="say why in not_computable_en/_zh"
            )
        better = "at least" if self.metric == "good_days" else "at most"
        if self.metric in OF_INDICES and self.comparison != better:
            what = f"target {self.id}: {self.metric} is compared {better}"
            raise InputError(what, value=self.comparison, allowed=[better])
        if self.value is None:
            what = f"target {self.id}: no value"
            raise InputError(what, hint="give value and unit")
        units.factor(self.unit, "d" if self.in_days else COMPUTED[self.metric])
        if self.metric.startswith(("concentration", "emission")):
            good = POLLUTANTS if self.metric.startswith("concentration") else SPECIES
            require_known([self.species], good, f"species of target {self.id}")
        return self
