"""Weather normalisation on cities whose weather and emissions are known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emisim import tables
from emisim.errors import InputError
from emisim.hindcast import forest, truth

INPUTS = Path(__file__).parents[2] / "inputs"
NUMBERS = tables.read_parameters(
    INPUTS / "hindcast" / "hindcast.csv", tables.read_sources(INPUTS / "sources.csv")
)
QUICK = replace(forest.settings(NUMBERS), trees=25, draws=6, resamples=2)


def test_a_made_up_city_has_the_changes_it_says():
    city = truth.city(NUMBERS, 5)
    assert city.concentration.groupby(city.concentration.index.year).mean().iloc[0] == (
        pytest.approx(60)
    )
    assert forest.change(city.concentration) == pytest.approx(
        city.by_weather + city.by_emissions, abs=0.1
    )
    assert city.weather.index.equals(city.concentration.index)
    again = truth.city(NUMBERS, 5)
    assert again.concentration.equals(city.concentration)


def test_matching_days_lie_near_in_the_year_and_half_in_either():
    days = pd.date_range("2015-01-01", "2016-12-31", freq="D")
    chosen = forest.matching_days(days, QUICK)
    assert chosen.shape == (731, 6)
    gap = np.abs(days.day_of_year.to_numpy()[chosen] - days.day_of_year.to_numpy()[:, None])
    assert np.minimum(gap, 365.25 - gap).max() <= QUICK.window
    assert ((days.year.to_numpy()[chosen] == 2015).sum(axis=1) == 3).all()


def test_the_mean_over_weather_is_the_mean_of_predictions():
    class Plain:
        def predict(self, values):
            return values[:, 0] + 10 * values[:, 1]

    x = pd.DataFrame({"wind": [1.0, 2.0, 3.0], "trend": [0.0, 1.0, 2.0]})
    chosen = np.array([[0, 2], [1, 1], [2, 0]])
    found = forest.mean_over_weather(Plain(), x, ["wind"], chosen)
    assert found.to_numpy() == pytest.approx([2.0, 12.0, 22.0])


@pytest.fixture(scope="module")
def found() -> list[tuple[truth.Truth, forest.Normalised]]:
    pytest.importorskip("sklearn")
    cities = [truth.city(NUMBERS, seed) for seed in (0, 8)]
    return [(c, forest.normalise(c.concentration, c.weather, QUICK)) for c in cities]


def test_the_effect_of_the_weather_is_found_within_the_stated_error(found):
    for city, result in found:
        assert abs(result.weather - city.by_weather) < 0.08
        assert abs(result.emissions - city.by_emissions) < 0.15
        assert result.skill > 0.3
        assert result.error > 0


def test_weather_that_does_nothing_gets_nothing(found):
    rng = np.random.default_rng(0)
    city, _ = found[0]
    idle = pd.DataFrame({"wind": rng.normal(size=len(city.weather))}, city.weather.index)
    result = forest.normalise(city.concentration, idle, QUICK)
    assert abs(result.weather) < 0.03


def test_too_few_days_are_refused():
    city = truth.city(NUMBERS, 1)
    short = city.concentration[:500]
    with pytest.raises(InputError, match="two calendar years"):
        forest.normalise(short, city.weather, QUICK)
    gaps = city.concentration.copy()
    gaps.iloc[:100] = np.nan
    with pytest.raises(InputError, match="2015: 265 days"):
        forest.normalise(gaps, city.weather, QUICK)


def test_without_the_library_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.ensemble", None)
    with pytest.raises(InputError, match=r"emisim\[hindcast\]"):
        forest.regressor(QUICK, 0)
