"""The response of observed components to a change of modelled local contributions."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from emisim.air.observations import SPECIES
from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.vocabulary import SEASONS

FINE = ("SO4", "NO3", "NH4", "POA", "SOA", "EC", "other", "unattributed")
RESPONSES = (*FINE, "coarse", "SO2", "NO2")


def split(observed: pd.DataFrame, composition: Parameters) -> xr.DataArray:
    """Return observed means by response (season, response): PM2.5 split by the default composition.

    A species that was not observed gives NaN.

    Raises
    ------
    InputError
        If the composition exceeds 1 in a season or PM10 lies below PM2.5.
    """
    table = pd.DataFrame(index=list(SEASONS), columns=list(RESPONSES), dtype=float)
    species = observed.reindex(columns=list(SPECIES))
    for season in SEASONS:
        share = {
            n: _composition(composition, n, season) for n in ("SO4", "NO3", "NH4", "EC", "other")
        }
        organic = _composition(composition, "OM", season)
        secondary = _composition(composition, "OM", season, "secondary_share")
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


def _composition(p: Parameters, name: str, season: str, parameter: str = "share") -> float:
    return p.value(parameter, "fraction", process=name, standard=season)


def background(observed: xr.DataArray, air: Parameters) -> xr.DataArray:
    """Return the background concentration B = b C_obs (season, response), ug/m3.

    ``unattributed`` is all background; NH4 has none of its own (it follows sulfate and nitrate).
    """
    fixed = {"unattributed": 1.0, "NH4": 0.0}
    share = [
        fixed[n] if n in fixed else air.value("background_share", "fraction", process=n)
        for n in RESPONSES
    ]
    return observed * xr.DataArray(share, {"response": list(RESPONSES)}, "response")


def respond(local: xr.DataArray, bases: Mapping[str, xr.DataArray], voc: xr.DataArray,
            air: Parameters) -> xr.DataArray:  # fmt: skip
    """Return concentrations (..., season, response, point) from modelled local contributions.

    Parameters
    ----------
    local
        (..., season, component, point), ug/m3.
    bases
        ``anchor``: base local contribution that belongs to ``observed`` (season, component[,
        point]); ``observed``, ``background``: means in ug/m3 (season, response[, point]).
    voc
        Domain VOC relative to the base (..., season).

    Notes
    -----
    Where the model has no local contribution to a component in the base, the component is held.
    """
    anchor, observed, floor = (bases[n] for n in ("anchor", "observed", "background"))
    ratio = (local / anchor.where(anchor > 0)).fillna(1.0).rename(component="response")
    total = floor + (observed - floor) * ratio.reindex(response=list(RESPONSES), fill_value=1.0)
    parts = {n: total.sel(response=n, drop=True) for n in RESPONSES}
    before = {n: observed.sel(response=n, drop=True) for n in RESPONSES}
    elasticity = air.value("voc_elasticity", "fraction", process="SOA")
    least = floor.sel(response="SOA", drop=True)
    growth = 1 + elasticity * (voc - 1)
    parts["SOA"] = xr.zeros_like(parts["SOA"]) + least + (before["SOA"] - least) * growth
    charge = {n: air.value("charge_per_mass", "fraction", process=n) for n in ("SO4", "NO3")}
    anions, anions_before = (sum(charge[n] * c[n] for n in charge) for c in (parts, before))
    parts["NH4"] = before["NH4"] * anions / anions_before
    power = air.value("NOx_exponent", "fraction", process="NO2")
    parts["NO2"] = before["NO2"] * (parts["NO2"] / before["NO2"]) ** power
    joined = xr.concat([parts[n] for n in RESPONSES], pd.Index(list(RESPONSES), name="response"))
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


def split_areas(seen: xr.DataArray, composition: Parameters) -> xr.DataArray:
    """Split observed means (season, species, area) of every area to (season, response, area)."""
    parts = [split(seen.sel(area=a).to_pandas(), composition) for a in seen["area"].values]
    return xr.concat(parts, pd.Index(seen["area"].values, name="area")).transpose(..., "area")
