"""The words of docs/hindcast.md on the plan whose outcome is measured, all from what was found."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emisim.hindcast import controls, effects
from emisim.hindcast.page import Chapter, control_table, part_table, ranged
from emisim.hindcast.separation import Part
from emisim.hindcast.study import Hindcast, Region, Tables

YEAR_DAYS = 365


def inside(guess: Part, seen: Part) -> str:
    """Return in words where the outcome lies against the forecast."""
    if guess.low <= seen.value <= guess.high:
        return "inside the range of the forecast"
    side = "above" if seen.value > guess.high else "below"
    return f"**{side} the range of the forecast: a miss**"


def forecast(found: Hindcast, chance: float, limit: float, days: Sequence[str],
             figure: Figure) -> Chapter:  # fmt: skip
    """Return the chapter of the forecast against the outcome.

    Parameters
    ----------
    chance
        Probability that the target is met, by the forecast.
    limit
        The target, %.
    days
        Paragraphs of :func:`good_days`.
    """
    guess, seen = found.expected, found.observed
    change, came = guess.percent[0], seen.percent[0]
    miss = came - change
    right = (change <= limit) == (came <= limit)
    text = [
        f"With what was known at the end of 2015, the toolkit forecasts the annual mean PM2.5 of "
        f"the city to change by {ranged(guess)} %, where the plan wanted {limit:+.0f} %. It "
        f"changed by {came:+.1f} %: {inside(guess, seen)}, {abs(miss):.0f} percentage points "
        f"{'above' if miss > 0 else 'below'} the best value.",
        said(found),
        f"The verdict, **{'met' if change <= limit else 'not met'}**, was "
        f"{'right' if right else '**wrong**'}; by the forecast the target had a probability of "
        f"{chance:.0%}. The sign of the change was "
        f"{'right' if change * came > 0 else '**wrong**'}.",
        "The range holds what could not be known: what one year's weather does to the mean, what "
        "the neighbours do (`background_change`), how much of the air is the city's own, and "
        "whether the plan is done at all. It leaves out errors of the inventory.",
        *days,
    ]
    table = part_table([*found.forecast, guess])
    return Chapter(
        "Jincheng 2015 to 2016: forecast and outcome", text,
        {"Forecast made before the year, PM2.5 at the city": table}, {"forecast": figure},
    )  # fmt: skip


def said(found: Hindcast) -> str:
    """Return what the scenarios say, as one sentence."""
    levels = found.effects.levels
    base = levels[effects.BASE]
    names = {
        effects.REFERENCE: "2016 without the plan",
        effects.STATED: "the plan in full and on time",
        effects.EXPECTED: "the plan as expected",
    }
    changes = [
        f"{words} {levels[name]:.1f} ug/m3 ({100 * (levels[name] / base - 1):+.1f} %)"
        for name, words in names.items()
    ]
    return f"By scenario, from {base:.1f} ug/m3 in 2015: {'; '.join(changes)}."


def good_days(days: pd.Series | None, came: Mapping[str, float]) -> list[str]:
    """Return the paragraph on good days.

    Parameters
    ----------
    days
        Of :func:`emisim.hindcast.study.good_days`, or None without daily values.
    came
        Good-day shares of ``base`` and plan ``year`` and the ``target``, %.
    """
    seen = (
        f"Good days were {came['base']:.1f} % of 2015 and {came['year']:.1f} % of 2016 (archived "
        f"index), where the plan wanted {came['target']:.1f} %"
    )
    if days is None:
        return [f"{seen}. Daily values are not at hand; the days were not counted again."]
    ends = ("expected", "low", "high")
    share = {n: came["base"] + 100 * days[n] / YEAR_DAYS for n in ends}
    met = share["expected"] >= came["target"]
    right = met == (came["year"] >= came["target"])
    held = share["low"] <= came["year"] <= share["high"]
    already = came["base"] >= came["target"]
    return [
        f"{seen}. The plan as expected, laid on every observed day of 2015, changes "
        f"{days['expected']:+.0f} days: a forecast of {share['expected']:.1f} %, from "
        f"{share['low']:.1f} to {share['high']:.1f} % over the range of the PM2.5 forecast. The "
        f"verdict **{'met' if met else 'not met'}** {'was right' if right else 'is **a miss**'}, "
        f"and the outcome lies {'inside' if held else '**outside**'} the range. 2015 itself "
        + (
            "had already reached the target: the year's weather and region decided, not the plan. "
            if already
            else "had fallen short of the target. "
        )
        + "O3 is held as it was archived.",
    ]


def parts(found: Hindcast, around: Region, t: Tables, months: Sequence[str],
          extra: Mapping[str, pd.DataFrame], figures: Mapping[str, Figure]) -> Chapter:  # fmt: skip
    """Return the chapter that separates plan, background and weather.

    Parameters
    ----------
    months
        Paragraphs of :func:`apart`.
    extra
        More tables by caption.
    """
    plan, rest = found.effects.plan, found.parts[-1]
    share = found.effects.share
    text = [
        f"The neighbours tell most of it. Mixed so that they follow the city through 2015, they "
        f"changed by {ranged(around.shared)} % without Jincheng's plan; the city itself changed by "
        f"{found.observed.percent[0]:+.1f} %. What is its own is "
        f"{100 * np.expm1(around.control.own):+.1f} %. The same sum for each neighbour, where only "
        f"its own affairs should show, gives {100 * around.error:.0f} % (root mean square): **with "
        f"neighbours alone, no effect below about {200 * around.error:.0f} % shows in the annual "
        f"mean of one city**, and the plan's {ranged(plan)} % is far below. Rank of the city's own "
        f"part among the placebos: {controls.rank(around.control, around.placebos):.2f} (a small "
        "number would be remarkable). Neighbours have plans too: what is shared holds theirs.",
        *months,
        f"In the sum, the background, {share.value:.2f} ({share.low:.2f} to {share.high:.2f}) of "
        "the PM2.5 of 2015 by the shares of its components, changes as the neighbours were seen to "
        "change, weather and emissions alike; the city's own part feels the weather, and its own "
        f"emissions as computed. What remains, {ranged(rest)} %, has a range that "
        f"{'holds' if rest.low <= 0 <= rest.high else 'does **not** hold'} zero.",
        inseparable(around, t),
    ]
    tables = {
        "Parts of the observed change of PM2.5 (their logarithms add)": part_table(
            [*found.parts, found.observed]
        ),
        "Synthetic controls of PM2.5: the city, and each neighbour as a placebo; 100 x logarithm":
            control_table(around),
        **extra,
    }  # fmt: skip
    return Chapter("Why: plan, background, weather", text, tables, figures)


def inseparable(around: Region, t: Tables) -> str:
    """Return the paragraph on what cannot be separated."""
    p = t.numbers
    limit = p.value("limit", "%", process="weather-year")
    spread = p.value("spread", "%", process="weather-year")
    nation = p.value("weather_change", "%", process="nation")
    return (
        "**What cannot be separated.** No daily weather of 2015 and 2016 was found for Jincheng, "
        "Changzhi, Zhengzhou or Taiyuan, so that weather and emissions of the region come as one "
        "number. Their division is set by prior spreads, it is not seen: weather "
        f"{ranged(around.weather)} %, emissions of the region {ranged(around.emissions)} %. For "
        f"scale: the weather of a year moves the annual mean by {spread:.0f} % on average (Gong "
        f"2021), by up to {limit:.0f} % (Ji 2020); in the mean of China it made 2016 "
        f"{nation:+.0f} % against 2015, and of the key regions only the Fenwei plain did not share "
        "the steady decline (WRF-CMAQ, China Environmental Science 2019). That cities of the "
        "plateau rose while those of the plain, 100 km away, fell is more than weather is known to "
        "do, and speaks for emissions of the plateau; this is a reading, not a result."
    )


def apart(above: Sequence[int], below: Sequence[int], changes: pd.DataFrame) -> list[str]:
    """Return the paragraph on months that leave the control.

    Parameters
    ----------
    above, below
        Months of the plan year above and below the band.
    changes
        Logarithm of the change of every species over these months (``above``, ``below``).
    """
    if not above and not below:
        return []
    said = []
    for name, months in (("above", above), ("below", below)):
        if months:
            moved = ", ".join(f"{s} {100 * np.expm1(v):+.0f} %" for s, v in changes[name].items())
            said.append(f"{name} in months {', '.join(map(str, months))} (against 2015: {moved})")
    return [
        f"The small own part is a balance of large ones. Month by month the city leaves its "
        f"control by more than two standard errors: {'; '.join(said)}. All pollutants move "
        "together, which points to dilution, to the position of monitors or to the activity of the "
        "whole town, not to a measure on one source. No plan of the kind explains it, and the "
        "toolkit, which gives the plan year the weather of the base year, cannot show it.",
    ]
