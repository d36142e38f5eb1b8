"""Annual mean sulfate, nitrate and ammonium of the particles from totals by season and period.

The partition is far from linear in temperature and humidity, so that it is done for each bin (at
least season x day and night) and averaged with the bins' shares of the hours.
"""

from typing import NamedTuple

import numpy as np

from emisim.chemistry.partition import partition
from emisim.errors import InputError
from emisim.tables import Parameters

TOLERANCE = 1e-9


class Particles(NamedTuple):
    """Annual means in the particles, ug/m3: SO4, NO3, NH4."""

    sulfate: np.ndarray
    nitrate: np.ndarray
    ammonium: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """Their sum, ug/m3."""
        return self.sulfate + self.nitrate + self.ammonium


def annual(temperature: np.ndarray, humidity: np.ndarray, share: np.ndarray, sulfate: np.ndarray,
           nitrate: np.ndarray, ammonia: np.ndarray, parameters: Parameters, *,
           cations: np.ndarray | float = 0.0) -> Particles:  # fmt: skip
    """Return the annual mean particles of totals by bin.

    Parameters
    ----------
    temperature, humidity, share
        (bin,): K, relative humidity 0 to 1, share of the hours (sums to 1).
    sulfate, nitrate, ammonia, cations
        Totals (..., bin) as in :func:`emisim.chemistry.partition.partition`, ug/m3.
    parameters
        The chemistry table.

    Returns
    -------
    Particles
        Arrays (...).

    Raises
    ------
    InputError
        If the shares do not sum to 1; as :func:`emisim.chemistry.partition.partition`.
    """
    if abs(np.sum(share) - 1) > TOLERANCE:
        msg = "shares of the hours do not sum to 1"
        raise InputError(msg, file="bins", column="share", value=float(np.sum(share)))
    result = partition(temperature, humidity, sulfate, nitrate, ammonia, parameters,
                       cations=cations)  # fmt: skip
    sulfate = np.broadcast_to(sulfate, result.particulate_nitrate.shape)
    means = (sulfate, result.particulate_nitrate, result.particulate_ammonium)
    return Particles(*(np.asarray(v @ share) for v in means))


def marginals(temperature: np.ndarray, humidity: np.ndarray, share: np.ndarray,
              sulfate: np.ndarray, nitrate: np.ndarray, ammonia: np.ndarray,
              parameters: Parameters, *, step: float) -> dict[str, np.ndarray]:  # fmt: skip
    """Return d(SO4 + NO3 + NH4)/d ln(total) of each total over all bins, ug/m3, by differences.

    Central differences of relative size ``step``; totals (bin,). Keys sulfate, nitrate, ammonia.
    """
    totals = {"sulfate": sulfate, "nitrate": nitrate, "ammonia": ammonia}
    sign = np.array([1.0, -1.0])[:, None]

    def slope(name: str) -> np.ndarray:
        changed = {key: value * (1 + step * sign * (key == name)) for key, value in totals.items()}
        both = annual(temperature, humidity, share, **changed, parameters=parameters).total
        return (both[0] - both[1]) / (2 * step)

    return {name: slope(name) for name in totals}
