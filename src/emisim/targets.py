"""The verdict: what each scenario reaches of every target, by how much, on what condition."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.errors import require_known
from emisim.output import atomic
from emisim.target_conditions import condition
from emisim.target_indices import Found
from emisim.target_model import CITY, COMPUTED, Target
from emisim.target_record import NotComputableError, Record
from emisim.target_values import Outcome, coal_use, level

__all__ = [
    "CITY",
    "COLUMNS",
    "COMPUTED",
    "Outcome",
    "Record",
    "Target",
    "coal_use",
    "values",
    "verdict",
    "write",
]

VERDICTS = {
    "met": "达到",
    "not met": "未达到",
    "not computable": "不可计算",
}
ROUNDING = 1e-9
"""Relative tolerance: a value this close to its target lies on it, and the margin is 0."""
COLUMNS = (
    *("target", "clause", "name_en", "name_zh", "metric", "species", "area", "period", "binding"),
    *("comparison", "target_value", "unit", "scenario", "base_value", "base_unit", "value"),
    *("value_low", "value_high", "margin", "verdict", "verdict_zh"),
    *("conditional_on_en", "conditional_on_zh", "reason_en", "reason_zh"),
)


def _relative(values: pd.Series, base: str) -> pd.Series:
    """Return the change against scenario ``base`` in %."""
    return (values / values[base] - 1) * units.factor("fraction", "%")


def values(target: Target, outcome: Outcome, base: str) -> Found:
    """Return by scenario the number that a target compares, in its unit, with its range.

    Parameters
    ----------
    base
        The scenario that changes refer to.

    Raises
    ------
    NotComputableError
        If an input that the target needs is missing.
    """
    return _compared(target, level(target, outcome, base), base)


def _compared(target: Target, found: Found, base: str) -> Found:
    """Return levels as what the target compares; the range of a change is left out."""
    levels = found.levels
    if target.metric == "activity_share_change":
        return Found((levels - levels[base]) * units.factor("fraction", target.unit))
    if target.metric.endswith("_change"):
        change = _relative(levels, base) * units.factor("%", target.unit)
        return Found(change, conditions=found.conditions)
    scale = units.factor(target.level_unit, target.unit)
    low, high = (None if v is None else v * scale for v in (found.low, found.high))
    return Found(levels * scale, low, high, found.conditions)


def verdict(
    targets: tuple[Target, ...],
    scenarios: xr.Dataset,
    concentrations: xr.DataArray,
    base: str = "base",
    **more: Any,
) -> pd.DataFrame:
    """Compare every target with every scenario but the base.

    Parameters
    ----------
    scenarios, concentrations, more
        The fields of :class:`emisim.target_values.Outcome`: ``seasonal`` is needed by targets for a
        quarter or months, ``uptakes`` by those for a measure, ``record`` by those of days, indices,
        ranks and dustfall.

    Returns
    -------
    One row per target and scenario (columns :data:`COLUMNS`): ``value`` and ``target_value`` in
    ``unit``, ``margin`` in the same unit (positive: better than asked; 0, and met, within a
    relative :data:`ROUNDING`), the base scenario's ``base_value`` in ``base_unit`` and the verdict;
    what cannot be computed has one row without a scenario and its reason.

    Raises
    ------
    InputError
        Unknown base scenario, area or species.
    """
    ids = scenarios["scenario"].values.tolist()
    require_known([base], ids, "base scenario")
    outcome, rows = Outcome(scenarios, concentrations, **more), []
    for target in targets:
        rows += _rows(target, outcome, base)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(target: Target, outcome: Outcome, base: str) -> list[dict[str, object]]:
    """Return the lines of one target: one by scenario, or one with the reason why there is none."""
    if not target.computable:
        return [_row(target, (target.not_computable_en, target.not_computable_zh))]
    try:
        found = level(target, outcome, base)
    except NotComputableError as error:
        return [_row(target, (error.en, error.zh))]
    compared, names = _compared(target, found, base), outcome.scenarios["scenario"].values
    return [
        _row(
            target,
            ("no base value", "缺少基准值"),
            scenario=name,
            base_value=found.levels[base],
            value=compared.levels[name],
            value_low=np.nan if compared.low is None else compared.low[name],
            value_high=np.nan if compared.high is None else compared.high[name],
            conditions=found.conditions,
        )
        for name in names.tolist()
        if name != base
    ]


def _row(
    target: Target,
    reason: tuple[str, str],
    *,
    scenario: str = "",
    base_value: float = np.nan,
    value: float = np.nan,
    value_low: float = np.nan,
    value_high: float = np.nan,
    conditions: tuple[tuple[str, str], ...] = (),
) -> dict[str, object]:
    """Return one line of the verdict table; a missing number is not computable, never met."""
    wanted = np.nan if target.value is None else target.value
    margin = _margin(target, wanted, base_value, value)
    word = "not computable" if np.isnan(margin) else "met" if margin >= 0 else "not met"
    said = {
        "clause", "name_en", "name_zh", "metric", "species", "area", "binding", "comparison",
        "unit",
    }  # fmt: skip
    condition_en, condition_zh = condition(target, conditions)
    reason_en, reason_zh = "", ""
    if np.isnan(margin):
        (reason_en, reason_zh), (condition_en, condition_zh) = reason, ("", "")
    return {
        "target": target.id,
        **target.model_dump(include=said),
        "period": target.period if isinstance(target.period, str) else _months(target.period),
        "target_value": wanted,
        "scenario": scenario,
        "base_value": base_value,
        "base_unit": target.level_unit if scenario else "",
        "value": value,
        "value_low": value_low,
        "value_high": value_high,
        "margin": margin,
        "verdict": word,
        "verdict_zh": VERDICTS[word],
        "conditional_on_en": condition_en,
        "conditional_on_zh": condition_zh,
        "reason_en": reason_en,
        "reason_zh": reason_zh,
    }


def _margin(target: Target, wanted: float, base_value: float, value: float) -> float:
    """Return by how much a value is better than asked, 0 within :data:`ROUNDING`.

    The tolerance is a part of the larger of target and base year (of a change: of 100 %), so that
    a target of 0 has one, too.
    """
    margin = (wanted - value) if target.comparison == "at most" else (value - wanted)
    if np.isnan(margin):
        return margin
    if target.metric.endswith("_change"):
        scale = units.factor("fraction", target.unit)
    else:
        scale = abs(base_value) * units.factor(target.level_unit, target.unit)
    return 0.0 if abs(margin) <= ROUNDING * np.fmax(abs(wanted), scale) else margin


def _months(months: tuple[int, ...]) -> str:
    return " ".join(map(str, months))


def write(table: pd.DataFrame, path: str | Path) -> None:
    """Write the verdict as UTF-8 CSV."""
    with atomic(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
