"""The targets of a plan as the engine judges them: linear forms of means, emissions and activity.

The forms are found by asking :mod:`emisim.target_values` itself: it is given unit concentrations,
and its answers are the coefficients. What the engine cannot follow (days of drawn years) stands
still at the package's number.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from emisim import inventory as inv
from emisim import plan_scenarios, units
from emisim.errors import EmisimError
from emisim.explorer.packing import Rows
from emisim.explorer.sources import districts
from emisim.plan_model import Plan
from emisim.target_indices import EVERY
from emisim.target_model import CITY, DAYS, OF_A_MEASURE, POLLUTANTS, Target
from emisim.target_record import COMPOSITE, Outcome
from emisim.target_values import BURNERS, COAL, as_inventory, level, union
from emisim.targets import ROUNDING
from emisim.vocabulary import OUTSIDE, SEASONS, SERVICE_UNITS, SPECIES

NOT_COMPUTABLE = "not computable"
RANKS = {"concentration_rank": "concentration", "composite_index_rank": "composite_index"}
AIR = ("concentration", "concentration_change", "composite_index", "composite_index_change",
       "dustfall", *RANKS)  # fmt: skip
SHARES = ("power_coal_share_change", "activity_share", "activity_share_change")


@dataclass(frozen=True)
class Asked:
    """What targets are judged by: the plan, its results, the inventory before its measures.

    ``verdict`` is the package's own table; ``chosen`` are the sources of the page, bool (source,).
    """

    plan: Plan
    outcome: Outcome
    verdict: pd.DataFrame
    start: xr.Dataset
    chosen: np.ndarray
    base: str = "base"


def of_targets(asked: Asked) -> list[dict[str, Any]]:
    """Return every target: what is compared with what, its ``form``, and the package's numbers."""
    return [_target(target, asked) for target in asked.plan.targets]


def _target(target: Target, asked: Asked) -> dict[str, Any]:
    own = asked.verdict[asked.verdict["target"] == target.id]
    known = own[own["verdict"] != NOT_COMPUTABLE]
    said = {"id", "clause", "name_en", "name_zh", "metric", "species", "area", "comparison",
            "value", "unit", "binding"}  # fmt: skip
    given = {
        row.scenario: {"value": row.value, "verdict": row.verdict} for row in known.itertuples()
    }
    reason = "" if own.empty or given else own.iloc[0]["reason_en"]
    reason_zh = "" if own.empty or given else own.iloc[0]["reason_zh"]
    return {
        **target.model_dump(include=said),
        "scenarios": given,
        "reason_en": reason,
        "reason_zh": reason_zh,
        "form": _form(target, asked) if given else None,
        **(_compared(target, asked) if given and target.metric not in DAYS else {}),
    }


def _compared(target: Target, asked: Asked) -> dict[str, Any]:
    """Return how a level becomes the number that is compared (:mod:`emisim.targets`)."""
    base = float(level(target, asked.outcome, asked.base).levels[asked.base])
    if target.metric == "activity_share_change":
        way, scale = "difference", units.factor("fraction", target.unit)
    elif target.metric.endswith("_change"):
        way, scale = "change", units.factor("fraction", target.unit)
    else:
        way, scale = "level", units.factor(target.level_unit, target.unit)
    size = units.factor("fraction", target.unit) if way != "level" else abs(base) * scale
    slack = ROUNDING * max(abs(target.value or 0.0), size)
    return {"way": way, "scale": scale, "base": base, "slack": slack}


def _form(target: Target, asked: Asked) -> dict[str, Any] | None:
    """Return how the level follows from the state; None where it does not follow."""
    if target.metric in DAYS:
        return None
    if target.metric in AIR:
        return _of_air(target, asked)
    if target.metric in OF_A_MEASURE:
        return _of_measure(target, asked)
    if target.metric.startswith("emission"):
        return _of_emission(target, asked)
    parts = _of_coal(target, asked) if "coal" in target.metric else _of_activity(target, asked)
    return {"kind": "activity", "parts": parts}


def _of_air(target: Target, asked: Asked) -> dict[str, Any]:
    """Return the coefficients of the means in each area; of areas the worst counts."""
    areas = [target.area]
    if target.area == EVERY:
        areas = [a for a in asked.outcome.concentrations["area"].values.tolist() if a != CITY]
    metric = RANKS.get(target.metric, target.metric)
    peers = None
    if target.metric in RANKS:
        quantity = COMPOSITE if metric == "composite_index" else target.species
        period = target.period if isinstance(target.period, str) else ""
        found, _ = asked.outcome.record.rivals(quantity, period)  # type: ignore[union-attr]
        peers = sorted(found.to_numpy(dtype=float).tolist())
    forms = [
        {"area": a, **_coefficients(target.model_copy(update={"area": a, "metric": metric}), asked)}
        for a in areas
    ]
    return {"kind": "air", "areas": forms, "peers": peers}


def _coefficients(target: Target, asked: Asked) -> dict[str, Any]:
    """Return constant and coefficient of each mean, of the year or by season (season, species)."""
    seasons = 1 if target.whole_year else len(SEASONS)
    names = [f"{i}-{s}" for i in range(seasons) for s in POLLUTANTS]
    outcome = _trial(target, asked, names)
    try:
        found = level(target, outcome, asked.base).levels
    except EmisimError as error:
        message = f"target {target.id}: {error}"
        raise EmisimError(message) from error
    constant = float(found["nothing"])
    slopes = np.array([float(found[n]) - constant for n in names])
    return {
        "constant": constant,
        "seasonal": not target.whole_year,
        "species": list(POLLUTANTS),
        "slopes": slopes.reshape(seasons, len(POLLUTANTS)).tolist(),
    }


