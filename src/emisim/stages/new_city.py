"""A ready folder for a city of one's own: settings, boundaries, tables of defaults, a workbook."""

import logging
import re
from functools import partial
from pathlib import Path

import pandas as pd
import shapely

from emisim import boundaries, config
from emisim.errors import InputError, require_known
from emisim.stages import _answers, _city_folder
from emisim.stages._answers import ALL, Asker
from emisim.stages._wish import Wish
from emisim.stages.check import INPUTS
from emisim.templates import counties as listed
from emisim.templates import neighbours, rules
from emisim.templates.counties import County
from emisim.templates.people import areas, core

log = logging.getLogger(__name__)
CELL_SIZE = "1000"
DIGITS_OF_PROVINCE = 10_000


def run(
    *,
    city: str,
    english: str | None = None,
    chinese: str | None = None,
    districts: list[str] | None = None,
    boundary: str | None = None,
    year: int | None = None,
    plan_year: int | None = None,
    group: str | None = None,
    cell_size: float | None = None,
    population: list[str] | None = None,
    towns: list[str] | None = None,
    weather: str | None = None,
) -> None:
    """Write the folder of a city, a plan to begin with and a configuration; never over others."""
    _check_free(city)
    ask = Asker()
    name_en = ask("english", "Name in English", english, city.replace("-", " ").title(), str)
    where = boundary or boundaries.PACKAGE
    question = "Districts: a prefecture's code (140400), or Name=code of each, apart by spaces"
    wanted = ask("districts", question, districts, None, str.split)
    chosen = listed.chosen(wanted, where)
    known = listed.prefecture(chosen[0].code) if where == boundaries.PACKAGE else ""
    name_zh = ask("chinese", "Name in Chinese (城市名称)", chinese, known or name_en, str)
    polygons = _polygons(chosen, where)
    base_year = ask("year", "Base year (基准年)", year, None, partial(_whole, option="year"))
    province = rules.province(INPUTS, chosen[0].code // DIGITS_OF_PROVINCE)
    own_group = ask("group", f"City group {rules.GROUPS}", group, province.group, str)
    require_known([own_group], rules.GROUPS, "city group", column="--group")
    size = ask("cell_size", "Cell size in m", cell_size, float(CELL_SIZE), float)
    question = "People: Name=number of each district, or the city's number; empty: assumed"
    people = _answers.people(ask("population", question, population, [], str.split), chosen)
    question = "Seats: Name=longitude,latitude of each district (WGS84); empty: not known"
    seats = _answers.towns(ask("towns", question, towns, [], str.split), chosen)
    _check_inside(seats, polygons)
    at = _centre(chosen, polygons, seats)
    wish = Wish(
        city, name_en, name_zh, base_year, plan_year or base_year + 1, where, chosen, polygons,
        province, own_group, size, _shared(people, chosen, polygons), seats,
        neighbours.station(INPUTS, at, weather),
    )  # fmt: skip
    _tell(wish, _city_folder.write(wish, INPUTS))


def _check_free(name: str) -> None:
    """Raise when a name cannot be a folder's, or is taken."""
    if not re.fullmatch(config.STEM, name):
        msg, hint = "not a name for a folder", "small letters, digits and hyphens, e.g. changzhi"
        raise InputError(msg, column="NAME", value=name, hint=hint)
    if not (INPUTS / "cities").is_dir():
        msg, hint = "there is no folder inputs/cities here", "run emisim where inputs/ stands"
        raise InputError(msg, file=INPUTS / "cities", hint=hint)
    for path in (INPUTS / "cities" / name, INPUTS / f"{name}.yaml"):
        if path.exists():
            msg, hint = "it is there already and stays as it is", "take another name, or remove it"
            raise InputError(msg, file=path, value=name, hint=hint)


def _whole(text: str, option: str) -> int:
    if not text.isdigit():
        msg = "not a year"
        raise InputError(msg, column=f"--{option}", value=text, hint="four digits, e.g. 2020")
    return int(text)


def _polygons(chosen: list[County], where: str) -> pd.Series:
    return boundaries.read(where, {county.name: county.code for county in chosen})


def _check_inside(seats: dict[str, tuple[float, float]], polygons: pd.Series) -> None:
    for name, at in seats.items():
        if not shapely.contains_xy(polygons[name], *at):
            msg = "the seat lies outside its district"
            found = [other for other in polygons.index if shapely.contains_xy(polygons[other], *at)]
            hint = f"it lies in {found[0]}" if found else "longitude first, WGS84"
            raise InputError(msg, column="--towns", value=f"{name}={at[0]},{at[1]}", hint=hint)


def _centre(
    chosen: list[County], polygons: pd.Series, seats: dict[str, tuple[float, float]]
) -> tuple[float, float]:
    """Return where the city's weather is wanted: mean seat, else centroid, of its urban part."""
    urban = [county.name for county in chosen if core(county)] or list(polygons.index)
    known = [seats[name] for name in urban if name in seats]
    if known:
        lon, lat = (sum(part) / len(known) for part in zip(*known, strict=True))
        return lon, lat
    centre = shapely.centroid(shapely.union_all(polygons[urban].to_numpy()))
    return shapely.get_x(centre), shapely.get_y(centre)


def _shared(
    people: dict[str, float], chosen: list[County], polygons: pd.Series
) -> dict[str, float]:
    """Return people by district; what is left of the city's number is shared by area."""
    if ALL not in people:
        return people
    named = {name: value for name, value in people.items() if name != ALL}
    left = people[ALL] - sum(named.values())
    others = [county.name for county in chosen if county.name not in named]
    if left < 0 or (others and left == 0):
        msg = "the people of the districts exceed those of the city"
        raise InputError(msg, column="--population", value=people[ALL], hint="correct a number")
    area = areas(polygons)[others]
    return named | {str(name): float(left * km2 / area.sum()) for name, km2 in area.items()}


def _tell(wish: Wish, folder: Path) -> None:
    far = rules.read(INPUTS).value("weather_distance")
    station = wish.weather
    log.info("%s: %d districts, group %s", folder, len(wish.counties), wish.group)
    log.info("weather: %s, %.0f km from the city's centre", station.name, station.distance)
    if station.distance > far:
        log.warning("  this is further than %g km: make a table of your own (docs/weather.md)", far)
    unknown = [c.name for c in wish.counties if c.name not in wish.people]
    if unknown:
        log.warning("people of %s: assumed from area and density", ", ".join(unknown))
    if missing := [c.name for c in wish.counties if c.name not in wish.towns]:
        log.warning("towns of %s: not known, spread over the district", ", ".join(missing))
    log.warning(
        "all activities are defaults marked assumed; power plants and most of industry are empty"
    )
    log.info("next: fill %s, then", folder / _city_folder.BOOK)
    log.info("  emisim fill %s", wish.name)
    log.info("  emisim check %s", wish.name)
    log.info("  snakemake --cores 2 --configfile inputs/%s.yaml", wish.name)
