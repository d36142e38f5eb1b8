"""Days and percentiles from means: a joint distribution of daily values by season.

For a city without a daily series. A daily value is m Q(Phi(z)): m the mean of the season, Q the
quantile function of a unit-mean distribution with the season's coefficient of variation, and z
normal scores with the season's correlation between pollutants (a Gaussian copula) and from day to
day (first-order autoregression). Q is log-normal in one half of the drawn years and gamma in the
other: daily concentrations are near log-normal (Bencala and Seinfeld 1976; Georgopoulos and
Seinfeld 1982; Ott 1990), and gamma fits as well. Every drawn year is scaled to have the given
means. O3 is not modelled and enters as in :mod:`emisim.indices.days`.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import xarray as xr
from scipy import signal, special

from emisim.errors import InputError, require_known
from emisim.indices import days, evaluation
from emisim.indices.days import MODELLED, OZONE
from emisim.indices.joint_fit import fit
from emisim.indices.joint_table import BOUNDS, Joint, limited_by_season, read
from emisim.indices.standards import SPECIES, Standards
from emisim.vocabulary import SEASONS

__all__ = [
    "Joint",
    "bounds",
    "expected",
    "fit",
    "limited_by_season",
    "outcomes",
    "read",
    "simulate",
]

OPTIONAL = ("CO",)
"""Pollutants whose mean may be missing: they then limit no day."""


def simulate(means: xr.DataArray, joint: Joint, year: int) -> xr.DataArray:
    """Draw years of daily values with the given means.

    Parameters
    ----------
    means
        (season, species), or (species) of the year, which is spread over the seasons with the
        fitted ratios; ug/m3, CO mg/m3. CO may be left out.

    Returns
    -------
    DataArray
        ``concentration`` (place, day, species), a place being one drawn year.

    Raises
    ------
    InputError
        If a pollutant is missing or unknown, or a mean is not positive and finite.
    """
    known = _checked(means)
    rng = np.random.default_rng(int(joint.number("seed")))
    draws = int(joint.number("draws"))
    dates = pd.date_range(f"{year}-01-01", f"{year}-12-31")
    day_season = days.seasons_of(xr.DataArray(dates, dims="day", coords={"day": dates}))
    number = np.array([(day_season == s).sum() for s in SEASONS])
    use = [MODELLED.index(str(s)) for s in known["species"].values]
    values = np.empty((draws, dates.size, len(use)))
    level = _levels(known, joint.seasonal_ratio[..., use], number, _ranks(rng, draws))
    spread = _between(_ranks(rng, draws), joint.variation[..., use])
    for s, season in enumerate(SEASONS):
        scores = _scores(joint, s, number[s], draws, rng)[..., use]
        unit = _unit_values(scores, spread[:, None, s])
        unit *= level[:, None, s] / unit.mean(axis=1, keepdims=True)
        values[:, day_season == season] = unit
    coords = {"place": np.arange(draws), "day": dates, "species": known["species"].values}
    return xr.DataArray(values, coords, ("place", "day", "species"), "concentration")


def _checked(means: xr.DataArray) -> xr.DataArray:
    labels = [str(s) for s in means["species"].values]
    require_known(labels, MODELLED, "pollutant of the means")
    require_known([s for s in MODELLED if s not in OPTIONAL], labels, "mean, which is needed:")
    bad = means.where(~((means > 0) & np.isfinite(means)), drop=True)
    if bad.size:
        msg = f"means must be positive and finite: {bad['species'].values[0]}"
        hint = "give the mean of every season in ug/m3 (CO in mg/m3)"
        raise InputError(msg, value=float(bad.values.ravel()[0]), allowed=["> 0"], hint=hint)
    if "season" not in means.dims:
        return means.transpose("species")
    require_known(SEASONS, means["season"].values, "season of the means")
    return means.sel(season=list(SEASONS)).transpose("season", "species")


def _ranks(rng: np.random.Generator, draws: int) -> np.ndarray:
    """Return evenly spread ranks 0 to 1 (draw, season), shuffled by season."""
    even = (np.arange(draws) + 1 / 2) / draws
    return np.stack([rng.permutation(even) for _ in SEASONS], axis=1)


def _between(ranks: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Return (draw, season, species) between low and high, the value at rank 1/2.

    All pollutants of a season share the rank: a stagnant season is uneven in all of them.
    """
    low, value, high = bounds
    u = ranks[..., None]
    lower, upper = low + (value - low) * 2 * u, value + (high - value) * (2 * u - 1)
    return np.where(u < 1 / 2, lower, upper)


