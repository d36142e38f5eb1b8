"""The geometry kernel beside the libraries that do the same: make bench-grid.

Every engine gets the same places and the same 100 columns of mass and returns the mass per cell of
a 300 x 300 grid. Each runs in a process of its own, one at a time, after a small warm-up; the best
of a few runs counts. Ratios mean something elsewhere too, seconds are those of this machine.
LIBRARIES=/path/to/python adds the engines of another environment (exactextract, emiproc, geopandas,
xugrid with numba_celltree).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import shapely

COLUMNS, SIDE = 100, 300
CRS = "+proj=laea +lat_0=38 +lon_0=113.5 +datum=WGS84 +units=m +no_defs"
TURN = np.deg2rad(17.0)
ENOUGH = 5.0
"""Seconds after which a run is not repeated."""
CASES = {
    "polygons": "2,000 polygons of 64 vertices",
    "points": "50,000 points",
    "regrid": "400 x 400 cells turned by 17 degrees",
    "many": "20,000 polygons of 256 vertices",
    "degrees": "2,000 polygons of 64 vertices in longitude and latitude",
}
ENGINES = {
    "polygons": ("emisim", "shapely", "geopandas", "exactextract", "emiproc"),
    "points": ("emisim", "geopandas", "emiproc"),
    "regrid": ("emisim", "shapely", "geopandas", "xugrid", "exactextract", "emiproc"),
    "many": ("emisim", "exactextract"),
    "degrees": ("emisim",),
}
OPTIONAL = ("exactextract", "emiproc", "xugrid")
REFERENCE = {"polygons": "shapely", "regrid": "shapely", "points": "geopandas"}


def stars(count: int, vertices: int, width: float) -> np.ndarray:
    """Polygons of about 100 km2, some of them partly beyond the grid."""
    random = np.random.default_rng(7)
    angle = np.sort(random.random((count, vertices)) * 2 * np.pi, axis=1)
    radius = 5600.0 * (1 + 0.25 * np.sin(3 * angle) + 0.02 * random.random(angle.shape))
    centre = random.random((count, 1, 2)) * width
    return shapely.polygons(
        centre + np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    )


def corners(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Corners of n x n cells of 1 km turned about the middle of the grid of 1.9 km cells."""
    along = 1000.0 * (np.arange(n + 1) - n / 2)
    x, y = np.meshgrid(along, along)
    middle = SIDE * 1900.0 / 2
    turned = np.cos(TURN) * x + np.sin(TURN) * y, np.cos(TURN) * y - np.sin(TURN) * x
    return turned[0] + middle + 310.0, turned[1] + middle - 170.0


def quads(n: int) -> np.ndarray:
    """The cells of :func:`corners` as polygons (n * n,)."""
    xy = np.stack(corners(n), axis=-1)
    four = [xy[:-1, :-1], xy[:-1, 1:], xy[1:, 1:], xy[1:, :-1]]
    return shapely.polygons(np.stack(four, axis=2).reshape(-1, 4, 2))


def case(name: str, small: bool) -> dict[str, Any]:
    """Places, masses (place, column) and cell size of one job; a small one for the warm-up."""
    cell = 1900.0 if name == "regrid" else 1000.0
    width = SIDE * cell
    n = 12 if small else 400
    task: dict[str, Any] = {"cell": cell, "n": n}
    if name == "points":
        places: Any = np.random.default_rng(5).random((50 if small else 50_000, 2)) * width
    elif name == "regrid":
        places = quads(n)
    elif name == "many":
        places = stars(20 if small else 20_000, 256, width)
    else:
        places = stars(20 if small else 2_000, 64, width)
    mass = np.random.default_rng(6).gamma(0.5, 1.0, (len(places), COLUMNS))
    return task | {"places": places, "mass": mass, "name": name}


def emisim(task: dict[str, Any]) -> np.ndarray:
    """Our kernel."""
    from emisim import overlay
    from emisim.grid import Grid

    grid = Grid(CRS, 0.0, 0.0, task["cell"], SIDE, SIDE)
    if task["name"] == "points":
        weights = overlay.points(grid, *task["places"].T, crs=CRS)
    elif task["name"] == "regrid":
        weights = overlay.regrid(grid, overlay.Cells(*corners(task["n"]), CRS))
    elif task["name"] == "degrees":
        weights = overlay.polygons(grid, in_degrees(grid, task["places"]))
    else:
        weights = overlay.polygons(grid, task["places"], crs=CRS)
    return weights.matrix(grid.size).T @ task["mass"]


