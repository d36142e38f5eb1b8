"""Targets of a plan and the verdict: what each scenario reaches, by how much, on what condition."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import BaseModel, ConfigDict, model_validator

from emisim import units
from emisim.errors import InputError, require_known
from emisim.output import atomic
from emisim.vocabulary import OUTSIDE, SPECIES

CITY = "city"
COAL = ("coal", "clean_coal", "gangue")
BURNERS = ("power", "heating", "boilers", "residential")
"""Sectors whose activity is the fuel itself."""
POLLUTANTS = ("SO2", "NO2", "PM10", "PM2.5")
COMPUTED = {
    "concentration": "ug/m3",
    "concentration_change": "%",
    "emission_change": "%",
    "coal_change": "%",
    "non_power_coal_change": "%",
    "power_coal_share_change": "%",
}
"""Metrics that are computed, and the unit of their values."""
LEVELS = {"concentration": "ug/m3", "emission": "t", "coal": "t", "non": "t", "power": "fraction"}
"""Unit of the level behind a metric, by the metric's first word."""
NOT_COMPUTED = ("rank", "composite_index", "good_days", "dustfall", "assigned_target")
VERDICTS = {
    "met": "达到",
    "not met": "未达到",
    "not computable": "不可计算",
}
COLUMNS = (
    *("target", "clause", "name_en", "name_zh", "metric", "species", "area", "binding"),
    *("comparison", "target_value", "unit", "scenario", "base_value", "base_unit", "value"),
    *("margin", "verdict", "verdict_zh", "conditional_on_en", "conditional_on_zh"),
    *("reason_en", "reason_zh"),
)


