"""AQI, good days and composite index of ten years in 340 cities, against a loop over days.

Part of make bench. The loop computes the same numbers for a few cities, and they are compared.
"""

import math

import numpy as np
import pandas as pd
import xarray as xr
from bench import best, processor, show

from emisim.indices import evaluation, standards
from emisim.indices.standards import SPECIES, InForce, Standards

CITIES, LOOPED, YEARS = 340, 2, range(2017, 2027)
TYPICAL = (12.0, 30.0, 70.0, 40.0, 0.9, 90.0)
GAPS = 0.01


def made(cities: int) -> xr.DataArray:
    """Daily values of random cities with gaps; the standard changes in the last year."""
    days = pd.date_range(f"{YEARS[0]}-01-01", f"{YEARS[-1]}-12-31")
    rng = np.random.default_rng(0)
    values = rng.gamma(3.0, 1 / 3.0, (cities, days.size, len(SPECIES))) * TYPICAL
    values[rng.random(values.shape) < GAPS] = np.nan
    places = [f"city {i}" for i in range(cities)]
    coords = {"place": places, "day": days, "species": list(SPECIES)}
    return xr.DataArray(values, coords, ("place", "day", "species"))


def assessed(concentration: xr.DataArray, all_: Standards) -> list[xr.Dataset]:
    """Assess every year."""
    return [evaluation.annual(concentration, all_, year) for year in YEARS]


def iaqi(value: float, points: list[float], indices: list[float], unit: float) -> int:
    """One sub-index with the formula of the standard, in whole steps of the unit."""
    step = round(round(value * unit, 9))
    for i in range(1, len(points)):
        if step <= points[i] * unit:
            low, high = points[i - 1] * unit, points[i] * unit
            rise = indices[i] - indices[i - 1]
            return math.ceil(rise * (step - low) / (high - low)) + int(indices[i - 1])
    return int(indices[-1])


def percentile(values: list[float], percent: float) -> float:
    """Percentile at position 1 + (n - 1) p."""
    ordered = sorted(values)
    position = (len(ordered) - 1) * percent / 100
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (position - low) * (ordered[high] - ordered[low])


def looped_year(rows: list[list[float]], days: list[pd.Timestamp], all_: Standards) -> tuple:
    """Good days, counted days and composite index of one city and year, day by day."""
    good = counted = 0
    spans = [(end, points(now)) for _, end, now in all_.between(days[0], days[-1])]
    for day, row in zip(days, rows, strict=True):
        if any(math.isnan(v) for v in row):
            continue
        counted += 1
        tables = next(t for end, t in spans if day <= end)
        found = [iaqi(v, *t) for v, t in zip(row, tables, strict=True)]
        good += max(found) <= 100
    now = all_.on(days[-1])
    index = 0.0
    for s, name in enumerate(SPECIES):
        known = [row[s] for row in rows if not math.isnan(row[s])]
        if now.rule("takes_percentile", name):
            value = percentile(known, now.rule("percentile", name, "8h" if name == "O3" else "24h"))
        else:
            value = sum(known) / len(known)
        digits = int(now.rule("report_decimals", name))
        index += round(value, digits) / now.rules("denominator")[s]
    return good, counted, round(index, 2)


def points(now: InForce) -> list[tuple]:
    """Breakpoints of the six pollutants as lists."""
    return [
        (*(a.tolist() for a in now.breakpoints(s, "8h" if s == "O3" else "24h")),
         10.0 ** now.rule("decimals", s))
        for s in SPECIES
    ]  # fmt: skip


def looped(concentration: xr.DataArray, all_: Standards) -> list[list[tuple]]:
    """The same numbers by a loop over years, cities and days."""
    out = []
    for year in YEARS:
        part = evaluation.within(concentration, f"{year}-01-01", f"{year}-12-31")
        days = list(pd.DatetimeIndex(part["day"].values))
        out.append([looped_year(rows, days, all_) for rows in part.values.tolist()])
    return out


def main() -> None:
    """Print the ratio."""
    all_ = standards.read()
    many = made(CITIES)
    few = many.isel(place=slice(LOOPED))
    plain = looped(few, all_)
    for year, found in zip(plain, assessed(few, all_), strict=True):
        for name, place in (("good_days", 0), ("counted_days", 1), ("composite_index", 2)):
            np.testing.assert_allclose(found[name].values, [city[place] for city in year])
    ours = best(lambda: assessed(many, all_))
    loop = best(lambda: looped(few, all_), repeats=1) * CITIES / LOOPED
    what, other = f"indices of {CITIES} cities, {len(YEARS)} years", f"a loop over {LOOPED} cities"
    show(what, ours, loop, other)
    ours = processor(lambda: assessed(many, all_))
    loop = processor(lambda: looped(few, all_), repeats=1) * CITIES / LOOPED
    show("  processor time", ours, loop, "the same")


if __name__ == "__main__":
    main()
