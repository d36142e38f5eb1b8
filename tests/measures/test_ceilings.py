"""Hand-calculated effects, and messages, of limits, cuts, ceilings, repair, fuel and straw."""

import numpy as np
import pytest

from emisim.base_year import BASE
from emisim.errors import InputError
from emisim.inventory import emission
from emisim.measures._example import number, town
from measures.cases import measure

TOWN = town()


def activity(case, source, inventory=TOWN):
    after = case.apply(inventory, full_effect=True)
    return after["activity"].sel(source=source).values


def tonnes(case, source, species, inventory=TOWN):
    after = case.apply(inventory, full_effect=True)
    return float(emission(after).sel(source=source, species=species).sum()) / 1000


def test_limit_is_concentration_times_gas():
    # 6000 t x 10,000 m3/t = 6e7 m3; 200 mg/m3 -> 12 t SO2, 30 mg/m3 -> 1.8 t PM10
    case = measure("limit", "stack")
    assert tonnes(case, "boiler 20 t/h", "SO2") == pytest.approx(12)
    assert tonnes(case, "boiler 20 t/h", "PM10") == pytest.approx(1.8)
    assert tonnes(case, "boiler 20 t/h", "PM2.5") == pytest.approx(1.8 * 4 / 10)
    assert tonnes(case, "boiler 20 t/h", "NOx") == pytest.approx(24)


def test_limit_that_is_kept_changes_nothing():
    controlled = TOWN.assign(removal=TOWN["removal"].where(TOWN["source"] != "boiler 20 t/h", 0.99))
    after = measure("limit", "stack").apply(controlled, full_effect=True)
    np.testing.assert_array_equal(after["removal"], controlled["removal"])


def test_limit_is_not_stacked_by_a_later_retrofit():
    limited = measure("limit", "stack").apply(TOWN, full_effect=True)
    both = measure("retrofit", "particles").apply(limited, full_effect=True)
    removal = both["removal"].sel(source="boiler 20 t/h")
    assert float(removal.sel(species="SO2")) == pytest.approx(0.9)  # 1 - 2/17 is less
    assert float(removal.sel(species="PM10")) == pytest.approx(0.97)  # 1 - 0.3/10 stays


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"limits": {"dust": number(30, "mg/m3")}}, r"unknown limited substance\n.*dust.*\n.*PM"),
        ({"limits": {}}, "limits: "),
        ({"limits": {"SO2": number(35, "mg/kg")}}, r"unit 'mg/kg' cannot be turned into 'mg/m3'"),
        ({"gas_volume": number(10, "m3/km")}, r"unit 'm3/km' cannot be turned into 'm3/\(t\)'"),
    ],
)
def test_limits_in_the_wrong_words(change, message):
    with pytest.raises(InputError, match=message):
        measure("limit", "stack", **change).apply(TOWN, full_effect=True)


def test_curtail_counts_days_and_seasons():
    after = activity(measure("curtail", "levels"), "boiler 20 t/h")
    alert = 1 - (20 * 0.2 + 5 * 0.4) / 365
    np.testing.assert_allclose(after, 500 * alert * np.array([1] * 10 + [0.5] * 2))
    assert activity(measure("curtail", "levels"), "stoves").sum() == pytest.approx(1200 * alert)


def test_curtail_cuts_deeper_in_a_zone():
    zone = np.where(TOWN["source"].values == "boiler 20 t/h", "town-10-km", "")
    place = TOWN.assign_coords(zone=("source", zone.astype(object)))
    cuts = [{"cut": number(40, "%"), "months": "heating", "scope": {"zone": "town-10-km"}}]
    case = measure("curtail", "season", scope={"fuel": "coal"}, cuts=cuts)
    assert activity(case, "boiler 20 t/h", place)[0] == pytest.approx(0.6 * 500)
    assert activity(case, "stoves", place).sum() == pytest.approx(1200)
    wrong = [cuts[0] | {"scope": {"zone": "town-20-km"}}]
    with pytest.raises(InputError, match=r"zone(.|\n)*town-10-km"):
        measure("curtail", "season", cuts=wrong).apply(place, full_effect=True)


def test_curtail_in_the_heating_season_of_the_plan_year():
    after = activity(measure("curtail", "season", start="2019-10-01"), "boiler 20 t/h")
    np.testing.assert_allclose(after, [500] * 10 + [300] * 2)


CUT = {"cut": number(40, "%"), "months": "heating"}


@pytest.mark.parametrize(
    ("cuts", "message"),
    [
        ([CUT, CUT | {"scope": {"grade": "10-35"}}],
         r"two seasonal cuts meet source 'boiler 20 t/h' in month\n.*1"),
        ([CUT | {"days": number(200, "day")}], r"more alert days than the months have\n.*200"),
        ([CUT | {"days": number(100, "day")}] * 2, "more alert days than days meet source"),
        ([CUT | {"scope": {"sector": "freight"}}], r"meets no source in the scope.*\n.*freight"),
        ([CUT | {"months": "winter"}], "unknown months"),
        ([CUT | {"days": number(3, "km")}], "cuts.0.days: unit 'km' cannot be turned"),
    ],
)  # fmt: skip
def test_cuts_that_do_not_fit(cuts, message):
    with pytest.raises(InputError, match=message):
        measure("curtail", "season", cuts=cuts).apply(TOWN, full_effect=True)


