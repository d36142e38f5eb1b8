"""Every scenario of a plan, and what each of its measures did."""

import logging
from collections.abc import Sequence

from emisim import ledger as ledgers
from emisim import provenance, variants
from emisim import scenario as scenarios
from emisim.stages import _files, _inputs, _plan

log = logging.getLogger(__name__)


def run(
    *,
    plan: str,
    inventory: str,
    out: str,
    ledger: str,
    singles: str | None = None,
    each: Sequence[str] = (),
    draft: bool = False,
) -> None:
    """Write the scenarios (netCDF) and the ledger of measures (CSV).

    Parameters
    ----------
    singles
        Where to write the totals (CSV) of scenarios without concentrations, which are those of
        single measures.
    each
        ``alone``, ``without``: add one such scenario per measure.
    draft
        The plan file is half written: run with what is there.
    """
    base = _files.load(inventory)
    document = _plan.read(plan, draft=draft)
    chosen = _plan.scenarios(document, plan, each)
    inventories = scenarios.run(chosen, base)
    shown = [scenario for scenario in chosen if scenario.air]
    facts = {"draft": list(document.left_out)} if draft else {}
    made_from = provenance.record(
        "scenarios",
        _inputs.of_plan(plan),
        [provenance.of(base, inventory)],
        plan=document.id,
        scenarios=[scenario.id for scenario in shown],
        **facts,
    )
    rows = ledgers.build(shown, inventories)
    many = _plan.mark(scenarios.dataset(shown, inventories), document)
    _files.save(many, out, made_from)
    ledgers.write(_plan.mark_rows(rows, document), ledger)
    if singles is not None:
        table = variants.totals(chosen, inventories)
        _files.save_table(_plan.mark_rows(table, document), singles)
    log.info("%d scenarios, %d measures", len(chosen), rows["id"].nunique())
