"""Ammonia: factors by hand, city totals by hand, nothing but NH3, missing factors named."""

import pandas as pd
import pytest

from emisim import inventory
from emisim.errors import InputError
from emisim.sectors import ammonia

NH3_PER_N = 17.031 / 14.007


@pytest.fixture(scope="module")
def nh3(city):
    """City total by process, kg."""
    totals = inventory.totals(ammonia.build(city, city.factors), by=("process",))
    return totals.sel(species="NH3").to_series()


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        ("pig", 200_000 * 6.90),
        ("layer", 3_200_000 * 0.54),
        ("dairy-cow", 4_000 * 36.53),
        ("urea", 4_785_000 * 0.174 * NH3_PER_N),
        ("ammonium-bicarbonate", 870_000 * 0.213 * NH3_PER_N),
        ("soil-background", 930_000 * 0.12 * NH3_PER_N),
        ("human-excreta", 313_400 * 0.787),
        ("landfill", 399_000 * 0.56),
    ],
)
def test_by_hand(nh3, process, expected):
    assert nh3[process] == pytest.approx(expected, rel=1e-3)


def test_per_head_is_that_of_chinese_cities(nh3):
    # Xi'an 2013: 47.17 kt for about 8.6 million people, 5.5 kg a head
    assert 3 < nh3.sum() / 1.33e6 < 9


def test_nothing_but_ammonia(city):
    built = ammonia.build(city, city.factors)
    assert float(inventory.totals(built, ()).drop_sel(species="NH3").sum()) == 0


def test_summer_exceeds_winter(city):
    months = inventory.totals(ammonia.build(city, city.factors), (), months=True)
    nh3 = months.sel(species="NH3")
    assert float(nh3.sel(month=7)) > 2 * float(nh3.sel(month=1))


def test_source_without_factor_is_named(city):
    rows = pd.DataFrame(
        {"process": "rabbit", "fuel": "", "technology": "", "standard": "",
         "activity_unit": "head year"}, index=["rabbits"],
    )  # fmt: skip
    with pytest.raises(InputError, match="no emission factor for source 'rabbits'") as error:
        ammonia.ammonia_factor(rows, city.factors["ammonia"])
    assert "sheep" in str(error.value)
