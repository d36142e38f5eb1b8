"""Concentrations from emissions: the response of the observed base, component by component.

In a season, component j of an area with observed mean C_obs and background B = b C_obs becomes

    C'_j(x) = B_j + (C_obs,j - B_j) L'_j(x) / Lbar_j

with L the modelled contribution of the domain's own emissions and Lbar its base value averaged
over the monitors that gave C_obs. At the monitors this is C_obs [b + (1 - b) L'/L]. The factor
(C_obs - B) / Lbar by which the modelled pattern is anchored is returned as ``anchor_ratio``; 1
means that model and observation agree. It is never hidden: far from 1, the emissions, the kernels,
the background or the observations are wrong, and the map is only as good as its pattern.

Provisional: sulfate and nitrate come from first-order conversion and do not see each other or
NH3; ammonium follows their equivalents (NH3-rich air); secondary organic aerosol follows the
domain's VOC total with a fixed elasticity; ``unattributed`` mass is held. O3 is not modelled.
"""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.air.observations import CITY, SPECIES, area_observations
from emisim.air.response import RESPONSES, background, respond, species, split_areas
from emisim.errors import InputError
from emisim.tables import Parameters
from emisim.transport import convolve
from emisim.transport.emissions import season_days

__all__ = ["CHAIN", "CITY", "RESPONSES", "SPECIES", "concentrations"]

CHAIN: convolve.Chain = {
    "SO4": ("SO2", "SO4"),
    "NO3": ("NOx", "NO3"),
    "POA": ("POA", "PM2.5"),
    "EC": ("EC", "PM2.5"),
    "other": ("other", "PM2.5"),
    "coarse": ("coarse", "PMcoarse"),
    "SO2": ("SO2", "SO2"),
    "NO2": ("NOx", "NOx"),
}
"""Component -> (tracer, kernel family)."""


def concentrations(
    fields: xr.DataArray,
    voc: xr.DataArray,
    kernels: xr.Dataset,
    observed: pd.DataFrame,
    air: Parameters,
    composition: Parameters,
    *,
    monitors: xr.DataArray,
    districts: xr.DataArray,
    year: int,
    base: str = "base",
) -> xr.Dataset:
    """Return annual mean concentrations by scenario on the grid, at monitors and by area.

    Parameters
    ----------
    fields, voc
        Of :func:`emisim.transport.emissions.release_fields` and ``voc_totals``, with dimension
        ``scenario`` (others, such as ``draw``, may precede it).
    kernels
        As :mod:`emisim.transport.receptors`.
    observed
        The city's ``observed.csv``.
    air, composition
        ``inputs/factors/air.csv`` and ``composition.csv``.
    monitors, districts
        Weights over cells, rows summing to 1: (station, cell), (district, cell). A monitor's come
        from :func:`emisim.transport.emissions.bilinear`; a district's are its area, built-up
        places or population.
    year
        Base year of ``observed``.
    base
        Scenario that belongs to ``observed``.

    Returns
    -------
    xr.Dataset
        Annual means in ug/m3: concentration (..., scenario, species, y, x), at_monitors (...,
        station), by_area (..., area), component_by_area (..., response, area). By season, too:
        by_area_season, modelled_local, observed, background, anchor_ratio. own_observation and
        status (species, area). ``area`` is the city (mean of the monitors) and the districts.

    Raises
    ------
    InputError
        If the base scenario or the city's observations are missing, or inputs do not fit.
    """
    _require_base(fields, base)
    cells = _by_cell(convolve.concentrations(fields, kernels, CHAIN))
    at_area = _sample(cells, _areas(monitors, districts))
    relative = (voc / voc.sel(scenario=base, drop=True)).fillna(1.0)
    bases = _bases(at_area.sel(scenario=base, drop=True), observed, composition, air, year)
    whole = {n: bases[n].sel(point=CITY, drop=True) for n in ("anchor", "observed", "background")}
    by_area = respond(at_area, bases, relative, air)
    on_grid, at_station = (
        _annual(species(respond(local, whole, relative, air)), year)
        for local in (cells.rename(cell="point"), _sample(cells, monitors))
    )
    areas = {
        "by_area": species(_annual(by_area, year)),
        "by_area_season": species(by_area),
        "component_by_area": _annual(by_area, year),
        "modelled_local": at_area,
        **{n: v for n, v in bases.items() if n != "anchor"},
    }
    return _describe(
        xr.Dataset(
            {n: v.rename(point="area") for n, v in areas.items()}
            | {"at_monitors": at_station.rename(point="station")}
            | {"concentration": _unflatten(on_grid, fields)}
        )
    )


