"""Where facilities are: angles, declared systems, and a check against the districts' polygons."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.special import bdtrc

from emisim.coordinates import TO_WGS84, to_wgs84
from emisim.intake.faults import Log
from emisim.intake.lexicon import Lexicon
from emisim.intake.numbers import angles

SWAPPED = "swapped"


class Check(NamedTuple):
    """How many points lie outside their district under each system, and what fits best.

    ``outside`` counts by system (and ``swapped``: longitude for latitude, in the declared one);
    ``probability`` is that of so many more points outside by chance, were the declared one right.
    """

    outside: dict[str, int]
    declared: str
    best: str
    probability: float


def locate(
    rows: pd.DataFrame, polygons: pd.Series, declared: str, lexicon: Lexicon, log: Log
) -> pd.DataFrame:
    """Return ``rows`` with ``lon`` and ``lat`` in WGS84 degrees and a ``district`` for each point.

    Parameters
    ----------
    rows
        Columns file, sheet, row, lon_text, lat_text, lon_title, lat_title, datum ("" where the
        book does not say it) and district ("" where it is to be found).
    polygons
        District polygons in WGS84.
    declared
        System of positions whose book does not name one; "" refuses them.

    Faults: no angle, one of a pair missing, no system declared, another system fits better, a
    point further outside its district than ``position_tolerance``, a point in no district.
    """
    lon, lat = (_read(rows, name, log) for name in ("lon", "lat"))
    given = np.isfinite(lon) & np.isfinite(lat)
    _require_pairs(rows, lon, lat, log)
    datum = rows["datum"].where(rows["datum"] != "", declared)
    _require_declared(rows[given & (datum == "").to_numpy()], log)
    lon, lat = _swap(rows, lon, lat, given, lexicon, log)
    placed = rows.assign(lon=np.nan, lat=np.nan)
    for (file, sheet, system), members in rows[given].groupby(["file", "sheet", datum[given]]):
        if system not in TO_WGS84:
            continue
        at = rows.index.get_indexer(members.index)
        checked = check(lon[at], lat[at], members["district"], polygons, str(system))
        _tell(checked, (str(file), str(sheet)), len(at), lexicon, log)
        x, y = to_wgs84(lon[at], lat[at], str(system))
        placed.loc[members.index, "lon"], placed.loc[members.index, "lat"] = x, y
    return _district(placed, polygons, lexicon, log)


def _read(rows: pd.DataFrame, name: str, log: Log) -> np.ndarray:
    value, wrong = angles(rows[f"{name}_text"])
    where = rows[wrong].assign(column=rows.loc[wrong, f"{name}_title"])
    allowed, hint = ["113.5753", "113°34′31.1″"], "write degrees as a decimal number"
    texts = rows.loc[wrong, f"{name}_text"]
    log.fault_each("not an angle", where, texts, allowed=allowed, hint=hint)
    return value


def _require_pairs(rows: pd.DataFrame, lon: np.ndarray, lat: np.ndarray, log: Log) -> None:
    half = np.isfinite(lon) != np.isfinite(lat)
    empty = (rows["lon_text"] == "") | (rows["lat_text"] == "")
    where = rows[half & empty.to_numpy()].assign(column="lon, lat")
    values = where["lon_text"] + ", " + where["lat_text"]
    log.fault_each("longitude and latitude come in pairs", where, values, hint="give both or none")


def _require_declared(rows: pd.DataFrame, log: Log) -> None:
    for (file, sheet), members in rows.groupby(["file", "sheet"]):
        title = str(members["lon_title"].iloc[0])
        hint = "say --datum (maps of Amap and Tencent: GCJ-02, of Baidu: BD-09; GPS: WGS84)"
        log.fault(
            "the coordinate system is not declared",
            (str(file), str(sheet)),
            row=int(members["row"].iloc[0]),
            column=title,
            allowed=TO_WGS84,
            hint=hint,
        )


def _swap(
    rows: pd.DataFrame,
    lon: np.ndarray,
    lat: np.ndarray,
    given: np.ndarray,
    lexicon: Lexicon,
    log: Log,
) -> tuple[np.ndarray, np.ndarray]:
    """Put right longitudes that can only be latitudes; refuse what is in China neither way."""
    west, east, south, north = (
        lexicon.rule(f"china_{side}", "deg") for side in ("west", "east", "south", "north")
    )

    def longitude(value: np.ndarray) -> np.ndarray:
        return (value >= west) & (value <= east)

    def latitude(value: np.ndarray) -> np.ndarray:
        return (value >= south) & (value <= north)

    right = longitude(lon) & latitude(lat)
    turned = given & ~right & longitude(lat) & latitude(lon)
    wrong = given & ~right & ~turned
    where = rows[wrong].assign(column=rows.loc[wrong, "lon_title"])
    values = where["lon_text"] + ", " + where["lat_text"]
    allowed = [f"longitude {west:g} to {east:g}, latitude {south:g} to {north:g}"]
    hint = "correct the cells; projected coordinates (metres) must be turned to degrees first"
    log.fault_each("not a position in China", where, values, allowed=allowed, hint=hint)
    for (file, sheet), members in rows[turned].groupby(["file", "sheet"]):
        what = "longitude and latitude swapped: put right"
        value = f"{members['lon_text'].iloc[0]}, {members['lat_text'].iloc[0]}"
        place = (str(file), str(sheet))
        log.note("converted", what, place, rows=members["row"], value=value)
    return np.where(turned, lat, lon), np.where(turned, lon, lat)


def check(
    lon: np.ndarray,
    lat: np.ndarray,
    districts: Sequence[str] | pd.Series,
    polygons: pd.Series,
    declared: str,
) -> Check:
    """Count the points (n,) outside their named district under each system.

    Points whose district is unnamed count as outside when they are in none. The declared system
    is compared with the best by the points that only one of them puts inside: under chance each
    of the two is as likely (sign test, one-sided).

    Examples
    --------
    >>> from shapely.geometry import box
    >>> county = pd.Series({"Yu": box(113.0, 38.0, 113.5, 38.5)})
    >>> lon = np.full(50, 113.503)  # 300 m east of the border, 6 m west of it once shifted back
    >>> check(lon, np.linspace(38.1, 38.4, 50), ["Yu"] * 50, county, "WGS84").best
    'GCJ-02'
    """
    named = pd.Series(list(districts), dtype=object)
    inside = {system: _inside(*to_wgs84(lon, lat, system), named, polygons) for system in TO_WGS84}
    inside[SWAPPED] = _inside(*to_wgs84(lat, lon, declared), named, polygons)
    outside = {system: int((~held).sum()) for system, held in inside.items()}
    best = min(outside, key=lambda system: (outside[system], system != declared))
    gained = int((inside[best] & ~inside[declared]).sum())
    lost = int((inside[declared] & ~inside[best]).sum())
    return Check(outside, declared, best, _sign_test(gained, lost))


def _inside(lon: np.ndarray, lat: np.ndarray, named: pd.Series, polygons: pd.Series) -> np.ndarray:
    held = np.zeros(len(lon), dtype=bool)
    own = polygons.index.get_indexer(named)
    nobody = np.flatnonzero(own < 0)
    for polygon, members in zip(polygons, _members(own, len(polygons)), strict=True):
        for points in (members, nobody):
            held[points] |= _holds(polygon, lon[points], lat[points])
    return held


def _members(own: np.ndarray, count: int) -> list[np.ndarray]:
    """Return the points of each of ``count`` districts, ``own`` being each point's (-1: none)."""
    order = np.argsort(own, kind="stable")
    return np.split(order, np.searchsorted(own[order], np.arange(count + 1)))[1:-1]


