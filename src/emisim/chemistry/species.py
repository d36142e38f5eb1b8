"""Molar masses from the formula of a species and the atomic weights of the parameter table."""

import re
from collections.abc import Mapping

from emisim.errors import InputError
from emisim.tables import Parameters

FORMULAS = {"SO2": "SO2", "SO4": "SO4", "NOx": "NO2", "TN": "NO3", "NH3": "NH3", "TA": "NH4"}
"""What a family's mass is counted as."""
CATIONS = ("Na", "K", "Mg", "Ca")


def molar_mass(formula: str, p: Parameters) -> float:
    """Return the molar mass (g/mol) of a plain ``formula`` such as ``"NH4"``.

    Raises
    ------
    InputError
        If the chemistry table has no atomic weight of an element.

    """
    parts = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
    weight = {e: p.value("atomic_weight", "fraction", process="element", technology=e)
              for e, _ in parts}  # fmt: skip
    return sum(weight[element] * int(count or 1) for element, count in parts)


def sodium_equivalent(cations: Mapping[str, float], p: Parameters) -> float:
    """Return the mass of sodium (ug/m3) with the charge of ``cations`` (element -> ug/m3).

    Raises
    ------
    InputError
        If an element is none of :data:`CATIONS`.
    """
    unknown = [element for element in cations if element not in CATIONS]
    if unknown:
        msg = "unknown non-volatile cation"
        raise InputError(msg, value=unknown[0], allowed=CATIONS, hint="use the element's symbol")
    charge = {e: p.value("charge", "fraction", process="element", technology=e) for e in cations}
    moles = sum(mass * charge[e] / molar_mass(e, p) for e, mass in cations.items())
    return moles * molar_mass("Na", p)
