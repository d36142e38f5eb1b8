"""Concentrated electrolyte solutions: activity coefficients and water of NH4-Na-H-SO4-HSO4-NO3.

Binary activity coefficients after Kusik and Meissner (1978), their temperature dependence after
Meissner and Peppas (1973), mixing after Bromley (1973); water after Zdanovskii, Stokes and
Robinson with the binary molalities of Zaveri et al. (2008). Logarithms here are natural.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from emisim.tables import Parameters

LN10 = np.log(10)
CATIONS = ("H", "NH4", "Na")
ANIONS = ("SO4", "HSO4", "NO3")
CHARGE = np.array([2.0, 1.0, 1.0])
"""Charges of the anions; every cation here has charge 1."""
CHLORIDES = {"H": "HCl", "NH4": "NH4Cl", "Na": "NaCl"}
NITRATES = {"H": "HNO3", "NH4": "NH4NO3", "Na": "NaNO3"}
SULFATES = {"H": "H2SO4", "NH4": "(NH4)2SO4", "Na": "Na2SO4"}
BINARIES = ("HHSO4", *(t[c] for c in CATIONS for t in (CHLORIDES, NITRATES, SULFATES)))
HUMID = ("H2SO4", "NH4HSO4", "(NH4)3H(SO4)2", "(NH4)2SO4", "NH4NO3", "HNO3", "Na2SO4", "NaNO3")


class ActivityRows(NamedTuple):
    """Constants of the activity model; q and z (10,) in the order of :data:`BINARIES`."""

    q: np.ndarray
    z: np.ndarray
    kusik: dict[str, float]
    meissner: dict[str, float]
    bromley: float
    ceiling: float
    gain_maximum: float


class WaterRows(NamedTuple):
    """Constants of water uptake; coefficients (8, 6) in the order of :data:`HUMID`."""

    coefficients: np.ndarray
    moles_per_kilogram: float
    humidity_range: tuple[float, float]
    nitric_acid_weight: float


def activity_rows(p: Parameters) -> ActivityRows:
    """Read the constants of the activity model from the chemistry table."""

    def number(name: str, unit: str = "fraction", salt: str = "") -> float:
        return p.value(name, unit, process="activity", technology=salt)

    kusik = ("b0", "b1", "ionic_scale", "c1", "c2", "c3", "debye_hueckel")
    meissner = ("scale", "offset", "power_factor", "power", "root_factor")
    return ActivityRows(
        q=np.array([number("kusik_meissner_q", salt=s) for s in BINARIES]),
        z=np.array([2.0 if s in SULFATES.values() else 1.0 for s in BINARIES]),
        kusik={n: number(f"kusik_meissner_{n}") for n in kusik},
        meissner={n: number(f"meissner_{n}") for n in meissner}
        | {
            "slope": number("meissner_slope", "1/K"),
            "zero": p.value("zero_celsius", "K", process="gas"),
        },
        bromley=number("bromley_debye_hueckel"),
        ceiling=number("ionic_strength_ceiling"),
        gain_maximum=number("dissociation_gain_maximum"),
    )


def water_rows(p: Parameters) -> WaterRows:
    """Read the constants of water uptake from the chemistry table."""

    def number(name: str, salt: str = "") -> float:
        return p.value(name, "fraction", process="water-uptake", technology=salt)

    names = sorted(n for n in set(p.frame["parameter"]) if n.startswith("mole_fraction_"))
    return WaterRows(
        coefficients=np.array([[number(n, salt) for n in names] for salt in HUMID]),
        moles_per_kilogram=number("water_moles_per_kilogram"),
        humidity_range=(number("humidity_minimum"), number("humidity_maximum")),
        nitric_acid_weight=number("nitric_acid_weight"),
    )


def binary(ionic: np.ndarray, temperature: np.ndarray, r: ActivityRows, count: int) -> np.ndarray:
    """Return z ln(reduced activity coefficient) of the first ``count`` binaries (count, n).

    Kusik-Meissner at 25 degC, ln G = ln[1 + B (1 + 0.1 I)^q - B] - A sqrt(I)/(1 + C sqrt(I)) with
    B = b0 - b1 q and C = 1 + c1 q exp(-c2 I^c3), then Meissner-Peppas: s ln G - t (a I^b - c
    sqrt(I)/(1 + sqrt(I))). ``ionic`` (n,) mol/kg, ``temperature`` (n,) K.
    """
    k, m = r.kusik, r.meissner
    q, z, root = r.q[:count, None], r.z[:count, None], np.sqrt(ionic)
    b = k["b0"] - k["b1"] * q
    c = 1 + k["c1"] * q * np.exp(-k["c2"] * ionic ** k["c3"])
    power = np.exp(q * np.log1p(k["ionic_scale"] * ionic))
    reduced = np.log1p(b * (power - 1)) - LN10 * k["debye_hueckel"] * root / (1 + c * root)
    warmth = m["slope"] * (temperature - m["zero"])
    bend = m["power_factor"] * ionic ** m["power"] - m["root_factor"] * root / (1 + root)
    return z * ((m["scale"] - warmth) * reduced - (m["offset"] - warmth) * LN10 * bend)


def pairs(salts: np.ndarray) -> np.ndarray:
    """Arrange :func:`binary` as (cation, anion, n); MHSO4 = MCl + H-HSO4 - HCl."""
    at = dict(zip(BINARIES, salts, strict=False))
    acid = at["HHSO4"] - at["HCl"]
    return np.array(
        [
            [at[SULFATES[c]], at[CHLORIDES[c]] + acid, at[NITRATES[c]]]
            for c in CATIONS
            if CHLORIDES[c] in at
        ]
    )


def activities(
    cations: np.ndarray, anions: np.ndarray, temperature: np.ndarray, r: ActivityRows
) -> np.ndarray:
    """Return ln(mean activity coefficient) of every cation-anion pair (c, 3, n).

    Bromley: ln g_ca = z_c z_a {-D + [F_c/z_c + F_a/z_a]/(z_c + z_a)}, D = A sqrt(I)/(1 + sqrt(I)),
    F_c = sum_a Y_a (ln g0_ca + z_c z_a D), Y_a = ((z_c + z_a)/2)^2 m_a/I, and F_a likewise.
    ``cations`` (c, n), the first two or all three, and ``anions`` (3, n) are molalities, mol/kg.
    """
    ionic = (cations.sum(axis=0) + np.einsum("a,an->n", CHARGE**2, anions)) / 2
    held = np.minimum(ionic, r.ceiling)
    root = np.sqrt(held)
    d = LN10 * r.bromley * root / (1 + root)
    z = CHARGE[:, None]
    salts = binary(held, temperature, r, 1 + len(ANIONS) * len(cations))
    excess = pairs(salts) + z * d
    weight = ((1 + CHARGE) / 2) ** 2
    share = np.maximum(ionic, np.finfo(float).tiny)
    of_cation = np.einsum("a,can,an->cn", weight, excess, anions) / share
    of_anion = np.einsum("a,can,cn->an", weight, excess, cations) / share
    return z * (-d + (of_cation[:, None] + (of_anion / z)) / (1 + z))


def water_per_mole(humidity: np.ndarray, r: WaterRows) -> dict[str, np.ndarray]:
    """Return the water (kg) that a mole of each salt binds at relative ``humidity`` (n,), 0 to 1.

    X = sum_i a_i humidity^i is the mole fraction of the solute; water = (1 - X)/(X n_w).
    """
    fraction = np.polynomial.polynomial.polyval(np.clip(humidity, *r.humidity_range),
                                                r.coefficients.T)  # fmt: skip
    water = (1 - fraction) / (fraction * r.moles_per_kilogram)
    return dict(zip(HUMID, water, strict=True))


@dataclass(frozen=True)
class Solute:
    """Moles per m3 of air in the particles (n,): sulfate S(VI), nitrate, ammonium, sodium."""

    sulfate: np.ndarray
    nitrate: np.ndarray
    ammonium: np.ndarray
    sodium: np.ndarray


def water(solute: Solute, per_mole: dict[str, np.ndarray], nitric_weight: float) -> np.ndarray:
    """Return the water of the particles (n,), kg/m3, by ZSR.

    Sodium takes sulfate first, then nitrate; ammonium the sulfate that is left, between H2SO4,
    NH4HSO4, (NH4)3H(SO4)2 and (NH4)2SO4 by its ratio, then nitrate.
    """
    s = solute
    sodium_sulfate = np.minimum(s.sodium / 2, s.sulfate)
    sodium_nitrate = np.minimum(s.sodium - 2 * sodium_sulfate, s.nitrate)
    rest = s.sulfate - sodium_sulfate
    room = s.nitrate - sodium_nitrate
    ammonium_nitrate = np.clip(s.ammonium - 2 * rest, 0, room)
    return (
        sodium_sulfate * per_mole["Na2SO4"]
        + sodium_nitrate * per_mole["NaNO3"]
        + _acid_sulfate(rest, s.ammonium, per_mole)
        + ammonium_nitrate * per_mole["NH4NO3"]
        + nitric_weight * (room - ammonium_nitrate) * per_mole["HNO3"]
    )


def _acid_sulfate(
    sulfate: np.ndarray, ammonium: np.ndarray, per_mole: dict[str, np.ndarray]
) -> np.ndarray:
    """Return the water of ``sulfate`` whose ammonium ratio lies between 0 and 2, linear in it."""
    held = np.minimum(ammonium, 2 * sulfate)
    acid, full = per_mole["H2SO4"], per_mole["(NH4)2SO4"]
    half, letovicite = per_mole["NH4HSO4"], per_mole["(NH4)3H(SO4)2"] / 2
    first = np.minimum(held, sulfate)
    second = np.clip(held - sulfate, 0, sulfate / 2)
    third = held - first - second
    return (
        sulfate * acid
        + first * (half - acid)
        + 2 * second * (letovicite - half)
        + 2 * third * (full - letovicite)
    )
