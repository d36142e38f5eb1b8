"""The background: the part of the observed air that the domain's own emissions did not make.

Three ways to know it, none of them good, so that their spread is reported:

- ``share``: a share of the observed mean by component (``air.csv``), with its low and high end;
- ``residual``: observed less modelled local contribution;
- ``station``: concentrations at an upwind station (``background.csv`` of the city), if given.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from emisim import csvtable, units
from emisim.air.response import RESPONSES, TOTAL_OF
from emisim.csvtable import VALUE, Column
from emisim.tables import Parameters, check_known, check_sources, check_units
from emisim.vocabulary import SEASONS

SHARE, LOW, HIGH, RESIDUAL, STATION = "share", "share-low", "share-high", "residual", "station"
FIXED = {"unattributed": 1.0, "NH4": 0.0}
COLUMNS = (Column("component"), Column("season", required=False), *VALUE)


def read(path: str | Path, sources: Mapping[str, str]) -> pd.DataFrame | None:
    """Return ``background.csv`` (component, season, value in ug/m3), None where there is none.

    Raises
    ------
    InputError
        For unknown components or seasons, or wrong units.
    """
    if not Path(path).is_file():
        return None
    checks = (
        lambda rows: check_sources(rows, sources, path),
        lambda rows: check_known(rows, "component", RESPONSES, path),
        lambda rows: check_known(rows, "season", ["", *SEASONS], path),
        lambda rows: check_units(rows, dict.fromkeys(rows.index, "ug/m3"), path),
    )
    table = csvtable.read_table(path, COLUMNS, key=("component", "season"), checks=checks)
    factor = [units.factor(unit, "ug/m3") for unit in table["unit"]]
    return table.assign(value=table["value"] * factor)


def shares(air: Parameters, bound: str = "value") -> xr.DataArray:
    """Return the background share (response,) of ``air.csv``; ``bound`` is value, low or high.

    ``unattributed`` is all background; NH4 has none of its own (it follows the partition).
    """
    values = [FIXED[n] if n in FIXED else _row(air, n, bound) for n in RESPONSES]
    return xr.DataArray(values, {"response": list(RESPONSES)}, "response")


def _row(air: Parameters, name: str, bound: str = "value") -> float:
    if bound == "value":
        return air.value("background_share", "fraction", process=name)
    found = air.row("background_share", process=name)
    return float(found[bound]) if found else air.value("background_share", "fraction", process=name)


def ways(observed: xr.DataArray, local: xr.DataArray, air: Parameters,
         station: pd.DataFrame | None) -> dict[str, xr.DataArray]:  # fmt: skip
    """Return the background share (season, response, point) of each way.

    Parameters
    ----------
    observed
        Base means (season, response, point), ug/m3.
    local
        Base local contributions (season, response, point); NaN for responses without a model.
    air
        ``inputs/factors/air.csv``.
    station
        Of :func:`read`.
    """
    like = xr.zeros_like(observed)
    out = {
        name: like + shares(air, bound)
        for name, bound in ((SHARE, "value"), (LOW, "low"), (HIGH, "high"))
    }
    rest = (1 - local / observed.where(observed > 0)).clip(0, 1)
    out[RESIDUAL] = rest.where(rest.notnull(), out[SHARE])
    if station is not None:
        out[STATION] = _of_station(station, observed, out[SHARE])
    return out


def _of_station(station: pd.DataFrame, observed: xr.DataArray,
                default: xr.DataArray) -> xr.DataArray:  # fmt: skip
    share = default.copy()
    for row in station.itertuples():
        seasons = [row.season] if row.season else list(SEASONS)
        at = {"season": seasons, "response": row.component}
        share.loc[at] = np.minimum(row.value / observed.sel(at), 1)
    return share


def neighbours(air: Parameters) -> dict[str, float]:
    """Return the factor on each component's background in scenarios, 1 + ``background_change``.

    SO4, TN and TA are totals: TN takes the row of NO3, TA its own.
    """
    names = [n for n in RESPONSES if n not in FIXED]
    out = {n: 1 + air.value("background_change", "fraction", process=n) for n in names}
    return out | {
        total: 1 + air.value("background_change", "fraction", process=row)
        for total, row in TOTAL_OF.items()
    }
