"""Sulfate, nitrate and ammonium together: totals, partition, and deposition that follows it.

In a season and period (day, night) p the totals of sulfate, nitrate (TN: gas and particle) and
ammonia (TA) are

    T'_p = T [ b n + (1 - b) (L'_p / f_p) / L ]

with T the base total of the season, b the background's share, n what the neighbours do to it,
L'_p the modelled local contribution of the hours of the period (share f_p), and L its base value
over both. Sulfate's T is observed. TA's is the observed particles' ammonium and an assumed gas
part. TN's is the one whose particulate part, at the temperature and humidity of the periods, is
the observed nitrate. Gas deposits faster than particles, so that L of TN and TA depends on the
gas share, and that on L: a few Picard passes settle it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from emisim.chemistry.partition import partition
from emisim.chemistry.species import molar_mass
from emisim.errors import InputError
from emisim.tables import Parameters

Floats = NDArray[np.float64]
TOTALS = ("SO4", "TN", "TA")
LOCAL = ("SO4", "TN@low", "TN@high", "TA@low", "TA@high")
"""Modelled components that the partition takes."""


@dataclass(frozen=True)
class Conditions:
    """Air of each season and period: ``temperature`` K, ``humidity`` 0..1, ``hours`` share of the
    season's hours (season, period); ``gas_node`` the gas share of TN and TA at the nodes (node);
    ``chemistry`` and ``numerics``: ``chemistry.csv`` and ``air.csv``.
    """

    temperature: xr.DataArray
    humidity: xr.DataArray
    hours: xr.DataArray
    gas_node: xr.DataArray
    chemistry: Parameters
    numerics: Parameters

    @property
    def passes(self) -> int:
        """How often gas share and local contribution are brought together."""
        return int(self.numerics.value("passes", "fraction", process="picard"))


@dataclass(frozen=True)
class Base:
    """The base that scenarios are held against, all by (season, ..., point).

    ``total``: T by name; ``share``: b by name; ``local``: L by name; ``nitrate``, ``ammonium``:
    partitioned particulate means, ug/m3.
    """

    total: dict[str, xr.DataArray]
    share: dict[str, xr.DataArray]
    local: dict[str, xr.DataArray]
    nitrate: xr.DataArray
    ammonium: xr.DataArray

    def at(self, **labels: str) -> "Base":
        """Return the base at labels of ``way`` and ``point``, without these dimensions."""

        def pick(value: xr.DataArray) -> xr.DataArray:
            return value.sel({d: n for d, n in labels.items() if d in value.dims}, drop=True)

        total, share, local = (
            {n: pick(v) for n, v in part.items()} for part in (self.total, self.share, self.local)
        )
        return Base(total, share, local, pick(self.nitrate), pick(self.ammonium))


def at_gas_share(local: xr.DataArray, name: str, gas: xr.DataArray,
                 nodes: xr.DataArray) -> xr.DataArray:  # fmt: skip
    """Return L of TN or TA at a gas share, from its values at the two nodes.

    1/L is linear in the gas share: what is removed by deposition is proportional to it, and what
    leaves with the wind does not depend on it.
    """
    low, high = (local.sel(component=f"{name}@{n}", drop=True) for n in ("low", "high"))
    first, second = (float(nodes.sel(node=n)) for n in ("low", "high"))
    return xr.apply_ufunc(_between, low, high, (gas - first) / (second - first))


def _between(low: Floats, high: Floats, weight: Floats) -> Floats:
    some = (low > 0) & (high > 0)
    inverse = (1 - weight) / np.where(some, low, 1) + weight / np.where(some, high, 1)
    return np.where(some, 1 / np.maximum(inverse, np.finfo(float).tiny), low)


def at_nodes(local: xr.DataArray, given: xr.DataArray, wanted: xr.DataArray) -> xr.DataArray:
    """Return L (..., component, ...) whose TN and TA stand at other gas shares (node,)."""
    if (given == wanted).all():
        return local
    moved = {
        f"{name}@{node}": at_gas_share(local, name, wanted.sel(node=node, drop=True), given)
        for name in ("TN", "TA")
        for node in wanted["node"].values
    }
    parts = [
        moved.get(str(n), local.sel(component=n, drop=True)) for n in local["component"].values
    ]
    return xr.concat(parts, local["component"]).transpose(*local.dims)


def totals(base: Base, local: Mapping[str, xr.DataArray],
           hours: xr.DataArray) -> dict[str, xr.DataArray]:  # fmt: skip
    """Return the base's totals T_p (..., season, period, point), ug/m3, by name."""
    return {
        n: xr.apply_ufunc(
            _total, base.total[n], base.share[n], 1.0, local[n] / hours, base.local[n]
        )
        for n in TOTALS
    }


