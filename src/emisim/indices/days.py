"""Good and heavy days of a plan: observed days times a seasonal response, counted again.

O3 is not modelled. It enters as an explicit input: either the observed series has it (it is held as
observed, unless the factor says otherwise), or ``limited`` gives the days that O3 alone made bad.
A day that O3 alone makes bad stays bad whatever happens to the particles, and a day that the plan
turns good stays bad where O3 is above its limit.

With ``limited``, O3 is taken as independent of the others within a season; low and high are bounds:
O3 is above its limit on all or on none of the days that turn good, and on all or none of those that
turn bad. A season without a day limited by O3 keeps none.
"""

from typing import NamedTuple

import numpy as np
import xarray as xr

from emisim.errors import InputError, require_known
from emisim.indices import aqi
from emisim.indices.standards import SPECIES, Standards
from emisim.vocabulary import SEASONS
from emisim.weather.periods import season_of

OZONE = "O3"
MODELLED = tuple(s for s in SPECIES if s != OZONE)
"""The pollutants of the index but O3."""
GRADES = (1, 2, 3, 4, 5, 6)


def scale(concentration: xr.DataArray, factor: xr.DataArray) -> xr.DataArray:
    """Multiply every observed day by the response of its season.

    Parameters
    ----------
    concentration
        (place, day, species) as in :func:`emisim.indices.aqi.daily`.
    factor
        (..., season, species), 1: scenario over base. Other dimensions, such as ``scenario``, come
        first in the result. A pollutant that is not there is held as observed.

    Raises
    ------
    InputError
        If a season of the series is missing, a pollutant is unknown or a factor is negative or
        not finite.
    """
    days = seasons_of(concentration["day"])
    require_known(np.unique(days), factor["season"].values, "season of the response factors")
    require_known(factor["species"].values, SPECIES, "pollutant of the response factors")
    bad = factor.where(~((factor >= 0) & np.isfinite(factor)), drop=True)
    if bad.size:
        msg = f"response factors must be finite and not negative: {bad['species'].values[0]}"
        hint = "a factor is the mean of the scenario over the mean of the base, of one season"
        raise InputError(msg, value=float(bad.values.ravel()[0]), allowed=[">= 0"], hint=hint)
    by_day = factor.sel(season=xr.DataArray(days, dims="day")).drop_vars("season")
    by_day = by_day.reindex(species=concentration["species"].values, fill_value=1.0)
    extra = [d for d in factor.dims if d not in ("season", "species", *concentration.dims)]
    return (concentration * by_day).transpose(*extra, "place", "day", "species")


def held(factor: xr.DataArray | None) -> list[str]:
    """Return the modelled pollutants that have no response factor."""
    return [s for s in MODELLED if factor is None or s not in factor["species"].values]


def seasons_of(days: xr.DataArray) -> np.ndarray:
    """Return the season name of each day."""
    return season_of(days.dt.month.to_numpy())


def count(
    concentration: xr.DataArray,
    standards: Standards,
    *,
    limited: xr.DataArray | None = None,
    standard: str | None = None,
) -> xr.Dataset:
    """Count the days of a series by grade: :func:`respond` without a response."""
    return respond(concentration, None, standards, limited=limited, standard=standard)


