"""Read a filled workbook back: the tables of a city, every cell as text."""

from pathlib import Path

import pandas as pd

from emisim import cells
from emisim.cells import Sheet
from emisim.errors import InputError
from emisim.templates import layout, workbook

UNIT = " ("
KEYS = frozenset(("id", "item", "place", "station", "species", "parameter"))
"""Columns of which every table has one."""
HEADER_ROW = workbook.ENGLISH + 1
"""Row of the English headers, as a spreadsheet counts."""


def read(path: str | Path) -> dict[str, pd.DataFrame]:
    """Return the tables of a workbook by name, as text; the index is the row in the sheet.

    Lines above the headers and empty lines are left out, and sheets that the workbook did not have
    when it was made.

    Raises
    ------
    InputError
        No workbook, no sheet of a table, or a sheet whose line of English headers is gone.
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
    return pd.DataFrame(filled, columns=names[:width], index=index, dtype=object)
