"""What the domain's own emissions add to the air: emissions times the source-receptor matrix."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from emisim import units
from emisim.chemistry.oxidation import oxidant_feedback, precursor_factor, sulfate_feedback
from emisim.chemistry.rates import mass_ratio
from emisim.factors import Factors
from emisim.tables import Parameters
from emisim.vocabulary import HALVES, SEASONS

Floats = NDArray[np.float64]
Rows = NDArray[np.intp] | slice
TRACERS: dict[str, dict[str, int]] = {
    "EC": {"BC": 1},
    "POA": {"OC": 1},
    "other": {"PM2.5": 1, "BC": -1, "OC": -1},
    "coarse": {"PM10": 1, "PM2.5": -1},
    "SO2": {"SO2": 1},
    "NOx": {"NOx": 1},
    "NH3": {"NH3": 1},
}
"""Emitted tracers as sums of inventory species; ``precursor`` is added with its yields."""
PARTICLES = ("EC", "POA", "other", "coarse")
PRECURSOR = "precursor"
COMPONENTS = {
    "EC": ("EC", "fine"),
    "POA": ("POA", "fine"),
    "other": ("other", "fine"),
    "coarse": ("coarse", "coarse"),
    "SO2": ("SO2", "SO2"),
    "NO2": ("NOx", "NOx"),
    "SO4": ("SO2", "SO2-SO4"),
    "TN@low": ("NOx", "NOx-TN@low"),
    "TN@high": ("NOx", "NOx-TN@high"),
    "TA@low": ("NH3", "TA@low"),
    "TA@high": ("NH3", "TA@high"),
    "SOA": (PRECURSOR, "precursor-SOA"),
}
"""Component -> (tracer emitted, row of the source-receptor matrix)."""


def precursor_yields(
    sectors: np.ndarray, species: list[str], chemistry: Parameters
) -> xr.DataArray:
    """Return kg of SOA precursor per kg of CO and VOC by source (source, species), 0 for others.

    CO stands for semi-volatile gases; VOC has a yield by sector (``chemistry.csv``, process soa).
    """
    table = np.zeros((len(sectors), len(species)))
    for name in ("CO", "VOC"):
        by_sector = {s: precursor_factor(name, s, chemistry) for s in np.unique(sectors).tolist()}
        table[:, species.index(name)] = [by_sector[s] for s in sectors.tolist()]
    return xr.DataArray(table, {"species": species}, ("source", "species"))


def transported(sectors: np.ndarray, deposition: Parameters) -> xr.DataArray:
    """Return the share of each source's particles that leaves its surroundings (source,).

    Dust whirled up at the ground is caught by plants and walls within metres, below what a grid
    resolves (``deposition.csv``, process near-source).
    """
    known = {
        s: deposition.value("transportable_fraction", "fraction", process="near-source",
                            technology=s)
        for s in np.unique(sectors).tolist()
    }  # fmt: skip
    return xr.DataArray([known[s] for s in sectors.tolist()], dims="source")


def days(year: int) -> xr.DataArray:
    """Return the days of each month of a calendar year (month,)."""
    count = [pd.Timestamp(year, m, 1).days_in_month for m in range(1, 13)]
    return xr.DataArray(np.array(count, float), {"month": np.arange(1, 13)}, "month")


def rates(emission: xr.DataArray, sectors: np.ndarray, factors: Factors,
          year: int) -> xr.DataArray:  # fmt: skip
    """Return emission rates by tracer (..., source, month, tracer), ug/s; NH3 as NH4.

    Particles are what leaves the source's surroundings (:func:`transported`).

    Parameters
    ----------
    emission
        (..., source, month, species), kg per month.
    sectors
        Sector of each source (source,).
    factors
        The factor tables.
    year
        Calendar year of the months.
    """
    emission = emission.reset_coords(drop=True)
    species = [str(s) for s in emission["species"].values]
    rows = [[mix.get(name, 0) for name in species] for mix in TRACERS.values()]
    mix = xr.DataArray(
        np.array(rows, float), {"tracer": list(TRACERS), "species": species}, ("tracer", "species")
    )
    made = precursor_yields(sectors, species, factors["chemistry"])
    parts = [xr.dot(emission, mix, dim="species"),
             xr.dot(emission, made, dim="species").expand_dims(tracer=[PRECURSOR])]  # fmt: skip
    seconds = days(year) * units.factor("d", "s")
    joined = xr.concat(parts, "tracer")
    received = xr.where(joined["tracer"] == "NH3", mass_ratio("TA", factors), 1.0)
    leaving = transported(sectors, factors["deposition"])
    share = xr.where(joined["tracer"].isin(PARTICLES), leaving, 1.0)
    return joined * received * share * (units.factor("kg", "ug") / seconds)


def contributions(rate: xr.DataArray, at_source: xr.DataArray, year: int) -> xr.DataArray:
    """Return local contributions (..., season, component, period, receptor), ug/m3.

    Parameters
    ----------
    rate
        Of :func:`rates`.
    at_source
        (receptor, row, half, period, source), s/m3, of
        :func:`emisim.transport.matrix.at_sources`.
    year
        Calendar year of the months.
    """
    lead = [d for d in rate.dims if d not in ("source", "month", "tracer")]
    emitted = rate.transpose("tracer", *lead, "month", "source")
    every = slice(None)
    by_month = monthly(emitted.rename(source="entry"), at_source, [(every, every)])
    means = seasonal(by_month.isel(state=0), year)
    return means.transpose(..., "season", "component", "period", "receptor")


def monthly(rate: xr.DataArray, at_source: xr.DataArray,
            states: Sequence[tuple[slice, Rows]]) -> xr.DataArray:  # fmt: skip
    """Return contributions by month (state, component, ..., month, period, receptor), ug/m3.

    Parameters
    ----------
    rate
        (tracer, ..., month, entry), ug/s.
    at_source
        As :func:`contributions` takes it.
    states
        Entries that make each state, and the sources of ``at_source`` that they are.
    """
    months = [m for of in HALVES.values() for m in of]
    emitted = rate.sel(month=months)
    order = ("row", "half", "period", "receptor")
    effect = at_source.sel(half=list(HALVES)).transpose(*order, "source")
    tracers, rows = (v[d].values.tolist() for v, d in ((emitted, "tracer"), (effect, "row")))
    pairs = [(emitted.values[tracers.index(t)], effect.values[rows.index(r)])
             for t, r in COMPONENTS.values()]  # fmt: skip
    parts = [
        [_received(e[..., entries], k[..., sources]) for e, k in pairs]
        for entries, sources in states
    ]
    lead = emitted.dims[1:-1]
    coords = {n: emitted[n].values for n in lead if n in emitted.coords}
    coords |= {n: effect[n].values for n in order[2:]} | {"component": list(COMPONENTS)}
    return xr.DataArray(np.array(parts), coords, ("state", "component", *lead, *order[2:]))


def _received(emitted: Floats, effect: Floats) -> Floats:
    """Return (..., month, period, receptor) from rates (..., month, source), months half by half,
    and sensitivities (half, period, receptor, source).
    """
    ends = np.cumsum([len(months) for months in HALVES.values()])[:-1]
    by_half = np.split(emitted, ends, axis=-2)
    parts = [np.tensordot(e, k, (-1, -1)) for e, k in zip(by_half, effect, strict=True)]
    return np.concatenate(parts, axis=-3)


def seasonal(monthly: xr.DataArray, year: int) -> xr.DataArray:
    """Return means by season of monthly means (..., month) -> (..., season), by days."""
    length = days(year)
    parts = []
    for months in SEASONS.values():
        weight = length.sel(month=list(months))
        parts.append(xr.dot(monthly.sel(month=list(months)), weight / weight.sum(), dim="month"))
    return xr.concat(parts, pd.Index(list(SEASONS), name="season"))


def half_of(season: str) -> dict[str, float]:
    """Return the share of a season's months in each half year."""
    months = SEASONS[season]
    return {h: len(set(months) & set(of)) / len(months) for h, of in HALVES.items()}


