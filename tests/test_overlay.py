"""Overlay: hand-calculated shares, conservation, edges of the domain, bad geometries."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import overlay
from emisim.errors import InputError, MassError
from emisim.grid import Grid

GRID = Grid(
    crs="+proj=laea +lat_0=38 +lon_0=113.5 +datum=WGS84 +units=m",
    x0=-5000.0,
    y0=-4000.0,
    cell_size=1000.0,
    nx=10,
    ny=8,
)


def on_earth(geometry):
    """A plane geometry (m), finely divided, in longitude and latitude."""
    fine = shapely.segmentize(geometry, 50.0)
    return shapely.transform(fine, lambda xy: np.column_stack(GRID.unproject(xy[:, 0], xy[:, 1])))


def dense(weights):
    return weights.matrix(GRID.size).toarray()


def test_points_fall_into_one_cell_or_outside():
    lon, lat = GRID.unproject([-4500.0, 0.0, 9000.0], [-3500.0, 0.0, 0.0])
    weights = overlay.points(GRID, lon, lat)
    assert weights.place.tolist() == [0, 1]
    assert weights.cell.tolist() == [0, 45]
    assert weights.outside.tolist() == [0, 0, 1]


def test_square_over_four_cells():
    square = on_earth(shapely.box(-250, -500, 750, 500))
    shares = dense(overlay.polygons(GRID, [square]))[0].reshape(GRID.shape)
    np.testing.assert_allclose(shares[3, 4:6], [0.125, 0.375], atol=1e-6)
    np.testing.assert_allclose(shares[4, 4:6], [0.125, 0.375], atol=1e-6)
    assert shares.sum() == pytest.approx(1, abs=1e-12)


def test_polygon_with_hole_and_part_outside():
    ring = shapely.box(3000, -1000, 7000, 1000).difference(shapely.box(4000, -500, 4500, 500))
    weights = overlay.polygons(GRID, [on_earth(ring)])
    assert weights.outside[0] == pytest.approx(4 / 7.5, rel=1e-6)
    assert weights.share.sum() + weights.outside[0] == pytest.approx(1, abs=1e-12)


def test_place_beyond_the_grid_is_outside_entirely():
    far = on_earth(shapely.box(20_000, 20_000, 21_000, 21_000))
    assert overlay.polygons(GRID, [far]).outside[0] == pytest.approx(1, abs=1e-12)
    line = on_earth(shapely.LineString([(20_000, 0), (30_000, 0)]))
    assert overlay.lines(GRID, [line]).outside[0] == pytest.approx(1, abs=1e-12)


def test_line_shares_by_length():
    line = on_earth(shapely.LineString([(-500, 200), (1500, 200)]))
    shares = dense(overlay.lines(GRID, [line]))[0].reshape(GRID.shape)
    np.testing.assert_allclose(shares[4, 4:7], [0.25, 0.5, 0.25], atol=1e-6)


def test_line_along_a_cell_edge_is_counted_once():
    grid = Grid("EPSG:32649", 500_000.0, 4_200_000.0, 1000.0, 4, 4)
    lon, lat = grid.unproject([502_000.0, 502_000.0], [4_200_200.0, 4_203_800.0])
    weights = overlay.lines(grid, [shapely.LineString(np.column_stack([lon, lat]))])
    assert weights.share.sum() == pytest.approx(1, abs=1e-12)
    assert weights.outside[0] == 0


def test_neighbours_with_a_common_border_leave_no_gap():
    west, east = shapely.box(113.46, 37.97, 113.5, 38.03), shapely.box(113.5, 37.97, 113.54, 38.03)
    parts = overlay.polygons(GRID, [west, east])
    whole = overlay.polygons(GRID, [shapely.union(west, east)])
    areas = shapely.area(overlay.project(GRID, [west, east]))
    np.testing.assert_allclose(
        areas @ dense(parts), areas.sum() * dense(whole)[0], rtol=0, atol=1e-12 * areas.sum()
    )


coordinate = st.tuples(st.floats(-9000, 9000), st.floats(-9000, 9000))


@settings(max_examples=40, deadline=None)
@given(st.lists(coordinate, min_size=3, max_size=8))
def test_polygons_and_lines_conserve(corners):
    hull = shapely.MultiPoint(corners).convex_hull
    if hull.geom_type != "Polygon" or hull.area < 1:
        return
    polygon = on_earth(hull)
    weights = overlay.polygons(GRID, [polygon])
    assert abs(weights.share.sum() + weights.outside[0] - 1) <= 1e-12
    weights = overlay.lines(GRID, [shapely.LineString(polygon.exterior.coords)])
    assert abs(weights.share.sum() + weights.outside[0] - 1) <= 1e-12


def test_broken_conservation_raises():
    weights = overlay.Weights(np.array([0]), np.array([3]), np.array([0.9]), np.array([0.0]))
    with pytest.raises(MassError, match=r"place 0 add to 0\.9"):
        weights.checked()


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        (shapely.Polygon([(113, 38), (114, 39), (114, 38), (113, 39)]), "not valid"),
        (shapely.Polygon(), "cannot be laid"),
        (shapely.Point(113, 38), "cannot be laid"),
        (None, "cannot be laid"),
    ],
)
def test_bad_polygon(geometry, message):
    with pytest.raises(InputError, match=message):
        overlay.polygons(GRID, [geometry])


def test_line_without_length():
    with pytest.raises(InputError, match=r"no length|not valid"):
        overlay.lines(GRID, [shapely.LineString([(113.5, 38), (113.5, 38)])])
