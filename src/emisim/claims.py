"""What a document says its measures will achieve, beside what they achieve here."""

from pathlib import Path

import numpy as np
import pandas as pd

from emisim import units
from emisim.claim_model import OF_ACTIVITY, OF_MEASURES, Claim
from emisim.output import atomic
from emisim.plan_model import Plan
from emisim.target_values import Outcome, as_inventory, union
from emisim.targets import values

COLUMNS = (
    *("claim", "clause", "text_en", "text_zh", "metric", "species", "scenario"),
    *("claimed", "computed", "unit", "ratio", "basis"),
    *("conditional_on_en", "conditional_on_zh", "reason_en", "reason_zh"),
)
TONNES = {"reduction": "in_sequence_t", "project_reduction": "project_t"}
"""Column of the ledger behind a metric."""


def compare(plan: Plan, outcome: Outcome, ledger: pd.DataFrame, base: str = "base") -> pd.DataFrame:
    """Compare every claim with every scenario that has measures.

    Parameters
    ----------
    outcome, ledger
        What the plan's scenarios came to, and the ledger of its measures.
    base
        The scenario that changes refer to.

    Returns
    -------
    One row per claim and scenario (columns :data:`COLUMNS`): ``claimed`` and ``computed`` in
    ``unit``, and ``ratio``, computed over claimed; a claim that cannot be computed has one row
    with its reason.
    """
    ids = {measure.id for measure in plan.measures}
    planned = ledger[ledger["id"].isin(ids)]
    rows = []
    for claim in plan.claims:
        if not claim.computable:
            rows.append(_row(claim, "", np.nan))
            continue
        found = computed(claim, plan, outcome, planned, base)
        rows += [_row(claim, name, found[name]) for name in planned["scenario"].unique()]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def computed(
    claim: Claim, plan: Plan, outcome: Outcome, ledger: pd.DataFrame, base: str
) -> pd.Series:
    """Return what is computed for ``claim`` by scenario, in the claim's unit."""
    if claim.metric in OF_MEASURES:
        return _of_measures(claim, plan, ledger)
    if claim.metric == OF_ACTIVITY:
        return _of_activity(claim, outcome, base)
    return values(claim.as_target(), outcome, base).levels


def _of_measures(claim: Claim, plan: Plan, ledger: pd.DataFrame) -> pd.Series:
    """Return the tonnes that the claim's measures take away."""
    meant = claim.measures or [m.id for m in plan.measures if m.clause == claim.clause]
    rows = ledger[ledger["id"].isin(meant) & (ledger["species"] == claim.species)]
    tonnes = -rows.groupby("scenario", sort=False)[TONNES[claim.metric]].sum()
    whole = tonnes.reindex(ledger["scenario"].unique(), fill_value=0.0)
    return whole * units.factor("t", claim.value.unit)


def _of_activity(claim: Claim, outcome: Outcome, base: str) -> pd.Series:
    """Return the activity that is gone against the year without the plan."""
    many = outcome.scenarios
    where = union(claim.scope, as_inventory(many)).values
    unit = [units.factor(str(u), claim.value.unit) for u in many["activity_unit"].values[where]]
    amounts = np.einsum("ksm,s->k", many["activity"].values[:, where], np.array(unit))
    by_scenario = pd.Series(amounts, index=many["scenario"].values)
    start = by_scenario.get("reference", by_scenario[base])
    return start - by_scenario


def _row(claim: Claim, scenario: str, value: float) -> dict[str, object]:
    claimed = claim.value.value
    return {
        "claim": claim.id,
        **claim.model_dump(
            include={
                *("clause", "text_en", "text_zh", "metric", "species"),
                *("conditional_on_en", "conditional_on_zh"),
            }
        ),
        "scenario": scenario,
        "claimed": claimed,
        "computed": value,
        "unit": claim.value.unit,
        "ratio": value / claimed if claimed else np.nan,
        "basis": claim.value.cite.basis,
        "reason_en": claim.not_computable_en,
        "reason_zh": claim.not_computable_zh,
    }


def write(table: pd.DataFrame, path: str | Path) -> None:
    """Write the comparison as UTF-8 CSV."""
    with atomic(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
