"""Units: Chinese statistics units, and the traps of common registries."""

import pytest

from emisim import units
from emisim.errors import InputError


@pytest.mark.parametrize(
    ("unit", "to", "expected"),
    [
        ("kt/yr", "t/yr", 1000),
        ("万吨", "t", 1e4),
        ("亿m3", "m3", 1e8),
        ("t/万人", "t/person", 1e-4),
        ("吨标煤", "GJ", 29.3076),
        ("g/(t km)", "kg/(t km)", 1e-3),
        ("t/(m2 month)", "kg/(m2 year)", 12_000),
        ("%", "fraction", 0.01),
        ("year", "day", 365),
        ("亩", "m2", 666.6666666666666),
        ("μg/m3", "kg/m3", 1e-9),
    ],
)
def test_factor(unit, to, expected):
    assert units.factor(unit, to) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("unit", ["lb", "knot", "kg//t", "", "mile", "kg/tt"])
def test_foreign_and_broken_units_are_refused(unit):
    with pytest.raises(InputError):
        units.factor(unit, "kg")


def test_wrong_dimension_says_what_is_wanted():
    with pytest.raises(InputError, match="'kg/km' cannot be turned into 'kg/t'"):
        units.factor("kg/km", "kg/t")
