"""Tables that a new city borrows from a neighbour, and places and monitors to begin with."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import shapely

from emisim import csvtable, grid
from emisim.city import CITY_TOTAL, City
from emisim.gridding.places import COLUMNS as PLACE_COLUMNS
from emisim.gridding.places import DISTRICT
from emisim.tables import PARAMETER_COLUMNS
from emisim.templates.counties import County
from emisim.templates.people import JUDGEMENT, core
from emisim.units import factor

Point = tuple[float, float]
KINDS = ("builtup", "rural", "cropland", "corridor-expressway", "corridor-trunk", "rail")
MONITORS = ["station", "name_zh", "district", "lon", "lat", "status", "source", "note"]
AMOUNTS = ["value", "low", "high"]
AIR = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
DECIMALS = 4
MONTHS = 12


def parameters(donor: City, table: str) -> pd.DataFrame:
    """Return a parameter table of a neighbour, every row assumed."""
    frame = csvtable.read_table(donor.folder / f"{table}.csv", PARAMETER_COLUMNS)
    return _stand_in(frame, donor)


def coal_quality(donors: Sequence[City]) -> pd.DataFrame:
    """Return the coal of the first neighbour, and of uses that it has not, that of the next."""
    whole = parameters(donors[0], "coal_quality")
    for donor in donors[1:]:
        more = parameters(donor, "coal_quality")
        known = pd.MultiIndex.from_frame(whole[["process", "fuel"]])
        new = ~pd.MultiIndex.from_frame(more[["process", "fuel"]]).isin(known)
        whole = pd.concat([whole, more[new]], ignore_index=True)
    return whole


def observed(
    donors: Sequence[City], columns: Iterable[csvtable.Column], year: int, spread: float
) -> pd.DataFrame:
    """Return the first neighbour's means of its base year as those of another year, all assumed.

    Monthly means follow, of the last year that has twelve, of the next neighbour where the first
    has none: they give the course of the seasons, whatever their year.

    Parameters
    ----------
    spread
        Half of the range that the means get.
    """
    columns = tuple(columns)
    tables = [(city, _of_city(city, columns)) for city in donors]
    first, frame = tables[0]
    own = frame["month"].isna() & (frame["year"] == first.settings.base_year)
    parts = [_as_assumed(frame[own], f"{first.settings.name}'s mean", spread).assign(year=year)]
    for species in frame.loc[own, "species"]:
        for city, table in tables:
            months = table[table["month"].notna() & (table["species"] == species)]
            whole = months.groupby("year")["month"].transform("nunique") == MONTHS
            if whole.any():
                last = months[whole & (months["year"] == months.loc[whole, "year"].max())]
                what = f"{city.settings.name}'s course of the seasons"
                parts.append(_as_assumed(last.sort_values("month"), what, spread))
                break
    return pd.concat(parts, ignore_index=True)


def _of_city(city: City, columns: tuple[csvtable.Column, ...]) -> pd.DataFrame:
    """Return the means of the whole city."""
    frame = csvtable.read_table(city.folder / "observed.csv", columns)
    whole = (frame["district"] == CITY_TOTAL) & (frame["station"] == "")
    return frame[whole & frame["species"].isin(AIR)]


def _as_assumed(frame: pd.DataFrame, what: str, spread: float) -> pd.DataFrame:
    ends = {"low": frame["value"] * (1 - spread), "high": frame["value"] * (1 + spread)}
    wide = {name: [float(f"{x:.6g}") for x in column] for name, column in ends.items()}
    years = frame["year"].map("{:.0f}".format)
    notes = f"{what} of " + years + " stands in; nothing of this city: replace by its own"
    return frame.assign(**wide, status="assumed", source=JUDGEMENT, note=notes)


def _stand_in(frame: pd.DataFrame, donor: City) -> pd.DataFrame:
    name = f"{donor.settings.name} stands in"
    notes = [f"{name}: {note}" if note else name for note in frame["note"]]
    same = frame["low"] == frame["high"]
    frame = frame.assign(note=notes)
    frame.loc[~same, "status"] = "assumed"
    return frame.reset_index(drop=True)


def places(
    counties: Iterable[County], polygons: pd.Series, towns: Mapping[str, Point],
    people: Mapping[str, float], density: float,
) -> pd.DataFrame:  # fmt: skip
    """Return ``places.csv``: a disc for each town that is known, else the whole district.

    Parameters
    ----------
    towns
        WGS84 position of the seat by district.
    people
        Urban population by district.
    density
        People per built-up km2.
    """
    rows = []
    for county in counties:
        for kind in KINDS:
            shape, note = f"{DISTRICT}{county.name}", "spread over the district: draw it"
            if kind == "builtup" and county.name in towns:
                area = people[county.name] / density
                disc = _disc(towns[county.name], area)
                shape = shapely.intersection(disc, polygons[county.name]).wkt
                note = f"disc of {area:.3g} km2 around the seat, {density:g} people per km2"
            rows.append((f"{kind}:{county.name}", 1, shape, "assumed", JUDGEMENT, note))
    return pd.DataFrame(rows, columns=[column.name for column in PLACE_COLUMNS])


def _disc(centre: Point, area: float) -> shapely.Geometry:
    """Return a disc of ``area`` km2 in WGS84."""
    domain = grid.around([shapely.Point(centre)], 1.0, 1.0)
    x, y = (float(v) for v in domain.project(*centre))
    ring = shapely.Point(x, y).buffer(np.sqrt(area * factor("km2", "m2") / np.pi))
    lon, lat = domain.unproject(*shapely.get_coordinates(ring).T)
    return shapely.Polygon(np.column_stack([lon, lat]).round(DECIMALS))


def monitors(
    counties: Iterable[County], polygons: pd.Series, towns: Mapping[str, Point]
) -> pd.DataFrame:
    """Return ``monitors.csv``: a receptor in each urban district (any district without them)."""
    every = list(counties)
    chosen = [county for county in every if core(county)] or every
    rows = []
    for county in chosen:
        inner = shapely.point_on_surface(polygons[county.name])
        lon, lat = towns.get(county.name, (shapely.get_x(inner), shapely.get_y(inner)))
        note = "no monitor: a point to look at, at the seat or within the district; replace it"
        at = round(float(lon), DECIMALS), round(float(lat), DECIMALS)
        label = f"receptor-{county.code}"
        rows.append((label, county.name_zh, county.name, *at, "assumed", JUDGEMENT, note))
    return pd.DataFrame(rows, columns=MONITORS)
