"""What a city's folder tells about days, peers and dustfall, and how faults in it are named."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emisim.errors import InputError
from emisim.stages import _inputs, _record

INPUTS = Path(__file__).parents[1] / "inputs"
DAILY = "date,city,SO2,NO2,PM10,PM2.5,CO,O3_8h\n"


@pytest.fixture
def city(tmp_path):
    """Yangquan's settings and observations; base year 2018."""
    for name in ("factors", "standards", "sources.csv", "weather"):
        (tmp_path / name).symlink_to(INPUTS / name)
    folder = tmp_path / "cities" / "yangquan"
    folder.mkdir(parents=True)
    for name in ("city.yaml", "observed.csv"):
        shutil.copy(INPUTS / "cities" / "yangquan" / name, folder)
    return folder


def read(city):
    return _record.read(str(city), str(city.parents[1] / "factors"))


def days(first, last, name="阳泉"):
    dates = pd.date_range(first, last)
    return DAILY + "".join(f"{d:%Y-%m-%d},{name},20,30,80,{40 + d.day},1.2,100\n" for d in dates)


def add(city, line):
    path = city / "observed.csv"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    return len(path.read_text(encoding="utf-8").splitlines())


def test_absent_files_leave_gaps(city):
    record = read(city)
    assert record.peers is None
    assert record.daily is None
    assert record.year == 2018
    assert record.names == ("yangquan", "Yangquan", "阳泉")
    assert record.conductance["coarse"] > record.conductance["fine"] > 0


def test_held_rows_are_converted_and_ranged(city):
    add(city, "Yuxian,,2018,,dustfall,8,g/(m2 month),6,10,assumed,emisim-judgement,,")
    row = read(city).held("dustfall", "Yuxian")
    assert row[:3] == pytest.approx((8, 6, 10))
    assert read(city).held("dustfall", "Pingding") is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("*,,2018,,O3_limited_days,20,ug/m3,10,30,assumed,emisim-judgement,,", "turned into 'd'"),
        ("*,,2018,,dustfall,8,t/km2,6,10,assumed,emisim-judgement,,", "cannot be turned into"),
        ("*,,2018,,O3_limited,20,d,10,30,assumed,emisim-judgement,,", "O3_limited_days"),
    ],
)
def test_a_bad_row_of_observed_is_named(city, line, message):
    number = add(city, line)
    with pytest.raises(InputError, match=message) as caught:
        read(city)
    assert caught.value.row == number
    assert caught.value.file.name == "observed.csv"


def test_daily_values_of_the_base_year(city):
    (city / "daily.csv").write_text(days("2017-12-01", "2018-12-31"), encoding="utf-8")
    series = read(city).daily
    assert series.sizes == {"place": 1, "day": 365, "species": 6}
    january = series.sel(species="PM2.5", day=slice("2018-01-01", "2018-01-03"))
    assert np.array_equal(january.values[0], [41, 42, 43])


def test_days_of_other_years_only(city):
    (city / "daily.csv").write_text(days("2016-01-01", "2016-12-31"), encoding="utf-8")
    with pytest.raises(InputError, match=r"daily.csv: unknown base year among the days(.|\n)*2016"):
        read(city)


def test_stations_are_no_city_mean(city):
    text = (
        days("2018-01-01", "2018-02-28") + days("2018-01-01", "2018-02-28", "大阳泉")[len(DAILY) :]
    )
    (city / "daily.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"one place, one value a day(.|\n)*city_mean"):
        read(city)


def test_optional_files_are_inputs_of_the_verdict_once_they_are_there(city):
    def listed():
        plan = city.parents[1] / "plans" / "p.yaml"
        found = _inputs.files("verdict", city=city, factors=city.parents[1] / "factors", plan=plan)
        return {path.name for path in found}

    before = listed()
    assert {"observed.csv", "daily_joint.csv", "deposition.csv"} <= before
    (city / "daily.csv").write_text(days("2018-01-01", "2018-12-31"), encoding="utf-8")
    (city / "peers.csv").write_text("city\n", encoding="utf-8")
    assert listed() - before == {"daily.csv", "peers.csv", "observation_rules.csv"}
