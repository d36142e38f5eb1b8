"""Gas-particle partition of total nitrate and total ammonium over sulfate.

The particles are a metastable solution of NH4, H, SO4, HSO4, NO3 and non-volatile cations in
equilibrium with NH3 and HNO3; over it the product of both gases never exceeds that of
NH4NO3(s), so that strongly supersaturated nitrate stays in the particles as salt.
"""

from typing import Any, NamedTuple

import numpy as np

from emisim import units
from emisim.chemistry import electrolytes, equilibrium
from emisim.chemistry.equilibrium import Cases, Solution
from emisim.chemistry.species import molar_mass
from emisim.errors import InputError
from emisim.tables import Parameters

FILE = "partition"


class Partition(NamedTuple):
    """Result of :func:`partition`; arrays of the broadcast shape.

    Particulate and gaseous nitrate as NO3, ammonium and ammonia as NH4, bisulfate as SO4, water
    and hydrogen ion (as H), all ug/m3; pH = -log10 of the molality of H+.
    """

    particulate_nitrate: np.ndarray
    particulate_ammonium: np.ndarray
    gaseous_nitrate: np.ndarray
    gaseous_ammonia: np.ndarray
    water: np.ndarray
    ph: np.ndarray
    bisulfate: np.ndarray
    hydrogen: np.ndarray


def partition(temperature: Any, humidity: Any, sulfate: Any, nitrate: Any, ammonia: Any,
              parameters: Parameters, *, cations: Any = 0.0) -> Partition:  # fmt: skip
    """Split total nitrate and total ammonium between gas and particles.

    Parameters
    ----------
    temperature, humidity
        K; relative humidity 0 to 1.
    sulfate, nitrate, ammonia
        Totals of gas and particles: SO4, NO3 (HNO3 counted as NO3), NH4 (NH3 counted as NH4),
        ug/m3. Any shapes that broadcast.
    parameters
        The chemistry table (``inputs/factors/chemistry.csv``).
    cations
        Non-volatile cations as sodium of equal charge, ug/m3
        (:func:`emisim.chemistry.species.sodium_equivalent`).

    Raises
    ------
    InputError
        If a total is negative or not finite, or temperature or humidity is out of range.
    EmisimError
        If a case does not settle.

    Notes
    -----
    Fountoukis and Nenes (2007) give the system; constants as in HETP (Miller et al. 2024).
    """
    p = parameters
    asked = (temperature, humidity, sulfate, nitrate, ammonia, cations)
    given = list(np.broadcast_arrays(*(np.asarray(v, float) for v in asked)))
    _check(given, p)
    flat = [v.ravel() for v in given]
    size = int(p.value("chunk", "fraction", process="numerics"))
    parts = [_solve([v[i : i + size] for v in flat], p) for i in range(0, len(flat[0]), size)]
    if not parts:
        return Partition(*(np.zeros(given[0].shape) for _ in Partition._fields))
    return Partition(*(np.concatenate(v).reshape(given[0].shape)
                       for v in zip(*parts, strict=True)))  # fmt: skip


def gas_fractions(result: Partition) -> tuple[np.ndarray, np.ndarray]:
    """Return the gaseous shares of total nitrate and total ammonium (1 where there is none)."""

    def share(gas: np.ndarray, particle: np.ndarray) -> np.ndarray:
        total = gas + particle
        return np.divide(gas, total, out=np.ones_like(total), where=total > 0)

    return (share(result.gaseous_nitrate, result.particulate_nitrate),
            share(result.gaseous_ammonia, result.particulate_ammonium))  # fmt: skip


