"""CSV files as text and as raw tables: encodings, and what is no table."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from emisim.errors import InputError


def read_text(path: str | Path) -> str:
    """Return the text of a UTF-8 file (byte-order mark allowed).

    Raises
    ------
    InputError
        If the file is missing, empty or not UTF-8 (GBK is recognised and named).
    """
    path = Path(path)
    if not path.is_file():
        near = sorted(p.name for p in path.parent.glob(f"*{path.suffix}"))
        msg = "file not found"
        raise InputError(msg, file=path, allowed=near or None, hint="check the name and the folder")
    data = path.read_bytes()
    if not data.strip():
        msg = "file is empty"
        raise InputError(msg, file=path, hint="fill the table, or restore the shipped one")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        kind = "GBK/GB18030" if _decodes(data, "gb18030") else "unknown"
        msg = f"text is not UTF-8 (encoding looks like {kind})"
        hint = "save it as 'CSV UTF-8' (Excel: Save as > CSV UTF-8), then run again"
        raise InputError(msg, file=path, row=row, allowed=["UTF-8"], hint=hint) from None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def parse(text: str, path: str | Path, **options: Any) -> pd.DataFrame:
    """Return CSV text as a table (``options`` as of pandas.read_csv).

    Raises
    ------
    InputError
        If it is no table.
    """
    try:
        return pd.read_csv(StringIO(text), **options)
    except (ValueError, OverflowError) as error:
        msg = f"not a readable CSV table ({str(error).strip()})"
        hint = "look for a missing quote or an extra comma"
        raise InputError(msg, file=path, row=_row_in(str(error)), hint=hint) from None


def _row_in(message: str) -> int | None:
    """Return the row that the parser's message names: lines count from 1, its rows from 0."""
    line, row = re.search(r"line (\d+)", message), re.search(r"row (\d+)", message)
    return int(line[1]) if line else int(row[1]) + 1 if row else None