def _total(total: Floats, share: Floats, neighbours: float, local: Floats,
           before: Floats) -> Floats:  # fmt: skip
    own, rest = _split(total, share, neighbours, local, before)
    return own + rest


def _split(total: Floats, share: Floats, neighbours: float, local: Floats,
           before: Floats) -> tuple[Floats, Floats]:  # fmt: skip
    """Return what the domain's emissions make of a total, and the rest; held where none are."""
    known = before > 0
    own = np.where(known, total * (1 - share) * local / np.where(known, before, 1), 0.0)
    return own, total * np.where(known, share * neighbours, share * neighbours + (1 - share))


def _gas(total: Floats, particulate: Floats) -> Floats:
    some = total > 0
    return np.where(some, np.clip(1 - particulate / np.where(some, total, 1), 0, 1), 0.0)


def particles(total: Mapping[str, xr.DataArray], air: Conditions) -> dict[str, xr.DataArray]:
    """Return particulate ``nitrate`` and gas shares ``TN``, ``TA``, by period."""
    arrays = xr.broadcast(air.temperature, air.humidity, *(total[n] for n in TOTALS))
    values = [a.values for a in arrays]
    found = partition(*values, air.chemistry)
    parts = {
        "nitrate": found.particulate_nitrate,
        "TN": _gas(values[3], found.particulate_nitrate),
        "TA": _gas(values[4], found.particulate_ammonium),
    }
    return {n: arrays[0].copy(data=np.asarray(v, float)) for n, v in parts.items()}


def respond(base: Base, local: xr.DataArray, air: Conditions,
            neighbours: Mapping[str, float]) -> dict[str, xr.DataArray]:  # fmt: skip
    """Return particulate nitrate and ammonium of scenarios (..., season, point), ug/m3.

    ``nitrate_own`` and ``ammonium_own`` are the parts of them that are due to the domain's own
    emissions: in a period, the domain's part of TN or TA.

    Parameters
    ----------
    base
        Of :func:`anchor`.
    local
        (..., season, component, period, point), ug/m3.
    air
        Temperature, humidity, tables.
    neighbours
        Factor on the background of SO4, TN, TA.
    """
    given = [local.sel(component=n, drop=True) for n in LOCAL]
    known = [part[n] for part in (base.total, base.share, base.local) for n in TOTALS]
    fields = xr.broadcast(*given, *known, air.temperature, air.humidity, air.hours)
    values = [f.values for f in fields]
    so4, tn, ta = values[0], values[1:3], values[3:5]
    total, share, before = values[5:8], values[8:11], values[11:14]
    temperature, humidity, hours = values[14:]
    first, second = air.gas_node.sel(node=["low", "high"]).values
    gas = [np.full(so4.shape, (first + second) / 2)] * 2
    factor = [neighbours.get(n, 1.0) for n in TOTALS]
    for _ in range(air.passes):
        weight = [(g - first) / (second - first) for g in gas]
        now = (so4, _between(*tn, weight[0]), _between(*ta, weight[1]))
        terms = zip(total, share, factor, now, before, strict=True)
        split = [_split(t, b, n, part / hours, held) for t, b, n, part, held in terms]
        made = [own + rest for own, rest in split]
        found = partition(temperature, humidity, *made, air.chemistry)
        ions = found.particulate_nitrate, found.particulate_ammonium
        gas = [_gas(t, i) for t, i in zip(made[1:], ions, strict=True)]
    like, out = fields[0], {}
    for name, ion, (own, rest) in zip(("nitrate", "ammonium"), ions, split[1:], strict=True):
        part = own / np.where(own + rest > 0, own + rest, 1)
        for key, data in ((name, ion), (f"{name}_own", ion * part)):
            out[key] = (like.copy(data=data) * air.hours).sum("period")
    return out


def _local_parts(local: xr.DataArray, gas: Mapping[str, xr.DataArray],
                 air: Conditions) -> dict[str, xr.DataArray]:  # fmt: skip
    parts = {n: at_gas_share(local, n, gas[n], air.gas_node) for n in ("TN", "TA")}
    return {"SO4": local.sel(component="SO4", drop=True), **parts}


