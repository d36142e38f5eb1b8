"""Made-up towns with a plan of every kind of measure, random air, and the package's answers."""

import shutil
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
import yaml

from emisim import air, ledger, plan_scenarios, scenario, targets, workspace
from emisim import plan as plans
from emisim.air import background, local
from emisim.explorer import payload
from emisim.explorer.response import Transported
from emisim.inventory import concat
from emisim.measures._base import Measure, Quantity
from emisim.measures._example import number, town
from emisim.plan_model import Plan
from emisim.scenario import Scenario
from emisim.stages import _record
from emisim.stages import air as air_stage
from emisim.target_record import Record
from emisim.target_values import Outcome
from emisim.vocabulary import HALVES, OUTSIDE
from measures.cases import CASES
from stages.town import ROOT, Town

YEAR = 2019
MORE = {
    ("shift_freight", "rail"): {"to": {"process": "rail-freight", "district": "same"}},
    ("cap_activity", "amount"): {"at_most": number(6.0, "kt")},
}
"""Fields of cases that a town of two of everything needs otherwise."""
STATE_LAST = ("limit", "cap_activity", "renew_fleet", "electrify")
"""Kinds that look at the state stand once more at the end, after all others."""
WHOLE = {"unit": "%", "value": -20}
TARGETS = {
    "mean": {"metric": "concentration", "species": "PM2.5", "value": 50, "unit": "ug/m3"},
    "quarter": {"metric": "concentration", "species": "PM10", "value": 90, "unit": "ug/m3",
                "period": "Q1", "area": "Upper"},
    "months": {"metric": "concentration_change", "species": "NO2", "period": [11, 12], **WHOLE},
    "so2": {"metric": "concentration_change", "species": "SO2", "area": "Lower", **WHOLE},
    "index": {"metric": "composite_index", "value": 5, "unit": "1"},
    "index-change": {"metric": "composite_index_change", **WHOLE},
    "rank": {"metric": "concentration_rank", "species": "PM2.5", "value": 3, "unit": "1"},
    "dustfall": {"metric": "dustfall", "area": "every district", "value": 9,
                 "unit": "t/(km2 month)"},
    "nox": {"metric": "emission", "species": "NOx", "value": 500, "unit": "t"},
    "nox-winter": {"metric": "emission_change", "species": "NOx", "area": "Lower",
                   "period": [1, 12], **WHOLE},
    "coal": {"metric": "coal_change", **WHOLE},
    "other-coal": {"metric": "non_power_coal_change", **WHOLE},
    "rail": {"metric": "activity_share", "scope": {"process": "rail-freight"},
             "of": {"sector": "freight"}, "comparison": "at least", "value": 60, "unit": "%"},
    "rail-change": {"metric": "activity_share_change", "scope": {"process": "rail-freight"},
                    "of": {"sector": "freight"}, "comparison": "at least", "value": 5,
                    "unit": "%"},
    "buses": {"metric": "activity_change", "scope": {"process": "city-bus"}, "period": [12],
              **WHOLE},
    "uptake": {"metric": "measure_uptake", "measure": "retire-nowhere", "period": [6],
               "comparison": "at least", "value": 50, "unit": "%"},
    "sweeping": {"metric": "measure_rate", "measure": "suppress_dust-rate",
                 "comparison": "at least", "value": 85, "unit": "%"},
    "trend": {"metric": "measure_uptake", "measure": "trend", "comparison": "at least",
              "value": 50, "unit": "%"},
    "days": {"metric": "good_days", "comparison": "at least", "value": 70, "unit": "%"},
}  # fmt: skip


ALL = """
return given.map((setting) => {
  try { return explorer.evaluate(setting); } catch (fault) {
    return { faults: [{ what: fault.message }] };
  }
});
"""
"""Evaluates settings; one that cannot be computed has faults only."""


class Written(yaml.SafeDumper):
    """Writes everything out where it is used."""

    def ignore_aliases(self, data: object) -> bool:
        """Say that nothing is named and referred to."""
        return True


DRAWN = ("days",)
"""Targets whose number comes of drawn years: it is made up here."""


@dataclass(frozen=True)
class Made:
    """A town: its plan file, inventories, air and record, and the data of its page."""

    plan: Plan
    text: str
    base: xr.Dataset
    start: xr.Dataset
    air: Transported
    record: Record
    data: dict[str, Any]


