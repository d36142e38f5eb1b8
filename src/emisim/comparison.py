"""Plans side by side: every verdict in one table, every total in another, and what plans change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.errors import require_known
from emisim.target_model import CITY
from emisim.vocabulary import OUTSIDE

BASE, REFERENCE = "base", "reference"
EMISSION, CONCENTRATION = "emission", "concentration"
WORDS = ("met", "not met", "not computable")
VERDICTS = (
    *("city", "plan", "target", "clause", "name_en", "name_zh", "scenario", "base_value"),
    *("base_unit", "value", "value_low", "value_high", "target_value", "unit", "margin"),
    *("verdict", "verdict_zh", "conditional_on_en", "conditional_on_zh"),
    *("reason_en", "reason_zh"),
)
TOTALS = (
    *("city", "plan", "year", "scenario", "quantity", "species", "value", "unit"),
    *("change_on_base", "change_on_reference", "change_unit"),
)


@dataclass(frozen=True)
class Result:
    """The results of one plan.

    Parameters
    ----------
    city, plan
        Names of the inputs.
    place
        Language -> name of the city.
    total
        Emissions in kg per month (scenario, sector, district, species, month).
    years
        Scenario -> year.
    means
        Annual means in ug/m3 (scenario, species, area); ``city`` is an area.
    verdict
        As from :func:`emisim.targets.verdict`.
    monitors
        Annual means in ug/m3 (scenario, species, station), where there are monitors.
    inputs
        Input file -> SHA-256, of what the results were made from.
    """

    city: str
    plan: str
    place: Mapping[str, str]
    total: xr.DataArray
    years: Mapping[str, int]
    means: xr.DataArray
    verdict: pd.DataFrame
    monitors: xr.DataArray | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)


def verdicts(results: Sequence[Result]) -> pd.DataFrame:
    """Return every plan's verdict below the other, one row per target and scenario.

    Columns :data:`VERDICTS`; what is not computable has one row without a scenario.
    """
    parts = [r.verdict.assign(city=r.city, plan=r.plan) for r in results]
    return pd.concat(parts, ignore_index=True).reindex(columns=list(VERDICTS))


def totals(results: Sequence[Result]) -> pd.DataFrame:
    """Return emissions inside each city (t/year) and its mean concentrations (ug/m3).

    Columns :data:`TOTALS`: changes against the base year and against the plan year without the
    plan are in %; they are empty where what they refer to is zero.

    Raises
    ------
    InputError
        A plan has no scenario ``base`` or ``reference``.
    """
    return pd.concat([_plan_totals(r) for r in results], ignore_index=True)[list(TOTALS)]


def _plan_totals(result: Result) -> pd.DataFrame:
    """Return the rows of one plan."""
    kinds = (
        (EMISSION, inside(result).sum("sector"), "t/year"),
        (CONCENTRATION, result.means.sel(area=CITY), "ug/m3"),
    )
    parts = [_rows(values, result, kind, unit) for kind, values, unit in kinds]
    return pd.concat(parts, ignore_index=True).assign(city=result.city, plan=result.plan)


def inside(result: Result) -> xr.DataArray:
    """Return the emissions of the city in t/year (scenario, sector, species)."""
    own = [d for d in result.total["district"].values.tolist() if d != OUTSIDE]
    annual = result.total.sel(district=own).sum(("district", "month"))
    return annual * units.factor("kg", "t")


def _rows(values: xr.DataArray, result: Result, quantity: str, unit: str) -> pd.DataFrame:
    """Return the rows of one quantity: level, and change against base and reference."""
    plain = values.reset_coords(drop=True).transpose("scenario", "species")
    ids = plain["scenario"].values.tolist()
    require_known([BASE, REFERENCE], ids, f"scenario of plan {result.plan}")
    wide = pd.DataFrame(plain.values, ids, plain["species"].values.tolist())
    to_percent = units.factor("fraction", "%")
    changes = {
        f"change_on_{name}": ((wide / wide.loc[name].replace(0, np.nan)) - 1) * to_percent
        for name in (BASE, REFERENCE)
    }
    columns = {
        k: v.rename_axis(index="scenario", columns="species").stack(future_stack=True)
        for k, v in ({"value": wide} | changes).items()
    }
    rows = pd.DataFrame(columns).reset_index()
    year = rows["scenario"].map(dict(result.years))
    return rows.assign(year=year, quantity=quantity, unit=unit, change_unit="%")


def counts(table: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """Return by plan how many targets a scenario meets, misses, and how many are not computable.

    ``table``: as from :func:`verdicts`. Every target counts once.
    """
    of = table["scenario"].astype(object)
    chosen = table[of.isna() | of.isin([scenario, ""])]
    found = chosen.groupby(["plan", "verdict"], sort=False)["target"].nunique().unstack()
    return found.reindex(index=table["plan"].unique(), columns=list(WORDS)).fillna(0).astype(int)
