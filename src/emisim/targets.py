"""The verdict: what each scenario reaches of every target, by how much, on what condition."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.errors import require_known
from emisim.output import atomic
from emisim.target_model import CITY, COMPUTED, LEVELS, Target
from emisim.target_values import Outcome, coal_use, level

__all__ = ["CITY", "COLUMNS", "COMPUTED", "Outcome", "Target", "coal_use", "verdict", "write"]

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
    *("margin", "verdict", "verdict_zh", "conditional_on_en", "conditional_on_zh"),
    *("reason_en", "reason_zh"),
)


def _relative(values: pd.Series, base: str) -> pd.Series:
    """Return the change against scenario ``base`` in %."""
    return (values / values[base] - 1) * units.factor("fraction", "%")


def values(target: Target, outcome: Outcome, base: str) -> tuple[pd.Series, pd.Series]:
    """Return by scenario the level that a target looks at, and the number it is compared with.

    Parameters
    ----------
    base
        The scenario that changes refer to.
    """
    levels = level(target, outcome)
    compared = levels
    if target.metric == "activity_share_change":
        compared = levels - levels[base]
    elif target.metric.endswith("_change"):
        return levels, _relative(levels, base) * units.factor("%", target.unit)
    unit = LEVELS[target.metric.split("_")[0]]
    return levels, compared * units.factor(unit, target.unit)


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
        quarter or months, ``uptakes`` by those for a measure.

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
        if not target.computable:
            rows.append(_row(target, "", np.nan, np.nan))
            continue
        levels, compared = values(target, outcome, base)
        rows += [_row(target, i, levels[base], compared[i]) for i in ids if i != base]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(target: Target, scenario: str, base_value: float, value: float) -> dict[str, object]:
    """Return one line of the verdict table; a missing number is not computable, never met."""
    wanted = np.nan if target.value is None else target.value
    margin = _margin(target, wanted, base_value, value)
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
        "period": target.period if isinstance(target.period, str) else _months(target.period),
        "target_value": wanted,
        "scenario": scenario,
        "base_value": base_value,
        "base_unit": _base_unit(target),
        "value": value,
        "margin": margin,
        "verdict": word,
        "verdict_zh": VERDICTS[word],
        "reason_en": "no base value" if missing else target.not_computable_en,
        "reason_zh": "缺少基准值" if missing else target.not_computable_zh,
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
        scale = abs(base_value) * units.factor(_base_unit(target), target.unit)
    return 0.0 if abs(margin) <= ROUNDING * np.fmax(abs(wanted), scale) else margin


def _months(months: tuple[int, ...]) -> str:
    return " ".join(map(str, months))


def _base_unit(target: Target) -> str:
    """Return the unit of the level behind a target; an amount of activity has its sources' own."""
    if not target.computable or target.metric == "activity_change":
        return ""
    return LEVELS.get(target.metric.split("_")[0], "")


def write(table: pd.DataFrame, path: str | Path) -> None:
    """Write the verdict as UTF-8 CSV."""
    with atomic(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
