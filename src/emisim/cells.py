"""Cells of table files as text: CSV of any usual encoding, and the sheets of workbooks."""

import csv
import re
import sys
import unicodedata
from collections import Counter
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile
from zlib import error as BadStream  # noqa: N812

from emisim.errors import InputError

ENCODINGS = ("utf-8-sig", "gb18030")
"""Tried in this order; GB18030 holds GBK and GB2312."""
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SEPARATORS = ",\t;，|"
WORKBOOKS = (".xlsx", ".xlsm", ".xls")
SUFFIXES = (".csv", ".txt", ".tsv", *WORKBOOKS)
SAMPLE = 10
"""Lines that the separator of a text file is told by."""
EXACT = 2**53
"""Whole numbers up to this are written without a decimal point."""

LARGEST = 200_000_000
"""Bytes of a workbook unpacked; a list of a hundred thousand facilities has some fifty million."""
MOST = 20_000_000
"""Cells from the first to the last of a sheet, since empty ones between them take room too."""

CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^>]*)(?<!/)>(.*?)</c>', re.DOTALL)
SHEET_ENTRY = re.compile(r"<sheet [^>]*>")
TARGET_ENTRY = re.compile(r"<Relationship [^>]*>")
ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
PLACE = re.compile(rb'<c (?:[^>]*? )?r="([A-Z]{1,3})([0-9]{1,7})"')
VALUE_ELEMENT = re.compile(rb"<v[^>]*>([^<]+)</v>")
FORMULA_ELEMENT = re.compile(rb"<f[^>]*>([^<]*)</f>|<f[^>]*/>")


class Sheet(NamedTuple):
    """One sheet, or the whole of a text file.

    ``rows`` holds (row in the file counted from 1, cells as stripped text); ``merged`` holds
    (first row, first column, last row, last column) counted from 0. ``name`` is "" for text files.
    """

    name: str
    rows: list[tuple[int, list[str]]]
    merged: list[tuple[int, int, int, int]]
    hidden: bool = False


def plain(text: str) -> str:
    """Return ``text`` without width, case, subscript and micro-sign variants."""
    return unicodedata.normalize("NFKC", str(text)).strip().lower().replace("µ", "μ")


