"""What a part of the suite hands over: text, tables, checks against targets, figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.figure import Figure

from emisim.tables import Parameters


@dataclass(frozen=True)
class Check:
    """One measured number and the range that it should be in."""

    name: str
    measured: float
    low: float
    high: float
    digits: int = 3

    @property
    def reached(self) -> bool:
        """Whether the number is in its range; what is not a number is not."""
        return bool(self.low <= self.measured <= self.high)

    @property
    def target(self) -> str:
        """The range in words."""
        low, high = (f"{v:.{self.digits}g}" for v in (self.low, self.high))
        if self.low == -float("inf"):
            return f"at most {high}"
        return f"at least {low}" if self.high == float("inf") else f"{low} to {high}"


@dataclass(frozen=True)
class Section:
    """One part of the page; without ``checks`` because of absent data, ``text`` says so."""

    key: str
    title: str
    text: Sequence[str]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    checks: Sequence[Check] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)


def at_most(name: str, measured: float, p: Parameters, target: str) -> Check:
    """Return the check that a number is no larger than the row ``target`` says."""
    high = p.value(target, "fraction", process="validation-target")
    return Check(name, float(measured), -float("inf"), high)


def at_least(name: str, measured: float, p: Parameters, target: str) -> Check:
    """Return the check that a number is no smaller than the row ``target`` says."""
    low = p.value(target, "fraction", process="validation-target")
    return Check(name, float(measured), low, float("inf"))


def bias(name: str, measured: float, p: Parameters, target: str) -> Check:
    """Return the check that a relative bias is within plus or minus the row ``target``."""
    limit = p.value(target, "fraction", process="validation-target")
    return Check(name, float(measured), -limit, limit)


def ratio(name: str, measured: float, p: Parameters, target: str) -> Check:
    """Return the check that a ratio is within the factor of the row ``target``."""
    factor = p.value(target, "fraction", process="validation-target")
    return Check(name, float(measured), 1 / factor, factor)


def absent(key: str, title: str, what: str) -> Section:
    """Return the section of a comparison whose reference data are not there."""
    return Section(key, title, [f"Reference data not at hand ({what}); this part was not run."])