def test_cap_takes_only_what_lies_above():
    case = measure("cap_activity", "amount")
    assert activity(case, "stoves").sum() == pytest.approx(600)
    assert activity(case, "boiler 20 t/h").sum() == pytest.approx(3000)
    assert case.slack(TOWN) == pytest.approx(-3600)
    wide = measure("cap_activity", "amount", at_most=number(10, "kt"))
    assert wide.slack(TOWN) == pytest.approx(2800)
    np.testing.assert_array_equal(wide.apply(TOWN, full_effect=True)["activity"], TOWN["activity"])


def test_cap_below_the_base_year_cuts_the_growth_too():
    grown = measure("grow", "down", scope={"fuel": "coal"}, multiplier=number(1.2)).apply(
        TOWN, full_effect=True
    )
    after = measure("cap_activity", "below").apply(grown, full_effect=True)
    assert float(after["activity"].sel(source="boiler 20 t/h").sum()) == pytest.approx(4200)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"below": number(0.1)}, r"field at_most: give either.*\n.*both"),
        ({"at_most": None}, r"field at_most: give either.*\n.*neither"),
        ({"at_most": number(-1, "t")}, r"field at_most: number out of range\n.*-1"),
        ({"at_most": number(1, "km")}, r"unit 'km' cannot be turned into 't'"),
        ({"scope": {"sector": ["freight", "boilers"]}}, r"in different units\n.*t, t km"),
    ],
)
def test_caps_that_do_not_fit(change, message):
    with pytest.raises(InputError, match=message):
        measure("cap_activity", "amount", **change).apply(TOWN, full_effect=True)


def test_cap_needs_the_base_year():
    with pytest.raises(InputError, match=r"does not hold the activity of its base year"):
        measure("cap_activity", "below").apply(TOWN.drop_vars(BASE), full_effect=True)


def test_inspect_by_counting_trucks():
    # 100 trucks: 90 emit 1, 10 emit 5 -> 140; 5 found, 3.5 repaired -> 93.5 + 6.5 x 5 = 126
    assert measure("inspect", "trucks").multiplier()["NOx"] == pytest.approx(126 / 140)
    # PM2.5: 90 + 80 = 170 -> 93.5 + 52 = 145.5; PM10, BC and OC with it
    multiplier = measure("inspect", "trucks").multiplier()
    for species in ("PM2.5", "PM10", "BC", "OC"):
        assert multiplier[species] == pytest.approx(145.5 / 170)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"multiple": {"NOx": number(0.5)}}, r"number out of range\n.*0.5"),
        ({"multiple": {"NO": number(5.0)}}, r"unknown species\n.*NO"),
        ({"detected": number(1.5)}, r"detected: number out of range"),
    ],
)
def test_inspections_that_cannot_be(change, message):
    with pytest.raises(InputError, match=message):
        measure("inspect", "trucks", **change)


def test_fuel_by_sulphur_ratio():
    factors = measure("improve_fuel", "diesel").factors()
    assert factors["SO2"] == pytest.approx(10 / 350)
    assert factors["PM10"] == factors["OC"] == 0.9
    assert tonnes(measure("improve_fuel", "coal"), "stoves", "SO2") == pytest.approx(21.6 * 0.4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sulphur": None, "ash": None}, "nothing of the fuel improves"),
        ({"multipliers": {"SO2": number(0.5)}}, r"field multipliers: the content.*\n.*SO2"),
        ({"multipliers": {"PM10": number(0.5)}}, r"field multipliers: the content.*\n.*PM10"),
        ({"multipliers": {"SO3": number(0.5)}}, r"unknown species\n.*SO3"),
        ({"ash": {"before": number(0.1), "after": number(0.2)}}, r"must fall.*\n.*0.2"),
        ({"ash": {"before": number(0.0), "after": number(0.0)}}, "must fall"),
    ],
)
def test_fuels_that_are_no_better(change, message):
    with pytest.raises(InputError, match=message):
        measure("improve_fuel", "coal", **change)


def test_straw_by_either_share():
    assert activity(measure("ban_burning", "used"), "straw").sum() == pytest.approx(400)
    assert activity(measure("ban_burning", "burned"), "straw").sum() == pytest.approx(200)


def test_more_burning_is_not_a_ban():
    worse = {"before": number(0.02), "after": number(0.05)}
    after = activity(measure("ban_burning", "burned", burned=worse), "straw")
    np.testing.assert_array_equal(after, TOWN["activity"].sel(source="straw"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"used": None}, r"field burned: give either.*\n.*neither"),
        ({"burned": {"before": number(0.1), "after": number(0.0)}}, "give either.*\n.*both"),
        ({"used": {"before": number(1.0), "after": number(1.0)}}, "no straw burns before"),
        ({"scope": {"fuel": "coal"}}, r"'stoves' is no open burning but\n.*residential"),
    ],
)
def test_bans_that_do_not_fit(change, message):
    with pytest.raises(InputError, match=message):
        measure("ban_burning", "used", **change).apply(TOWN, full_effect=True)


def test_a_rate_of_treated_ground_is_not_counted_twice():
    swept = TOWN.assign(removal=TOWN["removal"].where(TOWN["process"] != "paved-road", 0.7 * 0.5))
    after = measure("suppress_dust", "rate").apply(swept, full_effect=True)["removal"]
    assert float(after.sel(source="road dust", species="PM10")) == pytest.approx(0.87 * 0.5)
    assert measure("suppress_dust", "rate").rates() == pytest.approx((0.7, 0.87))
    with pytest.raises(InputError, match="treated: less ground is treated after"):
        measure("suppress_dust", "rate", treated={"before": number(0.9), "after": number(0.8)})
