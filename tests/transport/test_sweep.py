"""The compiled loops do what plain numpy does."""

import numpy as np
import pytest
from boxes import problem, rose, stretched

from emisim.transport import _sweep, plain
from emisim.transport.operator import flattened, passes, stencil

TASK = problem(stretched(3), rose(5), loss=1e-5, velocity=(0.001, 0.004))


def start(lanes, dtype):
    rng = np.random.default_rng(lanes)
    ny, nx, nz = TASK.mesh.shape
    c = np.zeros((ny + 2, nx + 2, 6, nz, lanes), dtype)
    c[1:-1, 1:-1] = rng.random((ny, nx, 6, nz, lanes))
    return c, rng.random((ny, nx, 6, nz, lanes)).astype(dtype) * 1e-3


@pytest.mark.parametrize("adjoint", [False, True])
@pytest.mark.parametrize(
    ("lanes", "dtype", "error"),
    [(1, np.float64, 1e-14), (4, np.float64, 1e-14), (8, np.float32, 1e-6)],
)
def test_compiled_passes_equal_plain_ones(lanes, dtype, error, adjoint):
    st = stencil(TASK, adjoint=adjoint)
    ours, source = start(lanes, dtype)
    reference = ours.astype(np.float64)
    wide, flat = (0,) * lanes, flattened(st, lanes, dtype)
    for members, northward, eastward in passes(st):
        _sweep.sweep(ours.reshape(-1), source.reshape(-1), True, flat, members, northward,
                     eastward, wide)  # fmt: skip
        plain.sweep(reference, source, st, members, northward, eastward)
    assert abs(ours / np.where(reference > 0, reference, 1) - (reference > 0)).max() < error
    assert (ours[0] == 0).all()


def test_source_counts_only_if_loaded():
    st = stencil(TASK)
    ours, source = start(2, np.float64)
    reference, flat = ours.copy(), flattened(st, 2, np.float64)
    members = np.arange(6)
    _sweep.sweep(ours.reshape(-1), source.reshape(-1), False, flat, members, True, True, (0, 0))
    plain.sweep(reference, 0 * source, st, members, True, True)
    assert ours == pytest.approx(reference, rel=1e-13)


def test_residual_is_the_mass_that_is_out_of_place():
    st = stencil(TASK)
    c, source = start(2, np.float64)
    ours = _sweep.residual(c.reshape(-1), source.reshape(-1), flattened(st, 2, np.float64), (0, 0))
    left = abs(plain.residual(c, source, st)) * TASK.mesh.volumes[:, :, None, :, None]
    assert ours == pytest.approx(left.sum(axis=(0, 1, 2, 3)), rel=1e-12)
