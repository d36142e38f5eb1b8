"""What the engine needs to turn emissions into concentrations, as :mod:`emisim.air` does it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from emisim import inventory as inv
from emisim import units
from emisim.air import CITY, Anchored, anchored, background, local, over_areas
from emisim.air import Air as Basis
from emisim.air.inorganic import LOCAL, TOTALS, Conditions
from emisim.air.response import FINE, RESPONSES, SIMPLE
from emisim.chemistry import electrolytes, equilibrium
from emisim.chemistry.species import molar_mass
from emisim.explorer.packing import array
from emisim.factors import Factors
from emisim.tables import Parameters
from emisim.vocabulary import HALVES, SEASONS, SECTORS, SPECIES

FEEDBACK = "oxidant-feedback"
PERIOD_DIMS = ("season", "period")


@dataclass(frozen=True)
class Transported:
    """How the air is reached: ``effect`` (receptor, row, half, period, source) of one source per
    release, ``release`` of each source (source,), the ``stations`` among the receptors, ``basis``
    of the response, factor tables and the region of the oxidant feedback.
    """

    effect: xr.DataArray
    release: np.ndarray
    stations: list[str]
    basis: Basis
    factors: Factors
    region: str


def of_air(
    base: xr.Dataset, start: xr.Dataset, chosen: np.ndarray, by: Transported
) -> dict[str, Any]:
    """Return the air of a page.

    Parameters
    ----------
    base, start
        Inventories of the base year and before the plan's measures.
    chosen
        Sources that stand on the page one by one, bool (source,); the others are summed here.
    """
    before, others = _by_release(base, by), _by_release(start, by, ~chosen)
    year = by.basis.year
    at_base = local.contributions(before, by.effect, year)
    anchor = anchored(over_areas(at_base, by.stations), by.basis)
    constant = local.contributions(others, by.effect, year)
    order = ("row", "half", "period", "receptor")
    used, release = np.unique(by.release[chosen], return_inverse=True)
    return {
        "receptors": by.effect["receptor"].values.tolist(),
        "effect": by.effect.isel(source=used).transpose("source", *order).values,
        "release": array(release, "u2"),
        "rest": constant.transpose("season", "component", "period", "receptor").values,
        "rates": _rates(by),
        "components": _components(by.effect),
        "seasons": _seasons(year),
        "feedback": _feedback(before, others, by),
        "points": _points(anchor, by),
        "base": _base(anchor),
        "conditions": _conditions(by.basis.conditions),
        "partition": _partition(by.basis.conditions.chemistry),
    }


def _by_release(
    inventory: xr.Dataset, by: Transported, kept: np.ndarray | None = None
) -> xr.DataArray:
    """Return rates by tracer (source, month, tracer) summed over the sources of each release."""
    emission = inv.emission(inventory)
    if kept is not None:
        emission = emission * xr.DataArray(kept, dims="source")
    rate = local.rates(emission, inventory["sector"].values, by.factors, by.basis.year)
    values = rate.transpose("source", "month", "tracer").values
    out = np.zeros((by.effect.sizes["source"], *values.shape[1:]))
    np.add.at(out, by.release, values)
    coords = {n: rate[n].values for n in ("month", "tracer")}
    return xr.DataArray(out, coords, ("source", "month", "tracer"))


def _rates(by: Transported) -> dict[str, Any]:
    """Return ug/s by tracer of 1 kg a month of a species (sector, species, tracer) in January, and
    the ratio of other months to January (month,).
    """
    pairs = [(sector, i) for sector in SECTORS for i in range(len(SPECIES))]
    unit = np.zeros((len(pairs), 12, len(SPECIES)))
    for row, (_, i) in enumerate(pairs):
        unit[row, :, i] = 1
    coords = {"month": np.arange(1, 13), "species": list(SPECIES)}
    emission = xr.DataArray(unit, coords, ("source", "month", "species"))
    sectors = np.array([sector for sector, _ in pairs])
    rate = local.rates(emission, sectors, by.factors, by.basis.year)
    values = rate.transpose("source", "month", "tracer").values
    days = local.days(by.basis.year).values
    shape = (len(SECTORS), len(SPECIES), values.shape[-1])
    return {"of_species": values[:, 0].reshape(shape), "months": days[0] / days,
            "tracers": rate["tracer"].values.tolist()}  # fmt: skip


def _components(effect: xr.DataArray) -> list[dict[str, Any]]:
    """Return name, tracer and row of the matrix of each component."""
    names, rows = [*local.TRACERS, local.PRECURSOR], effect["row"].values.tolist()
    return [
        {"name": name, "tracer": names.index(tracer), "row": rows.index(row)}
        for name, (tracer, row) in local.COMPONENTS.items()
    ]


def _seasons(year: int) -> list[dict[str, Any]]:
    """Return of each season its weight in the year and, by half, the weights of its months."""
    length, halves = local.days(year), list(HALVES)
    found = []
    for name, months in SEASONS.items():
        whole = float(length.sel(month=list(months)).sum())
        parts = [
            {
                "half": halves.index(half),
                "months": [m - 1 for m in months if m in of],
                "weights": [float(length.sel(month=m)) / whole for m in months if m in of],
                "share": local.half_of(name)[half],
            }
            for half, of in HALVES.items()
        ]
        found.append({"name": name, "weight": whole / float(length.sum()), "parts": parts})
    return found


def _feedback(before: xr.DataArray, others: xr.DataArray, by: Transported) -> list[dict[str, Any]]:
    """Return of each half what the oxidant feedback takes."""
    p = by.factors["chemistry"]

    def number(name: str, half: str = "", region: str = "") -> float:
        return p.value(name, "fraction", process=FEEDBACK, standard=half, technology=region)

    found = []
    for half, months in HALVES.items():
        sums = [
            rate.sel(month=list(months), tracer=["NOx", local.PRECURSOR]).sum(["source", "month"])
            for rate in (before, others)
        ]
        found.append(
            {
                "months": [m - 1 for m in months],
                "base": sums[0].values.tolist(),
                "rest": sums[1].values.tolist(),
                "gain": number("nitrate_gain_per_cut", half, by.region),
                "loss": number("nitrate_loss_per_cut", half, by.region),
                "switch": number("switch_over_cut"),
                "limit": number("cut_limit"),
                "organic": number("voc_exponent", half),
                "sulfate": number("sulfate_exponent", half),
            }
        )
    return found


def _points(anchor: Anchored, by: Transported) -> list[dict[str, Any]]:
    """Return the points that respond: areas with a base of their own, monitors with the city's."""
    names, receptors = (
        anchor.bases.observed["point"].values.tolist(),
        by.effect["receptor"].values.tolist(),
    )
    stations = [receptors.index(s) for s in by.stations]
    areas = [
        {
            "id": name,
            "kind": "city" if name == CITY else "district",
            "receptors": stations if name == CITY else [receptors.index(name)],
            "base": i,
        }
        for i, name in enumerate(names)
    ]
    monitors = [
        {"id": s, "kind": "monitor", "receptors": [i], "base": names.index(CITY)}
        for s, i in zip(by.stations, stations, strict=True)
    ]
    return [*areas, *monitors]


