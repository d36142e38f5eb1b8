"""``districts.csv`` of a new city: area from the polygons, people given or assumed, shares."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pyproj
import shapely

from emisim.grid import WGS84
from emisim.templates.counties import County
from emisim.templates.rules import Rules
from emisim.units import factor

ITEMS = ["district", "item", "value", "unit", "low", "high", "status", "source", "page", "note"]
JUDGEMENT, AREA = "emisim-judgement", "cnmaps-area"
AREA_RANGE = 100
"""The range of an area is this part of it."""
URBAN = "区"
SHARES: Mapping[str, tuple[str, ...]] = {
    "vehicle_share": ("population",),
    "industry_share": ("population",),
    "freight_share": ("population", "area"),
    "road_share": ("population", "area"),
    "construction_share": ("urban_population",),
    "cropland_share": ("rural_population",),
    "livestock_share": ("rural_population",),
    "mining_share": ("area",),
}
"""What a share goes by where nothing better is known, in equal parts."""


def core(county: County) -> bool:
    """Return whether a county is an urban district (区)."""
    return county.name_zh.endswith(URBAN)


def areas(polygons: pd.Series) -> pd.Series:
    """Return geodesic areas (km2, by district) of WGS84 polygons."""
    geod = pyproj.CRS(WGS84).get_geod()
    assert geod is not None
    shapes = [shapely.orient_polygons(shape) for shape in polygons]
    square_metres = [abs(geod.geometry_area_perimeter(shape)[0]) for shape in shapes]
    return pd.Series(square_metres, index=polygons.index) * factor("m2", "km2")


def table(
    counties: Iterable[County], area: pd.Series, given: Mapping[str, float], rules: Rules,
    group: str, *, of_package: bool,
) -> pd.DataFrame:  # fmt: skip
    """Return ``districts.csv``.

    Parameters
    ----------
    area
        km2 by district.
    given
        People by district; the others are assumed from the density of the group.
    of_package
        Whether the polygons are those of the boundary package.
    """
    rows: list[dict[str, Any]] = []
    for county in counties:
        rows += _of_county(county, float(area[county.name]), given, rules, group, of_package)
    frame = pd.DataFrame(rows)
    wide = frame.pivot(index="district", columns="item", values="value")
    spread = rules.value("share_range")
    for share, items in SHARES.items():
        parts = (wide[list(items)] / wide[list(items)].sum()).mean(axis=1).round(6)
        note = f"by {' and '.join(items).replace('_', ' ')}; nothing better is known"
        for name in dict.fromkeys(frame["district"]):
            value = parts[name]
            ends = value * (1 - spread), min(value * (1 + spread), 1)
            rows.append(_row(name, share, value, "fraction", ends, note))
    return pd.DataFrame(rows, columns=ITEMS)


def _of_county(
    county: County, area: float, given: Mapping[str, float], rules: Rules, group: str,
    of_package: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    name, kind = county.name, "core" if core(county) else "county"
    area = round(area, 1)
    ends = area * (1 - 1 / AREA_RANGE), area * (1 + 1 / AREA_RANGE)
    source = AREA if of_package else JUDGEMENT
    note = "area of the polygon; range 1 %"
    first = _row(name, "area", area, "km2", ends, note, "derived", source)
    people, low, high, note = _people(name, area, given, rules, f"population_density_{kind}", group)
    row = rules.row(f"urban_share_{kind}", group)
    share, least, most = (float(str(row[n])) for n in ("value", "low", "high"))
    size = float(str(rules.row("household_size", group)["value"]))
    urban = round(people * share)
    rural = people - urban
    why = f"population x urban share {share:g} (other cities of the group)"
    counts = {
        "urban_population": (urban, low * least, high * most, why),
        "rural_population": (rural, low * (1 - most), high * (1 - least), why),
        "core_population": (urban * (kind == "core"), 0, high * (kind == "core"), why),
        "county_town_population": (urban * (kind != "core"), 0, high * (kind != "core"), why),
    }
    rows = [first, _row(name, "population", people, "person", (low, high), note)]
    percent = [100 * number for number in (share, least, most)]
    rows.append(_row(name, "urban_share", percent[0], "%", percent[1:], str(row["note"])))
    rows += [
        _row(name, item, round(value), "person", (round(least), round(most)), text)
        for item, (value, least, most, text) in counts.items()
    ]
    for item, value in (("", people), ("urban_", urban), ("rural_", rural)):
        ends = low / people * value / size, high / people * value / size
        text = f"people / {size:g} per household"
        rows.append(_row(name, f"{item}households", round(value / size), "household", ends, text))
    return rows


def _people(
    name: str, area: float, given: Mapping[str, float], rules: Rules, rule: str, group: str
) -> tuple[int, int, int, str]:
    """Return people, their range and the note."""
    if name in given:
        value, spread = given[name], rules.value("people_range")
        note = f"given when the city was made, no source yet; range {spread:.0%}"
        return round(value), round(value * (1 - spread)), round(value * (1 + spread)), note
    row = rules.row(rule, group)
    value, low, high = (round(area * float(str(row[n]))) for n in ("value", "low", "high"))
    return value, low, high, f"nothing known: area x {row['value']} people per km2 ({row['note']})"


def _row(
    district: str, item: str, value: float, unit: str, ends: Iterable[float], note: str,
    status: str = "assumed", source: str = JUDGEMENT,
) -> dict[str, Any]:  # fmt: skip
    low, high = (float(f"{end:.6g}") for end in ends)
    low, high = min(low, value), max(high, value)
    cells = (district, item, value, unit, low, high, status, source, "", note)
    return dict(zip(ITEMS, cells, strict=True))
