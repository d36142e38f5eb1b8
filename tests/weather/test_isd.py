import numpy as np
import pandas as pd
import pytest
from years import P

from emisim.errors import InputError
from emisim.weather import readers

HEAD = "# station: Yushe\n# latitude: 37.07\n# longitude: 112.98\n# utc_offset: 8\n"
UTC = pd.date_range("2014-12-31 17:00", "2015-12-31 16:00", freq="h")


def lite_rows(step=1):
    """Return ISD-Lite rows of a local year, one in ``step`` hours."""
    rows = []
    for i, t in enumerate(UTC[::step]):
        six = 12 if t.hour % 6 == 0 and t.day == 3 else -9999
        values = (-105 if t.month % 12 < 3 else 205, -150 if t.month % 12 < 3 else 103, 10132)
        wind, sky = (i * 7 % 361, i % 5 * 10), t.hour % 9
        rows.append((t.year, t.month, t.day, t.hour, *values, *wind, sky, -9999, six))
    return rows


def lite(path, rows, head=HEAD):
    text = "\n".join(
        f"{y:4d} {m:02d} {d:02d} {h:02d}" + "".join(f"{v:6d}" for v in rest)
        for y, m, d, h, *rest in rows
    )
    path.write_text(head + text + "\n")
    return path


@pytest.fixture(scope="module")
def rows():
    return lite_rows()


def test_lite_gives_si_units_local_time_and_rain(tmp_path, rows):
    found = readers.read(lite(tmp_path / "a.txt", rows), P)
    assert len(found) == 8760
    first = found.iloc[0]
    # 17:00 UTC is 01:00 local: the hour that ends then
    assert first["time"] == pd.Timestamp("2015-01-01 00:30")
    assert first["temperature"] == pytest.approx(262.65)
    assert first["relative_humidity"] == pytest.approx(0.70, abs=0.03)
    assert found["wind_speed"][3] == pytest.approx(3)
    assert found["wind_direction"][1] == 7
    assert found["cloud"].max() == 1
    # 1.2 mm in the six hours up to 06 UTC on the 3rd
    day = found.set_index("time")["rain"]["2015-03-03 08:30":"2015-03-03 13:30"]
    assert day.to_numpy() == pytest.approx(0.2)
    assert found["rain"].sum() == pytest.approx(12 * 4 * 1.2)


def test_three_hourly_reports_are_bridged_and_counted(tmp_path):
    found = readers.read(lite(tmp_path / "a.isd", lite_rows(step=3)), P)
    assert found.attrs["interpolated_hours"] == pytest.approx(8760 * 2 / 3, abs=3)
    assert found["wind_speed"].notna().all()


def test_missing_codes_are_gaps(tmp_path, rows):
    changed = list(rows)
    changed[100] = (*rows[100][:4], -9999, -9999, *rows[100][6:7], -9999, -9999, *rows[100][9:])
    found = readers.read(lite(tmp_path / "a.txt", changed), P)
    assert found.attrs["interpolated_hours"] == 1


@pytest.mark.parametrize(
    ("head", "change", "message"),
    [
        ("", None, "no line gives the station"),
        (HEAD, "2015 01 01 05   x", "not a row of ISD-Lite"),
        (HEAD, "2015,01,01", r"row 15: not a row of ISD-Lite"),
    ],
)
def test_bad_lite_is_named(tmp_path, rows, head, change, message):
    path = lite(tmp_path / "a.txt", rows[:50], head)
    if change:
        lines = path.read_text().splitlines()
        lines[14] = change
        path.write_text("\n".join(lines))
    with pytest.raises(InputError, match=message):
        readers.read(path, P)


def cells(**columns):
    data = {
        "STATION": "53787099999",
        "DATE": UTC.strftime("%Y-%m-%dT%H:%M:%S"),
        "LATITUDE": "37.07",
        "LONGITUDE": "112.98",
        "NAME": "YUSHE, CH",
        "WND": [f"{i * 3 % 360:03d},1,N,{i % 4 * 10:04d},1" for i in range(len(UTC))],
        "TMP": "+0105,1",
        "DEW": "-0020,1",
        "GF1": "08,99,1,99,9,99,9,99999,9,99,9,99,9",
        "AA1": "",
    }
    return pd.DataFrame({**data, **columns})


def test_global_hourly_decodes_its_cells(tmp_path):
    rain = np.where(np.arange(len(UTC)) == 40, "06,0030,9,1", "")
    path = tmp_path / "a.csv"
    cells(AA1=rain).to_csv(path, index=False)
    found = readers.read(path, P, {"utc_offset": 8})
    assert found.attrs["station"] == "YUSHE, CH"
    assert found["temperature"].to_numpy() == pytest.approx(283.65)
    assert found["wind_speed"][:4].tolist() == pytest.approx([0, 1, 2, 3])
    assert found["wind_direction"][5] == 15
    assert (found["cloud"] == 1).all()
    assert found["rain"][40] == pytest.approx(0.5)


def test_missing_wind_is_a_gap_and_the_nearest_report_counts(tmp_path):
    frame = cells()
    frame.loc[10, "WND"] = "999,9,V,9999,9"
    extra = frame.iloc[[20]].assign(DATE="2015-01-01T13:20:00", TMP="+0300,1")
    path = tmp_path / "a.csv"
    pd.concat([frame, extra]).sort_values("DATE").to_csv(path, index=False)
    found = readers.read(path, P, {"utc_offset": 8})
    assert found.attrs["interpolated_hours"] == 1
    assert found["temperature"].max() == pytest.approx(283.65)


@pytest.mark.parametrize(
    ("columns", "site", "message"),
    [
        ({}, {}, r"utc_offset(.|\n)*give --utc_offset 8"),
        ({"TMP": "warm,1"}, {"utc_offset": 8}, "TMP cannot be split"),
    ],
)
def test_bad_global_hourly_is_named(tmp_path, columns, site, message):
    path = tmp_path / "a.csv"
    cells(**columns).head(50).to_csv(path, index=False)
    with pytest.raises(InputError, match=message):
        readers.read(path, P, site)


def test_missing_column_of_global_hourly_is_named(tmp_path):
    path = tmp_path / "a.csv"
    cells().head(50).drop(columns="DEW").to_csv(path, index=False)
    with pytest.raises(InputError, match="column DEW: missing column"):
        readers.read(path, P, {"utc_offset": 8})
