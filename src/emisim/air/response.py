"""The response of observed components to a change of modelled local contributions.

Relative response factors, component by component, as in EPA's attainment test: what is observed
in the base is scaled by modelled local part plus background, scenario over base.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from emisim.air import inorganic
from emisim.air.inorganic import Base, Conditions
from emisim.air.observations import SPECIES
from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.vocabulary import SEASONS

FINE = ("SO4", "NO3", "NH4", "POA", "SOA", "EC", "other", "unattributed")
RESPONSES = (*FINE, "coarse", "SO2", "NO2")
SIMPLE = ("SO4", "POA", "SOA", "EC", "other", "coarse", "SO2", "NO2")
"""Responses that follow one modelled component of the same name."""
TOTAL_OF = {"SO4": "SO4", "TN": "NO3", "TA": "TA"}
"""Total -> the component of ``air.csv`` that holds its background."""


def split(observed: pd.DataFrame, composition: Parameters, group: str) -> xr.DataArray:
    """Return observed means by response (season, response): PM2.5 split by the group's composition.

    A species that was not observed gives NaN.

    Raises
    ------
    InputError
        If the composition exceeds 1 in a season or PM10 lies below PM2.5.
    """
    table = pd.DataFrame(index=list(SEASONS), columns=list(RESPONSES), dtype=float)
    species = observed.reindex(columns=list(SPECIES))
    for season in SEASONS:

        def part(name: str, parameter: str = "share", season: str = season) -> float:
            key = {"process": name, "technology": group, "standard": season}
            return composition.value(parameter, "fraction", **key)

        share = {n: part(n) for n in ("SO4", "NO3", "NH4", "EC", "other")}
        organic, secondary = part("OM"), part("OM", "secondary_share")
        share |= {"POA": organic * (1 - secondary), "SOA": organic * secondary}
        share["unattributed"] = 1 - sum(share.values())
        if share["unattributed"] < 0:
            msg = f"the composition of {season} exceeds 1"
            raise InputError(msg, file=composition.path, value=1 - share["unattributed"])
        table.loc[season, list(share)] = (
            np.array(list(share.values())) * species.loc[season, "PM2.5"]
        )
    table["coarse"] = species["PM10"] - species["PM2.5"]
    table[["SO2", "NO2"]] = species[["SO2", "NO2"]]
    if (table["coarse"] < 0).any():
        msg = "observed PM10 lies below PM2.5"
        season = table.index[table["coarse"] < 0][0]
        raise InputError(msg, file="observed.csv", value=season, hint="correct the observations")
    return xr.DataArray(table.to_numpy(), {"season": list(SEASONS), "response": list(RESPONSES)},
                        ("season", "response"))  # fmt: skip


def split_areas(seen: xr.DataArray, composition: Parameters, group: str) -> xr.DataArray:
    """Split observed means (season, species, area) of every area to (season, response, area)."""
    parts = [split(seen.sel(area=a).to_pandas(), composition, group) for a in seen["area"].values]
    return xr.concat(parts, pd.Index(seen["area"].values, name="area")).transpose(..., "area")


def gas_ammonia(composition: Parameters, group: str) -> xr.DataArray:
    """Return the ammonia gas of the base (season,), ug/m3 as NH4."""
    values = [
        composition.value("gas_ammonia", "ug/m3", process="NH3", technology=group, standard=s)
        for s in SEASONS
    ]
    return xr.DataArray(values, {"season": list(SEASONS)}, "season")


def respond(local: xr.DataArray, observed: xr.DataArray, share: xr.DataArray, base: Base,
            conditions: Conditions, neighbours: Mapping[str, float]) -> xr.DataArray:  # fmt: skip
    """Return concentrations (..., season, response, point): the first of :func:`attribute`."""
    return attribute(local, observed, share, base, conditions, neighbours)[0]


def attribute(local: xr.DataArray, observed: xr.DataArray, share: xr.DataArray, base: Base,
              conditions: Conditions, neighbours: Mapping[str, float]
              ) -> tuple[xr.DataArray, xr.DataArray]:  # fmt: skip
    """Return concentrations (..., season, response, point) from modelled local contributions,
    and the part of them that is due to the domain's own emissions.

    Parameters
    ----------
    local
        (..., season, component, period, point), ug/m3, of :mod:`emisim.air.local`.
    observed
        Base means (season, response, point), ug/m3.
    share
        Background share of the observed (season, response, point).
    base
        Of :func:`emisim.air.inorganic.anchor`; its ``local`` also holds the other components.
    conditions
        Temperature, humidity, tables.
    neighbours
        Factor on the background of a component.

    Notes
    -----
    Where the model has no local contribution to a component in the base, the component is held,
    and none of it is the domain's. The domain's part of a component is that of its linear sum, of
    nitrate and ammonium that of TN and TA (:func:`emisim.air.inorganic.respond`).
    """
    names = pd.Index(list(SIMPLE), name="component")
    before = xr.concat([base.local[n] for n in SIMPLE], names)
    now = local.sel(component=list(SIMPLE)).sum("period")
    b, seen = (v.sel(response=list(SIMPLE)).rename(response="component") for v in (share, observed))
    moved = xr.DataArray([neighbours.get(n, 1.0) for n in SIMPLE], {"component": list(SIMPLE)})
    ratio = now / before.where(before > 0)
    own = (seen * (1 - b) * ratio).fillna(0.0 * seen)
    simple = seen * (b * moved + (1 - b) * ratio.fillna(1.0))
    parts = {n: simple.sel(component=n, drop=True) for n in SIMPLE}
    mine = {n: own.sel(component=n, drop=True) for n in SIMPLE}
    ions = inorganic.respond(base, local, conditions, neighbours)
    for name, ion, held in (
        ("NO3", "nitrate", base.nitrate), ("NH4", "ammonium", base.ammonium),
    ):  # fmt: skip
        level = observed.sel(response=name, drop=True)
        parts[name] = level * (ions[ion] / held.where(held > 0)).fillna(1.0)
        mine[name] = level * (ions[f"{ion}_own"] / held.where(held > 0)).fillna(0.0)
    seen = observed.sel(response="NO2", drop=True)
    power = conditions.numerics.value("NOx_exponent", "fraction", process="NO2")
    linear, parts["NO2"] = parts["NO2"], seen * (parts["NO2"] / seen) ** power
    mine["NO2"] = mine["NO2"] * parts["NO2"] / linear
    parts["unattributed"] = observed.sel(response="unattributed", drop=True) + 0 * parts["EC"]
    mine["unattributed"] = 0 * parts["unattributed"]
    return _stacked(parts), _stacked(mine)


def _stacked(parts: Mapping[str, xr.DataArray]) -> xr.DataArray:
    names = pd.Index(list(RESPONSES), name="response")
    joined = xr.concat([parts[n] for n in RESPONSES], names)
    return joined.transpose(..., "season", "response", "point")


def species(parts: xr.DataArray) -> xr.DataArray:
    """Sum responses (..., response, ...) to PM2.5, PM10, SO2, NO2 (..., species, ...)."""
    fine = parts.sel(response=list(FINE)).sum("response", skipna=False)
    rows = {
        "PM2.5": fine,
        "PM10": fine + parts.sel(response="coarse", drop=True),
        "SO2": parts.sel(response="SO2", drop=True),
        "NO2": parts.sel(response="NO2", drop=True),
    }
    return xr.concat(list(rows.values()), pd.Index(list(rows), name="species"))
