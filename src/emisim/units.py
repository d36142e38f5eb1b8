"""One closed unit registry, used at the edge only: table values become floats in canonical units.

The registry is our own short file rather than pint's default, in which ``kt`` is a knot and a
year has 365.25 days. It knows the units of Chinese statistics and nothing else.
"""

import re
from functools import cache
from tokenize import TokenError
from typing import TYPE_CHECKING

from emisim.errors import InputError

if TYPE_CHECKING:
    import pint

FAULTY = (ValueError, TypeError, SyntaxError, AttributeError, ArithmeticError, AssertionError,
          RecursionError, TokenError)  # fmt: skip
"""What the parser of units raises at text that is none."""
PLAIN = re.compile(r"[\w\s%‰./*^()·°℃+-]")
"""Signs that a unit may hold."""
LONGEST = 100
"""Signs of the longest unit."""
DEFINITIONS = """
milli- = 1e-3 = m
micro- = 1e-6 = µ = u = μ
nano- = 1e-9 = n
centi- = 1e-2 = c
hecto- = 1e2 = h
kilo- = 1e3 = k
mega- = 1e6 = M
giga- = 1e9 = G
tera- = 1e12 = T

gram = [mass] = g = 克
metric_ton = 1e6 * gram = t = tonne = 吨
meter = [length] = m = metre = 米
second = [time] = s = 秒
minute = 60 * second = min
hour = 3600 * second = h = 小时
day = 24 * hour = d = 天
year = 365 * day = yr = a = 年
month = year / 12 = 月
mole = [substance] = mol = 摩尔
kelvin = [temperature]; offset: 0 = K
degree_Celsius = kelvin; offset: 273.15 = degC = ℃

hectare = 1e4 * meter ** 2 = ha = 公顷
mu = 10000 / 15 * meter ** 2 = 亩
liter = 1e-3 * meter ** 3 = L

joule = kilogram * meter ** 2 / second ** 2 = J
watt = joule / second = W
watt_hour = 3600 * joule = Wh
tce = 29.3076e9 * joule = 吨标煤

head = [head] = 头
vehicle = [vehicle] = 辆
person = [person] = 人
household = [household] = 户
unit = [unit] = 台 = 座

fraction = []
wan = 1e4
yi = 1e8
percent = 0.01 = % = pct
ppm = 1e-6
degree = [angle] = deg
"""


def _spell_out(text: str) -> str:
    """Write %, m2, m3 and the counting words 万 and 亿 the way pint parses them."""
    text = text.replace("%", "percent")
    text = re.sub(r"万([^\s/*()]+)", r"(wan*\1)", text)
    text = re.sub(r"亿([^\s/*()]+)", r"(yi*\1)", text)
    return re.sub(r"(?<![A-Za-z])([ckmd]?m)([23])(?![0-9A-Za-z])", r"\1**\2", text)


@cache
def registry() -> "pint.UnitRegistry":
    """Return the process-wide unit registry (built at first use)."""
    import pint

    ureg: pint.UnitRegistry = pint.UnitRegistry(None, preprocessors=[_spell_out])
    ureg.load_definitions(DEFINITIONS.strip().splitlines())
    return ureg


def _require_plain(unit: str) -> None:
    """Raise ValueError at signs that the parser of units would pass over."""
    strange = sorted(set(PLAIN.sub("", unit)))
    if strange or len(unit) > LONGEST:
        message = f"cannot hold {' '.join(strange)}" if strange else "too long"
        raise ValueError(message)


@cache
def factor(unit: str, to: str) -> float:
    """Return the number that turns a value in ``unit`` into ``to``.

    Parameters
    ----------
    unit, to
        Unit expressions such as ``"kt/yr"``, ``"g/(t km)"``, ``"万吨"``.

    Raises
    ------
    InputError
        If either unit is unknown or their dimensions differ.

    Examples
    --------
    >>> factor("万吨", "t")
    10000.0
    >>> factor("kg/(head year)", "g/(head day)")
    2.73972602739726
    """
    import pint

    ureg = registry()
    try:
        for text in (unit, to):
            _require_plain(text)
        return float((1.0 * ureg.Unit(unit)).to(ureg.Unit(to)).magnitude)
    except pint.errors.DimensionalityError:
        message = f"unit {unit!r} cannot be turned into {to!r}"
        raise InputError(
            message, value=unit, hint=f"give the value in {to!r} or a multiple of it"
        ) from None
    except (pint.errors.PintError, *FAULTY) as error:
        message = f"unknown unit ({error})"
        raise InputError(
            message, value=unit, hint=f"use a unit convertible to {to!r}; see docs/conventions.md"
        ) from None


def convert(value: float, unit: str, to: str) -> float:
    """Return ``value`` given in ``unit`` as a number in ``to`` (offsets of degC included).

    Raises
    ------
    InputError
        As :func:`factor`.

    Examples
    --------
    >>> convert(1.5, "Mt", "t")
    1500000.0
    >>> convert(100.0, "degC", "K")
    373.15
    """
    if unit == "degC" and to == "K":
        ureg = registry()
        return float(ureg.Quantity(value, "degC").to("K").magnitude)
    return value * factor(unit, to)


def fits(unit: str, to: str) -> bool:
    """Tell whether ``unit`` is known and can be turned into ``to``.

    Examples
    --------
    >>> fits("天", "d"), fits("%", "d")
    (True, False)
    """
    try:
        factor(unit, to)
    except InputError:
        return False
    return True