def anchor(observed: Mapping[str, xr.DataArray], gas_ammonia: xr.DataArray,
           share: Mapping[str, xr.DataArray], local: xr.DataArray,
           air: Conditions) -> Base:  # fmt: skip
    """Return the base whose partition gives the observed nitrate.

    Parameters
    ----------
    observed
        ``SO4``, ``NO3`` (season, point), ug/m3.
    gas_ammonia
        Ammonia gas of the base, as NH4 (season,), ug/m3.
    share
        Background share of SO4, TN, TA (season, point).
    local
        Base local contributions (season, component, period, point).
    air
        As :func:`respond`.

    Raises
    ------
    InputError
        If no total makes the observed nitrate particulate.
    """
    mass = {n: molar_mass(n, air.chemistry) for n in ("SO4", "NO3", "NH4")}
    bound = mass["NH4"] * (2 * observed["SO4"] / mass["SO4"] + observed["NO3"] / mass["NO3"])
    total = {"SO4": observed["SO4"], "TA": bound + gas_ammonia, "TN": observed["NO3"]}
    gas = dict.fromkeys(("TN", "TA"), air.gas_node.mean("node") + 0 * air.hours)
    reach = np.log(air.numerics.value("total_nitrate_limit", "fraction", process="anchor"))
    for _ in range(air.passes):
        parts = _local_parts(local, gas, air)
        means = {n: parts[n].sum("period") for n in TOTALS}
        trial = Base(total, dict(share), means, bound, bound)
        total["TN"] = _solve_nitrate(trial, parts, observed["NO3"], air, reach)
        trial = Base(total, dict(share), means, bound, bound)
        found = particles(totals(trial, parts, air.hours), air)
        gas = {name: found[name] for name in ("TN", "TA")}
        reach = air.numerics.value("later_reach", "fraction", process="anchor")
    _require_reached(found["nitrate"], observed["NO3"], air)
    held = respond(trial, local, air, {})
    return Base(total, dict(share), means, held["nitrate"], held["ammonium"])


def _solve_nitrate(trial: Base, parts: Mapping[str, xr.DataArray], wanted: xr.DataArray,
                   air: Conditions, reach: float) -> xr.DataArray:  # fmt: skip
    """Return the total TN (..., season, point) whose mean particulate part is ``wanted``.

    Halving of an interval in the logarithm, ``reach`` wide above the present total (and, where
    that is no longer the observed one, below it).
    """
    unit = Base({**trial.total, "TN": xr.ones_like(wanted)}, trial.share, trial.local, wanted,
                wanted)  # fmt: skip
    per_total = totals(unit, parts, air.hours)
    fields = xr.broadcast(
        air.temperature, air.humidity, *(per_total[n] for n in TOTALS), air.hours, wanted,
        trial.total["TN"],
    )  # fmt: skip
    axis = fields[0].dims.index("period")
    t, rh, so4, tn, ta, hours, aim, first = (f.values for f in fields)
    low, high = (np.log(np.where(first > 0, first, 1)) + sign * reach for sign in (-1, 1))
    low = np.maximum(low, np.log(np.where(aim > 0, aim, 1)))
    for _ in range(int(air.numerics.value("bisections", "fraction", process="anchor"))):
        middle = (low + high) / 2
        found = partition(t, rh, so4, np.exp(middle) * tn, ta, air.chemistry).particulate_nitrate
        enough = (found * hours).sum(axis=axis, keepdims=True) >= aim
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    level = np.where(aim > 0, np.exp((low + high) / 2), 0)
    return fields[0].copy(data=level).isel(period=0, drop=True)


def _require_reached(nitrate: xr.DataArray, wanted: xr.DataArray, air: Conditions) -> None:
    slack = air.numerics.value("tolerance", "fraction", process="anchor")
    short = xr.dot(nitrate, air.hours, dim="period") < wanted * (1 - slack)
    if bool(short.any()):
        first = np.argwhere(short.values)[0]
        at = {str(d): str(short[d].values[i]) for d, i in zip(short.dims, first, strict=True)}
        msg = "the observed nitrate does not stay in particles at this temperature and humidity"
        hint = "raise gas_ammonia in composition.csv, or lower the share of NO3 there"
        raise InputError(msg, file="composition.csv", value=at, hint=hint)
