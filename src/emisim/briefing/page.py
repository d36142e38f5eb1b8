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
from emisim.figures import messages, style
from emisim.figures.album import LEDGER, MAPPED, Material
from emisim.figures.language import mass, percent, say, term
from emisim.plan_model import Plan

LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}
OUTSIDE_SPECIES = ("SO2", "NOx", "CO2")


def summary(material: Material, lang: str) -> list[str]:
    """Return the sentences of the first page, each found from the results."""
    sentences = [messages.verdict_count(material.verdict, lang)]
    for species in LEDGER:
        reference = material.by_scenario(species)["reference"]
        rows = material.measures(species)
        sentences.append(messages.plan_effect(rows, reference, species, lang))
        sentences.append(_as_expected(material, species, lang))
    sentences += [air_sentence(material, species, lang) for species in ("PM2.5", "SO2")]
    sentences.append(messages.largest_sectors(material.inside(), MAPPED, lang))
    sentences.append(style.assumed_text(material.stamp, vocabulary.SPECIES, lang))
    return [s.rstrip(".。") for s in sentences if s]


def _as_expected(material: Material, species: str, lang: str) -> str:
    sums = material.by_scenario(species)
    change = sums["expected"] - sums["reference"]
    key = "message.expected_falls" if change < 0 else "message.expected_rises"
    share = percent(abs(change) / sums["reference"])
    amount = mass(abs(change), lang)
    return say(key, lang, species=term(species, lang), amount=amount, share=share)


def air_sentence(material: Material, species: str, lang: str) -> str:
    """Return what the plan changes at the monitors, nothing while there is no air."""
    if material.at_monitors is None:
        return ""
    means = material.at_monitors.sel(species=species).mean("station")
    before, after = (float(means.sel(scenario=s)) for s in ("base", "stated"))
    return messages.air_effect(before, after, species, lang)


def outside_sentence(material: Material, lang: str) -> str:
    """Return the load that the plan moves beyond the city, in t/year."""
    rows = material.ledger[material.ledger["scenario"] == "stated"]
    sums = rows.groupby("species")["outside_in_sequence_t"].sum()
    parts = [
        f"{term(s, lang)} {mass(float(sums.get(s, 0.0)), lang, signed=True)}"
        for s in OUTSIDE_SPECIES
    ]
    return say("html.outside", lang, parts=say("list.comma", lang).join(parts))


def anchor_sentence(material: Material, lang: str) -> str:
    """Return how far the modelled pattern had to be scaled to the observed base."""
    if material.anchor_ratio is None:
        return say("html.no_air", lang)
    low, high = (float(q) for q in material.anchor_ratio.quantile([0, 1]))
    return say("html.anchor", lang, low=f"{low:.2g}", high=f"{high:.2g}")


def render(
    material: Material,
    plan: Plan,
    figures: str | Path,
    report: Mapping[str, Any],
    lang: str,
    claims: pd.DataFrame | None = None,
) -> str:
    """Return the page as one HTML text.

    Parameters
    ----------
    material, plan
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
        "summary": summary(material, lang),
        "outside": outside_sentence(material, lang),
        "anchor": anchor_sentence(material, lang),
        "note": getattr(plan, f"note_{lang}"),
    }
    page = template.render(
        lang=lang,
        tag=LANGUAGE_TAGS[lang],
        css=Markup(folder.joinpath("page.css").read_text(encoding="utf-8")),
        title=getattr(plan, f"title_{lang}"),
        say=lambda key, **fields: say(key, lang, **fields),
        place=material.place[lang],
        years=material.years,
        stamp=material.stamp,
        pictures=[(p, Markup(p.markup)) for p in pictures],
        packages=report.get("packages", {}),
        **words,
        left_out=plan.left_out,
        claims=tables.claims(claims, lang),
        **_tables(material, plan, report, lang),
    )
    return page.replace("<style>\n", "<style>\n" + font.face(page), 1)


def _tables(
    material: Material, plan: Plan, report: Mapping[str, Any], lang: str
) -> dict[str, object]:
    return {
        "verdict": tables.verdict(material, lang),
        "totals": tables.totals(material, lang),
        "areas": tables.areas(material, lang),
        "ledger": tables.ledger(material, lang),
        "balance": tables.balance(plan, lang),
        "clauses": tables.clauses(plan, lang),
        "inputs": tables.inputs(report, lang),
    }


def write(page: str, path: str | Path) -> None:
    """Write the page as UTF-8, whole or not at all."""
    with output.atomic(path) as temporary:
        temporary.write_text(page, encoding="utf-8", newline="\n")
