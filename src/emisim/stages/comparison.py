"""All plans of a configuration beside each other: two tables, and one figure per language."""

import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from emisim import __version__, comparison, models, provenance
from emisim import plan as plans
from emisim.city import CitySettings
from emisim.comparison import Result
from emisim.figures import comparison as figure
from emisim.figures import style
from emisim.stages import _files, _plan

NAME = "plans"
SHOWN = "stated"
SHARED = ("inputs", "stages")
"""Parts of a record that hold for all plans together."""
log = logging.getLogger(__name__)


def run(
    *,
    lang: Sequence[str],
    city: Sequence[str],
    plan: Sequence[str],
    scenarios: Sequence[str],
    air: Sequence[str],
    verdict: Sequence[str],
    out: str,
    totals: str,
    figures: str,
) -> None:
    """Write all verdicts and totals (CSV) and the figure in every language of ``lang``.

    The lists of files name the plans in one and the same order; ``city`` are folders.
    """
    read = [_result(*paths) for paths in zip(city, plan, scenarios, air, verdict, strict=True)]
    results = [result for result, _ in read]
    made_from = provenance.record(
        "comparison",
        [*plan, *(Path(folder) / "city.yaml" for folder in city)],
        [record for _, records in read for record in records],
    )
    judged, sums = comparison.verdicts(results), comparison.totals(results)
    counted = comparison.counts(judged, SHOWN)
    names = {
        r.plan: {k: f"{word} {max(r.years.values())}" for k, word in r.place.items()}
        for r in results
    }
    stamp = style.Stamp(provenance.digest(made_from), version=__version__)
    with _files.folder(figures) as folder:
        for language in lang:
            drawn = figure.comparison(sums, counted, names, stamp, language)
            style.save(drawn, folder / f"{NAME}-{language}")
    _files.save_table(judged, out)
    _files.save_table(sums, totals)
    log.info("%s", counted.to_string())


def _result(
    city: str, plan: str, scenarios: str, air: str, verdict: str
) -> tuple[Result, list[provenance.Record]]:
    """Return one plan's results and the records of the files that they stand in."""
    settings = models.read(Path(city) / "city.yaml", CitySettings)
    many, means = _files.load(scenarios), _files.load(air)
    document = plans.read(plan, draft=_plan.is_draft(many))
    years = dict(zip(many["scenario"].values.tolist(), many["year"].values.tolist(), strict=True))
    result = Result(
        city=document.city,
        plan=document.id,
        place={"en": settings.name, "zh": settings.name_zh},
        total=many["total"],
        years=years,
        means=means["by_area"],
        verdict=pd.read_csv(verdict),
    )
    records = [provenance.of(many, scenarios), provenance.of(means, air)]
    return result, [{part: record[part] for part in SHARED} for record in records]
