"""Yangquan's geography and observations: places on their ground, proxies, observed months."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from emisim import boundaries
from emisim.city import City
from emisim.factors import Factors
from emisim.gridding import read_places

INPUTS = Path(__file__).parents[1] / "inputs"
MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
PROXIES = (
    *("population", "urban_population", "rural_population", "industry_share", "vehicle_share"),
    *("cropland_share", "livestock_share", "construction_share"),
)


@pytest.fixture(scope="module")
def city():
    return City.read(INPUTS / "cities" / "yangquan", Factors(INPUTS / "factors"))


@pytest.fixture(scope="module")
def districts(city):
    return boundaries.of_city(city)


@pytest.fixture(scope="module")
def places(city):
    return read_places(city.folder / "places.csv", city.names, city.factors.sources)


@pytest.fixture(scope="module")
def observed(city):
    return pd.read_csv(city.folder / "observed.csv")


def test_places_of_a_district_lie_in_it(places, districts):
    named = places[places["place"].str.contains(":")]
    for name, shape in zip(named["place"], named["shape"], strict=True):
        district = name.split(":")[1]
        if isinstance(shape, str):
            assert shape == f"district:{district}"
        else:
            inside = shapely.area(shapely.intersection(shape, districts[district]))
            assert inside > 0.98 * shape.area, name


def test_corridors_lie_in_the_city(places, districts):
    city = shapely.union_all(districts.to_numpy())
    lines = places[~places["place"].str.contains(":")]
    assert set(lines["place"]) == {
        "corridor-expressway", "corridor-trunk", "corridor-coal", "rail"
    }  # fmt: skip
    for shape in lines["shape"]:
        assert shapely.length(shapely.intersection(shape, city)) > 0.99 * shape.length


def test_every_district_has_its_places(places, city):
    names = set(places["place"])
    assert {f"{kind}:{d}" for kind in ("builtup", "rural", "cropland") for d in city.names} <= names


@pytest.mark.parametrize("item", PROXIES)
def test_proxies_add_to_something(city, item):
    share = city.shares(item, city.folder / "districts.csv", 0)
    assert share.sum() == pytest.approx(1)
    assert (share >= 0).all()


def test_population_adds_to_the_city(city):
    people = city.districts
    assert people["population"].sum() == pytest.approx(1.33e6, rel=1e-3)
    both = people["urban_population"] + people["rural_population"]
    np.testing.assert_allclose(both, people["population"], atol=1)


def test_monitors_lie_in_the_urban_districts(city, districts):
    monitors = pd.read_csv(city.folder / "monitors.csv")
    urban = shapely.union_all(districts[["Chengqu", "Kuangqu", "Jiaoqu"]].to_numpy())
    assert len(monitors) == 6
    assert shapely.contains_xy(urban, monitors["lon"], monitors["lat"]).all()


@pytest.mark.parametrize("species", ["SO2", "NO2", "PM10", "PM2.5"])
def test_months_of_the_base_year_average_to_its_mean(observed, species):
    rows = observed[(observed["district"] == "*") & (observed["year"] == 2018)]
    rows = rows[rows["species"] == species]
    annual = rows.loc[rows["month"].isna(), "value"].item()
    months = rows.dropna(subset="month").sort_values("month")["value"].to_numpy()
    assert months @ MONTH_DAYS / 365 == pytest.approx(annual, rel=1e-4)


def test_reported_months_agree_with_reported_years(observed):
    reported = observed[(observed["status"] == "reported") & (observed["species"] == "SO2")]
    for year, days in ((2014, 28), (2015, 28), (2016, 29)):
        rows = reported[reported["year"] == year]
        length = np.where(np.arange(12) == 1, days, MONTH_DAYS)
        months = rows.dropna(subset="month").sort_values("month")["value"].to_numpy()
        annual = rows.loc[rows["month"].isna(), "value"].item()
        assert months @ length / length.sum() == pytest.approx(annual, abs=0.1)


def test_yuxian_exceeds_the_annual_limit(observed):
    row = observed[observed["district"] == "Yuxian"].iloc[0]
    assert row["low"] == 60
    assert row["value"] > 60
    assert row["status"] == "assumed"