def respond(
    concentration: xr.DataArray,
    factor: xr.DataArray | None,
    standards: Standards,
    *,
    limited: xr.DataArray | None = None,
    standard: str | None = None,
) -> xr.Dataset:
    """Count the days that an observed series would have under a seasonal response.

    Parameters
    ----------
    concentration, factor
        As in :func:`scale`; None for the days as observed.
    limited
        (season,) or (place, season): observed days that O3 alone made bad. Given, the O3 of the
        series is not looked at. Without it, a day without O3 is not counted.
    standard
        Name of one AQI standard to use on every day.

    Returns
    -------
    Dataset
        By (..., place, season), in days: ``counted_days``; ``days`` by ``grade`` and
        ``heavy_days`` (both without O3 where ``limited`` is given); ``good_days`` with
        ``good_days_low`` and ``good_days_high``; ``others_good_days``, good in all but O3;
        ``turned_good_days`` of these, not so before, and ``turned_bad_days``;
        ``ozone_limited_days``; ``conditional_days``, those limited by O3 and those turned good.

    Raises
    ------
    InputError
        If O3 is neither in the series nor given, if ``limited`` has more days than are good in
        the others, or as in :func:`scale` and :func:`emisim.indices.aqi.daily`.
    """
    series = limited is None
    observed = _with_ozone(concentration) if series else _without_ozone(concentration)
    scaled = observed if factor is None else scale(observed, factor)
    before = _judge(observed, standards, standard)
    after = before if factor is None else _judge(scaled, standards, standard)
    member = seasons_of(concentration["day"])[:, None] == np.array(list(SEASONS))
    first, counts = _counts(before, after, member.astype(float))
    if limited is None:
        ozone = _ozone_observed(before, after, member.astype(float))
    else:
        places = concentration["place"].values
        ozone = _ozone_given(first, counts, _limited(limited, first, places))
    said = "observed and held" if series else "given as days that O3 alone made bad"
    attrs = {"ozone": said, "held": ", ".join(held(factor))}
    return _labelled(counts, ozone, scaled).assign_attrs(attrs)


Numbers = dict[str, np.ndarray]


def _counts(before: Numbers, after: Numbers, member: np.ndarray) -> tuple[np.ndarray, Numbers]:
    """Return days good in all but O3 before (place, season), and counts (..., place, season).

    ``member`` (day, season) is 1 where a day lies in a season.
    """
    grade = np.stack([after["grade"] == g for g in GRADES], axis=-2)
    counts = {
        "counted_days": after["counted"] @ member,
        "days": grade @ member,
        "heavy_days": after["heavy"] @ member,
        "others_good_days": after["others_good"] @ member,
        "turned_good_days": (after["others_good"] & ~before["others_good"]) @ member,
        "turned_bad_days": (before["others_good"] & ~after["others_good"]) @ member,
    }
    return before["others_good"] @ member, counts


class Ozone(NamedTuple):
    """Days limited by O3, the range of that number, and the days that O3 decides."""

    likely: np.ndarray
    least: np.ndarray
    most: np.ndarray
    decides: np.ndarray


def _ozone_observed(before: Numbers, after: Numbers, member: np.ndarray) -> Ozone:
    limited = after["others_good"] & ~after["good"]
    turned = after["others_good"] & ~before["others_good"]
    days = limited @ member
    return Ozone(days, days, days, (limited | turned) @ member)


def _ozone_given(first: np.ndarray, counts: Numbers, given: np.ndarray) -> Ozone:
    others = counts["others_good_days"]
    rate = np.divide(given, first, out=np.zeros_like(first), where=first > 0)
    least = np.maximum(given - counts["turned_bad_days"], 0)
    most = np.where(given > 0, np.minimum(given + counts["turned_good_days"], others), 0)
    return Ozone(rate * others, least, most, most)


def _labelled(counts: Numbers, ozone: Ozone, scaled: xr.DataArray) -> xr.Dataset:
    lead = [str(d) for d in scaled.dims if d not in ("day", "species")]
    coords = {d: scaled[d].values for d in lead if d in scaled.coords}
    others = counts["others_good_days"]
    fields = counts | {
        "good_days": others - ozone.likely,
        "good_days_low": others - ozone.most,
        "good_days_high": others - ozone.least,
        "ozone_limited_days": ozone.likely,
        "conditional_days": ozone.decides,
    }
    by_grade = ([*lead, "grade", "season"], fields.pop("days"))
    found = {name: ([*lead, "season"], values) for name, values in fields.items()}
    axes = {"season": list(SEASONS), "grade": list(GRADES)}
    return xr.Dataset({**found, "days": by_grade}, coords | axes).transpose(..., "season", "grade")


