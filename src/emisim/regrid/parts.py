"""Which share of each foreign cell lies in which of our cells, within each district and outside.

A foreign cell on the city's border is cut by the border, exactly, so that the city takes its own
share of it and no more. With a proxy the shares follow the proxy instead of the area.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse

from emisim import overlay
from emisim.errors import InputError, MassError
from emisim.grid import Grid
from emisim.overlay import plane
from emisim.regrid import proxy as proxies
from emisim.regrid.lattice import Floats, Lattice
from emisim.regrid.settings import Proxy

TOLERANCE = 1e-9
SLIVER = 1e-12
"""Pieces below this part of a foreign cell are rounding."""
Shares: TypeAlias = Any
"""A scipy.sparse.csr_array."""
POLYGON = "Polygon"


@dataclass(frozen=True)
class Parts:
    """Shares of foreign cells, each (foreign cell, our cell).

    Parameters
    ----------
    district
        Within each district.
    rest
        In the domain beyond all districts.
    outside
        (foreign cell,), beyond the domain. Everything of a foreign cell adds to 1.
    bare
        (foreign cell,), whether the proxy is nowhere in it; its shares are by area.
    """

    district: Mapping[str, Shares]
    rest: Shares
    outside: Floats
    bare: NDArray[np.bool_]

    def kept(self, replaced: Collection[str]) -> Shares:
        """Return the shares without those in the districts that are ``replaced``."""
        found = self.rest.copy()
        for name, shares in self.district.items():
            if name not in replaced:
                found = found + shares
        return found

    def checked(self) -> "Parts":
        """Return self if the shares of each foreign cell add to 1 within 1e-9."""
        total = self.kept(()).sum(axis=1) + self.outside
        worst = int(np.argmax(np.abs(total - 1)))
        if not abs(total[worst] - 1) <= TOLERANCE:
            message = f"shares of foreign cell {worst} add to {float(total[worst])!r}, not to 1"
            raise MassError(message)
        return self


def lay(
    cells: Lattice,
    grid: Grid,
    districts: pd.Series,
    proxy: Proxy | None = None,
    folder: str | Path = ".",
) -> Parts:
    """Return the parts of ``cells`` on ``grid``.

    Parameters
    ----------
    districts
        WGS84 polygons by name; may be empty.
    proxy
        A raster, its path from ``folder``.

    Raises
    ------
    InputError
        If the two do not meet, or the raster does not cover the foreign cells.
    MassError
        If shares do not add to 1.
    """
    domain = grid if proxy is None else _around(cells, grid)
    weights = overlay.regrid(domain, cells.cells())
    whole, outside = weights.matrix(domain.size), weights.outside
    found, cut = _by_district(cells, domain, districts)
    kept = sparse.diags_array((~cut).astype(float))
    pieces: dict[str, Shares] = {name: found[name] for name in districts.index}
    pieces[""] = (kept @ whole + found[""]).tocsr()
    bare = np.zeros(len(outside), dtype=bool)
    if proxy is None:
        outside = np.where(cut, found["outside"], outside)
    else:
        density = proxies.field(proxy, folder, domain).ravel()
        pieces, bare = _by_density(pieces, density)
        pieces, outside = _cropped(pieces, domain, grid)
    rest = pieces.pop("")
    return Parts(pieces, rest, outside, bare).checked()


def _by_district(
    cells: Lattice, grid: Grid, districts: pd.Series
) -> tuple[dict[str, Shares], NDArray[np.bool_]]:
    """Shares of the foreign cells that meet a district, by district, "" beyond, and "outside".

    The second is which cells these are; the shares of others are 0.
    """
    count = cells.shape[0] * cells.shape[1]
    empty = sparse.csr_array((count, grid.size))
    found: dict[str, Shares] = dict.fromkeys([*districts.index, ""], empty)
    found["outside"] = np.zeros(count)
    cut = np.zeros(count, dtype=bool)
    if not len(districts):
        return found, cut
    areas = overlay.project(grid, districts.to_numpy())
    shapes = _shapes(cells, grid)
    shapely.prepare(areas)
    city = shapely.union_all(areas)
    shapely.prepare(city)
    rows = np.flatnonzero(shapely.intersects(city, shapes))
    cut[rows] = True
    place, label, piece = _cut(shapes[rows], areas, [*districts.index])
    weights = overlay.polygons(grid, piece, crs=grid.crs)
    size = shapely.area(piece)
    whole = np.bincount(place, size, minlength=len(rows))
    off = np.abs(whole / shapely.area(shapes[rows]) - 1)
    if (off > TOLERANCE).any():
        message = f"pieces of foreign cell {int(rows[np.argmax(off)])} do not add to it"
        raise MassError(message)
    share = size / whole[place]
    for name in [*districts.index, ""]:
        mine = label[weights.place] == name
        at = rows[place[weights.place[mine]]], weights.cell[mine]
        value = weights.share[mine] * share[weights.place[mine]]
        found[name] = sparse.csr_array((value, at), shape=empty.shape)
    found["outside"] = np.bincount(rows[place], weights.outside * share, minlength=count)
    return found, cut


def _shapes(cells: Lattice, grid: Grid) -> NDArray[np.object_]:
    """The foreign cells as polygons in the plane of the grid."""
    west, east = np.minimum(cells.x[1:], cells.x[:-1]), np.maximum(cells.x[1:], cells.x[:-1])
    south, north = np.minimum(cells.y[1:], cells.y[:-1]), np.maximum(cells.y[1:], cells.y[:-1])
    boxes = shapely.box(west, south[:, None], east, north[:, None]).ravel()
    return np.asarray(overlay.project(grid, boxes, cells.crs), dtype=object)


def _cut(
    shapes: NDArray[np.object_], areas: NDArray[np.object_], names: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.object_], NDArray[np.object_]]:
    """Cut shapes by areas, each after the other: place of the shape, name ("" beyond), piece."""
    rest = shapes.copy()
    smallest = SLIVER * shapely.area(shapes)
    pieces: list[tuple[NDArray[np.int64], str, NDArray[np.object_]]] = []
    for name, area in zip(names, areas, strict=True):
        hit = np.flatnonzero(shapely.intersects(area, rest))
        inner = shapely.contains_properly(area, rest[hit])
        pieces.append((hit[inner], name, rest[hit[inner]]))
        edge = hit[~inner]
        pieces.append((edge, name, shapely.intersection(rest[edge], area)))
        rest[hit[inner]] = shapely.Polygon()
        rest[edge] = shapely.difference(rest[edge], area)
    pieces.append((np.arange(len(rest)), "", rest))
    place = np.concatenate([rows for rows, _, _ in pieces])
    label = np.concatenate([np.full(len(r), name, dtype=object) for r, name, _ in pieces])
    piece = np.array([_flat(shape) for _, _, part in pieces for shape in part], dtype=object)
    big = shapely.area(piece) > smallest[place]
    return place[big], label[big], piece[big]


def _flat(shape: shapely.Geometry) -> shapely.Geometry:
    """The parts of a geometry that have area."""
    if shape.geom_type in (POLYGON, f"Multi{POLYGON}"):
        return shape
    parts = [p for p in shapely.get_parts(shapely.get_parts([shape])) if p.geom_type == POLYGON]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _around(cells: Lattice, grid: Grid) -> Grid:
    """Return our grid widened so that it holds the foreign cells that meet it."""
    weights = overlay.regrid(grid, cells.cells())
    rows = np.unique(weights.place)
    bounds = shapely.total_bounds(_shapes(cells, grid)[rows])
    size = grid.cell_size
    west, south = (int(max(np.ceil((a - b) / size), 0))
                   for a, b in zip((grid.x0, grid.y0), bounds[:2], strict=True))  # fmt: skip
    east, north = (int(max(np.ceil((b - a) / size), 0))
                   for a, b in zip((grid.x1, grid.y1), bounds[2:], strict=True))  # fmt: skip
    x0, y0 = grid.x0 - west * size, grid.y0 - south * size
    return Grid(grid.crs, x0, y0, size, grid.nx + west + east, grid.ny + south + north)


def _by_density(
    pieces: Mapping[str, Shares], density: Floats
) -> tuple[dict[str, Shares], NDArray[np.bool_]]:
    """Weigh shares by area with the density in our cells; (weighed, cells without any)."""
    weighed = {name: shares @ sparse.diags_array(density) for name, shares in pieces.items()}
    total = np.sum([shares.sum(axis=1) for shares in weighed.values()], axis=0)
    by_area = np.sum([shares.sum(axis=1) for shares in pieces.values()], axis=0)
    bare = ~(total > 0)
    scale = sparse.diags_array(np.where(bare, 0.0, by_area / np.where(bare, 1.0, total)))
    plain = sparse.diags_array(bare.astype(float))
    return {n: (scale @ weighed[n] + plain @ pieces[n]).tocsr() for n in pieces}, bare


def _cropped(
    pieces: Mapping[str, Shares], wide: Grid, grid: Grid
) -> tuple[dict[str, Shares], Floats]:
    """Return the shares in our grid's cells, and the share in the other cells and beyond."""
    cell, valid = grid.cells_of_xy(*(axis.ravel() for axis in np.meshgrid(wide.x, wide.y)))
    at = np.flatnonzero(valid), cell[valid]
    pick = sparse.csr_array((np.ones(len(at[0])), at), shape=(wide.size, grid.size))
    found = {name: (shares @ pick).tocsr() for name, shares in pieces.items()}
    inside = np.sum([shares.sum(axis=1) for shares in found.values()], axis=0)
    return found, np.clip(1 - inside, 0, None)


def name_of(cells: Lattice, grid: Grid, number: int) -> str:
    """Return a foreign cell as a person would look for it: its middle, in degrees."""
    row, column = divmod(number, cells.shape[1])
    x, y = (cells.x[column] + cells.x[column + 1]) / 2, (cells.y[row] + cells.y[row + 1]) / 2
    lon, lat = plane.to_geographic(x, y, cells.crs)
    return f"cell at {float(lon):.4f} E {float(lat):.4f} N"


def refuse_bare(parts: Parts, cells: Lattice, grid: Grid, mass: Floats, what: str) -> None:
    """Raise :class:`InputError` where mass (foreign cell,) lies in a cell without any proxy."""
    bad = np.flatnonzero(parts.bare & (mass > 0) & (parts.outside < 1))
    if len(bad):
        worst = int(bad[np.argmax(mass[bad])])
        place = name_of(cells, grid, worst)
        message = f"the proxy is zero in {len(bad)} cells that emit {what}; {place} first"
        hint = "use another proxy, or set zero_proxy: area to spread such cells by area"
        raise InputError(message, column="zero_proxy", value=float(mass[worst]), hint=hint)
