"""A wrong coordinate system is caught, swapped columns are put right, points stay in place."""

import numpy as np
import pytest
from intake_city import POLYGONS

from emisim.coordinates import to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from emisim.errors import InputError
from emisim.intake.positions import check

FROM_WGS84 = {
    "WGS84": lambda lon, lat: (lon, lat),
    "GCJ-02": wgs84_to_gcj02,
    "BD-09": wgs84_to_bd09,
}
ZH = {
    "Chengqu": "城区",
    "Kuangqu": "矿区",
    "Jiaoqu": "郊区",
    "Pingding": "平定县",
    "Yuxian": "盂县",
}


def points(count=400, seed=1):
    """Return positions over the city in WGS84 and their districts."""
    random = np.random.default_rng(seed)
    names = random.choice(list(POLYGONS.index), count)
    bounds = np.array([POLYGONS[name].bounds for name in names])
    lon = random.uniform(bounds[:, 0], bounds[:, 2])
    lat = random.uniform(bounds[:, 1], bounds[:, 3])
    return lon, lat, names


def table(lon, lat, names, heads=("经度", "纬度")):
    lines = [f"企业名称,区县,{heads[0]},{heads[1]},煤炭消耗量(吨)"]
    lines += [
        f"厂{i},{ZH[n]},{x:.7f},{y:.7f},10"
        for i, (x, y, n) in enumerate(zip(lon, lat, names, strict=True))
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("true", FROM_WGS84)
@pytest.mark.parametrize("declared", FROM_WGS84)
def test_the_system_that_fits_is_found(true, declared):
    lon, lat, names = points()
    found = check(*FROM_WGS84[true](lon, lat), names, POLYGONS, declared)
    assert found.best == true
    assert found.outside[true] == 0
    assert (found.probability < 0.01) == (true != declared)


def test_swapped_points_are_counted():
    lon, lat, names = points(50)
    found = check(lat, lon, names, POLYGONS, "WGS84")
    assert found.best == "swapped"
    assert (found.outside["swapped"], found.outside["WGS84"]) == (0, 50)


def test_a_right_declaration_gives_wgs84(listed, take):
    lon, lat, names = points(60)
    found = take(listed("a.csv", table(*wgs84_to_gcj02(lon, lat), names)), datum="GCJ-02")
    rows = found.tables["boilers"].set_index("facility").loc[[f"厂{i}" for i in range(60)]]
    np.testing.assert_allclose(rows[["lon", "lat"]], np.column_stack([lon, lat]), atol=1e-6)


def test_a_wrong_declaration_is_refused_and_the_right_one_suggested(listed, take):
    lon, lat, names = points()
    with pytest.raises(InputError, match="points lie outside their district") as caught:
        take(listed("a.csv", table(*wgs84_to_bd09(lon, lat), names)), datum="WGS84")
    fault = next(f for f in caught.value.faults if f.column == "datum")
    assert "BD-09" in fault.hint
    assert "GCJ-02: " in fault.allowed[0]


def test_the_header_may_declare_the_system(listed, take):
    lon, lat, names = points(40)
    heads = ("经度（百度坐标）", "纬度（百度坐标）")
    found = take(listed("a.csv", table(*wgs84_to_bd09(lon, lat), names, heads)))
    assert found.tables["boilers"]["lon"].sum() == pytest.approx(lon.sum(), abs=1e-4)


def test_an_undeclared_system_is_refused(listed, take):
    with pytest.raises(InputError, match="coordinate system is not declared"):
        take(listed("a.csv", table(*points(3))))


def test_swapped_columns_are_put_right(listed, take):
    lon, lat, names = points(20)
    found = take(listed("a.csv", table(lat, lon, names)), datum="WGS84")
    assert found.tables["boilers"]["lon"].sum() == pytest.approx(lon.sum(), abs=1e-5)
    assert found.report["notes"]["what"].str.contains("swapped").any()


def test_a_point_far_from_its_district_is_refused_one_near_is_told(listed, take):
    near = table(np.array([113.605]), np.array([37.85]), ["Chengqu"])
    notes = take(listed("a.csv", near), datum="WGS84").report["notes"]
    assert notes["what"].str.contains("outside its district by at most").any()
    far = table(np.array([113.65]), np.array([37.85]), ["Chengqu"])
    with pytest.raises(InputError, match=r"4\.4 km outside Chengqu, in Pingding") as caught:
        take(listed("b.csv", far), datum="WGS84")
    assert caught.value.row == 2


def test_a_district_that_is_not_named_is_found(listed, take):
    text = '企业名称,经纬度,煤炭消耗量(吨)\n甲厂,"113°42′00″,37°48′00″",5\n'
    row = take(listed("a.csv", text), datum="WGS84").tables["boilers"].iloc[0]
    assert row["district"] == "Pingding"
    assert (row["lon"], row["lat"]) == (pytest.approx(113.7), pytest.approx(37.8))


@pytest.mark.parametrize(
    ("lon", "lat", "message"),
    [("113.5", "", "come in pairs"), ("abc", "37.8", "not an angle"),
     ("4190000", "500000", "not a position in China"), ("113.0", "37.0", "in no district")],
)  # fmt: skip
def test_messages(listed, take, lon, lat, message):
    text = f"企业名称,经度,纬度,煤炭消耗量(吨)\n甲厂,{lon},{lat},5\n"
    with pytest.raises(InputError, match=message):
        take(listed("a.csv", text), datum="WGS84")


def test_round_trip_of_the_check_is_exact():
    lon, lat, _ = points(30)
    for system, forward in FROM_WGS84.items():
        x, y = to_wgs84(*forward(lon, lat), system)
        np.testing.assert_allclose(np.r_[x, y], np.r_[lon, lat], atol=1e-9)
