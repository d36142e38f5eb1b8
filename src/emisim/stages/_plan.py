"""The plan file as the stages read it: with its progress table, and as a draft where it is one."""

import logging
from collections.abc import Sequence

import pandas as pd
import xarray as xr

from emisim import plan as plans
from emisim import progress
from emisim.plan_model import Plan
from emisim.progress import Report
from emisim.scenario import Scenario
from emisim.stages import _inputs
from emisim.tables import read_sources

log = logging.getLogger(__name__)
ATTRIBUTE = "draft"
"""Attribute of results, and column of tables, that say what a draft lacks."""


def read(path: str, *, draft: bool) -> Plan:
    """Read a plan file and say what it lacks as a draft."""
    document = plans.read(path, draft=draft)
    plans.require_cited(document)
    for line in document.left_out:
        log.warning("draft, left out: %s", line)
    return document


def reports(document: Plan, path: str) -> dict[str, Report]:
    """Return what is reported as done, nothing where there is no such table."""
    table = progress.beside(path)
    if not table.is_file():
        return {}
    return progress.read(table, document.measures, read_sources(_inputs.citations(path)))


def scenarios(document: Plan, path: str, each: Sequence[str] = ()) -> tuple[Scenario, ...]:
    """Return the scenarios of a plan and its progress table."""
    return plans.scenarios(document, reports(document, path), each or ())


def is_draft(result: xr.Dataset) -> bool:
    """Return whether a result was made from a draft."""
    return ATTRIBUTE in result.attrs


def mark(result: xr.Dataset, document: Plan) -> xr.Dataset:
    """Return the result with a draft's gaps as an attribute."""
    if not document.left_out:
        return result
    return result.assign_attrs({ATTRIBUTE: "\n".join(document.left_out)})


def mark_rows(table: pd.DataFrame, document: Plan) -> pd.DataFrame:
    """Return the table with a column that says that the plan is a draft."""
    if not document.left_out:
        return table
    return table.assign(**{ATTRIBUTE: f"draft, {len(document.left_out)} left out"})
