"""The whole page on made-up concentrations: forecast, parts, misses said as misses."""

import os
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from emisim.air import RESPONSES
from emisim.errors import InputError
from emisim.hindcast import __main__ as command
from emisim.hindcast import chapters, effects, others, page, separation, study, summary
from emisim.hindcast.separation import Part
from emisim.indices import standards
from emisim.observations import readers
from emisim.vocabulary import SEASONS

ROOT = Path(__file__).parents[2]
INPUTS = ROOT / "inputs"
DAILY = Path(os.environ.get("EMISIM_DAILY", "../shared/obs/air-quality-daily"))
SCENARIOS = ("base", "reference", "stated", "expected")
YEARS = (2015, 2016)


def made_up() -> xr.Dataset:
    """Concentrations in the form of ``air.nc``: the plan takes 2 % in full, 1 % as expected."""
    species = ["PM2.5", "PM10", "SO2", "NO2"]
    level = np.array([56.8, 111.4, 55.4, 34.5])
    factor = xr.DataArray([1.0, 1.01, 0.99, 1.0], {"scenario": list(SCENARIOS)}, "scenario")
    base = xr.DataArray(level, {"species": species}, "species")
    mean = (factor * base).expand_dims(area=["city"])
    strength = xr.DataArray([1.0, 0.5, 2.0], {"way": ["share", "share-low", "share-high"]}, "way")
    season = xr.DataArray(np.ones(4), {"season": list(SEASONS)}, "season")
    observed = xr.DataArray(
        np.ones((4, len(RESPONSES), 1)),
        {"season": list(SEASONS), "response": list(RESPONSES), "area": ["city"]},
        ("season", "response", "area"),
    )
    return xr.Dataset(
        {
            "by_area": mean,
            "by_way": base * factor**strength * xr.ones_like(mean.isel(scenario=0, species=0)),
            "by_area_season": mean * season,
            "observed": observed,
        }
    )


@pytest.fixture(scope="module")
def t() -> study.Tables:
    return study.read_tables(INPUTS)


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    place = folder / "jincheng" / "jincheng-2016"
    place.mkdir(parents=True)
    made_up().to_netcdf(place / "air.nc")
    header = "metric,species,area,comparison,target_value,unit,scenario,value,verdict,name_en\n"
    place.joinpath("verdict.csv").write_text(
        header
        + "concentration_change,PM2.5,city,at most,-4,%,expected,-0.0,not met,PM2.5 4 % lower\n"
        + "good_days,,city,at least,71.4,%,expected,73,met,good days\n"
        + "concentration_change,PM2.5,Gaoping,at most,-4,%,expected,-0.0,not met,elsewhere\n"
    )
    return folder


def test_effects_hold_the_plan_and_its_ways(t):
    found = effects.of(made_up(), t.air, "PM2.5", YEARS[0])
    assert found.growth.value == pytest.approx(np.log(1.01))
    assert (found.growth.low, found.growth.high) == pytest.approx(
        (0.5 * np.log(1.01), 2 * np.log(1.01))
    )
    assert found.plan.value == pytest.approx(np.log(1 / 1.01))
    assert found.plan.low == pytest.approx(2 * np.log(0.99 / 1.01))
    assert found.plan.high == 0
    shares = effects.components(made_up(), t.air, YEARS[0])
    assert found.share.value == pytest.approx(shares["share"].mean())  # equal masses
    acids = shares.loc[["SO4", "NO3"], "share"].mean()
    assert shares.loc["NH4", "share"] == pytest.approx(acids)
    assert shares.loc["unattributed", "share"] == 1


def test_an_older_file_is_refused(tmp_path):
    made_up().drop_vars("by_way").to_netcdf(tmp_path / "air.nc")
    with pytest.raises(InputError, match="by_way"):
        effects.read(tmp_path / "air.nc")
    with pytest.raises(InputError, match="make run"):
        effects.read(tmp_path / "none.nc")


def test_the_page_says_a_miss_is_a_miss_and_counts_it(t, results, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "normalisation", lambda t: summary.method(None, None))
    written = tmp_path / "hindcast.md"
    found = command.everything(INPUTS, results, None)
    page.write(found, written, tmp_path / "hindcast")
    text = written.read_text(encoding="utf-8")
    assert "+9.7 %: **above the range of the forecast: a miss**" in text
    assert "The verdict, **not met**, was right" in text
    assert "| jincheng-2016 | good days | at least 71.4 % | 73 % | met | 64.8 % | not met |" in text
    assert "elsewhere" not in text
    assert "Changzhi 0.5" in text
    assert "above in months 3, 4" in text
    assert text.count("not computed") == text.count("| yangquan-2019 | ") - 2 + 6  # 2 remarks
    assert {p.name for p in (tmp_path / "hindcast").iterdir()} == {
        "forecast.png", "parts.png", "months.png",
    }  # fmt: skip
    for name in ("nan", "None", "inf %"):
        assert f" {name} " not in text


def test_the_parts_of_jincheng_close_and_the_region_is_the_largest(t):
    around = study.region(t, "Jincheng", YEARS)
    found = study.hindcast(t, made_up(), "Jincheng", YEARS, around)
    assert sum(p.value for p in found.parts) == pytest.approx(found.observed.value)
    named = {p.name: abs(p.value) for p in found.parts}
    assert max(named, key=named.get) == "background, as the neighbours changed"
    assert found.expected.value == pytest.approx(0, abs=1e-9)
    assert found.expected.high < found.observed.value


def test_an_outcome_within_the_range_is_no_miss():
    guess = Part("forecast", 0.0, -0.1, 0.1)
    assert chapters.inside(guess, Part("o", 0.05, 0, 0.1)) == "inside the range of the forecast"
    assert "below" in chapters.inside(guess, Part("o", -0.2, -0.3, -0.1))


def test_outcomes_of_targets_in_their_own_units(t):
    case = others.Case("jincheng-2016", "Jincheng", YEARS, Path("none"))
    change = {"metric": "concentration_change", "species": "PM2.5"}
    assert others.outcome_of(change, case, t) == pytest.approx(100 * (62.3 / 56.8 - 1))
    days = {"metric": "good_days", "species": "", "unit": "%"}
    assert others.outcome_of(days, case, t) == pytest.approx(64.8)
    assert others.outcome_of(days | {"unit": "d"}, case, t) is None
    level = {"metric": "concentration", "species": "PM2.5"}
    assert others.outcome_of(level, case, t) == pytest.approx(62.3)
    assert others.outcome_of(level | {"species": "NO2"}, case, t) is None
    assert others.status(t, case, "PM2.5") == "reported (aqistudy)"


def test_recalled_outcomes_are_called_so(t):
    case = others.Case("yangquan-2019", "Yangquan", (2018, 2019), Path("none"))
    assert others.status(t, case, "SO2") == "recalled (shanxi-bulletin)"


@pytest.mark.skipif(not DAILY.is_dir(), reason="daily values are not at hand")
def test_good_days_of_jincheng_are_counted_from_real_days():
    series = readers.read(DAILY / "晋城.csv").concentration
    base = series.sel(day=series["day"].dt.year == 2015)
    forecast = separation.spread("forecast", 0.0, 0.05, 1.645)
    found = study.good_days(base, made_up(), forecast, standards.read())
    assert found["base"] == 264  # as archived
    assert found["expected"] == 0  # the made-up plan and growth cancel
    assert found["low"] < 0 < found["high"]
