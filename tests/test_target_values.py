"""Targets for a quarter, and on the scenario's own activity: by hand on the example plan."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from emisim import plan, scenario, targets
from emisim.air.observations import month_shape
from emisim.errors import InputError
from emisim.measures._example import town
from emisim.target_values import season_weights
from emisim.targets import Target

EXAMPLE = Path(__file__).parent / "data" / "plan.yaml"
IDS = ["base", "reference", "stated", "expected"]
SEASONS = ["winter", "spring", "summer", "autumn"]
RAIL, TRUCK = {"process": "rail-freight"}, {"process": "heavy-truck"}
GIVEN = {"id": "t", "clause": "1", "name_en": "t", "name_zh": "目标", "unit": "%", "value": 0}


@pytest.fixture(scope="module")
def document():
    return plan.read(EXAMPLE)


@pytest.fixture(scope="module")
def scenarios(document):
    chosen = plan.scenarios(document)
    return scenario.dataset(chosen, scenario.run(chosen, town(2018)))


@pytest.fixture(scope="module")
def seasonal():
    values = np.array([[60.0, 40, 20, 40]] * 2 + [[30.0, 40, 20, 40]] * 2)[..., None, None]
    coords = {"scenario": IDS, "season": SEASONS, "species": ["SO2"], "area": ["city"]}
    return xr.DataArray(values, coords, tuple(coords))


@pytest.fixture(scope="module")
def judge(document, scenarios, seasonal):
    annual = xr.full_like(seasonal.isel(season=0, drop=True), 40.0)
    more = {"seasonal": seasonal, "uptakes": plan.uptakes(document)}

    def judged(without=(), **fields):
        kept = {name: value for name, value in more.items() if name not in without}
        rows = (Target(**(GIVEN | fields)),)
        return targets.verdict(rows, scenarios, annual, **kept).set_index("scenario")

    return judged


def test_months_keep_their_observed_part_of_the_season(scenarios, seasonal):
    level = dict.fromkeys(range(1, 13), 40.0) | {12: 30.0, 1: 60.0, 2: 60.0, 3: 20.0}
    rows = pd.DataFrame({"month": list(level), "value": list(level.values())}, dtype=float)
    rows = rows.assign(district="*", station="", species="SO2", year=2018.0)
    row = Target(**(GIVEN | {"metric": "concentration", "species": "SO2", "period": "Q1",
                             "unit": "ug/m3"}))  # fmt: skip
    annual = seasonal.isel(season=0, drop=True)
    record = targets.Record(rows, 2018, month_shapes={"SO2": month_shape(rows, "SO2", 2018)})
    more = {"seasonal": seasonal, "record": record}
    table = targets.verdict((row,), scenarios, annual, **more).set_index("scenario")
    winter = (31 * 30 + 31 * 60 + 28 * 60) / 90
    spring = (31 * 20 + 30 * 40 + 31 * 40) / 92
    # the model's winter is 60 in the base and 30 in the plan, its spring 40 in both
    want = (59 * 60 * (60 / winter) + 31 * 40 * (20 / spring)) / 90
    assert table.loc["reference", "value"] == pytest.approx(want)
    want = (59 * 30 * (60 / winter) + 31 * 40 * (20 / spring)) / 90
    assert table.loc["stated", "value"] == pytest.approx(want)


def test_a_quarter_takes_its_months_from_their_seasons(judge):
    table = judge(metric="concentration", species="SO2", period="Q1", unit="ug/m3", value=36)
    # 59 days of winter and 31 of spring
    assert table.loc["reference", "value"] == pytest.approx((59 * 60 + 31 * 40) / 90)
    assert table.loc["stated", "value"] == pytest.approx((59 * 30 + 31 * 40) / 90)
    assert table["verdict"].to_dict() == {
        "reference": "not met",
        "stated": "met",
        "expected": "met",
    }
    assert set(table["period"]) == {"Q1"}


def test_change_of_a_quarter_against_that_quarter(judge):
    table = judge(metric="concentration_change", species="SO2", period="Q1")
    first, second = 59 * 60 + 31 * 40, 59 * 30 + 31 * 40
    assert table.loc["stated", "value"] == pytest.approx((second / first - 1) * 100)


def test_emission_of_months(judge, scenarios):
    table = judge(metric="emission_change", species="SO2", period=[11, 12])
    total = scenarios["total"].sel(species="SO2", month=[11, 12]).drop_sel(district="outside")
    sums = total.sum(("sector", "district", "month"))
    want = float(sums.sel(scenario="stated") / sums.sel(scenario="base") - 1) * 100
    assert table.loc["stated", "value"] == pytest.approx(want)
    assert set(table["period"]) == {"11 12"}


def test_coal_of_a_quarter(judge):
    table = judge(metric="coal_change", period="Q4")
    # 2 of 5 heating months with 1200 t of loose coal, 1500 t in boilers, which close on 1 October
    assert table.loc["stated", "base_value"] == pytest.approx(480 + 1500)
    assert table.loc["stated", "value"] == pytest.approx((480 * 0.4 / 1980 - 1) * 100)


@pytest.mark.parametrize(
    ("months", "year", "parts"),
    [((1, 2, 3), 2020, [60, 31, 0, 0]), ((10, 11, 12), 2019, [31, 0, 0, 61]),
     ((6,), 2019, [0, 0, 30, 0])],
)  # fmt: skip
def test_days_of_a_period(months, year, parts):
    assert np.array(season_weights(months, year)) * sum(parts) == pytest.approx(parts)


def test_share_of_the_railway(judge):
    table = judge(metric="activity_share", scope=RAIL, of=[RAIL, TRUCK], comparison="at least",
                  value=30)  # fmt: skip
    assert table["value"].to_numpy() == pytest.approx(100 * 6 / 18)
    assert set(table["verdict"]) == {"met"}
    assert table["base_unit"].iloc[0] == "fraction"


def test_service_and_not_kilowatt_hours_counts(judge):
    heat = {"sector": "residential"}
    table = judge(metric="activity_share", scope=heat | {"fuel": "electricity"}, of=heat)
    # 60 % of the heat of November and December moves: 0.6 x 2/5 of the year's
    assert table.loc["stated", "value"] == pytest.approx(100 * 0.6 * 2 / 5)
    assert table.loc["expected", "value"] == pytest.approx(100 * 0.3 * 2 / 5)
    winter = judge(
        metric="activity_share", scope=heat | {"fuel": "electricity"}, of=heat, period=[12]
    )
    assert winter.loc["stated", "value"] == pytest.approx(60)


def test_change_of_a_share_in_points(judge):
    heat = {"sector": "residential"}
    table = judge(metric="activity_share_change", scope=heat | {"fuel": "coal"}, of=heat, value=-10)
    assert table.loc["stated", "value"] == pytest.approx(-24)
    assert table.loc["stated", "base_value"] == pytest.approx(1)
    assert table["verdict"].to_dict() == {
        "reference": "not met",
        "stated": "met",
        "expected": "met",
    }


def test_growth_of_freight(judge):
    table = judge(metric="activity_change", scope=TRUCK, value=5)
    assert table.loc["reference", "value"] == pytest.approx(10)
    assert table.loc["reference", "base_value"] == pytest.approx(1.2e9)


def test_uptake_of_a_measure(judge):
    table = judge(metric="measure_uptake", measure="heat-pumps", comparison="at least", value=60)
    assert table["value"].to_dict() == pytest.approx({"reference": 0, "stated": 60, "expected": 30})
    assert table["verdict"].tolist() == ["not met", "met", "not met"]
    early = judge(metric="measure_uptake", measure="heat-pumps", period="Q3", value=1)
    assert early["value"].to_numpy() == pytest.approx(0)


SWEEPING = """\
      - kind: suppress_dust
        id: sweeping
        name_en: Streets swept by machine
        name_zh: 机械化清扫
        scope: {process: paved-road}
        start: 2019-01-01
        full: 2019-12-31
        removal: {PM10: {value: 50, unit: '%', cite: {basis: stated}}}
        treated:
          before: {value: 70, unit: '%', cite: {basis: stated}}
          after: {value: 87, unit: '%', cite: {basis: stated}}
        coverage: {value: 100, unit: '%', cite: {basis: stated}}
        effectiveness: {value: 80, unit: '%', cite: {basis: stated}}
