"""What the slides of a plan tell, in order: one message each, found from the results."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emisim import vocabulary
from emisim.briefing import tables
from emisim.figures import messages
from emisim.figures.findings import LEDGER, MAPPED, Findings
from emisim.figures.language import percent, say, term
from emisim.figures.stamp import assumed_text
from emisim.figures.style import palette
from emisim.plan_model import REASONS, Plan
from emisim.slides import air, drawn, effects
from emisim.slides.parts import Chart, Grid, Lines, Slide

TARGETS = 11
"""Judged targets on one slide; the others are on the last."""
MONTHLY = "PM2.5"
TARGET_WIDTHS = (4.2, 1, 1, 1.4, 2, 2, 2)
OPEN = 8
"""Targets named on the slide of what is left open."""


@dataclass(frozen=True)
class Story:
    """What is told: results, the plan as read, its provenance, the folder of its figures."""

    findings: Findings
    plan: Plan
    report: Mapping[str, Any]
    figures: Path
    lang: str


def slides(story: Story) -> list[Slide]:
    """Return the slides of a plan; the first is the cover."""
    return [
        _cover(story),
        *_targets(story),
        *air.goals_of(story.findings, story.lang),
        *_emissions(story),
        *effects.tonnes(story.findings, story.lang),
        *effects.of_air(story.findings, story.lang),
        *air.sources(story.findings, story.lang),
        *drawn.maps(story.figures, "air", story.lang),
        *air.districts(story.findings, story.lang),
        _expected(story),
        _rests(story),
        _open(story),
    ]


def _cover(story: Story) -> Slide:
    findings, lang = story.findings, story.lang
    base, year = findings.years
    below = say("slides.years", lang, place=findings.place[lang], base=base, year=year)
    found = messages.verdict_count(findings.verdict, lang)
    notes = [say("slides.notes.cover", lang), getattr(story.plan, f"note_{lang}")]
    lines = [found, *([say("slides.draft", lang)] if story.plan.left_out else [])]
    return Slide(getattr(story.plan, f"title_{lang}"), Lines(lines), below, [n for n in notes if n])


def _targets(story: Story) -> Iterator[Slide]:
    findings, lang = story.findings, story.lang
    if findings.verdict.empty:
        yield Slide(say("report.targets.none", lang))
        return
    found = tables.verdict(findings, lang)
    judged = [k for k, word in enumerate(found.classes) if word != "unknown"]
    title = messages.verdict_count(findings.verdict, lang)
    if not judged:
        yield Slide(title, notes=[say("slides.notes.targets", lang)])
    for first in range(0, len(judged), TARGETS):
        chosen = judged[first : first + TARGETS]
        rows = [found.rows[k][: len(TARGET_WIDTHS)] for k in chosen]
        grid = Grid(found.heads[: len(TARGET_WIDTHS)], rows, TARGET_WIDTHS)
        notes = [say("slides.notes.targets", lang), *found.notes]
        yield Slide(title, grid, found.caption, notes)


def _emissions(story: Story) -> Iterator[Slide]:
    findings, lang = story.findings, story.lang
    base = findings.inside()
    if base.empty or not base["tonnes"].sum():
        yield Slide(say("absent.emission", lang))
        return
    where = {"place": findings.place[lang], "year": findings.years[0]}
    table = base.pivot_table(index="species", columns="sector", values="tonnes", aggfunc="sum")
    species = [s for s in vocabulary.SPECIES if table.loc[s].sum() > 0]
    sectors = [s for s in vocabulary.SECTORS if s in table and table[s].sum() > 0]
    share = table.loc[species].div(table.loc[species].sum(axis=1), axis=0)
    colors = [palette()[s] for s in sectors]
    chart = Chart(
        "whole bar", [term(s, lang) for s in species],
        {term(s, lang): share[s].fillna(0).tolist() for s in sectors}, colors,
        say("slides.share", lang),
    )  # fmt: skip
    title = messages.largest_sectors(base, MAPPED, lang)
    note = say("slides.notes.emission", lang, **where)
    yield Slide(title, chart, say("sectors.subtitle", lang, **where), [note], tuple(species))
    yield _monthly(story, base[base["species"] == MONTHLY], sectors, colors)
    yield from drawn.maps(story.figures, "emission", lang)


def _monthly(story: Story, base: Any, sectors: list[str], colors: list[str]) -> Slide:
    findings, lang = story.findings, story.lang
    months = say("months", lang).split("|")
    table = base.pivot_table(index="month", columns="sector", values="tonnes", aggfunc="sum")
    chart = Chart(
        "stacked column", months,
        {term(s, lang): table[s].fillna(0).tolist() for s in sectors if s in table},
        [c for s, c in zip(sectors, colors, strict=True) if s in table],
        say("slides.tonnes_month", lang),
    )  # fmt: skip
    where = {"place": findings.place[lang], "year": findings.years[0]}
    heating = findings.heating
    if heating:
        title = messages.heating_share(base, MONTHLY, heating, lang)
    else:
        title = say("slides.no_heating", lang, species=term(MONTHLY, lang))
    notes = [say("slides.notes.emission", lang, **where)]
    return Slide(title, chart, say("monthly.subtitle", lang, **where), notes, (MONTHLY,))


def _expected(story: Story) -> Slide:
    """Return what the expected effect is of the stated one, species by species."""
    findings, lang = story.findings, story.lang
    names: list[str] = []
    series: dict[str, list[float]] = {s: [] for s in ("stated", "expected")}
    for species in LEDGER:
        sums = findings.by_scenario(species)
        if sums.get("reference", 0) > 0:
            names.append(species)
            for scenario, values in series.items():
                values.append(sums.get(scenario, sums["reference"]) / sums["reference"] - 1)
    parts = [
        say("slides.expected_part", lang, species=term(s, lang), share=percent(less / full))
        for s, full, less in zip(names, series["stated"], series["expected"], strict=True)
        if full < 0
    ]
    if not parts:
        return Slide(say("slides.no_effect", lang))
    chart = Chart(
        "column", [term(s, lang) for s in names],
        {say(f"html.verdict.{s}", lang): values for s, values in series.items()},
        [palette()["fall"], palette()["expected"]], say("slides.change", lang), '0.0%;"–"0.0%',
    )  # fmt: skip
    title = say("slides.expected", lang, parts=messages.listing(parts, lang))
    notes = [say("slides.notes.expected", lang)]
    return Slide(title, chart, say("slides.expected_subtitle", lang), notes, tuple(names))


def _rests(story: Story) -> Slide:
    stamp, lang = story.findings.stamp, story.lang
    species = [s for s in vocabulary.SPECIES if s in stamp.assumed]
    title = assumed_text(stamp, tuple(species), lang).rstrip(".。")
    if not species:
        return Slide(title)
    chart = Chart(
        "column", [term(s, lang) for s in species],
        {
            say("html.assumed_share", lang): [stamp.assumed[s] for s in species],
            say("html.assumed_factors", lang): [stamp.assumed_factors.get(s) for s in species],
        },
        [palette()["rise"], palette()["expected"]], say("slides.share", lang), "0%", start=0,
    )  # fmt: skip
    notes = [say("html.rests.assumed", lang), say("slides.notes.provenance", lang)]
    return Slide(title, chart, say("slides.rests_subtitle", lang), notes)


def _open(story: Story) -> Slide:
    """Return what could not be put in numbers: targets with the reason, clauses by reason."""
    verdict, lang = story.findings.verdict, story.lang
    known = set(verdict.loc[verdict["verdict"].isin(["met", "not met"]), "target"])
    rest = verdict[~verdict["target"].isin(known)].drop_duplicates("target")
    silent = [c for c in story.plan.clauses if not c.measures]
    title = say(
        "slides.open", lang, rest=len(rest), targets=verdict["target"].nunique(),
        silent=len(silent), clauses=len(story.plan.clauses),
    )  # fmt: skip
    named = [f"{r[f'name_{lang}']}{say('list.colon', lang)}{r[f'reason_{lang}']}"
             for _, r in rest.head(OPEN).iterrows()]  # fmt: skip
    more = len(rest) - len(named)
    if more:
        named.append(say("slides.more_targets", lang, number=more))
    reasons: dict[str, int] = {}
    for clause in silent:
        word = REASONS[clause.reason or ""][vocabulary.LANGUAGES.index(lang)]
        reasons[word] = reasons.get(word, 0) + 1
    notes = [say("slides.notes.open", lang), *(f"{word}: {n}" for word, n in reasons.items())]
    rows = [[line] for line in named] or [[say("slides.all_computed", lang)]]
    return Slide(title, Grid([say("slides.open_head", lang)], rows, [1]), notes=notes)
