"""Air quality index of days and hours, each by the standard in force at its time."""

import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import xarray as xr

from emisim.errors import InputError, require_known
from emisim.indices.standards import SPECIES, InForce, Standards

UNITS = {s: "mg/m3" if s == "CO" else "ug/m3" for s in SPECIES}
DAILY = {s: "8h" if s == "O3" else "24h" for s in SPECIES}
HOURLY = dict.fromkeys(SPECIES, "1h")
NO_GRADE = 0


@dataclass(frozen=True)
class Scale:
    """IAQI at every rounded concentration of one pollutant: a table, so that it is exact.

    ``per_unit`` rounded steps make one unit of concentration; the last two entries are the IAQI
    beyond the last breakpoint and that of a missing value (NaN).
    """

    iaqi: np.ndarray
    per_unit: float
    noise_digits: int

    def codes(self, values: np.ndarray) -> np.ndarray:
        """Return the table place of each concentration, rounded half to even (GB/T 8170)."""
        steps = np.round(values * self.per_unit, self.noise_digits)
        np.rint(steps, out=steps)
        np.minimum(steps, self.iaqi.size - 2, out=steps)
        steps[np.isnan(steps)] = self.iaqi.size - 1
        return steps.astype(np.int32)

    def beyond(self, codes: np.ndarray) -> np.ndarray:
        """Tell which concentrations lie above the last breakpoint."""
        return codes == self.iaqi.size - 2


@lru_cache(maxsize=64)
def scale(tables: InForce, species: str, averaging: str) -> Scale:
    """Return the IAQI table of one pollutant and averaging time (``24h``, ``8h``, ``1h``)."""
    hourly_as_daily = tables.has("hourly_uses_daily", species, averaging)
    if hourly_as_daily and tables.rule("hourly_uses_daily", species, averaging):
        averaging = "24h"
    points, indices = tables.breakpoints(species, averaging)
    per_unit = 10.0 ** tables.rule("decimals", species)
    steps = np.arange(np.rint(points[-1] * per_unit) + 1)
    at = np.clip(np.searchsorted(points * per_unit, steps, "left"), 1, None)
    rise, run = indices[at] - indices[at - 1], (points[at] - points[at - 1]) * per_unit
    inside = indices[at - 1] + np.ceil(rise * (steps - points[at - 1] * per_unit) / run)
    end = tables.rule("scale_end")
    if tables.has("beyond_last", species, averaging):
        end = tables.rule("beyond_last", species, averaging)
    table = np.concatenate([inside, [end, np.nan]]).astype(np.float32)
    return Scale(table, per_unit, int(tables.rule("noise_digits")))


def sub_index(
    values: np.ndarray | float, species: str, averaging: str, tables: InForce
) -> tuple[np.ndarray, np.ndarray]:
    """Return IAQI and whether the value lies beyond the last breakpoint, both as ``values``.

    Parameters
    ----------
    values
        Concentrations in ug/m3 (CO: mg/m3), NaN where missing.
    """
    table = scale(tables, species, averaging)
    codes = table.codes(np.atleast_1d(np.asarray(values, dtype=float)))
    shape = np.shape(values)
    return table.iaqi[codes].reshape(shape), table.beyond(codes).reshape(shape)


def daily(
    concentration: xr.DataArray,
    standards: Standards,
    *,
    standard: str | None = None,
    ozone_1h: xr.DataArray | None = None,
) -> xr.Dataset:
    """Air quality index of every day.

    Parameters
    ----------
    concentration
        (place, day, species): daily means in ug/m3 (CO mg/m3), O3 the daily maximum of the 8 h
        means; NaN where missing. Days ascend and are unique.
    standard
        Name of one AQI standard to use on every day; without it, the one in force that day.
    ozone_1h
        (place, day): daily maximum 1 h of O3 in ug/m3, an item of the daily report of HJ 633-2012.

    Returns
    -------
    Dataset
        ``iaqi`` (place, day, species), NaN where missing; ``above_scale`` likewise, true beyond
        the last breakpoint; ``aqi`` (place, day), NaN unless all six pollutants are there;
        ``at_least``, the largest IAQI of those that are; ``primary`` (place, day, species);
        ``grade`` 1 to 6, 0 without an AQI; ``complete`` (place, day).

    Raises
    ------
    InputError
        If dimensions, labels, units, order of days or a value (negative, infinite) are wrong.
    """
    return _indices(concentration, standards, standard, DAILY, ("O3", "1h", ozone_1h))


