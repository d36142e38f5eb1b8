"""Weather normalisation: a random forest learns a species from weather and time, and is then
asked for the mean over the weather of other years (Grange et al. 2018; weather alone is drawn,
from the same time of year, as in Vu et al. 2019).

The change of the normalised means is what emissions (of city and region) did; what the weather
that was would have changed in the forest is the effect of the weather. Needs scikit-learn:
``pip install emisim[hindcast]``.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from emisim.errors import InputError
from emisim.tables import Parameters

YEAR_DAYS = 365.25
LEAST_DAYS = 300
"""Days that a year must have to be normalised; HJ 663-2013 asks 324 of a valid annual mean."""


@dataclass(frozen=True)
class Settings:
    """Numbers of the forest, rows of ``hindcast.csv``."""

    trees: int
    leaf: int
    features: float
    window: float
    draws: int
    block: int
    resamples: int
    seed: int = 0


@dataclass(frozen=True)
class Normalised:
    """What the forest says of two years.

    Parameters
    ----------
    series
        Normalised daily means (day,), ug/m3.
    emissions
        Logarithm of the change of the normalised mean.
    weather
        What the forest, of days it was not grown on, makes of the weather that was, less this.
    error
        Standard error of the emissions, from forests on resampled blocks of days.
    skill
        Share of the daily variance explained on blocks of days left out.
    """

    series: pd.Series
    emissions: float
    weather: float
    error: float
    skill: float


def settings(p: Parameters, seed: int = 0) -> Settings:
    """Return the settings from the rows of process ``forest``."""

    def row(name: str, unit: str = "fraction") -> float:
        return p.value(name, unit, process="forest")

    return Settings(
        int(row("trees")), int(row("leaf")), row("features"), row("window", "d"),
        int(row("draws")), int(row("block", "d")), int(row("resamples")), seed,
    )  # fmt: skip


def regressor(s: Settings, seed: int) -> Any:
    """Return an unfitted forest.

    Raises
    ------
    InputError
        If scikit-learn is not installed.
    """
    try:
        from sklearn.ensemble import RandomForestRegressor
    except ImportError:
        msg = "weather normalisation needs scikit-learn"
        raise InputError(msg, value="sklearn", hint="pip install 'emisim[hindcast]'") from None
    return RandomForestRegressor(
        n_estimators=s.trees, min_samples_leaf=s.leaf, max_features=s.features,
        oob_score=True, random_state=seed, n_jobs=1,
    )  # fmt: skip


def normalise(concentration: pd.Series, weather: pd.DataFrame, s: Settings) -> Normalised:
    """Separate the change between two calendar years into weather and emissions.

    Parameters
    ----------
    concentration
        Daily means (day,), ug/m3, DatetimeIndex over two calendar years; gaps are left out.
    weather
        Daily weather (day, variable), any variables: wind speed, its components, temperature,
        humidity, pressure, rain, mixing height.

    Raises
    ------
    InputError
        If the days are not two years with enough days of both tables, or scikit-learn is missing.
    """
    table = joined(concentration, weather)
    days = pd.DatetimeIndex(table.index)
    time = clock(days)
    x = pd.concat([table.drop(columns="y"), time], axis=1)
    y, names = table["y"], [str(name) for name in weather]
    chosen = matching_days(days, s)
    grown = fit(x, y, s, s.seed)
    series = mean_over_weather(grown, x, names, chosen)
    seen = pd.Series(grown.oob_prediction_, x.index)
    blocks = np.arange(len(y)) // s.block
    rng = np.random.default_rng(s.seed)
    changes = [change(_resampled(x, y, names, chosen, blocks, s, rng)) for _ in range(s.resamples)]
    emissions = change(series)
    return Normalised(
        series, emissions, change(seen) - emissions, float(np.std(changes, ddof=1)),
        skill(x, y, blocks, s),
    )  # fmt: skip


def joined(concentration: pd.Series, weather: pd.DataFrame) -> pd.DataFrame:
    """Return days that have the species (column ``y``) and all the weather.

    Raises
    ------
    InputError
        If these are not two calendar years of at least :data:`LEAST_DAYS` days.
    """
    table = weather.assign(y=concentration).dropna().sort_index()
    count = table.groupby(pd.DatetimeIndex(table.index).year).size()
    if len(count) != 2 or (count < LEAST_DAYS).any():
        msg = "weather normalisation needs two calendar years of days with species and weather"
        have = ", ".join(f"{year}: {days} days" for year, days in count.items())
        raise InputError(msg, value=have or "no day", hint=f"at least {LEAST_DAYS} days in each")
    return table


def clock(days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the variables of time: trend in years, day of the year, day of the week."""
    return pd.DataFrame(
        {"trend": (days - days[0]).days / YEAR_DAYS, "day_of_year": days.day_of_year,
         "weekday": days.day_of_week}, index=days,
    )  # fmt: skip


