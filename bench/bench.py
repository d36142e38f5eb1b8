"""Time and memory of the stages, and ratios to the plain way of doing the same: make bench.

Ratios compare two ways in one process on one machine, so they mean something elsewhere too; seconds
and megabytes are those of this machine, with whatever else it was doing.
"""

import time
from collections.abc import Callable
from pathlib import Path

import bench_facilities
import geopandas
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from emisim import air, inventory, overlay
from emisim import plan as plans
from emisim.air import local
from emisim.city import City
from emisim.factors import Factors
from emisim.plan_model import Plan
from emisim.stages import _domain, _files, _transport
from emisim.stages import air as air_stage
from emisim.stages import inventory as inventory_stage
from emisim.transport import convolve

CITY, FACTORS, PLAN = "inputs/cities/yangquan", "inputs/factors", "inputs/plans/yangquan-2019.yaml"
REPEATS = 3
MANY_SOURCES = 200_000
RESULTS, SCENARIOS = Path("results"), "scenarios.nc"


def best(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the shortest of a few timings in s."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def processor(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the least processor time of a few runs in s: other work on the machine counts less."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def show(what: str, ours: float, plain: float, other: str) -> None:
    """Print one ratio."""
    print(f"  {what:34} {ours * 1e3:9.1f} ms   {plain / ours:8.1f} x the speed of {other}")


def totals(base: xr.Dataset) -> None:
    """Compare the contraction with multiplying all terms and summing them."""
    copies = -(-MANY_SOURCES // base.sizes["source"])
    many = xr.concat([base] * copies, "source", data_vars="minimal").isel(
        source=slice(MANY_SOURCES)
    )
    many = many.assign_coords(source=np.arange(MANY_SOURCES).astype(str).astype(object))

    def plain() -> xr.DataArray:
        return inventory.emission(many).groupby(many["sector"]).sum().sum("month")

    ours = inventory.totals(many, outside=True).values
    np.testing.assert_allclose(ours, plain().transpose("sector", "species").values, rtol=1e-9)
    contracted = best(lambda: inventory.totals(many, outside=True))
    show(f"totals of {MANY_SOURCES} sources", contracted, best(plain), "multiply, then sum")


def fine(base: xr.Dataset, plan: Plan, size: int) -> xr.Dataset:
    """Divide the sources that receive no load into equal parts, until there are ``size``."""
    dated = base.assign_attrs(year=plan.year)
    taking = [m.touches(dated).values & ~m.scope.select(dated).values for m in plan.measures]
    single = np.logical_or.reduce(taking)
    rows = np.flatnonzero(~single)
    copies = -(-(size - int(single.sum())) // rows.size)
    part = base.isel(source=rows)
    part = part.assign({n: part[n] / copies for n in ("activity", "base_activity") if n in part})
    parts = [base.isel(source=np.flatnonzero(single))]
    for i in range(copies):
        names = [f"{name} {i}" for name in part["source"].values]
        parts.append(part.assign_coords(source=np.array(names, dtype=object)))
    joined = xr.concat(parts, "source", data_vars="minimal", coords="minimal", compat="override")
    return joined.transpose(..., "source", "month", "species")


def one_scenario(base: xr.Dataset, size: int = 10_000) -> None:
    """Compare a fold in its workspace with applying and checking one measure after the other."""
    plan = plans.read(PLAN)
    stated = next(s for s in plans.scenarios(plan) if s.id == "stated")
    many = fine(base, plan, size)
    dated = many.assign_attrs(year=plan.year)

    def ours() -> np.ndarray:
        return inventory.totals(stated.extend(many), outside=True).values

    def plain() -> np.ndarray:
        now = dated
        for step in stated.own_steps:
            now = step.apply(now, full_effect=True)
        return inventory.totals(now, outside=True).values

    few = inventory.totals(stated.extend(base), outside=True).values
    np.testing.assert_allclose(ours(), few, rtol=1e-9)
    np.testing.assert_allclose(ours(), plain(), rtol=1e-9)
    what = f"{many.sizes['source']} sources, {len(stated.own_steps)} measures"
    show(what, best(ours, 4 * REPEATS), best(plain), "one by one, each checked")
    show("  processor time", processor(ours, 4 * REPEATS), processor(plain), "the same")


def polygons(city: City) -> None:
    """Compare exact polygon weights with geopandas.overlay; both must agree."""
    shapes, grid = _domain.polygons_and_grid(city)
    x, y = np.meshgrid(grid.x - grid.cell_size / 2, grid.y - grid.cell_size / 2)
    boxes = shapely.box(x, y, x + grid.cell_size, y + grid.cell_size).ravel()
    cells = geopandas.GeoDataFrame({"cell": range(grid.size)}, geometry=boxes, crs=grid.crs)
    places = geopandas.GeoDataFrame(
        {"place": range(len(shapes))}, geometry=shapes.to_list(), crs="EPSG:4326"
    ).to_crs(grid.crs)

    def plain() -> geopandas.GeoDataFrame:
        return geopandas.overlay(places, cells, how="intersection")

    weights = overlay.polygons(grid, shapes.to_numpy())
    area = plain().geometry.area.sum()
    whole = places.geometry.area.sum()
    assert abs(weights.share.sum() - len(shapes)) < 1e-9
    assert abs(area / whole - 1) < 1e-6
    ours = best(lambda: overlay.polygons(grid, shapes.to_numpy()))
    show(f"{len(shapes)} districts on {grid.size} cells", ours, best(plain), "geopandas.overlay")


def transport(size: int = 40) -> None:
    """Compare the FFT with the direct sum over source cells; both must agree."""
    random = np.random.default_rng(1)
    kernel = random.random((2 * size - 1, 2 * size - 1))
    field = random.random((size, size))

    def plain() -> np.ndarray:
        out = np.zeros((size, size))
        for j in range(size):
            for i in range(size):
                part = kernel[size - 1 - j : 2 * size - 1 - j, size - 1 - i : 2 * size - 1 - i]
                out += field[j, i] * part
        return out

    coords = {"tracer": ["t"], "release": ["r"], "season": ["s"]}
    emission = xr.DataArray(
        field[None, None, None], coords, ("tracer", "release", "season", "y", "x")
    )
    offsets = np.arange(1 - size, size)
    kernels = xr.DataArray(
        kernel[None, None, None],
        {"release": ["r"], "family": ["f"], "season": ["s"], "dy": offsets, "dx": offsets},
        ("release", "family", "season", "dy", "dx"),
    ).to_dataset(name="kernel")
    chain = {"c": ("t", "f")}
    found = convolve.concentrations(emission, kernels, chain).values.squeeze()
    np.testing.assert_allclose(found, plain(), rtol=1e-9)
    ours = best(lambda: convolve.concentrations(emission, kernels, chain))
    show(f"one kernel on {size} x {size} cells", ours, best(plain), "the direct sum")


def response(run: str = "yangquan", plan: str = "yangquan-2019") -> None:
    """Take one scenario of the last run from emissions to concentrations at all receptors."""
    folder = RESULTS / run
    parts = [_files.load(p) for p in sorted(folder.glob("transport/matrix/*.nc"))]
    kernels = _files.load(folder / "transport/receptors.nc")
    spread, many = _files.load(folder / "base/shares.nc"), _files.load(folder / plan / SCENARIOS)
    case = _transport.Case(_domain.read(CITY, FACTORS), "default")
    year, tables = case.place.settings.base_year, case.place.factors
    whole = air_stage.joined(case, parts, many)
    effect = air_stage.at_sources(case, whole, spread, many, kernels)
    basis, sectors = air_stage.basis_of(case, whole["gas_share"]), many["source_sector"].values

    def rates(names: list[str]) -> xr.DataArray:
        return local.rates(many["emission"].sel(scenario=names), sectors, tables, year)

    first = rates(["base"])

    def product(name: str) -> xr.DataArray:
        rate = rates([name])
        both = first if name == "base" else xr.concat([first, rate], "scenario")
        oxidants = local.feedback(both, "base", case.place.settings.oxidants, tables["chemistry"])
        parts = local.contributions(rate, effect, year) * oxidants.sel(scenario=[name])
        return air.over_areas(parts, case.stations)

    anchored = air.anchored(product("base").sel(scenario="base", drop=True), basis)
    now = product("stated")
    written = xr.load_dataset(folder / plan / "air.nc")["by_area"].sel(scenario=["stated"])
    answer = anchored.respond(now).rename(point="area").transpose(*written.dims)
    np.testing.assert_allclose(answer, written, rtol=1e-6)
    seconds = processor(lambda: product("stated")), processor(lambda: anchored.respond(now))
    sources, receptors = many.sizes["source"], whole.sizes["receptor"]
    print(
        f"  one scenario, {sources} sources, {receptors} receptors: {seconds[0] * 1e3:.0f} ms rates"
        f" and product, {seconds[1] * 1e3:.0f} ms response and partition"
    )


def stages() -> None:
    """Print what each rule of the last run took: jobs, processor seconds, peak memory."""
    tables = sorted(RESULTS.glob("benchmarks/*/*.tsv"))
    rows = [pd.read_csv(path, sep="\t").iloc[-1:].assign(rule=path.parent.name) for path in tables]
    by_rule = pd.concat(rows).groupby("rule")
    frame = by_rule.agg(jobs=("s", "size"), cpu=("cpu_time", "sum"), peak=("max_rss", "max"))
    for rule, row in frame.iterrows():
        print(f"  {rule:34} {row['jobs']:4.0f} jobs {row['cpu']:9.1f} s {row['peak']:8.0f} MB peak")
    print(f"  {'all, processor seconds':34} {'':9} {frame['cpu'].sum():9.1f} s")


def main() -> None:
    """Print everything."""
    print("Against the plain way, same result, best of a few runs:")
    city = City.read(CITY, Factors(Path(FACTORS)))
    base = inventory_stage.build(CITY, FACTORS)
    totals(base)
    one_scenario(base)
    polygons(city)
    transport()
    bench_facilities.main()
    if not (RESULTS / "yangquan/yangquan-2019" / SCENARIOS).is_file():
        print("The stages and the response are measured on results/: make run first.")
        return
    response()
    print("The jobs of the last run:")
    stages()


if __name__ == "__main__":
    main()
