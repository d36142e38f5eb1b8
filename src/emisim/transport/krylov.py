"""Stabilised bi-conjugate gradients (BiCGSTAB, van der Vorst 1992) around downwind sweeps.

A pass of sweeps is a map x -> G x + b, whose fixed point is the steady state. Plain repetition
gains a factor of 0.6 to 0.8 per pass, since a parcel changes class some ten times before it leaves;
BiCGSTAB on (I - G) x = b needs a third of the passes. Right-hand sides advance together, each with
its own factors.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emisim.errors import EmisimError
from emisim.transport import _sweep

Array = NDArray[np.floating]
Floats = NDArray[np.float64]
Factor = Floats | float


class ConvergenceError(EmisimError):
    """The solver did not reach its tolerance."""


class Passes(NamedTuple):
    """The map to be solved, in place, and how far (rhs,) a candidate is from its solution."""

    homogeneous: Callable[[Array], None]
    loaded: Callable[[Array], None]
    residual: Callable[[Array], Floats]
    lanes: int


def solve(passes: Passes, x: Array, tolerance: float, iterations: int) -> int:
    """Solve in place from ``x = 0`` (any shape with the right-hand sides innermost).

    A candidate is the positive part of the iterate after one more plain pass, so that the solution
    is not negative.

    Returns
    -------
    int
        The number of iterations, of two passes each.

    Raises
    ------
    ConvergenceError
        If a residual is above ``tolerance`` after ``iterations``.
    """
    passes.loaded(x)
    state = _State(passes, x)
    threshold = tolerance
    for done in range(1, iterations + 1):
        estimate = state.advance()
        if estimate > threshold and done < iterations:
            continue
        residual = state.candidate()
        worst = int(residual.argmax())
        if residual[worst] <= tolerance:
            x[...] = state.spare
            return done
        threshold = estimate * tolerance / residual[worst]
    message = (
        f"the transport solver did not converge: right-hand side {worst} has a residual of "
        f"{residual[worst]:.2g} after {done} iterations, the tolerance is {tolerance:.2g}; "
        "allow more iterations, a larger tolerance, or use double precision"
    )
    raise ConvergenceError(message)


class _State:
    """The vectors of the method; ``x`` is the caller's."""

    def __init__(self, passes: Passes, x: Array) -> None:
        self.passes, self.x = passes, x
        self.rest = x.copy()
        passes.homogeneous(self.rest)
        self.shadow = self.rest.copy()
        self.direction, self.image, self.spare = (np.zeros_like(x) for _ in range(3))
        one = np.ones(passes.lanes)
        self.rho, self.alpha, self.omega = one, one, one
        self.start = self._dot(x, x)

    def advance(self) -> float:
        """Do one iteration; return the largest residual of the map relative to the source's."""
        rho = self._dot(self.shadow, self.rest)
        beta = _ratio(rho, self.rho) * _ratio(self.alpha, self.omega)
        self.rho = rho
        self._combine(self.direction, beta, self.rest, 1, self.image, -beta * self.omega)
        self._apply(self.image, self.direction)
        self.alpha = _ratio(rho, self._dot(self.shadow, self.image))
        self._combine(self.rest, 1, self.image, -self.alpha)
        self._apply(self.spare, self.rest)
        self.omega = _ratio(self._dot(self.spare, self.rest), self._dot(self.spare, self.spare))
        self._combine(self.x, 1, self.direction, self.alpha, self.rest, self.omega)
        self._combine(self.rest, 1, self.spare, -self.omega)
        return float(np.sqrt(_ratio(self._dot(self.rest, self.rest), self.start)).max())

    def candidate(self) -> Floats:
        """Put the finished solution into ``spare`` and return its residuals (rhs,)."""
        np.maximum(self.x, 0, out=self.spare)
        self.passes.loaded(self.spare)
        return self.passes.residual(self.spare)

    def _apply(self, out: Array, x: Array) -> None:
        """Set ``out = (I - G) x``."""
        out[...] = x
        self.passes.homogeneous(out)
        np.subtract(x, out, out=out)

    def _dot(self, a: Array, b: Array) -> Floats:
        return _sweep.dots(_rows(a), _rows(b), self.passes.lanes)

    def _combine(self, out: Array, a: Factor, x: Array, b: Factor, y: Array | None = None,
                 d: Factor = 0) -> None:  # fmt: skip
        """Set ``out = a out + b x + d y``, factors per right-hand side."""
        y = x if y is None else y
        layers = out.shape[-1] // self.passes.lanes
        full = [np.tile(np.broadcast_to(f, self.passes.lanes), layers) for f in (a, b, d)]
        factors = [np.ascontiguousarray(f, dtype=out.dtype) for f in full]
        _sweep.combine(_rows(out), factors[0], _rows(x), factors[1], _rows(y), factors[2])


def _rows(a: Array) -> Array:
    return a.reshape(-1, a.shape[-1])


def _ratio(a: Floats, b: Floats) -> Floats:
    """Return a / b, and 0 where b is 0 (a right-hand side that is solved, or empty)."""
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)
