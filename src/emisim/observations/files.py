"""Cells of a table file as text, with the line of each: CSV of any usual encoding, or xlsx."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from emisim.cells import SUFFIXES, sheets
from emisim.errors import InputError


def paths(given: str | Path | Sequence[str | Path]) -> list[Path]:
    """Return the files of one path, of several, or of a folder (its tables by name).

    Raises
    ------
    InputError
        If there is nothing of that name, or no table in the folder.
    """
    if not isinstance(given, (str, Path)):
        return [path for item in given for path in paths(item)]
    path = Path(given)
    if path.is_file():
        return [path]
    if not path.exists():
        near = sorted(p.name for p in path.parent.glob("*") if p.suffix in SUFFIXES)
        msg = "file not found"
        raise InputError(msg, file=path, allowed=near or None, hint="check the name and the folder")
    found = [p for p in sorted(path.iterdir()) if p.suffix.lower() in SUFFIXES]
    if not found:
        msg = "the folder holds no table"
        raise InputError(msg, file=path, allowed=SUFFIXES, hint="name the folder of the tables")
    return found


def cells(path: Path) -> pd.DataFrame:
    """Return all cells of a table as stripped text (line x column), blank lines left out.

    The index is the line in the file (in a workbook: the row of the first sheet), from 1.

    Raises
    ------
    InputError
        If the file is empty, no text in a known encoding, or a workbook that cannot be read here.
    """
    kept = [(line, row) for line, row in sheets(path)[0].rows if any(row)]
    if not kept:
        msg = "file is empty"
        raise InputError(msg, file=path, hint="export the table again")
    width = max(len(row) for _, row in kept)
    padded = [row + [""] * (width - len(row)) for _, row in kept]
    return pd.DataFrame(padded, index=pd.Index([line for line, _ in kept]), dtype=object)
