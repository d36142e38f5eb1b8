"""Targets of days, composite index, ranks and dustfall: scenario by scenario, with range.

Each needs more of the city than its emissions and means: what is not modelled (O3, CO, the other
cities, dustfall) is an input, named in the condition of the verdict; without it the target is not
computable and the reason names the file to give.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from emisim import target_days
from emisim.errors import InputError
from emisim.indices import evaluation
from emisim.indices.standards import SPECIES, InForce
from emisim.target_model import CITY, DAYS, POLLUTANTS, Target
from emisim.target_record import (
    COMPOSITE,
    DAILY_FILE,
    NotComputableError,
    Outcome,
    Record,
    Row,
)

EVERY = "every district"
"""Area of a dustfall target that each district has to meet: the worst one counts."""


@dataclass(frozen=True)
class Found:
    """Levels by scenario, their range where there is one, and what they are conditional on."""

    levels: pd.Series
    low: pd.Series | None = None
    high: pd.Series | None = None
    conditions: tuple[tuple[str, str], ...] = ()
    """Pairs of sentences, English and Chinese."""


def find(
    target: Target, outcome: Outcome, means: Callable[[Target], pd.Series], base: str
) -> Found:
    """Return what a target of :data:`emisim.target_model.OF_INDICES` comes to.

    Parameters
    ----------
    means
        Gives the mean concentration that a target looks at, by scenario, in ug/m3.
    base
        Scenario that the observations belong to.

    Raises
    ------
    NotComputableError
        If an input is missing.
    """
    record = outcome.record
    if record is None:
        what = f"target {target.id}: the city's record is missing"
        raise InputError(what, value=target.metric, hint="pass emisim.target_record.Record")
    if target.metric in DAYS:
        return _days(target, outcome, record, base)
    if target.metric == "dustfall":
        return _dustfall(target, outcome, record, means, base)
    if target.metric == "concentration_rank":
        return _ranked(Found(means(target)), target, target.species, record)
    index = _composite(target, outcome, record, means)
    if target.metric == "composite_index_rank":
        return _ranked(index, target, COMPOSITE, record)
    return index


def _days(target: Target, outcome: Outcome, record: Record, base: str) -> Found:
    year = int(outcome.scenarios["year"].max())
    counted, conditions = target_days.count(target, outcome.seasonal, record, year, base)
    if not target.in_days:
        counted = counted.div(counted["length"], axis=0)
    return Found(counted["value"], counted["low"], counted["high"], conditions)


def _composite(
    target: Target, outcome: Outcome, record: Record, means: Callable[[Target], pd.Series]
) -> Found:
    """Return the composite index: four modelled means, CO and O3 of the base year."""
    tables = record.standards.on(f"{int(outcome.scenarios['year'].max())}-12-31")
    (co, ozone), origin = _percentiles(target, record, tables)
    modelled = {s: means(target.model_copy(update={"species": s})) for s in POLLUTANTS}
    mean = xr.DataArray(pd.DataFrame(modelled), dims=("scenario", "species"))

    def index(pick: Callable[[Row], float]) -> pd.Series:
        high = xr.DataArray([pick(co), pick(ozone)], {"species": ["CO", "O3"]}, ("species",))
        wide = high.expand_dims(scenario=mean["scenario"])
        found = evaluation.composite(mean, wide, tables, as_reported=False)
        return found["composite_index"].to_series()

    conditions = (
        (
            f"CO ({co.value:.3g} mg/m3) and O3 ({ozone.value:.3g} ug/m3) {origin[0]}; neither is"
            " modelled",
            f"一氧化碳({co.value:.3g}毫克/立方米)和臭氧({ozone.value:.3g}微克/立方米)"
            f"取{origin[1]},未模拟",
        ),
    )
    low, high = index(lambda row: row.low), index(lambda row: row.high)
    return Found(index(lambda row: row.value), low, high, conditions)


def _percentiles(
    target: Target, record: Record, tables: InForce
) -> tuple[tuple[Row, Row], tuple[str, str]]:
    """Return the percentiles of CO and O3, and where they come from in both languages.

    The rows of the base year or, where there are none and for a part of the year, the observed
    days.
    """
    names, year = ("CO_p95", "O3_p90"), record.year
    rows = [record.held(name, target.area) if target.whole_year else None for name in names]
    co, ozone = rows
    if co and ozone:
        origin = f"as in {year} ({', '.join(sorted({co.status, ozone.status}))})"
        return (co, ozone), (origin, f"{year}年值")
    series = record.daily if target.area == CITY else None
    if series is None or not {"CO", "O3"} <= set(series["species"].values.tolist()):
        if target.whole_year:
            record.need(names[0], target.area)
            record.need(names[1], target.area)
        msg = (
            f"give daily CO and O3 of {year} in {DAILY_FILE}: the period needs its own percentiles"
        )
        zh = f"请在{DAILY_FILE}中给出{year}年逐日一氧化碳和臭氧:该时段需单独计算百分位数"
        raise NotComputableError(msg, zh)
    inside = series.isel(place=0, day=series["day"].dt.month.isin(list(target.months)).values)
    level = dict(zip(SPECIES, tables.rules("percentile"), strict=True))
    found = []
    for name in ("CO", "O3"):
        value = float(evaluation.percentile(inside.sel(species=name).to_numpy(), level[name]))
        found.append(Row(value, value, value, "derived"))
    count = inside.sizes["day"]
    return (found[0], found[1]), (
        f"as on {count} observed days of {year}",
        f"{year}年{count}个实测日的值",
    )


def _ranked(found: Found, target: Target, quantity: str, record: Record) -> Found:
    """Return the ranks among the peers: 1 is the lowest value."""
    period = target.period if isinstance(target.period, str) else ""
    if target.area != CITY or not period:
        msg = "ranks are computed for the city, and for the year or a quarter"
        raise NotComputableError(
            msg,
            "仅计算全市的年度或季度排名",
        )
    peers, year = record.rivals(quantity, period)
    asked = target.value or 0
    if len(peers) + 1 <= asked:
        msg = f"peers.csv holds {len(peers)} other cities ({year}); place {asked:g} needs more"
        raise NotComputableError(
            msg,
            f"peers.csv仅有{len(peers)}个其他城市({year}年),不足以判断第{asked:g}名",
        )

    def rank(values: pd.Series) -> pd.Series:
        places = evaluation.rank(values.to_numpy(), peers.to_numpy())
        return pd.Series(places.from_best.astype(float), values.index)

    others = (
        f"the {len(peers)} other cities as given for {year}; what they do meanwhile is not known",
        f"其他{len(peers)}个城市取{year}年值,其间变化未知",
    )
    low, high = (None if v is None else rank(v) for v in (found.low, found.high))
    return Found(rank(found.levels), low, high, (*found.conditions, others))


def _dustfall(
    target: Target,
    outcome: Outcome,
    record: Record,
    means: Callable[[Target], pd.Series],
    base: str,
) -> Found:
    """Return observed dustfall times the response of dry deposition."""
    areas = [target.area]
    if target.area == EVERY:
        areas = [a for a in outcome.concentrations["area"].values.tolist() if a != CITY]
    seen = {area: record.need("dustfall", area) for area in areas}
    flux = {a: _deposition(target.model_copy(update={"area": a}), record, means) for a in areas}
    response = {a: flux[a] / flux[a][base] for a in areas}

    def worst(pick: str) -> pd.Series:
        return pd.DataFrame({a: response[a] * getattr(seen[a], pick) for a in areas}).max(axis=1)

    conditions = (
        (
            f"dustfall observed in {record.year}; grains above 10 um, its larger part, are not in"
            " the inventory and are taken to follow modelled deposition of PM10",
            f"取{record.year}年实测降尘量;降尘主体为10微米以上颗粒,清单未包含,假定随PM10模拟沉降量变化",
        ),
    )
    return Found(worst("value"), worst("low"), worst("high"), conditions)


def _deposition(target: Target, record: Record, means: Callable[[Target], pd.Series]) -> pd.Series:
    """Return the deposition of fine and coarse particles by scenario, ug/(m2 s)."""
    speed = record.conductance or {}
    fine, total = (means(target.model_copy(update={"species": s})) for s in ("PM2.5", "PM10"))
    return speed["fine"] * fine + speed["coarse"] * (total - fine)
