import numpy as np
import pandas as pd
import pytest
from test_record import epw  # type: ignore[import-not-found]

from emisim import tables, weather
from emisim.errors import InputError
from emisim.weather import frequencies

P = tables.read_parameters("inputs/factors/meteorology.csv")
STATIONS = ("yushe", "zhengzhou", "laohekou", "zhuzhou")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return weather.build(epw(tmp_path_factory.mktemp("w") / "a.epw"), P)


def test_every_hour_is_counted_once(table):
    assert table["hours"].sum() == 8760
    assert table.groupby("season")["frequency"].sum().to_numpy() == pytest.approx(np.ones(4))
    winter = table[table["season"] == "winter"]
    assert winter["hours"].sum() == 24 * (31 + 31 + 28)


def test_calms_are_their_own_class_without_direction(table):
    calm = table[table["direction"] == "calm"]
    assert calm["hours"].sum() == 8760 / 5
    assert (calm["speed_class"] == 0).all()
    assert (table[table["direction"] != "calm"]["speed_class"] > 0).all()


def test_means_by_hand(table):
    # speeds run 0..4 m/s in turn: class 2 (1.5 to 2.5) holds only 2 m/s
    two = table[table["speed_class"] == 2]
    assert two["mean_speed"].to_numpy() == pytest.approx(2)
    assert two["harmonic_speed"].to_numpy() == pytest.approx(2)
    assert two["mean_temperature"].to_numpy() == pytest.approx(278.15)


def test_written_table_reads_back_and_is_the_same_twice(table, tmp_path):
    weather.write(table, tmp_path / "a.csv")
    first = (tmp_path / "a.csv").read_bytes()
    weather.write(table, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == first
    back = weather.read(tmp_path / "a.csv")
    pd.testing.assert_frame_equal(back, table, check_dtype=False, atol=1e-4, check_like=True)
    assert back.attrs["hours"] == "8760"
    assert back.attrs["status"] == "derived"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("winter,", "wintre,", "unknown season"),
        (",calm,", ",calmm,", "unknown direction"),
        (",F,", ",G,", "unknown stability"),
        ("frequency", "freq", "column frequency: missing column"),
    ],
)
def test_bad_table_is_named(table, tmp_path, old, new, message):
    path = tmp_path / "a.csv"
    weather.write(table, path)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        weather.read(path)


def test_missing_and_doubled_hours_are_named(table):
    with pytest.raises(InputError, match="frequencies of winter do not sum to 1"):
        weather.check(table.iloc[1:])
    with pytest.raises(InputError, match="duplicate key"):
        weather.check(pd.concat([table, table.iloc[:1]]))


def test_unknown_kind_of_file(tmp_path):
    with pytest.raises(InputError, match="unknown kind of weather file"):
        weather.build(tmp_path / "a.tmy", P)


@pytest.mark.parametrize("station", STATIONS)
def test_shipped_tables_are_whole(station):
    found = weather.read(f"inputs/weather/{station}.csv")
    assert found["hours"].sum() == 8760
    assert found.attrs["station"].lower() == station
    assert set(found["stability"]) == set("ABCDEF")


def test_sixteen_sectors_are_centred_on_their_names():
    sector = np.rint(np.array([0, 11, 12, 22, 348, 349, 360]) * 16 / 360).astype(int) % 16
    names = np.array(frequencies.DIRECTIONS)[sector]
    assert names.tolist() == ["N", "N", "NNE", "NNE", "NNW", "N", "N"]
