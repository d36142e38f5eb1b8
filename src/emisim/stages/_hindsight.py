"""What was forecast and what came: this plan as it computes now, the others as recorded."""

from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from emisim.city import CitySettings
from emisim.csvtable import VALUE, Column, read_table
from emisim.hindcast import effects, records, separation, study
from emisim.hindcast.study import Tables
from emisim.plan_model import Plan
from emisim.report.material import Hindsight
from emisim.tables import check_sources

FORECASTS = (
    *(Column(name) for name in ("plan", "city", "city_zh")),
    *(Column(name, number=True, minimum=1900) for name in ("base_year", "year")),
    Column("species", allowed=records.SPECIES),
    *VALUE,
)
COLUMNS = (
    *("plan", "place_en", "place_zh", "year", "species"),
    *("forecast", "forecast_low", "forecast_high", "came", "came_low", "came_high", "status"),
)
ENDS = ("", "_low", "_high")


def read(plan: Plan, settings: CitySettings, air: xr.Dataset, inputs: Path) -> Hindsight | None:
    """Return forecasts and outcomes of this plan and of those on record; None without tables.

    Raises
    ------
    InputError
        For faults of the tables in ``inputs/hindcast``.
    """
    if not (inputs / "hindcast").is_dir():
        return None
    found = study.read_tables(inputs)
    path = inputs / "hindcast" / "forecasts.csv"
    recorded = read_table(path, FORECASTS, key=("plan", "species"))
    check_sources(recorded, found.sources, path)
    rows = own(plan, settings, air, found)
    for row in recorded[recorded["plan"] != plan.id].to_dict("records"):
        place = {"place_en": row["city"], "place_zh": row["city_zh"]}
        years = int(row["base_year"]), int(row["year"])
        forecast = (row["value"], row["low"], row["high"])
        key = {"plan": row["plan"], "species": row["species"], **place}
        rows += _row(key, found, row["city"], years, forecast)
    remarks = found.remarks[found.remarks["plan"] == plan.id]["remark"].tolist()
    return Hindsight(pd.DataFrame(rows, columns=list(COLUMNS)), remarks)


def own(plan: Plan, settings: CitySettings, air: xr.Dataset, found: Tables) -> list[dict[str, Any]]:
    """Return the rows of this plan: one per species of which the outcome is known."""
    rows = []
    years, place = (plan.base_year, plan.year), settings.name
    for species in records.SPECIES:
        if study.observed_change(found, place, years, species) is None or not _whole(air, species):
            continue
        parts = study.ahead(found, effects.of(air, found.air, species, years[0]), species)
        forecast = separation.together("forecast", parts).percent
        key = {"plan": plan.id, "species": species}
        key |= {"place_en": settings.name, "place_zh": settings.name_zh}
        rows += _row(key, found, place, years, forecast)
    return rows


def _whole(air: xr.Dataset, species: str) -> bool:
    """Return whether the concentrations hold every scenario of a species."""
    known = set(air["scenario"].values.tolist()) >= set(effects.NEEDED)
    return known and species in air["species"].values


def _row(
    key: dict[str, Any],
    found: Tables,
    city: str,
    years: tuple[int, int],
    forecast: tuple[float, float, float],
) -> list[dict[str, Any]]:
    """Return the row of one species, none where the outcome isn't known."""
    species = key["species"]
    came = study.observed_change(found, city, years, species)
    if came is None:
        return []
    ends = [records.outcome(found.outcomes, city, year, species) for year in years]
    status = [str(end["status"]) for end in ends if end is not None]
    weaker = next((s for s in status if s != "reported"), status[0])
    told = {f"forecast{end}": value for end, value in zip(ENDS, forecast, strict=True)}
    told |= {f"came{end}": value for end, value in zip(ENDS, came.percent, strict=True)}
    return [{**key, "year": years[1], **told, "status": weaker}]
