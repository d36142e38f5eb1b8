"""Concentrations and source-receptor sensitivities of air whose weather class changes by chance.

With winds that switch as a Markov chain, ``c_k = E[c 1(class k)]`` obeys a linear system coupled by
the generator of the chain (:mod:`emisim.transport.operator`). Its mean, the sum over classes, is
the concentration; the transposed system gives what every source does to one receptor.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from emisim.errors import InputError
from emisim.transport import _sweep, krylov
from emisim.transport.operator import Problem, Stencil, flattened, passes, stencil

Array = NDArray[np.floating]
Floats = NDArray[np.float64]
PRECISIONS = {"single": np.float32, "double": np.float64}
Fill = Callable[[Array, slice], None]
SUM_TOLERANCE = 1e-6


def solve(problem: Problem, fields: Floats, weight: Floats, tolerance: float | None = None,
          precision: str = "single", extra: Array | None = None) -> Array:  # fmt: skip
    """Return the concentration in each class, ``E[c 1(class)]``.

    Parameters
    ----------
    problem
        The transport problem.
    fields
        Emission of each column (group, ny, nx, rhs), ug/s.
    weight
        Share (group, class, nz) of a group's emission that leaves in a class and layer: frequency
        x class factor x layer share; sums to 1 over class and layer.
    tolerance
        Sum of absolute residuals relative to the emission; None takes the one of ``numerics``.
    precision
        ``single`` or ``double`` storage; columns are always solved in double.
    extra
        What is made in the air besides, (class, ny, nx, nz, rhs), ug/m3 per second: for chains, the
        rate times the concentration of what it is made from.

    Returns
    -------
    ndarray (class, ny, nx, nz, rhs)
        ug/m3. Classes of frequency 0 have zeros.

    Raises
    ------
    InputError
        If shapes do not fit or an emission is negative or not finite.
    ConvergenceError
        If the tolerance is not reached.
    """
    ny, nx, nz = problem.mesh.shape
    classes = problem.weather.sizes["class"]
    fields, weight = np.asarray(fields), np.asarray(weight)
    _check("fields", fields, (weight.shape[0], ny, nx, fields.shape[-1]))
    _check("weight", weight, (fields.shape[0], classes, nz))
    density = fields / problem.mesh.areas[..., None]
    share = weight[:, problem.active] / np.diff(problem.mesh.z_edges)

    if extra is not None:
        _check("extra", extra, (classes, ny, nx, nz, fields.shape[-1]))

    def fill(source: Array, part: slice) -> None:
        for group in range(len(fields)):
            source += density[group][:, :, None, None, part] * share[group][:, :, None]
        if extra is not None:
            source += np.moveaxis(extra[problem.active][..., part], 0, 2)

    return _solve(problem, stencil(problem), fill, fields.shape[-1], tolerance, precision)


def adjoint(problem: Problem, ground: Floats, mask: Floats, extra: Array | None = None,
            tolerance: float | None = None, precision: str = "single") -> Array:  # fmt: skip
    """Return what a unit emission anywhere does to receptors: the transposed solution.

    Parameters
    ----------
    problem
        The transport problem.
    ground
        Weights of the lowest cells in each receptor (ny, nx, rhs), summing to 1, or to 0 where the
        receptor is given by ``extra``.
    mask
        Weight of the classes in each receptor (class, rhs): 1 for all hours, or the classes of a
        period.
    extra
        For chains: what a unit concentration in a cell and class makes of the receptor, per m3 and
        s, (class, ny, nx, nz, rhs): rate (1/s) x sensitivity of the product (s/m3).
    tolerance, precision
        As :func:`solve`.

    Returns
    -------
    ndarray (class, ny, nx, nz, rhs)
        ug/m3 at the receptor per ug/s emitted in the class, s/m3. Classes of frequency 0 have
        zeros.
    """
    ny, nx, nz = problem.mesh.shape
    classes = problem.weather.sizes["class"]
    ground, mask = np.asarray(ground), np.asarray(mask)
    _check("ground", ground, (ny, nx, mask.shape[-1]))
    _check("mask", mask, (classes, ground.shape[-1]))
    total = ground.sum(axis=(0, 1))
    if not (np.minimum(abs(total - 1), abs(total)) <= SUM_TOLERANCE).all():
        message = "the weights of a receptor do not sum to 1"
        hint = "is the receptor outside the mesh?"
        raise InputError(message, value=total.tolist(), hint=hint)
    if extra is not None:
        _check("extra", extra, (classes, ny, nx, nz, ground.shape[-1]))
    density = ground / problem.mesh.volumes[:, :, :1]
    active = problem.active

    def fill(source: Array, part: slice) -> None:
        source[:, :, :, 0] = density[:, :, None, part] * mask[active][:, part]
        if extra is not None:
            source += np.moveaxis(extra[active][..., part], 0, 2)

    turned = stencil(problem, adjoint=True)
    return _solve(problem, turned, fill, ground.shape[-1], tolerance, precision)


def sensitivity(mu: Array, weight: Floats) -> Array:
    """Return the receptor's concentration per emission of a column (group, ny, nx, rhs), s/m3.

    Parameters
    ----------
    mu
        (class, ny, nx, nz, rhs) of :func:`adjoint`.
    weight
        As :func:`solve`.
    """
    classes, ny, nx, nz, rhs = mu.shape
    _check("weight", weight, (weight.shape[0], classes, nz))
    cells = np.moveaxis(mu, 0, 2)
    flat = weight.reshape(len(weight), -1).astype(mu.dtype)
    rows = [np.matmul(flat, cells[j].reshape(nx, classes * nz, rhs)) for j in range(ny)]
    return np.moveaxis(np.stack(rows), 2, 0)


def _solve(problem: Problem, st: Stencil, fill: Fill, rhs: int, tolerance: float | None,
           precision: str) -> Array:  # fmt: skip
    """Solve all right-hand sides, some at once; ``fill`` adds a slice of sources per volume."""
    if precision not in PRECISIONS:
        message = "unknown precision"
        raise InputError(message, value=precision, allowed=PRECISIONS)
    ny, nx, nz = problem.mesh.shape
    classes, active = problem.weather.sizes["class"], problem.active
    out = None
    for part, lanes in _batches(rhs, problem.numerics.rhs_at_once):
        x = _batch(problem, st, fill, part, lanes, tolerance, PRECISIONS[precision])
        if out is None:
            out = np.zeros((ny, nx, classes, nz, rhs), x.dtype)
        out[:, :, active, :, part] = x[..., : part.stop - part.start]
    assert out is not None
    return np.moveaxis(out, 2, 0)


def _batches(rhs: int, at_once: int) -> Iterator[tuple[slice, int]]:
    """Yield slices of right-hand sides and the lanes they are solved in (powers of two)."""
    for first in range(0, rhs, at_once):
        part = slice(first, min(first + at_once, rhs))
        lanes = 1 << (part.stop - part.start - 1).bit_length()
        yield part, lanes


def _batch(problem: Problem, st: Stencil, fill: Fill, part: slice, lanes: int,
           tolerance: float | None, dtype: type) -> Array:  # fmt: skip
    """Solve right-hand sides ``part``, padded to ``lanes``; return (ny, nx, class, nz, lanes)."""
    ny, nx, nz = problem.mesh.shape
    classes = len(problem.active)
    source: Array = np.zeros((ny, nx, classes, nz, lanes), dtype)
    fill(source[..., : part.stop - part.start], part)
    volume = problem.mesh.volumes[:, :, None, :]
    emitted = np.einsum("jikzq,jikz->q", source, volume, dtype=np.float64)
    order, wide, flat = passes(st), (0,) * lanes, source.reshape(-1)
    flat_st = flattened(st, lanes, dtype)

    def run(x: Array, loaded: bool) -> None:
        for members, northward, eastward in order:
            _sweep.sweep(x.reshape(-1), flat, loaded, flat_st, members, northward, eastward, wide)

    def residual(x: Array) -> Floats:
        left = _sweep.residual(x.reshape(-1), flat, flat_st, wide)
        return np.divide(left, emitted, out=np.zeros(lanes), where=emitted > 0)

    work = krylov.Passes(lambda x: run(x, False), lambda x: run(x, True), residual, lanes)
    x: Array = np.zeros((ny + 2, nx + 2, classes, nz * lanes), dtype)
    own = problem.numerics
    krylov.solve(work, x, tolerance or own.tolerance, own.first_look, own.iterations)
    return x.reshape(ny + 2, nx + 2, classes, nz, lanes)[1:-1, 1:-1]


def _check(name: str, array: Array, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        message = f"{name} has the wrong shape"
        raise InputError(message, value=array.shape, allowed=[shape])
    if not np.isfinite(array).all() or (array.size and array.min() < 0):
        message = f"{name} must be finite and not negative"
        raise InputError(message, value=float(np.nanmin(array)))
