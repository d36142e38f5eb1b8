"""The metastable solution: hydrogen ion, water and activity coefficients of many cases at once.

For given water W and activity coefficients, all concentrations follow from the molality h of H+:
m(NO3) = TN/(W + c_N h), m(NH4) = TA/(W + c_A/h), SO4/S = k1/(h + k1). The charge balance
h + m(NH4) + m(Na) = m(NO3) + m(S)(1 + SO4/S) rises from left to right with h, so that it has one
root, found by Newton steps in ln h on the logarithm of the ratio of both sides. Water and
activity coefficients are then renewed, with relaxation, until nothing changes.
"""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from emisim.chemistry import electrolytes
from emisim.chemistry.electrolytes import ActivityRows, Solute
from emisim.errors import EmisimError
from emisim.tables import Parameters

REACTIONS = ("bisulfate", "ammonia-solubility", "ammonia-base", "water", "nitric-acid",
             "ammonium-nitrate-solid")  # fmt: skip
NITRIC, AMMONIUM_NITRATE, BISULFATE, SULFURIC = (0, 2), (1, 2), (0, 1), (0, 0)
"""Cation-anion pairs whose activity coefficients act on the equilibria."""
EFFECTIVE = ("nitric", "ammonia", "bisulfate")
"""Constants of :class:`Cases` that activity coefficients multiply."""


class Numerics(NamedTuple):
    """How the iteration runs; see the notes of the rows of process ``numerics``."""

    relaxation: float
    relaxation_range: tuple[float, float]
    relaxation_last: float
    aitken_period: int
    aitken_iterations: int
    iterations: int
    tolerance: float
    failure: float
    newton_steps: int
    newton_polish: int
    newton_reach: float


@dataclass(frozen=True)
class Cases:
    """Independent cases (n,), in mol per m3 of air, with their constants at temperature.

    ``nitric`` = 1/(K_HNO3 R T) and ``ammonia`` = K_w/(K_NH3 K_b R T), in the units of
    gas (mol/m3) = c m(H) m(NO3) g^2 and c m(NH4)/m(H) g^2; ``bisulfate`` in mol/kg; ``solid`` the
    product of NH3 and HNO3 over NH4NO3(s), mol2/m6.
    """

    sulfate: np.ndarray
    nitrate: np.ndarray
    ammonia_total: np.ndarray
    sodium: np.ndarray
    temperature: np.ndarray
    nitric: np.ndarray
    ammonia: np.ndarray
    bisulfate: np.ndarray
    solid: np.ndarray
    per_mole: np.ndarray

    def take(self, chosen: np.ndarray) -> "Cases":
        """Return the chosen cases."""
        return Cases(*(getattr(self, f.name)[..., chosen] for f in fields(self)))


class Solution(NamedTuple):
    """ln W (kg/m3), ln m(H) and the change in the last iteration, all (n,).

    ``effective`` (3, n): ln of the factors on the constants :data:`EFFECTIVE`.
    """

    water: np.ndarray
    hydrogen: np.ndarray
    effective: np.ndarray
    change: np.ndarray


def numerics(p: Parameters) -> Numerics:
    """Read the numerical choices from the chemistry table."""

    def number(name: str) -> float:
        return p.value(name, "fraction", process="numerics")

    return Numerics(
        number("relaxation"),
        (number("relaxation_least"), number("relaxation_most")),
        number("relaxation_last"),
        int(number("aitken_period")),
        int(number("aitken_iterations")),
        int(number("partition_iterations")),
        number("partition_tolerance"),
        number("partition_failure"),
        int(number("newton_steps")),
        int(number("newton_polish")),
        number("newton_reach"),
    )


def constants(temperature: np.ndarray, p: Parameters) -> dict[str, np.ndarray]:
    """Return K(T) of every reaction (n,), K = K0 exp[a (T0/T - 1) + b (1 + ln(T0/T) - T0/T)]."""
    ratio = p.value("reference_temperature", "K", process="equilibrium") / temperature

    def constant(reaction: str) -> np.ndarray:
        names = ("equilibrium_constant", "enthalpy_term", "heat_capacity_term")
        key = {"process": "equilibrium", "technology": reaction}
        k, a, b = (p.value(name, "fraction", **key) for name in names)
        return k * np.exp(a * (ratio - 1) + b * (1 + np.log(ratio) - ratio))

    return {reaction: constant(reaction) for reaction in REACTIONS}


