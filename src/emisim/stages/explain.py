"""What was made of one clause of a plan, printed."""

import logging
from pathlib import Path

import pandas as pd
import xarray as xr

from emisim import explain, provenance
from emisim import ledger as ledgers
from emisim import plan as plans
from emisim import scenario as scenarios
from emisim.config import Run
from emisim.errors import require_known
from emisim.plan_model import Plan
from emisim.stages import _inputs, check

log = logging.getLogger(__name__)


def run(*, plan: str, clause: str, lang: str) -> None:
    """Print the explanation of ``clause``, from results where they are of the inputs as they are.

    Parameters
    ----------
    plan
        Name of a file in inputs/plans.
    clause
        The document's own number.
    lang
        ``zh`` or ``en``.
    """
    name = Path(plan).stem
    folder = check.INPUTS / "plans"
    hint = "name a file of inputs/plans without its ending"
    require_known([name], sorted(p.stem for p in folder.glob("*.yaml")), "plan", hint=hint)
    document = plans.read(folder / f"{name}.yaml")
    explain.find(document, clause)
    of = Run(city=document.city, plan=name)
    base = check.computed(of)
    if base is None:
        log.info("no inventory of these inputs under results/: it is made now")
        base = check.built(of)
    rows = _ledger(document, of)
    if rows is None:
        log.info("no ledger of these inputs under results/: it is made now")
        rows = _built(document, base)
    print(explain.text(document, clause, base, rows, lang))


def _ledger(document: Plan, of: Run) -> pd.DataFrame | None:
    """Return the ledger of an earlier run if inputs and code are the same."""
    folder = check.RESULTS / of.city / of.plan
    many, table = folder / "scenarios.nc", folder / "ledger.csv"
    if not (many.is_file() and table.is_file()):
        return None
    with xr.open_dataset(many, engine="netcdf4") as dataset:
        made_from = provenance.of(dataset, many)
    files = _inputs.ancestry("scenarios", **check.locate(of))
    now = provenance.record("scenarios", files)
    same = made_from["inputs"] == now["inputs"]
    same &= made_from["stages"]["scenarios"] == now["stages"]["scenarios"]
    return pd.read_csv(table) if same else None


def _built(document: Plan, base: xr.Dataset) -> pd.DataFrame:
    """Return the ledger of the scenarios that are explained."""
    every = {scenario.id: scenario for scenario in plans.scenarios(document)}
    wanted: set[str] = {next(iter(every))}
    for name in explain.SCENARIOS:
        scenario = every.get(name)
        while scenario is not None:
            wanted.add(scenario.id)
            scenario = scenario.parent
    chosen = [scenario for name, scenario in every.items() if name in wanted]
    return ledgers.build(chosen, scenarios.run(chosen, base))
