"""Concentrations that the targets of a plan speak of, and the levels that they ask for."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.figures.findings import Findings
from emisim.figures.language import say
from emisim.figures.waterfall import Goal

ALWAYS = "PM2.5"
LEVEL, CHANGE = "concentration", "concentration_change"
YEAR = ("year", "")
"""Period of a target that an annual mean is held against."""


def of_concentration(verdict: pd.DataFrame) -> pd.DataFrame:
    """Return the verdict's rows of targets for annual means, one per target."""
    rows = verdict[verdict["metric"].isin([LEVEL, CHANGE])].drop_duplicates("target")
    if "period" in rows:
        rows = rows[rows["period"].isin(YEAR)]
    return rows[rows["target_value"].notna()]


def species(verdict: pd.DataFrame) -> tuple[str, ...]:
    """Return PM2.5 and the species that the plan sets goals for."""
    return tuple(dict.fromkeys([ALWAYS, *of_concentration(verdict)["species"]]))


def level(verdict: pd.DataFrame, name: str, area: str, lang: str) -> Goal | None:
    """Return the strictest binding goal of a species in an area, ug/m3; None if there is none."""
    rows = of_concentration(verdict)
    rows = rows[(rows["species"] == name) & (rows["area"] == area)]
    rows = rows[rows["verdict"].isin(["met", "not met"])]
    if rows.empty:
        return None
    asked = [_level(row) for _, row in rows.iterrows()]
    return Goal(min(asked), say("waterfall.goal", lang))


def _level(row: pd.Series) -> float:
    if row["metric"] == LEVEL:
        return float(row["target_value"]) * units.factor(row["unit"], "ug/m3")
    part = float(row["target_value"]) * units.factor(row["unit"], "fraction")
    return float(row["base_value"]) * (1 + part) * units.factor(row["base_unit"], "ug/m3")


def levels(by_area: xr.DataArray, name: str, area: str) -> dict[str, float]:
    """Return scenario -> annual mean (ug/m3) of a species in an area, where it is known."""
    if name not in by_area["species"].values or area not in by_area["area"].values:
        return {}
    found = by_area.sel(species=name, area=area)
    pairs = zip(found["scenario"].values.tolist(), found.values.tolist(), strict=True)
    return {scenario: value for scenario, value in pairs if np.isfinite(value)}


def at_place(findings: Findings, name: str) -> xr.DataArray:
    """Return (scenario, place) of a species at the monitors, by area where there are none."""
    at = findings.at_monitors
    if at is not None and at.sizes.get("station", 0):
        return at.sel(species=name, drop=True).rename(station="place")
    return findings.by_area.sel(species=name, area=["city"], drop=True).rename(area="place")
