"""A tiny inventory for worked examples and tests: seven sources, three services, two districts."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.convention import MONTHS
from emisim.inventory import build
from emisim.vocabulary import OUTSIDE, SPECIES

_COLUMNS = (
    *("source", "sector", "process", "fuel", "standard", "district", "grade", "capacity"),
    *("service", "activity_unit", "annual", "output", "SO2", "NOx", "PM10", "PM2.5", "CO2"),
)
_ROWS = (
    ("stoves", "residential", "household-coal", "coal", "", "Upper", "rural", np.nan,
     "heat", "t", 1200.0, 10.0, 18.0, 2.0, 8.0, 6.0, 1900.0),
    ("gas heaters", "residential", "household-gas", "natural_gas", "", "Upper", "rural", np.nan,
     "heat", "m3", 0.0, 0.032, 0.0, 0.002, 0.0, 0.0, 2.2),
    ("heat pumps", "residential", "household-electricity", "electricity", "", OUTSIDE, "", np.nan,
     "heat", "kWh", 0.0, 0.0108, 0.0001, 0.0002, 0.00004, 0.00002, 0.54),
    ("boiler 20 t/h", "boilers", "boiler-coal", "coal", "", "Lower", "10-35", 20.0,
     "heat", "t", 6000.0, 17.0, 17.0, 4.0, 10.0, 4.0, 1900.0),
    ("old trucks", "freight", "heavy-truck", "diesel", "china-3", "Lower", "", np.nan,
     "freight", "t km", 1.2e9, 1.0, 0.0, 0.00053, 0.000018, 0.000016, 0.059),
    ("new trucks", "freight", "heavy-truck", "diesel", "china-6", "Lower", "", np.nan,
     "freight", "t km", 0.0, 1.0, 0.0, 0.00007, 0.0000007, 0.0000006, 0.059),
    ("railway", "freight", "rail-freight", "diesel", "", "Lower", "", np.nan,
     "freight", "t km", 6.0e8, 1.0, 0.0, 0.00028, 0.00001, 0.0000099, 0.008),
)  # fmt: skip
_HEATED = ("stoves", "gas heaters", "heat pumps")


def inventory(year: int = 2019) -> xr.Dataset:
    """Return the example inventory; numbers are round and made up, not a city's.

    Examples
    --------
    >>> from emisim.inventory import totals
    >>> round(float(totals(inventory(), by=()).sel(species="SO2")))
    123600
    """
    frame = pd.DataFrame(_ROWS, columns=list(_COLUMNS)).set_index("source")
    flat = np.full(MONTHS.size, 1 / MONTHS.size)
    winter = np.isin(MONTHS, (11, 12, 1, 2, 3)) / 5
    heated = frame.index.isin(_HEATED)
    shares = np.where(heated[:, None], winter, flat)
    factor = np.zeros((len(frame), len(SPECIES)))
    for j, species in enumerate(SPECIES):
        if species in frame:
            factor[:, j] = frame[species]
    return made_up(frame, frame["annual"].to_numpy()[:, None] * shares, factor, year)


def made_up(frame: pd.DataFrame, activity: np.ndarray, factor: np.ndarray, year: int) -> xr.Dataset:
    """Return an inventory of made-up sources without any control.

    Parameters
    ----------
    frame
        n sources: labels, ``output`` and ``district``.
    activity, factor
        (n, 12) and (n, 10), as :func:`emisim.inventory.build` takes them.
    """
    return build(
        frame.assign(activity_status="assumed", hours="flat", place=frame["district"]),
        activity,
        factor,
        np.zeros_like(factor),
        frame["output"].to_numpy(),
        np.zeros(factor.shape, dtype=bool),
        city="example",
        year=year,
    )
