"""renew_fleet and electrify against the fleet model, on the town's buses and trucks."""

import numpy as np
import pytest

from emisim import fleet
from emisim.errors import InputError
from emisim.measures._example import number, town
from emisim.measures._fleet import members, stock
from emisim.verbs import scale_activity
from measures.cases import measure
from measures.laws import reach

TOWN = town()
RULES = fleet.renewal(TOWN, "heavy-truck")


def shares(inventory, process):
    frame = members(inventory, inventory["process"] == process, process)
    return stock(frame)


def test_natural_turnover_brings_the_standard_on_sale():
    after = measure("renew_fleet", "trucks", scrap=None).apply(TOWN, full_effect=True)
    old = fleet.vintages({("diesel", "china-3"): 1.0}, RULES, 2018)
    want = fleet.turn(old, RULES, {}).shares()
    assert 0 < want[("diesel", "china-6")] < 0.2
    assert shares(after, "heavy-truck") == pytest.approx(want)


def test_scrapping_comes_on_top():
    natural = measure("renew_fleet", "trucks", scrap=None).apply(TOWN, full_effect=True)
    both = measure("renew_fleet", "trucks").apply(TOWN, full_effect=True)
    kind = ("diesel", "china-3")
    ratio = shares(both, "heavy-truck")[kind] / shares(natural, "heavy-truck")[kind]
    assert ratio == pytest.approx(0.6)


def test_the_share_of_the_stock_is_reached():
    after = measure("renew_fleet", "buses").apply(TOWN, full_effect=True)
    assert shares(after, "city-bus")[("electricity", "")] == pytest.approx(0.1)


def test_reference_turns_over_and_the_plan_divides_the_same_sales():
    """65 % of new buses in one step, or of the sales that the reference has made."""
    rule = {"electricity": number(65, "%")}
    bare = {"stock": {}, "growth": None}
    at_once = measure("renew_fleet", "buses", **bare, sales=rule).apply(TOWN, full_effect=True)
    reference = measure("renew_fleet", "buses", **bare, sales={}).apply(TOWN, full_effect=True)
    plan = measure("renew_fleet", "buses", **bare, sales=rule, since=2019)
    after = plan.apply(reference, full_effect=True)
    assert shares(after, "city-bus") == pytest.approx(shares(at_once, "city-bus"))
    new = measure("electrify", "fleet", share=number(65, "%")).apply(reference, full_effect=True)
    assert shares(new, "city-bus") == pytest.approx(shares(at_once, "city-bus"))


def test_a_later_base_year_can_be_passed_in_two_steps():
    first = measure("renew_fleet", "trucks", scrap=None, since=2017, until=2018)
    both = measure("renew_fleet", "trucks", scrap=None, since=2017)
    kind = ("diesel", "china-3")
    halfway = shares(first.apply(TOWN, full_effect=True), "heavy-truck")[kind]
    assert 1 >= halfway > shares(both.apply(TOWN, full_effect=True), "heavy-truck")[kind]


def test_own_dates_of_a_standard():
    early = measure("renew_fleet", "trucks", scrap=None, sales_from={"china-6": "2019-07-02"})
    whole = measure("renew_fleet", "trucks", scrap=None)
    kind = ("diesel", "china-6")
    half, full = (shares(m.apply(TOWN, full_effect=True), "heavy-truck")[kind]
                  for m in (early, whole))  # fmt: skip
    assert half / full == pytest.approx(183 / 365, rel=1e-3)


def test_electric_buses_of_the_base_year_stay():
    some = scale_activity(TOWN, TOWN["source"] == "electric buses", 0, reach(0))
    activity = some["activity"].copy()
    activity.loc[{"source": "electric buses"}] = 1.5e6 / 12 / 0.8
    some = some.assign(activity=activity)
    assert shares(some, "city-bus")[("electricity", "")] == pytest.approx(0.2)
    bare = measure("renew_fleet", "buses", stock={}, sales={})
    assert shares(bare.apply(some, full_effect=True), "city-bus") == pytest.approx(
        shares(some, "city-bus")
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scope": {"sector": "freight"}}, "field scope.process: a fleet is a class"),
        ({"scope": {"process": "heavy-truck", "fuel": "diesel"}}, "field scope.fuel: a fleet is"),
        ({"since": 2020}, r"field until: the years do not run.*\n.*2019"),
        ({"until": 2021}, r"field until: the years do not run.*\n.*2021"),
        ({"sales": {"electrcity": number(0.5)}}, r"unknown fuel\n.*electrcity"),
        ({"sales": {"diesel": number(0.6), "electricity": number(0.6)}}, "add to more than 1"),
        ({"sales": {"electricity": number(0.5)}}, r"is not sold\n.*electricity.*\n.*diesel"),
        ({"scrap": {"standard": "china-9", "share": number(0.5)}},
         r"unknown standard to scrap\n.*china-9.*\n.*china-3"),
        ({"sales_from": {"china-9": "2019-07-01"}}, r"unknown standard in sales_from"),
        ({"scope": {"process": "rail-freight"}}, r"unknown class of vehicle.*\n.*rail-freight"),
        ({"scope": {"process": "paved-road"}}, "renew_fleet does not fit source 'road dust'"),
    ],
)  # fmt: skip
def test_fleets_that_do_not_fit(change, message):
    with pytest.raises(InputError, match=message) as caught:
        measure("renew_fleet", "trucks", **change).apply(TOWN, full_effect=True)
    assert "M1" in str(caught.value)


def test_a_kind_without_a_row_is_named():
    few = TOWN.isel(source=np.flatnonzero(TOWN["source"].values != "new trucks"))
    with pytest.raises(InputError, match=r"nothing takes over from 'old trucks'.*\n.*china-6"):
        measure("renew_fleet", "trucks").apply(few, full_effect=True)


def test_a_class_that_does_not_drive():
    idle = TOWN.assign(activity=TOWN["activity"] * 0)
    with pytest.raises(InputError, match=r"no activity in scope\n.*heavy-truck"):
        measure("renew_fleet", "trucks").apply(idle, full_effect=True)


def test_december_lies_below_a_stock_share_of_the_end_of_the_year():
    least = {"electricity": number(80, "%")}
    dates = {"start": "2019-01-01", "full": "2019-12-31"}
    case = measure("renew_fleet", "buses", stock=least, sales={}, growth=None, **dates)
    after = case.apply(TOWN, full_effect=True).isel(month=[11])
    electric = shares(after, "city-bus")[("electricity", "")]
    assert electric == pytest.approx(0.8 * 0.96012, rel=1e-4)
    assert case.reached(2019, full_effect=True)[11] == 1
    in_time = measure(
        "renew_fleet", "buses", stock=least, sales={}, growth=None, **dates | {"full": "2019-12-01"}
    )
    after = in_time.apply(TOWN, full_effect=True).isel(month=[11])
    assert shares(after, "city-bus")[("electricity", "")] == pytest.approx(0.8)
