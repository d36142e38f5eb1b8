"""A year of hourly winds through a time-dependent 3-D model: the yardstick of the class model.

For winds, mixing and losses that change every hour and are the same everywhere,

    dc/dt + div(u c) - div(K grad c) + loss c = source,

marched hour by hour on a regular mesh. It shares no code with the steady model, and no assumption
about classes; the horizontal scheme is first-order upwind as there, so that what the two differ by
is due to the classes alone.
"""

from dataclasses import dataclass

import numpy as np

from emisim.errors import InputError
from emisim.validation import _march

HOUR = 3600


@dataclass(frozen=True)
class Hours:
    """What the air does in each of H hours, for N layers.

    u, v (H, N): wind in the layers, m/s; diffusivity (H, N - 1): Kz at the interior interfaces,
    m2/s; loss (H,): 1/s; group (H,): number of the mean (for instance the half) of an hour.
    """

    u: np.ndarray
    v: np.ndarray
    diffusivity: np.ndarray
    loss: np.ndarray
    group: np.ndarray


@dataclass(frozen=True)
class Case:
    """Mesh, deposition and sources of a run with M fields.

    cell_size: m; z_edges (N + 1,): m; horizontal_diffusivity: m2/s; deposition: m/s in the first
    layer; courant: largest share of a cell that leaves in a step;
    source (ny, nx, N, M): ug/s per cell; factor (H, M): of each field's source in each hour.
    """

    cell_size: float
    z_edges: np.ndarray
    horizontal_diffusivity: float
    deposition: float
    courant: float
    source: np.ndarray
    factor: np.ndarray


def run(case: Case, hours: Hours, *, spin_up: int) -> np.ndarray:
    """Return the mean concentration of the first layer (group, ny, nx, M), ug/m3.

    ``spin_up`` hours, the last of the record, run first without being counted.

    Raises
    ------
    InputError
        If arrays do not fit each other or hold what is not a number.
    """
    check(case, hours)
    ny, nx, nz, m = case.source.shape
    groups = int(hours.group.max()) + 1
    mean = np.zeros((groups, ny, nx, m))
    unused = np.zeros((ny, nx, m))
    c = np.zeros((ny + 2, nx + 2, nz * m))
    work = np.zeros_like(c)
    volume = case.cell_size**2 * np.diff(case.z_edges)
    density = case.source / volume[:, None]
    total = len(hours.group)
    for h in (*range(total - spin_up, total), *range(total)):
        counted = mean[hours.group[h]]
        target = unused if spin_up else counted
        spin_up = max(spin_up - 1, 0)
        steps, weights, low, gain = hour_factors(case, hours, h)
        added = (density * (case.factor[h] * (HOUR / steps))).reshape(ny, nx, nz * m)
        hour_mean = np.zeros_like(unused)
        stay, west, east, south, north = weights
        _march.march(
            c, work, hour_mean, added, stay, west, east, south, north, low, gain, steps
        )  # fmt: skip
        target += hour_mean / steps
    return mean / np.bincount(hours.group, minlength=groups)[:, None, None, None]


def hour_factors(
    case: Case, hours: Hours, h: int
) -> tuple[int, list[np.ndarray], np.ndarray, np.ndarray]:
    """Return the number of steps of hour ``h``, the five neighbour weights and column factors."""
    u, v, size = hours.u[h], hours.v[h], case.cell_size
    spread = case.horizontal_diffusivity / size**2
    leaving = (abs(u) + abs(v)) / size + 4 * spread
    steps = max(1, int(np.ceil(HOUR * leaving.max() / case.courant)))
    dt = HOUR / steps
    shares = [
        1 - dt * leaving,
        dt * (np.maximum(u, 0) / size + spread),
        dt * (np.maximum(-u, 0) / size + spread),
        dt * (np.maximum(v, 0) / size + spread),
        dt * (np.maximum(-v, 0) / size + spread),
    ]
    weights = [np.repeat(share, case.source.shape[3]) for share in shares]
    return steps, weights, *column_factors(case, hours, h, dt)


def column_factors(case: Case, hours: Hours, h: int, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower diagonal (N,) and the pivots (2, N) of 1 + dt (vertical part).

    Rows: -dt K/(dz d) c_below + [1 + dt (loss + sum of exchanges + deposition/dz)] c - ... c_above.
    """
    dz = np.diff(case.z_edges)
    exchange = hours.diffusivity[h] / ((dz[1:] + dz[:-1]) / 2)
    below = np.concatenate([[0], exchange]) * dt / dz
    above = np.concatenate([exchange, [0]]) * dt / dz
    diagonal = 1 + dt * hours.loss[h] + below + above
    diagonal[0] += dt * case.deposition / dz[0]
    gain = np.zeros((2, dz.size))
    for k in range(dz.size):
        pivot = diagonal[k] + (below[k] * gain[1, k - 1] if k else 0)
        gain[:, k] = 1 / pivot, -above[k] / pivot
    return -below, gain


def check(case: Case, hours: Hours) -> None:
    """Raise :class:`InputError` if shapes or numbers of a run do not fit."""
    nz, m = case.source.shape[2:]
    wanted = {
        "u": (len(hours.group), nz),
        "v": (len(hours.group), nz),
        "diffusivity": (len(hours.group), nz - 1),
        "loss": (len(hours.group),),
    }
    given = {name: getattr(hours, name) for name in wanted} | {"factor": case.factor}
    wanted["factor"] = (len(hours.group), m)
    if len(case.z_edges) != nz + 1:
        msg = "layers of the source do not fit the layer edges"
        raise InputError(msg, value=nz, allowed=[len(case.z_edges) - 1])
    for name, array in given.items():
        if array.shape != wanted[name] or not np.isfinite(array).all():
            msg = f"{name} of the hourly run has another shape than hours and layers, or gaps"
            raise InputError(msg, value=array.shape, allowed=[wanted[name]])
