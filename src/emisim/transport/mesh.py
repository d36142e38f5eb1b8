"""The box of air over a city: a uniform block, a ring that grows coarser outwards, layers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from emisim.errors import InputError, MassError
from emisim.grid import Grid
from emisim.tables import Parameters

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]
SHARE_TOLERANCE = 1e-12
TABLE = "transport.csv"


@dataclass(frozen=True)
class Mesh:
    """A rectilinear mesh of ``ny`` rows, ``nx`` columns and ``nz`` layers.

    Parameters
    ----------
    x_edges, y_edges
        Increasing projected coordinates of the cell faces (nx + 1,), (ny + 1,), m.
    z_edges
        Heights of the layer faces above ground (nz + 1,), m, from 0 to the lid.
    inner
        Rows and columns (slices) of the uniform block over the city.
    """

    x_edges: Floats
    y_edges: Floats
    z_edges: Floats
    inner: tuple[slice, slice]

    def __post_init__(self) -> None:
        for name in ("x_edges", "y_edges", "z_edges"):
            edges = np.asarray(getattr(self, name), dtype=float)
            if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
                message = f"{name} of a mesh must increase and bound at least one cell"
                raise InputError(message, value=edges.tolist()[:4])
            object.__setattr__(self, name, edges)
        if self.z_edges[0] != 0:
            message = "the lowest layer of a mesh must begin at the ground"
            raise InputError(message, value=float(self.z_edges[0]), allowed=[0])

    @classmethod
    def around(
        cls, bounds: Bounds, cell_size: float | None, parameters: Parameters, setting: str
    ) -> "Mesh":
        """Return the mesh over ``bounds`` with its ring.

        Parameters
        ----------
        bounds
            West, south, east, north edge of the city's grid, m. The inner block begins at the
            south-west corner and reaches at least the north-east one.
        cell_size
            Side of an inner cell, m; None takes the one of the setting.
        parameters
            ``inputs/factors/transport.csv``.
        setting
            Name of a group of rows: ``default`` or ``fine``.

        Raises
        ------
        InputError
            If the setting is unknown or the cell size not positive.
        """
        tops = _layer_tops(parameters, setting)
        key = {"process": "mesh", "technology": setting}
        size = cell_size or parameters.value("mesh_cell_size", "m", **key)
        if not size > 0:
            message = "the cell size of a mesh must be positive (metres)"
            raise InputError(message, value=size)
        ring = _ring(size, parameters.value("ring_width", "m", **key),
                     parameters.value("ring_growth", "fraction", **key))  # fmt: skip
        west, south, east, north = bounds
        x_edges, columns = _axis(west, east, size, ring)
        y_edges, rows = _axis(south, north, size, ring)
        return cls(x_edges, y_edges, np.concatenate([[0], tops]), (rows, columns))

    @property
    def shape(self) -> tuple[int, int, int]:
        """(ny, nx, nz)."""
        return len(self.y_edges) - 1, len(self.x_edges) - 1, len(self.z_edges) - 1

    @cached_property
    def areas(self) -> Floats:
        """Ground area of the columns (ny, nx), m2."""
        return np.outer(np.diff(self.y_edges), np.diff(self.x_edges))

    @cached_property
    def volumes(self) -> Floats:
        """Volume of the cells (ny, nx, nz), m3."""
        return self.areas[..., None] * np.diff(self.z_edges)

    @property
    def centres(self) -> tuple[Floats, Floats, Floats]:
        """Coordinates of the cell centres: x (nx,), y (ny,), z (nz,), m."""
        x, y, z = (_middle(e) for e in (self.x_edges, self.y_edges, self.z_edges))
        return x, y, z

    def restrict(self, grid: Grid) -> sparse.csr_array:
        """Return the share of each grid cell's area in each column, (ny * nx, grid.size).

        Emissions go to the mesh by ``restrict(grid) @ emission``; means over grid cells come back
        by ``restrict(grid).T @ concentration``. Columns sum to 1.

        Raises
        ------
        MassError
            If a part of the grid lies beyond the mesh.
        """
        x, y = (
            _overlap(edges, origin + grid.cell_size * np.arange(n + 1, dtype=np.float64))
            for edges, origin, n in (
                (self.x_edges, grid.x0, grid.nx),
                (self.y_edges, grid.y0, grid.ny),
            )
        )
        shares = sparse.csr_array(sparse.kron(y, x))
        worst = float(np.abs(shares.sum(axis=0) - 1).max())
        if not worst <= SHARE_TOLERANCE:
            message = f"the grid is not inside the mesh: up to {worst:.3g} of a cell is beyond it"
            raise MassError(message)
        return shares

    def receptors(self, x: ArrayLike, y: ArrayLike) -> Floats:
        """Return ground weights (ny, nx, n) that interpolate linearly to points ``x``, ``y`` (m).

        Raises
        ------
        InputError
            If a point lies outside the mesh.
        """
        x, y = (np.atleast_1d(np.asarray(a, dtype=float)) for a in (x, y))
        inside = _inside(x, self.x_edges) & _inside(y, self.y_edges)
        if not inside.all():
            n = int(np.argmin(inside))
            message = f"receptor {n} lies outside the mesh"
            limits = [f"x {self.x_edges[[0, -1]].tolist()}, y {self.y_edges[[0, -1]].tolist()}"]
            hint = "correct the coordinates, leave the receptor out, or widen the ring"
            value = (float(x[n]), float(y[n]))
            raise InputError(message, value=value, allowed=limits, hint=hint)
        along_x, along_y = (_linear(p, c) for p, c in zip((x, y), self.centres[:2], strict=True))
        return along_y.T[:, None, :] * along_x.T[None, :, :]

    def layer_shares(self, height: ArrayLike) -> Floats:
        """Return shares (n, nz) of releases at ``height`` (n,), m above ground.

        Linear between the centres of two layers, so that the mean height is kept.

        Raises
        ------
        InputError
            If a release is above the lid, or below ground.
        """
        height = np.atleast_1d(np.asarray(height, dtype=float))
        inside = _inside(height, self.z_edges)
        if not inside.all():
            n = int(np.argmin(inside))
            message = f"source {n} is outside the layers of the model"
            allowed = [f"0 to {self.z_edges[-1]:g} m"]
            hint = f"correct the height, or raise the highest layer_top in {TABLE}"
            raise InputError(message, value=float(height[n]), allowed=allowed, hint=hint)
        return _linear(height, self.centres[2])


def _layer_tops(parameters: Parameters, setting: str) -> Floats:
    frame = parameters.frame
    rows = frame[(frame["process"] == "mesh") & (frame["parameter"] == "layer_top")]
    known = sorted(set(rows["technology"]))
    if setting not in known:
        message = "unknown mesh setting"
        raise InputError(message, file=parameters.path, column="technology", value=setting,
                         allowed=known)  # fmt: skip
    layers = sorted(rows.loc[rows["technology"] == setting, "standard"], key=int)
    key = {"process": "mesh", "technology": setting}
    return np.array([parameters.value("layer_top", "m", **key, standard=n) for n in layers])


def _ring(size: float, width: float, growth: float) -> Floats:
    """Widths (n,) of the ring's cells outwards: size * growth, size * growth^2 ... up to width."""
    widths: list[float] = []
    while sum(widths) < width:
        widths.append(size * growth ** (len(widths) + 1))
    return np.array(widths)


