"""What the results of a plan were made from, in one file that figures and briefing refer to."""

import json
from collections.abc import Sequence

from emisim import plan as plans
from emisim import provenance
from emisim.output import atomic
from emisim.stages import _files, _inputs, _plan


def run(
    *, plan: str, city: str, factors: str, from_: Sequence[str], outputs: Sequence[str], out: str
) -> None:
    """Write ``provenance.json``: digest, inputs, code, packages, and each output's SHA-256.

    Parameters
    ----------
    plan
        The plan file.
    city, factors
        The folders whose tables the verdict rests on.
    from_
        The netCDF results that the plan's answer descends from.
    outputs
        All results to list.
    out
        The JSON file.
    """
    results = {path: _files.load(path) for path in from_}
    draft = any(map(_plan.is_draft, results.values()))
    document = plans.read(plan, draft=draft)
    upstream = [provenance.of(result, path) for path, result in results.items()]
    config = {"city": document.city, "plan": document.id}
    read = _inputs.files("verdict", city=city, factors=factors, plan=plan)
    made_from = provenance.record("verdict", read, upstream, config=config)
    text = json.dumps(
        provenance.report(made_from, outputs), indent=2, sort_keys=True, ensure_ascii=False
    )
    with atomic(out) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
