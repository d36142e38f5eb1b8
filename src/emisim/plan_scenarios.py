"""The scenarios of a plan: those that it lists, single measures, and what is reported as done."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from emisim import progress
from emisim.errors import InputError
from emisim.measures._base import Measure
from emisim.plan_model import Plan, ScenarioSpec
from emisim.progress import Report, Reported
from emisim.scenario import Scenario

REFERENCE = "reference"
EACH = {"alone": ("alone", "单独实施"), "without": ("without", "不实施")}
"""Names of the scenarios of single measures."""


def scenarios(
    plan: Plan, reports: Mapping[str, Report] | None = None, each: Sequence[str] = ()
) -> tuple[Scenario, ...]:
    """Return the plan's scenarios, ready for :func:`emisim.scenario.run`; parents come first.

    Parameters
    ----------
    reports
        What is reported as done, by measure: adds the scenario ``progress``.
    each
        ``alone`` and ``without`` add a scenario per measure, as the key ``each`` of the plan's
        scenarios does.
    """
    steps = {"none": (), REFERENCE: plan.reference, "measures": plan.measures}
    made: dict[str, Scenario] = {}
    whole = next((s for s in plan.scenarios if s.steps == "measures" and not s.each), None)
    more = [_every(whole, kind) for kind in each] if whole else []
    for spec in (*plan.scenarios, *more):
        own = [m for m in steps[spec.steps] if m.id not in spec.without]
        own = [m for m in own if m.id in spec.only] if spec.only else own
        parent = () if spec.after is None else (made[spec.after],)
        year = plan.base_year if spec.steps == "none" else plan.year
        for name, names, kept in _members(spec, own):
            if name in made:
                message = f"scenario {name!r} stands twice"
                raise InputError(message, value=name, hint="rename or remove one of them")
            full = spec.effect == "full"
            made[name] = Scenario(name, (*parent, *kept), year, full, names, spec.wants_air)
    if reports and whole:
        made |= _progress(plan, whole, reports, made)
    return tuple(made.values())


def _every(whole: ScenarioSpec, kind: str) -> ScenarioSpec:
    """Return the entry that asks for every measure alone, or left out, beside ``whole``."""
    name_en, name_zh = EACH[kind]
    update = {"id": kind, "name_en": name_en, "name_zh": name_zh, "each": kind, "air": None}
    return whole.model_copy(update=update)


def _members(
    spec: ScenarioSpec, own: list[Measure]
) -> Iterator[tuple[str, dict[str, str], list[Measure]]]:
    """Yield id, names and steps of the scenarios that an entry stands for."""
    names = {"en": spec.name_en, "zh": spec.name_zh}
    if spec.each is None:
        yield spec.id, names, own
        return
    for one in own:
        kept = [one] if spec.each == "alone" else [m for m in own if m is not one]
        called = {"en": f"{names['en']}: {one.name_en}", "zh": f"{names['zh']}:{one.name_zh}"}
        yield f"{spec.each}-{one.id}", called, kept


def _progress(
    plan: Plan, whole: ScenarioSpec, reports: Mapping[str, Report], made: Mapping[str, Scenario]
) -> dict[str, Scenario]:
    """Return the scenario of the measures as far as they are reported as done."""
    if progress.ID in made:
        message = "the id of a scenario is taken by the one that follows the progress file"
        raise InputError(message, value=progress.ID, hint="rename the scenario in the plan file")
    parent = () if whole.after is None else (made[whole.after],)
    steps = (*parent, *progress.follow(plan.measures, reports))
    names = {"en": f"{plan.year} as reported so far", "zh": f"{plan.year}按已报进度"}
    return {progress.ID: Scenario(progress.ID, steps, plan.year, True, names)}


def rates(plan: Plan, reports: Mapping[str, Report] | None = None) -> pd.DataFrame:
    """Return the rates of measures that have one in every scenario, as :func:`uptakes`.

    A rate runs from its value before the measure to that after it as the measure is taken up;
    scenarios without the measure keep the one before.
    """
    come = uptakes(plan, reports)
    rows = {}
    for measure in (*plan.reference, *plan.measures):
        before, after = measure.rates() or (0.0, 0.0)
        for scenario in scenarios(plan, reports) if measure.rates() else ():
            at = (scenario.id, measure.id)
            level = come.loc[at].to_numpy() if at in come.index else np.zeros(12)
            rows[at] = before + (after - before) * level
    return _table(rows)


def uptakes(plan: Plan, reports: Mapping[str, Report] | None = None) -> pd.DataFrame:
    """Return how far every measure has come in every scenario that has it, its parents' included.

    Parameters
    ----------
    plan, reports
        As for :func:`scenarios`.

    Returns
    -------
    Indexed by scenario and measure; columns the months 1 to 12, values 0 to 1 at their end.
    """
    rows: dict[tuple[str, str], np.ndarray] = {}
    for scenario in scenarios(plan, reports):
        parent = "" if scenario.parent is None else scenario.parent.id
        rows |= {(scenario.id, m): u for (name, m), u in list(rows.items()) if name == parent}
        for step in scenario.own_steps:
            if isinstance(step, Measure | Reported) and scenario.year is not None:
                full = scenario.full_effect is not False
                rows[scenario.id, step.id] = step.reached(scenario.year, full_effect=full)
    return _table(rows)


def _table(rows: Mapping[tuple[str, str], np.ndarray]) -> pd.DataFrame:
    """Return values by month (12,) as a table indexed by scenario and measure."""
    index = pd.MultiIndex.from_tuples(list(rows), names=["scenario", "measure"])
    values = np.array(list(rows.values())).reshape(len(rows), 12)
    return pd.DataFrame(values, index=index, columns=list(range(1, 13)))