def plan_text(year: int = YEAR) -> str:
    """Return a plan file of every case of every kind, in block style."""
    named = [(kind, name) for kind, cases in CASES.items() for name in cases]
    again = [(kind, name) for kind, name in named if kind in STATE_LAST]
    entries = [_entry(kind, name, "", year) for kind, name in named if kind != "grow"]
    entries += [_entry(kind, name, "-again", year) | _again(kind, year) for kind, name in again]
    halves = entries[::2], entries[1::2]
    ordered = [*halves[0], *halves[1]]
    heading = {"title_en": "A", "title_zh": "甲"}
    clause = {"section": "A", **heading, "summary_en": "A", "summary_zh": "甲"}
    trend = _entry("grow", "rate", "", year) | {"id": "trend"}
    of_target = {"clause": "1", "name_en": "A", "name_zh": "甲", "area": "city"}
    spec = {"name_en": "A", "name_zh": "甲"}
    measured = {**spec, "after": "reference", "steps": "measures"}
    whole = {
        "id": "made-2019", "city": "town", "base_year": 2018, "year": year, **heading,
        "clause_numbers": ["1"],
        "sections": [{"id": "A", **heading}],
        "clauses": [{"clause": "1", **clause, "measures": ordered}],
        "reference": [trend],
        "targets": [{"id": name, **of_target, **fields} for name, fields in TARGETS.items()],
        "scenarios": [
            {"id": "base", **spec},
            {"id": "reference", **spec, "after": "base", "steps": "reference"},
            {"id": "stated", **measured},
            {"id": "expected", **measured, "effect": "expected"},
        ],
    }  # fmt: skip
    return yaml.dump(whole, Dumper=Written, allow_unicode=True, sort_keys=False)


def _again(kind: str, year: int) -> dict[str, Any]:
    """Return other fields of the second one: a fleet whose sales of the year are divided anew."""
    return {"since": year} if kind == "renew_fleet" else {}


def _entry(kind: str, name: str, suffix: str, year: int) -> dict[str, Any]:
    fields = CASES[kind][name] | MORE.get((kind, name), {})
    assumed = {"low": 0.3, "high": 1.0, "cite": {"basis": "assumed", "note": "made up"}}
    return {
        "kind": kind,
        "id": f"{kind}-{name}{suffix}",
        "name_en": "A",
        "name_zh": "甲",
        **fields,
        "start": date(year, 3, 15),
        **({"full": date(year, 10, 1)} if name in ("one", "stock", "chain") else {}),
        "coverage": number(90, "%"),
        "effectiveness": {"value": 0.7, "unit": "fraction", **assumed},
    }


def single() -> xr.Dataset:
    """Return the example town; what burns emits gases and carbon as well."""
    made = town(2018)
    factor = made["factor"].copy()
    fine = factor.sel(species="PM2.5", drop=True)
    for species, part in {"BC": 0.3, "OC": 0.4, "CO": 9.0, "VOC": 2.0}.items():
        factor.loc[{"species": species}] = fine * part
    return made.assign(factor=factor)


def doubled(seed: int) -> xr.Dataset:
    """Return the example town with every source of a district once more in the other one."""
    random, first = np.random.default_rng(seed), single()
    inside = first["district"].values != OUTSIDE
    twin = first.isel(source=np.flatnonzero(inside))
    size = random.uniform(0.3, 3, (twin.sizes["source"], 1))
    swap = {"Upper": "Lower", "Lower": "Upper"}
    places = np.array([swap[d] for d in twin["district"].values], dtype=object)
    names = np.array([f"{s} twin" for s in twin["source"].values], dtype=object)
    twin = twin.assign_coords(source=names, district=("source", places), place=("source", places))
    twin = twin.assign(activity=twin["activity"] * size,
                       base_activity=twin["base_activity"] * size[:, 0])  # fmt: skip
    return concat([first, twin]).assign_attrs(first.attrs)


def transported(folder: Town, base: xr.Dataset, seed: int) -> Transported:
    """Return air in which every release reaches every receptor by a random number."""
    random, case = np.random.default_rng(seed), folder.case
    rows = list(dict.fromkeys(row for _, row in local.COMPONENTS.values()))
    releases = base.sizes["source"] // 2
    axes = {"receptor": case.receptors, "row": rows, "half": list(HALVES),
            "period": ["day", "night"], "source": np.arange(releases)}  # fmt: skip
    size = random.lognormal(-16, 1, [len(v) for v in axes.values()])
    effect = xr.DataArray(size, axes, tuple(axes))
    for row in rows:
        if row.endswith("@high"):
            less = random.uniform(0.7, 0.95, size[:, 0].shape)
            effect.loc[{"row": row}] = effect.sel(row=row.replace("high", "low")).values * less
    basis = air_stage.basis_of(case, case.gas_share)
    release = random.integers(0, releases, base.sizes["source"])
    return Transported(effect, release, case.stations, basis, case.place.factors, "BTH")