def total(counts: xr.Dataset) -> xr.Dataset:
    """Add up the seasons; ``good_share`` (1) with low and high is of the counted days."""
    summed = counts.sum("season", keep_attrs=True)
    shares = {
        name.replace("days", "share"): summed[name] / summed["counted_days"]
        for name in ("good_days", "good_days_low", "good_days_high")
    }
    return summed.assign(shares)


def _with_ozone(concentration: xr.DataArray) -> xr.DataArray:
    has = OZONE in concentration["species"].values
    if not has or bool(concentration.sel(species=OZONE).isnull().all()):
        msg = "the series has no O3, and no days limited by O3 are given"
        hint = "give limited: days by season that O3 alone made bad (0 if there were none)"
        raise InputError(msg, hint=hint)
    return concentration


def _without_ozone(concentration: xr.DataArray) -> xr.DataArray:
    """Return the series with O3 at 0, so that the others alone make the index."""
    others = concentration.sel(species=[s for s in SPECIES if s in concentration["species"].values])
    others = others.where(others["species"] != OZONE, 0.0)
    if OZONE in others["species"].values:
        return others
    ozone = xr.zeros_like(others.isel(species=[0])).assign_coords(species=[OZONE])
    ozone = ozone.fillna(0.0)
    if "unit" in others.coords:
        ozone = ozone.assign_coords(unit=("species", [aqi.UNITS[OZONE]]))
    return xr.concat([others, ozone], "species")


def _limited(limited: xr.DataArray, good: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the days limited by O3 (place, season), none more than the days good in the others."""
    require_known(SEASONS, limited["season"].values, "season of the days limited by O3")
    labels = {"place": places, "season": list(SEASONS)}
    full = xr.DataArray(good, labels, tuple(labels))
    given = limited.sel(season=list(SEASONS)).broadcast_like(full).transpose("place", "season")
    days = given.to_numpy().astype(float)
    bad = ~((days >= 0) & (days <= good))
    if bad.any():
        place, season = (int(i[0]) for i in np.nonzero(bad))
        msg = f"days limited by O3 in {list(SEASONS)[season]} of {places[place]} do not fit"
        allowed = [f"0 to {good[place, season]:g}, the days that are good in all others"]
        hint = "count only days on which no other pollutant is above AQI 100"
        raise InputError(msg, value=float(days[place, season]), allowed=allowed, hint=hint)
    return days


def _judge(concentration: xr.DataArray, standards: Standards, standard: str | None) -> Numbers:
    """Return grade, counted, good, heavy and good in all but O3 of (..., place, day)."""
    flat = concentration.transpose(..., "day", "species")
    kept = {k: flat.coords[k] for k in ("day", "species", "unit") if k in flat.coords}
    rows = flat.to_numpy().reshape(-1, *flat.shape[-2:])
    coords = {"place": np.arange(len(rows)), **kept}
    table = xr.DataArray(rows, coords, ("place", "day", "species"))
    found = aqi.daily(table, standards, standard=standard)
    good_to, heavy_above = _borders(concentration["day"].to_numpy(), standards, standard)
    counted = found["complete"].to_numpy()
    top = found["at_least"].to_numpy()
    others = found["iaqi"].sel(species=list(MODELLED)).to_numpy().max(axis=-1)
    fields = {
        "grade": found["grade"].to_numpy(),
        "counted": counted,
        "good": counted & (top <= good_to),
        "heavy": counted & (top > heavy_above),
        "others_good": counted & (others <= good_to),
    }
    return {name: values.reshape(flat.shape[:-1]) for name, values in fields.items()}


def _borders(
    days: np.ndarray, standards: Standards, standard: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return, by day, the largest AQI of a good day and the AQI above which a day is heavy."""
    borders = np.empty((2, days.size))
    for part, tables in aqi.stretches(days, standards, standard):
        borders[:, part] = [[tables.rule("good_to")], [tables.rule("heavy_above")]]
    return borders[0], borders[1]
