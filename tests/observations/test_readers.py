"""The same observations in every layout, spelling and encoding give the same array."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import cli, observations
from emisim.errors import InputError
from emisim.observations import dates, terms

ROOT = Path(__file__).parents[2]
RULES = observations.read_rules(ROOT / observations.rules.DEFAULT)
DAYS = pd.date_range("2019-01-01", periods=6)
PLACES = ("市中心", "赛鱼")
SPECIES = list(terms.POLLUTANTS)
RANDOM = np.random.default_rng(7)
CUBE = np.round(RANDOM.uniform([8, 20, 70, 30, 0.5, 60], [20, 50, 120, 60, 2, 150], (2, 6, 6)), 1)
CUBE[0, 2, 3] = np.nan


def tidy():
    index = pd.MultiIndex.from_product([PLACES, DAYS, SPECIES], names=["place", "day", "species"])
    return pd.DataFrame({"value": CUBE.ravel()}, index=index).reset_index()


def wide(names=None, date="%Y-%m-%d"):
    table = tidy().pivot(index=["place", "day"], columns="species", values="value")[SPECIES]
    table = table.set_axis(names or [*SPECIES[:5], "O3_8h"], axis=1).reset_index()
    return table.rename(columns={"place": "station"}).assign(day=table["day"].dt.strftime(date))


def same(path, **options):
    found = observations.read(path, rules=RULES, **options).concentration
    assert found.dims == ("place", "day", "species")
    assert found["species"].values.tolist() == SPECIES
    assert found["unit"].values.tolist() == list(terms.UNITS.values())
    np.testing.assert_array_equal(found["day"].values, DAYS.to_numpy())
    np.testing.assert_allclose(found.sel(place=list(PLACES)).values, CUBE, rtol=1e-12)


CHINESE = [
    *("二氧化硫(μg/m³)", "NO₂（微克/立方米）", "可吸入颗粒物 PM10 (ug/m3)", "细颗粒物(PM2.5)"),
    *("一氧化碳（毫克/立方米）", "臭氧8小时滑动平均最大(μg/m3)"),
]


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", ","), ("gbk", "\t"), ("utf-16", "\t")],
)
def test_wide_in_chinese(tmp_path, encoding, separator):
    names = [n.replace("³", "3").replace("₂", "2") if encoding == "gbk" else n for n in CHINESE]
    table = wide(names).rename(columns={"day": "监测日期", "station": "监测点位"})
    table.to_csv(tmp_path / "a.csv", index=False, encoding=encoding, sep=separator, na_rep="—")
    same(tmp_path / "a.csv")


@pytest.mark.parametrize(
    "date", ["%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y-%m-%d 00:00:00"]
)
def test_wide_with_other_dates(tmp_path, date):
    wide(date=date).to_csv(tmp_path / "a.csv", index=False)
    same(tmp_path / "a.csv")


@pytest.mark.parametrize("missing", ["", "NA", "-", "—", "-999", "-1", "nan"])
def test_missing_values(tmp_path, missing):
    wide().to_csv(tmp_path / "a.csv", index=False, na_rep=missing)
    same(tmp_path / "a.csv")


def test_a_title_above_the_header_and_day_numbers_of_excel(tmp_path):
    table = wide()
    serial = (pd.to_datetime(table["day"]) - pd.Timestamp("1899-12-30")).dt.days
    text = "示例市空气质量日报,,,\n\n" + table.assign(day=serial).to_csv(index=False)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    same(tmp_path / "a.csv")
    report = observations.read(tmp_path / "a.csv", rules=RULES).report.set_index("rule")
    found = report.loc["lines above the header"]
    assert (found["count"], found["first_line"], found["action"]) == (1, 1, "left out")


def test_a_second_header_line_of_units(tmp_path):
    table = wide()
    table["SO2"] /= 1000
    units = ["", "", "mg/m³", "μg/m³", "μg/m³", "μg/m³", "mg/m³", "μg/m³"]
    head, *lines = table.to_csv(index=False).splitlines()
    text = "\n".join([head, ",".join(units), *lines])
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    same(tmp_path / "a.csv")


def test_hourly_table_of_stations_with_moving_means(tmp_path):
    text = (
        "TimePoint,Area,PositionName,StationCode,AQI,Quality,CO,CO_24h,O3,O3_8h,PM2_5,PM2_5_24h\n"
        "2019-01-02T01:00:00,阳泉市,市中心,1738A,80,良,1.2,1.0,35,40,58,60\n"
        "2019-01-02T02:00:00,阳泉市,市中心,1738A,81,良,1.3,1.0,36,40,59,60\n"
    )
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = observations.read(tmp_path / "a.csv", rules=RULES).concentration
    assert (found["place"].item(), found["city"].item()) == ("1738A", "阳泉市")
    first = found.sel(hour="2019-01-02T00:00", species=["CO", "O3", "PM2.5"])
    assert first.values.ravel().tolist() == [1.2, 35, 58]


def test_long_with_units(tmp_path):
    table = tidy().assign(单位="微克/立方米")
    milligrams = table["species"].isin(["CO", "SO2"])
    table.loc[milligrams, "单位"] = "mg/m³"
    table.loc[table["species"] == "SO2", "value"] /= 1000
    table["species"] = table["species"].replace({"O3": "O3_8h", "PM2.5": "细颗粒物"})
    table = table.rename(
        columns={"place": "站点", "day": "日期", "species": "监测项目", "value": "浓度"}
    )
    table.to_csv(tmp_path / "a.csv", index=False)
    same(tmp_path / "a.csv")


def test_daily_platform_table(tmp_path):
    table = tidy().replace({"species": {"O3": "O3_8h_24h", "NO2": "NO2_24h"}})
    table = table.pivot(index=["day", "species"], columns="place", values="value").reset_index()
    table.rename(columns={"day": "date", "species": "type"}).to_csv(tmp_path / "a.csv", index=False)
    same(tmp_path / "a.csv")


def test_a_table_per_pollutant(tmp_path):
    table = tidy().query("species == 'PM10'").pivot(index="day", columns="place", values="value")
    table.to_csv(tmp_path / "a.csv")
    found = observations.read(tmp_path / "a.csv", rules=RULES, species="PM10").concentration
    expected = CUBE[:, :, SPECIES.index("PM10")]
    np.testing.assert_allclose(found.sel(species="PM10", place=list(PLACES)).values, expected)
    assert found.sel(species="CO").isnull().all()


def test_aqistudy_layout(tmp_path):
    order = ["PM2.5", "PM10", "SO2", "CO", "NO2", "O3"]
    for place in PLACES:
        table = (
            tidy().query("place == @place").pivot(index="day", columns="species", values="value")
        )
        left = pd.DataFrame({"c": place, "d": DAYS, "a": 57, "r": "46~71", "g": "良"}, index=DAYS)
        table = pd.concat([left, table[order].assign(rank=9)], axis=1)
        path = tmp_path / f"{place}.csv"
        table.to_csv(path, index=False, header=False, encoding="utf-8-sig")
    same(tmp_path)
    report = observations.read(tmp_path, rules=RULES).report.set_index("rule")
    assert report.loc["O3 averaging not stated", "count"] == 12


def test_workbook(tmp_path):
    table = wide().assign(day=lambda t: pd.to_datetime(t["day"]))
    table.to_excel(tmp_path / "a.xlsx", index=False, engine="xlsxwriter")
    same(tmp_path / "a.xlsx")


def test_workbook_without_its_reader(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"python-calamine is not installed(.|\n)*CSV UTF-8"):
        observations.read(tmp_path / "a.xlsx", rules=RULES)


@given(st.permutations(range(12)), st.sets(st.integers(0, 11), max_size=5))
@settings(max_examples=5)
def test_order_and_repetition_of_lines_change_nothing(tmp_path_factory, order, repeated):
    path = tmp_path_factory.mktemp("lines") / "a.csv"
    wide().iloc[[*order, *sorted(repeated)]].to_csv(path, index=False)
    same(path)
    report = observations.read(path, rules=RULES).report.set_index("rule")
    count = report["count"].get("duplicates that agree", 0)
    assert count == 6 * len(repeated)


def test_stations_of_one_name_in_two_cities_stay_apart(tmp_path):
    text = "日期,城市,站点,PM10\n2019-01-01,甲市,环保局,50\n2019-01-01,乙市,环保局,90\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = observations.read(tmp_path / "a.csv", rules=RULES).concentration
    assert found["place"].values.tolist() == ["甲市/环保局", "乙市/环保局"]
    assert found.sel(species="PM10").values.ravel().tolist() == [50, 90]


def test_hours_of_the_platform_end_where_they_are_printed(tmp_path):
    for day in ("20190101", "20190102"):
        lines = [f"{day},{hour},PM10,{hour + 1}" for hour in range(24)]
        lines += [f"{day},{hour},PM10_24h,500" for hour in range(24)]
        text = "\n".join(["date,hour,type,1738A", *lines])
        (tmp_path / f"china_sites_{day}.csv").write_text(text, encoding="utf-8")
    found = observations.read(tmp_path, rules=RULES).concentration
    assert found.dims == ("place", "hour", "species")
    assert found["hour"].values[0] == np.datetime64("2018-12-31T23")
    first = found.sel(species="PM10", place="1738A", hour="2019-01-01").values
    assert first.tolist() == [*range(2, 25), 1]
    found = observations.read(tmp_path, rules=RULES, hour_label="beginning").concentration
    first = found.sel(species="PM10", place="1738A", hour="2019-01-01").values
    assert first.tolist() == list(range(1, 25))


def test_places_are_chosen_and_unknown_ones_told(tmp_path):
    wide().to_csv(tmp_path / "a.csv", index=False)
    found = observations.read(tmp_path / "a.csv", rules=RULES, places=["赛鱼"]).concentration
    assert found["place"].values.tolist() == ["赛鱼"]
    with pytest.raises(InputError, match=r"no table holds the place(.|\n)*'赛渔'(.|\n)*赛鱼"):
        observations.read(tmp_path / "a.csv", rules=RULES, places=["赛渔"])


def test_a_missing_file_names_its_neighbours(tmp_path):
    wide().to_csv(tmp_path / "晋城.csv", index=False)
    with pytest.raises(InputError, match=r"file not found(.|\n)*晋城.csv"):
        observations.read(tmp_path / "晋成.csv", rules=RULES)
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="the folder holds no table"):
        observations.read(tmp_path / "none", rules=RULES)


@pytest.mark.parametrize("text", ["31/01/2019", "31-1-2019"])
def test_one_date_above_twelve_decides_the_order(text):
    series = pd.Series([text, "02/01/2019"], index=[2, 3])
    hours = pd.Series(["", ""], index=[2, 3])
    found = dates.read(series, hours, RULES, file="a", columns=("d", "h"))["time"]
    assert found.tolist() == [pd.Timestamp("2019-01-31"), pd.Timestamp("2019-01-02")]


@given(
    st.datetimes(
        pd.Timestamp("1990-01-01").to_pydatetime(), pd.Timestamp("2050-01-01").to_pydatetime()
    )
)
def test_every_spelling_of_an_hour_is_that_hour(moment):
    moment = pd.Timestamp(moment).floor("h")
    spellings = [
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %H:%M:%S",
        "%Y年%m月%d日%H时",
        "%Y%m%d%H",
        "%Y-%m-%dT%H",
    ]
    texts = pd.Series([moment.strftime(form) for form in spellings])
    found = dates.read(texts, pd.Series("", texts.index), RULES, file="a", columns=("d", "h"))
    assert (found["time"] == moment).all()


HEADERS = {
    "PM2.5": ("PM2.5", "", ""),
    "pm2_5": ("PM2.5", "", ""),
    "PM₁₀ 24小时平均": ("PM10", "24h", ""),
    "CO_24h": ("CO", "24h", ""),
    "O3_8h_24h": ("O3", "8h 24h", ""),
    "臭氧(O3)日最大8小时平均(微克/立方米)": ("O3", "8h 24h", "ug/m3"),
    "O3 1小时最大": ("O3", "1h", ""),
    "NO2 (μg·m-3)": ("NO2", "", "ug/m3"),
    "CO,mg/m3": ("CO", "", "mg/m3"),
}


@pytest.mark.parametrize("text", HEADERS)
def test_headers(text):
    found = terms.interpret(text)
    assert (found.role, *found[1:]) == ("pollutant", *HEADERS[text])


@pytest.mark.parametrize(
    "text", ["AQI", "PM2.5_IAQI", "CO2", "PM2.5分指数", "首要污染物", "county"]
)
def test_headers_that_are_no_pollutant(text):
    assert terms.interpret(text).role == "other"


def test_the_verb_prints_flags_and_writes_a_tidy_table(tmp_path, capsys):
    museum = Path(__file__).parent / "museum"
    out, rules = tmp_path / "tidy.csv", ROOT / observations.rules.DEFAULT
    words = ["observations", str(museum / "negative.csv"), "--rules", str(rules), "--out", str(out)]
    assert cli.main(words) == 0
    said = capsys.readouterr().out
    assert "1 places, 5 days from 2019-01-01 to 2019-01-05, 26 values" in said
    assert "1  negative values (made missing)" in said
    assert "first: 示例 2019-01-04 PM2.5 -3" in said
    table = pd.read_csv(out)
    assert list(table) == ["place", "day", "species", "value", "unit"]
    assert len(table) == 26
    same_again = observations.read(out, rules=RULES).concentration
    assert int(same_again.notnull().sum()) == 26
    bad = ["observations", str(museum / "ppb.csv"), "--rules", str(rules), "--units", "SO2"]
    assert cli.main(bad) == 2
    assert "not a pollutant and its unit" in capsys.readouterr().err
