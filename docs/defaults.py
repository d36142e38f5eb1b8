"""Write the numbers of inputs/intake/defaults.csv that come from the shipped cities.

    python docs/defaults.py

A row whose ``basis`` is ``fuel``, ``technology`` or ``standard`` is the yearly activity of its
process and fuel (and technology or standard) in the shipped cities of its group, per head or per
hectare: the mean of the cities' numbers. Rows with the basis ``set`` stay as they are.
"""

from pathlib import Path

import pandas as pd

from emisim.city import City
from emisim.factors import Factors
from emisim.templates import rules
from emisim.units import factor

INPUTS = Path(__file__).parents[1] / "inputs"
DEFAULTS = INPUTS / "intake" / "defaults.csv"
SOIL = "soil-background"
"""The process of ammonia.csv whose activity is the area of cropland."""
DIGITS = "{:.4g}"


def read(path: Path) -> pd.DataFrame:
    """Return a table as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def quantities(city: City) -> dict[str, float]:
    """Return people, and hectares of land and cropland, of a city."""
    people = city.districts
    soil = read(city.folder / "ammonia.csv").query("process == @SOIL").iloc[0]
    of_people = ("population", "urban_population", "rural_population")
    return {
        **{name: float(people[name].sum()) for name in of_people},
        "land": float(people["area"].sum()) * factor("km2", "ha"),
        "cropland": float(soil["value"]) * factor(soil["unit"], "ha year"),
    }


def per_quantity(rows: pd.DataFrame, like: pd.Series, amount: float) -> float:
    """Return the sum of the activity ``rows`` that are ``like`` a default, by its quantity."""
    keys = ["process", "fuel"] + ([like["basis"]] if like["basis"] != "fuel" else [])
    same = rows[(rows[keys] == like[keys]).all(axis=1)]
    return float(same["value"].astype(float).sum()) / amount


def derived(like: pd.Series, found: dict[str, float], spread: tuple[float, float]) -> pd.Series:
    """Return a default with value, range and note from the numbers of the cities."""
    value = sum(found.values()) / len(found)
    low, high = spread[0] * min(found.values()), spread[1] * max(found.values())
    shown = ", ".join(f"{name} {DIGITS.format(number)}" for name, number in found.items())
    numbers = {k: DIGITS.format(v) for k, v in (("value", value), ("low", low), ("high", high))}
    note = f"{shown}; range {spread[0]:g} of the least to {spread[1]:g} of the greatest"
    return pd.Series({**like.to_dict(), **numbers, "note": note})


def main(path: Path = DEFAULTS) -> None:
    """Refresh the table."""
    factors, table = Factors(INPUTS / "factors"), read(path)
    numbers = rules.read(INPUTS)
    spread = (numbers.value("range_low"), numbers.value("range_high"))
    cities = [City.read(f, factors) for f in sorted((INPUTS / "cities").iterdir())]
    amounts = {city.settings.name: quantities(city) for city in cities}
    groups = {city.settings.name: rules.group(city.settings.composition) for city in cities}
    tables = {(c.settings.name, topic): read(c.folder / f"{topic}.csv")
              for c in cities for topic in table["topic"].unique()}  # fmt: skip
    rows = []
    for _, row in table.iterrows():
        if row["basis"] != "set":
            found = {
                name: per_quantity(tables[name, row["topic"]], row, amounts[name][row["per"]])
                for name in amounts if groups[name] == row["group"]
            }  # fmt: skip
            row = derived(row, found, spread)
        rows.append(row)
    pd.DataFrame(rows, columns=table.columns).to_csv(path, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
