"""Daily means and the daily maximum 8 h mean of ozone from hourly values (GB 3095-2012, HJ 663)."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.errors import InputError
from emisim.observations.rules import Rules, read_rules

HOURS = 24


def daily_of(hourly: xr.DataArray, rules: Rules | None = None) -> xr.DataArray:
    """Return daily values in the common form from hourly ones.

    SO2, NO2, CO, PM10 and PM2.5: mean of the day's hours, where ``valid_hours_day`` are there.
    O3: maximum of the day's 8 h means, where ``windows_per_day`` of them are there or the maximum
    is above ``kept_above``; an 8 h mean needs ``hours_per_window`` hours and lies within the day.

    Parameters
    ----------
    hourly
        (place, hour, species); ``hour`` is the beginning of the hour, local time.

    Raises
    ------
    InputError
        If there is no dimension ``hour``.
    """
    rules = read_rules() if rules is None else rules
    if "hour" not in hourly.dims:
        msg = "daily values are made from hourly ones"
        raise InputError(msg, value=hourly.dims, allowed=["place, hour, species"])
    days, values = _by_day(hourly.transpose("place", "hour", "species"))
    mean = _mean(values, rules.value("valid_hours_day", "h"))
    for s in np.flatnonzero(hourly["species"].values == "O3"):
        mean[..., s] = maximum_eight_hours(values[..., s], rules)
    kept = {n: c for n, c in hourly.coords.items() if "hour" not in c.dims}
    return xr.DataArray(
        mean,
        coords={**kept, "day": days},
        dims=("place", "day", "species"),
        name=hourly.name,
        attrs={**hourly.attrs, "averaging": "daily"},
    )


def _by_day(hourly: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """Return the days and the values (place, day, hour of the day, species)."""
    time = hourly["hour"].values.astype("datetime64[h]")
    days = np.arange(time.min().astype("datetime64[D]"), time.max().astype("datetime64[D]") + 1)
    whole = np.full((hourly.sizes["place"], days.size * HOURS, hourly.sizes["species"]), np.nan)
    whole[:, (time - days[0].astype("datetime64[h]")).astype(int)] = hourly.values
    shape = hourly.sizes["place"], days.size, HOURS, hourly.sizes["species"]
    return pd.DatetimeIndex(days).to_numpy(dtype="datetime64[ns]"), whole.reshape(shape)


def _mean(values: np.ndarray, least: float) -> np.ndarray:
    """Return the mean over axis 2 where ``least`` values are there."""
    count = np.isfinite(values).sum(axis=2)
    total = np.nansum(values, axis=2)
    return np.where(count >= least, total / np.maximum(count, 1), np.nan)


def maximum_eight_hours(ozone: np.ndarray, rules: Rules) -> np.ndarray:
    """Return the daily maximum 8 h mean (place, day) of hourly ozone (place, day, hour), ug/m3."""
    p = {name: rules.value(name, "h", species="O3", averaging="hourly") for name in _WINDOW}
    length, first = int(p["window_length"]), int(p["first_window_end"])
    windows = np.lib.stride_tricks.sliding_window_view(ozone, length, axis=2)[
        ..., first - length :, :
    ]
    count = np.isfinite(windows).sum(axis=-1)
    means = np.nansum(windows, axis=-1) / np.maximum(count, 1)
    valid = count >= p["hours_per_window"]
    highest = np.where(valid, means, -np.inf).max(axis=-1)
    least = rules.value("windows_per_day", "fraction", species="O3", averaging="hourly")
    enough = (valid.sum(axis=-1) >= least) | (highest > rules.value("kept_above", "ug/m3"))
    return np.where(enough, highest, np.nan)


_WINDOW = ("window_length", "first_window_end", "hours_per_window")
