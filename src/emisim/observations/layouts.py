"""The layouts that people have, and what each column of a table means."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from emisim.cells import plain
from emisim.errors import Faults, InputError
from emisim.observations.dates import PATTERNS
from emisim.observations.terms import MICROGRAMS, Header, interpret, unit_name

AQISTUDY = (
    *("city", "date", "AQI", "range", "grade"),
    *("PM2.5", "PM10", "SO2", "CO", "NO2", "O3", "rank"),
)
"""Columns of the daily files of aqistudy.cn, which have no header; CO in mg/m3."""
TITLE_LINES = 10
"""A header stands within this many lines from the top."""


@dataclass(frozen=True)
class Layout:
    """A table whose columns are understood: name, headers by column, body, lines left out."""

    name: str
    headers: list[tuple[str, Header]]
    body: pd.DataFrame
    file: str
    repeated: list[int] = field(default_factory=list)
    above: list[int] = field(default_factory=list)

    def columns(self, role: str) -> list[int]:
        """Return the columns of a role."""
        return [i for i, (_, header) in enumerate(self.headers) if header.role == role]

    def text(self, role: str) -> pd.Series:
        """Return the column of a role, empty text where the table has none."""
        found = self.columns(role)
        if not found:
            return pd.Series("", index=self.body.index, dtype=object)
        return self.body.iloc[:, found[0]]

    def title(self, role: str) -> str:
        """Return the header of the column of a role as it stands."""
        found = self.columns(role)
        return self.headers[found[0]][0] if found else role


def recognise(cells: pd.DataFrame, file: Path) -> Layout:
    """Return the layout of a table of cells.

    Raises
    ------
    InputError
        If there is no header and it is not the layout of aqistudy, no column of dates, no body,
        or a line is longer than the header.
    """
    at = _header_line(cells)
    if at is None:
        return _headerless(cells, file)
    titles = [str(t) for t in cells.iloc[at]]
    headers = [(title, interpret(title)) for title in titles]
    below = cells.iloc[at + 1 :]
    again = (below.to_numpy() == cells.iloc[at].to_numpy()).all(axis=1)
    body, name = below[~again], _kind(headers)
    headers, body = _with_units(headers, body)
    again_at, above = below.index[again].tolist(), cells.index[:at].tolist()
    layout = Layout(name, headers, body, str(file), again_at, above)
    _require_whole(layout, int(cells.index[at]))
    return layout


def _header_line(cells: pd.DataFrame) -> int | None:
    """Return the position of the first line that names a column of dates and has no date."""
    best = None
    for i in range(min(TITLE_LINES, len(cells))):
        known = {interpret(text).role for text in cells.iloc[i] if text}
        if "date" in known or "pollutant" in known:
            if "date" in known:
                return i
            best = i if best is None else best
    return best


def _with_units(
    headers: list[tuple[str, Header]], body: pd.DataFrame
) -> tuple[list[tuple[str, Header]], pd.DataFrame]:
    """Take the units of a second header line, where the first line of the body is one."""
    if body.empty:
        return headers, body
    units = [unit_name(text) for text in body.iloc[0]]
    named = [
        h.role == "pollutant" and u in MICROGRAMS for (_, h), u in zip(headers, units, strict=True)
    ]
    if not any(named):
        return headers, body
    joined = [
        (title, header._replace(unit=unit) if found else header)
        for (title, header), unit, found in zip(headers, units, named, strict=True)
    ]
    return joined, body.iloc[1:]


def _kind(headers: list[tuple[str, Header]]) -> str:
    roles = {header.role for _, header in headers}
    if {"species", "value"} <= roles:
        return "long"
    if "pollutant" in roles:
        return "wide"
    return "platform" if "species" in roles else "places"


def _headerless(cells: pd.DataFrame, file: Path) -> Layout:
    first = [plain(text) for text in cells.iloc[0]]
    dated = [any(p.fullmatch(text) for p in PATTERNS.values()) for text in first]
    if len(first) != len(AQISTUDY) or not dated[1]:
        msg = "no header that names a column of dates or pollutants"
        allowed = ["日期/date", "PM2.5, PM10, SO2, NO2, CO, O3", "the 12 columns of aqistudy"]
        hint = "add a header line, such as: 日期,城市,PM2.5(ug/m3),..."
        line, value = int(cells.index[0]), ",".join(str(c) for c in cells.iloc[0])[:60]
        raise InputError(msg, file=file, row=line, value=value, allowed=allowed, hint=hint)
    headers = [(title, interpret(title)) for title in AQISTUDY]
    headers = [
        (title, header._replace(averaging="unknown") if header.species == "O3" else header)
        for title, header in headers
    ]
    return Layout("aqistudy", headers, cells, str(file))


def _require_whole(layout: Layout, line: int) -> None:
    """Raise where a table has no dates, no body, or more cells than headers."""
    if not layout.columns("date"):
        msg, hint = "no column of dates", "name the column of dates 日期 or date"
        names = [title for title, _ in layout.headers]
        raise InputError(msg, file=layout.file, row=line, value=names, hint=hint)
    if layout.body.empty:
        msg, hint = "table has a header and no lines", "export the table again"
        raise InputError(msg, file=layout.file, row=line, hint=hint)
    width = max(i for i, (title, _) in enumerate(layout.headers) if title) + 1
    beyond, faults = (layout.body.iloc[:, width:] != "").to_numpy(), Faults()
    for at in np.flatnonzero(beyond.any(axis=1)).tolist():
        i = int(np.argmax(beyond[at]))
        msg = f"the line has a cell in column {width + i + 1}, which has no header"
        row, value = int(layout.body.index[at]), layout.body.iloc[at, width + i]
        hint = "look for a missing quote or an extra comma, or name the column"
        faults.add(InputError(msg, file=layout.file, row=row, value=value, hint=hint))
    faults.tell()