def composition(
    c: Cases, water: np.ndarray, h: np.ndarray, effective: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return molalities of cations (H, NH4 and, where there is any, Na) and anions (3, n), mol/kg.

    ``water`` W (n,) kg/m3, ``h`` m(H) (n,).
    """
    nitric, ammonia, dissociation = np.exp(effective) * (c.nitric, c.ammonia, c.bisulfate)
    sulfur = c.sulfate / water
    free = dissociation / (h + dissociation)
    ammonium = c.ammonia_total / (water + ammonia / h)
    sodium = [c.sodium / water] if c.sodium.any() else []
    cations = np.stack([h, ammonium, *sodium])
    anions = np.stack([sulfur * free, sulfur * (1 - free), c.nitrate / (water + nitric * h)])
    return cations, anions


def hydrogen(
    c: Cases, water: np.ndarray, start: np.ndarray, effective: np.ndarray, steps: int, reach: float
) -> np.ndarray:
    """Return ln m(H) (n,) after at most ``steps`` Newton steps on ln(cations/anions)."""
    nitric, ammonia, dissociation = np.exp(effective) * (c.nitric, c.ammonia, c.bisulfate)
    sulfur, sodium = c.sulfate / water, c.sodium / water
    y = start
    for _ in range(steps):
        h = np.exp(y)
        held_n, held_a = water + nitric * h, water + ammonia / h
        nitrate, ammonium = c.nitrate / held_n, c.ammonia_total / held_a
        free = dissociation / (h + dissociation)
        positive = h + ammonium + sodium
        negative = nitrate + sulfur * (1 + free)
        rise = (h + ammonium * (1 - water / held_a)) / positive
        fall = (nitrate * (1 - water / held_n) + sulfur * free * (1 - free)) / negative
        step = np.clip(np.log(negative / positive) / (rise + fall), -reach, reach)
        y = y + step
        if np.abs(step).max(initial=0) < np.finfo(float).eps:
            break
    return y


def renew(
    c: Cases, water: np.ndarray, y: np.ndarray, effective: np.ndarray, rows: ActivityRows,
    nitric_weight: float,
) -> np.ndarray:  # fmt: skip
    """Return the state (4, n) that the composition asks for: ln W and the effective factors."""
    cations, anions = composition(c, water, np.exp(y), effective)
    gamma = electrolytes.activities(cations, anions, c.temperature, rows)
    solute = Solute(c.sulfate, anions[2] * water, cations[1] * water, c.sodium)
    per_mole = dict(zip(electrolytes.HUMID, c.per_mole, strict=True))
    return np.stack(
        [
            np.log(electrolytes.water(solute, per_mole, nitric_weight)),
            2 * gamma[NITRIC],
            2 * (gamma[AMMONIUM_NITRATE] - gamma[NITRIC]),
            np.minimum(2 * gamma[BISULFATE] - 3 * gamma[SULFURIC], np.log(rows.gain_maximum)),
        ]
    )


def solve(c: Cases, rows: ActivityRows, nitric_weight: float, n: Numerics) -> Solution:
    """Solve all cases; those that have settled leave the iteration.

    Raises
    ------
    EmisimError
        If a case still changes by more than ``n.failure`` after the last iteration.
    """
    state, y, change = _start(c), np.zeros(c.sulfate.shape), np.full(c.sulfate.shape, np.inf)
    active, own, x, z = np.arange(len(y)), c, state.copy(), y.copy()
    before, share = np.zeros_like(x), np.full(len(y), n.relaxation)
    for i in range(n.iterations):
        water = np.exp(x[0])
        new = hydrogen(own, water, z, x[1:], n.newton_steps, n.newton_reach)
        step = renew(own, water, new, x[1:], rows, nitric_weight) - x
        moved = np.maximum(np.abs(step).max(axis=0), np.abs(new - z))
        share = relaxation(i, share, before, step, n)
        x, z, before = x + share * step, new, step
        state[:, active], y[active], change[active] = x, z, moved
        going = moved > n.tolerance
        if not going.any():
            break
        if not going.all():
            active, own, share = active[going], own.take(going), share[going]
            x, z, before = x[:, going], z[going], before[:, going]
    if (change > n.failure).any():
        case = _describe(c, int(np.argmax(change)))
        msg = f"the partition did not settle in {n.iterations} iterations: {case}"
        raise EmisimError(msg)
    y = hydrogen(c, np.exp(state[0]), y, state[1:], n.newton_polish, n.newton_reach)
    return Solution(state[0], y, state[1:], change)


def relaxation(
    i: int, share: np.ndarray, before: np.ndarray, step: np.ndarray, n: Numerics
) -> np.ndarray:
    """Return the share of the step (n,) that iteration ``i`` takes.

    Every ``aitken_period`` iterations Aitken's extrapolation -share <b, s - b>/|s - b|^2 from the
    step before b and this one s, within a range; else the plain share; after ``aitken_iterations``
    a small plain share for the few cases that swing.
    """
    if i >= n.aitken_iterations:
        return np.full_like(share, n.relaxation_last)
    if i == 0 or i % n.aitken_period:
        return np.full_like(share, n.relaxation)
    turn = step - before
    size = np.maximum((turn**2).sum(axis=0), np.finfo(float).tiny)
    return np.clip(-share * (before * turn).sum(axis=0) / size, *n.relaxation_range)


def _start(c: Cases) -> np.ndarray:
    per_mole = dict(zip(electrolytes.HUMID, c.per_mole, strict=True))
    guess = c.sulfate * per_mole["(NH4)2SO4"] + c.sodium * per_mole["NaNO3"] + (
        np.minimum(c.nitrate, c.ammonia_total) * per_mole["NH4NO3"] / 2
    )  # fmt: skip
    return np.stack([np.log(guess), *np.zeros((len(EFFECTIVE), len(guess)))])


def _describe(c: Cases, i: int) -> str:
    names = ("sulfate", "nitrate", "ammonia_total", "sodium", "temperature")
    return ", ".join(f"{name} {getattr(c, name)[i]:.6g}" for name in names)
