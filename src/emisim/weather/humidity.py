"""Relative humidity from the dew point."""

import numpy as np
from numpy.typing import ArrayLike

from emisim import units
from emisim.tables import Parameters


def relative_humidity(dew_point: ArrayLike, temperature: ArrayLike, p: Parameters) -> np.ndarray:
    """Return relative humidity (0..1) of dew point and temperature (K), at most 1.

    e(t) = c exp(a t / (b + t)), t in degC over water (Magnus form of Alduchov and Eskridge 1996).
    """
    slope = p.value("magnus_slope", "fraction", process="humidity")
    offset = p.value("magnus_offset", "K", process="humidity")
    zero = units.convert(0.0, "degC", "K")

    def exponent(kelvin: ArrayLike) -> np.ndarray:
        celsius = np.asarray(kelvin, float) - zero
        return slope * celsius / (offset + celsius)

    return np.minimum(np.exp(exponent(dew_point) - exponent(temperature)), 1)
