"""Days, composite index, ranks and dustfall against targets, each by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from emisim import plan, scenario, target_record, targets
from emisim.errors import InputError
from emisim.indices import standards
from emisim.indices.days import MODELLED
from emisim.indices.joint import Joint
from emisim.measures._example import town
from emisim.target_record import Record
from emisim.targets import Target

ROOT = Path(__file__).parents[1]
EXAMPLE = Path(__file__).parent / "data" / "plan.yaml"
IDS = ["base", "reference", "stated", "expected"]
SEASONS = ["winter", "spring", "summer", "autumn"]
SPECIES = ["PM2.5", "PM10", "SO2", "NO2"]
AREAS = ["city", "Upper", "Lower"]
BASE = {"PM2.5": 70.0, "PM10": 140.0, "SO2": 60.0, "NO2": 40.0}
SCALE = {"base": 1.0, "reference": 1.0, "stated": 0.5, "expected": 0.75}
GIVEN = {"id": "t", "clause": "1", "name_en": "t", "name_zh": "目标", "unit": "1", "value": 5}
HELD = {"CO_p95": (2.0, "mg/m3"), "O3_p90": (160.0, "ug/m3"), "dustfall": (10.0, "t/(km2 month)")}


@pytest.fixture(scope="module")
def scenarios():
    chosen = plan.scenarios(plan.read(EXAMPLE))
    return scenario.dataset(chosen, scenario.run(chosen, town(2018)))


@pytest.fixture(scope="module")
def seasonal():
    """The same mean in every season and area; scenarios scale all species alike."""
    table = np.outer([SCALE[i] for i in IDS], [BASE[s] for s in SPECIES])
    values = np.broadcast_to(table[:, None, :, None], (4, 4, 4, 3)).copy()
    coords = {"scenario": IDS, "season": SEASONS, "species": SPECIES, "area": AREAS}
    return xr.DataArray(values, coords, tuple(coords))


@pytest.fixture(scope="module")
def law():
    return standards.read(ROOT / "inputs" / "standards")


def observed(**rows):
    """Rows of observed.csv; a key is a name or ``name@district``."""
    lines = []
    for key, (value, unit) in rows.items():
        name, _, district = key.partition("@")
        lines.append({"district": district or "*", "station": "", "species": name, "year": 2018.0,
                      "month": np.nan, "value": value, "unit": unit, "low": 0.9 * value,
                      "high": 1.1 * value, "status": "assumed"})  # fmt: skip
    columns = ["district", "station", "species", "year", "month", "value", "unit", "low", "high"]
    return pd.DataFrame(lines, columns=[*columns, "status"])


def peers(values, quantity="composite_index", year=2018, period="year"):
    rows = [{"city": f"c{k}", "value": v} for k, v in enumerate(values)]
    return pd.DataFrame(rows).assign(quantity=quantity, year=year, period=period)


@pytest.fixture(scope="module")
def calm():
    """A joint distribution of daily values that hardly vary within a season; O3 in summer only."""
    rows = [("seed", "", "", "", 1), ("draws", "", "", "", 4)]
    rows += [("range_low", "", "", "", 0.1), ("range_high", "", "", "", 0.9)]
    rows += [("range_widening", "", "", name, 1) for name in ("good_days", "heavy_days")]
    for season in SEASONS:
        rows.append(("ozone_share", season, "", "", float(season == "summer")))
        rows.append(("persistence", season, "", "", 0))
        for k, name in enumerate(MODELLED):
            rows.append(("variation", season, name, "", 1e-3))
            rows.append(("seasonal_ratio", season, name, "", 1))
            rows += [("correlation", season, name, other, 0) for other in MODELLED[k + 1 :]]
    table = pd.DataFrame(rows, columns=["parameter", "season", "species", "other", "value"])
    return Joint(table.assign(low=table["value"], high=table["value"]), Path("daily_joint.csv"))


@pytest.fixture(scope="module")
def judge(scenarios, seasonal, law, calm):
    def judged(held=HELD, others=None, daily=None, means=seasonal, **fields):
        record = Record(
            observed(**held), 2018, ("Town",), law, calm,
            conductance={"fine": 0.001, "coarse": 0.004}, peers=others, daily=daily,
        )  # fmt: skip
        annual = means.isel(season=0, drop=True)
        rows = (Target(**(GIVEN | fields)),)
        table = targets.verdict(rows, scenarios, annual, seasonal=means, record=record)
        return table.set_index("scenario")

    return judged


def reason(table):
    assert table["verdict"].tolist() == ["not computable"]
    assert table["reason_zh"].item()
    return table["reason_en"].item()


def test_composite_index_by_hand(judge):
    table = judge(metric="composite_index", value=4.5)
    base = 60 / 60 + 40 / 40 + 140 / 70 + 70 / 35 + 2 / 4 + 160 / 160
    assert table.loc["stated", "base_value"] == pytest.approx(base)
    assert table.loc["stated", "value"] == pytest.approx(0.5 * 6 + 1.5)
    assert table.loc["stated", ["verdict", "margin"]].tolist() == ["met", 0]
    assert table.loc["expected", "margin"] == pytest.approx(-1.5)
    low, high = table.loc["stated", ["value_low", "value_high"]]
    assert (low, high) == pytest.approx((3 + 0.9 * 1.5, 3 + 1.1 * 1.5))
    assert "neither is modelled" in table.loc["stated", "conditional_on_en"]
    assert "未模拟" in table.loc["stated", "conditional_on_zh"]


def test_composite_index_change(judge):
    table = judge(metric="composite_index_change", unit="%", value=-30)
    assert table.loc["stated", "value"] == pytest.approx((4.5 / 7.5 - 1) * 100)


def test_composite_index_names_the_missing_row(judge):
    held = {k: v for k, v in HELD.items() if k != "O3_p90"}
    said = reason(judge(held, metric="composite_index"))
    assert "O3_p90 (ug/m3) of *, 2018, in observed.csv" in said


def test_composite_index_of_a_quarter_is_not_made_up(judge):
    said = reason(judge(metric="composite_index", period="Q1"))
    assert said.startswith("give daily CO and O3 of 2018 in daily.csv")


def test_composite_index_of_a_quarter_from_the_daily_series(judge, daily):
    table = judge({}, daily=daily, metric="composite_index", period="Q3", value=4.5)
    # 92 days, 20 of them with O3 of 200: the 90th percentile is 200; CO 1 mg/m3 throughout
    assert table.loc["stated", "value"] == pytest.approx(0.5 * 6 + 1 / 4 + 200 / 160)
    assert "as on 92 observed days of 2018" in table.loc["stated", "conditional_on_en"]
    table = judge(daily=daily, metric="composite_index", value=4.5)
    assert table.loc["stated", "value"] == pytest.approx(4.5)  # the rows given come first


def test_rank_among_peers_by_hand(judge):
    others = pd.concat([peers([3, 4, 4.4, 4.6, 7, 8]), peers([1] * 6, year=2017)])
    table = judge(others=others, metric="composite_index_rank", value=4)
    # base 7.5: five are lower; stated 4.5: three are lower; expected 6: four are lower
    assert table.loc["stated", "base_value"] == 6
    assert table["value"].to_dict() == {"reference": 6, "stated": 4, "expected": 5}
    assert table["verdict"].tolist() == ["not met", "met", "not met"]
    assert table.loc["stated", ["value_low", "value_high"]].tolist() == [3, 5]
    assert "6 other cities as given for 2018" in table.loc["stated", "conditional_on_en"]


def test_the_city_is_not_its_own_peer(judge):
    others = pd.concat([peers([3, 8, 9, 9]), peers([1]).assign(city="Town")])
    table = judge(others=others, metric="composite_index_rank", value=2)
    assert table.loc["stated", "value"] == 2


def test_rank_of_a_quarter_mean(judge):
    others = peers([30, 34, 36, 80], "PM2.5", period="Q1")
    table = judge(others=others, metric="concentration_rank", species="PM2.5", period="Q1", value=3)
    assert table["value"].to_dict() == {"reference": 4, "stated": 3, "expected": 4}


def test_missing_peers_are_named(judge):
    said = reason(judge(metric="composite_index_rank"))
    assert "composite_index (year) in peers.csv" in said
    wrong_period = peers([1, 2, 3], "PM2.5")
    said = reason(judge(others=wrong_period, metric="concentration_rank", species="PM2.5",
                        period="Q1", value=3))  # fmt: skip
    assert "PM2.5 (Q1) in peers.csv" in said


def test_a_short_table_of_peers_cannot_pass_a_rank(judge):
    said = reason(judge(others=peers([9, 9, 9]), metric="composite_index_rank", value=148))
    assert said == "peers.csv holds 3 other cities (2018); place 148 needs more"


def test_dustfall_follows_deposition(judge):
    table = judge(metric="dustfall", unit="t/(km2 month)", value=7.6)
    assert table.loc["stated", "base_value"] == 10
    assert table.loc["stated", "value"] == pytest.approx(5)
    assert table.loc["expected", ["value_low", "value_high"]].tolist() == pytest.approx(
        [6.75, 8.25]
    )
    assert table.loc["expected", "verdict"] == "met"
    assert "above 10 um" in table.loc["stated", "conditional_on_en"]


def test_dustfall_weighs_coarse_by_its_conductance(scenarios, seasonal, law):
    changed = seasonal.copy()
    changed.loc[{"scenario": "stated"}] = seasonal.sel(scenario="base")
    changed.loc[{"scenario": "stated", "species": "PM2.5"}] = 35.0
    changed.loc[{"scenario": "stated", "species": "PM10"}] = 105.0
    record = Record(observed(**HELD), 2018, (), law, conductance={"fine": 0.001, "coarse": 0.004})
    row = Target(**(GIVEN | {"metric": "dustfall", "unit": "t/(km2 month)"}))
    annual = changed.isel(season=0, drop=True)
    table = targets.verdict((row,), scenarios, annual, record=record).set_index("scenario")
    # fine 70 -> 35, coarse 70 -> 70
    assert table.loc["stated", "value"] == pytest.approx(10 * (35 + 4 * 70) / (70 + 4 * 70))


def test_dustfall_of_every_district_is_the_worst_one(judge):
    held = {f"dustfall@{n}": (v, "g/(m2 month)") for n, v in (("Upper", 8.0), ("Lower", 12.0))}
    every = {"metric": "dustfall", "unit": "t/(km2 month)", "area": "every district"}
    table = judge(held, **every, value=9)
    assert table.loc["reference", "value"] == pytest.approx(12)
    assert table.loc["expected", "margin"] == pytest.approx(0)
    held.pop("dustfall@Lower")
    assert "row dustfall (t/(km2 month)) of Lower" in reason(judge(held, **every))


@pytest.fixture(scope="module")
def daily():
    """90 winter days of 110 ug/m3 PM2.5, 20 summer days of 200 ug/m3 O3, else clean."""
    day = pd.date_range("2018-01-01", "2018-12-31")
    names = ["SO2", "NO2", "PM10", "PM2.5", "CO", "O3"]
    values = np.tile([10.0, 20, 40, 30, 1, 50], (1, len(day), 1))
    values[0, day.month.isin([12, 1, 2]), 3] = 110
    values[0, (day >= "2018-07-01") & (day < "2018-07-21"), 5] = 200
    units = ["mg/m3" if n == "CO" else "ug/m3" for n in names]
    coords = {"place": ["Town"], "day": day, "species": names, "unit": ("species", units)}
    return xr.DataArray(values, coords, ("place", "day", "species"), "concentration")


def test_good_days_recounted_from_the_daily_series(judge, daily):
    table = judge(daily=daily, comparison="at least", metric="good_days", unit="%", value=90)
    # winter stays bad at 0.75 x 110 = 82.5 and turns good at 55; 20 days of O3 stay bad
    assert table.loc["stated", "base_value"] == pytest.approx(255 / 365)
    want = {"reference": 255, "stated": 345, "expected": 255}
    assert table["value"].to_dict() == pytest.approx({k: v / 3.65 for k, v in want.items()})
    assert table["verdict"].tolist() == ["not met", "met", "not met"]
    assert "365 observed days of 2018" in table.loc["stated", "conditional_on_en"]
    assert "O3 on every day as observed" in table.loc["stated", "conditional_on_en"]
    assert "臭氧逐日" in table.loc["stated", "conditional_on_zh"]


def test_good_days_with_days_limited_by_ozone_as_an_input(judge, daily):
    series = daily.drop_sel(species="O3")
    held = {"O3_limited_days": (20.0, "d")}
    table = judge(
        held, daily=series, comparison="at least", metric="good_days", unit="d", value=255
    )
    assert table.loc["reference", "value"] == pytest.approx(255)
    assert table.loc["stated", "value"] == pytest.approx(345)
    low, high = table.loc["reference", ["value_low", "value_high"]]
    assert (low, high) == pytest.approx((253, 257))
    assert table.loc["stated", "value_low"] < 345
    said = table.loc["stated", "conditional_on_en"]
    assert "O3 alone spoils 20 days (18 to 22, assumed)" in said
    assert "O3_limited_days (d) of *" in reason(
        judge({}, daily=series, comparison="at least", metric="good_days", unit="d", value=255)
    )


def test_heavy_days_recounted(judge, daily):
    foul = daily.copy()
    foul[0, :10, 3] = 400.0
    table = judge(daily=foul, metric="heavy_days", unit="d", value=0)
    # 400, 400, 200 and 300 ug/m3: heavy above 150
    assert table["value"].to_dict() == pytest.approx(dict.fromkeys(IDS[1:], 10))
    foul[0, :10, 3] = 250.0
    table = judge(daily=foul, metric="heavy_days", unit="d", value=0)
    assert table["value"].to_dict() == pytest.approx({"reference": 10, "stated": 0, "expected": 10})
    assert table.loc["stated", "verdict"] == "met"


@pytest.fixture(scope="module")
def foul_winter(seasonal):
    """PM2.5 of 110 ug/m3 in winter, PM10 of 140 in every season of the base; else clean."""
    means = seasonal.copy()
    means.loc[{"species": "PM2.5"}] = means.sel(species="PM2.5") * (30 / 70)
    means.loc[{"species": "PM2.5", "season": "winter"}] = seasonal.sel(
        species="PM2.5", season="winter"
    ) * (110 / 70)
    return means


def test_expected_good_days_from_seasonal_means(judge, foul_winter):
    held = {"O3_limited_days": (20.0, "d")}
    table = judge(held, means=foul_winter, comparison="at least", metric="good_days", unit="d",
                  value=300)  # fmt: skip
    # 90 winter days: bad at 110 and 82.5, good at 55; 20 days of O3 in summer
    assert table.loc["stated", "base_value"] == pytest.approx(255)
    want = {"reference": 255, "stated": 345, "expected": 255}
    assert table["value"].to_dict() == pytest.approx(want)
    low, high = table.loc["stated", ["value_low", "value_high"]]
    assert (low, high) == pytest.approx((343, 347))
    assert "a distribution fitted to five cities" in table.loc["stated", "conditional_on_en"]
    assert "O3 alone spoils 20 days (18 to 22" in table.loc["stated", "conditional_on_en"]


def test_the_change_is_added_to_the_days_counted(judge, foul_winter):
    held = {"good_days": (220.0, "d"), "O3_limited_days": (20.0, "d")}
    asked = {"comparison": "at least", "metric": "good_days", "unit": "%", "value": 85}
    table = judge(held, means=foul_winter, **asked)
    assert table.loc["stated", "base_value"] == pytest.approx(220 / 365)
    assert table.loc["stated", "value"] == pytest.approx(310 / 3.65)
    low, high = table.loc["stated", ["value_low", "value_high"]]
    assert (low, high) == pytest.approx(((310 - 22) / 3.65, (310 + 22) / 3.65))
    assert "change against 220 days of 2018 (198 to 242" in table.loc["stated", "conditional_on_en"]
    # O3 may be a part of the days counted, and is then held
    table = judge({"good_days": (220.0, "d")}, means=foul_winter, **asked)
    assert table.loc["stated", "value"] == pytest.approx(310 / 3.65)
    assert "O3 spoils as many days as in 2018" in table.loc["stated", "conditional_on_en"]


def test_no_good_days_without_ozone(judge, foul_winter):
    said = reason(judge({}, means=foul_winter, comparison="at least", metric="good_days", unit="%",
                        value=80))  # fmt: skip
    assert "give a row O3_limited_days (d) of *, 2018, in observed.csv" in said


def test_expected_heavy_days(judge, foul_winter):
    means = foul_winter.copy()
    means.loc[{"species": "PM2.5", "season": "winter"}] *= 160 / 110
    table = judge({}, means=means, metric="heavy_days", unit="%", value=5)
    # 160 ug/m3 in the 90 days of winter: heavy above 150
    assert table["value"].to_dict() == pytest.approx(
        {"reference": 90 / 3.65, "stated": 0, "expected": 0}
    )


def test_days_of_a_quarter_or_a_district_are_not_made_up(judge, daily):
    days = {"metric": "good_days", "comparison": "at least", "unit": "%", "daily": daily}
    assert "the city and the whole year only" in reason(judge(**days, period="Q1"))
    assert "the city and the whole year only" in reason(judge(**days, area="Upper"))


def test_emission_total_in_tonnes(judge, scenarios):
    table = judge(metric="emission", species="SO2", unit="kt", value=1)
    inside = scenarios["total"].sel(species="SO2").drop_sel(district="outside")
    want = inside.sum(("sector", "district", "month")).to_series() / 1e6
    assert table["value"].to_dict() == pytest.approx(want.drop("base").to_dict())
    assert table.loc["stated", "base_value"] == pytest.approx(want["base"] * 1e3)


def test_every_computed_verdict_has_a_condition(judge):
    table = judge(metric="emission", species="SO2", unit="t", value=1)
    assert table.loc["stated", "conditional_on_en"].startswith("the base-year inventory")
    table = judge(metric="emission", species="SO2", unit="t", value=1,
                  conditional_on_en="own words", conditional_on_zh="自述")  # fmt: skip
    assert table.loc["stated", "conditional_on_en"] == "own words"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"metric": "good_days", "unit": "%"}, "good_days is compared at least"),
        ({"metric": "heavy_days", "unit": "%", "comparison": "at least"}, "compared at most"),
        ({"metric": "heavy_days", "unit": "ug/m3"}, "cannot be turned into '%'"),
        ({"metric": "dustfall", "unit": "t/km2"}, "cannot be turned into"),
        ({"metric": "emission", "unit": "%", "species": "SO2"}, "cannot be turned into 't'"),
        ({"metric": "concentration_rank"}, "species of target t"),
        ({"metric": "good_day", "unit": "%"}, r"unknown metric(.|\n)*good_days"),
    ],
)
def test_bad_targets_are_named(fields, message):
    with pytest.raises(ValueError, match=message):
        Target(**(GIVEN | fields))


def test_days_may_be_asked_in_days():
    for unit, level in (("天", "d"), ("%", "fraction")):
        asked = GIVEN | {"metric": "good_days", "comparison": "at least", "unit": unit}
        assert Target(**asked).level_unit == level


def test_without_a_record_the_call_says_so(scenarios, seasonal):
    row = Target(**(GIVEN | {"metric": "dustfall", "unit": "t/(km2 month)"}))
    with pytest.raises(InputError, match="record is missing"):
        targets.verdict((row,), scenarios, seasonal.isel(season=0, drop=True))


PEERS = "city,year,period,quantity,value,unit,low,high,status,source,page,note\n"


def test_peers_are_read_in_their_unit(tmp_path):
    path = tmp_path / "peers.csv"
    path.write_text(PEERS + "A,2018,Q1,PM2.5,0.05,mg/m3,0.04,0.06,reported,s,,\n")
    table = target_record.read_peers(path, {"s": "x"})
    assert table["value"].tolist() == pytest.approx([50])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("A,2018,year,composite_index,5,ug/m3,4,6,reported,s,,", "cannot be turned into '1'"),
        ("A,2018,Q5,composite_index,5,1,4,6,reported,s,,", r"row 2, column period(.|\n)*Q4"),
        ("A,2018,year,AQI,5,1,4,6,reported,s,,", r"column quantity(.|\n)*composite_index"),
        ("A,2018,year,composite_index,5,1,4,6,reported,t,,", r"row 2, column source"),
    ],
)
def test_bad_peers_name_their_row(tmp_path, line, message):
    path = tmp_path / "peers.csv"
    path.write_text(PEERS + line + "\n")
    with pytest.raises(InputError, match=message):
        target_record.read_peers(path, {"s": "x"})
