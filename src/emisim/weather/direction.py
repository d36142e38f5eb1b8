"""Wind directions that carry nothing from hour to hour, and what is done about them."""

import numpy as np
import pandas as pd

from emisim.tables import Parameters
from emisim.weather.record import PROCESS

CALM = 0.0


def turn_cosine(record: pd.DataFrame) -> float:
    """Return the mean cosine of the turn of the wind from one windy hour to the next.

    Real hourly wind has 0.7 to 0.8; directions drawn at random have 0.
    """
    bearing = np.deg2rad(record["wind_direction"].to_numpy(float))
    windy = record["wind_speed"].to_numpy(float) > CALM
    pairs = windy[1:] & windy[:-1]
    return float(np.cos(np.diff(bearing))[pairs].mean()) if pairs.any() else 1.0


def persistent(record: pd.DataFrame, p: Parameters) -> tuple[pd.DataFrame, str]:
    """Return ``record`` with directions that last, and how they were got.

    Some typical-year files hold directions that are random from hour to hour, while their speeds
    change every sixth hour. Then the first direction of each such block is held: the wind rose
    stays, and the wind no longer turns every hour.
    """
    cosine = turn_cosine(record)
    if cosine >= p.value("least_turn_cosine", "fraction", process=PROCESS):
        return record, "record"
    hold = int(p.value("direction_hold", "h", process=PROCESS))
    block = record["time"].dt.normalize() + pd.to_timedelta(
        record["time"].dt.hour // hold * hold, unit="h"
    )
    held = record.assign(wind_direction=record.groupby(block)["wind_direction"].transform("first"))
    held.attrs = dict(record.attrs)
    return held, f"random in the record (mean cosine of the turn {cosine:.2f}); held for {hold} h"