def feedback(rate: xr.DataArray, base: str, region: str, chemistry: Parameters) -> xr.DataArray:
    """Return the factor on local contributions by oxidants (scenario, season, component).

    Less NOx leaves more oxidants to the rest of it and to SO2: nitrate and sulfate made by the
    domain's emissions are multiplied by the feedback at the city's NOx and VOC over the base, half
    year by half year (:func:`emisim.chemistry.oxidation.oxidant_feedback`).

    Parameters
    ----------
    rate
        Of :func:`rates`, with dimension ``scenario``.
    base
        Scenario in which the factor is 1.
    region
        Region of the table of feedbacks, or empty.
    """
    by_half = {}
    for half, months in HALVES.items():
        total = rate.sel(month=list(months)).sum(["source", "month"])
        ratio = total / total.sel(scenario=base)
        nox, organic = (ratio.sel(tracer=t).values for t in ("NOx", PRECURSOR))
        phi = oxidant_feedback(nox, organic, half, chemistry, region)
        by_half[half] = {"TN": phi, "SO4": sulfate_feedback(phi, half, chemistry)}
    names = [str(n) for n in rate["scenario"].values]
    coords = {"scenario": names, "season": list(SEASONS), "component": list(COMPONENTS)}
    out = xr.DataArray(np.ones([len(v) for v in coords.values()]), coords, tuple(coords))
    for season in SEASONS:
        for name in COMPONENTS:
            total_name = name.partition("@")[0]
            if total_name in ("TN", "SO4"):
                shares = half_of(season).items()
                out.loc[{"season": season, "component": name}] = sum(
                    part * by_half[half][total_name] for half, part in shares
                )
    return out
