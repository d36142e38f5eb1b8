"""The explorer of a plan: one HTML file that computes by itself what the plan's measures do."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from emisim import __version__, grid
from emisim import plan as plans
from emisim.explorer import page, payload
from emisim.explorer.response import Transported
from emisim.plan_model import Plan
from emisim.stages import _domain, _files, _findings, _material, _plan, _record, _transport
from emisim.stages import air as air_stage
from emisim.target_values import Outcome

log = logging.getLogger(__name__)


def run(*, city: str, plan: str, factors: str, shares: str, inventory: str, scenarios: str,
        receptors: str, matrix: list[str], air: str, verdict: str, setting: str,
        out: str) -> None:  # fmt: skip
    """Write the page, which opens from disk without a network."""
    case = _transport.Case(_domain.read(city, factors), setting)
    base, many, means = (_files.load(path) for path in (inventory, scenarios, air))
    document = _plan.read(plan, draft=_plan.is_draft(many))
    start = payload.begun(document, base)
    spread, kernels = _files.load(shares), _files.load(receptors)
    reached = transported(case, start, spread, kernels, [_files.load(path) for path in matrix])
    judged = outcome(document, many, means, city, factors), _findings.table(verdict)
    text = Path(plan).read_text(encoding="utf-8-sig")
    atlas = _material.atlas(case.place, grid.from_attrs(means.attrs).crs)
    data = payload.make(document, base, start, reached, judged, text, atlas)
    page.write(page.render(data, f"emisim {__version__}, {means.attrs['provenance']}"), out)
    log.info("%d measures, %d sources", len(data["measures"]), data["sources"]["count"])


def transported(case: _transport.Case, start: xr.Dataset, spread: xr.Dataset,
                kernels: xr.Dataset, rows: list[xr.Dataset]) -> Transported:  # fmt: skip
    """Return how emissions reach the receptors; sources of one place and group share a release."""
    whole = air_stage.joined(case, rows, start)
    place, group = spread["source_place"].values, pd.factorize(case.groups(start).values)[0]
    _, first, release = np.unique(
        place * (group.max() + 1) + group, return_index=True, return_inverse=True
    )
    few = {"source": first}
    effect = air_stage.at_sources(case, whole, spread.isel(few), start.isel(few), kernels)
    basis = air_stage.basis_of(case, whole["gas_share"])
    settings, tables = case.place.settings, case.place.factors
    return Transported(effect, release.ravel(), case.stations, basis, tables, settings.oxidants)


def outcome(document: Plan, many: xr.Dataset, means: xr.Dataset, city: str, factors: str) -> Any:
    """Return what the targets of a plan look at."""
    return Outcome(
        many,
        means["by_area"],
        seasonal=means["by_area_season"],
        uptakes=plans.uptakes(document),
        rates=plans.rates(document),
        record=_record.read(city, factors),
    )
