"""All that a page holds, as data: the plan's measures as programs, sources, air, targets."""

from collections.abc import Sequence
from typing import Any

import xarray as xr

from emisim import plan_scenarios
from emisim.errors import InputError
from emisim.explorer import document, judging, outline, program, response, sources
from emisim.explorer.judging import Asked
from emisim.explorer.packing import plain, rows
from emisim.explorer.response import Transported
from emisim.figures.maps import Atlas
from emisim.measures._base import Measure
from emisim.plan_model import Plan
from emisim.scenario import Scenario
from emisim.vocabulary import SECTORS, SPECIES

VERSION = 1
"""Of the form of the data; ``engine.js`` refuses others."""


def shown(plan: Plan) -> list[Scenario]:
    """Return the scenarios that carry out the plan's measures from one and the same start.

    Raises
    ------
    InputError
        The plan has none.
    """
    made = {scenario.id: scenario for scenario in plan_scenarios.scenarios(plan)}
    whole = [made[s.id] for s in plan.scenarios if s.steps == "measures" and not s.each]
    if not whole:
        message = "the plan has no scenario that carries out its measures"
        raise InputError(message, hint="add one with `steps: measures` to its scenarios")
    return [s for s in whole if s.parent is whole[0].parent]


def begun(plan: Plan, base: xr.Dataset) -> xr.Dataset:
    """Return the inventory before the plan's measures, in the plan year."""
    first = shown(plan)[0]
    start = first.parent.apply(base) if first.parent else base
    return start.assign_attrs(year=plan.year)


def make(
    plan: Plan,
    base: xr.Dataset,
    start: xr.Dataset,
    air: Transported | None = None,
    judged: tuple[Any, Any] | None = None,
    text: str = "",
    atlas: Atlas | None = None,
) -> dict[str, Any]:
    """Return the data of a page, ready for JSON.

    Parameters
    ----------
    base, start
        Inventories of the base year, and of :func:`begun`.
    air
        How emissions reach the receptors; None where there is no air.
    judged
        Outcome and verdict table of the plan's results; None judges nothing.
    text
        Of the plan file; without it the page offers none to take away.
    atlas
        Districts and monitors; None draws no map.
    """
    programs = [program.of_measure(m, start) for m in plan.measures]
    chosen = sources.touched(programs, start.sizes["source"])
    targets: Sequence[dict[str, Any]] = []
    if judged is not None:
        targets = judging.of_targets(Asked(plan, *judged, start, chosen))
    scenarios = shown(plan)
    body = {
        "version": VERSION,
        "plan": plan.model_dump(include={"id", "title_en", "title_zh", "year", "base_year"}),
        "species": list(SPECIES),
        "sectors": list(SECTORS),
        "districts": sources.districts(start),
        "scenarios": [_scenario(s) for s in scenarios],
        "measures": [_measure(m, ops) for m, ops in zip(plan.measures, programs, strict=True)],
        "sources": sources.state(start, chosen),
        "rest": sources.rest(start, chosen),
        "air": None if air is None else response.of_air(base, start, chosen, air),
        "targets": targets,
        "names": outline.names(atlas),
        "outline": None if atlas is None else outline.of_city(atlas),
        "document": document.of_plan(plan, text, [s.id for s in scenarios]) if text else None,
    }
    return plain(body, sources.numbers(chosen))


def _scenario(scenario: Scenario) -> dict[str, Any]:
    return {
        "id": scenario.id,
        "name_en": scenario.names.get("en", scenario.id),
        "name_zh": scenario.names.get("zh", scenario.id),
        "full_effect": scenario.full_effect is not False,
        "on": [step.id for step in scenario.own_steps],
    }


def _measure(measure: Measure, operations: list[program.Operation]) -> dict[str, Any]:
    touched = {int(i) for at in rows(operations) for i in at}
    return {
        "id": measure.id,
        "kind": measure.kind,
        "clause": measure.clause,
        "name_en": measure.name_en,
        "name_zh": measure.name_zh,
        "coverage": measure.coverage.to("fraction"),
        "effectiveness": measure.effectiveness.to("fraction"),
        "start": measure.start.isoformat(),
        "full": None if measure.full is None else measure.full.isoformat(),
        "sources": len(touched),
        "operations": operations,
    }