class Target(BaseModel):
    """One row to compare with, as the document words it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: str
    clause: str
    name_en: str
    name_zh: str
    metric: str
    species: str = ""
    area: str = CITY
    comparison: Literal["at most", "at least"] = "at most"
    value: float | None = None
    unit: str = ""
    binding: bool = False
    conditional_on_en: str = ""
    conditional_on_zh: str = ""
    not_computable_en: str = ""
    not_computable_zh: str = ""

    @property
    def computable(self) -> bool:
        """Return whether the document and the model give what the comparison needs."""
        return not self.not_computable_en

    @model_validator(mode="after")
    def _usable(self) -> "Target":
        require_known([self.metric], (*COMPUTED, *NOT_COMPUTED), "metric")
        if not self.computable:
            if not self.not_computable_zh:
                what = f"target {self.id}: not_computable_en without not_computable_zh"
                raise InputError(what, hint="give the reason in both languages")
            return self
        if self.metric in NOT_COMPUTED:
            what = f"target {self.id}: metric {self.metric} is not computed"
            raise InputError(
                what, value=self.metric, allowed=COMPUTED, hint="say why in not_computable_en/_zh"
            )
        if self.value is None:
            what = f"target {self.id}: no value"
            raise InputError(what, hint="give value and unit")
        units.factor(self.unit, COMPUTED[self.metric])
        if self.metric.startswith(("concentration", "emission")):
            good = POLLUTANTS if self.metric.startswith("concentration") else SPECIES
            require_known([self.species], good, f"species of target {self.id}")
        return self


def coal_use(scenarios: xr.Dataset) -> xr.DataArray:
    """Return the coal burnt in t/year (scenario, use), use in ``power`` | ``other``.

    Power plants, heat supply, boilers and households inside the domain; coal charged into ovens and
    kilns is not told apart from their product and is left out. Heat from power plants is ``other``.
    """
    sector = scenarios["source_sector"].values.astype(str)
    counted = np.isin(scenarios["fuel"].values.astype(str), COAL) & np.isin(sector, BURNERS)
    kept = np.flatnonzero(counted & (scenarios["source_district"].values != OUTSIDE))
    mass = [units.factor(str(unit), "t") for unit in scenarios["activity_unit"].values[kept]]
    power = sector[kept] == "power"
    weight = np.stack([power, ~power]) * np.array(mass)
    used = np.einsum("ksm,us->ku", scenarios["activity"].values[:, kept], weight)
    coords = {"scenario": scenarios["scenario"].values, "use": ["power", "other"]}
    return xr.DataArray(used, coords, ("scenario", "use"))


def _relative(values: pd.Series, base: str) -> pd.Series:
    """Return the change against scenario ``base`` in %."""
    return (values / values[base] - 1) * units.factor("fraction", "%")


def _emission(target: Target, scenarios: xr.Dataset) -> pd.Series:
    totals = scenarios["total"].sel(species=target.species)
    areas = [d for d in totals["district"].values if d != OUTSIDE]
    if target.area != CITY:
        require_known([target.area], areas, f"area of target {target.id}")
        areas = [target.area]
    kept = totals.sel(district=areas).sum(("sector", "district", "month"))
    return kept.to_series() * units.factor("kg", "t")


def _coal(target: Target, scenarios: xr.Dataset) -> pd.Series:
    use = coal_use(scenarios)
    if target.metric == "coal_change":
        return use.sum("use").to_series()
    if target.metric == "non_power_coal_change":
        return use.sel(use="other").to_series()
    return (use.sel(use="power") / use.sum("use")).to_series()


def _concentration(target: Target, concentrations: xr.DataArray) -> pd.Series:
    for axis, wanted in (("area", target.area), ("species", target.species)):
        known = concentrations[axis].values.tolist()
        require_known([wanted], known, f"{axis} of target {target.id}")
    chosen = concentrations.sel(species=target.species, area=target.area)
    return chosen.reset_coords(drop=True).to_series()


def values(
    target: Target, scenarios: xr.Dataset, concentrations: xr.DataArray, base: str
) -> tuple[pd.Series, pd.Series]:
    """Return by scenario the level that a target looks at, and the number it is compared with.

    Parameters
    ----------
    scenarios
        As from :func:`emisim.scenario.dataset`.
    concentrations
        Annual means in ug/m3 (scenario, species, area), area ``city`` or a district: ``by_area``
        of :func:`emisim.air.concentrations`.
    base
        The scenario that changes refer to.
    """
    family = target.metric.split("_")[0]
    level: Callable[[], pd.Series] = {
        "concentration": lambda: _concentration(target, concentrations),
        "emission": lambda: _emission(target, scenarios),
    }.get(family, lambda: _coal(target, scenarios))
    levels = level()
    compared = _relative(levels, base) if target.metric.endswith("_change") else levels
    return levels, compared * units.factor(COMPUTED[target.metric], target.unit)


def verdict(
    targets: tuple[Target, ...],
    scenarios: xr.Dataset,
    concentrations: xr.DataArray,
    base: str = "base",
) -> pd.DataFrame:
    """Compare every target with every scenario but the base.

    Returns
    -------
    One row per target and scenario (columns :data:`COLUMNS`): ``value`` and ``target_value`` in
    ``unit``, ``margin`` in the same unit (positive: better than asked), the base scenario's
    ``base_value`` in ``base_unit`` and the verdict; what cannot be computed has one row without a
    scenario and its reason.

    Raises
    ------
    InputError
        Unknown base scenario, area or species.
    """
    ids = scenarios["scenario"].values.tolist()
    require_known([base], ids, "base scenario")
    rows = []
    for target in targets:
        if not target.computable:
            rows.append(_row(target, "", np.nan, np.nan))
            continue
        levels, compared = values(target, scenarios, concentrations, base)
        rows += [_row(target, i, levels[base], compared[i]) for i in ids if i != base]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(target: Target, scenario: str, base_value: float, value: float) -> dict[str, object]:
    """Return one line of the verdict table; a missing number is not computable, never met."""
    wanted = np.nan if target.value is None else target.value
    margin = (wanted - value) if target.comparison == "at most" else (value - wanted)
    word = "not computable" if np.isnan(margin) else "met" if margin >= 0 else "not met"
    missing = word == "not computable" and target.computable
    return {
        "target": target.id,
        **target.model_dump(
            include={
                "clause",
                "name_en",
                "name_zh",
                "metric",
                "species",
                "area",
                "binding",
                "comparison",
                "unit",
                "conditional_on_en",
                "conditional_on_zh",
            }
        ),
        "target_value": wanted,
        "scenario": scenario,
        "base_value": base_value,
        "base_unit": LEVELS.get(target.metric.split("_")[0], "") if target.computable else "",
        "value": value,
        "margin": margin,
        "verdict": word,
        "verdict_zh": VERDICTS[word],
        "reason_en": "no base value" if missing else target.not_computable_en,
        "reason_zh": "缺少基准值" if missing else target.not_computable_zh,
    }


def write(table: pd.DataFrame, path: str | Path) -> None:
    """Write the verdict as UTF-8 CSV."""
    with atomic(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
