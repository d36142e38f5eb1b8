"""Who contributes to the air at each receptor: sector by district, and the background.

A component's concentration has a part that is due to the domain's own emissions and a rest, the
background (:func:`emisim.air.response.attribute`). The former is split by each source's share of
the modelled local part of that component: nitrate by NOx, ammonium by NH3, sulfate by SO2,
secondary organic aerosol by its precursors, NO2 by NOx, the others by what is emitted of them.
The shares say who emits what is there, not what the air would be without them: that is not linear.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from emisim.air import background
from emisim.air.response import RESPONSES, SIMPLE, species
from emisim.effects import CityAir, joined, require_equal
from emisim.vocabulary import OUTSIDE

COLUMNS = ("scenario", "receptor", "species", "sector", "district", "ug_m3")
BACKGROUND = "background"
"""Sector of what the domain does not emit; its district is empty."""
MADE_OF = {name: (name,) for name in SIMPLE} | {
    "NO3": ("TN@low", "TN@high"),
    "NH4": ("TA@low", "TA@high"),
}
"""Response -> modelled components by whose sum it is split; the rest is background alone."""


def build(many: xr.Dataset, air: CityAir, base: str = "base") -> pd.DataFrame:
    """Return the contributions to every receptor in scenarios.

    Parameters
    ----------
    many
        As from :func:`emisim.scenario.dataset`, of the scenarios that are wanted.
    air
        How emissions become concentrations.
    base
        Scenario that belongs to the observations.

    Returns
    -------
    One row per scenario, receptor, species, sector and district, ug/m3 of the annual mean; rows of
    a receptor add to its concentration.
    """
    parts = [
        _of_scenario(many["emission"].sel(scenario=name), many, air, is_base=name == base)
        .assign(scenario=name)
        for name in many["scenario"].values.tolist()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def check(rows: pd.DataFrame, level: xr.DataArray) -> None:
    """Raise MassError unless the rows of a receptor add to its concentration.

    ``level`` (scenario, species, receptor) are the concentrations.
    """
    keys = ["scenario", "species", "receptor"]
    added = rows.groupby(keys)["ug_m3"].sum()
    require_equal(added, level.transpose(*keys).to_series().reindex(added.index),
                  "contributions")  # fmt: skip


def _of_scenario(emission: xr.DataArray, many: xr.Dataset, air: CityAir, *,
                 is_base: bool) -> pd.DataFrame:  # fmt: skip
    kg = emission.transpose("source", "month", "species").values
    groups = _groups(many)
    states = air.states([(rows, kg[rows]) for rows in groups.values()])
    outside = np.flatnonzero(many["source_district"].values == OUTSIDE)
    whole = states["total"].sum("state") + air.states([(outside, kg[outside])])["total"]
    factor = air.oxidants(whole).isel(state=0, drop=True)
    moved = {} if is_base else background.neighbours(air.anchor.basis.conditions.numerics)
    places = air.places(states["received"] * factor)
    split = [_split(local, air, moved, like) for local, like in places]
    found = joined(split).transpose("receptor", "species", "state")
    names = [*groups, (BACKGROUND, "")]
    rows = found.to_series().rename("ug_m3").reset_index()
    labels = pd.DataFrame(names, columns=["sector", "district"])
    return rows.join(labels, on="state")


def _groups(many: xr.Dataset) -> dict[tuple[str, str], np.ndarray]:
    """Return the positions of the sources of each sector and district of the domain."""
    names = [many[f"source_{n}"].values.astype(str) for n in ("sector", "district")]
    table = pd.DataFrame(dict(zip(("sector", "district"), names, strict=True)))
    inside = table[table["district"] != OUTSIDE]
    number, keys = pd.factorize(pd.MultiIndex.from_frame(inside), sort=True)
    rows = inside.index.to_numpy()
    return {(str(s), str(d)): rows[number == k] for k, (s, d) in enumerate(keys.tolist())}


def _split(local: xr.DataArray, air: CityAir, moved: Mapping[str, float],
           like: str | None) -> xr.DataArray:  # fmt: skip
    """Return annual means (state, species, point) of the groups' parts, then of the background.

    ``local`` (state, season, component, period, point) are the groups' contributions.
    """
    level, own = air.anchor.attribute(local.sum("state"), moved, like)
    means = local.sum("period")
    made = [means.sel(component=list(MADE_OF.get(n, ()))).sum("component") for n in RESPONSES]
    each = xr.concat(made, pd.Index(list(RESPONSES), name="response"))
    whole = each.sum("state")
    parts = own * (each / whole.where(whole > 0)).fillna(0.0)
    rest = level - parts.sum("state", skipna=False)
    return air.anchor.annual(species(xr.concat([parts, rest], "state")))
