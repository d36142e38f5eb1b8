"""Every target and claim of a plan against every scenario."""

import logging
from typing import Any

import pandas as pd

from emisim import claims as claim_tables
from emisim import plan as plans
from emisim import targets
from emisim.stages import _files, _plan, _record
from emisim.target_conditions import with_levels
from emisim.target_values import Outcome

log = logging.getLogger(__name__)


def run(
    *,
    plan: str,
    city: str,
    factors: str,
    scenarios: str,
    air: str,
    out: str,
    ledger: str | None = None,
    claims: str | None = None,
) -> None:
    """Write the verdict, and with the ledger what the document claims (CSV)."""
    many, means = _files.load(scenarios), _files.load(air)
    document = _plan.read(plan, draft=_plan.is_draft(many))
    reports = _plan.reports(document, plan)
    more: dict[str, Any] = {
        "seasonal": means["by_area_season"],
        "uptakes": plans.uptakes(document, reports),
        "rates": plans.rates(document, reports),
        "record": _record.read(city, factors),
    }
    table = targets.verdict(document.targets, many, means["by_area"], **more)
    table = with_levels(table, means["status"])
    targets.write(_plan.mark_rows(table, document), out)
    if ledger is not None and claims is not None:
        outcome = Outcome(many, means["by_area"], **more)
        compared = claim_tables.compare(document, outcome, pd.read_csv(ledger))
        claim_tables.write(_plan.mark_rows(compared, document), claims)
    counts = table.groupby(["scenario", "verdict"]).size()
    log.info("%s", counts.to_string())
