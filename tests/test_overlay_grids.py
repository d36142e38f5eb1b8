"""From another grid to ours: against shapely, conserved, in any coordinate system."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import overlay
from emisim.errors import InputError, MassError
from emisim.grid import Grid

CRS = "+proj=laea +lat_0=38 +lon_0=113.5 +datum=WGS84 +units=m"
GRID = Grid(CRS, -5000.0, -4000.0, 1000.0, 10, 8)
ROTATED = "+proj=ob_tran +o_proj=longlat +o_lat_p=52 +o_lon_p=0 +lon_0=113.5 +datum=WGS84"


def squares(grid):
    x, y = np.meshgrid(grid.x, grid.y)
    half = grid.cell_size / 2
    return shapely.box(x - half, y - half, x + half, y + half).ravel()


def turned(degrees, cell, shape, centre=(0.0, 0.0)):
    """Corners of square cells turned about their middle, in the plane."""
    along, up = (cell * (np.arange(n + 1) - n / 2) for n in shape[::-1])
    x, y = np.meshgrid(along, up)
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return overlay.Cells(c * x - s * y + centre[0], s * x + c * y + centre[1], CRS)


def polygons_of(cells):
    x, y = cells.x, cells.y
    ring = [
        np.stack([x[a, b], y[a, b]], axis=-1)
        for a, b in (
            (np.s_[:-1], np.s_[:-1]), (np.s_[:-1], np.s_[1:]),
            (np.s_[1:], np.s_[1:]), (np.s_[1:], np.s_[:-1]),
        )
    ]  # fmt: skip
    return shapely.polygons(np.stack(ring, axis=2).reshape(-1, 4, 2))


@settings(max_examples=25, deadline=None)
@given(
    st.floats(-180, 180), st.floats(200, 3000),
    st.integers(-4_000_000, 4_000_000).map(lambda n: n / 1000),
    st.tuples(st.integers(1, 7), st.integers(1, 7)),
)  # fmt: skip
def test_turned_cells_are_those_of_shapely(degrees, cell, shift, shape):
    cells = turned(degrees, cell, shape, (shift, -shift / 2))
    shapes = polygons_of(cells)
    expected = np.array([shapely.area(shapely.intersection(s, squares(GRID))) for s in shapes])
    if expected.max() < 1e-6 * cell**2:
        return
    weights = overlay.regrid(GRID, cells)
    found = weights.matrix(GRID.size).toarray()
    np.testing.assert_allclose(found * cell**2, expected, rtol=0, atol=1e-9 * cell**2)
    assert np.abs(found.sum(axis=1) + weights.outside - 1).max() <= 1e-12


def test_a_grid_onto_itself_is_the_identity():
    weights = overlay.regrid(GRID, overlay.of_grid(GRID))
    np.testing.assert_array_equal(weights.matrix(GRID.size).toarray(), np.eye(GRID.size))
    assert weights.beyond() == {}


def test_cells_are_divided_into_whole_finer_ones():
    fine = Grid(CRS, -5000.0, -4000.0, 250.0, 40, 32)
    weights = overlay.regrid(fine, overlay.of_grid(GRID))
    assert len(weights.share) == fine.size
    np.testing.assert_allclose(weights.share, 1 / 16, rtol=1e-14)


@pytest.mark.parametrize("falling", [False, True])
def test_longitude_and_latitude(falling):
    """Uniform density on the ground arrives uniform: rows nearer the pole hold less."""
    lon, lat = np.arange(113.3, 113.71, 0.02), np.arange(37.8, 38.2, 0.02)
    cells = overlay.rectilinear(lon, lat[::-1] if falling else lat)
    weights = overlay.regrid(GRID, cells)
    density = weights.matrix(GRID.size).T @ cells.ground_areas.ravel() / GRID.cell_size**2
    np.testing.assert_allclose(density, 1, rtol=2e-6)
    mass = cells.ground_areas.ravel()
    kept = (weights.matrix(GRID.size).T @ mass).sum() + mass @ weights.outside
    assert kept == pytest.approx(mass.sum(), rel=1e-12)


def test_whole_circles_of_latitude_in_large_cells():
    """Degree cells of the globe: their sides are curves in the plane, and fit each other."""
    cells = overlay.rectilinear(np.arange(-180, 181.0), np.arange(-90, 91.0))
    weights = overlay.regrid(GRID, cells)
    assert set(np.unique(weights.place)) == {127 * 360 + 293, 128 * 360 + 293}
    area = cells.ground_areas.ravel()
    density = weights.matrix(GRID.size).T @ area / GRID.cell_size**2
    np.testing.assert_allclose(density, 1, rtol=2e-6)
    assert weights.outside.sum() == pytest.approx(cells.size - weights.share.sum(), rel=1e-12)


def test_ground_areas_are_geodesic_ones():
    cells = overlay.rectilinear([100, 100.5], [20, 20.5, 40, 40.5])
    geod = pyproj.Geod(ellps="WGS84")
    for row, south in ((0, 20.0), (2, 40.0)):
        east = np.linspace(100, 100.5, 2000)
        lon = np.concatenate([east, east[::-1]])
        lat = np.repeat([south, south + 0.5], 2000)
        expected = abs(geod.polygon_area_perimeter(lon, lat)[0])
        assert cells.ground_areas[row, 0] == pytest.approx(expected, rel=1e-7)


def test_a_rotated_pole():
    to_rotated = pyproj.Transformer.from_crs("EPSG:4326", ROTATED, always_xy=True)
    middle = to_rotated.transform(113.5, 38.0)
    edges = [np.arange(-0.1, 0.101, 0.01) + value for value in middle]
    cells = overlay.rectilinear(*edges, ROTATED)
    weights = overlay.regrid(GRID, cells)
    covered = weights.matrix(GRID.size).T @ cells.ground_areas.ravel()
    np.testing.assert_allclose(covered, GRID.cell_size**2, rtol=2e-5)


@settings(max_examples=20, deadline=None)
@given(st.floats(-180, 180), st.floats(300, 3000))
def test_the_way_out_is_the_same_overlap_seen_from_our_cells(degrees, cell):
    cells = turned(degrees, cell, (5, 6))
    inward = overlay.regrid(GRID, cells).matrix(GRID.size).toarray() * cell**2
    outward = overlay.onto(GRID, cells)
    found = outward.matrix(cells.size).toarray()
    np.testing.assert_allclose(found.T * GRID.cell_size**2, inward, rtol=0, atol=1e-9 * cell**2)
    assert np.abs(found.sum(axis=1) + outward.outside - 1).max() <= 1e-12


def test_there_and_back_keeps_the_mass():
    cells = overlay.rectilinear(np.arange(113.3, 113.71, 0.02), np.arange(37.8, 38.21, 0.02))
    mass = np.arange(1.0, GRID.size + 1)
    away = overlay.onto(GRID, cells)
    assert away.beyond() == {}
    sent = away.matrix(cells.size).T @ mass
    back = overlay.regrid(GRID, cells)
    returned = back.matrix(GRID.size).T @ sent
    assert returned.sum() + sent @ back.outside == pytest.approx(mass.sum(), rel=1e-12)


def test_cells_over_each_other_are_refused():
    x, y = np.meshgrid([-2000.0, 2000.0, -2000.0], [-2000.0, 2000.0])
    with pytest.raises(MassError, match="add to 2"):
        overlay.onto(GRID, overlay.Cells(x, y, CRS))


def test_small_batches_give_the_same(monkeypatch):
    cells = overlay.rectilinear(np.arange(113.3, 113.71, 0.02), np.arange(37.8, 38.2, 0.02))
    whole = overlay.regrid(GRID, cells)
    monkeypatch.setattr("emisim.overlay.grids.VERTICES", 50)
    monkeypatch.setattr("emisim.overlay.laying.ENTRIES", 20)
    parts = overlay.regrid(GRID, cells)
    for name in ("place", "cell", "share", "outside"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


def test_edges_from_centres():
    assert overlay.edges([38.25, 37.75, 37.25]).tolist() == [38.5, 38.0, 37.5, 37.0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: overlay.regrid(GRID, turned(10, 500.0, (3, 3), (9e5, 0))), "does not meet"),
        (lambda: overlay.regrid(GRID, overlay.rectilinear([0, 1], [38, 39])), "does not meet"),
        (lambda: overlay.rectilinear([1, 3, 2], [0, 1]), "x must rise or fall"),
        (lambda: overlay.edges([1.0]), "centres must rise or fall"),
        (lambda: overlay.edges([1.0, np.nan, 3.0]), "centres must rise or fall"),
        (lambda: overlay.Cells(np.zeros((2, 2)), np.zeros((3, 2))), "same shape"),
        (lambda: overlay.Cells(np.full((2, 2), np.nan), np.zeros((2, 2))), "not a number"),
        (lambda: overlay.rectilinear([0, 1], [0, 1], "EPSG:0"), "unknown coordinate system"),
        (lambda: overlay.regrid(GRID, overlay.Cells(*np.zeros((2, 2, 2)), CRS)), "has no area"),
    ],
)  # fmt: skip
def test_what_cannot_be_laid_is_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()
