import numpy as np
import pandas as pd
import pytest

from emisim import tables
from emisim.errors import InputError
from emisim.weather import readers

P = tables.read_parameters("inputs/factors/meteorology.csv")

LOCATION = "LOCATION,Testville,Shanxi,CHN,TEST,537870,37.07,112.98,8.0,1041.4"
DAYS = pd.date_range("2005-01-01", "2005-12-31", freq="D")


def read(path):
    return readers.read(path, P)


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
    found = read(epw(tmp_path / "a.epw"))
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
        ({"drop": range(100, 300)}, "wind or temperature are missing in 200 hours on end"),
        ({"drop": range(2000)}, "only 77% of the hours of the year are there"),
        ({"change": {(10, 20): "400"}}, "wind_direction is beyond physical limits in hour 11"),
        ({"change": {(10, 3): "12"}}, "hours are not consecutive"),
        ({"change": {(10, 2): "x"}}, "time cannot be read"),
        ({"calm": True}, "every hour is calm"),
    ],
)
def test_bad_epw_is_named(tmp_path, kwargs, message):
    with pytest.raises(InputError, match=message):
        read(epw(tmp_path / "a.epw", **kwargs))


def test_short_row_is_named_with_its_line(tmp_path):
    path = epw(tmp_path / "a.epw")
    lines = path.read_text().splitlines()
    lines[8 + 3] = "2005,1,1"
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"row 12: an hour has 3 fields"):
        read(path)


HEAD = "# station: S\n# latitude: 37.0\n# longitude: 113.0\n# utc_offset: 8\n"


def written(path, frame, head=HEAD):
    path.write_text(head + frame.to_csv(index=False))
    return path


def hourly(year="2005", **columns):
    time = pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h")
    data = {"wind_speed": 2.0, "wind_direction": 90.0, "temperature": 5.0, "cloud": 0.5}
    return pd.DataFrame({"time": time, **{**data, **columns}})


def few(**columns):
    return hourly(**columns).head(100)


FEW = few()


def test_csv_reads_celsius_and_start_of_hour(tmp_path):
    found = read(written(tmp_path / "a.csv", hourly()))
    assert found["temperature"].iloc[0] == pytest.approx(278.15)
    assert found["time"].iloc[0] == pd.Timestamp("2005-01-01 00:30")
    assert found["irradiance"].isna().all()


def test_csv_of_a_leap_year_may_leave_out_the_leap_day(tmp_path):
    frame = hourly("2008")
    leap = (frame["time"].dt.month == 2) & (frame["time"].dt.day == 29)
    assert len(read(written(tmp_path / "a.csv", frame[~leap]))) == 8760


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (FEW.drop(columns="wind_speed"), "column wind_speed: missing column"),
        (FEW.drop(columns="cloud"), "neither cloud nor irradiance"),
        (few(cloud=7.0), "cloud is beyond physical limits in hour 1"),
        (few(temperature=281.0), "temperature is beyond physical limits"),
        (few(wind_speed=np.nan), "wind_speed is missing or not a number in every hour"),
        (few(wind_speed="calm"), r"column wind_speed: not a finite number(.|\n)*100 faults in all"),
        (few(wind_speed=10.0), "looks like km/h or knots"),
        (few(irradiance=2e6), "irradiance is beyond physical limits in hour 1"),
        (few(relative_humidity=60.0), "percent must be divided by 100"),
        (hourly().iloc[[0, 0, *range(1, 8760)]], "hours are not consecutive"),
        (hourly().iloc[: 24 * 200], "only 55% of the hours of the year"),
    ],
)
def test_bad_csv_is_named(tmp_path, frame, message):
    with pytest.raises(InputError, match=message):
        read(written(tmp_path / "a.csv", frame))


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (HEAD.replace("# latitude: 37.0\n", ""), "no line gives the latitude"),
        (HEAD.replace("37.0", "north"), "row 2, column latitude: the latitude of"),
    ],
)
def test_station_of_a_csv_is_needed(tmp_path, head, message):
    with pytest.raises(InputError, match=message):
        read(written(tmp_path / "a.csv", FEW, head))


def test_epw_and_csv_of_the_same_hours_agree(tmp_path):
    one = read(epw(tmp_path / "a.epw"))
    same = one.assign(time=one["time"] - pd.Timedelta(minutes=30))
    same["temperature"] -= 273.15
    two = read(written(tmp_path / "a.csv", same))
    pd.testing.assert_frame_equal(one, two, check_dtype=False)


def test_short_gaps_are_bridged_and_counted(tmp_path):
    frame = hourly(wind_speed=np.arange(8760) % 3 + 1.0, wind_direction=350.0)
    frame.loc[50:52, ["wind_speed", "wind_direction", "temperature"]] = np.nan
    frame.loc[53, "wind_direction"] = 10.0
    frame.loc[49, ["wind_speed", "temperature"]] = [2.0, 4.0]
    frame.loc[53, ["wind_speed", "temperature"]] = [4.0, 8.0]
    found = read(written(tmp_path / "a.csv", frame))
    assert found.attrs["interpolated_hours"] == 3
    assert found["wind_speed"][49:54].tolist() == pytest.approx([2, 2.5, 3, 3.5, 4])
    assert found["temperature"][51] == pytest.approx(279.15)
    # the wind turns through north, not through south
    assert np.cos(np.deg2rad(found["wind_direction"][49:54])).min() > 0.98


def test_longer_gaps_are_left_out_and_counted(tmp_path):
    frame = hourly().drop(index=range(1000, 1020))
    found = read(written(tmp_path / "a.csv", frame))
    assert found.attrs["dropped_hours"] == 20
    assert found.attrs["interpolated_hours"] == 0
    assert len(found) == 8740


def test_one_half_of_the_year_alone_is_refused(tmp_path):
    frame = hourly()
    early = frame["time"].dt.month <= 3
    thin = frame[~early | (frame["time"].dt.hour < 8)]
    with pytest.raises(InputError, match="only 60% of the hours of the heating half of the year"):
        read(written(tmp_path / "a.csv", thin))


def test_mixed_kelvin_and_celsius_are_seen(tmp_path):
    frame = FEW.assign(temperature=np.where(np.arange(100) < 40, -60.0, 58.0))
    with pytest.raises(InputError, match="hours in K, degC or degF are mixed"):
        read(written(tmp_path / "a.csv", frame))


def test_dew_point_gives_relative_humidity(tmp_path):
    # saturation vapour pressure over water: 12.27 hPa at 10 degC, 23.39 hPa at 20 degC
    found = read(written(tmp_path / "a.csv", hourly(temperature=20.0, dew_point=10.0)))
    assert found["relative_humidity"].to_numpy() == pytest.approx(12.27 / 23.39, abs=2e-3)
