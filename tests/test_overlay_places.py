"""Points on borders and beyond, many at one place, repair, names in messages, kept weights."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import overlay
from emisim.errors import InputError
from emisim.grid import Grid
from emisim.overlay import cache

CRS = "+proj=laea +lat_0=38 +lon_0=113.5 +datum=WGS84 +units=m"
GRID = Grid(CRS, -5000.0, -4000.0, 1000.0, 10, 8)
BOW_TIE = shapely.Polygon([(0, 0), (2000, 2000), (2000, 0), (0, 2000)])
SQUARE = shapely.box(-500.0, -500.0, 500.0, 500.0)


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("place", "cell", "share", "outside")
    )


def test_a_point_on_a_common_border_is_in_one_cell():
    x, y = [0.0, -5000.0, -4999.0, 5000.0, 0.0], [0.0, -4000.0, 1000.0, 0.0, 4000.0]
    weights = overlay.points(GRID, x, y, crs=CRS)
    assert weights.cell.tolist() == [45, 0, 50]
    assert weights.beyond(["a", "b", "c", "east", "north"]) == {"east": 1.0, "north": 1.0}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(-12, 12), st.integers(-12, 12)), min_size=1, max_size=20))
def test_every_point_is_in_one_cell_or_outside(corners):
    x, y = 500.0 * np.array(corners, dtype=float).T
    weights = overlay.points(GRID, x, y, crs=CRS)
    inside = (x >= -5000) & (x < 5000) & (y >= -4000) & (y < 4000)
    assert weights.place.tolist() == np.flatnonzero(inside).tolist()
    assert weights.outside.tolist() == (~inside).astype(float).tolist()


def test_many_points_share_what_they_have():
    sets = [shapely.MultiPoint([(0, 0), (100, 100), (0, 9000)]), shapely.Point(-4500, -3500)]
    weights = overlay.point_sets(GRID, sets, crs=CRS)
    np.testing.assert_allclose(weights.share, [2 / 3, 1], rtol=1e-15)
    assert weights.beyond() == {0: pytest.approx(1 / 3, rel=1e-15)}


def test_mixed_kinds_keep_their_order():
    shapes = [SQUARE, shapely.Point(1, 1), shapely.LineString([(0, 100), (2000, 100)])]
    weights = overlay.lay(GRID, shapes, crs=CRS)
    matrix = weights.matrix(GRID.size).toarray()
    np.testing.assert_allclose(matrix[0][[34, 35, 44, 45]], 0.25, rtol=1e-14)
    assert matrix[1, 45] == 1
    np.testing.assert_allclose(matrix[2][[45, 46]], 0.5, rtol=1e-14)


@pytest.mark.parametrize(
    ("lon", "lat", "message"),
    [
        ([113.5, np.nan], [38, 38], "'stack B' has a coordinate that is not a number"),
        ([113.5, 38], [38, 113.5], "'stack B' has no longitude and latitude"),
    ],
)
def test_points_that_are_no_places_are_named(lon, lat, message):
    with pytest.raises(InputError, match=message):
        overlay.points(GRID, lon, lat, names=["stack A", "stack B"])


def test_all_bad_geometries_are_named():
    shapes = [SQUARE, BOW_TIE, None, shapely.Point(0, 0)]
    with pytest.raises(InputError, match="geometry 'c', 'd' cannot be laid"):
        overlay.polygons(GRID, shapes, crs=CRS, names=list("abcd"))
    with pytest.raises(InputError, match=r"geometry 'b' is not valid: Self-intersection"):
        overlay.polygons(GRID, shapes[:2], crs=CRS, names=list("ab"))
    endless = shapely.Polygon([(0, 0), (1, 0), (np.inf, 1)])
    with pytest.raises(InputError, match="geometry 1 has a coordinate that is not a number"):
        overlay.polygons(GRID, [SQUARE, endless], crs=CRS)
    with pytest.raises(InputError, match="cannot be projected"):
        overlay.polygons(GRID, [SQUARE])


def test_repair_keeps_both_loops_and_says_what_it_did():
    shapes, why = overlay.repaired([SQUARE, BOW_TIE], names=["good", "bad"])
    assert list(why) == ["bad"]
    assert "Self-intersection" in why["bad"]
    assert shapes[1].area == pytest.approx(2e6)
    shares = overlay.polygons(GRID, shapes, crs=CRS).matrix(GRID.size).toarray()[1]
    expected = [shapely.intersection(shapes[1], shapely.box(0, 0, 1000, 1000)).area / 2e6]
    np.testing.assert_allclose(shares[45], expected, rtol=1e-12)


@pytest.mark.parametrize("shape", [shapely.Polygon([(0, 0), (1, 1), (2, 2)]), shapely.Point(0, 0)])
def test_what_cannot_be_repaired_is_refused(shape):
    with pytest.raises(InputError, match=r"geometry 1 (has no area left|cannot be repaired)"):
        overlay.repaired([SQUARE, shape])


def test_kept_weights_are_read_and_depend_on_every_bit(tmp_path, monkeypatch):
    made = []

    def laid(grid, shapes, **options):
        made.append(1)
        return overlay.polygons(grid, shapes, **options)

    first = overlay.kept(tmp_path, laid, GRID, [SQUARE], crs=CRS)
    assert same(first, overlay.kept(tmp_path, laid, GRID, [SQUARE], crs=CRS))
    assert len(made) == 1
    moved = shapely.transform(SQUARE, lambda xy: np.nextafter(xy, 1e9))
    overlay.kept(tmp_path, laid, GRID, [moved], crs=CRS)
    other = Grid(CRS, -5000.0, -4000.0, 1000.0, 10, 9)
    overlay.kept(tmp_path, laid, other, [SQUARE], crs=CRS)
    assert len(made) == 3
    monkeypatch.setattr(cache, "_code", lambda: "another version")
    overlay.kept(tmp_path, laid, GRID, [SQUARE], crs=CRS)
    assert len(made) == 4
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("fault", ["cut short", "of another key", "a share changed"])
def test_a_damaged_or_foreign_file_is_never_used(tmp_path, fault):
    right = overlay.kept(tmp_path, overlay.polygons, GRID, [SQUARE], crs=CRS)
    (path,) = tmp_path.iterdir()
    with np.load(path) as stored:
        arrays = dict(stored)
    if fault == "cut short":
        path.write_bytes(path.read_bytes()[:200])
    elif fault == "of another key":
        np.savez(path, **arrays | {"key": np.array("0" * 64), "cell": arrays["cell"] + 1})
    else:
        np.savez(path, **arrays | {"share": arrays["share"] * 1.001})
    assert same(right, overlay.kept(tmp_path, overlay.polygons, GRID, [SQUARE], crs=CRS))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_failure_leaves_no_file(tmp_path):
    with pytest.raises(InputError, match="not valid"):
        overlay.kept(tmp_path, overlay.polygons, GRID, [BOW_TIE], crs=CRS)
    assert list(tmp_path.iterdir()) == []


def test_kept_points_and_grids(tmp_path):
    cells = overlay.rectilinear([113.4, 113.5, 113.6], [37.9, 38.0])
    for lay, *arguments in ((overlay.points, [113.5], [38.0]), (overlay.regrid, cells)):
        direct = lay(GRID, *arguments)
        assert same(direct, overlay.kept(tmp_path, lay, GRID, *arguments))
        assert same(direct, overlay.kept(tmp_path, lay, GRID, *arguments))
    assert len(list(tmp_path.iterdir())) == 2
