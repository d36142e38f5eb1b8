"""Every shipped city and plan: tables readable, sources cited, measures fit, monitors inside."""

from pathlib import Path

import pytest
import shapely

from emisim import boundaries, config
from emisim.stages import _domain, _observed, check

ROOT = Path(__file__).parents[1]
INPUTS = ROOT / "inputs"
RUNS = config.read(INPUTS / "config.yaml").runs
MONITORED = ("PM2.5", "PM10", "SO2", "NO2")


def test_every_city_and_plan_is_computed():
    cities = [folder.name for folder in (INPUTS / "cities").iterdir()]
    plans = [file.stem for file in (INPUTS / "plans").glob("*.yaml")]
    assert sorted(run.city for run in RUNS) == sorted(cities)
    assert sorted(run.plan for run in RUNS) == sorted(plans)


@pytest.fixture(params=RUNS, ids=lambda run: run.city)
def run(request):
    return request.param


def test_all_inputs_can_be_used_and_every_measure_finds_its_sources(run, monkeypatch):
    monkeypatch.chdir(ROOT)
    sheet = check.everything(run)
    assert sheet["sources"] > 500
    assert sheet["clauses"]["with effect"] > 0
    assert sheet["numbers"]["assumed"] > 0


def test_monitors_stand_in_the_city_and_its_air_is_observed(run):
    city = _domain.read(INPUTS / "cities" / run.city, INPUTS / "factors")
    polygons = boundaries.of_city(city)
    monitors = _domain.monitors(city)
    whole = shapely.union_all(polygons.to_numpy())
    assert len(monitors) > 0
    assert shapely.contains_xy(whole, monitors["lon"], monitors["lat"]).all()
    seen = _observed.read(city)
    base = seen[(seen["year"] == city.settings.base_year) & (seen["district"] == "*")]
    assert set(MONITORED) <= set(base.loc[base["month"].isna(), "species"])


def test_people_of_the_districts_add_up(run):
    city = _domain.read(INPUTS / "cities" / run.city, INPUTS / "factors")
    people = city.districts
    assert people["population"].sum() > 1e6
    both = people["urban_population"] + people["rural_population"]
    assert (both - people["population"]).abs().max() <= 1
