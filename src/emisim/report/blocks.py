"""The pieces that a report is put together from, as plain data; the template only sets them."""

import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from typing import Any

from emisim.briefing.tables import Table
from emisim.figures.language import columns

Block = dict[str, Any]
LINE = 112
"""Display columns (1 per Latin letter) that a table's line holds at its type size."""
GAP, TIGHT = 3, 2
"""Columns that a cell's margins take, and take where a table has no room to spare."""
SHORT, HEAD = 13, 9
"""Columns up to which a cell, and a head, is not broken."""
STEPS = 4
"""Steps of widening by a column."""
USUAL = 0.9
"""Part of a column's cells that its wanted width is enough for."""
NARROW = 0.75
"""Part of the line below which a table is not stretched to it."""
WHOLE = 14
"""Rows up to which a table of short cells is not broken."""
SMALLER = 0.82
"""Type of small tables over that of others."""
LONGEST = 24
"""Characters without a place to break, above which breaks are allowed between any two."""
BREAK = "\u200b"
"""Zero-width space: a place to break without a sign."""
WIDE = "●▲○≤≥"
"""Signs as wide as a Chinese character."""
ADVANCE = {
    **{"0": 1.11, "a": 1.08, "A": 1.25, "wide": 2.0, "%": 1.85, " ": 0.45, "+": 1.11, "<": 1.11},
    **{".": 0.56, ",": 0.56, "(": 0.68, ")": 0.68, "µ": 1.25, "m": 1.7},
}
"""Advance of characters of the report's font, in half the size of the type; of others 1."""
_NUMBER = re.compile(r"[+–<>≤≥≈ ]*\d[\d,.]*%?(/\d+)?( \([^()]*\))?|–|")
_TOKENS = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uffef/\-]+[/\-]?")
_UNBROKEN = re.compile(rf"[!-~]{{{LONGEST},}}")


def heading(text: str, level: int = 1) -> Block:
    """Return a numbered heading."""
    return {"kind": "heading", "text": text, "level": level}


def text(*paragraphs: str) -> list[Block]:
    """Return paragraphs, without the empty ones."""
    return [{"kind": "text", "text": words} for words in paragraphs if words]


def items(lines: Sequence[str]) -> list[Block]:
    """Return a list of points; nothing for an empty one."""
    return [{"kind": "items", "items": list(lines)}] if lines else []


def gap(words: str) -> Block:
    """Return a framed sentence that says what is missing here."""
    return {"kind": "gap", "text": words}


def formula(name: str, spoken: str) -> Block:
    """Return an equation that the template holds under ``name``, with words for who can't see."""
    return {"kind": "formula", "name": name, "alt": spoken}


def figure(file: str, caption: str, alt: str) -> Block:
    """Return a picture by the name of its file."""
    return {"kind": "figure", "file": file, "caption": caption, "alt": alt}


def clause(number: str, title: str, rows: Sequence[tuple[str, str, Sequence[str]]]) -> Block:
    """Return the card of one clause: rows of a word, a line in bold (or none) and more lines."""
    told = [
        {"name": name, "lead": lead, "lines": list(lines)}
        for name, lead, lines in rows
        if lead or lines
    ]
    return {"kind": "clause", "number": number, "title": title, "rows": told}


def table(shown: Table, look: str = "", short: int = SHORT) -> Block:
    """Return a table with the widths and the alignment of its columns.

    ``look`` is "small" for long tables of an annex; cells up to ``short`` columns stay whole.
    """
    cells = [cell for row in shown.rows for cell in row]
    line = int(LINE / SMALLER) if look == "small" else LINE
    shares = widths(shown.heads, shown.rows, line, short)
    whole = line if sum(shares) < NARROW * line else sum(shares)
    return {
        "kind": "table",
        "caption": shown.caption,
        "heads": shown.heads,
        "rows": shown.rows,
        "groups": [{"text": words, "span": span} for words, span in shown.groups],
        "classes": list(shown.classes) or [""] * len(shown.rows),
        "notes": shown.notes,
        "widths": [width / whole for width in shares],
        "numeric": [k > 0 and _is_numeric(column) for k, column in _transposed(shown.rows)],
        "look": look,
        "whole": len(shown.rows) <= WHOLE and max(map(_width, cells), default=0) <= LINE // 3,
    }


