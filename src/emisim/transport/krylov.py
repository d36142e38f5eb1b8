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


class ConvergenceError(EmisimError):
    """The solver did not reach its tolerance."""


class Passes(NamedTuple):
    """The map to be solved, in place, and how far (rhs,) a candidate is from its solution."""

    homogeneous: Callable[[Array], None]
    loaded: Callable[[Array], None]
    residual: Callable[[Array], Floats]
    lanes: int


def solve(passes: Passes, x: Array, tolerance: float, first_look: float, iterations: int) -> int:
    """Solve in place from ``x = 0`` (any shape with the right-hand sides innermost).

    A candidate is the positive part of the iterate after one more plain pass, so that the solution
    is not negative. It is first looked at when the residual of the map is ``first_look`` times the
    tolerance, which bounds that of the equations.

    Returns
    -------
    int
        The number of iterations, of two passes each.

    Raises
    ------
    ConvergenceError
        If a residual is above ``tolerance`` after ``iterations``, or twice did not halve when it
        should: what is left is rounding.
    """
    passes.loaded(x)
    state = _State(passes, x)
    threshold, before, vain = tolerance * first_look, np.inf, 0
    for done in range(1, iterations + 1):
        estimate = state.advance()
        if estimate > threshold and done < iterations:
            continue
        residual = float(state.candidate().max())
        if residual <= tolerance:
            x[...] = state.spare
            return done
        vain += residual > before / 2
        if vain > 1:
            break
        threshold, before = estimate * tolerance / residual / 2, residual
    message = (
        f"the transport solver did not converge: the largest residual is {residual:.2g} after "
        f"{done} iterations, the tolerance is {tolerance:.2g}; "
        "use double precision, a larger tolerance, or more iterations"
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
        self.beta = self.omega = np.zeros(passes.lanes)
        self.start = self._sums(np.square(x, dtype=np.float64).reshape(-1, x.shape[-1]).sum(0))
        self.rho = self._sums(
            np.square(self.rest, dtype=np.float64).reshape(-1, x.shape[-1]).sum(0)
        )

    def advance(self) -> float:
        """Do one iteration; return the largest residual of the map relative to the source's."""
        x, direction, image, rest, spare, shadow = map(
            _rows, (self.x, self.direction, self.image, self.rest, self.spare, self.shadow)
        )
        _sweep.turn(direction, image, rest, self._wide(self.beta), self._wide(self.omega))
        self.passes.homogeneous(self.image)
        alpha = _ratio(self.rho, self._sums(_sweep.against(direction, image, shadow)[0]))
        _sweep.step(rest, image, spare, self._wide(alpha))
        self.passes.homogeneous(self.spare)
        across, square = _sweep.against(rest, spare, rest)
        self.omega = _ratio(self._sums(across), self._sums(square))
        wide = self._wide(alpha), self._wide(self.omega)
        rho, left = map(self._sums, _sweep.close(x, direction, rest, spare, shadow, *wide))
        self.beta = _ratio(rho, self.rho) * _ratio(alpha, self.omega)
        self.rho = rho
        return float(np.sqrt(_ratio(left, self.start)).max())

    def candidate(self) -> Floats:
        """Put the finished solution into ``spare`` and return its residuals (rhs,)."""
        np.maximum(self.x, 0, out=self.spare)
        self.passes.loaded(self.spare)
        return self.passes.residual(self.spare)

    def _square(self, a: Array) -> Floats:
        return self._sums(np.einsum("nq,nq->q", _rows(a), _rows(a), dtype=np.float64))

    def _sums(self, columns: Floats) -> Floats:
        return columns.reshape(-1, self.passes.lanes).sum(axis=0)

    def _wide(self, factor: Floats) -> Array:
        """Repeat a factor per right-hand side for every layer, in the precision of ``x``."""
        layers = self.x.shape[-1] // self.passes.lanes
        return np.tile(factor, layers).astype(self.x.dtype)


def _rows(a: Array) -> Array:
    return a.reshape(-1, a.shape[-1])


def _ratio(a: Floats, b: Floats) -> Floats:
    """Return a / b, and 0 where b is 0 (a right-hand side that is solved, or empty)."""
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)
