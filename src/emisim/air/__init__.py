"""Concentrations from emissions: the response of the observed base, component by component.

The model supplies local contributions of every scenario; the level is the observed one. In a
season, component j of an area with observed mean C and background share b becomes

    C'_j = C_j (b_j n_j + (1 - b_j) L'_j / L_j)

with L the modelled contribution of the domain's own emissions and n what the neighbours do.
Nitrate and ammonium come from the joint partition of local parts and background
(:mod:`emisim.air.inorganic`). On the map, L of the base is that of the monitors that gave C, so
that the observed level is spread with the modelled pattern. The factor (C - b C) / L between
observed and modelled local part is returned as ``anchor_ratio``; 1 means that model and
observation agree. It is never hidden: far from 1, the emissions, the transport, the background or
the observations are wrong, and the map is only as good as its pattern. ``unattributed`` mass is
held. O3 is not modelled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from emisim.air import background, inorganic
from emisim.air.inorganic import Base, Conditions
from emisim.air.local import days
from emisim.air.observations import CITY, SPECIES, area_observations
from emisim.air.response import (
    RESPONSES,
    SIMPLE,
    TOTAL_OF,
    attribute,
    gas_ammonia,
    respond,
    species,
    split_areas,
)
from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.vocabulary import SEASONS

__all__ = [
    "CITY", "RESPONSES", "SPECIES", "Air", "Anchored", "anchored", "concentrations", "over_areas",
]  # fmt: skip


@dataclass(frozen=True)
class Air:
    """What the response rests on: the city's ``observed.csv``, ``composition.csv`` and its city
    ``group``, the :class:`~emisim.air.inorganic.Conditions` of the weather, an upwind ``station``
    table or None, and the ``year`` of the observations.
    """

    observed: pd.DataFrame
    composition: Parameters
    group: str
    conditions: Conditions
    station: pd.DataFrame | None
    year: int


def over_areas(local: xr.DataArray, stations: Sequence[str]) -> xr.DataArray:
    """Return local contributions by area (..., point): the city, as mean of its monitors, and
    the other receptors (districts), from those by ``receptor``.
    """
    others = [r for r in local["receptor"].values if r not in set(stations)]
    whole = local.sel(receptor=list(stations)).mean("receptor").expand_dims(receptor=[CITY])
    joined = xr.concat([whole, local.sel(receptor=others)], "receptor", join="exact")
    return joined.rename(receptor="point").transpose(..., "point")


def concentrations(local: xr.DataArray, cells: xr.DataArray | None, stations: Sequence[str],
                   basis: Air, base: str = "base", anchor: "Anchored | None" = None
                   ) -> xr.Dataset:  # fmt: skip
    """Return concentrations by scenario at monitors, by area, and on the cells of the map.

    Parameters
    ----------
    local
        Local contributions (..., scenario, season, component, period, receptor), ug/m3; receptors
        are the monitors and the districts.
    cells
        The same by ``cell`` of the map, or None for no map.
    stations
        Names of the monitors among the receptors.
    basis
        Observations, tables and weather.
    base
        Scenario that belongs to the observations.
    anchor
        Of :func:`anchored`, if it is known already.

    Returns
    -------
    xr.Dataset
        Annual means in ug/m3: at_monitors (..., scenario, species, station), by_area (..., area),
        component_by_area (..., response, area), by_way (..., way, species, area): the same by
        way of knowing the background; on_cells (mapped, species, cell), mapped: the scenarios
        of the map. By season, too:
        by_area_season, modelled_local, observed, background, anchor_ratio. own_observation and
        status (species, area). ``area`` is the city (mean of the monitors) and the districts.

    Raises
    ------
    InputError
        If the base scenario or the city's observations are missing, or inputs do not fit.
    """
    names = local["scenario"].values.tolist()
    if base not in names:
        msg = "the base scenario is missing"
        raise InputError(msg, value=base, allowed=names)
    at_area = over_areas(local, stations)
    anchor = anchor or anchored(at_area.sel(scenario=base, drop=True), basis)
    bases, share = anchor.bases, anchor.bases.ways[background.SHARE]
    found = _respond(at_area, bases.observed, anchor.ways, anchor.held, basis, base)
    by_area = found.sel(way=background.SHARE, drop=True)
    city = {"point": CITY, "drop": True}
    above = anchor.held.at(point=CITY, way=background.SHARE)
    out = {
        "by_area": _annual(species(by_area), basis.year),
        "by_area_season": species(by_area),
        "component_by_area": _annual(by_area, basis.year),
        "by_way": _annual(species(found), basis.year),
        "modelled_local": at_area.sum("period"),
        "observed": bases.observed,
        "background": bases.observed * share,
        "anchor_ratio": bases.observed * (1 - share) / bases.local.where(bases.local > 0),
        "own_observation": bases.own,
        "status": bases.status,
    }
    at_station = local.sel(receptor=list(stations)).rename(receptor="point")
    data = xr.Dataset({n: v.rename(point="area") for n, v in out.items()})
    for name, where, dim in (("at_monitors", at_station, "station"), ("on_cells", cells, "cell")):
        if where is not None:
            spread = where.rename(cell="point") if dim == "cell" else where
            renamed = {"scenario": "mapped"} if dim == "cell" else {}
            level = _respond(
                spread, bases.observed.sel(**city), share.sel(**city), above, basis, base
            )
            data[name] = _annual(species(level), basis.year).rename(point=dim, **renamed)
    return _describe(data)


@dataclass(frozen=True)
class _Bases:
    """The base by point: ``observed``, ``local`` (season, response, point), ``parts`` (season,
    component, period, point) that belong to it, background shares by ``ways``.
    """

    observed: xr.DataArray
    local: xr.DataArray
    parts: xr.DataArray
    ways: dict[str, xr.DataArray]
    own: xr.DataArray
    status: xr.DataArray


@dataclass(frozen=True)
class Anchored:
    """The observed base of the areas, once for any number of scenarios: ``bases``, background
    ``ways`` (way, season, response, point), the inorganic totals ``held``, and the ``basis``.
    """

    bases: _Bases
    ways: xr.DataArray
    held: Base
    basis: Air

    def respond(self, local: xr.DataArray, like: str | None = None) -> xr.DataArray:
        """Return annual means (..., species, point), ug/m3, of a scenario that is not the base.

        ``local`` (..., season, component, period, point): its contributions, of
        :func:`over_areas`; or at points that stand on the observed base of the area ``like``.
        """
        moved = background.neighbours(self.basis.conditions.numerics)
        return self.annual(species(self.attribute(local, moved, like)[0]))

    def attribute(self, local: xr.DataArray, moved: Mapping[str, float], like: str | None = None
                  ) -> tuple[xr.DataArray, xr.DataArray]:  # fmt: skip
        """Return :func:`emisim.air.response.attribute`; ``moved`` is {} in the base."""
        at = {} if like is None else {"point": like}
        share = self.bases.ways[background.SHARE].sel(**at, drop=True)
        seen = self.bases.observed.sel(**at, drop=True)
        held = self.held.at(way=background.SHARE, **at)
        return attribute(local, seen, share, held, self.basis.conditions, moved)

    def annual(self, seasonal: xr.DataArray) -> xr.DataArray:
        """Return annual means of means by ``season``."""
        return _annual(seasonal, self.basis.year)


def anchored(local: xr.DataArray, basis: Air) -> Anchored:
    """Return the observed base for base contributions (season, component, period, point)."""
    bases = _bases(local, basis)
    ways = xr.concat(list(bases.ways.values()), pd.Index(list(bases.ways), name="way"))
    return Anchored(bases, ways, _inorganic_base(bases, ways, basis), basis)


def _bases(anchor: xr.DataArray, basis: Air) -> _Bases:
    """Return what anchors the response, from base contributions (season, component, ..., point)."""
    seen, status = area_observations(basis.observed, anchor["point"].values, basis.year)
    own = status.rename(area="point") != ""
    parts = _choose(anchor, own)
    observed = split_areas(seen, basis.composition, basis.group).rename(area="point")
    local = _by_response(parts.sum("period"))
    ways = background.ways(observed, local, basis.conditions.numerics, basis.station)
    own_status = status.rename(area="point").where(own, status.sel(area=CITY, drop=True))
    return _Bases(observed, local, parts, ways, own, own_status)


def _by_response(parts: xr.DataArray) -> xr.DataArray:
    """Return modelled local contributions (season, response, point), NaN without a model.

    Nitrate is shown as all of the modelled TN, at the lower gas share.
    """
    names = {n: n for n in SIMPLE} | {"NO3": "TN@low"}
    chosen = parts.sel(component=list(names.values())).assign_coords(component=list(names))
    return chosen.rename(component="response").reindex(response=list(RESPONSES))


def _choose(anchor: xr.DataArray, own: xr.DataArray) -> xr.DataArray:
    """Take an area's own modelled mean where it has an own observation, else the city's."""
    observed_as = {"SO2": "SO2", "NO2": "NO2", "coarse": "PM10"}
    kinds = [observed_as.get(c, "PM2.5") for c in anchor["component"].values]
    chosen = own.sel(species=kinds).rename(species="component")
    chosen = chosen.assign_coords(component=anchor["component"].values)
    return anchor.where(chosen, anchor.sel(point=CITY, drop=True))


def _respond(local: xr.DataArray, observed: xr.DataArray, share: xr.DataArray, held: Base,
             basis: Air, base: str) -> xr.DataArray:  # fmt: skip
    """Return concentrations (..., scenario, season, response, point); neighbours move with the
    scenarios, not with the base.
    """
    moved = background.neighbours(basis.conditions.numerics)
    names = local["scenario"].values.tolist()
    parts = []
    for chosen, factor in (([base], {}), ([n for n in names if n != base], moved)):
        if chosen:
            some = local.sel(scenario=chosen)
            parts.append(respond(some, observed, share, held, basis.conditions, factor))
    return xr.concat(parts, "scenario").sel(scenario=names)


def _inorganic_base(bases: _Bases, share: xr.DataArray, basis: Air) -> Base:
    """Return the base totals, with every component's local part for the response."""
    observed = {n: bases.observed.sel(response=n, drop=True) for n in ("SO4", "NO3")}
    rows = {t: share.sel(response=r, drop=True) for t, r in TOTAL_OF.items() if r in RESPONSES}
    ammonia = basis.conditions.numerics.value(
        "background_share", "fraction", process=TOTAL_OF["TA"]
    )
    rows["TA"] = xr.full_like(rows["SO4"], ammonia)
    held = inorganic.anchor(
        observed, gas_ammonia(basis.composition, basis.group), rows, bases.parts,
        basis.conditions,
    )  # fmt: skip
    simple = {n: bases.local.sel(response=n, drop=True) for n in SIMPLE}
    return Base(held.total, held.share, simple | held.local, held.nitrate, held.ammonium)


def _annual(values: xr.DataArray, year: int) -> xr.DataArray:
    length = days(year)
    count = [float(length.sel(month=list(m)).sum()) for m in SEASONS.values()]
    weight = xr.DataArray(count, {"season": list(SEASONS)}, "season")
    return xr.dot(values, weight / weight.sum(), dim="season")


def _describe(out: xr.Dataset) -> xr.Dataset:
    """Put dimensions in order, labels in plain text, units on every concentration."""
    labels = {n: c.astype(object) for n, c in out.coords.items() if c.dtype.kind not in "if"}
    order = ("scenario", "way", "season", "species", "response", "component", "station", "area")
    out = out.assign_coords(labels).transpose(..., *(d for d in order if d in out.dims))
    for name in set(out.data_vars) - {"anchor_ratio", "own_observation", "status"}:
        out[name].attrs = {"units": "ug m-3"}
    out["anchor_ratio"].attrs = {
        "units": "1",
        "long_name": "observed minus background over modelled local contribution in the base",
    }
    return out
