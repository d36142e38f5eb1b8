"""The briefing of a plan, in every language, as one HTML file each."""

import json
from collections.abc import Sequence
from pathlib import Path

from emisim.briefing import page
from emisim.errors import InputError
from emisim.stages import _material


def run(
    *,
    lang: Sequence[str],
    city: str,
    factors: str,
    plan: str,
    emissions: str,
    figures: str,
    scenarios: str,
    ledger: str,
    air: str,
    verdict: str,
    provenance: str,
    out: Sequence[str],
    claims: str | None = None,
) -> None:
    """Write the pages, which open from disk without a network.

    ``out`` names the files in the order of ``lang``; ``figures`` holds a folder per language.
    """
    if len(out) != len(lang):
        what = f"--out names {len(out)} files for {len(lang)} languages"
        raise InputError(what, value=list(out), hint="name one file per language, in one order")
    results = _material.Results(scenarios, ledger, air, verdict, provenance, emissions)
    document, material = _material.of_plan(city, factors, plan, results)
    report = json.loads(Path(provenance).read_text(encoding="utf-8"))
    compared = None if claims is None else _material.table(claims)
    for name, path in zip(lang, out, strict=True):
        drawn = Path(figures) / name
        page.write(page.render(material, document, drawn, report, name, compared), path)
