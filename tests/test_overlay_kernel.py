"""Compiled cut of edges: against the plain form, against shapely, and what must hold of any."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import overlay
from emisim.grid import Grid
from emisim.overlay import plain

CRS = "+proj=laea +lat_0=38 +lon_0=113.5 +datum=WGS84 +units=m"
GRID = Grid(CRS, -5000.0, -4000.0, 1000.0, 10, 8)
BOX = shapely.box(*GRID.bounds)
X, Y = np.meshgrid(GRID.x, GRID.y)
HALF = GRID.cell_size / 2
SQUARES = shapely.box(X - HALF, Y - HALF, X + HALF, Y + HALF).ravel()

free = st.integers(-8_000_000, 8_000_000).map(lambda n: n / 1000)
"""To a millimetre: GEOS errs where coordinates are nearly, but not quite, nothing."""
on_lines = st.integers(-8, 8).map(lambda n: 500.0 * n)
corner = st.tuples(free | on_lines, free | on_lines)


@st.composite
def polygons(draw):
    """Stars, with a hole in every second, on and off the grid lines; or two of them apart."""
    centre = np.array(draw(corner))
    radii = np.array(draw(st.lists(st.floats(0.3, 1), min_size=3, max_size=12)))
    size = draw(st.sampled_from([0.5, 50.0, 700.0, 6000.0]))
    angle = draw(st.floats(0, 6)) + np.arange(len(radii)) * 2 * np.pi / len(radii)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radii[:, None] * size
    star = shapely.Polygon(centre + ring, [centre + ring * 0.5] if draw(st.booleans()) else [])
    if draw(st.booleans()):
        return shapely.MultiPolygon([star, shapely.affinity.translate(star, 3 * size, 0)])
    return star


def dense(weights):
    return weights.matrix(GRID.size).toarray()


def in_cells(geometry):
    xy = (shapely.get_coordinates(geometry) - [GRID.x0, GRID.y0]) / GRID.cell_size
    return xy


@settings(max_examples=60, deadline=None)
@given(polygons())
def test_areas_are_those_of_shapely(polygon):
    shares = dense(overlay.polygons(GRID, [polygon], crs=CRS))[0]
    expected = shapely.area(shapely.intersection(polygon, SQUARES))
    size = max(polygon.envelope.area, 1e-4 * GRID.cell_size**2)
    np.testing.assert_allclose(shares * polygon.area, expected, rtol=0, atol=1e-9 * size)


@settings(max_examples=50, deadline=None)
@given(polygons())
def test_compiled_areas_are_those_of_the_plain_form(polygon):
    parts = shapely.get_parts(polygon)
    cells = sum(
        plain.polygon([in_cells(ring) for ring in shapely.get_rings(part)], GRID.shape)
        for part in parts
    )
    weights = overlay.polygons(GRID, [polygon], crs=CRS)
    whole = polygon.area / GRID.cell_size**2
    extent = polygon.envelope.area / GRID.cell_size**2
    found = dense(weights)[0].reshape(GRID.shape) * whole
    np.testing.assert_allclose(found, cells[1:-1, 1:-1], rtol=0, atol=1e-12 + 1e-9 * extent)
    outside = cells.sum() - cells[1:-1, 1:-1].sum()
    assert weights.outside[0] * whole == pytest.approx(outside, abs=1e-12 + 1e-9 * extent)


@settings(max_examples=50, deadline=None)
@given(st.lists(corner, min_size=2, max_size=8, unique=True))
def test_compiled_lengths_are_those_of_the_plain_form(corners):
    line = shapely.LineString(corners)
    if line.length < 1e-3:
        return
    cells = plain.line(in_cells(line), GRID.shape)
    found = dense(overlay.lines(GRID, [line], crs=CRS))[0].reshape(GRID.shape)
    np.testing.assert_allclose(found * cells.sum(), cells[1:-1, 1:-1], atol=1e-9 * cells.sum())


@settings(max_examples=60, deadline=None)
@given(st.lists(polygons(), min_size=1, max_size=5))
def test_every_share_and_the_outside_add_to_one(shapes):
    weights = overlay.polygons(GRID, shapes, crs=CRS)
    assert np.abs(dense(weights).sum(axis=1) + weights.outside - 1).max() <= 1e-12
    assert weights.share.min(initial=1) > 0
    assert (weights.outside >= 0).all()


@settings(max_examples=40, deadline=None)
@given(polygons(), st.integers(-3, 3), st.integers(-3, 3))
def test_moved_by_whole_cells_the_shares_move_with_it(polygon, east, north):
    wide = Grid(CRS, -40_000.0, -40_000.0, 1000.0, 80, 80)
    here = overlay.polygons(wide, [polygon], crs=CRS).matrix(wide.size).toarray()
    there = shapely.affinity.translate(polygon, 1000.0 * east, 1000.0 * north)
    moved = overlay.polygons(wide, [there], crs=CRS).matrix(wide.size).toarray()
    rolled = np.roll(here.reshape(wide.shape), (north, east), axis=(0, 1)).ravel()
    close = 1e-9 * max(1, 1e3 / np.sqrt(polygon.area))
    np.testing.assert_allclose(moved[0], rolled, rtol=0, atol=close)


@settings(max_examples=40, deadline=None)
@given(polygons(), st.floats(-3000, 3000))
def test_parts_add_to_the_whole(polygon, x):
    sides = [shapely.box(-1e5, -1e5, x, 1e5), shapely.box(x, -1e5, 1e5, 1e5)]
    parts = [p for p in shapely.intersection(polygon, sides) if p.area > 1e-3 * polygon.area]
    parts = [p for p in parts if p.geom_type in ("Polygon", "MultiPolygon")]
    area = shapely.area(parts)
    if abs(area.sum() / polygon.area - 1) > 1e-12:
        return
    summed = area @ dense(overlay.polygons(GRID, parts, crs=CRS))
    whole = dense(overlay.polygons(GRID, [polygon], crs=CRS))[0] * polygon.area
    np.testing.assert_allclose(summed, whole, rtol=0, atol=1e-9 * polygon.envelope.area)


@settings(max_examples=60, deadline=None)
@given(polygons())
def test_fine_cells_add_to_the_coarse_ones(polygon):
    fine = Grid(CRS, GRID.x0, GRID.y0, 250.0, 40, 32)
    shares = overlay.polygons(fine, [polygon], crs=CRS).matrix(fine.size).toarray()
    summed = shares.reshape(8, 4, 10, 4).sum(axis=(1, 3)).ravel()
    whole = dense(overlay.polygons(GRID, [polygon], crs=CRS))[0]
    close = 1e-12 * polygon.envelope.area / polygon.area * max(1, 1e3 / np.sqrt(polygon.area))
    np.testing.assert_allclose(summed, whole, rtol=0, atol=1e3 * close)


@pytest.mark.parametrize("reverse", [False, True])
def test_sense_and_start_of_a_ring_do_not_matter(reverse):
    ring = np.array([(-1200.0, -300), (2500, -300), (2500, 1700), (-1200, 1700)])
    turned = np.roll(ring, 2, axis=0)[:: -1 if reverse else 1]
    one, other = (overlay.polygons(GRID, [shapely.Polygon(r)], crs=CRS) for r in (ring, turned))
    np.testing.assert_allclose(dense(one), dense(other), rtol=0, atol=1e-15)


def test_ring_that_touches_itself_at_a_point():
    lobes = shapely.Polygon([(-4000, -3000), (0, 0), (4000, -3000), (4000, 3000), (0, 0.5),
                             (-4000, 3000)])  # fmt: skip
    hole = shapely.Polygon(shapely.box(-3000, -3000, 3000, 3000).exterior.coords,
                           [[(-3000, 0), (0, -1000), (0, 1000)]])  # fmt: skip
    for shape in (lobes, hole):
        assert shape.is_valid
        expected = shapely.area(shapely.intersection(shape, SQUARES)) / shape.area
        found = dense(overlay.polygons(GRID, [shape], crs=CRS))[0]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)


def test_a_sliver_and_a_tiny_polygon_keep_their_mass():
    sliver = shapely.Polygon([(-4900, -3900), (4900, 3900), (4900, 3900.01)])
    tiny = shapely.box(100.0, 100.0, 100.001, 100.001)
    tiny_on_a_corner = shapely.box(999.9999, 999.9999, 1000.0001, 1000.0001)
    weights = overlay.polygons(GRID, [sliver, tiny, tiny_on_a_corner], crs=CRS)
    np.testing.assert_allclose(dense(weights).sum(axis=1), 1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(dense(weights)[2][dense(weights)[2] > 0], 0.25, atol=1e-6)


def test_a_polygon_around_the_grid_fills_every_cell_alike():
    weights = overlay.polygons(GRID, [BOX.buffer(123_456.0)], crs=CRS)
    assert len(weights.cell) == GRID.size
    assert np.ptp(weights.share) <= 1e-15
    assert weights.outside[0] == pytest.approx(1 - BOX.area / BOX.buffer(123_456.0).area, rel=1e-12)


def test_small_batches_give_the_same(monkeypatch):
    random = np.random.default_rng(3)
    shapes = [shapely.Point(p).buffer(1500.0) for p in random.uniform(-5000, 5000, (40, 2))]
    borders = [shape.exterior for shape in shapes]
    whole = overlay.polygons(GRID, shapes, crs=CRS), overlay.lines(GRID, borders, crs=CRS)
    monkeypatch.setattr("emisim.overlay.laying.VERTICES", 100)
    monkeypatch.setattr("emisim.overlay.laying.ENTRIES", 30)
    parts = overlay.polygons(GRID, shapes, crs=CRS), overlay.lines(GRID, borders, crs=CRS)
    for one, other in zip(whole, parts, strict=True):
        for name in ("place", "cell", "share", "outside"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_million_cells_in_one_polygon_add_to_one():
    large = Grid(CRS, 0.0, 0.0, 100.0, 1000, 1000)
    shape = shapely.box(-50.0, -50.0, 100_049.0, 100_030.0)
    weights = overlay.polygons(large, [shape], crs=CRS)
    assert len(weights.cell) == large.size
    assert abs(np.sort(weights.share).sum() + weights.outside[0] - 1) <= 1e-12
