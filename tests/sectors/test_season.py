"""Months of heating follow the city's own climate; a row may name another profile."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emisim import inventory
from emisim.city import City
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.sectors import _season, coal

INPUTS = Path(__file__).parents[2] / "inputs"


def read(name: str, inputs: Path = INPUTS) -> City:
    return City.read(inputs / "cities" / name, Factors(inputs / "factors"))


@pytest.fixture
def copied(tmp_path) -> Path:
    shutil.copytree(INPUTS / "factors", tmp_path / "factors")
    shutil.copytree(INPUTS / "cities" / "yangquan", tmp_path / "cities" / "yangquan")
    shutil.copy(INPUTS / "sources.csv", tmp_path)
    return tmp_path


def rewrite(path: Path, change) -> None:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(frame).to_csv(path, index=False)


def january(built, **criteria) -> float:
    activity = built["activity"].where(inventory.select(built, **criteria), 0).sum("source")
    return float(activity.sel(month=1) / activity.sum())


def test_degree_days_by_hand():
    found = _season.degree_days(read("yangquan"))
    assert found[0] == pytest.approx((18 + 3.9909) * 31)
    assert found[1] == pytest.approx((18 - 0.1091) * 28)
    assert (found[3:10] == 0).all()
    assert (found > 0).sum() == 5


def test_a_city_without_a_heating_season_has_its_own_cold_months():
    found = _season.degree_days(read("xiangtan"))
    assert found[6] == 0
    assert found[11] == pytest.approx((18 - 8.28) * 31)
    assert found[3] > 0


def test_the_south_has_no_northern_winter():
    north, south = (_season.degree_days(read(name)) for name in ("yangquan", "xiangtan"))
    assert south.sum() < north.sum() / 1.8
    assert not np.allclose(south / south.sum(), north / north.sum(), rtol=0.1)


def test_shares_sum_to_one_beside_a_named_profile():
    names = pd.Series(["degree-days", "flat", "degree-days"])
    shares = _season.monthly_shares(names, read("jincheng"))
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-9)
    np.testing.assert_array_equal(shares[0], shares[2])
    assert shares[1][6] == pytest.approx(31 / 365)


def test_heat_follows_the_temperature_of_the_city(copied):
    before = coal.build(read("yangquan", copied), Factors(copied / "factors"))

    def warmer(table: pd.DataFrame) -> pd.DataFrame:
        at = (table["technology"] == "01") & (table["parameter"] == "temperature")
        return table.assign(**{c: table[c].mask(at, "17") for c in ("value", "low", "high")})

    rewrite(copied / "cities/yangquan/climate.csv", warmer)
    after = coal.build(read("yangquan", copied), Factors(copied / "factors"))
    assert january(before, sector="heating") > 0.2
    assert january(after, sector="heating") < 0.03
    assert january(after, sector="power") == january(before, sector="power")


def test_a_row_names_its_own_profile(copied):
    path = copied / "cities/yangquan/residential.csv"
    rewrite(
        path,
        lambda t: t.assign(
            monthly_profile=(t["fuel"] == "biomass").map({True: "residential", False: ""})
        ),
    )
    built = coal.build(read("yangquan", copied), Factors(copied / "factors"))
    assert january(built, process="household-biomass") == pytest.approx(31 / 365)
    assert january(built, process="household-coal") > 0.2


def test_an_unknown_profile_is_named_with_its_row(copied):
    path = copied / "cities/yangquan/residential.csv"
    rewrite(path, lambda t: t.assign(monthly_profile="northern"))
    with pytest.raises(InputError, match=r"residential.csv(.|\n)*row 2(.|\n)*degree-days"):
        read("yangquan", copied).table("residential")


def test_a_season_without_cold_is_an_error(copied):
    path = copied / "factors/combustion.csv"
    rewrite(
        path,
        lambda t: t.assign(
            value=t["value"].where(t["parameter"] != "base_temperature", "-20"),
            low=t["low"].where(t["parameter"] != "base_temperature", "-21"),
        ),
    )
    with pytest.raises(InputError, match=r"climate.csv.*colder than -20"):
        _season.degree_days(read("yangquan", copied))
