"""Slides of what each measure does: waterfalls of tonnes and concentrations, in sequence, alone."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from emisim.figures import goals, messages, waterfall
from emisim.figures.findings import LEDGER, Findings
from emisim.figures.language import change, concentration, listing, mass, say, scaled, shorten, term
from emisim.figures.style import palette
from emisim.figures.waterfall import Bar
from emisim.slides.parts import Chart, Slide

CITY, SPECIES, STATED = "city", "PM2.5", "stated"
NAME_COLUMNS = 40
COMPARED = 8
"""Measures told in sequence and alone."""
ROOM = 1 / 4
"""Part of the range shown that lies below the lowest bar."""
SCENARIOS = ("base", "reference", STATED)
LIFT = "lift"
DIGITS, MOST_DIGITS = 2, 4
"""Digits of changes after the first of the whole range, and the most after the point."""


def tonnes(findings: Findings, lang: str) -> Iterator[Slide]:
    """Yield a waterfall of the tonnes of each species of the ledger."""
    ledger = findings.measures(LEDGER[0])
    if ledger.empty:
        yield Slide(say("slides.no_measures", lang))
        return
    for species in LEDGER:
        levels, rows = findings.by_scenario(species), findings.measures(species)
        missing = [name for name in SCENARIOS if name not in levels]
        if missing or not levels["base"]:
            nothing = say("slides.no_emission", lang, species=term(species, lang))
            absent = say("absent.scenario", lang, names=listing(missing, lang))
            yield Slide(absent if missing else nothing)
            continue
        divisor, unit = scaled(levels["base"], "mass", lang)
        steps = pd.DataFrame({"name": rows[f"name_{lang}"], "change": rows["in_sequence_t"],
                              "alone": rows["alone_t"]})  # fmt: skip
        bars = waterfall.bars(levels, steps, findings.years, lang)
        title = messages.plan_effect(rows, levels["reference"], species, lang)
        subtitle = say("slides.waterfall", lang, species=term(species, lang),
                       place=findings.place[lang])  # fmt: skip
        unit = say("slides.per_year", lang, unit=unit)
        notes = [say("slides.notes.ledger", lang), *told(bars, partial(mass, lang=lang))]
        yield Slide(title, chart(bars, divisor, unit, lang), subtitle, notes, (species,))


def of_air(findings: Findings, lang: str) -> Iterator[Slide]:
    """Yield the waterfall of the city's annual mean, and the largest measures alone."""
    if findings.effects is None or findings.by_area is None:
        key = "absent.air" if findings.by_area is None else "absent.effects"
        yield Slide(say(key, lang))
        return
    rows = named(findings.effects, findings.ledger, lang)
    if rows.empty:
        yield Slide(say("slides.no_measures", lang))
        return
    levels = goals.levels(findings.by_area, SPECIES, CITY)
    missing = [name for name in SCENARIOS if name not in levels]
    if missing:
        yield Slide(say("absent.scenario", lang, names=listing(missing, lang)))
        return
    bars = waterfall.bars(levels, rows, findings.years, lang)
    top = rows.iloc[int(rows["change"].argmin())]
    title = say("slides.air_effect", lang, measure=top["name"], species=term(SPECIES, lang),
                change=change(top["change"]))  # fmt: skip
    subtitle = say("slides.waterfall_air", lang, species=term(SPECIES, lang),
                   place=findings.place[lang])  # fmt: skip
    notes = [say("slides.notes.effects", lang), *told(bars, concentration)]
    made = chart(bars, 1, say("slides.concentration", lang), lang)
    yield Slide(title, made, subtitle, notes, (SPECIES,))
    yield _alone(rows, lang)


