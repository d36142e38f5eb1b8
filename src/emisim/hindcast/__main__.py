"""Write docs/hindcast.md: ``make hindcast``."""

import argparse
import logging
from pathlib import Path

import numpy as np
import pandas as pd

from emisim import strict_yaml
from emisim.errors import InputError
from emisim.hindcast import (
    chapters,
    controls,
    drawing,
    effects,
    others,
    page,
    records,
    separation,
    study,
    summary,
    truth,
)
from emisim.hindcast.others import Case
from emisim.hindcast.page import Chapter
from emisim.hindcast.study import Hindcast, Region, Tables
from emisim.indices import standards
from emisim.observations import readers

log = logging.getLogger("emisim.hindcast")
PLAN = "jincheng-2016"
TARGET, DAY_TARGET = "pm25-2016", "good-days-2016"
NAME_ZH = "晋城"
SUBTITLE = "Jincheng, annual mean PM2.5 of 2016 against 2015"


def main() -> None:
    """Read the command line, compute, write."""
    parser = argparse.ArgumentParser(prog="python -m emisim.hindcast", description=__doc__)
    for name, default, what in (
        ("--inputs", "inputs", "the inputs folder"),
        ("--results", "results", "the results of `make run`"),
        ("--page", "docs/hindcast.md", "the page to write"),
        ("--daily", "", "folder of daily observations, or nothing"),
    ):
        parser.add_argument(name, default=default, help=what)
    said = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    inputs, results = Path(said.inputs), Path(said.results)
    daily = Path(said.daily) if said.daily and Path(said.daily).is_dir() else None
    target = Path(said.page)
    page.write(everything(inputs, results, daily), target, target.with_suffix(""))
    log.info("%s", target)


def everything(inputs: Path, results: Path, daily: Path | None) -> list[Chapter]:
    """Return all chapters of the page."""
    t = study.read_tables(inputs)
    plans = sorted((inputs / "plans").glob("*.yaml"))
    cases = [others.read_case(path, inputs, results) for path in plans]
    case = next(c for c in cases if c.plan == PLAN)
    around = study.region(t, case.city, case.years)
    data = effects.read(case.air)
    found = study.hindcast(t, data, case.city, case.years, around)
    species = others.by_species(cases, t)
    changes = records.annual_changes(t.neighbours, case.years)[study.SPECIES].drop(case.city)
    prior = effects.prior_background(t.air, study.SPECIES)
    asked = aims(inputs / "plans" / f"{case.plan}.yaml")
    days = chapters.good_days(*day_counts(t, case, found, daily, asked[DAY_TARGET]))
    return [
        summary.short(found, around, species, changes.dropna(), prior),
        forecast(t, found, asked[TARGET], days),
        parts(t, case, found, around),
        summary.others(species, others.targets(cases, t), t.remarks),
        normalisation(t),
        summary.sources(t),
    ]


def aims(plan: Path) -> dict[str, float]:
    """Return the values of a plan's targets by id, in the unit of each."""
    known, _ = strict_yaml.read(plan)
    return {r["id"]: float(r["value"]) for r in known["targets"] if "value" in r}


def day_counts(t: Tables, case: Case, found: Hindcast, daily: Path | None,
               target: float) -> tuple[pd.Series | None, dict[str, float]]:  # fmt: skip
    """Return the recounted days, None without daily values, and the observed shares, %."""
    rows = [records.outcome(t.outcomes, case.city, y, records.GOOD_DAYS) for y in case.years]
    shares = [np.nan if r is None else 100 * float(r["value"]) for r in rows]
    came = {"base": shares[0], "year": shares[1], "target": target}
    if daily is None:
        return None, came
    series = readers.read(daily / f"{NAME_ZH}.csv").concentration
    base = series.sel(day=series["day"].dt.year == case.years[0])
    counted = study.good_days(base, effects.read(case.air), found.expected, standards.read())
    log.info("good days: %s", counted.round(1).to_dict())
    return counted, came


def forecast(t: Tables, found: Hindcast, limit: float, days: list[str]) -> Chapter:
    """Return the chapter of the forecast against the outcome."""
    guess, seen = found.expected, found.observed
    change = float(np.log1p(limit / 100))
    chance = separation.probability_below(guess, change, study.coverage(t.numbers))
    held = guess.low <= seen.value <= guess.high
    message = (
        f"Forecast {guess.percent[0]:+.1f} %, came {seen.percent[0]:+.1f} %: "
        f"{'inside' if held else 'outside'} what was held possible"
    )
    figure = drawing.forecast(guess, seen, limit, message, f"{SUBTITLE}; bars: ranges")
    return chapters.forecast(found, chance, limit, days, figure)


def parts(t: Tables, case: Case, found: Hindcast, around: Region) -> Chapter:
    """Return the chapter that separates plan, background and weather."""
    monthly = records.monthly(t.neighbours, study.SPECIES, case.years)
    seen = monthly[case.city]
    above, below = controls.apart(around.control, seen, around.error)
    moved = {
        name: records.over_months(t.neighbours, case.city, case.years, months)
        for name, months in (("above", above), ("below", below))
    }
    region = sum(p.value for p in found.parts[-3:-1])
    message = (
        f"Region and weather account for {100 * region:+.1f} of the "
        f"{100 * found.observed.value:+.1f}, the plan for {100 * found.effects.plan.value:+.1f}"
    )
    figures = {
        "parts": drawing.parts(found.parts, found.observed, message, f"{SUBTITLE}; lines: ranges"),
        "months": drawing.months(around.control, seen, around.error),
    }
    data = effects.components(effects.read(case.air), t.air, case.years[0])
    chosen = controls.choices(monthly, around.control)
    extra = {
        "What the neighbours share, by choice of neighbours": pd.DataFrame(
            {"neighbours": chosen.index, "change, %": [f"{100 * np.expm1(v):+.1f}" for v in chosen]}
        ),
        "Background share of the PM2.5 of the base year, by component": page.share_table(data),
        "Change of annual means 2015 to 2016, %": page.change_table(
            records.annual_changes(t.neighbours, case.years)
        ),
    }
    words = chapters.apart(above, below, pd.DataFrame(moved))
    return chapters.parts(found, around, t, words, extra, figures)


def normalisation(t: Tables) -> Chapter:
    """Return the chapter on weather normalisation, with its error measured."""
    count = int(t.numbers.value("cases", "fraction", process="truth"))
    try:
        scores = truth.score(t.numbers, range(count))
    except InputError as error:
        log.info("%s", error)
        return summary.method(None, None)
    rms = float(np.sqrt(((scores["found"] - scores["weather"]) ** 2).mean()))
    log.info("weather normalisation on %d made-up cities: rms %.3f", count, rms)
    return summary.method(scores, drawing.recovered(scores, rms))


if __name__ == "__main__":
    main()