def sheets(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook, or the one table of a text file.

    A cell with an Excel error holds its code (``#DIV/0!``), a formula that was never calculated
    its text (``=A1*2``), so that neither passes for an empty cell.

    Raises
    ------
    InputError
        If it is no text in a known encoding, or a workbook that cannot be read here.
    """
    if path.suffix.lower() in WORKBOOKS:
        return _workbook(path)
    return [Sheet("", _text(path), [])]


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


def _text(path: Path) -> list[tuple[int, list[str]]]:
    text = decode(path)
    counts = Counter(c for c in "\n".join(text.splitlines()[:SAMPLE]) if c in SEPARATORS)
    separator = max(SEPARATORS, key=lambda c: counts[c])
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    rows = []
    try:
        for row in reader:
            cut = [cell.strip() for cell in row]
            while cut and not cut[-1]:
                cut.pop()
            rows.append((reader.line_num, cut))
    except csv.Error as error:
        msg = f"not a readable table ({error})"
        hint = "look for a quote that is opened and never closed"
        raise InputError(msg, file=path, row=reader.line_num, hint=hint) from None
    return rows


def _workbook(path: Path) -> list[Sheet]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum
    except ImportError:
        msg = "workbooks cannot be read here (python-calamine is not installed)"
        hint = "save the sheet as 'CSV UTF-8', or pip install python-calamine"
        raise InputError(msg, file=path, allowed=[".csv", ".txt", ".tsv"], hint=hint) from None
    try:
        uncounted = _not_values(path)
        book = CalamineWorkbook.from_path(str(path))
        found = []
        for about in book.sheets_metadata:
            sheet = book.get_sheet_by_name(about.name)
            values = sheet.to_python(skip_empty_area=False)
            rows = [[v.strip() if type(v) is str else _written(v) for v in row] for row in values]
            _restore(rows, uncounted.get(about.name, {}))
            merged = [(*a, *b) for a, b in sheet.merged_cell_ranges or ()]
            hidden = about.visible != SheetVisibleEnum.Visible
            found.append(Sheet(about.name, list(enumerate(rows, start=1)), merged, hidden))
    except InputError:
        raise
    except (CalamineError, ValueError, OSError) as error:
        msg = f"not a readable workbook ({error})"
        hint = "open it without its password and save it again, or save the sheet as 'CSV UTF-8'"
        raise InputError(msg, file=path, hint=hint) from None
    return found


def _written(value: object) -> str:
    """Return a cell that is no text as text that reads back to the same value."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def _restore(rows: list[list[str]], texts: dict[tuple[int, int], str]) -> None:
    for (row, column), text in texts.items():
        while len(rows) <= row:
            rows.append([])
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = text


def _not_values(path: Path) -> dict[str, dict[tuple[int, int], str]]:
    """Return by sheet and (row, column) from 0 the errors and uncalculated formulas of an xlsx.

    Nothing is unpacked into files, so that names inside the archive cannot lead anywhere.
    """
    found = {}
    try:
        with ZipFile(path) as archive:
            _require_small(sum(one.file_size for one in archive.infolist()), LARGEST, "bytes", path)
            for name, part in _parts(archive).items():
                if part in archive.namelist():
                    xml = archive.read(part)
                    _require_small(_extent(xml), MOST, "cells", path, name)
                    found[name] = _not_values_of(xml)
    except (BadZipFile, BadStream, KeyError, EOFError, NotImplementedError, RuntimeError):
        return {}
    return found


def _require_small(size: int, most: int, what: str, path: Path, sheet: str | None = None) -> None:
    if size > most:
        msg = f"the workbook is too large to be read: more than {most} {what}"
        hint = "look for cells far below or right of the table, or save the table as 'CSV UTF-8'"
        allowed = [f"up to {most}"]
        raise InputError(msg, file=path, sheet=sheet, value=size, allowed=allowed, hint=hint)


def _extent(xml: bytes) -> int:
    """Return how many cells a sheet spans, empty ones counted."""
    columns, rows = set(), {0}
    for letters, row in (match.groups() for match in PLACE.finditer(xml)):
        columns.add(letters)
        rows.add(int(row))
    return max(rows) * max((_column(letters) + 1 for letters in columns), default=0)


def _parts(archive: ZipFile) -> dict[str, str]:
    """Return the path of each sheet inside an xlsx."""
    from html import unescape

    entries = SHEET_ENTRY.findall(archive.read("xl/workbook.xml").decode("utf-8", "replace"))
    named = [dict(ATTRIBUTE.findall(entry)) for entry in entries]
    rels = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    links = [dict(ATTRIBUTE.findall(entry)) for entry in TARGET_ENTRY.findall(rels)]
    target = {link.get("Id"): link.get("Target", "") for link in links}
    paths = {unescape(one.get("name", "")): target.get(one.get("r:id"), "") for one in named}
    return {n: p.lstrip("/") if p.startswith("/") else f"xl/{p}" for n, p in paths.items()}


def _not_values_of(xml: bytes) -> dict[tuple[int, int], str]:
    if b't="e"' not in xml and b"<f" not in xml:
        return {}
    found = {}
    for letters, row, attributes, body in CELL.findall(xml):
        value, formula = VALUE_ELEMENT.search(body), FORMULA_ELEMENT.search(body)
        if b't="e"' in attributes:
            text = value[1].decode("utf-8", "replace") if value else "#ERROR"
        elif formula and not value and b"<is>" not in body and b't="str"' not in attributes:
            text = "=" + (formula[1] or b"").decode("utf-8", "replace")
        else:
            continue
        found[int(row) - 1, _column(letters)] = sys.intern(text)
    return found


def _column(letters: bytes) -> int:
    """Return the number from 0 of a column A, B, ... AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
