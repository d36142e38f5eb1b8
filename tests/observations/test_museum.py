"""Bad tables end in one message that names the fault; odd ones in a count by rule."""

from pathlib import Path

import pandas as pd
import pytest

from emisim import observations
from emisim.errors import InputError

MUSEUM = Path(__file__).parent / "museum"
RULES = observations.read_rules(Path(__file__).parents[2] / observations.rules.DEFAULT)
BAD = {
    "binary.csv": (r"not a text file in a known encoding", None),
    "carbon-monoxide-in-micrograms.csv": (r"3 of 3 values of CO .* units=\{'CO': 'ug/m3'\}", 2),
    "empty.csv": (r"file is empty", None),
    "extra-cell.csv": (r"cell in column 9, which has no header", 3),
    "far-year.csv": (r"the year is not between 1980 and 2060.*2109-01-02", 3),
    "half-hour.csv": (r"not a whole hour.*08:30", 2),
    "header-in-milligrams.csv": (r"5 of 5 values of PM10 are off by a thousand in mg/m3", 2),
    "hour-25.csv": (r"column hour: not a whole hour from 0 to 24.*'25'", 3),
    "no-dates.csv": (r"no column of dates.*name the column", 1),
    "no-header.csv": (r"no header that names a column.*add a header line", 1),
    "no-lines.csv": (r"a header and no lines", 1),
    "no-place.csv": (r"column 城市: the line names no place", 3),
    "no-pollutant.csv": (r"no column names a pollutant.*species=", None),
    "no-such-day.csv": (r"there is no such day.*2019-02-30", 2),
    "not-a-date.csv": (r"column 日期: not a date.*合计", 4),
    "not-a-number.csv": (r"column NO2\(ug/m3\): not a number.*三十", 4),
    "particles-in-milligrams.csv": (r"5 of 5 values of PM10 are off by a thousand in ug/m3", 2),
    "ppb.csv": (r"unit of SO2 is not a mass per volume.*ppb.*ug/m3, mg/m3", 2),
    "two-columns.csv": (r"two columns hold PM2.5", 1),
    "two-ways.csv": (r"reads two ways.*write the year first", 2),
    "unit-column.csv": (r"unit of O3 is not a mass per volume.*ppb", 3),
    "unknown-pollutant-long.csv": (r"unknown pollutant.*苯.*SO2, NO2", 3),
    "unknown-pollutant.csv": (r"unknown pollutant.*TSP.*SO2, NO2", 3),
    "workbook.xlsx": (r"not a readable workbook.*CSV UTF-8", None),
}
ODD = {
    "duplicated-days.csv": {
        "duplicates that agree": (11, 5),
        "duplicates that differ": (1, 6),
        "dates out of order": (1, 5),
        "days with fewer than six pollutants": (1, 4),
    },
    "duplicated-station.csv": {
        "duplicates that agree": (144, 2),
        "other averaging times": (144, 9),
        "stuck values": (2, 213),
        "days with too few hours": (12, None),
    },
    "four-pollutants.csv": {
        "days with fewer than six pollutants": (1, 5),
        "missing marks": (1, 5),
    },
    "gap.csv": {"days without any value": (5, None)},
    "header-again.csv": {"repeated header": (1, 4)},
    "impossible.csv": {
        "impossible values": (1, 5),
        "days with fewer than six pollutants": (1, 5),
    },
    "inverted.csv": {"PM2.5 above PM10": (1, 4)},
    "mixed-units.csv": {
        "units mixed up": (3, 7),
        "days with fewer than six pollutants": (1, 7),
    },
    "negative.csv": {
        "negative values": (1, 5),
        "missing marks": (3, 6),
        "days with fewer than six pollutants": (2, 5),
    },
    "other-columns.csv": {"columns not used": (2, 1)},
    "out-of-order.csv": {"dates out of order": (1, 4)},
    "ozone-unstated.csv": {"O3 averaging not stated": (3, 2)},
    "stuck.csv": {"stuck values": (1, 8)},
    "three-formats.csv": {"dates in several formats": (3, 4)},
    "zeros.csv": {
        "zero runs": (4, 5),
        "stuck values": (1, 8),
        "days with fewer than six pollutants": (4, 5),
    },
}
SHORT = {"years with too few valid days", "months with too few valid days"}
"""Every daily table of the museum is short."""


