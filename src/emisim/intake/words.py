"""What people write, made comparable: headers, names, units."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from emisim import units
from emisim.errors import InputError

SUPERSCRIPTS = str.maketrans({c: f"^{i}" for i, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")})
RAISED = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]")
COUNTS = {"十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8, "wan": 1e4}
POWER = re.compile(r"10\^?([34568])(?=[a-z\u4e00-\u9fff°(])")
COUNT = re.compile(r"[十百千万亿]|wan(?=[a-z])")
PER_YEAR = re.compile(r"(?:/|每)(?:a|年|yr|year|y|annum)$|(?<=[\u4e00-\u9fff])/年$|a-1$")
PLAIN = re.compile(r"[^\W\d_]+[23]?(?:[ */][^\W\d_]+[23]?)*|%")
"""Units that are handed to the registry as they stand: words joined by a space, * or /."""
PUNCTUATION = re.compile(r"[\s_\-:：*#、,，。.;；/\\'\"“”()\[\]{}<>《》【】|]")


class Unit(NamedTuple):
    """A unit as ``multiplier`` times an expression of :mod:`emisim.units`."""

    multiplier: float
    expression: str


def folded(text: str) -> str:
    """Return ``text`` in half width and lower case, superscripts as ``^n``.

    Examples
    --------
    >>> folded("１０⁴ｍ³"), folded("PM₂.₅")
    ('10^4m^3', 'pm2.5')
    """
    raised = str(text)
    if raised.isascii():
        return raised.strip().lower()
    if RAISED.search(raised):
        raised = raised.translate(SUPERSCRIPTS)
    return unicodedata.normalize("NFKC", raised).strip().lower()


def bare(text: str) -> str:
    """Return ``text`` without spaces and punctuation, so that spellings of one header meet.

    Examples
    --------
    >>> bare("县（市、区）"), bare("Stack height")
    ('县市区', 'stackheight')
    """
    return PUNCTUATION.sub("", folded(text))


def _joined(text: str) -> str:
    return re.sub(r"[\s×*·]|x(?=10)", "", folded(text)).replace("m^", "m")


@lru_cache(maxsize=10_000)
def _unit(text: str, written: tuple[tuple[str, str], ...]) -> Unit | None:
    known = dict(written)
    word = _joined(text)
    for candidate in (word, PER_YEAR.sub("", word)):
        if candidate in known:
            return Unit(1.0, known[candidate])
    multiplier, rest = 1.0, PER_YEAR.sub("", word)
    while found := POWER.match(rest) or COUNT.match(rest):
        multiplier *= 10.0 ** int(found[1]) if found[0].startswith("10") else COUNTS[found[0]]
        rest = rest[found.end() :]
        if rest in known:
            return Unit(multiplier, known[rest])
    exact = PER_YEAR.sub("", unicodedata.normalize("NFKC", str(text)).strip())
    return Unit(1.0, exact) if PLAIN.fullmatch(exact) and units.fits(exact, exact) else None


class Units:
    """Units as written in books: ``units.csv``, counting words and powers of ten before them.

    Examples
    --------
    >>> read = Units({"吨": "t", "m3": "m3"})
    >>> read("万吨/年"), read("10⁴m³"), read("104m3"), read("kg/h"), read("furlong")
    (Unit(multiplier=10000.0, expression='t'), Unit(multiplier=10000.0, expression='m3'), \
Unit(multiplier=10000.0, expression='m3'), Unit(multiplier=1.0, expression='kg/h'), None)
    """

    def __init__(self, written: dict[str, str]) -> None:
        joined = {
            re.sub(r"[\s×*·]", "", folded(k)).replace("m^", "m"): v for k, v in written.items()
        }
        self._written = tuple(joined.items())

    def __call__(self, text: str) -> Unit | None:
        """Return the unit that ``text`` means, None if it is no unit."""
        return _unit(str(text), self._written)


def factor(unit: Unit, to: str) -> float | None:
    """Return what turns a number in ``unit`` into ``to``; yearly totals count as rates per year.

    None if the dimensions differ.
    """
    for expression in (unit.expression, f"({unit.expression}) * year"):
        try:
            return unit.multiplier * units.factor(expression, to)
        except InputError:
            continue
    return None
