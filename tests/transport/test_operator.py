"""The operator: exact transpose, uniform fields, conservation, refused inputs."""

import numpy as np
import pytest
from boxes import mesh, problem, rose, stretched, weather

from emisim.errors import InputError
from emisim.transport import plain
from emisim.transport.operator import Problem, passes, stencil


def dense(task, *, adjoint=False):
    """The operator x volume as a dense matrix over (y, x, class, z)."""
    st = stencil(task, adjoint=adjoint)
    ny, nx, nz = task.mesh.shape
    classes = len(task.active)
    n = ny * nx * classes * nz
    c = np.zeros((ny + 2, nx + 2, classes, nz, n))
    c[1:-1, 1:-1] = np.eye(n).reshape(ny, nx, classes, nz, n)
    applied = -plain.residual(c, np.zeros((ny, nx, classes, nz, n)), st)
    return (applied * task.mesh.volumes[:, :, None, :, None]).reshape(n, n)


@pytest.fixture(scope="module")
def small():
    return problem(stretched(2), rose(3), loss=1e-5, velocity=(0.001, 0.004))


def test_the_adjoint_is_the_transpose(small):
    forward, backward = dense(small), dense(small, adjoint=True)
    assert abs(backward - forward.T).max() < 1e-13 * abs(forward).max()


def test_it_is_an_m_matrix_whose_columns_lose_and_never_gain(small):
    matrix = dense(small)
    off = matrix - np.diag(np.diag(matrix))
    assert off.max() <= 0
    assert matrix.sum(axis=0).min() > -1e-12 * abs(matrix).max()
    assert np.linalg.inv(matrix).min() >= 0


def test_a_uniform_field_changes_only_where_clean_air_enters():
    task = problem(stretched(3), rose(6))
    st = stencil(task)
    ny, nx, nz = task.mesh.shape
    classes = len(task.active)
    c = np.zeros((ny + 2, nx + 2, classes, nz, 1))
    share = task.weather["frequency"].values[task.active]
    c[1:-1, 1:-1] = share[:, None, None]
    left = plain.residual(c, np.zeros((ny, nx, classes, nz, 1)), st)
    fastest = st.diagonal.max() * share.max()
    assert abs(left[1:-1, 1:-1]).max() < 1e-14 * fastest
    assert left[0].min() < -1e-6 * fastest


def test_winds_and_mixing_follow_the_profiles():
    met = weather([2.0], [1.0], ratio=1 + np.arange(10) / 10, diffusivity=np.arange(10.0))
    task = problem(mesh(2), met)
    u, v = task.winds
    assert u[0, 0] == pytest.approx(2 * 1.1)
    assert u[0, 1] == pytest.approx(2 * 1.25)
    assert v == pytest.approx(u / 2)
    assert task.mixing[0] == pytest.approx(np.arange(2.0, 9.0))


def test_every_class_is_swept_once_downwind():
    task = problem(mesh(3, 3), rose(8))
    st = stencil(task)
    seen = np.zeros(9, int)
    for members, northward, eastward in passes(st):
        assert (st.side_x[members] == (1 if eastward else -1)).all()
        assert (st.side_y[members] == (1 if northward else -1)).all()
        seen[members] += 1
    assert seen.tolist() == [1] * 9


def test_distinct_columns_are_few():
    task = problem(mesh(30, 30), rose(4), velocity=(0.001, 0.002))
    st = stencil(task)
    assert st.factors.shape[0] <= 9 * 2
    whole = stencil(problem(stretched(4), rose(4)))
    for j, i in ((0, 0), (3, 5), (6, 7)):
        speed = whole.speed_x * whole.inverse_dx[i] + whole.speed_y * whole.inverse_dy[j]
        spread = whole.west[i] + whole.east[i] + whole.south[j] + whole.north[j]
        rest = speed + spread + whole.below + whole.above
        leaving = whole.diagonal[whole.column[j, i]] - rest
        assert leaving[:, 1] == pytest.approx(leaving[:, 2])
        assert (leaving > 0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"u": ("class", [np.nan])}, "u of the weather classes is not finite"),
        ({"transition": (("class", "to"), [[0.9]])}, "do not sum to 1"),
        ({"diffusivity": (("class", "level"), -np.ones((1, 10)))}, "diffusivity .* is negative"),
        ({"v": ("level", np.ones(10))}, "the weather needs v with dimensions"),
    ],
)
def test_bad_weather_is_refused(change, message):
    met = weather([2.0], [1.0])
    with pytest.raises(InputError, match=message):
        problem(mesh(2), met.drop_vars(list(change)).assign(change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": -np.ones((1, 8))}, "loss must be finite and not negative"),
        ({"loss": np.ones((1, 3))}, "loss has the wrong shape"),
        ({"surface": np.ones((1, 2), int)}, "surface without deposition velocity"),
        ({"deposition": np.full((1, 1), np.inf)}, "deposition must be finite"),
    ],
)
def test_bad_problems_are_refused(change, message):
    good = problem(mesh(2), weather([2.0], [1.0]))
    fields = {n: getattr(good, n) for n in Problem.__dataclass_fields__} | change
    with pytest.raises(InputError, match=message):
        Problem(**fields)
