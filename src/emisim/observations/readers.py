"""Daily and hourly tables of air quality to the common form, with a report of all that is odd."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import xarray as xr

from emisim.errors import require_known
from emisim.observations import cleaning, cube, screening
from emisim.observations.collecting import Options, collect
from emisim.observations.conditions import STATES, published
from emisim.observations.files import paths
from emisim.observations.rules import Rules, read_rules

LABELS = ("end", "beginning")


class Observations(NamedTuple):
    """Concentrations in the common form and the report of the flags (see :func:`report`).

    ``concentration`` (place, day or hour, species): ug/m3, CO mg/m3, NaN missing, time without
    gaps; coordinates ``unit`` (species) and ``city`` (place); attributes ``averaging``,
    ``conditions``, ``source``.
    """

    concentration: xr.DataArray
    report: pd.DataFrame


def read(
    path: str | Path | Sequence[str | Path],
    *,
    rules: Rules | None = None,
    averaging: str | None = None,
    hour_label: str | None = None,
    units: Mapping[str, str] | None = None,
    species: str | None = None,
    places: Collection[str] | None = None,
    place: str | None = None,
    conditions: str | None = None,
) -> Observations:
    """Read tables of air quality; hours are labelled by their beginning in what is returned.

    Parameters
    ----------
    path
        A table, several, or a folder of them (the platform's archive has one per day).
    rules
        Default: ``inputs/standards/observation_rules.csv``.
    averaging
        ``"daily"`` or ``"hourly"``; default: hourly if any line names an hour other than 0.
    hour_label
        Whether an hour is printed at its ``"end"`` (as the platform does) or ``"beginning"``;
        default by the rules.
    units
        Unit by pollutant, where the table has none or a wrong one.
    species, place, places
        The only pollutant or place of a table that does not name it; places to keep (default all).
    conditions
        One of :data:`emisim.observations.conditions.STATES`; default by the date.

    Raises
    ------
    InputError
        Naming file, line, column, bad value and good values, where a table cannot be used.
    """
    rules = read_rules() if rules is None else rules
    _require(averaging, hour_label, conditions)
    said: Options = {"species": species, "places": places, "place": place}
    values, flags = collect(paths(path), said, units or {}, rules)
    step = averaging or _averaging(values)
    values = cleaning.select(values, step, flags)
    values["time"] = _beginning(values["time"], step, hour_label, rules)
    cleaning.order(values, flags)
    cleaning.impossible(values, rules, flags, known=frozenset(units or ()))
    array, lines = cube.build(cleaning.single(values, flags), step)
    files = ", ".join(p.name for p in flags.lines.files)
    array.attrs |= {"conditions": conditions or published(array, rules), "source": files}
    array = screening.screen(array, rules, flags, lines)
    return Observations(array, flags.frame())


def report(concentration: xr.DataArray, rules: Rules | None = None) -> pd.DataFrame:
    """Return the flags of observations in the common form: a row per rule that they break.

    Columns: ``rule``, ``count``, ``action`` (kept, made missing, left out), ``first_place``,
    ``first_time``, ``first_species``, ``first_value``, ``first_file``, ``first_line``, ``detail``.
    """
    flags = screening.Flags()
    screening.screen(concentration, read_rules() if rules is None else rules, flags)
    return flags.frame()


def _require(averaging: str | None, hour_label: str | None, conditions: str | None) -> None:
    """Raise at an option of an unknown value."""
    require_known([averaging or "daily"], cube.STEPS, "averaging")
    require_known([hour_label or "end"], LABELS, "hour_label")
    require_known([conditions or "actual"], STATES, "conditions")


def _averaging(values: pd.DataFrame) -> str:
    """Return "hourly" where a line names an hour other than 0."""
    time = values["time"]
    return "hourly" if (values["clock"] & (time != time.dt.floor("D"))).any() else "daily"


def _beginning(time: pd.Series, step: str, label: str | None, rules: Rules) -> pd.Series:
    """Return the day, or the beginning of the hour."""
    if step == "daily":
        return time.dt.floor("D")
    shift = rules.value("hour_label_offset", "h", averaging="hourly")
    if label is not None:
        shift = 1.0 if label == "end" else 0.0
    return time - pd.to_timedelta(shift, "h")
