"""Every scenario of a plan, and what each of its measures did."""

import logging

from emisim import ledger as ledgers
from emisim import plan as plans
from emisim import provenance
from emisim import scenario as scenarios
from emisim.stages import _files

log = logging.getLogger(__name__)


def run(*, plan: str, inventory: str, out: str, ledger: str) -> None:
    """Write the scenarios (netCDF) and the ledger of measures (CSV)."""
    base = _files.load(inventory)
    document = plans.read(plan)
    chosen = plans.scenarios(document)
    inventories = scenarios.run(chosen, base)
    made_from = provenance.record(
        "scenarios",
        [plan],
        [provenance.of(base, inventory)],
        plan=document.id,
        scenarios=[scenario.id for scenario in chosen],
    )
    rows = ledgers.build(chosen, inventories)
    _files.save(scenarios.dataset(chosen, inventories), out, made_from)
    ledgers.write(rows, ledger)
    log.info("%d scenarios, %d measures", len(chosen), rows["id"].nunique())
