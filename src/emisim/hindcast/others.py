"""What is known of every plan: targets beside forecast and outcome, species beside the nation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emisim import strict_yaml
from emisim.hindcast import effects, records, separation
from emisim.hindcast.page import ranged
from emisim.hindcast.study import Tables, ahead, observed_change

NATION = "China"
METRICS = ("concentration", "concentration_change", "good_days")
CITY = "city"


@dataclass(frozen=True)
class Case:
    """A plan: its id, the city as ``city.yaml`` names it, base and plan year."""

    plan: str
    city: str
    years: tuple[int, int]
    results: Path

    @property
    def air(self) -> Path:
        """Where the concentrations are."""
        return self.results / "air.nc"

    @property
    def verdict(self) -> Path:
        """Where the verdict is."""
        return self.results / "verdict.csv"


def read_case(plan: Path, inputs: Path, results: Path) -> Case:
    """Return the case of a plan file."""
    known, _ = strict_yaml.read(plan)
    city = str(known["city"])
    name, _ = strict_yaml.read(inputs / "cities" / city / "city.yaml")
    years = (int(known["base_year"]), int(known["year"]))
    return Case(str(known["id"]), str(name["name"]), years, results / city / str(known["id"]))


def by_species(cases: Sequence[Case], t: Tables) -> pd.DataFrame:
    """Return forecast and outcome of every species of which an outcome is known.

    A row has plan, species, the forecast with its range, the observed change with its range, the
    change of the nation where known (all in %), whether the outcome lies in the range, and the
    status of the outcome.
    """
    rows = []
    for case in cases:
        data = effects.read(case.air) if case.air.is_file() else None
        for species in records.SPECIES:
            seen = observed_change(t, case.city, case.years, species)
            if seen is None:
                continue
            row = {"plan": case.plan, "species": species, "forecast, %": "not computed"}
            if data is not None:
                found = effects.of(data, t.air, species, case.years[0])
                guess = separation.together("forecast", ahead(t, found, species))
                row["forecast, %"] = ranged(guess)
                row["outcome in range"] = "yes" if _meets(guess, seen) else "**no**"
            nation = observed_change(t, NATION, case.years, species)
            row["observed, %"] = ranged(seen)
            row["China, %"] = "-" if nation is None else f"{nation.percent[0]:+.1f}"
            row["status of the outcome"] = status(t, case, species)
            rows.append(row)
    columns = ("plan", "species", "forecast, %", "observed, %", "outcome in range", "China, %",
               "status of the outcome")  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns)).fillna({"outcome in range": "-"})


def _meets(guess: separation.Part, seen: separation.Part) -> bool:
    return guess.low <= seen.value <= guess.high


def status(t: Tables, case: Case, item: str) -> str:
    """Return the weaker status of the two means of an outcome, with the source."""
    rows = [records.outcome(t.outcomes, case.city, year, item) for year in case.years]
    known = [r for r in rows if r is not None]
    weak = [r for r in known if r["status"] != "reported"] or known
    return f"{weak[0]['status']} ({weak[0]['source']})"


def targets(cases: Sequence[Case], t: Tables) -> pd.DataFrame:
    """Return every target of which an outcome is known, with the verdict and what came."""
    rows = []
    for case in cases:
        if not case.verdict.is_file():
            continue
        table = pd.read_csv(case.verdict)
        mine = table[
            (table["scenario"] == effects.EXPECTED)
            & (table["area"] == CITY)
            & table["metric"].isin(METRICS)
        ]
        for row in mine.to_dict("records"):
            came = outcome_of(row, case, t)
            if came is not None:
                rows.append(_target_row(row, case, came, t))
    columns = ("plan", "target", "asked", "forecast", "verdict", "came", "met", "agree", "status")
    return pd.DataFrame(rows, columns=list(columns))


def outcome_of(row: Mapping[Any, Any], case: Case, t: Tables) -> float | None:
    """Return what came of a target in its own unit, or None where it is not known."""
    if row["metric"] == "good_days":
        if row["unit"] != "%":
            return None
        found = records.outcome(t.outcomes, case.city, case.years[1], records.GOOD_DAYS)
        return None if found is None else 100 * float(found["value"])
    if row["metric"] == "concentration_change":
        part = observed_change(t, case.city, case.years, str(row["species"]))
        return None if part is None else part.percent[0]
    found = records.outcome(t.outcomes, case.city, case.years[1], str(row["species"]))
    return None if found is None else float(found["value"])


def _target_row(row: Mapping[Any, Any], case: Case, came: float, t: Tables) -> dict[str, str]:
    most = row["comparison"] == "at most"
    wanted = float(str(row["target_value"]))
    met = came <= wanted if most else came >= wanted
    unit = str(row["unit"])
    item = records.GOOD_DAYS if row["metric"] == "good_days" else str(row["species"])
    return {
        "plan": case.plan,
        "target": str(row["name_en"]),
        "asked": f"{row['comparison']} {wanted:g} {unit}",
        "forecast": _number(row["value"], unit),
        "verdict": str(row["verdict"]),
        "came": _number(came, unit),
        "met": "met" if met else "not met",
        "agree": "yes" if (row["verdict"] == "met") == met else "**no**",
        "status": status(t, case, item),
    }


def _number(value: object, unit: str) -> str:
    number = float(str(value))
    return "-" if np.isnan(number) else f"{number:.3g} {unit}"
