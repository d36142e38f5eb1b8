"""What a kilowatt-hour from the grid emits where it is generated."""

import numpy as np

from emisim.factors import Factors
from emisim.sectors._speciation import with_carbon
from emisim.vocabulary import SPECIES

GRID = {"process": "grid-electricity", "fuel": "electricity"}


def grid_factor(factors: Factors) -> tuple[np.ndarray, np.ndarray]:
    """Return the emission factor of the grid mix, kg/kWh (10,), and what is assumed (10,).

    ``electricity.csv`` holds the emitted factors and the BC and OC shares of PM2.5.
    """
    table = factors["electricity"]
    values = np.zeros(len(SPECIES))
    assumed = np.zeros(len(SPECIES), dtype=bool)
    shares = {}
    for j, species in enumerate(SPECIES):
        name = f"{species}_share" if species in ("BC", "OC") else species
        number = table.value(name, "fraction" if name != species else "kg/kWh", **GRID)
        row = table.row(name, **GRID)
        assumed[j] = row is not None and row["status"] == "assumed"
        if name != species:
            shares[species] = number
        else:
            values[j] = number
    return with_carbon(values, np.array([shares["BC"], shares["OC"]])), assumed
