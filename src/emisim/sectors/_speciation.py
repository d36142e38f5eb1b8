"""Carbon in particles: BC and OC as shares of PM2.5."""

import numpy as np
import pandas as pd

from emisim.tables import Parameters
from emisim.vocabulary import SPECIES

CARBON = ("BC", "OC")
FINE = SPECIES.index("PM2.5")
AT = [SPECIES.index(s) for s in CARBON]


def carbon_shares(rows: pd.DataFrame, table: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return BC and OC shares of PM2.5 for each row (n, 2), and whether each is assumed."""
    return table.match(rows, [f"{s}_share" for s in CARBON], "fraction")


def with_carbon(factor: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return ``factor`` (..., 10) with BC and OC filled in from PM2.5 and ``shares`` (..., 2)."""
    filled = np.array(factor, dtype=float)
    filled[..., AT] = filled[..., [FINE]] * shares
    return filled