def hourly(
    concentration: xr.DataArray,
    standards: Standards,
    *,
    standard: str | None = None,
    sulphur_24h: xr.DataArray | None = None,
) -> xr.Dataset:
    """Air quality index of every hour; see :func:`daily`, with ``hour`` for ``day``.

    Parameters
    ----------
    concentration
        (place, hour, species): hourly means in ug/m3 (CO mg/m3).
    sulphur_24h
        (place, hour): 24 h mean of SO2 in ug/m3, which decides above 800 ug/m3 by HJ 633-2012.
    """
    return _indices(concentration, standards, standard, HOURLY, ("SO2", "24h", sulphur_24h))


Other = tuple[str, str, xr.DataArray | None]
"""Pollutant, other averaging time and its values: decides beyond the last breakpoint."""


def _indices(
    concentration: xr.DataArray,
    standards: Standards,
    standard: str | None,
    averaging: dict[str, str],
    other: Other,
) -> xr.Dataset:
    time = "day" if averaging is DAILY else "hour"
    values = checked(concentration, time)
    times = concentration[time].to_numpy()
    second = None if other[2] is None else _aligned(other[2], concentration, time)
    iaqi = np.empty(values.shape, np.float32)
    above = np.empty(values.shape, bool)
    grade = np.empty(values.shape[1:], np.int8)
    at_least = np.empty(values.shape[1:], np.float32)
    primary = np.empty(values.shape, bool)
    used = []
    for part, tables in stretches(times, standards, standard):
        here = (slice(None), part)
        for s, name in enumerate(SPECIES):
            more = second[here] if second is not None and name == other[0] else None
            _one(values[s][here], name, averaging[name], (other[1], more), tables,
                 (iaqi[s], above[s]), here)  # fmt: skip
        at_least[here] = np.fmax.reduce(iaqi[:, :, part], axis=0)
        _grades(iaqi[:, :, part], at_least[here], tables, primary[:, :, part], grade[here])
        used.append(tables.aqi_standard)
    attrs = {
        "standards": ", ".join(dict.fromkeys(used)),
        "other_averaging": int(second is not None),
    }
    return _dataset(concentration, time, (iaqi, above, primary, at_least, grade), attrs)


def _one(values, species, averaging, other, tables, out, here):  # type: ignore[no-untyped-def]
    """Write IAQI and the flag of one pollutant in one stretch of days."""
    table = scale(tables, species, averaging)
    codes = table.codes(values)
    iaqi, beyond = table.iaqi[codes], table.beyond(codes)
    if other[1] is not None:
        second, _ = sub_index(other[1], species, other[0], tables)
        if tables.rule("other_averaging_beyond", species, averaging):
            iaqi = np.where(beyond & ~np.isnan(second), second, iaqi)
        if tables.has("daily_report", species, other[0]):
            counts = bool(tables.rule("daily_report", species, other[0]))
            iaqi = np.where(counts & ~np.isnan(iaqi) & ~beyond, np.fmax(iaqi, second), iaqi)
    out[0][here], out[1][here] = iaqi, beyond


def _grades(
    iaqi: np.ndarray, top: np.ndarray, tables: InForce, primary: np.ndarray, grade: np.ndarray
) -> None:
    """Write primary pollutants and grade; both stay empty where a pollutant is missing."""
    np.logical_and(iaqi == top, top > tables.rule("primary_above"), out=primary)
    grade[...] = 1 + np.searchsorted(tables.grade_tops, np.nan_to_num(top), "left")


