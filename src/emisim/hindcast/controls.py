"""The change that a city shares with its neighbours: a synthetic control.

Weights that are positive and sum to 1 make of the neighbours a city whose logarithms of monthly
means follow those of the city in the base year, but for a constant factor (Abadie et al. 2010;
with the intercept of Doudchenko and Imbens 2016). What it does in the later year is what weather
and region did; the error is what the same procedure gives for every neighbour, where it should
give nothing but their own affairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from emisim.errors import InputError, require_known

LEAST_WEIGHT = 0.01
"""A neighbour with less weight makes no difference."""


@dataclass(frozen=True)
class Control:
    """A city and its synthetic control.

    Parameters
    ----------
    city
        Name.
    weights
        Weight (neighbour,), sum 1.
    misfit
        Root mean square of the difference of logarithms in the base year.
    shared
        Logarithm of the later over the base-year annual mean of the synthetic city.
    observed
        The same of the city itself.
    series
        Monthly means of the synthetic city, ug/m3.
    """

    city: str
    weights: pd.Series
    misfit: float
    shared: float
    observed: float
    series: pd.Series

    @property
    def own(self) -> float:
        """The part of the change that the neighbours do not share (logarithm)."""
        return self.observed - self.shared


def weigh(target: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return weights (k,) >= 0, sum 1, that bring ``others`` (n, k) closest to ``target`` (n,).

    Both are taken from their mean: a constant difference is free.
    """
    from scipy.optimize import minimize

    y, x = target - target.mean(), others - others.mean(axis=0)
    count = x.shape[1]
    found = minimize(
        lambda w: float(((y - x @ w) ** 2).sum()),
        np.full(count, 1 / count),
        jac=lambda w: -2 * x.T @ (y - x @ w),
        bounds=[(0, 1)] * count,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(count)},
        method="SLSQP",
    )
    weights = np.clip(found.x, 0, None)
    return weights / weights.sum()


def synthetic(monthly: pd.DataFrame, city: str, pool: Sequence[str]) -> Control:
    """Return the synthetic control of ``city`` from the cities of ``pool``.

    Parameters
    ----------
    monthly
        Monthly means (month, city), ug/m3, two calendar years; the weights come from the first.
    pool
        Neighbours, at least two.

    Raises
    ------
    InputError
        If a city is not in the table, a value is not positive, or the pool is too small.
    """
    require_known([city, *pool], list(monthly), "city")
    if len(pool) < 2:
        msg = "a synthetic control needs at least two neighbours"
        raise InputError(msg, value=", ".join(pool), hint="add monthly rows of more cities")
    table = monthly[[city, *pool]]
    if (table <= 0).any(axis=None):
        bad = table.columns[(table <= 0).any()][0]
        msg = "a monthly mean is not positive"
        raise InputError(msg, column=bad, value=float(table[bad].min()), hint="leave it empty")
    logs = table.map(np.log)
    year = pd.PeriodIndex(monthly.index).year
    base = year == year.min()
    weights = weigh(logs.loc[base, city].to_numpy(), logs.loc[base, list(pool)].to_numpy())
    line = logs[list(pool)] @ weights
    shift = (logs.loc[base, city] - line[base]).mean()
    rest = logs.loc[base, city] - line[base] - shift
    series = pd.Series(np.exp((line + shift).to_numpy()), monthly.index)
    return Control(
        city, pd.Series(weights, list(pool)), float(np.sqrt((rest**2).mean())),
        year_change(series), year_change(table[city]), series,
    )  # fmt: skip


def year_change(series: pd.Series) -> float:
    """Return the logarithm of the second over the first annual mean of monthly means."""
    index = pd.PeriodIndex(series.index)
    days, year = index.days_in_month.to_numpy(), index.year.to_numpy()
    first, second = (
        np.average(series[year == y], weights=days[year == y]) for y in np.unique(year)
    )
    return float(np.log(second / first))


def placebos(monthly: pd.DataFrame, pool: Sequence[str]) -> list[Control]:
    """Return the synthetic control of every city of ``pool`` from the others of it."""
    return [synthetic(monthly, city, [n for n in pool if n != city]) for city in pool]


def choices(monthly: pd.DataFrame, control: Control) -> pd.Series:
    """Return what is shared (logarithm) by other choices of neighbours: how far it hangs on one.

    All neighbours with equal weights, and the synthetic control without each neighbour that has
    a weight of 1 % or more.
    """
    pool = [str(name) for name in control.weights.index]
    found = {"all of them": control.shared}
    even = np.exp(monthly[pool].map(np.log).mean(axis=1).to_numpy())
    found["all with equal weights"] = year_change(pd.Series(even, monthly.index))
    for name in pool:
        if control.weights[name] >= LEAST_WEIGHT:
            rest = [n for n in pool if n != name]
            found[f"without {name}"] = synthetic(monthly, control.city, rest).shared
    return pd.Series(found)


def error(control: Control, others: Sequence[Control], limit: float) -> float:
    """Return the root mean square of what the placebos call their own (logarithm).

    A placebo whose misfit is above ``limit`` times that of ``control`` is left out, unless none
    remains.
    """
    close = [p for p in others if p.misfit <= limit * control.misfit] or list(others)
    return float(np.sqrt(np.mean([p.own**2 for p in close])))


def rank(control: Control, others: Sequence[Control]) -> float:
    """Return the share of all cities whose own part is at least as large: the placebo test."""
    sizes = [abs(p.own) for p in (*others, control)]
    return float(np.mean([size >= abs(control.own) for size in sizes]))


def apart(control: Control, seen: pd.Series, error: float) -> tuple[list[int], list[int]]:
    """Return the months of the later year when the city lies above and below its control.

    Parameters
    ----------
    seen
        Monthly means of the city, as ``control.series``.
    error
        Standard error of what is shared; a month lies apart beyond twice this.
    """
    gap = np.log((seen / control.series).to_numpy())
    index = pd.PeriodIndex(seen.index)
    later = index.year == index.year.max()
    above, below = later & (gap > 2 * error), later & (gap < -2 * error)
    return index.month[above].tolist(), index.month[below].tolist()
