"""The hindcast of one plan: forecast, outcome, and the parts of what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim import tables
from emisim.hindcast import controls, effects, records, separation
from emisim.hindcast.controls import Control
from emisim.hindcast.effects import Effects
from emisim.hindcast.separation import Part
from emisim.indices import days
from emisim.indices.standards import Standards
from emisim.tables import Parameters

SPECIES = "PM2.5"
PARTICLES = ("PM2.5", "PM10")


@dataclass(frozen=True)
class Tables:
    """The tables that a hindcast rests on."""

    numbers: Parameters
    air: Parameters
    neighbours: pd.DataFrame
    outcomes: pd.DataFrame
    remarks: pd.DataFrame
    sources: Mapping[str, str]


@dataclass(frozen=True)
class Region:
    """What a city shares with its neighbours, and how it divides.

    Parameters
    ----------
    control
        The synthetic control of the city.
    placebos
        Those of the neighbours.
    error
        Standard error of what is shared (logarithm).
    shared, weather, emissions
        What is shared; the weather and the emissions of the region in it.
    """

    control: Control
    placebos: Sequence[Control]
    error: float
    shared: Part
    weather: Part
    emissions: Part


@dataclass(frozen=True)
class Hindcast:
    """Forecast, outcome and parts of one species in one city (logarithms)."""

    effects: Effects
    forecast: Sequence[Part]
    expected: Part
    observed: Part
    parts: Sequence[Part]


def read_tables(inputs: Path) -> Tables:
    """Return the tables of ``inputs``.

    Raises
    ------
    InputError
        For faults of a table.
    """
    sources = tables.read_sources(inputs / "sources.csv")
    folder = inputs / "hindcast"
    return Tables(
        tables.read_parameters(folder / "hindcast.csv", sources),
        tables.read_parameters(inputs / "factors" / "air.csv", sources),
        records.read_neighbours(folder / "neighbours.csv", sources),
        records.read_outcomes(folder / "outcomes.csv", sources),
        records.read_remarks(folder / "remarks.csv", sources),
        sources,
    )


def coverage(p: Parameters) -> float:
    """Return the half width of a range in standard deviations."""
    return p.value("coverage", "fraction", process="range")


def region(t: Tables, city: str, years: tuple[int, int]) -> Region:
    """Return what ``city`` shares with the neighbours that have monthly means."""
    p = t.numbers
    monthly = records.monthly(t.neighbours, SPECIES, years)
    pool = [str(name) for name in monthly if name != city]
    control = controls.synthetic(monthly, city, pool)
    placebos = controls.placebos(monthly, pool)
    limit = p.value("misfit_limit", "fraction", process="controls")
    error = controls.error(control, placebos, limit)
    weather, emissions = separation.split(
        control.shared, error,
        (0.0, p.value("spread", "fraction", process="weather-year")),
        (float(np.log1p(p.value("emission_change", "fraction", process="region"))),
         p.value("emission_spread", "fraction", process="region")),
    )  # fmt: skip
    width = coverage(p)
    return Region(
        control, placebos, error,
        separation.spread("shared with the neighbours", control.shared, error, width),
        separation.spread("weather", *weather, width),
        separation.spread("emissions of the region", *emissions, width),
    )  # fmt: skip


def observed_change(t: Tables, city: str, years: tuple[int, int], item: str) -> Part | None:
    """Return the logarithm of the observed change with the range of both means, or None."""
    first, second = (records.outcome(t.outcomes, city, year, item) for year in years)
    if first is None or second is None:
        return None
    value = float(np.log(second["value"] / first["value"]))
    width = float(np.hypot(*(np.log(r["high"] / r["value"]) for r in (first, second))))
    return Part("observed", value, value - width, value + width)


def hindcast(t: Tables, data: xr.Dataset, city: str, years: tuple[int, int],
             around: Region) -> Hindcast:  # fmt: skip
    """Return the hindcast of PM2.5 in ``city``.

    Parameters
    ----------
    data
        Concentrations of the plan, of :func:`emisim.hindcast.effects.read`.
    around
        Of :func:`region`.
    """
    found = effects.of(data, t.air, SPECIES, years[0])
    forecast = ahead(t, found)
    seen = observed_change(t, city, years, SPECIES)
    if seen is None:
        raise LookupError(city)
    parts = separation.separate(
        [found.growth, found.plan], found.share, around.shared, around.weather, seen.value
    )
    return Hindcast(found, forecast, separation.together("forecast", forecast), seen, parts)


def ahead(t: Tables, found: Effects, species: str = SPECIES) -> list[Part]:
    """Return the parts of the forecast made before the year."""
    spread = t.numbers.value("spread", "fraction", process="weather-year")
    weather = separation.spread("weather, unseen", 0.0, spread, coverage(t.numbers))
    return effects.forecast(found, effects.prior_background(t.air, species), weather)


def good_days(
    concentration: xr.DataArray, data: xr.Dataset, forecast: Part, standards: Standards
) -> pd.Series:
    """Return the change of the good days of the base year by the plan, in days.

    Parameters
    ----------
    concentration
        Daily observations of the base year (place, day, species).
    data
        Concentrations of the plan.
    forecast
        Forecast of PM2.5; its range moves PM2.5 and PM10 of every season alike.

    Returns
    -------
    ``base`` (days counted), then the changes ``expected``, ``low`` and ``high`` (most and fewest
    particles).
    """
    season = data["by_area_season"].sel(area=effects.CITY, drop=True)
    factor = season.sel(scenario=[effects.BASE, effects.EXPECTED])
    factor = factor / season.sel(scenario=effects.BASE, drop=True)
    plan = factor.sel(scenario=effects.EXPECTED, drop=True)
    moved = {"base": factor.sel(scenario=effects.BASE, drop=True), "expected": plan}
    for name, end in (("low", forecast.high), ("high", forecast.low)):
        particles = plan["species"].isin(PARTICLES)
        moved[name] = plan * xr.where(particles, np.exp(end - forecast.value), 1.0)
    counts = {
        name: float(days.respond(concentration, f, standards)["good_days"].sum())
        for name, f in moved.items()
    }
    return pd.Series({n: c - (counts["base"] if n != "base" else 0) for n, c in counts.items()})
