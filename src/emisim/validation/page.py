"""docs/validation.md: the summary of all targets, then one part after the other."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emisim import output
from emisim.figures import style
from emisim.validation.section import Check, Section

TITLE = "# Validation of transport and chemistry"
INTRODUCTION = (
    "Written by `make validate`. Each number below is measured by running the model of this "
    "version; a number outside its target is printed as missed. What the model is compared with "
    "is named in each part. One choice was made by such a comparison: the set of weather classes, "
    "by the hourly year of Yushe ([decision 0008](decisions/0008-class-set.md)); the other "
    "stations test it."
)
DOTS = 110
"""Dots per inch of the page's figures."""


def write(sections: Sequence[Section], page: Path, folder: Path) -> None:
    """Write ``page`` and its figures (PNG) into ``folder``, a directory beside the page."""
    for section in sections:
        for name, figure in section.figures.items():
            save(figure, folder / f"{section.key}-{name}.png")
    with output.atomic(page) as temporary:
        temporary.write_text(text(sections, folder.name), encoding="utf-8")


def text(sections: Sequence[Section], folder: str) -> str:
    """Return the page; figures are linked in ``folder``."""
    parts = [TITLE, INTRODUCTION, "## Targets", *summary(sections)]
    for section in sections:
        parts += [f"## {section.title}", *section.text]
        for caption, table in section.tables.items():
            parts += [f"*{caption}*", markdown(table)]
        for name, figure in section.figures.items():
            message, _ = style.caption(figure)
            parts.append(f"![{message}]({folder}/{section.key}-{name}.png)")
    return "\n\n".join(parts) + "\n"


def summary(sections: Sequence[Section]) -> list[str]:
    """Return the sentence that counts the targets and the table of all of them."""
    checks = [(section, check) for section in sections for check in section.checks]
    missed = sum(not check.reached for _, check in checks)
    silent = [section.title for section in sections if not section.checks]
    lines = [f"{len(checks)} targets, {len(checks) - missed} reached, {missed} missed."]
    if silent:
        lines.append(f"Not run: {', '.join(silent)}.")
    rows = [row(section, check) for section, check in checks]
    table = pd.DataFrame(rows, columns=["part", "what", "measured", "target", "result"])
    return [" ".join(lines), markdown(table)]


def row(section: Section, check: Check) -> list[str]:
    """Return one line of the summary."""
    result = "reached" if check.reached else "**missed**"
    return [section.title, check.name, number(check.measured, check.digits), check.target, result]


def number(value: object, digits: int = 3) -> str:
    """Return a table cell: numbers to ``digits`` significant ones, what is not there a dash."""
    if isinstance(value, (float, np.floating)):
        return "-" if np.isnan(value) else f"{value:.{digits}g}"
    return str(value)


def markdown(table: pd.DataFrame) -> str:
    """Return a table without its index as Markdown."""
    head = "| " + " | ".join(map(str, table.columns)) + " |"
    rule = "|---" * len(table.columns) + "|"
    cells = ["| " + " | ".join(map(number, line)) + " |" for line in table.itertuples(index=False)]
    return "\n".join([head, rule, *cells])


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, the same bytes for the same figure."""
    message, subtitle = style.caption(figure)
    words = {"Title": message, "Description": subtitle, "Software": None}
    with style.context(), output.atomic(path) as temporary:
        figure.savefig(temporary, format="png", dpi=DOTS, metadata=words)
