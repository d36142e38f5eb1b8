"""What each step did to emissions: in sequence, alone, and the interaction between the two."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim import inventory as inv
from emisim import units, workspace
from emisim.convention import MONTHS
from emisim.errors import MassError
from emisim.measures._base import NO_CEILING, Measure, by_month
from emisim.output import atomic
from emisim.progress import Reported
from emisim.scenario import Scenario, Step
from emisim.vocabulary import OUTSIDE, SPECIES

TOLERANCE = 1e-9
COLUMNS = (
    *("scenario", "order", "id", "clause", "kind", "name_en", "name_zh", "species"),
    *("in_sequence_t", "alone_t", "interaction_t", "outside_in_sequence_t", "outside_alone_t"),
    *("project_t", "coverage_t", "effectiveness_t", "timing_t", "main_difference"),
    *("slack", "slack_unit"),
)
STAGES = ("project", "coverage", "effectiveness", "timing")
DIFFERENCES = ("coverage_t", "effectiveness_t", "timing_t", "interaction_t")
"""What lies between the project's number and the one in sequence."""


def build(scenarios: Sequence[Scenario], inventories: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Return the ledger of every scenario that has steps of its own.

    Parameters
    ----------
    scenarios, inventories
        As given to and returned by :func:`emisim.scenario.run`; ``base`` is the first.

    Returns
    -------
    One row per scenario, step and species, changes in t/year (negative: less is emitted);
    ``in_sequence_t`` after the steps before it, ``alone_t`` on the scenario's starting inventory,
    ``interaction_t`` their difference; ``outside_*`` is load served beyond the domain.
    ``project_t`` is what project accounting counts: the whole scope's emission of a full year after
    less before, whatever the date; ``coverage_t``, ``effectiveness_t``, ``timing_t`` and
    ``interaction_t`` add to the difference from it to ``in_sequence_t``, and
    ``main_difference`` names the largest of them. ``slack`` in ``slack_unit`` is how far the year's
    activity lies under the ceiling of a step that sets one (negative: above), before the step.

    Raises
    ------
    MassError
        If the terms in sequence do not add to the scenario's change within 1e-9.
    """
    base = inventories[scenarios[0].id]
    parts = []
    for scenario in scenarios:
        if scenario.own_steps:
            start = inventories[scenario.parent.id] if scenario.parent else base
            start = start if scenario.year is None else start.assign_attrs(year=scenario.year)
            rows = steps_table(scenario, start)
            check(rows, start, inventories[scenario.id], scenario.id)
            parts.append(rows.assign(scenario=scenario.id))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def tonnes(inventory: xr.Dataset) -> np.ndarray:
    """Return annual emissions in t, shape (2, species): inside the domain, and outside."""
    inside = inventory.variables["district"].values != OUTSIDE
    part = np.stack([inside, ~inside]).astype(float)
    return part @ inv.annual(inventory) * units.factor("kg", "t")


def steps_table(scenario: Scenario, start: xr.Dataset) -> pd.DataFrame:
    """Return the rows of one scenario, which begins at ``start``."""
    effect = True if scenario.full_effect is None else scenario.full_effect
    before = first = tonnes(start)
    now, parts = workspace.opened(start), []
    for order, step in enumerate(scenario.own_steps, start=1):
        slack, unit = step.headroom(now) if isinstance(step, Measure | Reported) else NO_CEILING
        now = step.apply(now, full_effect=effect)
        after = tonnes(now)
        single = {name: total - first for name, total in stages(step, start, effect).items()}
        rows = _rows(step, order, after - before, single)
        parts.append(rows.assign(slack=slack, slack_unit=unit))
        before = after
    return pd.concat(parts, ignore_index=True)


def stages(step: Step, start: xr.Dataset, effect: bool) -> dict[str, np.ndarray]:
    """Return the tonnes after the step alone: from the project's whole capability to its year.

    Returns
    -------
    ``project``: the whole scope over the whole year, as projects are counted; ``coverage``: the
    part that is reached, over the whole year; ``effectiveness``: with the scenario's effect, over
    the whole year; ``timing``: the same with the step's own dates, the step alone. A step without
    an extent has the last only.
    """
    alone = step.apply(workspace.opened(start), full_effect=effect)
    if not isinstance(step, Measure | Reported):
        nothing = np.full((2, len(SPECIES)), np.nan)
        return dict.fromkeys(STAGES, nothing) | {"timing": tonnes(alone)}
    reached = step.extent(full_effect=True), step.extent(full_effect=effect)
    found: dict[float, np.ndarray] = {}
    for extent in (1.0, *reached):
        if extent not in found:
            whole_year = by_month(np.full(MONTHS.size, extent))
            found[extent] = tonnes(step.act(workspace.opened(start), whole_year))
    values = (found[1.0], found[reached[0]], found[reached[1]], tonnes(alone))
    return dict(zip(STAGES, values, strict=True))


def _rows(
    step: Step, order: int, sequence: np.ndarray, single: dict[str, np.ndarray]
) -> pd.DataFrame:
    """Return one step's rows, one per species."""
    names = {k: getattr(step, k, "") for k in ("clause", "kind", "name_en", "name_zh")}
    inside = [single[name][0] for name in STAGES]
    alone = inside[-1]
    parts = [*np.diff(inside, axis=0), sequence[0] - alone]
    explained = pd.DataFrame(dict(zip(DIFFERENCES, parts, strict=True)))
    rows = pd.DataFrame(
        {
            "order": order,
            "id": step.id,
            **names,
            "species": SPECIES,
            "in_sequence_t": sequence[0],
            "alone_t": alone,
            "project_t": inside[0],
            "outside_in_sequence_t": sequence[1],
            "outside_alone_t": single["timing"][1],
        }
    )
    return rows.join(explained).assign(main_difference=_largest(explained))


def _largest(explained: pd.DataFrame) -> np.ndarray:
    """Return the name of the largest difference of each row, empty where there is none."""
    sizes = explained.abs().fillna(0).to_numpy()
    words = np.array([name.removesuffix("_t") for name in DIFFERENCES], dtype=object)
    return np.where(sizes.max(axis=1) > TOLERANCE, words[sizes.argmax(axis=1)], "")


def check(rows: pd.DataFrame, start: xr.Dataset, end: xr.Dataset, name: str) -> None:
    """Raise MassError unless the terms in sequence add to end - start, inside and outside."""
    first, last = tonnes(start), tonnes(end)
    summed = rows.groupby("species", sort=False)[["in_sequence_t", "outside_in_sequence_t"]].sum()
    gap = np.abs(summed.loc[list(SPECIES)].to_numpy().T - (last - first))
    allowed = TOLERANCE * np.maximum(np.maximum(first, last), 1)
    if (gap > allowed).any():
        at = int(np.argmax((gap / allowed).max(axis=0)))
        message = (
            f"ledger of scenario {name!r}: the measures' {SPECIES[at]} adds to "
            f"{summed.iloc[at].sum():.9g} t, the scenario changes by "
            f"{(last - first)[:, at].sum():.9g} t"
        )
        raise MassError(message)


def write(rows: pd.DataFrame, path: str | Path) -> None:
    """Write the ledger as UTF-8 CSV."""
    with atomic(path) as temporary:
        rows.to_csv(temporary, index=False, float_format="%.6f", lineterminator="\n")
