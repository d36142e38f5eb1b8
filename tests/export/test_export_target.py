"""Grids of other models: placed where their files say, or refused."""

import netCDF4
import numpy as np
import pytest

from emisim.errors import InputError
from emisim.export import target
from emisim.grid import Grid
from export import made


def test_wrf_and_griddesc_of_one_grid_agree(tmp_path):
    wrf = target.read(made.wrfinput(tmp_path / "wrfinput_d01"), None, made.RADIUS)
    cmaq = target.read(made.griddesc(tmp_path), "TEST_3KM", made.RADIUS)
    assert wrf.grid.shape == cmaq.grid.shape == (14, 16)
    np.testing.assert_allclose(wrf.grid.lonlat(), cmaq.grid.lonlat(), atol=1e-5)
    for name, value in cmaq.projection.items():
        assert wrf.projection[name] == pytest.approx(value, rel=1e-6)
    assert wrf.name == "d01"


def test_centres_are_those_of_the_textbook_formula(tmp_path):
    found = target.read(made.griddesc(tmp_path), "TEST_3KM", made.RADIUS)
    expected = made.centres(16, 14, 3000.0, -24000.0, -21000.0)
    np.testing.assert_allclose(found.grid.lonlat(), expected, atol=1e-9)


def test_area_is_the_cell_over_the_square_of_the_map_factor(tmp_path):
    found = target.read(made.griddesc(tmp_path), "TEST_3KM", made.RADIUS)
    lat = found.grid.lonlat()[1]
    np.testing.assert_allclose(found.grid.areas(), (3000 / made.map_factor(lat)) ** 2, rtol=1e-6)


def test_several_grids_need_a_name(tmp_path):
    path = made.griddesc(tmp_path)
    with pytest.raises(InputError, match="several grids"):
        target.read(path, None, made.RADIUS)
    with pytest.raises(InputError, match="unknown grid"):
        target.read(path, "TEST_9KM", made.RADIUS)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (" 2, 30.0D0", " 1, 30.0D0", "unknown grid type"),
        ("'LCC_TEST', -24000", "'LCC', -24000", "unknown coordinate system"),
        ("3000.0, 3000.0, 16", "3000.0, 4000.0, 16", "not square"),
        ("113.1, 38.0\n", "113.1\n", "not a line of a GRIDDESC"),
        (" 2, 30.0D0, 60.0, 113.1", " 2, 2, 30.0D0, 60.0, 113.1", "projection of the file cannot"),
        ("3000.0, 3000.0, 16, 14", "3000.0, 3000.0, 0, 14", "has no cells"),
        ("3000.0, 3000.0, 16, 14", "-1.0, -1.0, 16, 14", "has no cells"),
    ],
)
def test_griddesc_that_cannot_be_used(tmp_path, old, new, message):
    assert old in made.GRIDDESC
    path = tmp_path / "GRIDDESC"
    path.write_text(made.GRIDDESC.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        target.read(path, "TEST_3KM", made.RADIUS)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("STAND_LON", 110.0, "not those of the projection"),
        ("MAP_PROJ", 6, "unknown MAP_PROJ"),
        ("DX", 3100.0, "not those of the projection"),
    ],
)
def test_wrf_file_that_contradicts_itself(tmp_path, name, value, message):
    path = made.wrfinput(tmp_path / "wrfinput_d01")
    with netCDF4.Dataset(path, "a") as file:
        file.setncattr(name, np.float32(value))
    with pytest.raises(InputError, match=message):
        target.read(path, None, made.RADIUS)


def test_netcdf_of_another_kind(tmp_path):
    path = tmp_path / "other.nc"
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("x", 1)
    with pytest.raises(InputError, match="neither XLONG"):
        target.read(path, None, made.RADIUS)


@pytest.mark.parametrize(
    "line", ["6, 1.0, 60.0, 113.0, 113.0, 38.0", "7, 30.0, 0.0, 113.0, 113.0, 38.0",
             "10, 38.0, 0.0, 113.0, 113.0, 38.0"]
)  # fmt: skip
def test_other_projections_have_their_origin_at_the_centre(tmp_path, line):
    path = tmp_path / "GRIDDESC"
    grid = "'G'\n'S', -5000.0, -5000.0, 10000.0, 10000.0, 1, 1, 1\n"
    path.write_text(f"' '\n'S'\n {line}\n' '\n{grid}' '\n", encoding="utf-8")
    found = target.read(path, None, made.RADIUS)
    np.testing.assert_allclose(np.ravel(found.grid.lonlat()), (113.0, 38.0), atol=1e-6)


def test_a_city_grid_of_another_projection_has_no_type():
    assert target.own(Grid("EPSG:32649", 0, 0, 1000, 2, 2), "UTM").projection == {}
