"""Time and memory of the transport solver, and ratios to other ways: make bench-transport.

Seconds are processor seconds of this machine, so that other work on it counts less. Each size runs
in its own process, whose peak memory is reported.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import scipy.sparse.linalg
from scipy import sparse

from emisim import tables
from emisim.transport import _sweep, markov, plain
from emisim.transport.mesh import Mesh
from emisim.transport.operator import Numerics, Problem, flattened, passes, stencil
from emisim.weather import class_tables

WEATHER, TABLE = "inputs/weather/yushe", "inputs/factors/transport.csv"
CELL, TOLERANCE, SINGLE_TOLERANCE = 2000.0, 1e-3, 1e-8
LOSS, VELOCITY = 3e-6, (0.002, 0.004)
SIZES = ((100, 1), (100, 8), (200, 1), (200, 8), (400, 1))
P = tables.read_parameters(TABLE)


def problem(n: int, classes: slice = slice(None)) -> Problem:
    """A uniform mesh of n x n columns with a winter's classes (or some, each for itself)."""
    edges = CELL * np.arange(n + 1)
    tops = Mesh.around((0, 0, CELL, CELL), CELL, P, "default").z_edges
    met = class_tables.read(WEATHER).isel(half=0)
    if classes != slice(None):
        met = met.isel({"class": classes, "to": classes})
        met["transition"].values[...] = np.eye(met.sizes["class"])
    count = met.sizes["class"]
    surface = np.add.outer(np.arange(n), np.arange(n)) % 2
    return Problem(Mesh(edges, edges, tops, (slice(0, n), slice(0, n))), met,
                   np.full((count, len(tops) - 1), LOSS), np.tile(VELOCITY, (count, 1)), surface,
                   Numerics.read(P))  # fmt: skip


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Return processor and wall seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def case(task: Problem, rhs: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Fields, weights, receptors and mask."""
    ny, nx, nz = task.mesh.shape
    rng = np.random.default_rng(0)
    weight = np.zeros((1, task.weather.sizes["class"], nz))
    weight[0, :, 0] = task.weather["frequency"].values
    places = rng.uniform(0.3, 0.7, (2, rhs)) * nx * CELL
    return (rng.gamma(0.3, 1.0, (1, ny, nx, rhs)), weight, task.mesh.receptors(*places),
            np.ones((weight.shape[1], rhs)))  # fmt: skip


def one(n: int, rhs: int) -> None:
    """Print one line of the table of sizes."""
    small, task = problem(8), problem(n)
    fields, weight, receptors, mask = case(small, rhs)
    markov.solve(small, fields, weight)
    fields, weight, receptors, mask = case(task, rhs)
    setup = spent(lambda: stencil(task))[0]
    sweeps = [0]
    compiled = _sweep.sweep

    def counted(*arguments: object) -> None:
        sweeps[0] += 1
        compiled(*arguments)

    _sweep.sweep = counted
    forward = spent(lambda: markov.solve(task, fields, weight, TOLERANCE))
    count = sweeps[0] / len(passes(stencil(task)))
    backward = spent(lambda: markov.adjoint(task, receptors, mask, tolerance=TOLERANCE))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    unknowns = n * n * 8 * len(task.active) * rhs
    name = f"{n}^2 x 8 x {len(task.active)}, {rhs} rhs"
    print(f"  {name:22} {setup:7.2f} {forward[0]:8.1f} "
          f"{backward[0]:8.1f} {backward[0] / rhs:8.2f} {backward[1] / rhs:8.2f} {count:5.0f} "
          f"{peak:7.2f} {peak * 2**30 / unknowns:6.0f}", flush=True)  # fmt: skip


def bandwidth() -> float:
    """Bytes read and written per second by a large copy."""
    a = np.ones(50_000_000, np.float32)
    b = np.empty_like(a)
    np.copyto(b, a)
    return 2 * a.nbytes / min(spent(lambda: np.copyto(b, a))[0] for _ in range(3))


def one_pass(n: int = 60, rhs: int = 8) -> None:
    """Compare a pass with plain numpy and with the memory that it must move."""
    task = problem(n)
    st, order, wide = stencil(task), passes(stencil(task)), (0,) * rhs
    c = np.zeros((n + 2, n + 2, len(task.active), 8, rhs), np.float32)
    source = np.ones((n, n, len(task.active), 8, rhs), np.float32)
    flat = flattened(st, rhs, np.float32)

    def ours() -> None:
        for part in order:
            _sweep.sweep(c.reshape(-1), source.reshape(-1), True, flat, *part, wide)

    def numpy_only() -> None:
        for part in order:
            plain.sweep(c, source, st, *part)

    ours()
    quick = min(spent(ours)[0] for _ in range(3))
    slow = spent(numpy_only)[0]
    moved = len(order) * c.nbytes + 2 * c.nbytes + source.nbytes
    floor = moved / bandwidth()
    print(f"  one pass of {n}^2 x 8 x {len(task.active)} x {rhs}: {quick:.3f} s compiled, "
          f"{slow:.2f} s in numpy: {slow / quick:.0f} x")  # fmt: skip
    print(f"  bytes that it must move: {moved / 2**20:.0f} MB, {floor:.3f} s at copy speed "
          f"({bandwidth() / 1e9:.1f} GB/s): {floor / quick:.0%} of the time")  # fmt: skip


def matrix(task: Problem) -> sparse.csc_array:
    """Assemble the operator of a single class, per volume."""
    st = stencil(task)
    ny, nx, nz = task.mesh.shape
    number = np.arange(ny * nx * nz).reshape(ny, nx, nz)
    j, i, z = np.indices((ny, nx, nz))
    a, b = int(st.side_x[0]), int(st.side_y[0])
    near, far = (st.west, st.east) if a > 0 else (st.east, st.west)
    left, right = (st.south, st.north) if b > 0 else (st.north, st.south)
    links = [(0, 0, 0, -st.diagonal[st.column, 0])]
    links += [(0, -a, 0, st.speed_x[0] * st.inverse_dx[i] + near[i]), (0, a, 0, far[i])]
    links += [(-b, 0, 0, st.speed_y[0] * st.inverse_dy[j] + left[j]), (b, 0, 0, right[j])]
    links += [(0, 0, -1, st.below[0][z]), (0, 0, 1, st.above[0][z])]
    parts = []
    for dj, di, dz, value in links:
        inside = (j + dj >= 0) & (j + dj < ny) & (i + di >= 0) & (i + di < nx)
        inside &= (z + dz >= 0) & (z + dz < nz)
        neighbour = number[(j + dj)[inside], (i + di)[inside], (z + dz)[inside]]
        parts.append((-value[inside], number[inside], neighbour))
    data, row, column = (np.concatenate(p) for p in zip(*parts, strict=True))
    return sparse.csc_array((data, (row, column)), shape=(number.size, number.size))


def single(n: int) -> None:
    """Compare a single class with a direct and a multigrid solver."""
    met = class_tables.read(WEATHER).isel(half=0)
    fast = int(np.argmax(np.hypot(met["u"], met["v"]).values))
    task = problem(n, slice(fast, fast + 1))
    fields, weight, *_ = case(task, 1)
    weight = weight / weight.sum()
    exact = {"tolerance": SINGLE_TOLERANCE, "precision": "double"}
    found = []
    markov.solve(task, fields, weight, **exact)
    ours = spent(lambda: found.append(markov.solve(task, fields, weight, **exact)))[0]
    operator = matrix(task)
    source = np.zeros(task.mesh.shape)
    source[..., 0] = fields[0, ..., 0] / task.mesh.volumes[..., 0]
    print(f"  one class, {n}^2 x 8, to {SINGLE_TOLERANCE:g}: ours {ours:.2f} s")
    factors = []
    direct = spent(lambda: factors.append(scipy.sparse.linalg.splu(operator)))[0]
    answer = []
    back = spent(lambda: answer.append(factors[0].solve(source.ravel())))[0]
    error = abs(found[0][0, ..., 0].ravel() - answer[0]).sum() / answer[0].sum()
    print(
        f"    SuperLU: {direct:.1f} s to factorise, {back:.2f} s to solve, difference {error:.0e}"
    )
    try:
        import pyamg
    except ImportError:
        print("    pyamg is not installed: skipped")
        return
    levels = []
    setup = spent(lambda: levels.append(pyamg.ruge_stuben_solver(sparse.csr_matrix(operator))))[0]
    solve = spent(
        lambda: levels[0].solve(source.ravel(), tol=SINGLE_TOLERANCE, accel="gmres", maxiter=100)
    )[0]
    print(f"    pyamg (Ruge-Stuben, GMRES): {setup:.1f} s set-up, {solve:.1f} s to solve")


def main() -> None:
    """Run everything, or one size in this process."""
    if len(sys.argv) == 3:
        one(int(sys.argv[1]), int(sys.argv[2]))
        return
    one_pass()
    single(60)
    single(100)
    print(f"\n  coupled, tolerance {TOLERANCE:g}; processor s, wall s only where said")
    print(f"  {'cells, classes':22} {'set-up':>7} {'solve':>8} {'adjoint':>8} {'per rhs':>8} "
          f"{'wall/rhs':>8} {'passes':>6} {'GB':>6} {'B/unknown':>9}")  # fmt: skip
    for n, rhs in SIZES:
        subprocess.run([sys.executable, __file__, str(n), str(rhs)], check=True)


if __name__ == "__main__":
    main()