def test_every_piece_is_labelled():
    assert {path.name for path in MUSEUM.iterdir()} == {*BAD, *ODD}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_one_message(name):
    message, row = BAD[name]
    with pytest.raises(InputError, match=f"(?s){message}") as caught:
        observations.read(MUSEUM / name, rules=RULES)
    assert name in str(caught.value)
    assert caught.value.row == row


@pytest.mark.parametrize("name", ODD)
def test_an_odd_table_is_counted_by_rule(name):
    concentration, report = observations.read(MUSEUM / name, rules=RULES)
    found = {
        row["rule"]: (row["count"], None if pd.isna(row["first_line"]) else row["first_line"])
        for row in report.to_dict("records")
        if row["rule"] not in SHORT
    }
    assert found == ODD[name]
    assert (set(report["rule"]) >= SHORT) == (concentration.attrs["averaging"] == "daily")


@pytest.mark.parametrize(
    ("name", "species", "day"),
    [
        ("negative.csv", "PM2.5", "2019-01-04"),
        ("mixed-units.csv", "CO", "2019-01-06"),
        ("impossible.csv", "O3", "2019-01-04"),
        ("duplicated-days.csv", "PM2.5", "2019-01-03"),
        ("zeros.csv", "SO2", "2019-01-05"),
    ],
)
def test_what_cannot_be_is_missing(name, species, day):
    concentration, report = observations.read(MUSEUM / name, rules=RULES)
    assert concentration.sel(species=species, day=day).isnull().all()
    assert "made missing" in set(report["action"])


def test_a_said_unit_repairs_a_wrong_header():
    path = MUSEUM / "carbon-monoxide-in-micrograms.csv"
    found = observations.read(path, rules=RULES, units={"CO": "ug/m3"}).concentration
    assert found.sel(species="CO").values.ravel().tolist() == [0.801, 0.802, 0.803]
    with pytest.raises(InputError, match="the unit given for CO does not fit"):
        observations.read(path, rules=RULES, units={"CO": "mg/m3"})


def test_a_year_of_two_hundred_days_is_told(tmp_path):
    days = pd.date_range("2019-01-01", periods=200)
    table = pd.DataFrame({"date": days, "PM2.5": range(30, 230)})
    table.to_csv(tmp_path / "a.csv", index=False)
    report = observations.read(tmp_path / "a.csv", rules=RULES).report.set_index("rule")
    row = report.loc["years with too few valid days"]
    assert (row["count"], row["first_value"], row["first_species"]) == (1, 200, "PM2.5")
    assert "fewer than 324 days" in row["detail"]
    months = report.loc["months with too few valid days"]
    assert (months["count"], months["first_value"]) == (1, 19)


def test_copied_stations_are_told(tmp_path):
    days = pd.date_range("2019-01-01", periods=90)
    level = [30 + 7 * i % 53 for i in range(90)]
    table = pd.DataFrame({"日期": days, "甲": level, "乙": level, "丙": level[::-1]})
    table.to_csv(tmp_path / "a.csv", index=False)
    report = observations.read(tmp_path / "a.csv", rules=RULES, species="PM2.5").report
    row = report.set_index("rule").loc["places that are copies"]
    assert (row["count"], row["detail"]) == (1, "乙 as 甲")


def test_an_outlier_is_told(tmp_path):
    days = pd.date_range("2019-06-01", periods=90)
    level = [30.0 + 7 * i % 13 for i in range(90)]
    level[40] = 900.0
    pd.DataFrame({"日期": days, "PM10": level}).to_csv(tmp_path / "a.csv", index=False)
    row = (
        observations.read(tmp_path / "a.csv", rules=RULES).report.set_index("rule").loc["outliers"]
    )
    assert (row["count"], row["first_value"], row["first_line"]) == (1, 900.0, 42)
    assert row["action"] == "kept"
