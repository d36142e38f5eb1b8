"""The plan file: read it, turn it into scenarios, try it on a city, count what it rests on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

import xarray as xr
from pydantic import BaseModel

from emisim import drafts, models, strict_yaml
from emisim.claim_model import OF_MEASURES
from emisim.errors import Faults, InputError, InputErrors
from emisim.measures import registry
from emisim.measures._base import Measure, Quantity
from emisim.plan_model import DRAFT, REASONS, Plan
from emisim.plan_scenarios import REFERENCE, rates, scenarios, uptakes
from emisim.vocabulary import BASES

__all__ = [
    "Plan",
    "balance_sheet",
    "check",
    "overlaps",
    "parts",
    "rates",
    "read",
    "require_cited",
    "scenarios",
    "uptakes",
]

SHOWN = 5
Part = TypeVar("Part", bound=BaseModel)


def read(
    path: str | Path, kinds: Mapping[str, type[Measure]] | None = None, *, draft: bool = False
) -> Plan:
    """Read and check a plan file.

    Parameters
    ----------
    path
        YAML file, see inputs/plans.
    kinds
        Measure classes by kind; default: all that emisim has.
    draft
        The file is half written: what it lacks is left out and told in ``left_out`` of the plan.
        What stands there and is wrong is an error all the same.

    Raises
    ------
    InputError
        Names file, line, place in the file (clause, measure, field), bad and good values.
    """
    raw, lines = strict_yaml.read(path)
    kinds = registry() if kinds is None else kinds
    left_out: list[str] = []
    if draft:
        raw, lines, left_out = drafts.written(raw, lines, kinds)
    holders = [((REFERENCE,), REFERENCE, raw)] if REFERENCE in raw else []
    clauses = raw.get("clauses")
    for i, clause in enumerate(clauses if isinstance(clauses, list) else []):
        if isinstance(clause, dict) and "measures" in clause:
            at = ("clauses", i, "measures")
            holders.append((at, str(clause.get("clause", "")), clause))
    faults = Faults()
    for at, name, holder in holders:
        entries, place = holder[at[-1]], _Place(path, at, name, lines)
        if isinstance(entries, list):
            holder[at[-1]] = _measures(entries, place, kinds, faults)
    faults.tell()
    plan = models.validate(Plan, raw, file=path, lines=lines)
    if draft:
        return plan.as_draft(tuple(left_out))
    unwritten = [clause.clause for clause in plan.clauses if clause.reason == DRAFT]
    if unwritten:
        what = f"clauses not written yet: {', '.join(unwritten)}"
        raise InputError(what, file=path, hint="write them, or run with --draft")
    return plan


@dataclass(frozen=True)
class _Place:
    """Where something stands in the plan file."""

    file: str | Path
    at: strict_yaml.Location
    clause: str
    lines: Mapping[strict_yaml.Location, int]

    def item(self, i: int) -> "_Place":
        return replace(self, at=(*self.at, i))

    @property
    def row(self) -> int | None:
        return self.lines.get(self.at)

    @property
    def inner_lines(self) -> dict[strict_yaml.Location, int]:
        """Return the lines of what stands inside, by the path from here."""
        n = len(self.at)
        return {at[n:]: row for at, row in self.lines.items() if at[:n] == self.at}


def _measures(
    entries: list[Any], place: _Place, kinds: Mapping[str, type[Measure]], faults: Faults
) -> list[Measure]:
    """Build the measures of a clause; what is wrong with them goes to ``faults``."""
    made = []
    for i, entry in enumerate(entries):
        with faults.held():
            made.append(_measure(entry, place.item(i), kinds))
    return made


def _measure(entry: Any, place: _Place, kinds: Mapping[str, type[Measure]]) -> Measure:
    """Build one measure; it takes its clause from where it stands."""
    kind = entry.get("kind") if isinstance(entry, dict) else None
    label = f"clause {place.clause}"
    if kind not in kinds:
        what = f"{label}: unknown kind of measure" if kind else f"{label}: a measure needs a kind"
        hint = "choose one of the kinds in docs/measures.md"
        raise InputError(
            what, file=place.file, row=place.row, value=kind, allowed=sorted(kinds), hint=hint
        )
    body = {key: value for key, value in entry.items() if key != "kind"}
    filled = _cited(body, place.clause) | {"clause": place.clause}
    try:
        return models.validate(kinds[kind], filled, file=place.file, lines=place.inner_lines)
    except InputError as error:
        label = f"{label}, measure {body.get('id', '(no id)')}"
        told = [_labelled(fault, place, label) for fault in error.faults]
        raise told[0] if len(told) == 1 else InputErrors(told) from None


def _labelled(fault: InputError, place: _Place, label: str) -> InputError:
    """Return a fault of a measure with the clause and the measure named."""
    known = f"clause {place.clause}" in fault.what
    return InputError(
        fault.what if known else f"{label}, {fault.what}",
        file=place.file,
        row=fault.row or place.row,
        value=fault.value,
        allowed=fault.allowed,
        hint=fault.hint,
    )


def _cited(value: Any, clause: str) -> Any:
    """Return ``value`` with the clause filled into every cite that names none."""
    if isinstance(value, list):
        return [_cited(item, clause) for item in value]
    if not isinstance(value, dict):
        return value
    if "basis" in value:
        return {"clause": clause} | value
    return {key: _cited(item, clause) for key, item in value.items()}


def check(plan: Plan, inventory: xr.Dataset, *, file: str | Path | None = None) -> None:
    """Try every measure on ``inventory``, the base year of the plan's city.

    Raises
    ------
    InputError
        One error with all measures whose scope selects no source, whose destination is missing,
        that fail otherwise, or that close what another one closes.
    """
    dated = inventory.assign_attrs(year=plan.year)
    faults = []
    for measure in (*plan.reference, *plan.measures):
        try:
            measure.apply(dated, full_effect=True)
        except InputError as error:
            faults.append(str(error))
    for target in plan.targets:
        try:
            for scope in (*target.scope, *target.of):
                scope.select(inventory)
        except InputError as error:
            faults.append(f"target {target.id} (clause {target.clause}): {error}")
    faults += [] if faults else overlaps(plan.measures, dated)
    if faults:
        what = f"plan {plan.id}: {len(faults)} of its measures or targets do not fit the city\n"
        raise InputError(what + "\n".join(faults), file=file)


def overlaps(measures: Sequence[Measure], inventory: xr.Dataset) -> list[str]:
    """Return one line per pair of measures that both retire all of the same source."""
    closing = [
        (m, m.where(inventory).values)
        for m in measures
        if m.kind == "retire" and m.extent(full_effect=True) >= 1
    ]
    faults = []
    for (one, mine), (other, yours) in combinations(closing, 2):
        both = inventory["source"].values[mine & yours]
        if both.size:
            names = ", ".join(map(repr, both[:SHOWN])) + (" ..." if both.size > SHOWN else "")
            faults.append(
                f"{one.label} and {other.label} both retire all of {names}\n"
                "  next:    narrow the scope of one, or say by coverage which part each closes"
            )
    return faults


def parts(item: Any, wanted: type[Part]) -> Iterator[Part]:
    """Yield every ``wanted`` record written inside a plan, a measure or a part of one.

    Values that a field takes by default are left out: nobody wrote them.
    """
    if isinstance(item, wanted):
        yield item
    elif isinstance(item, BaseModel):
        for name in sorted(item.model_fields_set):
            yield from parts(getattr(item, name), wanted)
    elif isinstance(item, Mapping):
        for value in item.values():
            yield from parts(value, wanted)
    elif isinstance(item, tuple | list):
        for value in item:
            yield from parts(value, wanted)


def balance_sheet(plan: Plan) -> dict[str, Any]:
    """Count what the plan's computed effect rests on.

    Returns
    -------
    ``numbers`` (count by basis), ``choices`` (cited dates and destinations by basis), ``clauses``
    (with and without effect), ``reasons`` (count by
    reason), ``measures`` (count by kind), ``targets`` (computable or not).
    """
    written = (plan.measures, plan.reference)
    bases = Counter(quantity.cite.basis for quantity in parts(written, Quantity))
    choices = Counter(c.basis for m in (*plan.measures, *plan.reference) for c in m.cites.values())
    reasons = Counter(clause.reason for clause in plan.clauses if clause.reason)
    with_effect = sum(bool(clause.measures) for clause in plan.clauses)
    computable = sum(target.computable for target in plan.targets)
    return {
        "numbers": {basis: bases[basis] for basis in BASES},
        "choices": {basis: choices[basis] for basis in BASES},
        "clauses": {"with effect": with_effect, "without": len(plan.clauses) - with_effect},
        "reasons": {reason: reasons[reason] for reason in REASONS if reasons[reason]},
        "measures": dict(sorted(Counter(m.kind for m in plan.measures).items())),
        "targets": {"computable": computable, "not": len(plan.targets) - computable},
    }


def require_cited(plan: Plan) -> None:
    """Raise InputError at a claim about measures of its clause where the clause has none."""
    have = {measure.clause for measure in plan.measures}
    for claim in plan.claims:
        if claim.metric in OF_MEASURES and not claim.measures and claim.clause not in have:
            what = f"claim {claim.id}: its clause has no measure whose effect could be added"
            hint = "name `measures`, or say why it is not computable"
            raise InputError(what, value=claim.clause, hint=hint)
