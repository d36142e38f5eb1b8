"""Values of targets with their units, as figures and pages print them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from emisim import units
from emisim.figures.language import MINUS, concentration, mass, percent, significant, term
from emisim.target_model import DAYS

MISSED = "not met"
CLOSER = (1, 2, 3)
"""Decimals that are tried until a value differs from its goal."""


def is_change(row: Mapping[str, Any]) -> bool:
    """Tell whether a verdict row's value is a change since the base year, not a level."""
    return str(row["metric"]).endswith("_change")


def amount(value: float, unit: str, *, change: bool = True) -> str:
    """Return a value with its unit; a percentage that is a change carries its sign.

    Examples
    --------
    >>> amount(-14.2, "%"), amount(35.0, "ug/m3"), amount(80, "%", change=False)
    ('–14%', '35.0 µg/m³', '80%')
    """
    if unit == "%":
        return percent(value * units.factor("%", "fraction"), signed=change)
    return f"{concentration(value)} {term(unit, 'en')}"


def shown(row: pd.Series, column: str = "value") -> str:
    """Return a number of a verdict row with its unit; shares of days with one decimal.

    Examples
    --------
    >>> shown(pd.Series({"value": 72.14, "unit": "%", "metric": "good_days"}))
    '72.1%'
    >>> shown(pd.Series({"value": 6.4372, "unit": "1", "metric": "composite_index"}))
    '6.44'
    """
    value, unit = row[column], row["unit"]
    if row["metric"] in DAYS and unit == "%":
        return f"{value:.1f}%"
    if unit == "1":
        return f"{value:.0f}" if str(row["metric"]).endswith("_rank") else f"{value:.2f}"
    return amount(value, unit, change=is_change(row))


def number(row: pd.Series) -> str:
    """Return the value of a verdict row as :func:`shown`, without the unit of a concentration.

    A goal that is missed by less than the printed digits tell gets more of them.

    Examples
    --------
    >>> row = {"value": 59.04, "unit": "ug/m3", "metric": "concentration", "target_value": 57.0}
    >>> number(pd.Series(row))
    '59.0'
    >>> number(pd.Series(row | {"target_value": 59.0, "verdict": "not met"}))
    '59.04'
    """
    text = shown(row)
    near = row.get("verdict") == MISSED and text == shown(row, "target_value")
    exact = next((d for d in CLOSER if round(row["value"] - row["target_value"], d)), 0)
    if near and exact and row["unit"] in ("%", "ug/m3"):
        text = f"{row['value']:.{exact}f}{'%' if row['unit'] == '%' else ''}".replace("-", MINUS)
    return text.removesuffix(f" {term('ug/m3', 'en')}")


def spread(row: pd.Series) -> str:
    """Return the range of a verdict row's value in brackets, nothing where it has none.

    Examples
    --------
    >>> row = {"value": 72.1, "value_low": 69.0, "value_high": 75.5, "unit": "%"}
    >>> spread(pd.Series(row | {"metric": "good_days"}))
    ' (69.0%–75.5%)'
    """
    if pd.isna(row.get("value_low")) or pd.isna(row.get("value_high")):
        return ""
    return f" ({shown(row, 'value_low')}–{shown(row, 'value_high')})"


def level(row: pd.Series, lang: str) -> str:
    """Return the level of the base year with its unit, a dash where it is not known.

    Examples
    --------
    >>> level(pd.Series({"base_value": 37.0, "base_unit": "ug/m3"}), "en")
    '37.0 µg/m³'
    >>> days = {"base_value": 0.6849, "base_unit": "fraction", "metric": "good_days"}
    >>> level(pd.Series(days), "en")
    '68.5%'
    """
    value, unit = row.get("base_value"), row.get("base_unit")
    if pd.isna(value) or pd.isna(unit) or not unit:
        return "–"
    if unit in ("fraction", "%"):
        part = value * units.factor(unit, "fraction")
        return f"{100 * part:.1f}%" if row.get("metric") in DAYS else percent(part)
    if unit == "t":
        return mass(value, lang)
    if unit == "ug/m3":
        return amount(value, unit)
    return significant(value) if unit == "1" else f"{significant(value)} {term(unit, lang)}"


def goal(row: pd.Series) -> str:
    """Return the goal of a verdict row; at 0 the direction is written, too.

    Examples
    --------
    >>> row = {"target_value": 0.0, "unit": "%", "comparison": "at most", "metric": "coal_change"}
    >>> goal(pd.Series(row))
    '≤ 0%'
    """
    text = shown(row, "target_value")
    if row["target_value"]:
        return text
    return f"{'≤' if row['comparison'] == 'at most' else '≥'} {text}"
