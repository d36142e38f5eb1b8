"""Emitted to received: chains of loss families, backward from receptors or forward from fields.

A family is transported by its own operator (deposition, wet removal, oxidation). What is received
as another species takes two: sulfate at a receptor depends on sulfate in the air by the adjoint of
family ``fine``; that times the rate of oxidation is the source of the adjoint of ``SO2``. Total
nitrate and total ammonia are solved at two gas shares, so that deposition can follow the
partition without a new solve.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from emisim.chemistry import rates
from emisim.factors import Factors
from emisim.tables import Parameters
from emisim.transport import markov
from emisim.transport.matrix import NODES, PERIODS
from emisim.transport.mesh import Mesh
from emisim.transport.operator import Numerics, Problem

CHAINS = {
    "fine": ("SO2-SO4", "precursor-SOA"),
    **{f"TN@{node}": (f"NOx-TN@{node}",) for node in NODES},
}
"""Received family -> the rows whose emitted family becomes it."""
DIRECT = {"fine": "fine", "coarse": "coarse", "SO2": "SO2", "NOx": "NOx"} | {
    f"TA@{node}": f"TA@{node}" for node in NODES
}
"""Family -> the row of what is received as it was emitted."""
Notify = Callable[[str], None]


@dataclass(frozen=True)
class Setting:
    """One half year of one city.

    ``weather``: one half of the weather classes; ``surface`` (ny, nx): index into
    :data:`emisim.chemistry.deposition.SURFACES`; ``factors``: the factor tables; ``accuracy``: that
    of the solver, ``default`` or ``fine``.
    """

    mesh: Mesh
    weather: xr.Dataset
    surface: np.ndarray
    factors: Factors
    accuracy: str

    def problem(self, family: str) -> Problem:
        """Return the transport of a loss family; of TN and TA at a node, ``TN@low``."""
        name, _, node = family.partition("@")
        gas = gas_share(node, self.factors["deposition"]) if node else None
        loss, velocity = rates.losses(name, self.weather, self.factors, gas_fraction=gas)
        layers = np.repeat(loss[:, None], self.mesh.shape[2], axis=1)
        numerics = Numerics.read(self.factors["transport"], self.accuracy)
        return Problem(self.mesh, self.weather, layers, velocity, self.surface, numerics)

    def rate(self, row: str) -> np.ndarray:
        """Return mass received per second and mass of what is emitted (class,), 1/s."""
        return rates.conversion(row.partition("@")[0], self.weather, self.factors)


def gas_share(node: str, p: Parameters) -> float:
    """Return the gas share of TN and TA at a node (``deposition.csv``)."""
    return p.value("gas_share", "fraction", process="node", technology=node)


def backward(setting: Setting, ground: np.ndarray, weight: np.ndarray, *, notify: Notify = print
             ) -> Iterator[tuple[str, np.ndarray]]:  # fmt: skip
    """Yield each row of the source-receptor matrix and its sensitivity.

    Parameters
    ----------
    setting
        Half year and city.
    ground
        Receptor weights (ny, nx, receptor), each summing to 1.
    weight
        Of :func:`emisim.transport.groups.weights` (group, class, layer).
    notify
        Told of every solve.

    Yields
    ------
    tuple
        Row name and (receptor, period, group, ny, nx), s/m3.
    """
    receptors = ground.shape[-1]
    regime = setting.weather["regime"].values
    mask = np.stack([regime == period for period in PERIODS], axis=1).astype(float)
    lanes = np.repeat(ground, len(PERIODS), axis=-1), np.tile(mask, receptors)
    nothing = np.zeros_like(lanes[0])

    def read(mu: np.ndarray) -> np.ndarray:
        found = markov.sensitivity(mu, weight)
        split = found.reshape(*found.shape[:-1], receptors, len(PERIODS))
        return np.moveaxis(split, (-2, -1), (0, 1))

    for family in (*DIRECT, *(f for f in CHAINS if f not in DIRECT)):
        notify(family)
        mu = markov.adjoint(setting.problem(family), *lanes)
        if family in DIRECT:
            yield DIRECT[family], read(mu)
        for row in CHAINS.get(family, ()):
            notify(row)
            made = setting.rate(row)[:, None, None, None, None].astype(mu.dtype) * mu
            emitted = setting.problem(row.split("-")[0])
            yield row, read(markov.adjoint(emitted, nothing, lanes[1], extra=made))


def forward(setting: Setting, fields: dict[str, np.ndarray], weight: np.ndarray, *,
            notify: Notify = print) -> Iterator[tuple[str, np.ndarray]]:  # fmt: skip
    """Yield each row and the ground-level concentration of emitted fields.

    Parameters
    ----------
    setting, weight, notify
        As :func:`backward`.
    fields
        By emitted family (fine, coarse, SO2, NOx, TA, precursor): (group, ny, nx, rhs), ug/s per
        column.

    Yields
    ------
    tuple
        Row name and (period, ny, nx, rhs), ug/m3.
    """
    regime = setting.weather["regime"].values

    def ground(c: np.ndarray) -> np.ndarray:
        return np.stack([c[regime == period][:, :, :, 0].sum(axis=0) for period in PERIODS])

    made: dict[str, dict[str, np.ndarray]] = {product: {} for product in CHAINS}
    for family in (*(f for f in DIRECT if f not in CHAINS), "precursor"):
        notify(family)
        c = markov.solve(setting.problem(family), fields[family.partition("@")[0]], weight)
        if family in DIRECT:
            yield DIRECT[family], ground(c)
        for product, row in _made_from(family):
            rate = setting.rate(row)[:, None, None, None, None]
            made[product][row] = rate.astype(c.dtype) * c
    for product, sources in made.items():
        notify(product)
        own = {DIRECT[product]: fields[product]} if product in DIRECT else {}
        c = _with_sources(setting.problem(product), own, sources, weight)
        parts = np.cumsum([v.shape[-1] for v in (*own.values(), *sources.values())])[:-1]
        yield from zip((*own, *sources), np.split(ground(c), parts, axis=-1), strict=True)


def _with_sources(problem: Problem, own: dict[str, np.ndarray], sources: dict[str, np.ndarray],
                  weight: np.ndarray) -> np.ndarray:  # fmt: skip
    """Return the concentration of what is emitted and, side by side, of what the air makes."""
    extra = np.concatenate(list(sources.values()), axis=-1)
    count = sum(v.shape[-1] for v in own.values())
    extra = np.concatenate([np.zeros((*extra.shape[:-1], count), extra.dtype), extra], axis=-1)
    ny, nx, _ = problem.mesh.shape
    none = np.zeros((len(weight), ny, nx, extra.shape[-1] - count))
    emitted = np.concatenate([*own.values(), none], axis=-1)
    return markov.solve(problem, emitted, weight, extra=extra)


def _made_from(family: str) -> list[tuple[str, str]]:
    return [
        (product, row)
        for product, rows in CHAINS.items()
        for row in rows
        if row.split("-")[0] == family
    ]
