"""Exact weights of points, lines, polygons and other grids on a grid.

Every function takes geometries in any coordinate system (WGS84 longitude and latitude by default)
and returns, for each place, its share (number, length, area) in each cell and its share beyond the
grid. The two add to 1 within 1e-12, or :class:`~emisim.errors.MassError` is raised; a place that
cannot be laid is named in an :class:`~emisim.errors.InputError`. See docs/geometry.md.
"""

from emisim.overlay.cache import kept
from emisim.overlay.cells import Cells, edges, of_grid, rectilinear
from emisim.overlay.grids import onto, regrid
from emisim.overlay.laying import lay, lines, point_sets, points, polygons
from emisim.overlay.plane import project
from emisim.overlay.shapes import repaired
from emisim.overlay.weights import TOLERANCE, Weights

__all__ = [
    "TOLERANCE", "Cells", "Weights", "edges", "kept", "lay", "lines", "of_grid", "onto",
    "point_sets", "points", "polygons", "project", "rectilinear", "regrid", "repaired",
]  # fmt: skip
