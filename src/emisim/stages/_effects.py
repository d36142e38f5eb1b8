"""Effects of measures and contributions of sources at the receptors, beside the air stage."""

from dataclasses import dataclass

import xarray as xr

from emisim import contributions, effects
from emisim.effects import CityAir
from emisim.errors import InputError
from emisim.plan_scenarios import REFERENCE
from emisim.stages import _files, _plan
from emisim.vocabulary import MAP_SCENARIOS

BASE = "base"


@dataclass(frozen=True)
class Tables:
    """Where the tables stand: ``plan`` and ``inventory`` are read, the others written."""

    plan: str
    inventory: str
    effects: str
    contributions: str


def wanted(plan: str | None, inventory: str | None, effects: str | None,
           contributions: str | None) -> Tables | None:  # fmt: skip
    """Return the paths, None if none is given.

    Raises
    ------
    InputError
        Only some of them are given.
    """
    given = {"plan": plan, "inventory": inventory, "effects": effects,
             "contributions": contributions}  # fmt: skip
    there = {name: path for name, path in given.items() if path}
    if there and len(there) < len(given):
        missing = [f"--{name}" for name in given if name not in there]
        message = "effects of measures need a plan, an inventory and two files to write"
        raise InputError(message, value=sorted(there), hint=f"add {' '.join(missing)}")
    return Tables(**there) if there else None


def write(paths: Tables, base: xr.Dataset, found: xr.Dataset, many: xr.Dataset,
          air: CityAir) -> None:  # fmt: skip
    """Write the effects of measures and the contributions of sources (CSV).

    Parameters
    ----------
    paths
        Files.
    base
        The base-year inventory.
    found
        Concentrations of the air stage.
    many
        All scenarios.
    air
        How emissions become concentrations.
    """
    document = _plan.read(paths.plan, draft=_plan.is_draft(many))
    reference = {spec.id for spec in document.scenarios if spec.steps == REFERENCE}
    every = _plan.scenarios(document, paths.plan)
    chosen = [s for s in every if s.air and s.own_steps and s.id not in reference]
    level = at_receptors(found)
    rows = effects.build(chosen, base, level.sel(scenario=BASE), air)
    effects.check(rows, level)
    _files.save_table(_plan.mark_rows(rows, document), paths.effects)
    shown = [name for name in many["scenario"].values if name in MAP_SCENARIOS]
    parts = contributions.build(many.sel(scenario=shown), air, BASE)
    contributions.check(parts, level)
    _files.save_table(_plan.mark_rows(parts, document), paths.contributions)


def at_receptors(found: xr.Dataset) -> xr.DataArray:
    """Return concentrations (scenario, species, receptor) at monitors and by area."""
    parts = [found["at_monitors"].rename(station="point"), found["by_area"].rename(area="point")]
    return effects.joined([part.reset_coords(drop=True) for part in parts])