def _by_cell(local: xr.DataArray) -> xr.DataArray:
    """Flatten (..., y, x) to (..., cell), rows northward, without labels."""
    flat = local.stack(cell=("y", "x"), create_index=False)
    return flat.drop_vars([n for n in ("x", "y") if n in flat.coords])


def _unflatten(values: xr.DataArray, fields: xr.DataArray) -> xr.DataArray:
    """Give (..., point) the rows and columns of ``fields`` again: (..., y, x)."""
    shape = (*values.shape[:-1], fields.sizes["y"], fields.sizes["x"])
    coords = {n: c for n, c in values.coords.items() if n != "point"}
    coords |= {n: fields[n] for n in ("y", "x") if n in fields.coords}
    return xr.DataArray(values.values.reshape(shape), coords, (*values.dims[:-1], "y", "x"))


def _areas(monitors: xr.DataArray, districts: xr.DataArray) -> xr.DataArray:
    """Return weights (area, cell): the city, as the mean of its monitors, and the districts."""
    city = monitors.mean("station").expand_dims(area=[CITY])
    return xr.concat([city, districts.rename(district="area")], "area", join="exact")


def _sample(cells: xr.DataArray, weights: xr.DataArray) -> xr.DataArray:
    """Return weighted means over cells (..., point); points are the rows of ``weights``."""
    row = next(str(d) for d in weights.dims if d != "cell")
    return xr.dot(cells, weights.rename({row: "point"}), dim="cell")


def _bases(anchor: xr.DataArray, observed: pd.DataFrame, composition: Parameters, air: Parameters,
           year: int) -> dict[str, xr.DataArray]:  # fmt: skip
    """Return what anchors the response, by point (= area).

    anchor: modelled base contribution that belongs to the observed mean; observed, background,
    anchor_ratio: (season, response, point); own_observation, status: (species, point).
    """
    seen, status = area_observations(observed, anchor["point"].values, year)
    known = split_areas(seen, composition)
    floor = np.minimum(background(known.sel(area=CITY, drop=True), air), known)
    own = status.rename(area="point") != ""
    chosen = _choose_anchor(anchor, own)
    known, floor = (v.rename(area="point") for v in (known, floor))
    divisor = chosen.rename(component="response").reindex(response=list(RESPONSES))
    return {
        "anchor": chosen,
        "observed": known,
        "background": floor,
        "anchor_ratio": (known - floor) / divisor.where(divisor > 0),
        "own_observation": own,
        "status": status.rename(area="point").where(own, status.sel(area=CITY, drop=True)),
    }


def _choose_anchor(anchor: xr.DataArray, own: xr.DataArray) -> xr.DataArray:
    """Take an area's own modelled mean where it has an own observation, else the city's."""
    observed_as = {"SO2": "SO2", "NO2": "NO2", "coarse": "PM10"}
    kinds = [observed_as.get(c, "PM2.5") for c in anchor["component"].values]
    chosen = own.sel(species=kinds).rename(species="component")
    chosen = chosen.assign_coords(component=anchor["component"].values)
    return anchor.where(chosen, anchor.sel(point=CITY, drop=True))


def _annual(values: xr.DataArray, year: int) -> xr.DataArray:
    days = season_days(year)
    return xr.dot(values, days / days.sum(), dim="season")


def _require_base(fields: xr.DataArray, base: str) -> None:
    names = fields["scenario"].values.tolist()
    if base not in names:
        msg = "the base scenario is missing"
        raise InputError(msg, value=base, allowed=names)


def _describe(out: xr.Dataset) -> xr.Dataset:
    """Put dimensions in order, labels in plain text, units on every concentration."""
    labels = {n: c.astype(object) for n, c in out.coords.items() if c.dtype.kind not in "if"}
    out = out.assign_coords(labels).transpose(
        ..., "scenario", "season", "species", "response", "component", "station", "area", "y", "x"
    )
    without_unit = {"anchor_ratio", "own_observation", "status"}
    for name in set(out.data_vars) - without_unit:
        out[name].attrs = {"units": "ug m-3"}
    out["concentration"].attrs["cell_methods"] = "time: mean"
    out["anchor_ratio"].attrs = {
        "units": "1",
        "long_name": "observed minus background over modelled local contribution in the base",
    }
    return out