def in_degrees(grid: Any, shapes: np.ndarray) -> np.ndarray:
    """The same polygons in longitude and latitude, made once."""
    key = id(shapes)
    if key not in KEPT:
        KEPT[key] = shapely.transform(shapes, lambda xy: np.column_stack(grid.unproject(*xy.T)))
    return KEPT[key]


KEPT: dict[int, np.ndarray] = {}


def squares(cell: float) -> np.ndarray:
    """The cells of the grid as polygons (SIDE * SIDE,)."""
    x, y = np.meshgrid(np.arange(SIDE) * cell, np.arange(SIDE) * cell)
    return shapely.box(x, y, x + cell, y + cell).ravel()


def spread(place: Any, cell: Any, share: Any, mass: np.ndarray) -> np.ndarray:
    """Mass per cell from shares."""
    from scipy import sparse

    shape = (len(mass), SIDE * SIDE)
    return sparse.coo_array((share, (np.asarray(place), np.asarray(cell))), shape).tocsr().T @ mass


def with_shapely(task: dict[str, Any]) -> np.ndarray:
    """Tree of the cells, then intersections: the plain way with GEOS, and the reference."""
    places, cells = task["places"], squares(task["cell"])
    place, cell = shapely.STRtree(cells).query(places, predicate="intersects")
    area = shapely.area(shapely.intersection(places[place], cells[cell]))
    return spread(place, cell, area / shapely.area(places)[place], task["mass"])


def with_geopandas(task: dict[str, Any]) -> np.ndarray:
    """overlay() of polygons, sjoin() of points."""
    import geopandas

    cells = geopandas.GeoDataFrame(
        {"cell": np.arange(SIDE * SIDE)}, geometry=squares(task["cell"]), crs=CRS
    )
    points = task["name"] == "points"
    shapes = shapely.points(task["places"]) if points else task["places"]
    number = {"place": np.arange(len(shapes))}
    frame = geopandas.GeoDataFrame(number, geometry=shapes, crs=CRS)
    if points:
        joined = geopandas.sjoin(frame, cells, predicate="within")
        return spread(joined["place"], joined["cell"], np.ones(len(joined)), task["mass"])
    cut = geopandas.overlay(frame, cells, how="intersection")
    share = cut.area.to_numpy() / shapely.area(shapes)[cut["place"]]
    return spread(cut["place"], cut["cell"], share, task["mass"])


def with_exactextract(task: dict[str, Any]) -> np.ndarray:
    """Coverage fractions; its rows run from the north."""
    import geopandas
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    size, places = SIDE * task["cell"], task["places"]
    frame = geopandas.GeoDataFrame({"place": np.arange(len(places))}, geometry=places, crs=CRS)
    wkt = frame.crs.to_wkt()
    raster = NumPyRasterSource(np.zeros((SIDE, SIDE)), 0, 0, size, size, srs_wkt=wkt)
    found = exact_extract(raster, frame, ["cell_id", "coverage"], output="pandas")
    place = np.repeat(np.arange(len(found)), [len(ids) for ids in found["cell_id"]])
    number = np.concatenate(found["cell_id"].to_numpy()).astype(np.int64)
    cell = (SIDE - 1 - number // SIDE) * SIDE + number % SIDE
    covered = np.concatenate(found["coverage"].to_numpy()) * task["cell"] ** 2
    return spread(place, cell, covered / shapely.area(places)[place], task["mass"])


def with_xugrid(task: dict[str, Any]) -> np.ndarray:
    """Relative overlap of two unstructured grids."""
    import xugrid
    from scipy import sparse

    along = np.arange(SIDE + 1) * task["cell"]
    ours, theirs = mesh(xugrid, *np.meshgrid(along, along)), mesh(xugrid, *corners(task["n"]))
    w = xugrid.RelativeOverlapRegridder(theirs, ours)._weights
    matrix = sparse.csr_array((w.data, w.indices, w.indptr), (SIDE * SIDE, len(task["mass"])))
    return matrix @ task["mass"]


def mesh(xugrid: Any, x: np.ndarray, y: np.ndarray) -> Any:
    """A structured grid as xugrid takes it."""
    number = np.arange(x.size).reshape(x.shape)
    four = [number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]]
    return xugrid.Ugrid2d(x.ravel(), y.ravel(), -1, np.stack(four, axis=-1).reshape(-1, 4))