def _axis(low: float, high: float, size: float, ring: Floats) -> tuple[Floats, slice]:
    """Edges of one axis and the slice of its uniform block."""
    cells = max(1, int(np.ceil((high - low) / size - SHARE_TOLERANCE)))
    block = low + size * np.arange(cells + 1)
    outwards = np.cumsum(ring)
    edges = np.concatenate([low - outwards[::-1], block, block[-1] + outwards])
    return edges, slice(len(ring), len(ring) + cells)


def _middle(edges: Floats) -> Floats:
    return (edges[1:] + edges[:-1]) / 2


def _inside(value: Floats, edges: Floats) -> NDArray[np.bool_]:
    return (value >= edges[0]) & (value <= edges[-1])


def _overlap(edges: Floats, parts: Floats) -> sparse.csr_array:
    """Return the share of each of ``parts``' intervals in each interval of ``edges``."""
    low = np.maximum(edges[:-1, None], parts[None, :-1])
    high = np.minimum(edges[1:, None], parts[None, 1:])
    return sparse.csr_array(np.maximum(high - low, 0) / np.diff(parts))


def _linear(value: Floats, nodes: Floats) -> Floats:
    """Return weights (n, nodes) of linear interpolation, constant beyond the outer nodes."""
    lower = np.clip(np.searchsorted(nodes, value) - 1, 0, max(len(nodes) - 2, 0))
    upper = np.minimum(lower + 1, len(nodes) - 1)
    gap = np.where(upper > lower, nodes[upper] - nodes[lower], 1)
    share = np.clip((value - nodes[lower]) / gap, 0, 1)
    weights = np.zeros((len(value), len(nodes)))
    row = np.arange(len(value))
    np.add.at(weights, (row, lower), 1 - share)
    np.add.at(weights, (row, upper), share)
    return weights
