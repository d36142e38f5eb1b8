"""Slides of concentrations: against the goals, by source, by district."""

from collections.abc import Iterator

from emisim import vocabulary
from emisim.figures import goals, messages
from emisim.figures.findings import Findings
from emisim.figures.language import concentration, say, term
from emisim.figures.style import palette
from emisim.slides.parts import Chart, Slide

CITY, FIRST = "city", "PM2.5"
SCENARIOS = ("base", "reference", "stated", "expected")
ROLES = {"base": "total", "reference": "without", "stated": "fall", "expected": "expected"}
GOAL, BACKGROUND = "target", "background"
MOST = 10
"""Receptors or districts on one slide."""
NUMBER = "0.0"


def goals_of(findings: Findings, lang: str) -> Iterator[Slide]:
    """Yield the city's annual means by scenario beside what the plan asks for."""
    if findings.by_area is None:
        yield Slide(say("absent.air", lang))
        return
    known = [s for s in goals.species(findings.verdict) if s in findings.by_area["species"].values]
    levels = {s: goals.levels(findings.by_area, s, CITY) for s in known}
    known = [s for s in known if levels[s]]
    asked = {s: goals.level(findings.verdict, s, CITY, lang) for s in known}
    ceilings = {s: None if found is None else found.level for s, found in asked.items()}
    series = {
        say(f"html.scenario.{name}", lang): [levels[s].get(name) for s in known]
        for name in SCENARIOS
        if any(name in levels[s] for s in known)
    }
    colors = [palette()[ROLES[n]] for n in SCENARIOS if any(n in levels[s] for s in known)]
    if any(ceilings.values()):
        series[say("waterfall.goal", lang)] = [ceilings[s] for s in known]
        colors.append(palette()[GOAL])
    fields = {"place": findings.place[lang], "species": term(FIRST, lang),
              "receptor": say("area.city", lang)}  # fmt: skip
    here = levels.get(FIRST, {})
    if not {"base", "stated"} <= set(here):
        yield Slide(say("absent.scenario", lang, names="base, stated"))
        return
    title = messages.to_goal(here, ceilings[FIRST], fields, lang)
    made = Chart("column", [term(s, lang) for s in known], series, colors,
                 say("slides.concentration", lang), NUMBER, start=0)  # fmt: skip
    subtitle = say("slides.goals", lang, place=findings.place[lang])
    yield Slide(title, made, subtitle, [say("slides.notes.air", lang)])


def sources(findings: Findings, lang: str) -> Iterator[Slide]:
    """Yield who contributes to the receptors in the base year, by sector."""
    rows = findings.contributions
    if rows is None:
        if findings.by_area is not None:
            yield Slide(say("absent.contributions", lang))
        return
    chosen = rows[(rows["scenario"] == "base") & (rows["species"] == FIRST)]
    table = chosen.pivot_table(index="receptor", columns="sector", values="ug_m3", aggfunc="sum")
    table = table[[s for s in (*vocabulary.SECTORS, BACKGROUND) if s in table]].fillna(0)
    points = [] if findings.at_monitors is None else findings.at_monitors["station"].values.tolist()
    names = {CITY: say("area.city", lang)} | {str(p): str(p) for p in points}
    if not points:
        names |= dict(findings.districts[lang])
    table = table.loc[[n for n in names if n in table.index][:MOST]]
    worst = str(table.sum(axis=1).idxmax())
    local = chosen[(chosen["receptor"] == worst) & (chosen["sector"] != BACKGROUND)]
    fields = {"place": findings.place[lang], "species": term(FIRST, lang),
              "receptor": names[worst]}  # fmt: skip
    title = messages.largest_contributors(
        local, float(table.loc[[worst]].to_numpy().sum()), fields, lang
    )
    kinds = [str(s) for s in table if table[s].sum() > 0]
    words = {s: say("contributions.background", lang) if s == BACKGROUND else term(s, lang)
             for s in kinds}  # fmt: skip
    colors = [palette()["rule" if s == BACKGROUND else s] for s in kinds]
    made = Chart("stacked bar", [names[str(r)] for r in table.index],
                 {words[s]: table[s].tolist() for s in kinds}, colors,
                 say("slides.concentration", lang), start=0)  # fmt: skip
    subtitle = say("contributions.subtitle", lang, year=findings.years[0], **fields)
    yield Slide(title, made, subtitle, [say("slides.notes.contributions", lang)])


def districts(findings: Findings, lang: str) -> Iterator[Slide]:
    """Yield the annual means of the districts, where they fall most and least."""
    if findings.by_area is None:
        return
    names = {d: n for d, n in findings.districts[lang].items()
             if d in findings.by_area["area"].values}  # fmt: skip
    levels = {d: goals.levels(findings.by_area, FIRST, d) for d in names}
    falls = {d: v["base"] - v["stated"] for d, v in levels.items() if {"base", "stated"} <= set(v)}
    if not falls:
        yield Slide(say("slides.no_districts", lang))
        return
    ranked = sorted(falls, key=lambda d: -falls[d])
    fields = {"species": term(FIRST, lang), "most": names[ranked[0]], "least": names[ranked[-1]],
              "largest": concentration(falls[ranked[0]]),
              "smallest": concentration(falls[ranked[-1]])}  # fmt: skip
    shown = sorted(ranked[:MOST], key=lambda d: -levels[d]["base"])
    kept = ("base", "stated", "expected")
    series = {say(f"html.scenario.{s}", lang): [levels[d].get(s) for d in shown] for s in kept}
    made = Chart("column", [names[d] for d in shown], series, [palette()[ROLES[s]] for s in kept],
                 say("slides.concentration", lang), NUMBER, start=0)  # fmt: skip
    title = say("slides.districts", lang, **fields)
    subtitle = say("slides.districts_subtitle", lang, species=fields["species"])
    yield Slide(title, made, subtitle, [say("slides.notes.air", lang)])
