import numpy as np
import pandas as pd
import pytest

from emisim.errors import InputError
from emisim.weather import record

LOCATION = "LOCATION,Testville,Shanxi,CHN,TEST,537870,37.07,112.98,8.0,1041.4"
DAYS = pd.date_range("2005-01-01", "2005-12-31", freq="D")


def epw(path, *, location=LOCATION, change=None, drop=(), calm=False):
    """Write an EPW file of a year; ``change`` maps (hour, column) to text."""
    lines = [location, *["HEADER"] * 7]
    for i, day in enumerate(DAYS):
        for hour in range(1, 25):
            n = 24 * i + hour - 1
            if n in drop:
                continue
            sun = max(0, 700 * np.sin(np.pi * (hour - 6.5) / 12))
            row = ["2005", str(day.month), str(day.day), str(hour), "0", "?", "5.0", "0", "50"]
            row += ["90000", "0", "0", "300", f"{sun:.0f}", "0", "0", "0", "0", "0", "0"]
            row += [str((n * 45) % 360), "0" if calm else str(n % 5), "5", "5", *["0"] * 11]
            for (where, column), text in (change or {}).items():
                if where == n:
                    row[column] = text
            lines.append(",".join(row))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_epw_gives_si_units_and_the_middle_of_the_hour(tmp_path):
    found = record.read_epw(epw(tmp_path / "a.epw"))
    assert len(found) == 8760
    first = found.iloc[0]
    assert first["time"] == pd.Timestamp("2005-01-01 00:30")
    assert first["temperature"] == pytest.approx(278.15)
    assert first["cloud"] == pytest.approx(0.5)
    assert found.attrs["station"] == "Testville"
    assert found.attrs["utc_offset"] == 8.0


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"location": "SITE,Testville"}, "first line must be LOCATION"),
        ({"drop": {100}}, "8759 hours; a whole year"),
        ({"change": {(10, 21): "999"}}, "wind_speed is missing or not a number in 1 hours"),
        ({"change": {(10, 6): "99.9"}}, "temperature is missing"),
        ({"change": {(10, 20): "400"}}, "wind_direction is beyond physical limits in hour 11"),
        ({"change": {(10, 3): "12"}}, "hours are not consecutive"),
        ({"change": {(10, 2): "x"}}, "time cannot be read"),
        ({"calm": True}, "every hour is calm"),
    ],
)
def test_bad_epw_is_named(tmp_path, kwargs, message):
    with pytest.raises(InputError, match=message):
        record.read_epw(epw(tmp_path / "a.epw", **kwargs))


def test_short_row_is_named_with_its_line(tmp_path):
    path = epw(tmp_path / "a.epw")
    lines = path.read_text().splitlines()
    lines[8 + 3] = "2005,1,1"
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"row 12: an hour has 3 fields"):
        record.read_epw(path)


HEAD = "# station: S\n# latitude: 37.0\n# longitude: 113.0\n# utc_offset: 8\n"


def written(path, frame, head=HEAD):
    path.write_text(head + frame.to_csv(index=False))
    return path


def hourly(year="2005", **columns):
    time = pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h")
    data = {"wind_speed": 2.0, "wind_direction": 90.0, "temperature": 5.0, "cloud": 0.5}
    return pd.DataFrame({"time": time, **{**data, **columns}})


def test_csv_reads_celsius_and_start_of_hour(tmp_path):
    found = record.read_csv(written(tmp_path / "a.csv", hourly()))
    assert found["temperature"].iloc[0] == pytest.approx(278.15)
    assert found["time"].iloc[0] == pd.Timestamp("2005-01-01 00:30")
    assert found["irradiance"].isna().all()


def test_csv_of_a_leap_year_may_leave_out_the_leap_day(tmp_path):
    frame = hourly("2008")
    leap = (frame["time"].dt.month == 2) & (frame["time"].dt.day == 29)
    assert len(record.read_csv(written(tmp_path / "a.csv", frame[~leap]))) == 8760


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (hourly().drop(columns="wind_speed"), "column wind_speed: missing column"),
        (hourly().drop(columns="cloud"), "neither cloud nor irradiance"),
        (hourly(cloud=7.0), "cloud is beyond physical limits in hour 1"),
        (hourly(temperature=281.0), "temperature is beyond physical limits"),
        (hourly(wind_speed="calm"), "wind_speed is missing or not a number"),
        (hourly().drop(index=50).reset_index(drop=True), "8759 hours"),
    ],
)
def test_bad_csv_is_named(tmp_path, frame, message):
    with pytest.raises(InputError, match=message):
        record.read_csv(written(tmp_path / "a.csv", frame))


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (HEAD.replace("# latitude: 37.0\n", ""), "no line gives the latitude"),
        (HEAD.replace("37.0", "north"), "must be numbers"),
    ],
)
def test_station_of_a_csv_is_needed(tmp_path, head, message):
    with pytest.raises(InputError, match=message):
        record.read_csv(written(tmp_path / "a.csv", hourly(), head))


def test_epw_and_csv_of_the_same_hours_agree(tmp_path):
    one = record.read_epw(epw(tmp_path / "a.epw"))
    same = one.assign(time=one["time"] - pd.Timedelta(minutes=30))
    same["temperature"] -= 273.15
    two = record.read_csv(written(tmp_path / "a.csv", same))
    pd.testing.assert_frame_equal(one, two, check_dtype=False)