def fit(x: pd.DataFrame, y: pd.Series, s: Settings, seed: int) -> Any:
    """Return the forest grown on days ``x`` (day, variable) and ``y`` (day,)."""
    return regressor(s, seed).fit(x.to_numpy(float), y.to_numpy(float))


def matching_days(days: pd.DatetimeIndex, s: Settings) -> np.ndarray:
    """Return for every day the positions of days whose weather it may have (day, draw).

    Half of the draws come from either year, so that both years see the same weather.
    """
    rng = np.random.default_rng(s.seed)
    position, year = days.day_of_year.to_numpy(), days.year.to_numpy()
    gap = np.abs(position[:, None] - position[None, :])
    near = np.minimum(gap, YEAR_DAYS - gap) <= s.window
    half = s.draws // 2
    parts = [
        np.stack([rng.choice(np.flatnonzero(row & (year == y)), half) for row in near])
        for y in np.unique(year)
    ]
    return np.concatenate(parts, axis=1)


def mean_over_weather(
    forest: Any, x: pd.DataFrame, weather: list[str], chosen: np.ndarray
) -> pd.Series:
    """Return the mean prediction of every day over the weather of its ``chosen`` days."""
    values = x.to_numpy(float)
    columns = np.flatnonzero(x.columns.isin(weather))
    mixed = np.repeat(values, chosen.shape[1], axis=0)
    mixed[:, columns] = values[np.ix_(chosen.ravel(), columns)]
    guess = forest.predict(mixed).reshape(chosen.shape)
    return pd.Series(guess.mean(axis=1), x.index)


def change(series: pd.Series) -> float:
    """Return the logarithm of the mean of the second year over that of the first."""
    means = series.groupby(pd.DatetimeIndex(series.index).year).mean()
    return float(np.log(means.iloc[1] / means.iloc[0]))


def _resampled(x: pd.DataFrame, y: pd.Series, weather: list[str], chosen: np.ndarray,
               blocks: np.ndarray, s: Settings, rng: np.random.Generator) -> pd.Series:  # fmt: skip
    """Return the normalised series of a forest on blocks drawn with replacement."""
    drawn = rng.choice(np.unique(blocks), len(np.unique(blocks)))
    rows = np.concatenate([np.flatnonzero(blocks == b) for b in drawn])
    forest = fit(x.iloc[rows], y.iloc[rows], s, int(rng.integers(2**31)))
    return mean_over_weather(forest, x, weather, chosen)


def skill(x: pd.DataFrame, y: pd.Series, blocks: np.ndarray, s: Settings) -> float:
    """Return the share of variance explained on every second block by the forest of the others."""
    held = blocks % 2 == 1
    guess = fit(x[~held], y[~held], s, s.seed).predict(x[held].to_numpy(float))
    seen = y[held].to_numpy()
    return float(1 - ((seen - guess) ** 2).sum() / ((seen - seen.mean()) ** 2).sum())