def _holds(polygon: shapely.Geometry, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return which points lie inside a polygon; those beyond its bounds are not asked about."""
    west, south, east, north = polygon.bounds
    near = np.flatnonzero((lon > west) & (lon < east) & (lat > south) & (lat < north))
    held = np.zeros(len(lon), dtype=bool)
    shapely.prepare(polygon)
    held[near] = shapely.contains_xy(polygon, lon[near], lat[near])
    return held


def _sign_test(more: int, fewer: int) -> float:
    """Return the chance of at least ``more`` heads among ``more + fewer`` tosses."""
    return float(bdtrc(more - 1, more + fewer, 1 / 2)) if more else 1.0


def _tell(checked: Check, place: tuple[str, str], points: int, lexicon: Lexicon, log: Log) -> None:
    """Fault a declaration that another system beats; note the counts."""
    counts = ", ".join(f"{system}: {n}" for system, n in checked.outside.items())
    limit = lexicon.rule("wrong_datum_probability", "fraction")
    if checked.best != checked.declared and checked.probability <= limit:
        log.fault(
            f"{checked.outside[checked.declared]} of {points} points lie outside their district",
            place,
            column="datum",
            value=checked.declared,
            allowed=[f"{checked.best} fits best; points outside: {counts}"],
            hint=f"declare {checked.best} (--datum), or correct the positions",
        )
    what = "points outside their district under each coordinate system"
    log.note("read", what, place, value=f"{points} points", used=counts)


def _district(rows: pd.DataFrame, polygons: pd.Series, lexicon: Lexicon, log: Log) -> pd.DataFrame:
    """Fill districts that are not named; fault points too far from theirs, note those near."""
    placed = rows["lon"].notna().to_numpy()
    lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    district = rows["district"].to_numpy(dtype=object).copy()
    tolerance = lexicon.rule("position_tolerance", "m")
    far = np.zeros(len(rows))
    home = np.full(len(rows), "", dtype=object)
    for name, polygon in polygons.items():
        home[_holds(polygon, lon, lat)] = name
    unnamed = placed & (district == "")
    district[unnamed] = home[unnamed]
    own = np.where(placed & (home != district), polygons.index.get_indexer(district), -1)
    for polygon, away in zip(polygons, _members(own, len(polygons)), strict=True):
        far[away] = _metres_to(polygon, shapely.points(lon[away], lat[away]))
    _tell_districts(rows, district, home, far, tolerance, log)
    return rows.assign(district=district)


def _metres_to(polygon: shapely.Geometry, points: np.ndarray) -> np.ndarray:
    """Return distances in m from the polygon (its nearest point in degrees)."""
    if points.size == 0:
        return np.zeros(0)
    nearest = shapely.get_point(shapely.shortest_line(points, polygon), 1)
    return metres(
        shapely.get_x(points), shapely.get_y(points), shapely.get_x(nearest), shapely.get_y(nearest)
    )


def metres(lon: np.ndarray, lat: np.ndarray, to_lon: np.ndarray, to_lat: np.ndarray) -> np.ndarray:
    """Return the geodesic distances in m (WGS84) between points given in degrees."""
    from pyproj import Geod

    return np.asarray(Geod(ellps="WGS84").inv(lon, lat, to_lon, to_lat)[2])


def _tell_districts(
    rows: pd.DataFrame,
    district: np.ndarray,
    home: np.ndarray,
    far: np.ndarray,
    tolerance: float,
    log: Log,
) -> None:
    """Fault or note points that are not in the district that their line names."""
    texts = rows["lon_text"] + ", " + rows["lat_text"]
    where = rows[["file", "sheet", "row"]].assign(column="lon, lat")
    near = (far > 0) & (far <= tolerance)
    for (file, sheet), members in rows[near].groupby(["file", "sheet"]):
        what = f"point outside its district by at most {tolerance:g} m: kept"
        place, worst = (str(file), str(sheet)), float(far[near].max())
        log.note("doubtful", what, place, rows=members["row"], used=f"farthest {worst:.0f} m")
    for at in np.flatnonzero(far > tolerance).tolist():
        lies = f"in {home[at]}" if home[at] else "in no district of the city"
        what = f"the point lies {far[at] / 1000:.1f} km outside {district[at]}, {lies}"
        hint = "correct the position or the district"
        log.fault_each(what, where.iloc[[at]], [texts.iloc[at]], hint=hint)
    lost = rows["lon"].notna().to_numpy() & (district == "")
    hint = "remove the line if it is not in the city, or name its district"
    log.fault_each("the point lies in no district of the city", where[lost], texts[lost], hint=hint)
