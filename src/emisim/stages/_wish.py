"""A new city as it was asked for."""

from dataclasses import dataclass

import pandas as pd

from emisim.templates.counties import County
from emisim.templates.neighbours import Station
from emisim.templates.rules import Province


@dataclass(frozen=True)
class Wish:
    """A city as it was asked for."""

    name: str
    name_en: str
    name_zh: str
    year: int
    plan_year: int
    boundary: str
    counties: list[County]
    polygons: pd.Series
    province: Province
    group: str
    cell_size: float
    people: dict[str, float]
    towns: dict[str, tuple[float, float]]
    weather: Station
