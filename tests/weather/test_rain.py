from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from years import P, rainy, year

from emisim import tables
from emisim.errors import InputError
from emisim.weather import rain

SHIPPED = "inputs/weather/precipitation.csv"


def spells(wet):
    """Return the lengths of the runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], wet.astype(int), [0]])))
    return edges[1::2] - edges[::2]


@given(st.integers(0, 100), st.integers(1, 9), st.integers(0, 9))
def test_spells_have_their_length_and_do_not_touch(wanted, length, seed):
    damp = np.random.default_rng(seed).normal(size=400)
    found = rain.wet_spells(damp, wanted, length)
    assert len(found) == len(set(found)) == wanted
    wet = np.zeros(400, bool)
    wet[found] = True
    runs = np.sort(spells(wet))
    assert (runs[1:] == length).all()
    assert runs.sum() == wanted


def test_the_dampest_window_is_taken_first():
    damp = np.zeros(100)
    damp[40:43] = 5
    assert rain.wet_spells(damp, 3, 3).tolist() == [40, 41, 42]


def test_climatology_gives_amount_hours_and_spells():
    record = year()
    found = rain.hourly_rain(record, np.zeros(8760), rainy(60, 40), P)
    months = pd.Series(found).groupby(record["time"].dt.month.to_numpy())
    assert months.sum().to_numpy() == pytest.approx(60)
    assert months.agg(lambda x: (x > 0).sum()).tolist() == [40] * 12
    assert np.mean(spells(found > 0)) == pytest.approx(6, abs=0.6)


def test_rain_comes_with_damp_dull_days_and_not_with_the_hour():
    record = year()
    dull = np.repeat(np.random.default_rng(1).uniform(0, 1, 365), 24)
    record["relative_humidity"] = np.clip(
        0.4 + 0.3 * dull - 0.2 * np.sin(np.pi * (record["time"].dt.hour - 6) / 12), 0, 1
    )
    wet = rain.hourly_rain(record, dull, rainy(60, 40), P) > 0
    assert dull[wet].mean() > 0.85
    nightly = np.isin(record["time"].dt.hour, range(20, 24)) | (record["time"].dt.hour < 8)
    assert nightly[wet].mean() == pytest.approx(0.5, abs=0.12)


def test_measured_rain_goes_before_the_climatology():
    record = year(rain=np.where(np.arange(8760) == 77, 3.0, np.nan))
    found = rain.hourly_rain(record, np.zeros(8760), rainy(), P)
    assert found.sum() == found[77] == 3
    assert rain.describe(record, found, True) == "record: 3 mm in 1 h of a year"


def test_no_rain_at_all():
    assert rain.hourly_rain(year(hours=48), np.zeros(48), None, P).sum() == 0


@pytest.mark.parametrize(
    ("station", "low", "high"),
    [("Yushe", 450, 550), ("Zhengzhou", 600, 750), ("Laohekou", 780, 880), ("Zhuzhou", 1300, 1500)],
)
def test_shipped_climatologies(station, low, high):
    sources = tables.read_sources("inputs/sources.csv")
    table = rain.read_climatology(SHIPPED, station, sources)
    assert low < table["precipitation"].sum() < high
    assert 0.04 < table["wet_hours"].sum() / 8760 < 0.12
    assert table["precipitation"].idxmax() in (6, 7)


def test_unknown_station_and_wrong_unit_are_named(tmp_path):
    with pytest.raises(InputError, match="precipitation of station 'Nowhere' is not complete"):
        rain.read_climatology(SHIPPED, "Nowhere")
    path = tmp_path / "p.csv"
    text = Path(SHIPPED).read_text(encoding="utf-8")
    path.write_text(text.replace("4.3,mm", "4.3,m", 1), encoding="utf-8")
    with pytest.raises(InputError, match="precipitation must be in mm"):
        rain.read_climatology(path, "Yushe")
