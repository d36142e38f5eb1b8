"""The records of a plan file: clauses with measures or a reason, targets, claims, scenarios."""

from collections import Counter
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    model_validator,
)

from emisim.claim_model import Claim
from emisim.errors import InputError, require_known
from emisim.measures._base import Measure
from emisim.target_model import Target

REASONS = {
    "goal": ("goal, compared with as a target", "目标,列入目标比较"),
    "governance": ("governance", "组织管理"),
    "monitoring": ("monitoring", "监测"),
    "no-quantity": ("no quantity stated", "未给出数量"),
    "kind-pending": ("waits for a kind of measure", "待相应措施类型"),
    "after-plan-year": ("takes effect after the plan year", "计划年之后生效"),
    "counted-elsewhere": ("counted under other clauses", "已计入其他条款"),
    "episodic": ("acts on single days", "仅在个别日生效"),
    "out-of-scope": ("not about air: water, soil, noise", "不属于大气:水、土壤、噪声"),
    "draft": ("not written yet", "尚未填写"),
}
"""Why a clause carries no computed effect: English and Chinese."""
DRAFT = "draft"
"""Reason of a clause that a draft still lacks."""


class Record(BaseModel):
    """A frozen record of the plan file; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Section(Record):
    """A heading of the document."""

    id: str
    title_en: str
    title_zh: str


Step = Annotated[Measure, PlainSerializer(lambda measure: measure.dump())]


class Clause(Record):
    """One clause: measures, or ``effect: none`` with a reason."""

    clause: str
    section: str
    title_en: str
    title_zh: str
    summary_en: str
    summary_zh: str
    measures: tuple[Step, ...] = ()
    effect: Literal["none"] | None = None
    reason: Literal[tuple(REASONS)] | None = None  # type: ignore[valid-type]
    waits_for: str = ""
    note_en: str = ""
    note_zh: str = ""

    @model_validator(mode="after")
    def _either(self) -> "Clause":
        if bool(self.measures) == (self.effect == "none"):
            what = "a clause holds either measures or `effect: none`"
            raise InputError(what, hint="keep one of the two")
        if (self.effect == "none") != (self.reason is not None):
            what = "`effect: none` and `reason` go together"
            raise InputError(what, value=self.reason, allowed=REASONS)
        if (self.reason == "kind-pending") != bool(self.waits_for):
            what = "`reason: kind-pending` and `waits_for` (the kind of measure) go together"
            raise InputError(what, value=self.waits_for or self.reason)
        return self


class ScenarioSpec(Record):
    """A scenario: what it starts from, which steps it adds, with full or expected effect.

    ``without`` leaves measures out and ``only`` keeps no others. With ``each`` the entry stands for
    one scenario per measure: this one alone, or all without it. ``air`` asks for concentrations;
    not said, they are wanted, but not of every single one of ``each``.
    """

    id: str
    name_en: str
    name_zh: str
    after: str | None = None
    steps: Literal["none", "reference", "measures"] = "none"
    effect: Literal["full", "expected"] = "full"
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    each: Literal["alone", "without"] | None = None
    air: bool | None = None

    @model_validator(mode="after")
    def _has_steps(self) -> "ScenarioSpec":
        if (self.each or self.only) and self.steps == "none":
            what = f"scenario {self.id}: `each` and `only` need steps to choose from"
            raise InputError(what, value="none", allowed=["measures", "reference"])
        return self

    @property
    def wants_air(self) -> bool:
        """Return whether concentrations are computed."""
        return self.each is None if self.air is None else self.air


class Plan(Record):
    """A plan document in computable form."""

    id: str
    city: str
    base_year: int
    year: int
    title_en: str
    title_zh: str
    note_en: str = ""
    note_zh: str = ""
    clause_numbers: tuple[str, ...] = Field(min_length=1)
    sections: tuple[Section, ...] = Field(min_length=1)
    clauses: tuple[Clause, ...] = Field(min_length=1)
    reference: tuple[Step, ...] = ()
    targets: tuple[Target, ...] = ()
    claims: tuple[Claim, ...] = ()
    scenarios: tuple[ScenarioSpec, ...] = Field(min_length=1)

    _left_out: tuple[str, ...] = PrivateAttr(default=())

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return what a draft lacks, one line each; nothing of a finished plan."""
        return self._left_out

    def as_draft(self, left_out: tuple[str, ...]) -> "Plan":
        """Return the plan as a draft that lacks what ``left_out`` says."""
        copy = self.model_copy()
        copy._left_out = left_out
        return copy

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return the measures of all clauses in the document's order."""
        return tuple(measure for clause in self.clauses for measure in clause.measures)

    @model_validator(mode="after")
    def _complete(self) -> "Plan":
        numbers = [clause.clause for clause in self.clauses]
        _once(numbers, "clause")
        _once(self.clause_numbers, "clause number")
        require_known(numbers, self.clause_numbers, "clause (not in clause_numbers)")
        missing = [number for number in self.clause_numbers if number not in set(numbers)]
        if missing:
            what = f"clauses missing: {', '.join(missing)}"
            raise InputError(what, hint="add each with measures, or `effect: none` and a reason")
        require_known([c.section for c in self.clauses], [s.id for s in self.sections], "section")
        for rows, name in (
            (self.targets, "target"),
            (self.claims, "claim"),
            (self.scenarios, "scenario"),
        ):
            _once([row.id for row in rows], f"{name} id")
        ids = [measure.id for measure in (*self.reference, *self.measures)]
        _once(ids, "measure id")
        named = [target.measure for target in self.targets if target.measure]
        require_known(named, ids, "measure of a target")
        rated = [m.id for m in (*self.reference, *self.measures) if m.rates() is not None]
        named = [target.measure for target in self.targets if target.metric == "measure_rate"]
        require_known(named, rated, "measure of a target for a rate (`treated`, `used`, `burned`)")
        for spec in self.scenarios:
            for key in ("without", "only"):
                named = getattr(spec, key)
                require_known(named, ids, f"measure in `{key}` of scenario {spec.id}")
        for target in self.targets:
            if target.year is not None and target.year <= self.year:
                what = f"target {target.id}: `year` is for targets of a later year"
                hint = "leave it out: targets are of the plan year"
                raise InputError(what, value=target.year, allowed=[f"> {self.year}"], hint=hint)
        _parents_first(self.scenarios)
        for claim in self.claims:
            require_known(claim.measures, ids, f"measure of claim {claim.id}")
        for measure in (*self.reference, *self.measures):
            measure.check_dates(self.year)
        cited = [row.clause for row in (*self.targets, *self.claims)]
        require_known(cited, self.clause_numbers, "clause cited by a target or claim")
        return self


def _parents_first(specs: tuple[ScenarioSpec, ...]) -> None:
    """Raise InputError if a scenario starts from one that does not stand before it."""
    known: list[str] = []
    for spec in specs:
        if spec.after is not None:
            require_known(
                [spec.after], known, f"scenario in `after` of {spec.id} (must precede it)"
            )
        known.append(spec.id)


def _once(names: tuple[str, ...] | list[str], what: str) -> None:
    """Raise InputError at a name that stands twice."""
    double = [name for name, count in Counter(names).items() if count > 1]
    if double:
        message = f"{what} {double[0]!r} stands twice"
        raise InputError(message, value=double[0], hint="rename or remove one of them")
