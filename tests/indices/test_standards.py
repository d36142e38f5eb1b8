"""The tables of the standards: parents of every number, and the right ones on every day."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emisim.errors import InputError
from emisim.indices import standards
from emisim.indices.standards import KEYS, SPECIES
from emisim.tables import check_sources, read_sources

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "inputs/standards"
ALL = standards.read(FOLDER)
AVERAGING = {s: "8h" if s == "O3" else "24h" for s in SPECIES}


@pytest.mark.parametrize("name", KEYS)
def test_every_number_has_a_known_source(name):
    known = read_sources(ROOT / "inputs/sources.csv")
    check_sources(ALL.tables[name], known, FOLDER / f"{name}.csv")


@pytest.mark.parametrize("name", KEYS)
def test_no_two_rows_of_a_key_are_in_force_on_one_day(name):
    for day in ALL.starts:
        frame = ALL.tables[name]
        now = frame[(frame["from"] <= day) & ~(frame["to"] < day)]
        key = list(KEYS[name][1:])
        assert not now.duplicated(key).any(), (day, now[now.duplicated(key)])


@pytest.mark.parametrize(
    ("day", "aqi", "annual", "daily"),
    [
        ("2015-06-30", "HJ 633-2012", 35, 75),
        ("2026-02-28", "HJ 633-2012", 35, 75),
        ("2026-03-01", "HJ 633-2026", 30, 60),
        ("2030-12-31", "HJ 633-2026", 30, 60),
        ("2031-01-01", "HJ 633-2026", 25, 50),
    ],
)
def test_limits_of_fine_particles_by_date(day, aqi, annual, daily):
    now = ALL.on(day)
    assert now.aqi_standard == aqi
    assert (now.limit("PM2.5", "annual"), now.limit("PM2.5", "24h")) == (annual, daily)


@pytest.mark.parametrize("day", ["2012-03-01", "2018-09-01", "2026-03-01", "2030-12-31"])
def test_iaqi_100_stands_at_the_daily_limit_of_class_two(day):
    now = ALL.on(day)
    for species, averaging in AVERAGING.items():
        points, indices = now.breakpoints(species, averaging)
        assert np.interp(100, indices, points) == now.limit(species, averaging)


def test_from_2031_the_final_limits_are_below_iaqi_100():
    """HJ 633-2026 as read keeps its points when the transition of GB 3095-2026 ends."""
    now = ALL.on("2031-01-01")
    assert now.breakpoints("PM2.5", "24h")[0][2] == 60 > now.limit("PM2.5", "24h")


@pytest.mark.parametrize("day", ["2012-03-01", "2026-03-01", "2031-01-01"])
def test_breakpoints_ascend_from_nothing(day):
    rows = ALL.on(day).tables["breakpoints"]
    for (species, averaging), _ in rows.groupby(["species", "averaging"]):
        points, indices = ALL.on(day).breakpoints(species, averaging)
        assert points[0] == indices[0] == 0
        assert (np.diff(points) > 0).all()
        assert (np.diff(indices) > 0).all()


def test_class_one_is_never_looser():
    for day in ALL.starts:
        limits = ALL.on(day).tables["limits"]
        wide = limits.pivot_table(index=["species", "averaging"], columns="class", values="value")
        assert (wide["I"] <= wide["II"]).all()


def test_conditions_change_with_the_amendment():
    gases = {
        d: ALL.on(d).rule("reference_temperature", "gases") for d in ("2018-08-31", "2018-09-01")
    }
    assert list(gases.values()) == [273.15, 298.15]
    assert ALL.on("2018-08-31").has("reference_temperature", "particles")
    assert not ALL.on("2018-09-01").has("reference_temperature", "particles")


def test_a_period_that_crosses_is_cut_where_the_rows_change():
    parts = ALL.between("2026-01-01", "2031-12-31")
    assert [f"{a:%Y-%m-%d}" for a, _, _ in parts] == ["2026-01-01", "2026-03-01", "2031-01-01"]
    assert sum((b - a).days + 1 for a, b, _ in parts) == len(pd.date_range("2026", "2031-12-31"))


def test_a_named_standard_is_forced_on_any_day():
    assert ALL.on("2027-01-01", "HJ 633-2012").breakpoints("PM2.5", "24h")[0][2] == 75
    assert ALL.on("2010-01-01", "HJ 633-2026").breakpoints("PM2.5", "24h")[0][2] == 60
    assert ALL.on("2027-01-01", "HJ 633-2012").limit("PM2.5", "24h") == 60


def test_a_day_before_all_standards_is_refused():
    with pytest.raises(InputError, match="before 2012-02-29"):
        ALL.on("2011-12-31")


def test_an_unknown_standard_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="HJ 633-2026"):
        ALL.on("2020-01-01", "HJ 633-2016")


def test_a_limit_that_does_not_exist_names_those_that_do():
    with pytest.raises(
        InputError, match=r"no limit for CO, annual, II[\s\S]*limits.csv|limits.csv"
    ):
        ALL.on("2020-01-01").limit("CO", "annual")


def test_a_bad_date_is_named_by_row(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "standards")
    path = tmp_path / "standards/grades.csv"
    text = path.read_text(encoding="utf-8").replace("2012-02-29", "29.2.2012", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"row 2, column valid_from: not a date"):
        standards.read(tmp_path / "standards")
