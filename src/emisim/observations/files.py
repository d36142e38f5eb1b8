"""Cells of a table file as text, with the line of each: CSV of any usual encoding, or xlsx."""

import csv
from collections import Counter
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pandas as pd

from emisim.errors import InputError

ENCODINGS = ("utf-8-sig", "gb18030")
"""Tried in this order; GB18030 holds GBK and GB2312."""
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SEPARATORS = ",\t;，|"
WORKBOOKS = (".xlsx", ".xlsm", ".xls")
SUFFIXES = (".csv", ".txt", ".tsv", *WORKBOOKS)


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
    rows = _workbook(path) if path.suffix.lower() in WORKBOOKS else _text(path)
    kept = [(line, row) for line, row in rows if any(row)]
    if not kept:
        msg = "file is empty"
        raise InputError(msg, file=path, hint="export the table again")
    width = max(len(row) for _, row in kept)
    padded = [row + [""] * (width - len(row)) for _, row in kept]
    return pd.DataFrame(padded, index=pd.Index([line for line, _ in kept]), dtype=object)


def _text(path: Path) -> list[tuple[int, list[str]]]:
    text = decode(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    counts = Counter(c for c in "\n".join(text.splitlines()[:10]) if c in SEPARATORS)
    separator = max(SEPARATORS, key=lambda c: counts[c]) if first else ","
    reader = csv.reader(StringIO(text), delimiter=separator)
    rows = []
    for row in reader:
        cut = [cell.strip() for cell in row]
        while cut and not cut[-1]:
            cut.pop()
        rows.append((reader.line_num, cut))
    return rows


def decode(path: Path) -> str:
    """Return the text of a file in UTF-8, GBK, GB18030 or UTF-16.

    Raises
    ------
    InputError
        If it is none of them.
    """
    data = path.read_bytes()
    tried = (MARKS[data[:2]],) if data[:2] in MARKS else ENCODINGS
    for encoding in tried:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    msg = "not a text file in a known encoding"
    allowed = ["UTF-8", "GBK", "GB18030", "UTF-16 with mark"]
    hint = "save it as 'CSV UTF-8' (Excel: Save as > CSV UTF-8), then run again"
    raise InputError(msg, file=path, value=data[:12], allowed=allowed, hint=hint)


def _workbook(path: Path) -> list[tuple[int, list[str]]]:
    try:
        sheet = pd.read_excel(path, header=None, dtype=str, keep_default_na=False)
    except ImportError as error:
        msg = f"workbooks cannot be read here ({error.name or 'reader'} is not installed)"
        hint = "save the sheet as 'CSV UTF-8', or pip install openpyxl (.xlsx) or xlrd (.xls)"
        raise InputError(msg, file=path, allowed=[".csv", ".txt", ".tsv"], hint=hint) from None
    except (ValueError, OSError, KeyError) as error:
        msg = f"not a readable workbook ({error})"
        hint = "open it and save the sheet as 'CSV UTF-8'"
        raise InputError(msg, file=path, hint=hint) from None
    values = sheet.fillna("").astype(str).to_numpy().tolist()
    return [(line, [cell.strip() for cell in row]) for line, row in enumerate(values, start=1)]
