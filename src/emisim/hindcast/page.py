"""docs/hindcast.md as a file: chapters of text, tables and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emisim import output
from emisim.figures import style
from emisim.hindcast.separation import Part
from emisim.hindcast.study import Region
from emisim.validation.page import markdown, save

TITLE = "# Hindcast: what the toolkit would have said, and what happened"
INTRODUCTION = (
    "Written by `make hindcast` from `results/` (after `make run`) and `inputs/hindcast/`. One "
    "plan of the five, Jincheng's of 2016, has measured means of both its base and its plan year; "
    "of the others the outcome is remembered at best, and is shown as that. Ranges are meant to "
    "hold nine of ten; every number behind them is a row with its source."
)


@dataclass(frozen=True)
class Chapter:
    """A chapter: paragraphs, tables by caption, figures by name."""

    title: str
    text: Sequence[str]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)


def write(chapters: Sequence[Chapter], page: Path, folder: Path) -> None:
    """Write the page and its figures (PNG, into ``folder`` beside the page)."""
    lines = [TITLE, INTRODUCTION]
    for chapter in chapters:
        lines += [f"## {chapter.title}", *chapter.text]
        for caption, table in chapter.tables.items():
            lines += [f"*{caption}*", markdown(table)]
        for name, figure in chapter.figures.items():
            save(figure, folder / f"{name}.png")
            message, _ = style.caption(figure)
            lines.append(f"![{message}]({folder.name}/{name}.png)")
    with output.atomic(page) as temporary:
        temporary.write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def ranged(part: Part) -> str:
    """Return a part in percent with its range."""
    value, low, high = part.percent
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f})"


def part_table(parts: Sequence[Part]) -> pd.DataFrame:
    """Return parts in percent with their ranges."""
    rows = []
    for part in parts:
        value, low, high = part.percent
        rows.append((part.name, f"{value:+.1f}", f"{low:+.1f} to {high:+.1f}"))
    return pd.DataFrame(rows, columns=["part", "change, %", "range, %"])


def control_table(around: Region) -> pd.DataFrame:
    """Return the controls: weights, misfit, what is shared, observed, own part (100 x log)."""
    rows = []
    for c in (around.control, *around.placebos):
        named = ", ".join(f"{name} {weight:.2f}" for name, weight in c.weights.items()
                          if round(weight, 2) > 0)  # fmt: skip
        numbers = [f"{100 * v:+.1f}" for v in (c.shared, c.observed, c.own)]
        rows.append((c.city, named, f"{100 * c.misfit:.1f}", *numbers))
    columns = ["city", "weights", "misfit", "control", "observed", "own part"]
    return pd.DataFrame(rows, columns=columns)


def change_table(changes: pd.DataFrame) -> pd.DataFrame:
    """Return changes (place, species), logarithms, in percent, the largest first."""
    ordered = changes.sort_values(changes.columns[0], ascending=False)
    percent = ordered.map(lambda v: 100 * np.expm1(v))
    return percent.map(lambda v: "-" if np.isnan(v) else f"{v:+.1f}").reset_index()


def share_table(components: pd.DataFrame) -> pd.DataFrame:
    """Return background shares by component as text."""
    return pd.DataFrame(
        {
            "component": components.index,
            "mass 2015, ug/m3": [f"{v:.1f}" for v in components["mass, ug/m3"]],
            "background share": [
                f"{r.share:.2f} ({r.low:.2f} to {r.high:.2f})" for r in components.itertuples()
            ],
        }
    )
