"""Cities whose weather and emissions are known, to measure what weather normalisation is worth.

Concentrations fall with wind and mixing height and on days with rain, rise with winter emissions,
and carry a noise that no weather explains. From the first year to the second the emissions step
by a known factor and the weather shifts; the true effect of the weather is what the same
emissions give in both years.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from emisim.hindcast import forest
from emisim.tables import Parameters

FIRST_DAY, LAST_DAY = "2015-01-01", "2016-12-31"
COLUMNS = ("case", "weather", "found", "error", "skill")


@dataclass(frozen=True)
class Truth:
    """A made-up city: daily concentration, weather, and the true changes (logarithms)."""

    concentration: pd.Series
    weather: pd.DataFrame
    by_weather: float
    by_emissions: float


def city(p: Parameters, seed: int) -> Truth:
    """Return a made-up city; ``p`` holds the rows of process ``truth``."""

    def row(name: str, unit: str = "fraction") -> float:
        return p.value(name, unit, process="truth")

    rng = np.random.default_rng(seed)
    days = pd.date_range(FIRST_DAY, LAST_DAY, freq="D")
    second = (days.year == days.year.max()).astype(float)
    season = np.cos(2 * np.pi * (days.day_of_year.to_numpy() - 1) / forest.YEAR_DAYS)
    shift, step = rng.normal(0, [row("weather_change"), row("emission_change")])
    keep = row("persistence")
    wind = row("wind_mean", "m/s") * np.exp(row("wind_spread") * _course(rng, len(days), keep))
    layer = np.where(season > 0, row("layer_winter", "m"), row("layer_summer", "m"))
    mean = (row("layer_winter", "m") + row("layer_summer", "m")) / 2
    layer = mean + (row("layer_winter", "m") - row("layer_summer", "m")) / 2 * season
    layer = layer * np.exp(row("layer_spread") * _course(rng, len(days), keep))
    wind = wind * np.exp(-shift * second)
    rain = rng.random(len(days)) < row("rain_share")
    dilution = np.where(rain, row("rain_factor"), 1.0) / np.sqrt(wind * layer)
    emission = 1 + row("winter_emission") * season
    still = pd.Series(emission * dilution, days)
    noise = np.exp(row("noise") * _course(rng, len(days), keep))
    whole = still * np.exp(step * second) * noise
    scale = row("level", "ug/m3") / whole[second == 0].mean()
    weather = pd.DataFrame({"wind": wind, "layer": layer, "rain": rain.astype(float)}, days)
    return Truth(whole * scale, weather, forest.change(still), float(step))


def _course(rng: np.random.Generator, days: int, keep: float) -> np.ndarray:
    """Return a red noise (day,) of mean 0 and variance 1."""
    kicks = rng.normal(0, np.sqrt(1 - keep**2), days)
    out = np.empty(days)
    last = rng.normal()
    for i, kick in enumerate(kicks):
        last = keep * last + kick
        out[i] = last
    return out


def score(p: Parameters, seeds: Sequence[int]) -> pd.DataFrame:
    """Return true and found effect of the weather in made-up cities (columns :data:`COLUMNS`)."""
    s = forest.settings(p)
    rows = []
    for seed in seeds:
        known = city(p, seed)
        found = forest.normalise(known.concentration, known.weather, s)
        rows.append((seed, known.by_weather, found.weather, found.error, found.skill))
    return pd.DataFrame(rows, columns=list(COLUMNS))
