"""CSV files as text and as raw tables: encodings, and what is no table."""

import csv
import re
from collections import defaultdict
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
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
        return pd.read_csv(BytesIO(text.encode()), **options)
    except (ValueError, OverflowError) as error:
        msg = f"not a readable CSV table ({str(error).strip()})"
        hint = "look for a missing quote or an extra comma"
        raise InputError(msg, file=path, row=_row_in(str(error)), hint=hint) from None


def with_floats(text: str, path: str | Path, numbers: Sequence[str]) -> pd.DataFrame:
    """Return CSV text as a table of text, except that the columns ``numbers`` may be float.

    They are where every filled cell of all of them is a finite number, and NaN where empty; one
    that is not leaves them all as text, so that its cell can be named.

    Raises
    ------
    InputError
        As :func:`parse`.
    """
    options: dict[str, Any] = {"keep_default_na": False, "skip_blank_lines": False}
    kinds = defaultdict(lambda: str, dict.fromkeys(numbers, float))
    try:
        table = parse(text, path, dtype=kinds, na_values={n: [""] for n in numbers}, **options)
    except InputError:
        table = None
    if table is not None and not any(_doubtful(column) for _, column in table.items()):
        return table
    return parse(text, path, dtype=str, **options)


def _doubtful(column: pd.Series) -> bool:
    """Tell whether a float column may have been words: infinite, or only 0 and 1 (TRUE)."""
    if column.dtype != float:
        return False
    filled = column.to_numpy()[column.notna()]
    return bool(np.isinf(filled).any() or (filled.size and np.isin(filled, (0, 1)).all()))


def write(path: str | Path, frame: pd.DataFrame, digits: int) -> None:
    """Write a table as UTF-8 CSV, numbers with so many significant ``digits``, NaN as empty.

    What pandas.DataFrame.to_csv writes, at a third of its time: a number that stands in many rows
    is spelled once.
    """
    columns = [_written(frame[name], f"%.{digits}g") for name in frame]
    with Path(path).open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(frame.columns)
        writer.writerows(zip(*columns, strict=True))


def _written(column: pd.Series, number: str) -> list[object]:
    if not pd.api.types.is_float_dtype(column.dtype):
        return column.astype(object).where(column.notna(), "").tolist()
    codes, values = pd.factorize(column.to_numpy())
    spelled = np.array([*(number % value for value in values.tolist()), ""], dtype=object)
    return spelled[codes].tolist()


def _row_in(message: str) -> int | None:
    """Return the row that the parser's message names: lines count from 1, its rows from 0."""
    line, row = re.search(r"line (\d+)", message), re.search(r"row (\d+)", message)
    return int(line[1]) if line else int(row[1]) + 1 if row else None
