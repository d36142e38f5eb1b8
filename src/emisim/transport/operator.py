"""The steady transport operator of all weather classes, divided by cell volume.

For class k, in flux form with first-order upwind differences:

    div(u_k c_k) - div(K_k grad c_k) + loss_k c_k - sum_j Q_jk c_j = source_k,   Q = (P - I) / 1 h

with deposition in the lowest layer, clean inflow and free outflow at the sides, no flux through
the lid. Winds are horizontally uniform within a class, so that no vertical wind follows from
continuity. Divided by volume, the transpose of the operator is the operator with all winds reversed
and Q transposed (exactly, stretched cells included): one code serves both.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from emisim import units
from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.transport.mesh import Mesh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DIGITS = 12
SUM_TOLERANCE = 1e-9
WEATHER = {
    "frequency": ("class",),
    "transition": ("class", "to"),
    "u": ("class",),
    "v": ("class",),
    "wind_ratio": ("class", "level"),
    "diffusivity": ("class", "level"),
}
"""What the operator takes from the weather of one half year."""


class Numerics(NamedTuple):
    """Horizontal diffusivity (m2/s) and the settings of the solver."""

    horizontal_diffusivity: float
    tolerance: float
    first_look: float
    iterations: int
    rhs_at_once: int

    @classmethod
    def read(cls, parameters: Parameters, setting: str = "fine") -> "Numerics":
        """Return the rows of ``inputs/factors/transport.csv`` for a setting, default or fine."""

        def number(name: str, unit: str, process: str = "numerics") -> float:
            return parameters.value(name, unit, process=process, technology=setting)

        return cls(
            number("horizontal_diffusivity", "m2/s", "diffusion"),
            number("residual_tolerance", "fraction"),
            number("first_look", "fraction"),
            int(number("iteration_limit", "fraction")),
            int(number("rhs_at_once", "fraction")),
        )


@dataclass(frozen=True)
class Problem:
    """Transport of one loss family in the weather of one half year.

    Parameters
    ----------
    mesh
        The cells.
    weather
        Dataset with :data:`WEATHER` (one half year), heights of ``level`` in m above ground.
    loss
        First-order loss (class, layer), 1/s.
    deposition
        Deposition velocity (class, surface) in the lowest layer, m/s.
    surface
        Index of the kind of surface of each column (ny, nx).
    numerics
        See :class:`Numerics`.
    """

    mesh: Mesh
    weather: xr.Dataset
    loss: Floats
    deposition: Floats
    surface: Ints
    numerics: Numerics

    def __post_init__(self) -> None:
        check_weather(self.weather)
        ny, nx, nz = self.mesh.shape
        classes = self.weather.sizes["class"]
        surface = np.asarray(self.surface)
        _check_shape("surface", surface, (ny, nx))
        _check_rate("loss", self.loss, (classes, nz))
        kinds = int(surface.max()) + 1
        if surface.min() < 0 or kinds > np.shape(self.deposition)[-1]:
            message = "a column has a kind of surface without deposition velocity"
            allowed = range(np.shape(self.deposition)[-1])
            raise InputError(message, value=kinds - 1, allowed=allowed)
        _check_rate("deposition", self.deposition, (classes, np.shape(self.deposition)[-1]))

    @cached_property
    def active(self) -> Ints:
        """Classes that occur, by quadrant of the wind; the others are left out and get zeros."""
        occurring = np.flatnonzero(self.weather["frequency"].values > 0)
        u, v = (self.weather[n].values[occurring] for n in "uv")
        return occurring[np.lexsort((u < 0, v < 0))]

    @cached_property
    def exchange(self) -> Floats:
        """Rates Q (class, to) of changing class, 1/s, active classes only; rows sum to 0."""
        hourly = self.weather["transition"].values[np.ix_(self.active, self.active)]
        return (hourly - np.eye(len(self.active))) / units.factor("h", "s")

    @cached_property
    def winds(self) -> tuple[Floats, Floats]:
        """Eastward and northward wind (active class, layer), m/s."""
        ratio = self._profiles("wind_ratio", self.mesh.centres[2])
        u, v = (self.weather[n].values[self.active, None] * ratio for n in "uv")
        return u, v

    @cached_property
    def mixing(self) -> Floats:
        """Vertical diffusivity at the inner layer faces (active class, layer - 1), m2/s."""
        return self._profiles("diffusivity", self.mesh.z_edges[1:-1])

    def _profiles(self, name: str, height: Floats) -> Floats:
        level = self.weather["level"].values
        profiles = self.weather[name].values[self.active]
        return np.array([np.interp(height, level, p) for p in profiles])


class Stencil(NamedTuple):
    """Coefficients of the operator per volume, 1/s, as the sweep takes them.

    Horizontal coefficients are ``speed_x * inverse_dx + diffusion`` towards the wind and diffusion
    alone along it. ``factors`` holds, for each distinct column and class, the factorised
    tridiagonal matrix: 1 / pivot, lower / pivot, upper / pivot.
    """

    side_x: Ints  # (class,) +1 if the wind is eastward
    side_y: Ints
    speed_x: Floats  # (class, nz) m/s
    speed_y: Floats
    inverse_dx: Floats  # (nx,) 1/m
    inverse_dy: Floats
    west: Floats  # (nx,) diffusion from the western neighbour
    east: Floats
    south: Floats  # (ny,)
    north: Floats
    column: Ints  # (ny, nx) distinct column
    factors: Floats  # (distinct column, class, 3, nz)
    diagonal: Floats  # (distinct column, class, nz)
    below: Floats  # (class, nz) diffusion from the layer below
    above: Floats
    volume: Floats  # (ny, nx, nz)
    first: Ints  # (class + 1,) where the classes that feed each class begin in the two following
    feeding: Ints
    feed_rate: Floats


def stencil(problem: Problem, *, adjoint: bool = False) -> Stencil:
    """Return the coefficients of the operator, or of its transpose."""
    turn = -1 if adjoint else 1
    exchange = problem.exchange.T if adjoint else problem.exchange
    u, v = (turn * wind for wind in problem.winds)
    dx, dy, dz = (
        np.diff(e) for e in (problem.mesh.x_edges, problem.mesh.y_edges, problem.mesh.z_edges)
    )
    spread = problem.numerics.horizontal_diffusivity
    west, east = _diffusion(dx, np.full((1, len(dx) - 1), spread))
    south, north = _diffusion(dy, np.full((1, len(dy) - 1), spread))
    below, above = _diffusion(dz, problem.mixing)
    column, y, x = _distinct(dy, dx, (south + north)[0], (west + east)[0], problem.surface)
    speed = abs(u) / dx[x, None, None] + abs(v) / dy[y, None, None]
    diagonal = speed + (west + east)[0, x, None, None] + (south + north)[0, y, None, None]
    diagonal = diagonal + below + above + problem.loss[problem.active]
    diagonal -= np.diag(exchange)[:, None]
    kinds = np.asarray(problem.surface)[y, x]
    diagonal[..., 0] += np.asarray(problem.deposition)[problem.active][:, kinds].T / dz[0]
    return Stencil(
        np.where(u[:, 0] < 0, -1, 1), np.where(v[:, 0] < 0, -1, 1), abs(u), abs(v),
        1 / dx, 1 / dy, west[0], east[0], south[0], north[0],
        column, _factorised(diagonal, below, above), diagonal, below, above,
        problem.mesh.volumes, *_feeding(exchange),
    )  # fmt: skip


def flattened(st: Stencil, lanes: int, dtype: type) -> Stencil:
    """Return the stencil as the sweep reads it: factors flat, rates in the unknown's precision.

    Winds are repeated for each of ``lanes`` right-hand sides, flat; the rest is unchanged.
    """
    wide = {n: np.repeat(getattr(st, n), lanes, axis=1).ravel() for n in ("speed_x", "speed_y")}
    single = (*wide, "inverse_dx", "inverse_dy", "west", "east", "south", "north", "feed_rate")
    changed = {n: wide.get(n, getattr(st, n)).astype(dtype) for n in single}
    return st._replace(**changed, factors=st.factors.ravel())


def passes(st: Stencil) -> list[tuple[Ints, bool, bool]]:
    """Return the downwind passes: members (class indices by quadrant), northward, eastward."""
    quadrants = ((1, 1), (1, -1), (-1, -1), (-1, 1))
    found = (
        (np.flatnonzero((st.side_x == x) & (st.side_y == y)), y > 0, x > 0) for x, y in quadrants
    )
    return [one for one in found if one[0].size]


def check_weather(weather: xr.Dataset) -> None:
    """Raise :class:`InputError` if ``weather`` lacks what the operator needs."""
    for name, dims in WEATHER.items():
        if name not in weather or weather[name].dims != dims:
            message = f"the weather needs {name} with dimensions {dims}"
            found = weather[name].dims if name in weather else None
            raise InputError(message, value=found, hint="take one half year of the weather classes")
        if not np.isfinite(weather[name].values).all():
            message = f"{name} of the weather classes is not finite"
            raise InputError(message, hint="make the weather classes again")
    for name in ("frequency", "transition", "wind_ratio", "diffusivity"):
        if weather[name].values.min() < 0:
            message = f"{name} of the weather classes is negative"
            raise InputError(message, value=float(weather[name].values.min()))
    off = np.abs(weather["transition"].sum("to").values - 1).max()
    if off > SUM_TOLERANCE:
        message = "transitions of a weather class do not sum to 1"
        raise InputError(message, value=float(off), hint="make the weather classes again")


def _check_shape(name: str, array: NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        message = f"{name} has the wrong shape"
        raise InputError(message, value=array.shape, allowed=[shape])


def _check_rate(name: str, array: Floats, shape: tuple[int, ...]) -> None:
    _check_shape(name, np.asarray(array), shape)
    if not (np.asarray(array) >= 0).all() or not np.isfinite(array).all():
        message = f"{name} must be finite and not negative"
        raise InputError(message, value=float(np.nanmin(array)))


def _diffusion(width: Floats, faces: Floats) -> tuple[Floats, Floats]:
    """Exchange rates (class, n), 1/s, with the lower and the upper neighbour along one axis.

    ``faces`` is the diffusivity at the inner faces (class, n - 1); there is no flux at the ends.
    """
    gap = (width[1:] + width[:-1]) / 2
    lower = np.zeros((len(faces), len(width)))
    upper = np.zeros_like(lower)
    lower[:, 1:] = faces / (width[1:] * gap)
    upper[:, :-1] = faces / (width[:-1] * gap)
    return lower, upper


def _distinct(
    dy: Floats, dx: Floats, spread_y: Floats, spread_x: Floats, surface: Ints
) -> tuple[Ints, Ints, Ints]:
    """Number the distinct columns (ny, nx); return them with a row and a column of each."""
    row, column = _labels(dy, spread_y), _labels(dx, spread_x)
    label = (row[:, None] * (column.max() + 1) + column) * (np.max(surface) + 1) + surface
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    y, x = np.unravel_index(first, label.shape)
    return number.reshape(label.shape), y, x


def _labels(width: Floats, spread: Floats) -> Ints:
    pair = np.column_stack([width / width.max(), spread / max(spread.max(), width.min())])
    return np.unique(pair.round(DIGITS), axis=0, return_inverse=True)[1].ravel()


def _factorised(diagonal: Floats, below: Floats, above: Floats) -> Floats:
    """Return 1 / pivot, lower / pivot and upper / pivot (column, class, 3, nz)."""
    columns, classes, layers = diagonal.shape
    factors = np.zeros((columns, classes, 3, layers))
    for z in range(layers):
        pivot = diagonal[..., z] - (below[:, z] * factors[:, :, 2, z - 1] if z else 0)
        factors[:, :, 0, z] = 1 / pivot
        factors[:, :, 1, z] = below[:, z] / pivot
        factors[:, :, 2, z] = above[:, z] / pivot
    return factors


def _feeding(exchange: Floats) -> tuple[Ints, Ints, Floats]:
    """Compress the off-diagonal columns of ``exchange``: first, feeding class, rate."""
    linked = (exchange != 0) & ~np.eye(len(exchange), dtype=bool)
    first = np.concatenate([[0], np.cumsum(linked.sum(axis=0))]).astype(np.int64)
    to, source = np.nonzero(linked.T)
    return first, source.astype(np.int64), exchange[source, to]