def named(rows: pd.DataFrame, ledger: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return name, change and alone (ug/m3) of each measure at the city's mean, plan in full."""
    here = (rows["scenario"] == STATED) & (rows["receptor"] == CITY) & (rows["species"] == SPECIES)
    rows = rows[here & (rows["order"] > 0)]
    words = ledger.drop_duplicates("id").set_index("id")[f"name_{lang}"]
    return pd.DataFrame({
        "name": rows["id"].map(words).fillna(rows["id"]).to_numpy(),
        "change": rows["in_sequence_ug_m3"].to_numpy(), "alone": rows["alone_ug_m3"].to_numpy(),
    })  # fmt: skip


def _alone(rows: pd.DataFrame, lang: str) -> Slide:
    """Return the largest measures in sequence and alone; the message names what differs most."""
    largest = rows["alone"].sort_values(kind="stable").index[:COMPARED]
    shown = rows.loc[largest]
    alone, together = float(rows["alone"].sum()), float(rows["change"].sum())
    title = say(
        "slides.alone", lang, species=term(SPECIES, lang), alone=change(alone),
        together=change(together),
    )  # fmt: skip
    series = {
        say("slides.in_sequence", lang): shown["change"].tolist(),
        say("slides.by_itself", lang): shown["alone"].tolist(),
    }
    colors = [palette()["fall"], palette()["without"]]
    names = [shorten(n, NAME_COLUMNS, 1) for n in shown["name"]]
    made = Chart("bar", names, series, colors, say("slides.concentration", lang), '0.00;"–"0.00')
    notes = [say("slides.notes.alone", lang)]
    return Slide(title, made, say("slides.alone_subtitle", lang), notes, (SPECIES,))


def chart(bars: Sequence[Bar], divisor: float, unit: str, lang: str) -> Chart:
    """Return a waterfall as stacked bars: an unseen one lifts each change to its place."""
    series: dict[str, list[float | None]] = {name: [] for name in (LIFT, "total", "fall", "rise")}
    for bar in bars:
        start = bar.end if bar.start is None else bar.start
        kind = "total" if bar.start is None else "fall" if bar.end < start else "rise"
        size = bar.end if kind == "total" else abs(bar.end - start)
        parts = {kind: size} if kind == "total" else {LIFT: min(start, bar.end), kind: size}
        for name, values in series.items():
            values.append(parts[name] / divisor if name in parts else None)
    ends = [end / divisor for bar in bars for end in (bar.start, bar.end) if end is not None]
    shown = max(ends) - min(ends)
    low = floor(min(ends) - ROOM * shown) if shown < min(ends) else 0
    digits = int(np.clip(DIGITS - np.floor(np.log10(shown)), 0, MOST_DIGITS)) if shown else 1
    form = f"#,##0.{'0' * digits}" if digits else "#,##0"
    words = {name: say(f"slides.{name}", lang) for name in series}
    numbers = {words["fall"]: f'"–"{form}', words["rise"]: f'"+"{form}', words["total"]: form}
    colors = ["", *(light(palette()[name]) for name in series if name != LIFT)]
    names = [shorten(bar.name, NAME_COLUMNS, 1) for bar in bars]
    renamed = {words[name]: column for name, column in series.items()}
    return Chart("stacked bar", names, renamed, colors, unit, numbers=numbers, start=low)


def light(color: str) -> str:
    """Return a colour half way to white, on which ink is read.

    Examples
    --------
    >>> light("#1B7A8C")
    '#8DBCC6'
    """
    parts = [int(color[k : k + 2], 16) for k in (1, 3, 5)]
    return "#" + "".join(f"{round((part + 255) / 2):02X}" for part in parts)


def floor(value: float) -> float:
    """Return the round number (two digits) at or below a positive value, 0 below it.

    Examples
    --------
    >>> floor(54.87), floor(0.0473), floor(-3.0)
    (54.0, 0.047, 0.0)
    """
    if value <= 0:
        return 0.0
    text = f"{value:.1e}"
    rounded = float(text)
    step = 10.0 ** (int(text.partition("e")[2]) - 1)
    return float(f"{rounded - step if rounded > value else rounded:.2g}")


def told(bars: Sequence[Bar], amount: Callable[[float], str]) -> list[str]:
    """Return the bars as lines for the speaker, with their names in full."""
    return [
        f"{bar.name}: {amount(bar.end if bar.start is None else bar.end - bar.start)}"
        for bar in bars
    ]
