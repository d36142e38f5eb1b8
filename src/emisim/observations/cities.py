"""City means as HJ 663-2013 takes them: over the assessed stations of the built-up area."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim.errors import InputError
from emisim.observations.rules import Rules, read_rules
from emisim.tables import Column, read_table

ROLES = {
    **dict.fromkeys(("assessed", "评价点", "城市点", "国控点"), True),
    **dict.fromkeys(("control", "clean control", "对照点", "清洁对照点", "背景点"), False),
}
"""Words for assessed stations and for those that stand for clean air (excluded)."""


def read_stations(path: str | Path) -> pd.DataFrame:
    """Read the list of stations: columns ``station``, ``city``, ``role``, and nothing else.

    Returns
    -------
    DataFrame
        ``station``, ``city``, ``assessed`` (bool).

    Raises
    ------
    InputError
        Naming the cell; a station may stand in the list once.
    """
    columns = (Column("station"), Column("city"), Column("role", allowed=tuple(ROLES)))
    frame = read_table(path, columns, key=("station",))
    return frame[["station", "city"]].assign(assessed=frame["role"].map(ROLES).astype(bool))


def city_mean(
    stations: xr.DataArray, assessed: pd.DataFrame, rules: Rules | None = None
) -> xr.DataArray:
    """Return the arithmetic mean over each city's assessed stations, place = city.

    A value stands where ``assessed_share`` of the city's assessed stations have one
    (``assessed_share_of_few`` where there are fewer than ``few_stations``). For daily values give
    the stations' daily values (for O3 the daily maxima), not hourly city means.

    Parameters
    ----------
    stations
        Common form, place = station.
    assessed
        ``station``, ``city``, ``assessed``, as :func:`read_stations` returns.

    Raises
    ------
    InputError
        If an assessed station is not among the places, or a city has none.
    """
    rules = read_rules() if rules is None else rules
    chosen = assessed[assessed["assessed"]]
    missing = [s for s in chosen["station"] if s not in stations["place"].values]
    if missing:
        msg = f"no observations of the assessed station {missing[0]!r}"
        have = stations["place"].values.tolist()
        hint = "correct the list of stations, or read the table of this station too"
        raise InputError(msg, value=missing[0], allowed=have, hint=hint)
    without = sorted(set(assessed["city"]) - set(chosen["city"]))
    if without or chosen.empty:
        msg = "the city has no assessed station"
        raise InputError(msg, value=without or None, hint="mark its stations as assessed")
    cities = list(dict.fromkeys(chosen["city"]))
    parts = [_mean(stations, chosen.loc[chosen["city"] == c, "station"], rules) for c in cities]
    out = xr.concat(parts, dim=pd.Index(cities, name="place"), coords="minimal", compat="override")
    out = out.transpose(*stations.dims).assign_coords(city=("place", np.array(cities, object)))
    listed = set(chosen["station"])
    excluded = [str(p) for p in stations["place"].values if p not in listed]
    return out.rename(stations.name).assign_attrs(stations.attrs, excluded=", ".join(excluded))


def _mean(stations: xr.DataArray, names: pd.Series, rules: Rules) -> xr.DataArray:
    part = stations.sel(place=list(names)).drop_vars("city", errors="ignore")
    few = len(names) < rules.value("few_stations", "fraction")
    share = rules.value("assessed_share_of_few" if few else "assessed_share", "fraction")
    enough = part.notnull().sum("place") >= share * len(names)
    return part.mean("place", skipna=True).where(enough)