HELD = (
    ("*", "CO_p95", 1.8, "mg/m3"),
    ("*", "O3_p90", 170, "ug/m3"),
    ("*", "good_days", 230, "d"),
    ("Upper", "dustfall", 8, "t/(km2 month)"),
    ("Lower", "dustfall", 12, "t/(km2 month)"),
)
PEERS = "city,year,period,quantity,value,unit,low,high,status,source,page,note\n" + "".join(
    f"P{i},2018,year,PM2.5,{value},ug/m3,0,500,assumed,emisim-judgement,,made up\n"
    for i, value in enumerate((20, 35, 50, 52, 55, 58, 61, 80))
)


def folder(path: Path) -> Town:
    """Return the inputs of a town that has all that targets need."""
    made = Town(path)
    shutil.copytree(ROOT / "inputs/standards", made.inputs / "standards")
    held = "".join(
        f"{where},,2018,,{name},{value},{unit},0,500,assumed,emisim-judgement,,made up\n"
        for where, name, value, unit in HELD
    )
    with (made.city / "observed.csv").open("a", encoding="utf-8") as table:
        table.write(held)
    (made.city / "peers.csv").write_text(PEERS, encoding="utf-8")
    return made


def make(where: Town, base: xr.Dataset, seed: int) -> Made:
    """Return a town with its page's data; its own scenarios are computed by the package."""
    text = plan_text()
    plan = plans.read(write_plan(where.folder, text))
    start = payload.begun(plan, base)
    by, record = transported(where, base, seed), _record.read(str(where.city), str(where.factors))
    half_made = Made(plan, text, base, start, by, record, {})
    own = [default(plan, name) for name in ("stated", "expected")]
    found = answers(half_made, own, tuple(t.id for t in plan.targets if t.id not in DRAWN))
    verdict = found.verdict.replace({"scenario": {"s0": "stated", "s1": "expected"}})
    like = verdict[(verdict["target"] == "mean") & (verdict["scenario"] != "reference")]
    still = like.assign(target="days", value=[64.2, 61.7], verdict="not met")
    verdict = pd.concat([verdict, still], ignore_index=True)
    outcome = Outcome(
        found.many, found.air["by_area"], found.air["by_area_season"], record=record,
        uptakes=plans.uptakes(plan), rates=plans.rates(plan),
    )  # fmt: skip
    data = payload.make(plan, base, start, by, (outcome, verdict), text)
    return replace(half_made, data=data)


def default(plan: Plan, scenario: str) -> dict[str, Any]:
    """Return the setting that is the plan itself."""
    return {
        "scenario": scenario,
        "measures": {
            m.id: {
                "on": True,
                "coverage": m.coverage.to("fraction"),
                "start": m.start.isoformat(),
                "full": m.full and m.full.isoformat(),
            }
            for m in plan.measures
        },
    }


def write_plan(folder: Path, text: str) -> Path:
    """Write a plan file and return its path."""
    path = folder / "made-2019.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def random_settings(plan: Plan, count: int, seed: int) -> list[dict[str, Any]]:
    """Return settings of all kinds: measures on or off, coverage and dates as they come."""
    random = np.random.default_rng(seed)
    return [_setting(plan, random, k) for k in range(count)]


def _setting(plan: Plan, random: np.random.Generator, k: int) -> dict[str, Any]:
    first = date(plan.year, 1, 1)
    chosen = {}
    for measure in plan.measures:
        start = int(random.integers(0, 365)) if random.random() < 0.6 else 0
        full = [None, start, int(random.integers(start, 365))][random.integers(0, 3)]
        chosen[measure.id] = {
            "on": bool(random.random() < (0.75, 0.3, 1.0)[k % 3]),
            "coverage": float(random.choice([0, 1, random.uniform()], p=[0.05, 0.3, 0.65])),
            "start": (first + timedelta(start)).isoformat(),
            "full": None if full is None else (first + timedelta(full)).isoformat(),
        }
    return {"scenario": ("stated", "expected")[k % 2], "measures": chosen}