def _base(anchor: Anchored) -> dict[str, Any]:
    """Return the anchored base: observed means, background shares, totals, local parts."""
    bases, way = anchor.bases, background.SHARE
    held = anchor.held.at(way=way)
    moved = background.neighbours(anchor.basis.conditions.numerics)

    def by_name(parts: dict[str, xr.DataArray], names: tuple[str, ...]) -> np.ndarray:
        like = bases.observed.isel(response=0, drop=True)
        each = [(parts[n] + 0 * like).transpose("point", "season").values for n in names]
        return np.stack(each, axis=1)

    def responses(values: xr.DataArray) -> np.ndarray:
        return values.transpose("point", "response", "season").values

    ions = {"nitrate": held.nitrate, "ammonium": held.ammonium}
    return {
        "responses": list(RESPONSES),
        "fine": list(FINE),
        "simple": list(SIMPLE),
        "totals": list(TOTALS),
        "local_names": list(LOCAL),
        "observed": responses(bases.observed),
        "share": responses(bases.ways[way]),
        "simple_local": by_name(held.local, SIMPLE),
        "total": by_name(held.total, TOTALS),
        "total_share": by_name(held.share, TOTALS),
        "total_local": by_name(held.local, TOTALS),
        "ions": by_name(ions, ("nitrate", "ammonium")),
        "neighbours": {n: moved.get(n, 1.0) for n in (*SIMPLE, *TOTALS)},
        "power": anchor.basis.conditions.numerics.value("NOx_exponent", "fraction", process="NO2"),
    }


def _conditions(air: Conditions) -> dict[str, Any]:
    """Return weather and constants of each season and period, as the partition takes them."""
    p = air.chemistry
    warmth, damp, hours = (
        v.sel(season=list(SEASONS)).transpose(*PERIOD_DIMS).values
        for v in (air.temperature, air.humidity, air.hours)
    )
    k = equilibrium.constants(warmth, p)
    energy = p.value("molar_gas_constant", "J/K", process="gas") * warmth
    volume = energy / p.value("standard_atmosphere", "J/m3", process="gas")
    damp_salts = electrolytes.water_per_mole(damp.ravel(), electrolytes.water_rows(p))
    return {
        "hours": hours,
        "temperature": warmth,
        "nitric": 1 / (k["nitric-acid"] * volume),
        "ammonia": k["water"] / (k["ammonia-solubility"] * k["ammonia-base"] * volume),
        "bisulfate": k["bisulfate"],
        "solid": k["ammonium-nitrate-solid"] / volume**2,
        "water": np.stack([damp_salts[n] for n in electrolytes.HUMID], axis=-1),
        "nodes": air.gas_node.sel(node=["low", "high"]).values.tolist(),
        "passes": air.passes,
    }


def _partition(p: Parameters) -> dict[str, Any]:
    """Return the constants of the partition that do not depend on the weather."""
    activity = electrolytes.activity_rows(p)
    gram = units.factor("ug", "g")
    moles = {n: gram / molar_mass(n, p) for n in ("SO4", "NO3", "NH4")}
    return {
        **activity._asdict(),
        "q": activity.q.tolist(),
        "z": activity.z.tolist(),
        "nitric_weight": electrolytes.water_rows(p).nitric_acid_weight,
        "numerics": equilibrium.numerics(p)._asdict(),
        "seed": p.value("sulfate_seed", "ug/m3", process="numerics"),
        "moles": moles,
    }