def _trial(target: Target, asked: Asked, names: list[str]) -> Outcome:
    """Return scenarios in which one mean after the other is 1 ug/m3, beside the base as it is."""
    real, base = asked.outcome, asked.base
    ids = [base, "nothing", *names]
    year = int(real.scenarios["year"].max())
    years = [int(real.scenarios["year"].sel(scenario=base)), *[year] * (len(ids) - 1)]
    scenarios = xr.Dataset(coords={"scenario": ids, "year": ("scenario", years)})
    means = _blank(real.concentrations, ids, base)
    seasonal = None if real.seasonal is None else _blank(real.seasonal, ids, base)
    for i, name in enumerate(names):
        at = {"scenario": name, "species": POLLUTANTS[i % len(POLLUTANTS)], "area": target.area}
        if target.whole_year:
            means.loc[at] = 1.0
        elif seasonal is not None:
            seasonal.loc[at | {"season": list(SEASONS)[i // len(POLLUTANTS)]}] = 1.0
    return Outcome(scenarios, means, seasonal, record=real.record)


def _blank(real: xr.DataArray, ids: list[str], base: str) -> xr.DataArray:
    """Return means of scenarios ``ids``, all 0 but those of the base."""
    first = real.sel(scenario=base).reset_coords(drop=True)
    nothing = xr.zeros_like(first)
    parts = [first, *[nothing] * (len(ids) - 1)]
    return xr.concat(parts, pd.Index(ids, name="scenario"))


def _of_measure(target: Target, asked: Asked) -> dict[str, Any]:
    """Return the measure whose uptake, or rate, at the end of a month is looked at."""
    measure = next(m for m in (*asked.plan.reference, *asked.plan.measures)
                   if m.id == target.measure)  # fmt: skip
    rate = measure.rates() if target.metric == "measure_rate" else (0.0, 1.0)
    month = max(target.months)
    held = 0.0
    if measure in asked.plan.reference:
        table = plan_scenarios.uptakes(asked.plan)[month]
        rows = table[table.index.get_level_values("measure") == measure.id]
        held = float(rows.iloc[-1]) if rows.size else 0.0
    return {"kind": "uptake", "measure": measure.id, "month": month, "rate": rate, "held": held}


def _of_emission(target: Target, asked: Asked) -> dict[str, Any]:
    """Return species, months and districts whose emission is looked at, and that of the rest, t."""
    place = districts(asked.start)
    areas = [d for d in place if d != OUTSIDE] if target.area == CITY else [target.area]
    species, months = SPECIES.index(target.species), [m - 1 for m in target.months]
    emission = inv.emission(asked.start).values[:, months, species].sum(axis=1)
    counted = np.isin(asked.start["district"].values.astype(str), areas) & ~asked.chosen
    return {
        "kind": "emission",
        "species": species,
        "months": months,
        "districts": [place.index(a) for a in areas],
        "rest": float(emission[counted].sum()) * units.factor("kg", "t"),
        "scale": units.factor("kg", "t"),
    }


def _of_coal(target: Target, asked: Asked) -> list[dict[str, Any]]:
    """Return coal burnt: all, but for power plants, or theirs and all (a share)."""
    start = asked.start
    sector, fuel = (start[n].values.astype(str) for n in ("sector", "fuel"))
    counted = np.isin(fuel, COAL) & np.isin(sector, BURNERS)
    kept = counted & (start["district"].values != OUTSIDE)
    mass = np.zeros(kept.size)
    names = start["activity_unit"].values
    mass[kept] = [units.factor(str(unit), "t") for unit in names[kept]]
    power = mass * (sector == "power")
    weights = {"coal_change": [mass], "non_power_coal_change": [mass - power]}
    return [_linear(w, target, asked) for w in weights.get(target.metric, [power, mass])]


def _of_activity(target: Target, asked: Asked) -> list[dict[str, Any]]:
    """Return the service (or activity) of the scope, and of what it is a part of."""
    view = as_inventory(asked.outcome.scenarios)
    mine = union(target.scope, view).values
    whole = union(target.of, view).values if target.metric in SHARES else mine
    services = set(asked.start["service"].values[whole])
    served = services != {"none"} and services <= set(SERVICE_UNITS)
    weight = asked.start["output"].values if served else np.ones(mine.size)
    chosen = [mine, whole] if target.metric in SHARES else [mine]
    return [_linear(weight * part, target, asked) for part in chosen]


def _linear(weight: np.ndarray, target: Target, asked: Asked) -> dict[str, Any]:
    """Return a weighted sum of activity: weights of the page's sources, the sum of the others."""
    months = [m - 1 for m in target.months]
    amount = asked.start["activity"].transpose("source", "month").values[:, months].sum(axis=1)
    rows = np.flatnonzero((weight != 0) & asked.chosen)
    rest = float((amount * weight)[~asked.chosen].sum())
    return {"rest": rest, "rows": Rows(rows), "weights": weight[rows], "months": months}
