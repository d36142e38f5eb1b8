"""What figures and briefing tell of a plan, gathered from the files of its results."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from emisim import __version__, units
from emisim import plan as plans
from emisim.city import CitySettings
from emisim.figures.stamp import Stamp
from emisim.plan_model import Plan
from emisim.stages import _files, _plan


@dataclass(frozen=True)
class Results:
    """Paths of the results that are told."""

    scenarios: str
    ledger: str
    air: str
    verdict: str
    provenance: str
    effects: str | None = None
    contributions: str | None = None


def of_plan(
    settings: CitySettings, plan: str, paths: Results
) -> tuple[Plan, dict[str, Any], xr.Dataset]:
    """Return the plan, what is told of it, and its concentrations.

    What is told are the fields of :class:`emisim.figures.findings.Findings`. The plan is a draft
    where the results are of one.
    """
    scenarios, air = _files.load(paths.scenarios), _files.load(paths.air)
    document = plans.read(plan, draft=_plan.is_draft(scenarios))
    names = {name: d.name_zh for name, d in settings.districts.items()}
    told = {
        "place": {"en": settings.name, "zh": settings.name_zh},
        "districts": {"en": {name: name for name in names}, "zh": names},
        "years": (document.base_year, document.year),
        "heating": settings.heating_months,
        "totals": totals(scenarios),
        "ledger": table(paths.ledger),
        "verdict": table(paths.verdict),
        "stamp": stamp(report(paths.provenance)),
        "at_monitors": air["at_monitors"],
        "by_area": air["by_area"],
        "anchor_ratio": air["anchor_ratio"],
        "effects": table(paths.effects) if paths.effects else None,
        "contributions": table(paths.contributions) if paths.contributions else None,
    }
    return document, told, air


def report(path: str | Path) -> dict[str, Any]:
    """Return what the results were made from."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def stamp(made_from: Mapping[str, Any]) -> Stamp:
    """Return what is printed small on every figure."""
    shares = made_from["assumed_share"], made_from["assumed_factor_share"]
    return Stamp(made_from["digest"], *shares, __version__)


def totals(scenarios: xr.Dataset) -> pd.DataFrame:
    """Return the totals of all scenarios in t per month, one row each."""
    tonnes = scenarios["total"] * units.factor("kg", "t")
    return tonnes.reset_coords(drop=True).rename("tonnes").to_series().reset_index()


WRITTEN = ("clause", "id", "target", "claim", "unit", "base_unit")
"""Text that may look like numbers from top to bottom: clauses 1 to 12, or the unit 1."""
SENTENCES = ("_en", "_zh")
"""Ends of the names of text columns, which may be empty from top to bottom."""


def table(path: str | Path) -> pd.DataFrame:
    """Return a result table; empty text stays text."""
    frame = pd.read_csv(path, dtype=dict.fromkeys(WRITTEN, str))
    words = frame.select_dtypes(include=["object", "string"]).columns
    text = [*words, *(n for n in frame if n.endswith(SENTENCES) and n not in words)]
    return frame.assign(**{name: frame[name].astype(object).fillna("") for name in text})
