"""What a new city takes from others: the nearest weather table, and the city nearest to it."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pyproj

from emisim.city import City
from emisim.errors import InputError, require_known
from emisim.factors import Factors
from emisim.grid import WGS84
from emisim.templates.rules import group as group_of
from emisim.units import factor

Point = tuple[float, float]


class Station(NamedTuple):
    """A weather table: its name, WGS84 position and distance in km."""

    name: str
    position: Point
    distance: float


def distance(one: Point, other: Point) -> float:
    """Return the geodesic distance of two points (longitude, latitude), km."""
    geod = pyproj.CRS(WGS84).get_geod()
    assert geod is not None
    return float(geod.inv(*one, *other)[2]) * factor("m", "km")


def stations(inputs: str | Path, centre: Point) -> list[Station]:
    """Return the weather tables of ``inputs/weather``, the nearest first.

    Raises
    ------
    InputError
        If there is none that says where it stands.
    """
    folder = Path(inputs) / "weather"
    found = []
    for path in sorted(folder.glob("*.csv")):
        position = _position(path)
        if position and path.with_suffix("").is_dir():
            found.append(Station(path.stem, position, distance(centre, position)))
    if not found:
        msg, hint = "no weather table says where it stands", "make one with emisim weather"
        raise InputError(msg, file=folder, hint=hint)
    return sorted(found, key=lambda station: station.distance)


def station(inputs: str | Path, centre: Point, name: str | None) -> Station:
    """Return the weather table of a name, or the nearest.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    near = stations(inputs, centre)
    known = {found.name: found for found in near}
    require_known([name] if name else [], known, "weather table", column="--weather")
    return known[name] if name else near[0]


def donors(inputs: str | Path, group: str, weather: str) -> list[City]:
    """Return the cities whose coal, roads, climate and air stand in for those of a new one.

    The first is that of the group with the same weather table, else the first by name; the rest
    of the group follow, then the other groups, to give what the first has not.

    Raises
    ------
    InputError
        If there is no city of the group.
    """
    factors = Factors(Path(inputs) / "factors")
    cities = [City.read(folder.parent, factors) for folder in _folders(inputs)]
    have = sorted({group_of(city.settings.composition) for city in cities})
    if group not in have:
        msg = "no city of this group is there to take coal, roads and climate from"
        raise InputError(msg, file=Path(inputs) / "cities", value=group, allowed=have)

    def distance_of(city: City) -> tuple[bool, bool, str]:
        other = group_of(city.settings.composition) != group
        return other, city.settings.weather != weather, city.folder.name

    return sorted(cities, key=distance_of)


def _folders(inputs: str | Path) -> Iterable[Path]:
    return sorted(Path(inputs).glob("cities/[a-z0-9]*/city.yaml"))


def _position(path: Path) -> Point | None:
    said = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                break
            key, _, value = line.lstrip("# ").partition(":")
            said[key.strip()] = value.strip()
    try:
        return float(said["longitude"]), float(said["latitude"])
    except (KeyError, ValueError):
        return None