def _levels(
    means: xr.DataArray, ratio: np.ndarray, number: np.ndarray, ranks: np.ndarray
) -> np.ndarray:
    """Return the seasonal means of every draw (draw, season, species)."""
    if "season" in means.dims:
        return np.broadcast_to(means.to_numpy(), (len(ranks), *means.shape))
    shape = _between(ranks, ratio)
    mean = (shape * number[:, None]).sum(axis=1, keepdims=True) / number.sum()
    return means.to_numpy() * shape / mean


def _scores(joint: Joint, s: int, number: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return normal scores (draw, day, species), correlated across pollutants and days."""
    season = list(SEASONS)[s]
    try:
        root = np.linalg.cholesky(joint.correlation[s])
    except np.linalg.LinAlgError:
        msg = f"the correlations of {season} contradict each other (not positive definite)"
        hint = "restore the shipped rows, or fit them again"
        raise InputError(msg, file=joint.path, column="value", hint=hint) from None
    keep = joint.number("persistence", season)
    noise = rng.standard_normal((draws, number, len(MODELLED))) @ root.T
    noise[:, 1:] *= np.sqrt(1 - keep**2)
    return signal.lfilter([1.0], [1.0, -keep], noise, axis=1)


def _unit_values(scores: np.ndarray, variation: np.ndarray) -> np.ndarray:
    """Return values of mean about 1: log-normal in even draws, gamma in odd ones."""
    square = np.broadcast_to(variation**2, scores.shape)
    values = np.empty_like(scores)
    width = np.sqrt(np.log1p(square[::2]))
    values[::2] = np.exp(width * scores[::2] - width**2 / 2)
    odd = square[1::2]
    values[1::2] = odd * special.gammaincinv(1 / odd, special.ndtr(scores[1::2]))
    return values


def outcomes(
    means: xr.DataArray,
    joint: Joint,
    standards: Standards,
    year: int,
    *,
    ozone: xr.DataArray | None = None,
    limited: xr.DataArray | None = None,
    base: xr.DataArray | None = None,
    standard: str | None = None,
) -> xr.Dataset:
    """Count the days of drawn years.

    Parameters
    ----------
    means
        (..., season, species) or (..., species), see :func:`simulate`. All cases see the same
        draws, so that their differences hold draw by draw.
    year
        Calendar year: its days, and the standards in force on them.
    ozone
        (day): daily maximum 8 h mean of O3 in ug/m3, used as it is.
    limited, base
        Instead, (season) days that O3 alone made bad when the means were ``base`` (by default each
        case's own). Their share of the days good in all others is held.
    standard
        AQI standard of every day.

    Returns
    -------
    Dataset
        By (..., draw): ``good_days``, ``heavy_days``, ``others_good_days`` (without O3),
        ``ozone_limited_days``, ``counted_days``, ``good_share``; and ``percentile`` (..., draw,
        species) of the assessment, ug/m3, CO mg/m3.

    Raises
    ------
    InputError
        If O3 is not given in one of the two ways, or as in :func:`simulate`.
    """
    _require_ozone(ozone, limited)
    first = None
    if base is not None and limited is not None:
        first = _good(simulate(base, joint, year), standards, standard)

    def counted(case: xr.DataArray) -> xr.Dataset:
        return _count(simulate(case, joint, year), standards, ozone, limited, first, standard)

    left = [s for s in OPTIONAL if s not in means["species"].values]
    return _over_cases(means, counted).assign_attrs(left_out=", ".join(left), year=year)


def _require_ozone(ozone: xr.DataArray | None, limited: xr.DataArray | None) -> None:
    if (ozone is None) == (limited is None):
        msg = "O3 is not modelled: give either a daily series or the days limited by it"
        raise InputError(msg, hint="limited by season; 0 if O3 alone made no day bad")


def _over_cases(means: xr.DataArray, counted: Callable[[xr.DataArray], xr.Dataset]) -> xr.Dataset:
    """Return what ``counted`` gives of every case, the dimensions of the cases first."""
    over = next((d for d in means.dims if d not in ("season", "species")), None)
    if over is None:
        return counted(means)
    parts = [
        _over_cases(means.isel({over: i}, drop=True), counted) for i in range(means.sizes[over])
    ]
    return xr.concat(parts, means[over] if over in means.coords else over)


def _good(drawn: xr.DataArray, standards: Standards, standard: str | None) -> xr.DataArray:
    return days.count(_whole(drawn, None), standards, standard=standard)["others_good_days"]


def _whole(drawn: xr.DataArray, ozone: xr.DataArray | None) -> xr.DataArray:
    """Add what is not drawn: O3 as given or 0, CO 0."""
    full = drawn.reindex(species=list(SPECIES), fill_value=0.0)
    if ozone is None:
        return full
    given = ozone.reindex(day=drawn["day"])
    return xr.where(full["species"] == OZONE, given, full).transpose(*drawn.dims)


def _count(
    drawn: xr.DataArray,
    standards: Standards,
    ozone: xr.DataArray | None,
    limited: xr.DataArray | None,
    first: xr.DataArray | None,
    standard: str | None,
) -> xr.Dataset:
    counts = days.count(_whole(drawn, ozone), standards, standard=standard)
    found = counts[["good_days", "heavy_days", "others_good_days", "counted_days"]]
    if limited is not None:
        others = counts["others_good_days"]
        at_first = others if first is None else first
        rate = (limited / at_first.where(at_first > 0)).fillna(0.0).clip(max=1)
        found["good_days"] = others * (1 - rate)
    found = found.sum("season")
    found["ozone_limited_days"] = found["others_good_days"] - found["good_days"]
    found["good_share"] = found["good_days"] / found["counted_days"]
    tables = standards.on(drawn["day"].values[-1], standard)
    levels = dict(zip(SPECIES, tables.rules("percentile"), strict=True))
    high = [evaluation.percentile(drawn.sel(species=s).to_numpy(), levels[s])
            for s in drawn["species"].values]  # fmt: skip
    found["percentile"] = (("place", "species"), np.stack(high, axis=1))
    return found.assign_coords(species=drawn["species"].values).rename(place="draw")


def bounds(drawn: xr.DataArray, joint: Joint, what: str = "") -> xr.DataArray:
    """Return low, value and high (``bound``) of a drawn number.

    Low and high are the quantiles ``range_low`` and ``range_high`` of the draws, the value is their
    mean. With ``what``, ``good_days`` or ``heavy_days``, the distances from the value are widened
    by ``range_widening``, so that the range holds as much as it promises of the years that the fit
    had not seen.
    """
    ends = [joint.number("range_low"), joint.number("range_high")]
    low, high = drawn.quantile(ends, "draw").drop_vars("quantile").transpose("quantile", ...)
    value = drawn.mean("draw")
    more = joint.number("range_widening", other=what) if what else 1
    parts = [value - more * (value - low), value, value + more * (high - value)]
    return xr.concat(parts, pd.Index(list(BOUNDS), name="bound"))


def expected(means: xr.DataArray, joint: Joint, standards: Standards, year: int,
             **given: xr.DataArray | str | None) -> xr.Dataset:  # fmt: skip
    """Return what :func:`outcomes` gives as mean and range over the draws (:func:`bounds`).

    Parameters are those of :func:`outcomes`; the dimension ``bound`` takes the place of ``draw``.
    """
    drawn = outcomes(means, joint, standards, year, **given)  # type: ignore[arg-type]
    found = drawn.map(bounds, joint=joint)
    for what in ("good_days", "heavy_days"):
        found[what] = bounds(drawn[what], joint, what).clip(0, found["counted_days"])
    found["good_share"] = found["good_days"] / found["counted_days"]
    return found.assign_attrs(drawn.attrs)
