"""What each step did to emissions: in sequence, alone, and the interaction between the two."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.convention import bare, net_factor
from emisim.errors import MassError
from emisim.output import atomic
from emisim.scenario import Scenario, Step
from emisim.vocabulary import OUTSIDE, SPECIES

TOLERANCE = 1e-9
COLUMNS = (
    *("scenario", "order", "id", "clause", "kind", "name_en", "name_zh", "species"),
    *("in_sequence_t", "alone_t", "interaction_t", "outside_in_sequence_t", "outside_alone_t"),
)


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
    terms = bare(inventory)
    inside = inventory["district"].values != OUTSIDE
    part = xr.DataArray(np.stack([inside, ~inside]).astype(float), dims=("part", "source"))
    kilograms = xr.dot(terms["activity"], net_factor(terms), part, dim=("source", "month"))
    return kilograms.transpose("part", "species").values * units.factor("kg", "t")


def steps_table(scenario: Scenario, start: xr.Dataset) -> pd.DataFrame:
    """Return the rows of one scenario, which begins at ``start``."""
    effect = True if scenario.full_effect is None else scenario.full_effect
    before = first = tonnes(start)
    now, parts = start, []
    for order, step in enumerate(scenario.own_steps, start=1):
        now = step.apply(now, full_effect=effect)
        after = tonnes(now)
        alone = tonnes(step.apply(start, full_effect=effect)) - first
        parts.append(_rows(step, order, after - before, alone))
        before = after
    return pd.concat(parts, ignore_index=True)


def _rows(step: Step, order: int, sequence: np.ndarray, alone: np.ndarray) -> pd.DataFrame:
    """Return one step's rows, one per species."""
    names = {k: getattr(step, k, "") for k in ("clause", "kind", "name_en", "name_zh")}
    return pd.DataFrame(
        {
            "order": order,
            "id": step.id,
            **names,
            "species": SPECIES,
            "in_sequence_t": sequence[0],
            "alone_t": alone[0],
            "interaction_t": sequence[0] - alone[0],
            "outside_in_sequence_t": sequence[1],
            "outside_alone_t": alone[1],
        }
    )


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
