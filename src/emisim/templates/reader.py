"""Read a filled workbook back: the tables of a city, every cell as text."""

from pathlib import Path
from typing import Any

import pandas as pd

from emisim import cells
from emisim.cells import Sheet
from emisim.errors import InputError
from emisim.intake.tables import fill_ditto
from emisim.templates import layout, workbook

UNIT = " ("
KEYS = frozenset(("id", "item", "place", "station", "species", "parameter"))
"""Columns of which every table has one."""
HEADER_ROW = workbook.ENGLISH + 1
"""Row of the English headers, as a spreadsheet counts."""
AMOUNTS = ("value", "low", "high")
"""Columns in which a merged cell would count one amount for several lines."""


def is_ours(path: str | Path) -> bool:
    """Return whether a file is a workbook as ``emisim new-city`` makes it, filled or not."""
    if Path(path).suffix.lower() not in cells.WORKBOOKS:
        return False
    try:
        found = cells.sheets(Path(path))
    except (InputError, OSError):
        return False
    names = {layout.sheet(table) for table in layout.TABLES}
    heads = [
        s.rows[workbook.ENGLISH][1]
        for s in found
        if s.name in names and len(s.rows) > workbook.ENGLISH
    ]
    return any(KEYS & {text.partition(UNIT)[0] for text in line} for line in heads)


def read(path: str | Path) -> dict[str, pd.DataFrame]:
    """Return the tables of a workbook by name, as text; the index is the row in the sheet.

    Lines above the headers and empty lines are left out, and sheets that the workbook did not have
    when it was made. Merged cells hold their text in each line, and 同上 what stands above.

    Raises
    ------
    InputError
        No workbook, no sheet of a table, a sheet whose line of English headers is gone, or an
        amount merged over several lines.
    """
    path = Path(path)
    if not path.is_file():
        msg = "there is no such workbook"
        hint = "emisim new-city makes it in the city's folder; or name another: --workbook FILE"
        raise InputError(msg, file=path, hint=hint)
    names = {layout.sheet(table): table for table in layout.TABLES}
    found = {names[s.name]: s for s in cells.sheets(path) if s.name in names}
    if not found:
        msg = "no sheet of this workbook is a table of a city"
        raise InputError(msg, file=path, allowed=list(names), hint="keep the names of the sheets")
    return {table: _table(sheet, path) for table, sheet in found.items()}


def _table(sheet: Sheet, path: Path) -> pd.DataFrame:
    row, line = sheet.rows[workbook.ENGLISH] if len(sheet.rows) > workbook.ENGLISH else (0, [])
    names = [text.partition(UNIT)[0] for text in line]
    if not KEYS & set(names):
        msg = f"sheet {sheet.name!r} has lost its line of English headers"
        hint = f"they stand in row {HEADER_ROW}; take them from a fresh workbook"
        raise InputError(msg, file=path, row=HEADER_ROW, value=line[:3], hint=hint)
    width = max(i for i, name in enumerate(names) if name) + 1
    below = [(r, texts) for r, texts in sheet.rows if r > row and any(texts)]
    for r, texts in below:
        if any(texts[width:]) or any(t for t, n in zip(texts, names, strict=False) if not n):
            msg = f"a cell of sheet {sheet.name!r} stands below no header"
            value = next(t for i, t in enumerate(texts) if t and not (i < width and names[i]))
            raise InputError(msg, file=path, row=r, value=value, hint="name the column or empty it")
    filled = [[*texts, *[""] * width][:width] for _, texts in below]
    index = pd.Index([r for r, _ in below], name="row")
    frame = pd.DataFrame(filled, columns=names[:width], index=index, dtype=object)
    _unmerge(frame, sheet, path)
    return frame.apply(fill_ditto)


def _unmerge(frame: pd.DataFrame, sheet: Sheet, path: Path) -> None:
    """Write the text of merged cells into each of their lines."""
    for top, left, bottom, right in sheet.merged:
        lines = frame.index[(frame.index > top) & (frame.index <= bottom + 1)]
        columns = frame.columns[left : right + 1]
        if len(lines) == 0 or lines[0] != top + 1 or len(columns) == 0:
            continue
        text: Any = frame.at[top + 1, columns[0]]
        amounts = columns.intersection(list(AMOUNTS))
        if text and len(amounts) and len(lines) * len(columns) > 1:
            msg = "an amount is merged over several cells"
            hint = "unmerge them and give each line its own amount"
            where: dict[str, Any] = {"row": top + 1, "column": str(amounts[0]), "value": text}
            raise InputError(msg, file=path, sheet=sheet.name, hint=hint, **where)
        frame.loc[list(lines), list(columns)] = text
