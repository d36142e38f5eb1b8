"""What is reported as done: a table beside the plan file, and measures that follow it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from emisim import csvtable
from emisim.csvtable import Column
from emisim.errors import Faults, InputError
from emisim.measures._base import Measure, by_month, month_ends
from emisim.tables import check_known, check_sources
from emisim.vocabulary import STATUSES

ID = "progress"
"""Name of the scenario that follows the reports."""
COLUMNS = (
    Column("measure"),
    Column("date"),
    Column("share_done", number=True, minimum=0, maximum=1),
    Column("status", allowed=STATUSES),
    Column("source"),
    Column("note", required=False),
)


@dataclass(frozen=True)
class Report:
    """Shares of a measure's task that were done, and the days from which they hold, in order."""

    days: tuple[date, ...]
    shares: tuple[float, ...]

    def level(self, year: int) -> np.ndarray:
        """Return the mean share done in each month of ``year``, shape (12,).

        It is 0 before the first report, runs straight from one to the next by day, and stays
        at the last.

        Examples
        --------
        >>> report = Report((date(2019, 3, 1), date(2019, 5, 1)), (0.2, 1.0))
        >>> report.level(2019).round(3).tolist()[:6]
        [0.0, 0.0, 0.403, 0.803, 1.0, 1.0]
        """
        days = np.arange(np.datetime64(f"{year}-01-01"), np.datetime64(f"{year + 1}-01-01"))
        edges = np.append(days, days[-1] + 1).astype(float)
        known = np.array(self.days, dtype="datetime64[D]").astype(float)
        at = np.interp(edges, known, self.shares)
        mean = np.where(edges[:-1] < known[0], 0, (at[:-1] + at[1:]) / 2)
        month = days.astype("datetime64[M]").astype(int) % 12
        return np.bincount(month, weights=mean) / np.bincount(month)

    def reached(self, year: int) -> np.ndarray:
        """Return the share done at the end of each month of ``year``, shape (12,)."""
        known = np.array(self.days, dtype="datetime64[D]").astype(float)
        ends = month_ends(year).astype(float)
        return np.where(ends <= known[0], 0, np.interp(ends, known, self.shares))


def beside(plan: str | Path) -> Path:
    """Return where the reports on a plan stand: ``<plan>.progress.csv`` beside ``<plan>.yaml``."""
    return Path(plan).with_suffix(".progress.csv")


def read(
    path: str | Path, measures: Sequence[Measure], sources: Iterable[str] | None = None
) -> dict[str, Report]:
    """Read the reports on the measures of a plan.

    Parameters
    ----------
    path
        CSV table with the columns :data:`COLUMNS`; several rows of a measure are its course.
    measures
        Those of the plan; a measure without a row counts as not begun.
    sources
        Keys that the column ``source`` may hold; not given, any.

    Raises
    ------
    InputError
        As :func:`emisim.csvtable.read_table`; besides an unknown measure or source, a date that is
        none, and a share that falls.
    """
    known = [measure.id for measure in measures]
    hint = "correct the spelling, or add the measure to the plan file"
    checks = (
        lambda rows: check_known(rows, "measure", known, path, hint),
        lambda rows: check_sources(rows, sources, path),
        lambda rows: _check_days(rows, path),
    )
    table = csvtable.read_table(path, COLUMNS, key=("measure", "date"), checks=checks)
    days = table["date"].map(_day, na_action=None)
    dated = table.assign(day=days).sort_values(["measure", "day"], kind="stable")
    return {str(name): _report(path, rows) for name, rows in dated.groupby("measure")}


def _check_days(table: pd.DataFrame, path: str | Path) -> None:
    """Raise InputError at every date that is none."""
    faults = Faults()
    for row, text in table["date"].items():
        if _day(text) is None:
            message, hint = "not a date", "write year-month-day, for example 2019-06-30"
            where: dict[str, Any] = {"file": path, "row": int(str(row)), "column": "date"}
            faults.add(InputError(message, value=text, hint=hint, **where))
    faults.tell()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _report(path: str | Path, rows: pd.DataFrame) -> Report:
    falls = rows["share_done"].diff() < 0
    if falls.any():
        row = int(rows.index[falls][0])
        message = f"less is done of {rows.loc[row, 'measure']!r} than was reported before"
        share = float(rows.loc[row, "share_done"])
        hint = "give the share of the whole task that is done by the date"
        raise InputError(message, file=path, row=row, column="share_done", value=share, hint=hint)
    return Report(tuple(rows["day"]), tuple(rows["share_done"].astype(float)))


@dataclass(frozen=True)
class Reported:
    """A measure whose time path is the reported one: ``uptake = share done x coverage``."""

    measure: Measure
    report: Report

    @property
    def id(self) -> str:
        """Return the id of the measure."""
        return self.measure.id

    @property
    def clause(self) -> str:
        """Return the clause of the measure."""
        return self.measure.clause

    @property
    def kind(self) -> str:
        """Return the kind of the measure."""
        return self.measure.kind

    @property
    def name_en(self) -> str:
        """Return the English name of the measure."""
        return self.measure.name_en

    @property
    def name_zh(self) -> str:
        """Return the Chinese name of the measure."""
        return self.measure.name_zh

    def extent(self, *, full_effect: bool) -> float:
        """Return the part of the scope that the finished measure reaches."""
        return self.measure.extent(full_effect=full_effect)

    def headroom(self, inventory: xr.Dataset) -> tuple[float, str]:
        """Return what the measure says, see :meth:`Measure.headroom`."""
        return self.measure.headroom(inventory)

    def uptake(self, year: int, *, full_effect: bool) -> xr.DataArray:
        """Return the uptake (month) of ``year`` by the reports."""
        return by_month(self.report.level(year) * self.extent(full_effect=full_effect))

    def reached(self, year: int, *, full_effect: bool) -> np.ndarray:
        """Return how far the measure is reported to have come at the end of each month (12,)."""
        return self.report.reached(year) * self.extent(full_effect=full_effect)

    def act(self, inventory: xr.Dataset, uptake: xr.DataArray) -> xr.Dataset:
        """Return the inventory after the measure at ``uptake``."""
        return self.measure.act(inventory, uptake)

    def apply(self, inventory: xr.Dataset, *, full_effect: bool) -> xr.Dataset:
        """Return the inventory after the measure as far as it is reported."""
        uptake = self.uptake(int(inventory.attrs["year"]), full_effect=full_effect)
        return self.act(inventory, uptake)


def follow(measures: Iterable[Measure], reports: Mapping[str, Report]) -> tuple[Reported, ...]:
    """Return the measures that have a report, in the plan's order, on their reported course."""
    return tuple(Reported(m, reports[m.id]) for m in measures if m.id in reports)
