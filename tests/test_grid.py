"""Grid: hand-calculated cells, areas on the ellipsoid, round trips, bad systems."""

import numpy as np
import pyproj
import pytest
import shapely

from emisim import grid as grids
from emisim.errors import InputError
from emisim.grid import Grid

UTM = "EPSG:32649"
CITY = [shapely.box(113.0, 37.7, 114.0, 38.5)]


def small() -> Grid:
    return Grid(crs=UTM, x0=500_000.0, y0=4_200_000.0, cell_size=1000.0, nx=3, ny=2)


def test_cells_are_counted_from_the_south_west():
    grid = small()
    x = [500_000.0, 500_999.9, 501_000.0, 502_999.0, 503_000.0, 499_999.0, 500_500.0]
    y = [4_200_000.0, 4_200_999.0, 4_201_000.0, 4_201_999.0, 4_200_500.0, 4_200_500.0, 4_202_000.0]
    index, valid = grid.cells_of_xy(x, y)
    assert index.tolist() == [0, 0, 4, 5, -1, -1, -1]
    assert valid.tolist() == [True, True, True, True, False, False, False]


def test_not_a_number_is_not_on_the_grid():
    index, valid = small().cells([np.nan, 111.01], [38.0, 37.95])
    assert index[0] == -1
    assert not valid[0]
    assert valid[1]


def test_axes_and_shape():
    grid = small()
    assert grid.shape == (2, 3)
    assert grid.size == 6
    np.testing.assert_array_equal(grid.x, [500_500, 501_500, 502_500])
    np.testing.assert_array_equal(grid.y, [4_200_500, 4_201_500])
    assert grid.bounds == (500_000, 4_200_000, 503_000, 4_202_000)


def test_around_covers_city_and_margin_on_whole_cells():
    grid = grids.around(CITY, 1000, 10_000)
    west, south, east, north = grid.bounds
    x, y = grid.project(*shapely.get_coordinates(CITY[0]).T)
    assert 10_000 <= x.min() - west < 11_000
    assert 10_000 <= east - x.max() < 11_000
    assert 10_000 <= y.min() - south < 11_000
    assert 10_000 <= north - y.max() < 11_000
    assert west % 1000 == 0
    assert south % 1000 == 0


def test_automatic_projection_keeps_ground_area():
    grid = grids.around(CITY, 1000, 10_000)
    lon, lat = grid.lonlat()
    np.testing.assert_allclose(grid.areas(), 1e6, rtol=1e-8)
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    x, y = zip(*[(grid.x0 + 1000 * i, grid.y0 + 1000 * j) for i, j in corners], strict=True)
    area, _ = pyproj.Geod(ellps="WGS84").polygon_area_perimeter(*grid.unproject(x, y))
    assert abs(area) == pytest.approx(1e6, rel=1e-5)
    assert lon.shape == lat.shape == grid.shape


def test_conformal_projection_reports_its_areal_scale():
    lambert = "+proj=lcc +lat_1=25 +lat_2=40 +lat_0=33 +lon_0=105 +datum=WGS84 +units=m"
    grid = grids.around([shapely.Point(125.3, 43.8).buffer(0.1)], 1000, 0, crs=lambert)
    assert 1e6 / grid.areas().mean() == pytest.approx(1.023, abs=0.002)


def test_projection_round_trip():
    grid = grids.around(CITY, 1000, 0)
    lon, lat = grid.unproject(*grid.project([113.2, 113.9], [37.8, 38.4]))
    np.testing.assert_allclose(lon, [113.2, 113.9], atol=1e-9)
    np.testing.assert_allclose(lat, [37.8, 38.4], atol=1e-9)


def test_dataset_describes_its_grid():
    grid = small()
    dataset = grid.dataset()
    assert grids.from_attrs(dataset.attrs) == grid
    assert dataset["crs"].attrs["grid_mapping_name"] == "transverse_mercator"
    np.testing.assert_array_equal(dataset["x_bounds"].values[0], [500_000, 501_000])


@pytest.mark.parametrize(
    ("crs", "message"),
    [
        ("EPSG:4326", "projected coordinate system in metres"),
        ("EPSG:99999", "unknown coordinate system"),
        ("+proj=lcc +lat_1=25 +lat_2=40 +units=ft", "projected coordinate system in metres"),
    ],
)
def test_unusable_system(crs, message):
    with pytest.raises(InputError, match=message):
        grids.around(CITY, 1000, 0, crs=crs)


def test_unusable_numbers():
    with pytest.raises(InputError, match="at least one geometry"):
        grids.around([], 1000, 0)
    with pytest.raises(InputError, match="cell size must be positive"):
        grids.around(CITY, 0, 0)
    with pytest.raises(InputError, match="positive cell size"):
        Grid(crs=UTM, x0=0.0, y0=0.0, cell_size=-1.0, nx=1, ny=1)
    with pytest.raises(InputError, match="does not describe its grid"):
        grids.from_attrs({"grid_nx": 3})
