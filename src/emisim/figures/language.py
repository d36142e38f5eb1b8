"""Words and numbers in the reader's language."""

import csv
import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, partial
from importlib.resources import files

from emisim import vocabulary
from emisim.errors import InputError

DIGITS = 3
"""Significant digits of printed masses: an inventory is never known better."""
MINUS = "–"
"""An en dash: the Chinese font's own minus sign is as wide as a character."""
_CJK = r"\u2e80-\u9fff\uff00-\uffef"
_CLOSING = r"\u3001\u3002\uff0c\uff1a\uff1b\uff09\uff01\uff1f\u300b\u300f\u201d,.;:!?)%"
_OPENING = r"\uff08\u300a\u300c\u201c("
_MEASURED = (
    rf"[^\s{_CJK}]*\d (?:Mt|t|µg/m³|[万亿]?吨)(?![^\s{_CJK}{_CLOSING}{_OPENING}])[{_CLOSING}]*"
)
"""A number stays on one line with its unit."""
_ATOMS = re.compile(
    rf"{_MEASURED}|[{_OPENING}]*(?:[{_CJK}][{_CLOSING}]*|[^\s{_CJK}]+[{_CLOSING}]*)|\s+"
)


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = files("emisim").joinpath("assets", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def labels(lang: str) -> dict[str, str]:
    """Return label key -> text in ``lang``; raises InputError for an unknown language."""
    if lang not in vocabulary.LANGUAGES:
        what = "unknown language"
        raise InputError(what, value=lang, allowed=vocabulary.LANGUAGES)
    return {row["key"]: row[lang].replace("\\n", "\n") for row in _rows("labels.csv")}


def say(key: str, lang: str, **fields: object) -> str:
    """Return the label ``key`` in ``lang`` with ``fields`` filled in."""
    table = labels(lang)
    if key not in table:
        what = "no such label in assets/labels.csv"
        raise InputError(what, value=key, allowed=table)
    return table[key].format(**fields)


def term(key: str, lang: str) -> str:
    """Return a display name: the label ``term.KEY`` if there is one, else the vocabulary's."""
    short = labels(lang).get(f"term.{key}")
    return short if short is not None else vocabulary.name(key, lang)


def significant(value: float, digits: int = DIGITS) -> str:
    """Return ``value`` to ``digits`` significant digits with thousands separators.

    Examples
    --------
    >>> significant(123456.0), significant(0.01234), significant(-98.76), significant(0.0)
    ('123,000', '0.0123', '–98.8', '0')
    """
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    rounded = round(value, digits - 1 - magnitude)
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:,.{decimals}f}".replace("-", MINUS)


def plain(value: float) -> str:
    """Return a round number without padding zeros, as class limits and axes need it.

    Examples
    --------
    >>> plain(30.0), plain(-2.5), plain(1000.0)
    ('30', '–2.5', '1,000')
    """
    return f"{value:,.10g}".replace("-", MINUS)


def _scale_row(value: float, quantity: str, lang: str) -> dict[str, str]:
    rows = [r for r in _rows("scales.csv") if (r["lang"], r["quantity"]) == (lang, quantity)]
    return next(r for r in rows if abs(value) >= float(r["threshold"]))


def _scale(value: float, quantity: str, lang: str) -> tuple[float, str]:
    row = _scale_row(value, quantity, lang)
    return value / float(row["divisor"]), row["unit"]


def scaled(value: float, quantity: str, lang: str) -> tuple[float, str]:
    """Return divisor and unit in which ``value`` of a quantity of scales.csv reads best.

    Examples
    --------
    >>> scaled(1.3e10, "freight", "en")
    (1000000000.0, 'billion t km')
    """
    row = _scale_row(value, quantity, lang)
    return float(row["divisor"]), row["unit"].strip()


def mass(tonnes: float, lang: str, *, signed: bool = False) -> str:
    """Return a mass in t, Mt, 吨, 万吨 or 亿吨, whichever reads best.

    Examples
    --------
    >>> mass(45678.0, "en"), mass(45678.0, "zh"), mass(-12.0, "zh", signed=True)
    ('45,700 t', '4.57 万吨', '–12.0 吨')
    """
    scaled, unit = _scale(tonnes, "mass", lang)
    sign = "+" if signed and tonnes > 0 else ""
    return f"{sign}{significant(scaled)}{unit}"


def percent(fraction: float, *, signed: bool = False) -> str:
    """Return a fraction as percent: whole numbers from 10 %, one decimal below.

    Examples
    --------
    >>> percent(0.456), percent(0.0456), percent(-0.3, signed=True), percent(0.0004)
    ('46%', '4.6%', '–30%', '<0.1%')
    """
    points = 100 * fraction
    tenths = round(points, 1)
    if fraction and not tenths:
        return "<0.1%" if fraction > 0 else f"{MINUS}<0.1%"
    whole = abs(tenths) >= 10 or tenths == round(tenths)
    text = f"{points:.0f}" if whole else f"{tenths:.1f}"
    sign = "+" if signed and fraction > 0 else ""
    return f"{sign}{text}%".replace("-", MINUS)


def concentration(value: float) -> str:
    """Return a concentration with one decimal below 100 (unit is said elsewhere)."""
    text = f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"
    return text.replace("-", MINUS)


def change(value: float) -> str:
    """Return a change of a concentration with its sign, to the hundredth below 1.

    Examples
    --------
    >>> change(-2.34), change(0.123), change(-0.004), change(0.0)
    ('–2.3', '+0.12', '–<0.01', '0')
    """
    if not value:
        return "0"
    sign = "+" if value > 0 else MINUS
    hundredths = round(abs(value), 2)
    if not hundredths:
        return f"{sign}<0.01"
    return f"{sign}{hundredths:.2f}" if hundredths < 1 else f"{sign}{abs(value):.1f}"


def listing(items: Sequence[str], lang: str) -> str:
    """Return "a, b and c" or "a、b和c"."""
    if len(items) < 2:
        return "".join(items)
    return say("list.comma", lang).join(items[:-1]) + say("list.and", lang) + items[-1]


def columns(text: str) -> int:
    """Return the display width of ``text``: 2 per Chinese character, 1 per other."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: str, width: int) -> str:
    """Break ``text`` into lines of ``width`` columns: Chinese anywhere, else at blanks.

    Examples
    --------
    >>> wrap("clean heating in county towns", 14)
    'clean heating\\nin county\\ntowns'
    """
    lines = [""]
    for atom in _ATOMS.findall(text):
        if lines[-1] and columns((lines[-1] + atom).rstrip()) > width:
            lines.append("")
        lines[-1] += atom if lines[-1] else atom.lstrip()
    return "\n".join(line.rstrip() for line in lines)


def balance(text: str, width: int) -> str:
    """Wrap to ``width`` columns, then narrow the lines as far as their number stays the same.

    Examples
    --------
    >>> balance("half of it comes from here", 24)
    'half of it\\ncomes from here'
    """
    lines = wrap(text, width).count("\n")
    fits = partial(_no_longer, text, lines)
    return wrap(text, bisect_left(range(width), True, lo=1, key=fits))


def _no_longer(text: str, breaks: int, width: int) -> bool:
    return wrap(text, width).count("\n") <= breaks


def shorten(text: str, width: int, rows: int = 2) -> str:
    """Wrap to ``width`` columns and ``rows`` lines at most; an ellipsis marks what is cut off."""
    lines = wrap(text, width).split("\n")
    if len(lines) <= rows:
        return balance(text, width) if len(lines) > 1 else lines[0]
    return "\n".join([*lines[: rows - 1], lines[rows - 1] + "…"])
