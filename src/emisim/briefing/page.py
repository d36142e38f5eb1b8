"""The page itself: words, tables and figures put into the template."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from emisim import output, vocabulary
from emisim.briefing import font, inline, tables
from emisim.figures import messages
from emisim.figures.findings import LEDGER, MAPPED, Findings
from emisim.figures.language import mass, percent, say, term
from emisim.figures.stamp import assumed_text
from emisim.plan_model import Plan

LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}
OUTSIDE_SPECIES = ("SO2", "NOx", "CO2")


def summary(findings: Findings, lang: str) -> list[str]:
    """Return the sentences of the first page, each found from the results."""
    sentences = [messages.verdict_count(findings.verdict, lang)]
    for species in LEDGER:
        reference = findings.by_scenario(species).get("reference", 0.0)
        rows = findings.measures(species)
        sentences.append(messages.plan_effect(rows, reference, species, lang))
        sentences.append(_as_expected(findings, species, lang))
    sentences += [air_sentence(findings, species, lang) for species in ("PM2.5", "SO2")]
    sentences.append(messages.largest_sectors(findings.inside(), MAPPED, lang))
    sentences.append(assumed_text(findings.stamp, vocabulary.SPECIES, lang))
    return [s.rstrip(".。") for s in sentences if s]


def _as_expected(findings: Findings, species: str, lang: str) -> str:
    sums = findings.by_scenario(species)
    if "expected" not in sums or not sums.get("reference"):
        return ""
    change = sums["expected"] - sums["reference"]
    key = "message.expected_falls" if change < 0 else "message.expected_rises"
    share = percent(abs(change) / sums["reference"])
    amount = mass(abs(change), lang)
    return say(key, lang, species=term(species, lang), amount=amount, share=share)


def air_sentence(findings: Findings, species: str, lang: str) -> str:
    """Return what the plan changes at the monitors, nothing while there is no air."""
    if findings.at_monitors is None or not findings.at_monitors.sizes["station"]:
        return ""
    means = findings.at_monitors.sel(species=species).mean("station")
    before, after = (float(means.sel(scenario=s)) for s in ("base", "stated"))
    return messages.air_effect(before, after, species, lang)


def outside_sentence(findings: Findings, lang: str) -> str:
    """Return the load that the plan moves beyond the city, in t/year."""
    rows = findings.ledger[findings.ledger["scenario"] == "stated"]
    sums = rows.groupby("species")["outside_in_sequence_t"].sum()
    parts = [
        f"{term(s, lang)} {mass(float(sums.get(s, 0.0)), lang, signed=True)}"
        for s in OUTSIDE_SPECIES
    ]
    return say("html.outside", lang, parts=say("list.comma", lang).join(parts))


def anchor_sentence(findings: Findings, lang: str) -> str:
    """Return how far the modelled pattern had to be scaled to the observed base."""
    if findings.anchor_ratio is None:
        return say("html.no_air", lang)
    low, high = (float(q) for q in findings.anchor_ratio.quantile([0, 1]))
    return say("html.anchor", lang, low=f"{low:.2g}", high=f"{high:.2g}")


def render(
    findings: Findings,
    plan: Plan,
    figures: str | Path,
    report: Mapping[str, Any],
    lang: str,
    claims: pd.DataFrame | None = None,
) -> str:
    """Return the page as one HTML text.

    Parameters
    ----------
    findings, plan
        What is shown, and the plan as read.
    figures
        Folder of the figures in ``lang``, as :func:`emisim.figures.album.draw` wrote them.
    report
        As from :func:`emisim.provenance.report`.
    lang
        Language of the page.
    claims
        As from :func:`emisim.claims.compare`.
    """
    folder = files("emisim").joinpath("assets", "briefing")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(folder.joinpath("page.html.j2").read_text(encoding="utf-8"))
    pictures = inline.pictures(figures)
    words = {
        "summary": summary(findings, lang),
        "outside": outside_sentence(findings, lang),
        "anchor": anchor_sentence(findings, lang),
        "note": getattr(plan, f"note_{lang}"),
    }
    page = template.render(
        lang=lang,
        tag=LANGUAGE_TAGS[lang],
        css=Markup(folder.joinpath("page.css").read_text(encoding="utf-8")),
        title=getattr(plan, f"title_{lang}"),
        say=lambda key, **fields: say(key, lang, **fields),
        place=findings.place[lang],
        years=findings.years,
        stamp=findings.stamp,
        pictures=[(p, Markup(p.markup)) for p in pictures],
        absent=inline.absent(figures),
        packages=report.get("packages", {}),
        **words,
        left_out=plan.left_out,
        claims=tables.claims(claims, lang),
        **_tables(findings, plan, report, lang),
    )
    return page.replace("<style>\n", "<style>\n" + font.face(page), 1)


def _tables(
    findings: Findings, plan: Plan, report: Mapping[str, Any], lang: str
) -> dict[str, object]:
    return {
        "verdict": tables.verdict(findings, lang),
        "totals": tables.totals(findings, lang),
        "areas": tables.areas(findings, lang),
        "ledger": tables.ledger(findings, lang),
        "balance": tables.balance(plan, lang),
        "clauses": tables.clauses(plan, lang),
        "inputs": tables.inputs(report, lang),
    }


def write(page: str, path: str | Path) -> None:
    """Write the page as UTF-8, whole or not at all."""
    with output.atomic(path) as temporary:
        temporary.write_text(page, encoding="utf-8", newline="\n")
