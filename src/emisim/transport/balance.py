"""Where the emission went: the mass budget of a solution."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emisim.transport.operator import Problem

Floats = NDArray[np.float64]


class Balance(NamedTuple):
    """Rates of one solution by right-hand side (rhs,), ug/s."""

    emitted: Floats
    deposited: Floats
    lost: Floats
    outflow: Floats

    @property
    def gap(self) -> Floats:
        """What is missing, relative to the emission (0 without emission)."""
        rest = self.emitted - self.deposited - self.lost - self.outflow
        return np.divide(rest, self.emitted, out=np.zeros_like(rest), where=self.emitted > 0)


def balance(problem: Problem, c: NDArray[np.floating], fields: Floats, weight: Floats) -> Balance:
    """Return the mass budget of a solution.

    Parameters
    ----------
    problem
        The transport problem.
    c
        Concentrations (class, ny, nx, nz, rhs) from :func:`emisim.transport.markov.solve`, ug/m3.
    fields, weight
        The emission that was solved for.
    """
    mesh, active = problem.mesh, problem.active
    c = np.asarray(c, dtype=np.float64)[active]
    kind = np.asarray(problem.surface)
    velocity = np.asarray(problem.deposition)[active][:, kind]
    deposited = np.einsum("kjiq,kji,ji->q", c[:, :, :, 0], velocity, mesh.areas)
    lost = np.einsum("kjizq,kz,jiz->q", c, np.asarray(problem.loss)[active], mesh.volumes)
    emitted = np.einsum("gjiq,gkz->q", fields, weight[:, active])
    return Balance(emitted, deposited, lost, _outflow(problem, c))


def _outflow(problem: Problem, c: Floats) -> Floats:
    """Flux (rhs,) through the four sides; the wind carries the values of the last cells."""
    u, v = problem.winds
    dx, dy, dz = (
        np.diff(e) for e in (problem.mesh.x_edges, problem.mesh.y_edges, problem.mesh.z_edges)
    )
    sides = (
        (np.maximum(-u, 0), c[:, :, 0], dy),
        (np.maximum(u, 0), c[:, :, -1], dy),
        (np.maximum(-v, 0), c[:, 0], dx),
        (np.maximum(v, 0), c[:, -1], dx),
    )
    total = [np.einsum("kz,knzq,n,z->q", wind, edge, width, dz) for wind, edge, width in sides]
    return np.sum(total, axis=0)
