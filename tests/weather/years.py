"""Made years of hourly weather for the tests."""

import numpy as np
import pandas as pd

from emisim import tables
from emisim.weather import class_set

P = tables.read_parameters("inputs/factors/meteorology.csv")
SET = class_set.default(P)
SITE = {"station": "Made", "latitude": 37.0, "longitude": 113.0, "utc_offset": 8.0, "source": "x"}


def year(seed=0, *, hours=8760, **columns):
    """Return a record with a daily course of sun, wind and warmth, and weather of some days."""
    rng = np.random.default_rng(seed)
    time = pd.Series(pd.date_range("2005-01-01 00:30", periods=hours, freq="h"))
    hour, day = time.dt.hour + 0.5, time.dt.day_of_year
    sun = np.clip(np.sin(np.pi * (hour - 6.5) / 12), 0, None)
    dull = np.repeat(rng.uniform(0.2, 1.0, hours // 24 + 1), 24)[:hours]
    turn = np.cumsum(rng.normal(0, 25, hours)) % 360
    speed = np.clip(2.2 * dull + 1.5 * sun + rng.normal(0, 0.8, hours), 0, None).round()
    data = {
        "time": time,
        "wind_speed": speed,
        "wind_direction": turn,
        "temperature": 285 - 12 * np.cos(2 * np.pi * (day - 20) / 365) + 5 * (sun - 0.5),
        "irradiance": 750 * sun * dull,
        "cloud": np.nan,
        "relative_humidity": np.clip(0.9 - 0.3 * sun - 0.3 * dull, 0.05, 1),
    }
    frame = pd.DataFrame({**data, **columns})
    frame.attrs = dict(SITE)
    return frame


def rainy(amount=60.0, wet_hours=40):
    """Return a climatology with the same rain in every month."""
    return pd.DataFrame(
        {"precipitation": float(amount), "wet_hours": float(wet_hours)}, index=range(1, 13)
    )
