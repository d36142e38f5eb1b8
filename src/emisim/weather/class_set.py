"""Which weather class an hour belongs to: direction x speed x regime x wet."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.weather.frequencies import CALM, DIRECTIONS

DAY, NIGHT = "day", "night"
REGIMES = (DAY, NIGHT)
SECTORS = (1, 2, 4, 8, 16)
ANY = "any"
"""Direction of classes that hold all directions with wind."""
SECTOR_NAMES = (*DIRECTIONS, ANY)
LABELS = ("direction", "speed_class", "regime", "wet")
PROCESS = {"process": "numerics", "technology": "class-set"}


@dataclass(frozen=True)
class ClassSet:
    """How hours are told apart.

    directions, calm_directions, wet_directions
        Sectors of dry, of calm and of wet classes, one of :data:`SECTORS`; wet calm hours are one.
    speed_edges
        Lower limits (m/s) of the second, third ... speed class of dry classes.
    by_stability
        An hour is day where 1/L is at most ``neutral_limit`` (1/m), night where the air is stable;
        else day is ``day_start`` to ``day_end`` (h, local standard time).
    wet_by_regime
        Whether wet classes are told apart by regime too; else all are day, since rain clouds keep
        the air nearly neutral.
    calm_classes, wet_classes
        Whether hours below ``calm_below`` (m/s), or with ``wet_from`` (mm/h) of rain, are classes
        of their own. Calm hours without a class of their own count as the record's direction.
    """

    directions: int
    calm_directions: int
    wet_directions: int
    speed_edges: tuple[float, ...]
    by_stability: bool
    calm_classes: bool
    wet_classes: bool
    wet_by_regime: bool
    day_start: float
    day_end: float
    calm_below: float
    neutral_limit: float
    wet_from: float

    def __post_init__(self) -> None:
        for name in ("directions", "calm_directions", "wet_directions"):
            if getattr(self, name) not in SECTORS:
                msg = f"{name} of a class set cannot be {getattr(self, name)}"
                raise InputError(msg, value=getattr(self, name), allowed=SECTORS)
        if list(self.speed_edges) != sorted(set(self.speed_edges)):
            msg = "speed edges of a class set must rise"
            raise InputError(msg, value=self.speed_edges)


def default(p: Parameters) -> ClassSet:
    """Return the class set of the table (process ``numerics``, technology ``class-set``)."""

    def number(name: str, unit: str = "fraction") -> float:
        return p.value(name, unit, **PROCESS)

    frame = p.frame[p.frame["parameter"] == "speed_edge"]
    return ClassSet(
        directions=int(number("directions")),
        calm_directions=int(number("calm_directions")),
        wet_directions=int(number("wet_directions")),
        speed_edges=tuple(
            p.value("speed_edge", "m/s", standard=name, **PROCESS)
            for name in sorted(frame["standard"])
        ),
        by_stability=bool(number("by_stability")),
        calm_classes=bool(number("calm_classes")),
        wet_classes=bool(number("wet_classes")),
        wet_by_regime=bool(number("wet_by_regime")),
        day_start=number("day_start", "h"),
        day_end=number("day_end", "h"),
        calm_below=number("calm_below", "m/s"),
        neutral_limit=number("neutral_limit", "1/m"),
        wet_from=number("wet_from", "mm/h"),
    )


def label(
    record: pd.DataFrame, rain: np.ndarray, inverse: np.ndarray, chosen: ClassSet
) -> pd.DataFrame:
    """Return the labels (columns :data:`LABELS`) of every hour.

    Parameters
    ----------
    record
        Hourly record; time and wind are used, the direction of calm hours too.
    rain, inverse
        Rain (mm/h) and 1/L (1/m), each (hour,).
    chosen
        The class set.
    """
    speed = record["wind_speed"].to_numpy(float)
    wet = chosen.wet_classes & (rain >= chosen.wet_from)
    calm = chosen.calm_classes & (speed < chosen.calm_below)
    bearing = record["wind_direction"].to_numpy(float)
    dry, still, rainy = (
        sector(bearing, n)
        for n in (chosen.directions, chosen.calm_directions, chosen.wet_directions)
    )
    if chosen.calm_directions == 1:
        still = np.full(still.shape, CALM)
    day = is_day(record, inverse, chosen) | (wet & (not chosen.wet_by_regime))
    fast = np.searchsorted(chosen.speed_edges, speed, side="right") + 1
    return pd.DataFrame(
        {
            "direction": np.select([calm & wet, calm, wet], [CALM, still, rainy], dry),
            "speed_class": np.where(calm, 0, np.where(wet, 1, fast)),
            "regime": np.where(day, DAY, NIGHT),
            "wet": wet,
        }
    )


def is_day(record: pd.DataFrame, inverse: np.ndarray, chosen: ClassSet) -> np.ndarray:
    """Tell which hours are day, by stability or by the clock."""
    if chosen.by_stability:
        return inverse <= chosen.neutral_limit
    hour = record["time"].dt.hour.to_numpy()
    return (hour >= chosen.day_start) & (hour < chosen.day_end)


def sector(bearing: np.ndarray, directions: int) -> np.ndarray:
    """Return the name of the sector that wind from ``bearing`` (degrees) falls into.

    A bearing on the border goes clockwise, so that sixteen-point reports spread evenly over eight.
    The name of the only sector is :data:`ANY`.
    """
    if directions == 1:
        return np.full(bearing.shape, ANY)
    names = np.array(DIRECTIONS)[:: len(DIRECTIONS) // directions]
    turn = np.floor(bearing * directions / 360 + 1 / 2).astype(int)  # full turn
    return names[turn % directions]


def index(labels: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the class number of every hour, and the labels of the classes that occur.

    Classes are in the order dry before wet, day before night, calm first, then by direction and
    speed.
    """
    order = {name: i for i, name in enumerate((CALM, *SECTOR_NAMES, *REGIMES))}
    rank = pd.DataFrame(
        {
            "wet": labels["wet"].astype(int),
            "regime": labels["regime"].map(order),
            "direction": labels["direction"].map(order),
            "speed_class": labels["speed_class"],
        }
    )
    groups = rank.groupby(list(rank.columns), sort=True)
    first = labels.groupby(groups.ngroup().to_numpy()).first()
    return groups.ngroup().to_numpy(), first[list(LABELS)].reset_index(drop=True)
