"""The solver: conservation, adjoint identity, known solutions, refused inputs."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from boxes import TOPS, mesh, point, problem, release, rose, stretched, weather

from emisim.errors import InputError
from emisim.transport.balance import balance
from emisim.transport.krylov import ConvergenceError
from emisim.transport.markov import adjoint, sensitivity, solve

CASES = Path(os.environ.get("EMISIM_REFERENCE", "../shared/reference")) / "analytic_cases.json"
HOUR = 3600.0


def ground(task, *cells):
    """Receptor weights of single ground cells."""
    weights = np.zeros((*task.mesh.shape[:2], len(cells)))
    for n, (j, i) in enumerate(cells):
        weights[j, i, n] = 1
    return weights


@pytest.fixture(scope="module")
def city():
    """A third of the hours calm, three receptors, three emission fields in two layers."""
    task = problem(stretched(), rose(8), loss=3e-6, velocity=(0.002, 0.004))
    rng = np.random.default_rng(3)
    fields = rng.gamma(0.3, 1.0, (2, *task.mesh.shape[:2], 3))
    weight = np.concatenate([release(task), release(task, 4)])
    receptors = ground(task, (7, 7), (5, 9), (12, 2))
    return task, fields, weight, receptors


def test_mass_balance_closes(city):
    task, fields, weight, _ = city
    c = solve(task, fields, weight, 1e-9, "double")
    budget = balance(task, c, fields, weight)
    assert budget.emitted == pytest.approx(fields.sum(axis=(0, 1, 2)))
    assert abs(budget.gap).max() < 1e-8
    assert min(budget.deposited.min(), budget.lost.min(), budget.outflow.min()) > 0
    assert c.min() >= 0


def test_what_a_receptor_gets_is_what_sources_give(city):
    task, fields, weight, receptors = city
    c = solve(task, fields, weight, 1e-10, "double")
    everywhen = np.ones((9, 3))
    mu = adjoint(task, receptors, everywhen, tolerance=1e-10, precision="double")
    forward = np.einsum("jir,jiq->rq", receptors, c.sum(axis=0)[:, :, 0])
    backward = np.einsum("gjir,gjiq->rq", sensitivity(mu, weight), fields)
    assert backward == pytest.approx(forward, rel=1e-9)
    assert mu.min() >= 0


def test_single_precision_is_good_to_1e_5(city):
    task, fields, weight, _ = city
    exact = solve(task, fields, weight, 1e-10, "double").sum(axis=0)
    ours = solve(task, fields, weight, 2e-5).sum(axis=0)
    error = abs(ours - exact).sum() / exact.sum()
    print(f"single precision: error {error:.1e}, mass gap {balance_gap(task, fields, weight):.1e}")
    assert ours.dtype == np.float32
    assert ours.min() >= 0
    assert error < 1e-5


def balance_gap(task, fields, weight):
    return abs(balance(task, solve(task, fields, weight, 2e-5), fields, weight).gap).max()


def test_many_right_hand_sides_are_those_solved_alone(city):
    task, fields, weight, _ = city
    many = np.concatenate([fields, 2 * fields, fields[..., ::-1], 0 * fields], axis=-1)
    together = solve(task, many, weight, 1e-9, "double")
    alone = solve(task, fields, weight, 1e-9, "double")
    assert together[..., :3] == pytest.approx(alone, rel=1e-6)
    assert together[..., 3:6] == pytest.approx(2 * alone, rel=1e-6)
    assert together[..., 6:9] == pytest.approx(alone[..., ::-1], rel=1e-6)
    assert (together[..., 9:] == 0).all()


def test_receptors_of_day_and_night_add_up(city):
    task, _, _, receptors = city
    day = np.arange(9)[:, None] % 2 * np.ones((1, 3))
    parts = [adjoint(task, receptors, m, tolerance=1e-9, precision="double")
             for m in (day, 1 - day, np.ones((9, 3)))]  # fmt: skip
    assert parts[0] + parts[1] == pytest.approx(parts[2], rel=1e-6)


def test_a_chain_is_precursor_then_product(city):
    task, fields, weight, receptors = city
    rate = 1e-5 * (1 + np.arange(9) % 3)
    precursor = problem(task.mesh, task.weather, loss=rate, velocity=(0.003,))
    exact = {"tolerance": 1e-10, "precision": "double"}
    first = solve(precursor, fields, weight, **exact)
    made = np.moveaxis(first * rate[:, None, None, None, None], 4, 0)
    mu = adjoint(task, receptors, np.ones((9, 3)), **exact)
    forward = np.einsum("qkjiz,kjizr,jiz->rq", made, mu, task.mesh.volumes)
    extra = mu * rate[:, None, None, None, None]
    chained = adjoint(precursor, 0 * receptors, np.ones((9, 3)), extra, **exact)
    backward = np.einsum("gjir,gjiq->rq", sensitivity(chained, weight), fields)
    assert backward == pytest.approx(forward, rel=1e-8)


def test_classes_that_never_change_are_independent():
    met = rose(4).assign(transition=(("class", "to"), np.eye(5)))
    task = problem(stretched(4), met, loss=1e-5, velocity=(0.002,))
    fields, weight = point(task, 3, 4), release(task)
    c = solve(task, fields, weight, 1e-10, "double")
    for k in range(5):
        one = met.isel({"class": [k]}).drop_vars("transition")
        one = one.assign(transition=(("class", "to"), np.eye(1)))
        single = problem(task.mesh, one, loss=1e-5, velocity=(0.002,))
        alone = solve(single, fields, weight[:, [k]], 1e-10, "double")
        assert c[k] == pytest.approx(alone[0], rel=1e-7)


def test_a_class_that_never_occurs_gets_zeros():
    p = np.array([[0.8, 0.2, 0], [0.4, 0.6, 0], [0, 0, 1]])
    met = weather([3, -2, 0], [1, 2, 0], p, frequency=[2 / 3, 1 / 3, 0])
    task = problem(mesh(5, 5), met)
    c = solve(task, point(task, 2, 2), release(task), 1e-9, "double")
    two = problem(mesh(5, 5), weather([3, -2], [1, 2], p[:2, :2]))
    assert c[:2] == pytest.approx(solve(two, point(two, 2, 2), release(two), 1e-9, "double"))
    assert (c[2] == 0).all()


def test_rain_in_spells_removes_less_than_its_mean():
    """A box aired in 18 h, rain in 6.4-h spells each 100 h: 17 % removed, not 55 %."""
    dry, wet, aired, washed = 1 / (100 * HOUR), 1 / (6.4 * HOUR), 1 / (18 * HOUR), 3.2e-4
    p = [[1 - dry * HOUR, dry * HOUR], [wet * HOUR, 1 - wet * HOUR]]
    box = mesh(1, z_edges=[0.0, 500.0])
    task = problem(box, weather([1000 * aired] * 2, [0, 0], p), loss=[0, washed])
    fields, weight = point(task, 0, 0), release(task)
    c = solve(task, fields, weight, 1e-12, "double").ravel()
    f = wet / (wet + dry), dry / (wet + dry)
    source = np.array(f) / box.volumes.ravel()
    matrix = [[aired + dry, -wet], [-dry, aired + washed + wet]]
    assert c == pytest.approx(np.linalg.solve(matrix, source), rel=1e-9)
    removed = float(balance(task, c.reshape(2, 1, 1, 1, 1), fields, weight).lost[0])
    assert removed == pytest.approx(0.17, abs=0.01)
    mean = problem(box, weather(1000 * aired, 0), loss=[f[1] * washed])
    c = solve(mean, fields, release(mean), 1e-12, "double")
    assert float(balance(mean, c, fields, release(mean)).lost[0]) == pytest.approx(0.55, abs=0.01)


def decay(dx, rate=2e-5, wind=3.0, far=100_000.0):
    """Concentration at ``far`` downwind relative to the source cell, one row of cells."""
    n = int(far / dx) + 2
    task = problem(mesh(n, dx=dx, z_edges=[0, 100]), weather(wind, 0), loss=rate, spread=0.0)
    c = solve(task, point(task, 0, 0), release(task), 1e-12, "double")[0, 0, :, 0, 0]
    return c[round(far / dx)] / c[0]


def test_decay_along_the_wind_is_the_discrete_closed_form_and_first_order():
    steps = np.array([4000.0, 2000, 1000, 500])
    ours = np.array([decay(dx) for dx in steps])
    assert ours == pytest.approx((1 + 2e-5 * steps / 3) ** (-1e5 / steps), rel=1e-10)
    error = ours - np.exp(-2e-5 * 1e5 / 3)
    assert np.log2(error[:-1] / error[1:]) == pytest.approx(1, abs=0.02)
    if CASES.is_file():
        listed = json.loads(CASES.read_text())["decay_1d"]["upwind_fv_closed_form"]
        assert ours == pytest.approx([listed[f"{dx:.0f}"] for dx in steps], rel=1e-10)


def line_source(x, height, wind=3.0, mixing=10.0, lid=1000.0, z=10.0):
    """Closed form of a crosswind line source (1 per m and s) under a lid, constant K."""
    n = np.arange(1, 4000)[:, None]
    waves = np.cos(n * np.pi * z / lid) * np.cos(n * np.pi * height / lid)
    fading = np.exp(-mixing * (n * np.pi / lid) ** 2 * x / wind)
    return (1 + 2 * (waves * fading).sum(axis=0)) / (wind * lid)


@pytest.mark.parametrize(
    ("height", "dx", "x", "allowed"),
    [
        (0, 1000.0, [2, 5, 10, 20, 50], [8, 5, 4, 3, 3]),
        (200, 250.0, [2, 5, 10, 30, 80], [3, 2, 1, 1, 1]),
    ],
)
def test_line_sources_spread_upwards_as_they_should(height, dx, x, allowed):
    """A ground source in the default layers; an elevated one in 5 m layers (shares are in %)."""
    x = 1000.0 * np.array(x)
    tops = np.append(TOPS[TOPS < 1000], 1000.0) if height == 0 else np.linspace(0, 1000, 201)
    box = mesh(int(90_000 / dx), dx=dx, z_edges=tops)
    task = problem(box, weather(3, 0, diffusivity=10.0), spread=0.0)
    weight = box.layer_shares([float(height)])[None]
    c = solve(task, point(task, 0, 2), weight, 1e-11, "double")[0, 0, :, 0, 0]
    ours = c[2 + (x / dx).astype(int)] * 1000
    exact = line_source(x, height)
    assert (abs(ours / exact - 1) < np.array(allowed) / 100).all(), ours / exact - 1
    name = "ground_line_source_const_K" if height == 0 else "elevated_200m_line_source_ground_conc"
    if CASES.is_file():
        listed = json.loads(CASES.read_text())[name]["C"]
        exact = line_source(x, height, z=10.0 if height == 0 else 0.0)
        assert exact == pytest.approx([listed[f"{d:.0f}"] for d in x], rel=1e-6)


@pytest.mark.parametrize("angle", [0.0, 10.0, 22.5, 45.0])
def test_numerical_crosswind_diffusion_is_the_one_documented(angle):
    """The second moment across a decaying plume is 2 K / rate of its mass."""
    wind, dx, spread, rate, n = 3.0, 1000.0, 50.0, 3e-4, 150
    s, c = np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))
    task = problem(mesh(n, n, z_edges=[0, 100]), weather(wind * c, wind * s), loss=rate,
                   spread=spread)  # fmt: skip
    field = solve(task, point(task, 20, 20), release(task), 1e-10, "double")[0, :, :, 0, 0]
    x, y = (dx * (np.arange(n) - 20) for _ in "xy")
    across = -s * x[None, :] + c * y[:, None]
    found = rate * (field * across**2).sum() / field.sum() / 2
    assert found == pytest.approx(wind * dx / 2 * s * c * (s + c) + spread, rel=1e-3)


def test_a_solver_that_does_not_converge_says_so(city):
    task, fields, weight, _ = city
    hasty = problem(task.mesh, task.weather, iterations=2)
    with pytest.raises(ConvergenceError, match=r"residual is .* after 2 iterations"):
        solve(hasty, fields, weight, 1e-9, "double")


def test_a_tolerance_below_rounding_is_refused_early(city):
    task, fields, weight, _ = city
    with pytest.raises(ConvergenceError, match=r"after [12]?\d iterations(.|\n)*double precision"):
        solve(task, fields, weight, 1e-9)


def test_inputs_that_do_not_fit_are_refused(city):
    task, fields, weight, receptors = city
    with pytest.raises(InputError, match="fields has the wrong shape"):
        solve(task, fields[:, 1:], weight)
    with pytest.raises(InputError, match="weight has the wrong shape"):
        solve(task, fields, weight[:, :, :2])
    with pytest.raises(InputError, match="fields must be finite and not negative"):
        solve(task, -fields, weight)
    with pytest.raises(InputError, match=r"do not sum to 1(.|\n)*outside the mesh"):
        adjoint(task, receptors / 2, np.ones((9, 3)))
    with pytest.raises(InputError, match="unknown precision"):
        solve(task, fields, weight, 1e-3, "half")
