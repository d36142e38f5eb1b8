"""How a year's activity spreads over the months: by a named profile, or by heating degree days."""

from calendar import monthrange

import numpy as np
import pandas as pd

from emisim.city import City
from emisim.convention import MONTHS
from emisim.errors import InputError
from emisim.factors import DEGREE_DAYS
from emisim.sectors._corrections import climate


def degree_days(city: City) -> np.ndarray:
    """Return heating degree days (12,) of the city's heating months, in K day.

    ``max(0, T0 - T)`` times the days of the month, with T the month's mean temperature in
    ``climate.csv`` and T0 the base temperature in ``combustion.csv``. A city without heating months
    has those of the whole year.

    Raises
    ------
    InputError
        If it is never colder than the base temperature.
    """
    base = city.factors["combustion"].value("base_temperature", "degC", process=DEGREE_DAYS)
    cold = np.maximum(0, base - climate(city, "temperature", "degC"))
    days = np.array([monthrange(city.settings.base_year, month)[1] for month in MONTHS.tolist()])
    season = city.settings.heating_months or tuple(MONTHS)
    found = cold * days * np.isin(MONTHS, season)
    if not found.sum() > 0:
        message = f"no month of the heating season is colder than {base:g} degC"
        hint = "correct the temperatures, or heating_months in city.yaml"
        path = city.folder / "climate.csv"
        raise InputError(message, file=path, value=list(season), hint=hint)
    return found


def monthly_shares(names: pd.Series, city: City) -> np.ndarray:
    """Return the month's share of the yearly activity (n, 12) of each named profile."""
    shares = np.empty((len(names), MONTHS.size))
    heating = (names == DEGREE_DAYS).to_numpy()
    if heating.any():
        shares[heating] = degree_days(city) / degree_days(city).sum()
    if not heating.all():
        shares[~heating] = city.factors.profile(names[~heating], "month")
    return shares