def with_emiproc(task: dict[str, Any]) -> np.ndarray:
    """remap_inventory() of 100 columns; its cells run by columns."""
    import geopandas
    import pandas as pd
    from emiproc.grids import RegularGrid
    from emiproc.inventories import Inventory
    from emiproc.regrid import remap_inventory

    points = task["name"] == "points"
    shapes = shapely.points(task["places"]) if points else task["places"]
    local = "EPSG:32649"
    names = [f"S{n}" for n in range(COLUMNS)]
    frame = geopandas.GeoDataFrame(
        pd.DataFrame(task["mass"], columns=names), geometry=shapes, crs=local
    )
    target = RegularGrid(0, 0, nx=SIDE, ny=SIDE, dx=task["cell"], dy=task["cell"], crs=local)
    done = remap_inventory(Inventory.from_gdf(gdfs={"all": frame}), target)
    found = np.stack([done.gdf[("all", name)].to_numpy() for name in names], axis=-1)
    return found.reshape(SIDE, SIDE, COLUMNS).transpose(1, 0, 2).reshape(-1, COLUMNS)


WORK = {"emisim": emisim} | {
    name.removeprefix("with_"): work
    for name, work in list(globals().items())
    if name.startswith("with_")
}


def memory(reset: bool = False) -> float:
    """Most memory of this process in MB; ``reset`` counts from now."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(status.split("VmHWM:")[1].split()[0]) / 2**10


def one(name: str, engine: str, out: str) -> None:
    """Run one engine in this process; write what it found and print what it took."""
    WORK[engine](case(name, small=True))
    task = case(name, small=False)
    before, walls, cpus = memory(reset=True), [], []
    while not walls or (len(walls) < 3 and walls[0] < ENOUGH):
        wall, cpu = time.perf_counter(), time.process_time()
        found = WORK[engine](task)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    np.savez(out, total=found.sum(axis=0), some=found[:, :4])
    spent = {"wall": min(walls), "cpu": min(cpus), "memory": memory() - before}
    print(json.dumps(spent))


def asked(name: str, engine: str, out: str) -> dict[str, Any] | None:
    """Run one engine in a new process; None if its library is not there."""
    python = os.environ.get("LIBRARIES") if engine in OPTIONAL else sys.executable
    if not python:
        return None
    command = [python, __file__, "--case", name, "--engine", engine, "--out", out]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  {engine:14} {done.stderr.strip().splitlines()[-1]}")
        return None
    spent = json.loads(done.stdout.strip().splitlines()[-1])
    with np.load(out) as stored:
        return spent | {key: stored[key] for key in stored.files}


def compare(name: str, folder: Path) -> None:
    """Print one table."""
    found = {e: asked(name, e, str(folder / f"{name}-{e}.npz")) for e in ENGINES[name]}
    there = {engine: result for engine, result in found.items() if result}
    ours, right = there["emisim"], there[REFERENCE.get(name, "emisim")]
    print(f"\n{CASES[name]}\n  {'engine':14} wall s   cpu s   wall x   cpu x   MB   mass error   "
          "cell error", flush=True)  # fmt: skip
    for engine, r in there.items():
        mass = np.abs(r["total"] / right["total"] - 1).max()
        cell = np.abs(r["some"] - right["some"]).sum() / right["some"].sum()
        print(f"  {engine:14} {r['wall']:6.2f} {r['cpu']:7.2f} {r['wall'] / ours['wall']:8.1f} "
              f"{r['cpu'] / ours['cpu']:7.1f} {r['memory']:5.0f} {mass:11.0e} {cell:12.0e}",
              flush=True)  # fmt: skip


def main() -> None:
    """Run all cases, or one engine when a parent asks for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--case", "--engine", "--out"):
        parser.add_argument(option)
    given = parser.parse_args()
    if given.engine:
        one(given.case, given.engine, given.out)
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in [given.case] if given.case else CASES:
            compare(name, Path(folder))


if __name__ == "__main__":
    main()
