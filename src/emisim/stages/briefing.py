"""The briefing of a plan, in one language, as one HTML file."""

import json
from pathlib import Path

from emisim.briefing import page
from emisim.stages import _material


def run(
    *,
    lang: str,
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
    out: str,
    claims: str | None = None,
) -> None:
    """Write the page, which opens from disk without a network."""
    results = _material.Results(scenarios, ledger, air, verdict, provenance, emissions)
    document, material = _material.of_plan(city, factors, plan, results)
    report = json.loads(Path(provenance).read_text(encoding="utf-8"))
    compared = None if claims is None else _material.table(claims)
    page.write(page.render(material, document, figures, report, lang, compared), out)