def changed(measure: Measure, own: dict[str, Any]) -> Measure:
    """Return a measure as a setting has it."""
    cover = Quantity(value=own["coverage"], unit="fraction", cite=measure.coverage.cite,
                     low=0.0, high=1.0)  # fmt: skip
    full = own["full"] and date.fromisoformat(own["full"])
    start = date.fromisoformat(own["start"])
    return measure.model_copy(update={"coverage": cover, "start": start, "full": full})


def scenarios_of(plan: Plan, settings: list[dict[str, Any]]) -> list[Scenario]:
    """Return base, reference and one scenario per setting, of the ids s0, s1 and so on."""
    base, reference = plan_scenarios.scenarios(plan)[:2]
    made = []
    for k, setting in enumerate(settings):
        steps = [changed(m, setting["measures"][m.id]) for m in plan.measures
                 if setting["measures"][m.id]["on"]]  # fmt: skip
        full = setting["scenario"] == "stated"
        made.append(Scenario(f"s{k}", (reference, *steps), plan.year, full))
    return [base, reference, *made]


@dataclass(frozen=True)
class Answers:
    """What the package computes for the settings, by scenario."""

    many: xr.Dataset
    air: xr.Dataset
    verdict: pd.DataFrame


def answers(made: Made, settings: list[dict[str, Any]], judged: tuple[str, ...]) -> Answers:
    """Return emissions, concentrations and verdicts of the settings, by the package.

    ``judged`` are ids of the targets that are compared.
    """
    chosen = scenarios_of(made.plan, settings)
    inventories = scenario.run(chosen, made.base)
    many = scenario.dataset(chosen, inventories)
    means = concentrations(made.air, many)
    uptakes, rates = _come(made.plan, chosen)
    verdict = targets.verdict(
        tuple(t for t in made.plan.targets if t.id in judged),
        many, means["by_area"], seasonal=means["by_area_season"], uptakes=uptakes, rates=rates,
        record=made.record,
    )  # fmt: skip
    return Answers(many, means, verdict)


def in_sequence(made: Made, setting: dict[str, Any]) -> dict[str, np.ndarray]:
    """Return what each measure of a setting changes, t/year (2, species): inside and outside."""
    chosen = scenarios_of(made.plan, [setting])[-1]
    now = workspace.opened(made.start)
    before, found = ledger.tonnes(now), {}
    for step in chosen.own_steps:
        now = step.apply(now, full_effect=bool(chosen.full_effect))
        after = ledger.tonnes(now)
        found[step.id], before = after - before, after
    return found


def _come(plan: Plan, chosen: list[Scenario]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how far each measure has come in each scenario, and its rate."""
    reached = {}
    for s in chosen:
        full = s.full_effect is not False
        reached |= {(s.id, m.id): m.reached(plan.year, full_effect=full) for m in s.own_steps}
        if s.parent:
            trend = {(s.id, m.id): m.reached(plan.year, full_effect=True) for m in plan.reference}
            reached |= trend
    rates = {}
    for measure in plan.measures:
        before, after = measure.rates() or (0.0, 0.0)
        for s in chosen:
            level = reached.get((s.id, measure.id), np.zeros(12))
            rates[s.id, measure.id] = before + (after - before) * level
    uptakes, rated = (
        pd.DataFrame(
            list(rows.values()),
            pd.MultiIndex.from_tuples(list(rows), names=["scenario", "measure"]),
            columns=list(range(1, 13)),
        )
        for rows in (reached, rates)
    )
    return uptakes, rated


def concentrations(by: Transported, many: xr.Dataset) -> xr.Dataset:
    """Return means of the year and by season at monitors and areas, of scenarios after the base."""
    year = by.basis.year
    rate = local.rates(many["emission"], many["source_sector"].values, by.factors, year)
    oxidants = local.feedback(rate, "base", by.region, by.factors["chemistry"])
    effect = by.effect.isel(source=by.release).assign_coords(source=many["source"].values)
    found = local.contributions(rate, effect, year) * oxidants
    at_area = air.over_areas(found, by.stations)
    anchor = air.anchored(at_area.sel(scenario="base", drop=True), by.basis)
    moved = background.neighbours(by.basis.conditions.numerics)
    at_station = found.sel(receptor=by.stations).rename(receptor="point")
    seasonal = air.response.species(anchor.attribute(at_area, moved)[0]).rename(point="area")
    return xr.Dataset(
        {
            "by_area_season": seasonal,
            "by_area": anchor.annual(seasonal),
            "at_monitors": anchor.respond(at_station, air.CITY).rename(point="station"),
        }
    )
