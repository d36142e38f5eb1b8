"""Dust equations of AP-42 chapter 13.2 and China's 2014 guideline, PM10 and PM2.5 in kg per unit.

Every function takes n rows and returns (n, 2) factors before control and whether each is assumed;
all numbers are rows of ``dust.csv`` and of the city's ``climate.csv``.
"""

import numpy as np
import pandas as pd

from emisim.city import City
from emisim.sectors._corrections import climate
from emisim.tables import Parameters

SIZES = ("PM10", "PM2.5")
Pair = tuple[np.ndarray, np.ndarray]


class Row:
    """The parameters of ``rows`` by name, with a note of whether any was assumed."""

    def __init__(self, rows: pd.DataFrame, table: Parameters) -> None:
        self.rows, self.table = rows, table
        self.assumed = np.zeros((len(rows), 1), dtype=bool)

    def __call__(self, name: str, unit: str) -> np.ndarray:
        """Return one parameter (n, 1) in ``unit``."""
        return self.many([name], unit)

    def many(self, names: list[str], unit: str) -> np.ndarray:
        """Return parameters (n, k) in ``unit``."""
        values, assumed = self.table.match(self.rows, names, unit)
        self.assumed |= assumed.any(axis=1, keepdims=True)
        return values

    def sized(self, name: str, unit: str) -> np.ndarray:
        """Return a parameter given by particle size, (n, 2)."""
        return self.many([f"{name}:{s}" for s in SIZES], unit)

    def result(self, factor: np.ndarray) -> Pair:
        """Return ``factor`` with the status of what it was made from."""
        return factor, np.broadcast_to(self.assumed, factor.shape).copy()


def wet_days(city: City) -> float:
    """Return the fraction of days with rain or snow, P/N."""
    table = city.parameters("climate")
    days = table.value("days_of_year", "fraction", process="climate")
    return table.value("wet_days", "fraction", process="climate") / days


def paved(rows: pd.DataFrame, weight: np.ndarray, table: Parameters, city: City) -> Pair:
    """Return ``k sL^0.91 W^1.02 (1 - P/(4 N))`` in kg/km (AP-42 13.2.1).

    Parameters
    ----------
    weight
        (n,) mean weight W of the traffic in t; silt loading sL is in g/m2.
    """
    p = Row(rows, table)
    silt = p("silt_loading", "g/m2") ** p("silt_exponent", "fraction")
    load = weight[:, None] ** p("weight_exponent", "fraction")
    dry = 1 - wet_days(city) / p("wet_day_divisor", "fraction")
    return p.result(p.sized("coefficient", "kg/km") * silt * load * dry)


def unpaved(rows: pd.DataFrame, table: Parameters, city: City) -> Pair:
    """Return ``k (s/12) (v/30 mph)^0.5 / (M/0.5)^0.2 (1 - P/N)`` in kg/km (AP-42 13.2.2)."""
    p = Row(rows, table)
    silt = p("silt_content", "%") / p("reference_silt", "%")
    speed = p("speed", "km/h") / p("reference_speed", "km/h")
    moisture = p("surface_moisture", "%") / p("reference_moisture", "%")
    shape = speed ** p("speed_exponent", "fraction") / moisture ** p(
        "moisture_exponent", "fraction"
    )
    return p.result(p.sized("coefficient", "kg/km") * silt * shape * (1 - wet_days(city)))


def construction(rows: pd.DataFrame, table: Parameters, city: City) -> Pair:
    """Return dust of an active site, kg per m2 and year."""
    p = Row(rows, table)
    return p.result(p.many(list(SIZES), "kg/(m2 year)"))


def handling(rows: pd.DataFrame, table: Parameters, city: City) -> Pair:
    """Return ``n k 0.0016 (u/2.2)^1.3 / (M/2)^1.4`` in kg/t (AP-42 13.2.4).

    n is the number of drops per tonne; the wind term is the mean over the months.
    """
    p = Row(rows, table)
    wind = climate(city, "wind_speed", "m/s") / p("reference_wind", "m/s")
    windy = (wind ** p("wind_exponent", "fraction")).mean(axis=1, keepdims=True)
    moist = p("moisture", "%") / p("reference_moisture", "%")
    drop = p("handling_coefficient", "kg/t") * windy / moist ** p("moisture_exponent", "fraction")
    return p.result(p("transfers", "fraction") * p.sized("size_multiplier", "fraction") * drop)


def erosion(rows: pd.DataFrame, table: Parameters, city: City) -> Pair:
    """Return ``k a sum(N P)`` in kg per m2 and year, ``P = 58 (u* - u*t)^2 + 25 (u* - u*t)``.

    AP-42 13.2.5, with ``u* = 0.4 u / ln(z/z0)`` as in the guideline; u and N are the wind classes
    of the strongest hour of the day, a the share of the surface that is disturbed daily.
    """
    p = Row(rows, table)
    days, speed = gusts(city)
    height = p("wind_height", "m") / p("roughness", "m")
    friction = p("von_karman", "fraction") * speed / np.log(height)
    excess = np.maximum(friction - p("threshold_friction_velocity", "m/s"), 0)
    potential = p("erosion_quadratic", "kg s**2/m**4") * excess**2
    potential = potential + p("erosion_linear", "kg s/m3") * excess
    yearly = (potential * days).sum(axis=1, keepdims=True)
    size = p.sized("size_multiplier", "fraction")
    return p.result(size * p("disturbed_share", "fraction") * yearly)


def gusts(city: City) -> tuple[np.ndarray, np.ndarray]:
    """Return days per year and wind speed (m/s) of the city's classes of strongest hourly wind."""
    table = city.parameters("climate")
    names = table.frame.loc[table.frame["process"] == "gust", "technology"].unique()
    rows = pd.DataFrame({"process": "gust", "fuel": "", "technology": names, "standard": ""})
    days = table.match(rows, ["days"], "fraction")[0][:, 0]
    return days, table.match(rows, ["speed"], "m/s")[0][:, 0]


def bare_soil(rows: pd.DataFrame, table: Parameters, city: City) -> Pair:
    """Return ``k a Iwe f L V C`` in kg per m2 and year (wind erosion equation).

    a is the share of moved soil that stays airborne and ``C = 3.86 u^3 / PE^2`` the climate factor,
    with PE the precipitation-effectiveness index of :func:`effectiveness`.
    """
    p = Row(rows, table)
    wind = climate(city, "wind_speed", "m/s").mean()
    dryness = p("climate_coefficient", "s**3/m**3") * wind**3 / effectiveness(p, city) ** 2
    soil = p("erodibility", "kg/(m2 year)") * p("suspended_share", "fraction")
    for name in ("ridge_roughness", "field_length", "vegetation"):
        soil = soil * p(name, "fraction")
    return p.result(p.sized("size_multiplier", "fraction") * soil * dryness)


def effectiveness(p: Row, city: City) -> np.ndarray:
    """Return Thornthwaite's index (n, 1): sum over months of ``3.16 (r / (1.8 t + 22))^(10/9)``.

    r is the month's precipitation in mm, t its temperature in degC, not below a floor.
    """
    rain = climate(city, "precipitation", "mm")
    warmth = np.maximum(climate(city, "temperature", "degC"), p("effectiveness_floor", "degC"))
    scale = p("effectiveness_slope", "fraction") * warmth + p("effectiveness_offset", "fraction")
    months = (rain / scale) ** p("effectiveness_exponent", "fraction")
    return p("effectiveness_coefficient", "fraction") * months.sum(axis=1, keepdims=True)