def _transposed(rows: Sequence[Sequence[str]]) -> list[tuple[int, list[str]]]:
    return [(k, [row[k] for row in rows]) for k in range(len(rows[0]) if rows else 0)]


def _is_numeric(cells: Sequence[str]) -> bool:
    return any(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)


def widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], line: int = LINE, short: int = SHORT
) -> list[int]:
    """Return the widths of a table's columns in display columns.

    Every column has room for its longest unbroken word and its short cells; what is left goes to
    the long texts, by the root of their mean length. A few cells longer than the rest of a column
    do not widen it, unless the whole table fits.

    Examples
    --------
    >>> widths(["name", "t"], [["a name", "1,200"]])
    [10, 9]
    >>> widths(["name", "t"], [["some very long words", "1,200"]], line=18)
    [10, 8]
    """
    cells = [[_width(row[k]) for row in rows] for k in range(len(heads))]
    whole = [max([_width(head), *c]) + GAP for head, c in zip(heads, cells, strict=True)]
    if sum(whole) <= line:
        return whole
    needed, wanted = [], []
    for k, head in enumerate(heads):
        tokens = [_width(t) for row in [heads, *rows] for t in _TOKENS.findall(row[k])]
        unbroken = [w for w in cells[k] if w <= short]
        longest = max([2, *(min(t, LONGEST) for t in tokens), *unbroken, min(_width(head), HEAD)])
        usual = sorted(cells[k])[int(USUAL * (len(cells[k]) - 1))] if cells[k] else 0
        needed.append(longest + TIGHT)
        wanted.append(max(longest, usual) + TIGHT)
    roots = [math.sqrt(sum(c) / len(c)) if c else 1.0 for c in cells]

    def cut(step: int) -> list[int]:
        reached = [int(step * root / STEPS) for root in roots]
        return [max(n, min(w, r)) for n, w, r in zip(needed, wanted, reached, strict=True)]

    steps = range(1, STEPS * line)
    chosen = bisect_left(steps, True, key=lambda step: sum(cut(step)) > line)
    return cut(max(chosen, 1))


def _width(words: str) -> int:
    """Return the width of a text in half the size of its type, rounded up."""
    return math.ceil(sum(ADVANCE.get(_kind(c), 1.0) for c in words))


def _kind(char: str) -> str:
    """Return the class of a character's width: itself, or that of its likes."""
    if char in ADVANCE:
        return char
    if char.isdigit():
        return "0"
    if unicodedata.east_asian_width(char) in "WF" or char in WIDE:
        return "wide"
    return "A" if char.isupper() else "a" if char.islower() else ""


def clipped(words: str, width: int) -> str:
    """Return text of at most ``width`` display columns; an ellipsis marks what is cut off.

    Examples
    --------
    >>> clipped("a long name", 7), clipped("a name", 7)
    ('a long…', 'a name')
    """
    if columns(words) <= width:
        return words
    kept = words[:width]
    while columns(kept) >= width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def literal(words: str, known: Collection[int]) -> str:
    """Return text as the page can show it.

    White space becomes a blank, control characters nothing, a character that the fonts lack its
    code point, and very long words may break anywhere.

    Examples
    --------
    >>> literal("a\\nb \\U0001f600", {ord("a"), ord("b"), ord(" ")})
    'a b [U+1F600]'
    """
    shown = "".join(_character(c, known) for c in words)
    return _UNBROKEN.sub(lambda found: BREAK.join(found.group()), shown)


def _character(char: str, known: Collection[int]) -> str:
    if char.isspace():
        return " "
    if unicodedata.category(char) in ("Cc", "Cf"):
        return ""
    return char if ord(char) in known else f"[U+{ord(char):04X}]"


def everywhere(item: Any, change: Callable[[str], str]) -> Any:
    """Return nested data with ``change`` done to every text that is shown; keys stay."""
    if isinstance(item, str):
        return change(item)
    if isinstance(item, dict):
        kept = ("kind", "name", "file", "look") if "kind" in item else ("lang", "region", "colours")
        return {k: v if k in kept else everywhere(v, change) for k, v in item.items()}
    return [everywhere(v, change) for v in item] if isinstance(item, list | tuple) else item
