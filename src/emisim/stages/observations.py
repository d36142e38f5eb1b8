"""Tables of observed air quality: their flags by rule, and the values in one tidy table."""

import logging
from collections.abc import Sequence
from functools import partial

import pandas as pd
import xarray as xr

from emisim import observations, output
from emisim.errors import InputError
from emisim.messages import language, say
from emisim.observations.cube import time_dimension

log = logging.getLogger(__name__)
DECIMALS = "%.6g"


def run(
    *,
    file: Sequence[str],
    rules: str,
    units: Sequence[str] = (),
    places: Sequence[str] | None = None,
    species: str | None = None,
    averaging: str | None = None,
    out: str | None = None,
) -> None:
    """Print the flags of the tables ``file``; write the values to ``out`` (CSV), if wanted."""
    concentration, report = observations.read(
        list(file),
        rules=observations.read_rules(rules),
        units=_units(units),
        places=places,
        species=species,
        averaging=averaging,
    )
    print(told(concentration, report))
    if out is not None:
        with output.atomic(out) as path:
            table = tidy(concentration)
            table.to_csv(path, index=False, float_format=DECIMALS, encoding="utf-8")
        log.info("%s: %d values", out, len(table))


def told(concentration: xr.DataArray, report: pd.DataFrame) -> str:
    """Return the report as text: what was read, then a line per rule with the first case."""
    spoken = partial(say, lang=language())
    time = time_dimension(concentration)
    span = pd.DatetimeIndex(concentration[time].values)
    what = (
        f"{concentration.sizes['place']} places, {concentration.sizes[time]} {time}s from"
        f" {span[0]:%Y-%m-%d} to {span[-1]:%Y-%m-%d}, {int(concentration.notnull().sum())} values,"
        f" conditions: {concentration.attrs['conditions']}"
    )
    lines = [spoken(what)]
    for row in report.to_dict("records"):
        rule = f"{row['count']:>8}  {spoken(row['rule'])} ({spoken(row['action'])})"
        lines.append(rule + (f": {spoken(row['detail'])}" if row["detail"] else ""))
        lines.append(f"{'':10}{spoken(f'first: {_first(row)}')}")
    if report.empty:
        lines.append(spoken("no flags"))
    return "\n".join(lines)


def _first(row: dict) -> str:  # type: ignore[type-arg]
    """Return where a rule is broken first."""
    parts = [row["first_place"], row["first_species"]]
    if pd.notna(row["first_time"]):
        stamp = pd.Timestamp(row["first_time"])
        parts.insert(1, f"{stamp:%Y-%m-%d %H:%M}" if stamp.hour else f"{stamp:%Y-%m-%d}")
    if pd.notna(row["first_value"]):
        parts.append(f"{row['first_value']:g}")
    if pd.notna(row["first_line"]):
        parts.append(f"({row['first_file']}, line {row['first_line']})")
    return " ".join(part for part in parts if part) or "the table"


def tidy(concentration: xr.DataArray) -> pd.DataFrame:
    """Return one row per value: place, day or hour (its beginning), species, value, unit."""
    time = time_dimension(concentration)
    frame = concentration.rename("value").to_dataframe().dropna(subset="value").reset_index()
    return frame[["place", time, "species", "value", "unit"]]


def _units(said: Sequence[str]) -> dict[str, str]:
    """Return units by pollutant from words such as ``CO=ug/m3``."""
    pairs = [word.partition("=") for word in said]
    wrong = [
        word for word, (_, sign, unit) in zip(said, pairs, strict=True) if not sign or not unit
    ]
    if wrong:
        msg = "not a pollutant and its unit"
        raise InputError(msg, value=wrong[0], allowed=["CO=ug/m3", "PM2.5=mg/m3"])
    return {species: unit for species, _, unit in pairs}
