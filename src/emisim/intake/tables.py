"""Sheets of books as tables whose cells keep their row and column."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from emisim import cells
from emisim.cells import Sheet
from emisim.errors import InputError
from emisim.intake.faults import Log

DITTO = frozenset(("同上", "〃", "″", '"', "ditto", "同左"))
SHORT_NAME = 60


@dataclass(frozen=True)
class Table:
    """Filled lines of one sheet.

    ``cells`` (line x column) holds text, its index being the row in the sheet, merged cells
    filled; ``continued`` (same shape) is true where a cell only continues a merged one.
    """

    file: str
    sheet: str
    cells: pd.DataFrame
    continued: np.ndarray

    @property
    def place(self) -> tuple[str, str]:
        """File and sheet."""
        return self.file, self.sheet

    def lines(self, kept: np.ndarray) -> "Table":
        """Return the table with some of its lines (boolean or positions)."""
        return Table(self.file, self.sheet, self.cells[kept], self.continued[kept])


def read(path: str | Path, log: Log) -> Iterator[Table]:
    """Yield the tables of a workbook or text file; hidden and empty sheets are noted.

    A file that cannot be read is a fault of ``log``.
    """
    path = Path(path)
    try:
        if not path.is_file():
            msg, hint = "file not found", "check the name and the folder"
            near = sorted(p.name for p in path.parent.glob("*") if p.suffix in cells.SUFFIXES)
            raise InputError(msg, file=path, allowed=near or None, hint=hint)
        found = cells.sheets(path)
    except InputError as error:
        log.faults.add(error)
        return
    any_table = False
    for sheet in found:
        place = (path.name[-SHORT_NAME:], sheet.name)
        if sheet.hidden:
            log.note("excluded", "hidden sheet: unhide it to have it read", place)
            continue
        table = _table(sheet, place)
        if table is not None:
            any_table = True
            yield table
    if not any_table:
        log.fault("no sheet holds anything", (path.name, ""), hint="export the tables again")


def _table(sheet: Sheet, place: tuple[str, str]) -> Table | None:
    filled = [(row, line) for row, line in sheet.rows if any(line)]
    if not filled:
        return None
    width = max(len(line) for _, line in filled)
    width = max([width, *(last + 1 for _, _, _, last in sheet.merged if last < 2 * width)])
    text = np.full((len(filled), width), "", dtype=object)
    for at, (_, line) in enumerate(filled):
        text[at, : len(line)] = line
    rows = np.array([row for row, _ in filled])
    continued = _fill(text, rows, sheet)
    frame = pd.DataFrame(text, index=pd.Index(rows, name="row"))
    return Table(*place, frame, continued)


def _fill(text: np.ndarray, rows: np.ndarray, sheet: Sheet) -> np.ndarray:
    """Fill merged cells of ``text`` (line x column) with their first; return where that was."""
    continued = np.zeros(text.shape, dtype=bool)
    for top, left, bottom, right in sheet.merged:
        first, last = np.searchsorted(rows, [top + 1, bottom + 2])
        if first >= len(rows) or rows[first] != top + 1 or left >= text.shape[1]:
            continue
        block = (slice(first, last), slice(left, right + 1))
        text[block] = text[first, left]
        continued[block] = True
        continued[first, left] = False
    return continued


def fill_ditto(column: pd.Series) -> pd.Series:
    """Return texts with marks such as 同上 replaced by what stands above."""
    ditto = column.isin(DITTO)
    return column.mask(ditto).ffill().fillna("") if ditto.any() else column


def counted_once(table: Table, columns: Iterable[int], log: Log) -> Table:
    """Return the table with merged amounts in their first cell only, so that none is doubled."""
    frame, positions = table.cells.copy(), list(columns)
    for position in positions:
        again = table.continued[:, position]
        doubled = again & (frame[position] != "").to_numpy()
        if doubled.any():
            rows = frame.index[doubled]
            what = "amount merged over several cells: counted once, in the first"
            log.note("converted", what, table.place, rows=rows, value=frame.loc[rows[0], position])
            frame.loc[again, position] = ""
    return Table(table.file, table.sheet, frame, table.continued)
