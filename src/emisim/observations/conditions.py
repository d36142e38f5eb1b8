"""The state of the air that concentrations refer to, by pollutant and date.

c2 / c1 = (p2 / p1) (T1 / T2): the same mass in the volume that the air takes at T2 and p2.

Until the amendment of GB 3095-2012 all concentrations were given for 273.15 K and 1013.25 hPa
("standard"); since 2018-09-01 gases are given for 298.15 K and 1013.25 hPa and particles as they
are in the air ("reference"). "actual" is the air at the monitor for all of them. A series that
crosses the day is "published": standard before it, reference from it on.
"""

import numpy as np
import xarray as xr

from emisim.errors import InputError, require_known
from emisim.observations.cube import time_dimension
from emisim.observations.rules import Rules, read_rules
from emisim.observations.terms import GASES

STATES = ("actual", "standard", "reference", "published")
Number = float | xr.DataArray


def published(concentration: xr.DataArray, rules: Rules) -> str:
    """Return the state in which concentrations of these dates were published."""
    time = concentration[time_dimension(concentration)].values
    new = time >= rules.since("reference_temperature")
    return "reference" if new.all() else "published" if new.any() else "standard"


def convert(
    concentration: xr.DataArray,
    to: str,
    temperature: Number | None = None,
    pressure: Number | None = None,
    rules: Rules | None = None,
) -> xr.DataArray:
    """Return concentrations for another state of the air.

    Parameters
    ----------
    concentration
        Common form; ``attrs["conditions"]`` says the state that it is in.
    to
        One of :data:`STATES`.
    temperature, pressure
        K and hPa at the monitor: numbers, or arrays over place and time; needed only where a
        value goes to or from actual conditions.

    Raises
    ------
    InputError
        If the state is unknown or not given, or temperature or pressure is needed and missing,
        or not in K and hPa.
    """
    rules = read_rules() if rules is None else rules
    require_known([to], STATES, "state of the air", hint="say to='reference'")
    now = concentration.attrs.get("conditions", "")
    require_known([now], STATES, "attribute conditions", hint="say in which state they are")
    air = _ambient(temperature, pressure, rules)
    before, after = (_volume(concentration, state, air, rules) for state in (now, to))
    ratio = xr.where(before.isnull() & after.isnull(), 1.0, before / after)
    _require_air(ratio.isnull() & concentration.notnull(), now, to)
    out = (concentration * ratio).transpose(*concentration.dims)
    return out.assign_attrs({**concentration.attrs, "conditions": to}).rename(concentration.name)


def _volume(c: xr.DataArray, state: str, air: Number, rules: Rules) -> xr.DataArray:
    """Return T/p (K/hPa) of ``state`` by time and species, NaN where ambient air is unknown."""
    dimension = time_dimension(c)
    time, gas = c[dimension], c["species"].isin(GASES)
    standard, reference = (
        rules.value(f"{name}_temperature", "K") / rules.value(f"{name}_pressure", "hPa")
        for name in ("standard", "reference")
    )
    if state == "actual":
        return xr.ones_like(c) * air
    if state == "standard":
        return xr.full_like(c, standard)
    new = xr.where(gas, reference, air)
    if state == "reference":
        return xr.ones_like(c) * new
    return xr.where(
        time >= rules.since("reference_temperature").astype("datetime64[ns]"), new, standard
    )


def _ambient(temperature: Number | None, pressure: Number | None, rules: Rules) -> Number:
    """Return T/p (K/hPa) at the monitor, NaN where unknown."""
    for name, given, unit in (("temperature", temperature, "K"), ("pressure", pressure, "hPa")):
        if given is None:
            continue
        low, high = (rules.value(f"{end}_{name}", unit) for end in ("lowest", "highest"))
        value = np.asarray(given, dtype=float)
        if ((value < low) | (value > high)).any():
            bad = float(value[(value < low) | (value > high)].flat[0])
            msg = f"the {name} of the air is not in {unit}"
            raise InputError(msg, value=bad, allowed=[f"{low:g} to {high:g} {unit}"])
    if temperature is None or pressure is None:
        return float("nan")
    return temperature / pressure


def _require_air(lost: xr.DataArray, now: str, to: str) -> None:
    """Raise where a value could not be converted without the state of the ambient air."""
    if lost.any():
        names = lost["species"].values[lost.any([d for d in lost.dims if d != "species"]).values]
        msg = f"{', '.join(names)} from {now} to {to} needs temperature (K) and pressure (hPa)"
        hint = "give both, as numbers or by place and day"
        raise InputError(msg, value=to, hint=hint)
