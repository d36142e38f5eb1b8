"""What a report is made of, in one language: findings, plan, figures, and what is beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from emisim.briefing import inline
from emisim.figures.findings import Findings
from emisim.plan_model import Plan

SCENARIOS = ("base", "reference", "stated", "expected")


@dataclass(frozen=True)
class Drawn:
    """A figure: its file, its one-sentence message, and what is shown."""

    path: Path
    message: str
    subtitle: str

    @property
    def shown(self) -> Path:
        """The file that is put into the report: the drawing, or the picture when too large."""
        large = self.path.stat().st_size > inline.LARGEST_SVG
        return self.path.with_suffix(".png") if large else self.path


@dataclass(frozen=True)
class Hindsight:
    """What came of plans.

    Parameters
    ----------
    changes
        One row per plan and species: ``plan, place_en, place_zh, year, species``, then in %
        ``forecast, forecast_low, forecast_high, came, came_low, came_high``, and the ``status`` of
        the outcome.
    remarks
        What else is known of this plan.
    """

    changes: pd.DataFrame
    remarks: Sequence[str] = ()

    @property
    def held(self) -> pd.Series:
        """Whether each outcome lies within the range of its forecast."""
        rows = self.changes
        return (rows["forecast_low"] <= rows["came"]) & (rows["came"] <= rows["forecast_high"])


@dataclass(frozen=True)
class Others:
    """All plans beside each other: tables of :mod:`emisim.comparison` and names of the cities."""

    verdicts: pd.DataFrame
    totals: pd.DataFrame
    places: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Beside:
    """Scenarios that the reader chose: lines of cells, the heads first, and notes."""

    lines: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Material:
    """Everything that one report tells.

    Parameters
    ----------
    findings, plan
        What is told, and the plan as read.
    made_from
        As from :func:`emisim.provenance.report`.
    lang
        ``zh`` or ``en``.
    figures
        Name without number -> figure.
    absent
        Why figures could not be drawn.
    claims
        As from :func:`emisim.claims.compare`, empty text as such.
    hindsight, others, beside
        None where they are not at hand or not wanted.
    date
        Day of the report, YYYY-MM-DD; empty: none is printed.
    """

    findings: Findings
    plan: Plan
    made_from: Mapping[str, Any]
    lang: str
    figures: Mapping[str, Drawn] = field(default_factory=dict)
    absent: Sequence[str] = ()
    claims: pd.DataFrame | None = None
    hindsight: Hindsight | None = None
    others: Others | None = None
    beside: Beside | None = None
    date: str = ""

    def of(self, item: object, name: str) -> str:
        """Return the text ``name`` of ``item`` in the report's language."""
        return str(getattr(item, f"{name}_{self.lang}"))

    @cached_property
    def missing(self) -> list[str]:
        """Scenarios without results."""
        known = set(self.findings.totals["scenario"].unique())
        return [name for name in SCENARIOS if name not in known]


def drawn(folder: Path) -> dict[str, Drawn]:
    """Return the figures of a folder by name without their number; none where it is not there."""
    found = {}
    for path in sorted(folder.glob("*.svg")):
        words = inline.words(path.read_text(encoding="utf-8"))
        found[path.stem.partition("-")[2]] = Drawn(path, *words)
    return found
