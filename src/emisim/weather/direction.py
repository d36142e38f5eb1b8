"""Wind directions that a record does not have: random ones, and those of calm hours."""

import numpy as np
import pandas as pd

from emisim.tables import Parameters
from emisim.weather.record import HOUR, PROCESS

CALM = 0.0


def turn_cosine(record: pd.DataFrame) -> float:
    """Return the mean cosine of the turn of the wind from one windy hour to the next.

    Real hourly wind has 0.7 to 0.8; directions drawn at random have 0.
    """
    bearing = np.deg2rad(record["wind_direction"].to_numpy(float))
    windy = record["wind_speed"].to_numpy(float) > CALM
    pairs = windy[1:] & windy[:-1]
    return float(np.cos(np.diff(bearing))[pairs].mean()) if pairs.any() else 1.0


def persistent(record: pd.DataFrame, p: Parameters) -> pd.DataFrame:
    """Return ``record`` with directions that last; its attribute ``direction`` says how.

    Some typical-year files have one wind report in six hours: the speed is held until the next,
    and the hours between have random directions. There the direction of the report is held too.
    The hour of the report is the one at which the speed changes most often.
    """
    cosine = turn_cosine(record)
    how = "record"
    if cosine < p.value("least_turn_cosine", "fraction", process=PROCESS):
        hold = round(p.value("direction_hold", "h", process=PROCESS))
        phase = report_phase(record, hold)
        record = record.assign(wind_direction=_held(record, hold, phase))
        how = (
            f"random between reports (mean cosine of the turn {cosine:.2f}); "
            f"the report of every {hold} h held, the first of the day at {phase} h"
        )
    out = record.copy()
    out.attrs = {**record.attrs, "direction": how}
    return out


def report_phase(record: pd.DataFrame, hold: int) -> int:
    """Return the first hour of the day, below ``hold``, at which wind is reported."""
    changed = record["wind_speed"].diff().fillna(0) != 0
    return int(changed.groupby(record["time"].dt.hour % hold).mean().idxmax())


def _held(record: pd.DataFrame, hold: int, phase: int) -> pd.Series:
    start = record["time"].iloc[0].normalize() + phase * HOUR
    block = (record["time"] - start) // (hold * HOUR)
    report = record["time"].dt.hour % hold == phase
    reports = record["wind_direction"].where(report)
    return reports.groupby(block).transform("first").bfill().ffill()


def drifting(record: pd.DataFrame, below: float) -> np.ndarray:
    """Return the direction (degrees) of every hour; calm hours take that between their neighbours.

    Hours with less wind than ``below`` (m/s) get the direction of the vector that is interpolated
    in time between the unit vectors of the windy hours before and after.
    """
    bearing = np.deg2rad(record["wind_direction"].to_numpy(float))
    windy = record["wind_speed"].to_numpy(float) >= below
    hour = np.arange(len(bearing))
    if not windy.any():
        return np.rad2deg(bearing)
    east, north = (np.interp(hour, hour[windy], f(bearing[windy])) for f in (np.sin, np.cos))
    return np.where(windy, np.rad2deg(bearing), np.rad2deg(np.arctan2(east, north)) % 360)
