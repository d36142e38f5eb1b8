"""The words of docs/hindcast.md on all plans, on the method, and in short."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emisim.hindcast.page import Chapter
from emisim.hindcast.separation import Part
from emisim.hindcast.study import Hindcast, Region, Tables


def short(found: Hindcast, around: Region, species: pd.DataFrame, changes: pd.Series,
          prior: Part) -> Chapter:  # fmt: skip
    """Return the chapter of what follows for users.

    Parameters
    ----------
    changes
        Logarithm of the change of PM2.5 at the neighbours.
    prior
        The prior change of the background.
    """
    known = species[species["outcome in range"].isin(["yes", "**no**"])]
    held = int((known["outcome in range"] == "yes").sum())
    within = int(((changes >= prior.low) & (changes <= prior.high)).sum())
    width = 100 * (np.exp(changes.std()) - 1)
    return Chapter(
        "In short",
        [
            "- **A plan's effect is computed at unchanged weather and neighbours.** In one real "
            "year these moved PM2.5 of Jincheng by "
            f"{100 * np.expm1(around.control.shared):+.0f} %, the plan by "
            f"{found.effects.plan.percent[0]:+.1f} %.\n"
            "- **Read a verdict as the plan's own contribution.** A target within "
            f"{100 * around.error:.0f} % of the base is decided by the year, not by the plan.\n"
            f"- **The prior for neighbours is too narrow.** `background_change` runs from "
            f"{prior.percent[1]:+.0f} to {prior.percent[2]:+.0f} %; of {len(changes)} neighbouring "
            f"and far cities {within} changed within it from 2015 to 2016 (standard deviation "
            f"{width:.0f} %).\n"
            f"- **{held} of {len(known)} outcomes** lie in the forecast's range, which is meant to "
            "hold nine of ten. All but one of them are remembered, not measured."
        ],
    )


def others(species: pd.DataFrame, targets: pd.DataFrame, remarks: pd.DataFrame) -> Chapter:
    """Return the chapter of all plans."""
    known = species[species["outcome in range"].isin(["yes", "**no**"])]
    missed = known[known["outcome in range"] == "**no**"]
    wrong = targets[targets["agree"] == "**no**"]
    text = [
        "Only Jincheng's outcome is measured. The others are orders of magnitude from memory, 10 % "
        "either way, wider than most plans are large: they can contradict a forecast, they cannot "
        "confirm it.",
        miss_text(missed),
        *(f"Verdict against outcome, {row.plan}, {row.target}: forecast {row.forecast}, came "
          f"{row.came}. {edge(row)}" for row in wrong.itertuples()),
    ]  # fmt: skip
    shown = targets.rename(columns={"agree": "verdict agrees", "came": "outcome"})
    words = remarks[["plan", "remark", "status", "source"]]
    return Chapter(
        "All five plans", text,
        {
            "Change from the base to the plan year": species,
            "Targets of which the outcome is known": shown,
            "What else is known": words,
        },
    )  # fmt: skip


def edge(row) -> str:  # type: ignore[no-untyped-def]
    """Return why a verdict may differ from the outcome."""
    asked = float(row.asked.split()[2])
    near = abs(float(row.forecast.split()[0]) - asked) <= 0.05 * abs(asked)
    return (
        "The forecast lies on the edge of the target, where any error decides."
        if near
        else "The plan as computed does not reach what is remembered; see the changes above."
    )


def miss_text(missed: pd.DataFrame) -> str:
    """Return the misses with what the nation did in the same years."""
    if missed.empty:
        return "No known outcome lies outside the range of its forecast."
    said = []
    for row in missed.to_dict("records"):
        nation = row["China, %"]
        beside = "" if nation == "-" else f"; China {nation} %"
        said.append(f"{row['plan']} {row['species']}: {row['observed, %']} %, forecast "
                    f"{row['forecast, %']} %{beside}")  # fmt: skip
    return (
        f"Misses: {'. '.join(said)}. A forecast holds weather and neighbours of the base year; a "
        "national trend of several percent a year is missed each time, and to the same side. Where "
        "it is known, `background_change` in `inputs/factors/air.csv` is the row to set."
    )


def method(scores: pd.DataFrame | None, figure: Figure | None) -> Chapter:
    """Return the chapter on weather normalisation, with its error where it was measured."""
    text = [
        "Who has daily weather of both years can do better than neighbours: "
        "`emisim.hindcast.forest.normalise(concentration, weather, settings)` grows a random "
        "forest (scikit-learn, `pip install 'emisim[hindcast]'`) on weather, trend, day of the "
        "year and weekday (Grange et al. 2018) and draws the weather anew from the same time of "
        "the year, half of it from either year (Vu et al. 2019). It returns the change by weather "
        "and by emissions with a standard error from resampled blocks of days.",
    ]
    if scores is None or figure is None:
        absent = "scikit-learn is not installed: the error was not measured."
        return Chapter("Weather normalisation", [*text, absent])
    miss = scores["found"] - scores["weather"]
    rms = float(np.sqrt((miss**2).mean()))
    slope = float(np.polyfit(scores["weather"], scores["found"], 1)[0])
    within = float((miss.abs() <= 2 * scores["error"]).mean())
    text.append(
        f"Its error was measured on {len(scores)} made-up cities of two years, whose weather and "
        f"emissions are known: root mean square {100 * rms:.1f} % of the annual mean, where the "
        f"true effects spread by {100 * scores['weather'].std():.1f} %. It finds {slope:.0%} of an "
        f"effect, since a forest pulls towards the mean. The truth lies within two of its standard "
        f"errors in {within:.0%} of the cities; on days left out it explains "
        f"{scores['skill'].mean():.0%} of the variance. A real city has errors that a made-up one "
        "has not (weather measured elsewhere, transport from afar): take this as the least error."
    )
    return Chapter("Weather normalisation", text, {}, {"normalisation": figure})


def sources(t: Tables) -> Chapter:
    """Return the list of the sources of the hindcast's tables."""
    frames = (t.numbers.frame, t.neighbours, t.outcomes, t.remarks)
    used = set().union(*(frame["source"] for frame in frames))
    lines = [f"- {key}: {t.sources[key]}" for key in sorted(used)]
    return Chapter("Sources", ["\n".join(lines)])
