"""The slides of a plan and the workbook of its annexes, in every language."""

from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from emisim import models, units
from emisim.city import CitySettings
from emisim.errors import InputError
from emisim.export import annexes
from emisim.figures.findings import Findings
from emisim.figures.language import say
from emisim.plan_model import Plan
from emisim.slides import deck, story
from emisim.slides.story import Story
from emisim.stages import _findings


def run(
    *,
    lang: Sequence[str],
    city: str,
    plan: str,
    figures: str,
    scenarios: str,
    ledger: str,
    air: str,
    verdict: str,
    provenance: str,
    out: Sequence[str],
    annex: Sequence[str] = (),
    effects: str | None = None,
    contributions: str | None = None,
) -> None:
    """Write the slides and the workbooks.

    ``out`` and ``annex`` name the files in the order of ``lang``; ``figures`` holds a folder per
    language.
    """
    for name, paths in (("out", out), ("annex", annex)):
        if paths and len(paths) != len(lang):
            what = f"--{name} names {len(paths)} files for {len(lang)} languages"
            hint = "name one file per language, in one order"
            raise InputError(what, value=list(paths), hint=hint)
    settings = models.read(Path(city) / "city.yaml", CitySettings)
    results = _findings.Results(scenarios, ledger, air, verdict, provenance, effects, contributions)
    document, told, _ = _findings.of_plan(settings, plan, results)
    findings, report = Findings(**told), _findings.report(provenance)
    for name, path in zip(lang, out, strict=True):
        made = story.slides(Story(findings, document, report, Path(figures) / name, name))
        deck.write_deck(path, made, findings.stamp, name)
    for name, path in zip(lang, annex, strict=bool(annex)):
        annexes.write(path, book(findings, document, report, name), name)


def book(findings: Findings, plan: Plan, report: dict[str, object], lang: str) -> annexes.Book:
    """Return the annexes of a plan."""
    yearly = findings.totals.groupby(["scenario", "sector", "district", "species"], sort=False)
    kg = yearly["tonnes"].sum().reset_index().rename(columns={"tonnes": "kg"})
    about = {
        "plan": getattr(plan, f"title_{lang}"),
        "city": findings.place[lang],
        "year": say("slides.years", lang, place=findings.place[lang], base=findings.years[0],
                    year=findings.years[1]),
        "made": f"emisim {findings.stamp.version}",
        "record": findings.stamp.digest,
    }  # fmt: skip
    return annexes.Book(
        kg.assign(kg=kg["kg"] * units.factor("t", "kg")), findings.ledger, findings.verdict, about,
        findings.districts[lang], plan, findings.effects, findings.contributions,
        levels(findings), report,
    )  # fmt: skip


def levels(findings: Findings) -> xr.DataArray | None:
    """Return annual means (scenario, species, receptor), ug/m3, monitors first."""
    if findings.by_area is None:
        return None
    parts = [findings.by_area.rename(area="receptor")]
    if findings.at_monitors is not None and findings.at_monitors.sizes["station"]:
        parts.insert(0, findings.at_monitors.rename(station="receptor"))
    named = [p.reset_coords(drop=True).assign_coords(receptor=p["receptor"].values.astype(object))
             for p in parts]  # fmt: skip
    return xr.concat(named, "receptor")
