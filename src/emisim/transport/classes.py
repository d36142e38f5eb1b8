"""Weather classes as arrays: what the plume model needs of a joint frequency table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from emisim.tables import Parameters
from emisim.vocabulary import SEASONS
from emisim.weather.frequencies import CALM, DIRECTIONS
from emisim.weather.stability import CLASSES


@dataclass(frozen=True)
class Classes:
    """Weather classes as arrays; S seasons, V speed classes, K stabilities, D directions.

    frequency (S, V, K, D): share of the season's hours, calms spread over the directions;
    speed (S, V, K): harmonic mean at reference height, m/s, at least the floor speed;
    temperature (S, V, K), K; mixing_height (S, K), m.
    """

    frequency: np.ndarray
    speed: np.ndarray
    temperature: np.ndarray
    mixing_height: np.ndarray


def classes(weather: pd.DataFrame, p: Parameters) -> Classes:
    """Turn a joint frequency table (:mod:`emisim.weather.frequencies`) into arrays."""
    speeds = sorted(set(weather["speed_class"]))
    shape = (len(SEASONS), len(speeds), len(CLASSES), len(DIRECTIONS) + 1)
    places = tuple(
        pd.Categorical(weather[c], categories=list(names)).codes
        for c, names in (
            ("season", SEASONS),
            ("speed_class", speeds),
            ("stability", CLASSES),
            ("direction", (*DIRECTIONS, CALM)),
        )
    )

    def fill(values: pd.Series) -> np.ndarray:
        out = np.zeros(shape)
        np.add.at(out, places, values.to_numpy(float))
        return out

    frequency = fill(weather["frequency"])
    total = frequency.sum(axis=-1)

    def mean(values: pd.Series) -> np.ndarray:
        sums = fill(values * weather["frequency"]).sum(axis=-1)
        return np.divide(sums, total, out=np.ones_like(sums), where=total > 0)

    floor = p.value("floor_speed", "m/s", process="calm")
    speed = 1 / mean(1 / weather["harmonic_speed"].clip(lower=floor))
    return Classes(
        frequency=spread_calms(frequency, p),
        speed=np.maximum(speed, floor),
        temperature=mean(weather["mean_temperature"]),
        mixing_height=_mixing_heights(weather, p),
    )


def spread_calms(frequency: np.ndarray, p: Parameters) -> np.ndarray:
    """Give calm hours directions: (S, V, K, D + 1) -> (S, V, K, D), the last of D + 1 being calm.

    A calm has no direction, so by default (isotropic_share 1) it goes evenly to all sides; the
    rest follows the lightest wind class of the same season and stability, if there is any.
    """
    even = p.value("isotropic_share", "fraction", process="calm")
    windy, calm = frequency[..., :-1], frequency[..., -1:]
    light = np.zeros_like(windy[:, :1])
    for v in range(windy.shape[1] - 1, -1, -1):
        light = np.where(windy[:, v : v + 1].sum(-1, keepdims=True) > 0, windy[:, v : v + 1], light)
    total = light.sum(axis=-1, keepdims=True)
    uniform = np.full_like(light, 1 / len(DIRECTIONS))
    pattern = np.divide(light, total, out=uniform.copy(), where=total > 0)
    return windy + calm * (even * uniform + (1 - even) * pattern)


def _mixing_heights(weather: pd.DataFrame, p: Parameters) -> np.ndarray:
    default = [
        [p.value("height", "m", process="mixing-height", technology=k, standard=s) for k in CLASSES]
        for s in SEASONS
    ]
    height = pd.DataFrame(default, index=list(SEASONS), columns=list(CLASSES))
    if "mixing_height" in weather:
        own = weather.assign(weighted=weather["mixing_height"] * weather["frequency"])
        sums = own.groupby(["season", "stability"])[["weighted", "frequency"]].sum()
        measured = (sums["weighted"] / sums["frequency"]).unstack()
        height = measured.reindex(index=height.index, columns=height.columns).fillna(height)
    return height.to_numpy(float)
