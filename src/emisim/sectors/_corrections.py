"""Correction of road exhaust for speed, temperature, humidity, altitude, age, fuel and load.

China's road-vehicle guideline (announcement 2014 no. 92, annex 3) multiplies a basic factor by
``speed x sulphur x deterioration x altitude x load x temperature(month) x humidity(month)``.
Each correction is a row ``kind:species`` of ``vehicle_corrections.csv``; ``technology`` names the
class of the condition (``below-10``, ``10-25``, ``above-25``). Kinds in :data:`BY_CLASS` are keyed
by vehicle class, the others by ``road-vehicle``.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from emisim.city import City
from emisim.convention import MONTHS
from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.vocabulary import SPECIES

CORRECTED = ("CO", "VOC", "NOx", "PM10", "PM2.5")
BY_CLASS = ("temperature", "altitude", "deterioration")
SHARED = "road-vehicle"
KEYS = ["process", "fuel", "technology", "standard"]
AT = [SPECIES.index(s) for s in CORRECTED]
Pair = tuple[np.ndarray, np.ndarray]


def bounds(name: str) -> tuple[float, float]:
    """Return the half-open range [low, high) that a condition class covers.

    Examples
    --------
    >>> bounds("20-30"), bounds("below-20"), bounds("above-80")
    ((20.0, 30.0), (-inf, 20.0), (80.0, inf))
    """
    first, _, second = name.rpartition("-")
    try:
        if first == "below":
            return -np.inf, float(second)
        if first == "above":
            return float(second), np.inf
        return float(first or second), float(second)
    except ValueError:
        msg = "a condition class must read 'low-high', 'below-x' or 'above-x'"
        raise InputError(msg, column="technology", value=name) from None


def condition(value: float, names: Iterable[str]) -> str:
    """Return the one of the class ``names`` that holds ``value``; a lone number is its own class.

    Raises
    ------
    InputError
        If no class or more than one holds the value.
    """
    good = sorted(set(names) - {""})
    ranges = [(n, *bounds(n)) for n in good]
    found = [n for n, low, high in ranges if low <= value < high or low == value == high]
    if len(found) != 1:
        msg = "no single condition class of the correction table holds this value"
        raise InputError(msg, value=value, allowed=good)
    return found[0]


def classes(table: Parameters, kind: str) -> set[str]:
    """Return the condition classes that ``table`` has for a kind of correction."""
    frame = table.frame
    return set(frame.loc[frame["parameter"].str.startswith(f"{kind}:"), "technology"]) - {""}


def lookup(rows: pd.DataFrame, kind: str, states: str | list[str], table: Parameters) -> Pair:
    """Return one correction (n, 5) for :data:`CORRECTED`, and whether it is assumed.

    Parameters
    ----------
    states
        Condition class, one for all rows or n of them.
    """
    keys = rows[KEYS].assign(technology=states)
    if kind not in BY_CLASS:
        keys["process"] = SHARED
    return table.match(keys, [f"{kind}:{s}" for s in CORRECTED], "fraction")


def road_speed(rows: pd.DataFrame, city: City) -> Pair:
    """Return the mean speed (n,) in km/h of each row's road class (``technology``), and status."""
    keys = rows[KEYS].assign(process="road", fuel="", standard="")
    speed, assumed = city.parameters("roads").match(keys, ["mean_speed"], "km/h")
    return speed[:, 0], assumed[:, 0]


def climate(city: City, name: str, unit: str) -> np.ndarray:
    """Return a monthly climate number (12,) of the city folder's ``climate.csv``."""
    table = city.parameters("climate")
    return np.array(
        [table.value(name, unit, process="climate", technology=f"{m:02d}") for m in MONTHS]
    )


def yearly(rows: pd.DataFrame, city: City, sulphur: np.ndarray, load: float | None) -> Pair:
    """Return the corrections that hold all year (n, 5) and whether any of them is assumed.

    Parameters
    ----------
    sulphur
        (n,) mg of sulphur per kg of fuel.
    load
        Load factor in %, or None to leave the load correction out.
    """
    table = city.factors["vehicle_corrections"]
    altitude = city.parameters("climate").value("altitude", "m", process="climate")
    speed, assumed_speed = road_speed(rows, city)
    states: dict[str, str | list[str]] = {
        "speed": _conditions(speed, table, "speed"),
        "sulphur": [f"{s:.6g}" for s in sulphur],
        "deterioration": _age_year(city.settings.base_year, table),
        "altitude": condition(altitude, classes(table, "altitude")),
    }
    if load is not None:
        states["load"] = condition(load, classes(table, "load"))
    found = [lookup(rows, kind, state, table) for kind, state in states.items()]
    assumed = np.any([a for _, a in found], axis=0) | assumed_speed[:, None]
    return np.prod([v for v, _ in found], axis=0), assumed


def monthly(rows: pd.DataFrame, city: City) -> Pair:
    """Return temperature x humidity corrections (n, 12, 5) and whether any is assumed (n, 5)."""
    table = city.factors["vehicle_corrections"]
    total = np.ones((len(rows), MONTHS.size, len(CORRECTED)))
    assumed = np.zeros((len(rows), len(CORRECTED)), dtype=bool)
    for kind, name, unit in (
        ("temperature", "temperature", "degC"),
        ("humidity", "relative_humidity", "%"),
    ):
        states = _conditions(climate(city, name, unit), table, kind)
        for state in sorted(set(states)):
            values, is_assumed = lookup(rows, kind, state, table)
            total[:, [s == state for s in states]] *= values[:, None]
            assumed |= is_assumed
    return total, assumed


def corrections(
    rows: pd.DataFrame, city: City, sulphur: np.ndarray, load: float | None = None
) -> Pair:
    """Return what multiplies the basic factors (n, 12, 10), and whether it is assumed (n, 10).

    Species that the guideline does not correct have 1. Arguments as :func:`yearly`.
    """
    year, assumed_year = yearly(rows, city, sulphur, load)
    month, assumed_month = monthly(rows, city)
    total = np.ones((len(rows), MONTHS.size, len(SPECIES)))
    total[..., AT] = year[:, None] * month
    assumed = np.zeros((len(rows), len(SPECIES)), dtype=bool)
    assumed[:, AT] = assumed_year | assumed_month
    return total, assumed


def _conditions(values: np.ndarray, table: Parameters, kind: str) -> list[str]:
    names = classes(table, kind)
    known = {v: condition(v, names) for v in set(values.tolist())}
    return [known[v] for v in values.tolist()]


def _age_year(base_year: int, table: Parameters) -> str:
    """Return the calendar year of the deterioration table nearest to ``base_year``."""
    years = [int(y) for y in classes(table, "deterioration")]
    return str(min(max(base_year, min(years)), max(years)))
