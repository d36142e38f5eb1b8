"""Values of targets with their units, as figures and pages print them."""

import pandas as pd

from emisim import units
from emisim.figures.language import concentration, percent, term


def is_change(row: pd.Series) -> bool:
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


def goal(row: pd.Series) -> str:
    """Return the goal of a verdict row; at 0 the direction is written, too.

    Examples
    --------
    >>> row = {"target_value": 0.0, "unit": "%", "comparison": "at most", "metric": "coal_change"}
    >>> goal(pd.Series(row))
    '≤ 0%'
    """
    text = amount(row["target_value"], row["unit"], change=is_change(row))
    if row["target_value"]:
        return text
    return f"{'≤' if row['comparison'] == 'at most' else '≥'} {text}"
