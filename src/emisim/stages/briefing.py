"""The briefing of a plan, in every language, as one HTML file each."""

from collections.abc import Sequence
from pathlib import Path

from emisim import models
from emisim.briefing import page
from emisim.city import CitySettings
from emisim.errors import InputError
from emisim.figures.findings import Findings
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
    claims: str | None = None,
    effects: str | None = None,
    contributions: str | None = None,
) -> None:
    """Write the pages, which open from disk without a network.

    ``out`` names the files in the order of ``lang``; ``figures`` holds a folder per language.
    """
    if len(out) != len(lang):
        what = f"--out names {len(out)} files for {len(lang)} languages"
        raise InputError(what, value=list(out), hint="name one file per language, in one order")
    settings = models.read(Path(city) / "city.yaml", CitySettings)
    results = _findings.Results(scenarios, ledger, air, verdict, provenance, effects, contributions)
    document, told, _ = _findings.of_plan(settings, plan, results)
    findings, report = Findings(**told), _findings.report(provenance)
    compared = None if claims is None else _findings.table(claims)
    for name, path in zip(lang, out, strict=True):
        drawn = Path(figures) / name
        page.write(page.render(findings, document, drawn, report, name, compared), path)