"""


def test_a_rate_is_judged_in_the_document_s_own_unit(tmp_path, scenarios):
    target = (
        "metric: measure_rate, measure: sweeping, comparison: at least, "
        "value: 87, unit: '%', id: sweeping"
    )
    path = changed(tmp_path, "XX")
    text = path.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if "XX" in line)
    text = text.replace(row, f"  - {{clause: '1', name_en: n, name_zh: 名, {target}}}")
    first = text.index("    measures:\n") + len("    measures:\n")
    path.write_text(text[:first] + SWEEPING + text[first:], encoding="utf-8")
    document = plan.read(path)
    means = xr.DataArray(np.zeros((4, 0, 0)), {"scenario": IDS}, ("scenario", "species", "area"))
    wanted = tuple(t for t in document.targets if t.metric == "measure_rate")
    table = targets.verdict(wanted, scenarios, means, rates=plan.rates(document))
    found = table.set_index("scenario")
    assert found["value"].to_dict() == pytest.approx(
        {"reference": 70, "stated": 87, "expected": 83.6}
    )
    assert found["base_value"].iloc[0] == pytest.approx(0.7)
    assert found["verdict"].tolist() == ["not met", "met", "not met"]
    wrong = text.replace("measure: sweeping", "measure: boilers")
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(InputError, match="measure of a target for a rate"):
        plan.read(path)


def test_uptakes_come_down_from_parents(document):
    table = plan.uptakes(document)
    assert isinstance(table, pd.DataFrame)
    assert table.loc[("stated", "trend")].eq(1).all()
    assert table.loc[("expected", "boilers")].tolist() == [0] * 9 + [0.5] * 3


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"metric": "coal_change", "period": "Q5"}, r"unknown period of target t\n.*Q5.*\n.*Q1"),
        ({"metric": "coal_change", "period": []}, "a period without months"),
        ({"metric": "coal_change", "period": [13]}, "less than or equal to 12"),
        ({"metric": "coal_change", "scope": RAIL}, "metric coal_change takes no scope"),
        ({"metric": "activity_share", "scope": RAIL}, "metric activity_share needs of"),
        ({"metric": "measure_uptake"}, "metric measure_uptake needs measure"),
        ({"metric": "activity_share", "scope": {"sector": "freigth"}, "of": RAIL},
         "unknown sector"),
    ],
)  # fmt: skip
def test_bad_targets(fields, message):
    with pytest.raises(ValueError, match=message):
        Target(**(GIVEN | fields))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"metric": "activity_share", "scope": TRUCK, "of": RAIL},
         r"reaches beyond `of`.*\n.*old trucks"),
        ({"metric": "activity_change", "scope": [TRUCK, {"process": "city-bus"}]},
         r"cannot be added\n.*freight, travel"),
        ({"metric": "activity_change", "scope": {"process": "tram"}}, "unknown process"),
        ({"metric": "concentration", "species": "SO2", "unit": "ug/m3", "period": "Q1",
          "without": ("seasonal",)}, "means by season are missing"),
        ({"metric": "measure_uptake", "measure": "boilers", "without": ("uptakes",)},
         "uptakes of the measures are missing"),
    ],
)  # fmt: skip
def test_targets_that_do_not_fit(judge, fields, message):
    with pytest.raises(InputError, match=message):
        judge(**fields)


def changed(tmp_path, target):
    text = EXAMPLE.read_text(encoding="utf-8")
    path = tmp_path / "plan.yaml"
    row = (
        "  - {id: more, clause: '1', name_en: n, name_zh: 名, unit: '%', value: 0, "
        + target
        + "}\n"
    )
    path.write_text(text.replace("targets:\n", "targets:\n" + row, 1), encoding="utf-8")
    return path


def test_a_plan_names_its_measures(tmp_path):
    path = changed(tmp_path, "metric: measure_uptake, measure: boiler")
    with pytest.raises(InputError, match=r"unknown measure of a target\n.*boiler.*\n.*boilers"):
        plan.read(path)


def test_a_plan_s_targets_are_tried_on_the_city(tmp_path):
    path = changed(tmp_path, "metric: activity_change, scope: {process: tram}")
    with pytest.raises(InputError, match=r"target more \(clause 1\): unknown process"):
        plan.check(plan.read(path), town(2018))


def test_a_target_of_a_later_year_stands_with_its_reason(tmp_path, judge):
    fields = "metric: activity_share, comparison: at least"
    read = plan.read(changed(tmp_path, f"{fields}, year: 2025"))
    assert not next(t for t in read.targets if t.id == "more").computable
    assert plan.balance_sheet(read)["targets"]["not"] == 2
    row = judge(metric="activity_share", year=2025).reset_index().iloc[0]
    assert row["verdict"] == "not computable"
    assert row["reason_en"] == "set for 2025, after the plan year"
    assert "2025年" in row["reason_zh"]
    own = judge(metric="activity_share", year=2025, not_computable_en="a", not_computable_zh="甲")
    assert own["reason_en"].tolist() == ["a"]
    with pytest.raises(InputError, match=r"target more: `year` is for targets of a later year"):
        plan.read(changed(tmp_path, f"{fields}, year: 2019"))
