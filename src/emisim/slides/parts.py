"""What stands on a slide, as plain data: charts, tables, pictures, words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["bar", "column", "stacked bar", "stacked column", "whole bar"]
Series = Mapping[str, Sequence[float | None]]


@dataclass(frozen=True)
class Chart:
    """A native chart.

    Parameters
    ----------
    kind
        Clustered or stacked bars (lying) or columns; ``whole bar``: stacked to 100 %.
    categories, series
        Names, and name -> values in the order of the categories (None: nothing there).
    colors
        Hex colour of each series; "" for one that only lifts the next and is not seen.
    unit
        Title of the axis of values.
    number
        Excel format of the data labels, "" for none; ``numbers`` of single series.
    start
        Where the axis of values begins; None lets the program choose.
    """

    kind: Kind
    categories: Sequence[str]
    series: Series
    colors: Sequence[str]
    unit: str
    number: str = ""
    numbers: Mapping[str, str] = field(default_factory=dict)
    start: float | None = None


@dataclass(frozen=True)
class Grid:
    """A table: heads, rows of text, part of the width of each column."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]


@dataclass(frozen=True)
class Picture:
    """A drawn figure without its own title and footer; ``path`` is its PNG."""

    path: Path
    description: str


@dataclass(frozen=True)
class Lines:
    """Sentences below each other."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Slide:
    """One message, what shows it, what is said below it and in the speaker's notes."""

    title: str
    body: Chart | Grid | Picture | Lines | None = None
    subtitle: str = ""
    notes: Sequence[str] = ()
    species: tuple[str, ...] = ()
