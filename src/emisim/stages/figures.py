"""Every figure of a plan, in every language, as PNG, SVG and PDF."""

import logging
from collections.abc import Sequence

from emisim.figures import album
from emisim.stages import _files, _findings, _material

log = logging.getLogger(__name__)
material = _material.of_results
"""What the figures of a computed plan show, for scripts of one's own."""


def run(
    *,
    lang: Sequence[str],
    city: str,
    factors: str,
    plan: str,
    emissions: str,
    scenarios: str,
    ledger: str,
    air: str,
    verdict: str,
    provenance: str,
    out: str,
    effects: str | None = None,
    contributions: str | None = None,
) -> None:
    """Write the figures, by language, into the folder ``out``, in the place of an older one."""
    results = _findings.Results(scenarios, ledger, air, verdict, provenance, effects, contributions)
    found = _material.of_plan(city, factors, plan, emissions, results)
    with _files.folder(out) as folder:
        written = [path for name in lang for path in album.draw(found, name, folder / name)]
    log.info("%d files in %s", len(written), out)
