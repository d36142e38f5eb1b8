"""The report of a plan, in every language, as one PDF each."""

from collections.abc import Sequence
from datetime import date as day
from pathlib import Path
from typing import Any

import pandas as pd

from emisim import models, strict_yaml
from emisim.briefing import inline
from emisim.city import CitySettings
from emisim.errors import InputError
from emisim.figures.findings import Findings
from emisim.report import document, material, press
from emisim.report.material import Beside, Material, Others
from emisim.sides import Side
from emisim.sides import beside as sides_beside
from emisim.stages import _beside, _findings, _hindsight, _sides, check


def run(
    *,
    lang: Sequence[str],
    city: str,
    factors: str,
    plan: str,
    figures: str,
    scenarios: str,
    ledger: str,
    air: str,
    verdict: str,
    provenance: str,
    out: Sequence[str],
    effects: str | None = None,
    contributions: str | None = None,
    claims: str | None = None,
    verdicts: str | None = None,
    totals: str | None = None,
    beside: Sequence[str] = (),
    date: str | None = None,
) -> None:
    """Write the reports.

    ``out`` names the files in the order of ``lang``; ``figures`` holds a folder per language, and
    may hold none. ``verdicts`` and ``totals`` are those of all plans. ``beside`` names
    scenarios to compare, as ``emisim compare`` does.
    """
    if len(out) != len(lang):
        what = f"--out names {len(out)} files for {len(lang)} languages"
        raise InputError(what, value=list(out), hint="name one file per language, in one order")
    settings = models.read(Path(city) / "city.yaml", CitySettings)
    results = _findings.Results(scenarios, ledger, air, verdict, provenance, effects, contributions)
    read, told, means = _findings.of_plan(settings, plan, results)
    shared: dict[str, Any] = {
        "findings": Findings(**told),
        "plan": read,
        "made_from": _findings.report(provenance),
        "claims": None if claims is None else _findings.table(claims),
        "hindsight": _hindsight.read(read, settings, means, Path(factors).parent),
        "others": others(city, verdicts, totals),
        "date": checked(date),
    }
    sides = _sides.read(beside, check.RESULTS) if beside else []
    for name, path in zip(lang, out, strict=True):
        drawn = material.drawn(Path(figures) / name)
        why = inline.absent(Path(figures) / name)
        own = {"figures": drawn, "absent": why, "beside": compared(sides, name)}
        whole = document.build(Material(lang=name, **own, **shared))
        press.write(press.pdf(whole, {d.shown.name: d.shown for d in drawn.values()}), path)


def compared(sides: Sequence[Side], lang: str) -> Beside | None:
    """Return scenarios beside each other as the report shows them; None without any."""
    if not sides:
        return None
    return Beside(_beside.lines(sides_beside(sides), sides, lang), _beside.told(sides, lang))


def checked(date: str | None) -> str:
    """Return the day of the report as YYYY-MM-DD, or nothing.

    Raises
    ------
    InputError
        It is no day.
    """
    if not date:
        return ""
    try:
        return day.fromisoformat(date).isoformat()
    except ValueError:
        what = "--date is no day"
        raise InputError(what, value=date, hint="write it as 2026-03-31") from None


def others(city: str, verdicts: str | None, totals: str | None) -> Others | None:
    """Return the tables of all plans with the names of their cities; None if one is not given."""
    if verdicts is None or totals is None:
        return None
    sums = pd.read_csv(totals)
    places: dict[str, dict[str, str]] = {"en": {}, "zh": {}}
    for name in sums["city"].unique():
        path = Path(city).parent / str(name) / "city.yaml"
        if path.is_file():
            known, _ = strict_yaml.read(path)
            places["en"][name], places["zh"][name] = str(known["name"]), str(known["name_zh"])
    return Others(pd.read_csv(verdicts), sums, places)