def _dataset(
    concentration: xr.DataArray, time: str, fields: tuple[np.ndarray, ...], attrs: dict[str, object]
) -> xr.Dataset:
    iaqi, above, primary, at_least, grade = fields
    complete = ~np.isnan(iaqi).any(axis=0)
    primary &= complete
    grade[~complete] = NO_GRADE
    full, flat = ("place", time, "species"), ("place", time)
    return xr.Dataset(
        {
            "iaqi": (full, np.moveaxis(iaqi, 0, -1)),
            "above_scale": (full, np.moveaxis(above, 0, -1)),
            "primary": (full, np.moveaxis(primary, 0, -1)),
            "aqi": (flat, np.where(complete, at_least, np.float32(np.nan))),
            "at_least": (flat, at_least),
            "grade": (flat, grade),
            "complete": (flat, complete),
        },
        {
            "place": concentration["place"].to_numpy(),
            time: concentration[time].to_numpy(),
            "species": list(SPECIES),
        },
        attrs,
    )


def stretches(
    times: np.ndarray, standards: Standards, standard: str | None = None
) -> list[tuple[slice, InForce]]:
    """Return the slices of ascending ``times`` with the same tables in force."""
    if not times.size:
        return []
    edges = np.searchsorted(times, standards.starts, "left")
    cuts = sorted({0, times.size, *edges.tolist()})
    return [(slice(a, b), standards.on(times[a], standard)) for a, b in itertools.pairwise(cuts)]


def checked(concentration: xr.DataArray, time: str = "day") -> np.ndarray:
    """Return the concentrations as (species, place, time) in the order of SPECIES.

    A pollutant that is not there is NaN everywhere.

    Raises
    ------
    InputError
        As in :func:`daily`.
    """
    dims = ("place", time, "species")
    require_known(dims, concentration.dims, f"dimension of the concentrations ({', '.join(dims)})")
    labels = [str(s) for s in concentration["species"].to_numpy()]
    require_known(labels, SPECIES, "pollutant")
    twice = sorted({name for name in labels if labels.count(name) > 1})
    if twice:
        msg = "a pollutant is given twice"
        raise InputError(msg, value=twice[0], allowed=SPECIES, hint="keep one of the two")
    _check_units(concentration, labels)
    times = concentration[time].to_numpy()
    falling = np.flatnonzero(times[1:] <= times[:-1])
    if falling.size:
        msg = f"{time}s are out of order or given twice ({falling.size} places)"
        hint = "sort them and drop the copies"
        raise InputError(msg, value=str(times[falling[0] + 1]), hint=hint)
    ordered = concentration.transpose("species", "place", time)
    if labels != list(SPECIES):
        ordered = ordered.reindex(species=list(SPECIES))
    values = np.ascontiguousarray(ordered.to_numpy(), dtype=float)
    _check_values(values, concentration, time)
    return values


def _check_units(concentration: xr.DataArray, labels: list[str]) -> None:
    if "unit" not in concentration.coords:
        return
    for name, unit in zip(labels, concentration["unit"].to_numpy(), strict=True):
        if str(unit) != UNITS[name]:
            msg = f"{name} is not in {UNITS[name]}"
            hint = "convert the observations first"
            raise InputError(msg, column="unit", value=str(unit), allowed=[UNITS[name]], hint=hint)


def _check_values(values: np.ndarray, concentration: xr.DataArray, time: str) -> None:
    lowest = np.fmin.reduce(values, axis=None, initial=0.0)
    highest = np.fmax.reduce(values, axis=None, initial=0.0)
    if lowest < 0 or np.isinf(highest):
        bad = (values < 0) | np.isinf(values)
        s, p, t = (int(i[0]) for i in np.nonzero(bad))
        place, when = concentration["place"].to_numpy()[p], concentration[time].to_numpy()[t]
        msg = f"{int(bad.sum())} concentrations are negative or infinite; first: {SPECIES[s]} of "
        msg += f"{place} on {np.datetime_as_string(when, 'h' if time == 'hour' else 'D')}"
        hint = "flag such values as missing (NaN) when the observations are read"
        raise InputError(msg, value=float(values[s, p, t]), allowed=[">= 0", "NaN"], hint=hint)


def _aligned(extra: xr.DataArray, concentration: xr.DataArray, time: str) -> np.ndarray:
    """Return (place, time) values at the places and times of the concentrations."""
    both = extra.reindex({d: concentration[d] for d in ("place", time)}).transpose("place", time)
    values = both.to_numpy().astype(float)
    _check_values(values[None], concentration, time)
    return values
