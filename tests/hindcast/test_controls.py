"""The synthetic control: weights, what is shared, the placebo error."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import tables
from emisim.errors import InputError
from emisim.hindcast import controls, records

INPUTS = Path(__file__).parents[2] / "inputs"
YEARS = (2015, 2016)
MONTHS = pd.period_range("2015-01", "2016-12", freq="M")


@pytest.fixture(scope="module")
def neighbours() -> pd.DataFrame:
    sources = tables.read_sources(INPUTS / "sources.csv")
    return records.read_neighbours(INPUTS / "hindcast" / "neighbours.csv", sources)


def made_up(seed: int, cities: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        60 * np.exp(rng.normal(0, 0.3, (24, cities))), MONTHS, [f"c{i}" for i in range(cities)]
    )


@settings(max_examples=20)
@given(st.integers(0, 200))
def test_a_mixture_of_neighbours_is_found_again_with_its_weights(seed):
    table = made_up(seed)
    wanted = np.array([0.5, 0.3, 0.2, 0, 0, 0])
    table["mixed"] = 1.7 * np.exp(np.log(table) @ wanted)
    found = controls.synthetic(table, "mixed", [f"c{i}" for i in range(6)])
    assert found.weights.to_numpy() == pytest.approx(wanted, abs=2e-3)
    assert found.misfit < 1e-3
    assert found.own == pytest.approx(0, abs=2e-3)


@settings(max_examples=20)
@given(st.integers(0, 200), st.floats(-0.5, 0.5))
def test_what_a_city_does_alone_is_its_own(seed, step):
    table = made_up(seed)
    table["mixed"] = np.exp(np.log(table) @ np.full(6, 1 / 6))
    table.loc["2016-01":, "mixed"] *= np.exp(step)
    found = controls.synthetic(table, "mixed", [f"c{i}" for i in range(6)])
    assert found.own == pytest.approx(step, abs=3e-3)
    assert found.weights.sum() == pytest.approx(1)
    assert (found.weights >= 0).all()


def test_no_weights_fit_better_than_those_found():
    table = made_up(3)
    logs = np.log(table.iloc[:12])
    y, x = logs["c0"].to_numpy(), logs[["c1", "c2", "c3"]].to_numpy()
    best = controls.weigh(y, x)

    def misfit(w):
        rest = (y - y.mean()) - (x - x.mean(axis=0)) @ w
        return (rest**2).sum()

    rng = np.random.default_rng(0)
    others = rng.dirichlet(np.ones(3), 2000)
    assert misfit(best) <= min(misfit(w) for w in others) + 1e-9


def test_year_change_counts_days():
    series = pd.Series(10.0, MONTHS)
    series[pd.Period("2016-02")] = 20.0
    assert controls.year_change(series) == pytest.approx(np.log((366 * 10 + 290) / 366 / 10))


def test_jincheng_rose_with_its_neighbours_and_the_error_is_larger_than_any_plan(neighbours):
    table = records.monthly(neighbours, "PM2.5", YEARS)
    pool = [c for c in table if c != "Jincheng"]
    found = controls.synthetic(table, "Jincheng", pool)
    assert found.observed == pytest.approx(np.log(62.3 / 56.8), abs=1e-3)
    assert found.weights.idxmax() == "Changzhi"
    assert found.shared == pytest.approx(0.103, abs=0.005)
    error = controls.error(found, controls.placebos(table, pool), 2.0)
    assert 0.05 < error < 0.2
    assert abs(found.own) < error


def test_monthly_means_agree_with_the_annual_ones(neighbours):
    table = records.monthly(neighbours, "PM2.5", YEARS)
    annual = records.annual_changes(neighbours, YEARS)["PM2.5"]
    both = [c for c in table if c in annual.index]
    assert len(both) >= 6
    for city in both:
        assert controls.year_change(table[city]) == pytest.approx(annual[city], abs=0.02)


def test_a_poor_placebo_is_left_out_of_the_error():
    def control(name, misfit, own):
        weights = pd.Series([1.0], ["x"])
        return controls.Control(name, weights, misfit, 0.0, own, pd.Series(dtype=float))

    mine, close, far = control("a", 0.1, 0.0), control("b", 0.15, 0.1), control("c", 0.5, 0.9)
    assert controls.error(mine, [close, far], 2.0) == pytest.approx(0.1)
    assert controls.error(mine, [far], 2.0) == pytest.approx(0.9)
    assert controls.rank(mine, [close, far]) == 1
    assert controls.rank(control("a", 0.1, 0.5), [close, far]) == pytest.approx(2 / 3)


def test_bad_input_is_named():
    table = made_up(1)
    with pytest.raises(InputError, match="at least two"):
        controls.synthetic(table, "c0", ["c1"])
    with pytest.raises(InputError, match="nowhere"):
        controls.synthetic(table, "c0", ["c1", "nowhere"])
    table.iloc[3, 1] = 0.0
    with pytest.raises(InputError, match="not positive"):
        controls.synthetic(table, "c0", ["c1", "c2"])


def test_a_wrong_unit_names_its_row(tmp_path):
    text = (INPUTS / "hindcast" / "neighbours.csv").read_text(encoding="utf-8").splitlines()
    bad = tmp_path / "neighbours.csv"
    bad.write_text("\n".join([*text[:3], text[3].replace("ug/m3", "t")]), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        records.read_neighbours(bad)
    assert (raised.value.row, raised.value.column) == (4, "unit")


def test_a_gap_takes_the_city_out_of_the_monthly_table(neighbours):
    whole = records.monthly(neighbours, "PM2.5", YEARS)
    first = neighbours.index[(neighbours["city"] == "Handan") & neighbours["month"].notna()][0]
    assert set(whole) - set(records.monthly(neighbours.drop(first), "PM2.5", YEARS)) == {"Handan"}
    with pytest.raises(InputError, match="no city has monthly means of SO2"):
        records.monthly(neighbours, "SO2", (2013, 2014))


def test_other_choices_of_neighbours_leave_out_those_with_weight(neighbours):
    table = records.monthly(neighbours, "PM2.5", YEARS)
    pool = [c for c in table if c != "Jincheng"]
    control = controls.synthetic(table, "Jincheng", pool)
    found = controls.choices(table, control)
    named = {"without Changzhi", "without Linfen", "without Yangquan"}
    assert set(found.index) == {"all of them", "all with equal weights"} | named
    assert found["all of them"] == control.shared
    even = np.exp(np.log(table[pool]).mean(axis=1))
    assert found["all with equal weights"] == pytest.approx(controls.year_change(even))
    rest = [c for c in pool if c != "Changzhi"]
    assert found["without Changzhi"] == controls.synthetic(table, "Jincheng", rest).shared
    gap = np.log(table["Jincheng"] / control.series)
    above, below = controls.apart(control, table["Jincheng"], 0.1)
    assert above == [m for m in range(1, 13) if gap[f"2016-{m:02}"] > 0.2]
    assert below == [m for m in range(1, 13) if gap[f"2016-{m:02}"] < -0.2]
