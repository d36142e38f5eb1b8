"""Sheets of a workbook: frozen heads, units, formats, filters, sums; text never is a formula."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

TONNES, LEVEL, CONCENTRATION = "#,##0.0", "0.0", "0.000"
PART, NUMBER, PLAIN = "0.0%", "#,##0.00", "General"
HEADER = {"bold": True, "bg_color": "#DDE6EE", "border": 1, "text_wrap": True, "valign": "top"}
WIDTH, WIDEST, WRAPPED = 12, 60, 40
FIRST = 3
"""Row of a spreadsheet in which the cells of a sheet begin: title, heads, cells."""
LONGEST_TITLE = 31
FORBIDDEN = "[]:*?/\\"
COUNTED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Formula(NamedTuple):
    """A formula and the value that it has."""

    text: str
    value: float


Cell = str | float | int | None | Formula


@dataclass(frozen=True)
class Sheet:
    """A table: ``forms`` are Excel formats by column, ``bold`` the rows that are sums."""

    title: str
    heading: str
    heads: Sequence[str]
    forms: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    bold: frozenset[int] = frozenset()


def letter(column: int) -> str:
    """Return the name of a column, counted from 0.

    Examples
    --------
    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    rest, last = divmod(column, len(COUNTED))
    return (letter(rest - 1) if rest else "") + COUNTED[last]


def added(column: int, first: int, last: int, values: Sequence[float]) -> Formula:
    """Return the sum of the cells ``first`` to ``last`` (counted from 0) of a column."""
    name = letter(column)
    return Formula(f"=SUM({name}{first + FIRST}:{name}{last + FIRST})", float(np.sum(values)))


def difference(row: int, after: int, before: int, values: Sequence[float]) -> Formula:
    """Return one column less another in a row; ``values``: after, before."""
    text = f"={letter(after)}{row + FIRST}-{letter(before)}{row + FIRST}"
    return Formula(text, values[0] - values[1])


def relative(row: int, after: int, before: int, values: Sequence[float]) -> Formula | None:
    """Return the change of one column on another in a row, nothing on zero."""
    if not values[1]:
        return None
    text = f"={letter(after)}{row + FIRST}/{letter(before)}{row + FIRST}-1"
    return Formula(text, values[0] / values[1] - 1)


def titles(sheets: Sequence[Sheet]) -> list[str]:
    """Return names that a workbook takes: 31 characters, none forbidden, each once.

    Examples
    --------
    >>> titles([Sheet(t, "", [], [], []) for t in ("a/b", "a?b", "History", "'x'")])
    ['a b', 'a b 2', 'History 2', 'x']
    """
    found: list[str] = []
    for sheet in sheets:
        plain = "".join(" " if c in FORBIDDEN else c for c in sheet.title).strip(" '") or "-"
        name, number = plain[:LONGEST_TITLE], 1
        taken = {known.lower() for known in found} | {"history"}
        while name.lower() in taken:
            number += 1
            ending = f" {number}"
            name = plain[: LONGEST_TITLE - len(ending)] + ending
        found.append(name)
    return found


class Writer:
    """Writes sheets into an open workbook, each format made once."""

    def __init__(self, file: Any) -> None:
        """Take the workbook (:class:`xlsxwriter.Workbook`)."""
        self.file = file
        self.formats: dict[tuple[str, bool], Any] = {}
        self.header = file.add_format(HEADER)
        self.title = file.add_format({"bold": True, "font_size": 13})

    def form(self, number: str, *, bold: bool) -> Any:
        """Return the format of a number or a text."""
        key = number, bold
        if key not in self.formats:
            look = {"num_format": number, "bold": bold, "valign": "top"}
            look |= {"text_wrap": True} if number == PLAIN else {}
            self.formats[key] = self.file.add_format(look)
        return self.formats[key]

    def add(self, sheet: Sheet, name: str) -> None:
        """Write one table: a line of what it holds, heads that stay in sight, filters, cells."""
        page = self.file.add_worksheet(name)
        page.write_string(0, 0, sheet.heading, self.title)
        for column, (head, number) in enumerate(zip(sheet.heads, sheet.forms, strict=True)):
            page.write_string(1, column, head, self.header)
            texts = (row[column] for row in sheet.rows)
            longest = max((wide(t) for t in texts if isinstance(t, str)), default=0)
            page.set_column(column, column, min(max(longest, WIDTH), WRAPPED))
            for row, cells in enumerate(sheet.rows):
                look = self.form(number, bold=row in sheet.bold)
                write(page, row + FIRST - 1, column, cells[column], look)
        page.freeze_panes(FIRST - 1, 0)
        if sheet.rows:
            page.autofilter(1, 0, len(sheet.rows) + 1, len(sheet.heads) - 1)

    def contents(self, name: str, lines: Mapping[str, str], sheets: Mapping[str, str]) -> None:
        """Write the first sheet: lines of what the book is, and the other sheets with links."""
        page = self.file.add_worksheet(name)
        bold = self.file.add_format({"bold": True, "valign": "top"})
        plain, link = self.form(PLAIN, bold=False), self.file.get_default_url_format()
        page.set_column(0, 0, WIDTH * 2)
        page.set_column(1, 1, WIDEST)
        for row, (head, text) in enumerate(lines.items()):
            page.write_string(row, 0, head, bold)
            page.write_string(row, 1, text, plain)
        for row, (title, heading) in enumerate(sheets.items(), start=len(lines) + 1):
            target = title.replace("'", "''")
            page.write_url(row, 0, f"internal:'{target}'!A1", link, title)
            page.write_string(row, 1, heading, plain)


def wide(text: str) -> int:
    """Return about how wide the longest line of a text is, in Latin characters."""
    return max(sum(1 if c.isascii() else 2 for c in line) for line in text.split("\n"))


def write(page: Any, row: int, column: int, value: Cell, look: Any) -> None:
    """Write a cell: text stays text, also where it begins with "="; what is not known is empty."""
    if isinstance(value, Formula):
        page.write_formula(row, column, value.text, look, value.value)
    elif isinstance(value, int | float | np.number):
        if np.isfinite(value):
            page.write_number(row, column, float(value), look)
    elif value is not None and str(value) not in ("", "nan"):
        page.write_string(row, column, str(value), look)
