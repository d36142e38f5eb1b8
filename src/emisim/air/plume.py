"""The same emissions through Gaussian plumes: an independent check of the transport engine.

Another physics on the same city: no layers, no memory between hours, no rain. Where it differs by
more than a factor of two or three from the engine, one of them leaves something out.
"""

import numpy as np
import xarray as xr

from emisim.air.observations import CITY
from emisim.transport import convolve

CHAIN: convolve.Chain = {
    "EC": ("EC", "PM2.5"),
    "POA": ("POA", "PM2.5"),
    "other": ("other", "PM2.5"),
    "coarse": ("coarse", "PMcoarse"),
    "SO2": ("SO2", "SO2"),
    "NO2": ("NOx", "NOx"),
}
"""Component -> (tracer, kernel family)."""


def by_area(fields: xr.DataArray, kernels: xr.Dataset, stations: np.ndarray,
            people: xr.DataArray) -> xr.DataArray:  # fmt: skip
    """Return local contributions (season, component, area), ug/m3.

    Parameters
    ----------
    fields
        Of :func:`emisim.transport.emissions.release_fields`, one scenario.
    kernels
        As :mod:`emisim.transport.receptors`.
    stations
        Fine cell of each monitor; the city is their mean.
    people
        (district, cell), weights of the districts' means.
    """
    found = convolve.concentrations(fields, kernels, CHAIN)
    cells = found.transpose("season", "component", "y", "x").values
    flat = cells.reshape(*cells.shape[:2], -1)
    city = flat[..., stations].mean(axis=-1, keepdims=True)
    values = np.concatenate([city, flat @ people.values.T], axis=-1)
    coords = {
        "season": found["season"].values,
        "component": list(CHAIN),
        "area": [CITY, *people["district"].values],
    }
    return xr.DataArray(values, coords, tuple(coords), attrs={"units": "ug m-3"})
