"""Rasters as proxies: where the raster is, and whole."""

import numpy as np
import pytest

from emisim import overlay
from emisim.errors import InputError
from emisim.regrid import parts, proxy
from emisim.regrid.lattice import Lattice
from emisim.regrid.settings import Proxy
from regrid import foreign as made

PEOPLE = Proxy(raster="people.tif", kind="count")
SHAPE = (110, 110)


def middles(step=0.02):
    """Longitude and latitude of the pixels."""
    x, y = 112.0 + (np.arange(110) + 1 / 2) * step, 39.0 - (np.arange(110) + 1 / 2) * step
    return np.meshgrid(x, y)


def foreign():
    return Lattice(np.arange(112.5, 114.01, 0.25), np.arange(37.25, 38.51, 0.25))


def test_a_count_keeps_its_sum(tmp_path):
    values = np.zeros(SHAPE)
    lon, lat = middles()
    values[(np.abs(lon - 113.2) < 0.1) & (np.abs(lat - 38.05) < 0.1)] = 7.0
    made.raster(tmp_path, values)
    found = proxy.field(PEOPLE, tmp_path, made.GRID)
    assert found.sum() == pytest.approx(values.sum(), rel=1e-12)


def test_a_density_is_per_ground_area(tmp_path):
    made.raster(tmp_path, np.full(SHAPE, 3.0))
    found = proxy.field(Proxy(raster="people.tif", kind="density"), tmp_path, made.GRID)
    np.testing.assert_allclose(found, 3.0 * made.GRID.areas(), rtol=1e-4)


def test_classes_of_land_use(tmp_path):
    lon, _ = middles()
    made.raster(tmp_path, np.where(lon < 113.2, 10.0, 50.0))
    town = Proxy(raster="people.tif", kind="class", classes=(50,))
    found = proxy.field(town, tmp_path, made.GRID) / made.GRID.areas()
    east = made.GRID.lonlat()[0]
    assert found[east > 113.25].min() == pytest.approx(1, rel=1e-3)
    assert found[east < 113.15].max() == 0
    with pytest.raises(InputError, match="none of the classes") as caught:
        proxy.field(Proxy(raster="people.tif", kind="class", classes=(5,)), tmp_path, made.GRID)
    assert "10, 50" in str(caught.value)


def test_shares_of_districts_add_to_1_and_follow_the_raster(tmp_path):
    lon, lat = middles()
    values = np.where((lon > 113.2) & (lat > 38.1), 9.0, 1.0)
    made.raster(tmp_path, values)
    amount = proxy.field(PEOPLE, tmp_path, made.GRID)
    weights = proxy.shares(amount, made.DISTRICTS, made.GRID)
    total = weights.matrix(made.GRID.size).sum(axis=1)
    np.testing.assert_allclose(total, 1, rtol=1e-12)
    east, north = (axis.ravel() for axis in made.GRID.lonlat())
    upper = weights.matrix(made.GRID.size).toarray()[0]
    dense = upper[(east > 113.21) & (north > 38.11)].sum()
    assert dense == pytest.approx(9 / 12, abs=0.08)


def test_a_district_without_any_proxy_is_named(tmp_path):
    _, lat = middles()
    made.raster(tmp_path, np.where(lat > 38.03, 1.0, 0.0))
    amount = proxy.field(PEOPLE, tmp_path, made.GRID)
    with pytest.raises(InputError, match="zero in all of district 'Lower'"):
        proxy.shares(amount, made.DISTRICTS, made.GRID)


def test_the_city_share_of_a_border_cell_follows_the_proxy(tmp_path):
    lon, lat = middles()
    town = (lon > 113.1) & (lon < 113.3) & (lat > 37.9) & (lat < 38.2)
    made.raster(tmp_path, np.where(town, 100.0, 1e-6))
    one = parts.lay(foreign(), made.GRID, made.DISTRICTS, PEOPLE, tmp_path)
    even = parts.lay(foreign(), made.GRID, made.DISTRICTS)
    city = [sum(s.sum(axis=1) for s in part.district.values()) for part in (one, even)]
    border = (city[1] > 0.05) & (city[1] < 0.8)
    assert border.sum() >= 2
    assert (city[0][border] > city[1][border] + 0.1).all()
    total = one.kept(()).sum(axis=1) + one.outside
    assert np.abs(total - 1).max() < 1e-12


def test_an_even_proxy_is_as_good_as_area(tmp_path):
    made.raster(tmp_path, np.full(SHAPE, 1.0))
    density = Proxy(raster="people.tif", kind="density")
    one = parts.lay(foreign(), made.GRID, made.DISTRICTS, density, tmp_path)
    even = parts.lay(foreign(), made.GRID, made.DISTRICTS)
    for name in made.DISTRICTS.index:
        difference = abs(one.district[name] - even.district[name])
        assert difference.max() < 1e-3 * even.district[name].max()
    np.testing.assert_allclose(one.outside, even.outside, atol=1e-3)


@pytest.mark.parametrize(
    ("more", "said"),
    [({"north": 38.1}, "does not cover"), ({"crs": None}, "no coordinate system")],
)
def test_rasters_that_cannot_serve(tmp_path, more, said):
    made.raster(tmp_path, np.full(SHAPE, 1.0), **more)
    with pytest.raises(InputError, match=said):
        proxy.field(PEOPLE, tmp_path, made.GRID)


def test_negative_values_are_an_undeclared_fill(tmp_path):
    values = np.full(SHAPE, 1.0)
    values[50, 60] = -200.0
    made.raster(tmp_path, values)
    with pytest.raises(InputError, match="negative"):
        proxy.field(PEOPLE, tmp_path, made.GRID)
    made.raster(tmp_path, values, nodata=-200.0)
    assert proxy.field(PEOPLE, tmp_path, made.GRID).min() >= 0


def test_a_raster_in_metres(tmp_path):
    import pyproj

    x, y = pyproj.Transformer.from_crs(4326, 32649, always_xy=True).transform(113.2, 38.05)
    values = np.zeros((60, 60))
    values[28:32, 28:32] = 5.0
    place = {"west": x - 60000, "north": y + 60000, "step": 2000.0, "crs": "EPSG:32649"}
    made.raster(tmp_path, values, **place)
    found = proxy.field(PEOPLE, tmp_path, made.GRID)
    assert found.sum() == pytest.approx(80.0, rel=1e-9)
    weights = overlay.points(made.GRID, [113.2], [38.05])
    row, column = divmod(int(weights.cell[0]), made.GRID.nx)
    assert found[row - 2 : row + 3, column - 2 : column + 3].sum() > 75
