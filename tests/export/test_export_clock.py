"""Months in local time become hours in UTC, and the hours add to the months."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim.errors import InputError
from emisim.export import clock, hours
from emisim.factors import Factors
from export.paths import FACTORS, TABLES
from export.test_export_speciation import copied

GROUPS = pd.DataFrame(
    [("vehicles", "mobile"), ("solvents", "flat"), ("dust", "dust")], columns=["sector", "hours"]
)


def made(folder=TABLES):
    names = GROUPS["hours"]
    hourly = dict(zip(names, Factors(FACTORS).profile(names, "hour"), strict=True))
    return clock.clock(GROUPS, hourly, folder)


@settings(max_examples=4)
@given(st.integers(2001, 2060), st.integers(1, 12))
def test_hours_of_a_month_in_local_time_add_to_the_month(year, month):
    clocks = made_once()
    start = datetime(year, month, 1) - timedelta(hours=8)
    following = datetime(year + month // 12, month % 12 + 1, 1) - timedelta(hours=8)
    when = hours.times(start, int((following - start).total_seconds() // 3600))
    share = hours.day(clocks, (month,), when)
    np.testing.assert_allclose(share.sum(axis=0)[:, 0] * 3600, 1, rtol=1e-12)


_MADE = []


def made_once():
    if not _MADE:
        _MADE.append(made())
    return _MADE[0]


def test_a_local_rush_hour_is_eight_hours_earlier_in_utc():
    clocks = made_once()
    local = clocks.hourly[0]
    share = hours.mean_day(clocks, hours.times(datetime(2019, 7, 1), 24))[:, 0, 0]
    np.testing.assert_allclose(share, np.roll(local, -8) / 31 / 3600)
    assert int(share.argmax()) == (int(local.argmax()) - 8) % 24
    assert local.max() > 1.5 * local.min()


def test_a_day_in_utc_takes_eight_hours_of_the_next_local_day():
    clocks = made_once()
    share = hours.day(clocks, (1, 2), hours.times(datetime(2018, 1, 31), 24))
    january, february = (share[:, 1, p] > 0 for p in (0, 1))
    assert january.tolist() == [True] * 16 + [False] * 8
    assert february.tolist() == [False] * 16 + [True] * 8


def test_mean_day_is_a_day_of_its_month():
    for month, length in ((2, 28), (7, 31)):
        share = hours.mean_day(made_once(), hours.times(datetime(2019, month, 1), 24))
        np.testing.assert_allclose(share.sum(axis=0) * 3600, 1 / length)


def test_weekends_are_quieter_where_the_table_says_so():
    clocks = made_once()
    sunday, monday = (datetime(2019, 7, d, 2) for d in (7, 8))
    assert clocks.on_day(sunday, 7)[0] < 0.95 * clocks.on_day(monday, 7)[0]
    assert clocks.on_day(sunday, 7)[2] == pytest.approx(clocks.on_day(monday, 7)[2], rel=1e-4)


def test_local_time_is_the_zone_of_china():
    zoneinfo = pytest.importorskip("zoneinfo")
    local = datetime(2019, 7, 1, tzinfo=UTC).astimezone(zoneinfo.ZoneInfo("Asia/Shanghai"))
    assert local.utcoffset() == timedelta(hours=clock.offset(TABLES))


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("weekly.csv", lambda t: t[t["day"] != "7"], "a week has the days 1"),
        ("weekly.csv", lambda t: t.replace({"value": {"0.142858": "0.15"}}), "does not add to 1"),
        ("settings.csv", lambda t: t.replace({"value": {"8": "5.5"}, "low": {"8": "5.5"}}),
         "whole hours"),
        ("settings.csv", lambda t: t[t["parameter"] != "utc_offset"], "no row gives"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_used(tmp_path, table, change, message):
    with pytest.raises(InputError, match=message):
        made(copied(tmp_path, table, change))
