"""What the concentrations of a plan say: growth without it, its effect, the background share."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim.air import background
from emisim.errors import InputError, require_known
from emisim.hindcast.separation import Part
from emisim.tables import Parameters
from emisim.transport.emissions import season_days

CITY = "city"
BASE, REFERENCE, STATED, EXPECTED = "base", "reference", "stated", "expected"
NEEDED = (BASE, REFERENCE, STATED, EXPECTED)
FINE = ("SO4", "NO3", "NH4", "POA", "SOA", "EC", "other", "unattributed")
MEMBERS: Mapping[str, tuple[str, ...]] = {
    "PM2.5": FINE,
    "PM10": (*FINE, "coarse"),
    "SO2": ("SO2",),
    "NO2": ("NO2",),
}
"""Species -> the responses that add to it."""


@dataclass(frozen=True)
class Effects:
    """What the toolkit says of one species in a city.

    Parameters
    ----------
    levels
        Annual mean by scenario, ug/m3.
    growth
        Plan year without the plan, against the base; range over the ways of the background.
    plan
        The plan as expected, against the plan year without it; the range runs from the plan in
        full at the most local background to nothing done.
    share
        Background share of the base (plain number), from ``air.csv``.
    """

    levels: Mapping[str, float]
    growth: Part
    plan: Part
    share: Part


def read(path: str | Path) -> xr.Dataset:
    """Return the concentrations of a plan (``air.nc``).

    Raises
    ------
    InputError
        If the file is not there, or lacks what this module reads.
    """
    path = Path(path)
    if not path.is_file():
        msg = "the concentrations of the plan are not there"
        raise InputError(msg, file=path, hint="run `make run` first")
    with xr.open_dataset(path) as data:
        found = data.load()
    for name in ("by_area", "by_way", "observed"):
        if name not in found:
            msg = f"the file has no {name}: it was made by an older version"
            raise InputError(msg, file=path, hint="run `make run` again")
    require_known(NEEDED, found["scenario"].values.tolist(), "scenario", file=path)
    return found


def of(data: xr.Dataset, air: Parameters, species: str, year: int) -> Effects:
    """Return what the toolkit says of ``species`` at the city.

    Parameters
    ----------
    data
        Of :func:`read`.
    air
        ``inputs/factors/air.csv``: background shares.
    year
        Base year, for the days of the seasons.
    """
    at = {"area": CITY, "species": species}
    levels = data["by_area"].sel(at).to_series()
    ways = xr.apply_ufunc(np.log, data["by_way"].sel(at).astype(float))
    growth = ways.sel(scenario=REFERENCE) - ways.sel(scenario=BASE)
    stated, expected = (float(np.log(levels[s] / levels[REFERENCE])) for s in (STATED, EXPECTED))
    full = ways.sel(scenario=STATED) - ways.sel(scenario=REFERENCE)
    ends = (float(full.min()), 0.0, stated, expected)
    return Effects(
        {name: float(levels[name]) for name in NEEDED},
        _ranged("growth without the plan", float(np.log(levels[REFERENCE] / levels[BASE])),
                growth.values),
        Part("plan, as expected", expected, min(ends), max(ends)),
        background_share(data, air, species, year),
    )  # fmt: skip


def _ranged(name: str, value: float, values: np.ndarray) -> Part:
    return Part(name, value, min(value, float(values.min())), max(value, float(values.max())))


def background_share(data: xr.Dataset, air: Parameters, species: str, year: int) -> Part:
    """Return the share of the background in the annual mean of the base (plain number).

    Ammonium, which follows sulfate and nitrate, takes the share of their sum.
    """
    members = list(MEMBERS[species])
    days = season_days(year)
    mean = data["observed"].sel(area=CITY).weighted(days).mean("season")
    shares = {
        bound: with_ammonium(background.shares(air, bound), mean)
        for bound in ("value", "low", "high")
    }
    mass = mean.sel(response=members)
    value, low, high = (
        float((mass * s.sel(response=members)).sum() / mass.sum()) for s in shares.values()
    )
    return Part("background share", value, low, high)


def components(data: xr.Dataset, air: Parameters, year: int) -> pd.DataFrame:
    """Return mass (ug/m3) and background share with its range of every component of PM2.5."""
    mean = data["observed"].sel(area=CITY).weighted(season_days(year)).mean("season")
    columns = {"mass, ug/m3": mean.sel(response=list(FINE)).values}
    for bound in ("value", "low", "high"):
        share = with_ammonium(background.shares(air, bound), mean).sel(response=list(FINE))
        columns["share" if bound == "value" else bound] = share.values
    return pd.DataFrame(columns, index=pd.Index(FINE, name="component"))


def with_ammonium(shares: xr.DataArray, mean: xr.DataArray) -> xr.DataArray:
    """Return background shares (response,) with that of ammonium from sulfate and nitrate."""
    acids = {"response": ["SO4", "NO3"]}
    mass = mean.sel(acids)
    found = shares.copy()
    found.loc[{"response": "NH4"}] = float((mass * shares.sel(acids)).sum() / mass.sum())
    return found


def forecast(effects: Effects, neighbours: Part, weather: Part) -> list[Part]:
    """Return the parts of the forecast before the year: plan, neighbours and weather unseen.

    Parameters
    ----------
    neighbours
        Prior change of the background (logarithm), as ``background_change`` of ``air.csv``.
    weather
        Prior effect of the weather of one year.
    """
    low = effects.share.value * neighbours.low
    high = effects.share.value * neighbours.high
    held = Part("background, prior", effects.share.value * neighbours.value, low, high)
    return [effects.growth, effects.plan, held, weather]


def prior_background(air: Parameters, species: str) -> Part:
    """Return ``background_change`` of ``air.csv`` as logarithms; of PM2.5 that of sulfate."""
    name = {"PM2.5": "SO4", "PM10": "coarse"}.get(species, species)
    row = air.row("background_change", process=name)
    if row is None:
        msg = "no row gives background_change"
        raise InputError(msg, file=air.path, value=name, hint="add the row")
    return Part("background", *(float(np.log1p(row[c])) for c in ("value", "low", "high")))
