"""Units of gridded inventories, and from a value per time and area to kg per month and cell."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from emisim import units
from emisim.errors import InputError
from emisim.regrid.lattice import Floats
from emisim.regrid.layers import MONTHS

Period = Literal["second", "month", "year", "step"]
WORDS = re.compile(r"\b(per\s+)?(grid[ _-]?cell|cell|grid)(-1)?\b|/\s*(?=$|/)", re.IGNORECASE)
PER = {
    "month": re.compile(r"(/\s*|\bper\s+)(month|mon)\b|\b(month|mon)(\^|\*\*)?-1", re.IGNORECASE),
    "year": re.compile(r"(/\s*|\bper\s+)(year|yr|a)\b|\b(year|yr|a)(\^|\*\*)?-1", re.IGNORECASE),
}
SPELT = {"tonnes": "t", "tons": "t", "ton": "t", "sec": "s"}
GOOD = ("kg m-2 s-1", "kg m-2 month-1", "Mg per cell per month", "t/year", "kg/s")


@dataclass(frozen=True)
class Unit:
    """``factor`` turns a value into kg (per m2 if ``per_area``) per period.

    The period ``step`` is the time step of the file: a total of its month or year.
    """

    factor: float
    per_area: bool
    period: Period


@dataclass(frozen=True)
class Steps:
    """The time steps of a file.

    ``months`` has the month of each step; it is empty for one step of a year. ``seconds`` (steps,)
    are by the file's own calendar.
    """

    months: tuple[int, ...]
    seconds: Floats


def parse(text: str, file: str | Path) -> Unit:
    """Return the meaning of a unit such as ``kg m-2 s-1`` or ``Mg/grid/month``.

    Months and years are the file's own steps, never a twelfth of 365 days.

    Raises
    ------
    InputError
        For a unit that is no mass, or unknown (mol, tg, degrees).
    """
    period: Period = "second"
    bare = WORDS.sub("", text.replace("\0", " ")).strip()
    for name, pattern in PER.items():
        bare, times = pattern.subn("", bare)
        if times:
            period = "month" if name == "month" else "year"
    formula = _formula(bare)
    rates = {True: "kg/(m2 s)", False: "kg/s"} if period == "second" else {}
    for per_area, to in rates.items():
        if units.fits(formula, to):
            return Unit(units.factor(formula, to), per_area, "second")
    totals = {True: "kg/m2", False: "kg"}
    for per_area, to in totals.items():
        if units.fits(formula, to):
            whole: Period = "step" if period == "second" else period
            return Unit(units.factor(formula, to), per_area, whole)
    message = "the unit is no mass per time, or is not known"
    hint = "correct the attribute, or name the unit in the settings if the file has none"
    raise InputError(message, file=file, column="units", value=text, allowed=GOOD, hint=hint)


def scales(
    unit: Unit, steps: Steps, annual: str, file: str | Path
) -> tuple[tuple[int, ...], Floats]:
    """Return months, and (month, step) what a value of a step is multiplied by to be a month's.

    Parameters
    ----------
    annual
        ``uniform`` divides a year among its months by their length; else it is refused.
    """
    year = not steps.months
    scale = np.ones(len(steps.seconds))
    if unit.period == "second":
        scale = steps.seconds
    elif unit.period == "month" and year:
        scale = np.full(1, float(len(MONTHS)))
    elif unit.period == "year" and not year:
        _whole_year(steps, file)
        scale = steps.seconds / steps.seconds.sum()
    if not year:
        return steps.months, np.diag(scale)
    if annual != "uniform":
        message = "the file holds one value for the whole year"
        hint = "use monthly files, or set annual: uniform (the same rate all year)"
        raise InputError(message, file=file, column="annual", value=annual, hint=hint)
    length = month_seconds(round(float(steps.seconds[0]) / units.factor("day", "s")))
    return MONTHS, np.outer(length / length.sum(), scale)


def month_seconds(days: int) -> Floats:
    """Return the seconds of the twelve months of a year of 365 or 366 days, or of 360."""
    year = "2000" if days > units.factor("year", "day") else "2001"
    edges = np.arange(f"{year}-01", f"{int(year) + 1}-02", dtype="datetime64[M]")
    lengths = np.diff(edges.astype("datetime64[D]")).astype(float)
    if days < lengths.sum():
        lengths = np.full(len(MONTHS), days / len(MONTHS))
    return np.asarray(lengths * units.factor("day", "s"))


def of_year(year: int) -> float:
    """Return the seconds of a calendar year: 365 or 366 days, never 365.25."""
    edges = np.array([f"{year}-01-01", f"{year + 1}-01-01"], dtype="datetime64[D]")
    return float(np.diff(edges).astype(int)[0] * units.factor("day", "s"))


def steps_of_year(year: int, months: Any = ()) -> Steps:
    """Return the given months of a calendar year as steps, or the year as one."""
    if not len(months):
        return Steps((), np.array([of_year(year)]))
    length = month_seconds(int(of_year(year) / units.factor("day", "s")))
    return Steps(tuple(int(m) for m in months), length[np.asarray(months, dtype=int) - 1])


def _formula(text: str) -> str:
    """Write exponents and spaces of a CF unit the way the unit registry reads them."""
    words = text.replace("^", "").replace("**", "").strip(" /")
    words = " ".join(SPELT.get(word.lower(), word) for word in words.split())
    words = re.sub(r"([A-Za-z]+)(-\d+)", r"\1**\2", words)
    return re.sub(r"\s*([*/])\s*", r"\1", re.sub(r"(?<=[\w)])\s+(?=[A-Za-z])", " * ", words))


def _whole_year(steps: Steps, file: str | Path) -> None:
    if sorted(steps.months) != list(MONTHS):
        message = "a rate per year needs all twelve months"
        raise InputError(message, file=file, value=steps.months)
