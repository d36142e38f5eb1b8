"""The common form: an array (place, day or hour, species) without gaps in time."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.observations.terms import POLLUTANTS, UNITS

STEPS = {"daily": ("day", "D"), "hourly": ("hour", "h")}
DIMENSIONS = {name: step for step, (name, _) in STEPS.items()}


def build(values: pd.DataFrame, step: str) -> tuple[xr.DataArray, np.ndarray]:
    """Return the array and, in its shape, the line of each value (0: none).

    Parameters
    ----------
    values
        One value by place, time and species, with ``city`` and ``line``.
    step
        ``"daily"`` or ``"hourly"``.
    """
    dimension, unit = STEPS[step]
    codes, places = pd.factorize(values["place"])
    moment = values["time"].to_numpy().astype(f"datetime64[{unit}]")
    begin = moment.min()
    times = np.arange(begin, moment.max() + 1)
    species = pd.Index(POLLUTANTS).get_indexer(pd.Index(values["species"]))
    at = codes, (moment - begin).astype(int), species
    shape = len(places), times.size, len(POLLUTANTS)
    filled, lines = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    filled[at], lines[at] = values["value"], values["line"]
    city = values["city"].groupby(codes).first().to_numpy(dtype=object)
    array = xr.DataArray(
        filled,
        coords={
            "place": np.asarray(places, dtype=object),
            dimension: times.astype("datetime64[ns]"),
            "species": list(POLLUTANTS),
            "unit": ("species", list(UNITS.values())),
            "city": ("place", city),
        },
        dims=("place", dimension, "species"),
        name="concentration",
        attrs={"averaging": step},
    )
    return array, lines


def time_dimension(concentration: xr.DataArray) -> str:
    """Return ``"day"`` or ``"hour"``."""
    return "day" if "day" in concentration.dims else "hour"