def _check(given: list[np.ndarray], p: Parameters) -> None:
    low, high = (p.value(f"temperature_{e}", "K", process="numerics")
                 for e in ("minimum", "maximum"))  # fmt: skip
    names = ("temperature", "humidity", "sulfate", "nitrate", "ammonia", "cations")
    ranges = ((low, high), (0.0, 1.0), *[(0.0, np.inf)] * 4)
    for name, values, (least, most) in zip(names, given, ranges, strict=True):
        bad = ~(np.isfinite(values) & (values >= least) & (values <= most))
        if bad.any():
            unit = {"temperature": "K", "humidity": "as a share"}.get(name, "ug/m3")
            msg = f"{name} ({unit}) is out of range"
            raise InputError(msg, file=FILE, column=name, value=float(values[bad][0]),
                             allowed=[f"{least:g} to {most:g}"],
                             hint="give finite values in these units")  # fmt: skip


def _cases(given: list[np.ndarray], p: Parameters) -> Cases:
    temperature, humidity, sulfate, nitrate, ammonia, cations = given
    seed = p.value("sulfate_seed", "ug/m3", process="numerics")
    masses = {"SO4": np.maximum(sulfate, seed), "NO3": nitrate, "NH4": ammonia, "Na": cations}
    sulfate, nitrate, ammonia, cations = (
        mass * units.factor("ug", "g") / molar_mass(formula, p) for formula, mass in masses.items()
    )
    most = p.value("cation_ceiling", "fraction", process="numerics")
    k = equilibrium.constants(temperature, p)
    energy = p.value("molar_gas_constant", "J/K", process="gas") * temperature
    volume = energy / p.value("standard_atmosphere", "J/m3", process="gas")
    rows = electrolytes.water_rows(p)
    return Cases(
        sulfate,
        nitrate,
        ammonia,
        np.minimum(cations, most * (2 * sulfate + nitrate)),
        temperature,
        nitric=1 / (k["nitric-acid"] * volume),
        ammonia=k["water"] / (k["ammonia-solubility"] * k["ammonia-base"] * volume),
        bisulfate=k["bisulfate"],
        solid=k["ammonium-nitrate-solid"] / volume**2,
        per_mole=np.stack([*electrolytes.water_per_mole(humidity, rows).values()]),
    )


def _solve(given: list[np.ndarray], p: Parameters) -> Partition:
    c = _cases(given, p)
    weight = electrolytes.water_rows(p).nitric_acid_weight
    solution = equilibrium.solve(c, electrolytes.activity_rows(p), weight, equilibrium.numerics(p))
    return _result(c, solution, given[3], given[4], p)


def _result(c: Cases, s: Solution, nitrate: np.ndarray, ammonia: np.ndarray,
            p: Parameters) -> Partition:  # fmt: skip
    water, h = np.exp(s.water), np.exp(s.hydrogen)
    cations, anions = equilibrium.composition(c, water, h, s.effective)
    gas_nitrate = c.nitrate - anions[2] * water
    gas_ammonia = c.ammonia_total - cations[1] * water
    salt = precipitate(gas_nitrate, gas_ammonia, c.solid)
    part_n = np.clip(_share(anions[2] * water + salt, c.nitrate), 0, 1) * nitrate
    part_a = np.clip(_share(cations[1] * water + salt, c.ammonia_total), 0, 1) * ammonia
    return Partition(
        part_n,
        part_a,
        nitrate - part_n,
        ammonia - part_a,
        water * units.factor("kg", "ug"),
        -np.log10(h),
        anions[1] * water * molar_mass("SO4", p) * units.factor("g", "ug"),
        h * water * molar_mass("H", p) * units.factor("g", "ug"),
    )


def _share(part: np.ndarray, total: np.ndarray) -> np.ndarray:
    return np.divide(part, total, out=np.zeros_like(total), where=total > 0)


def precipitate(nitric: np.ndarray, ammonia: np.ndarray, solid: np.ndarray) -> np.ndarray:
    """Return the NH4NO3 (mol/m3) that leaves gases whose product exceeds that of the solid.

    x solves (nitric - x)(ammonia - x) = solid; all (n,), mol/m3 and mol2/m6.
    """
    over = np.maximum(nitric * ammonia - solid, 0)
    root = np.sqrt((nitric - ammonia) ** 2 + 4 * solid)
    return 2 * over / (nitric + ammonia + root)
