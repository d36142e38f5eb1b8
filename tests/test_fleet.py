"""Fleets: hand-made stocks, conservation of vehicles, and no sale of what is not sold any more."""

from dataclasses import replace
from math import exp, gamma
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import fleet
from emisim.errors import InputError
from emisim.measures._example import town
from emisim.tables import read_parameters

FACTORS = Path(__file__).parents[1] / "inputs" / "factors" / "fleet.csv"
OLD, NEW, GAS, POWER = ("diesel", "china-5"), ("diesel", "china-6"), ("gas", "x"), ("power", "")
STARTS = {OLD: 2010.0, NEW: 2019.5, GAS: 2012.0, POWER: 2015.0}
RULES = fleet.Renewal(10.0, 4.0, 0.0, STARTS)
part = st.floats(0, 1)
stocks = st.fixed_dictionaries({OLD: st.floats(0.1, 1), NEW: part, GAS: part, POWER: part})
rules = st.builds(
    fleet.Renewal, st.floats(4, 16), st.floats(1, 10), st.floats(-0.1, 0.2), st.just(STARTS)
)
shares = st.fixed_dictionaries({"power": st.floats(0, 0.7), "gas": st.floats(0, 0.3)})


def total(stock):
    return float(stock.amount.sum())


def of(stock, kind):
    return stock.amount[stock.kinds.index(kind)].sum()


def test_survival_by_hand():
    scale = 10 / gamma(1.25)
    assert RULES.scale == pytest.approx(scale)
    assert fleet.survival(np.array([8.0]), RULES)[0] == pytest.approx(exp(-((8 / scale) ** 4)))


def test_the_mean_life_is_the_mean_life():
    ages = np.linspace(0, 40, 40001)
    assert np.trapezoid(fleet.survival(ages, RULES), ages) == pytest.approx(10, rel=1e-6)


def test_vintages_lie_in_the_years_of_sale():
    stock = fleet.vintages({OLD: 3.0, POWER: 1.0}, RULES, 2018)
    old = stock.amount[stock.kinds.index(OLD)]
    assert old.sum() == pytest.approx(3)
    assert set(stock.years[old > 0]) == set(range(2010, 2019))
    assert of(stock, NEW) == 0
    ratio = old[stock.years == 2012] / old[stock.years == 2018]
    survived = fleet.survival(np.array([6.5, 0.5]), RULES)
    assert ratio[0] == pytest.approx(survived[0] / survived[1])


def test_known_sales_keep_their_place():
    stock = fleet.vintages({OLD: 2.0}, RULES, 2018, {OLD: 0.25})
    assert stock.amount[stock.kinds.index(OLD), -1] == pytest.approx(0.5)
    assert of(stock, OLD) == pytest.approx(2)


def test_a_year_of_change_sells_both_standards():
    stock = fleet.turn(fleet.vintages({OLD: 1.0}, RULES, 2018), RULES, {})
    new = stock.amount[:, -1]
    assert new[stock.kinds.index(OLD)] == pytest.approx(new[stock.kinds.index(NEW)])
    assert total(stock) == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(stock=stocks, rules=rules, sales=shares, years=st.integers(1, 4))
def test_vehicles_are_conserved(stock, rules, sales, years):
    now = fleet.vintages(stock, rules, 2018)
    assert total(now) == pytest.approx(sum(stock.values()))
    for _ in range(years):
        later = fleet.turn(now, rules, sales)
        kept, new = later.amount[:, :-1].sum(), later.amount[:, -1].sum()
        assert kept <= total(now) * (1 + 1e-12)
        assert total(later) == pytest.approx(kept + new)
        assert total(later) >= (1 + rules.growth) * total(now) * (1 - 1e-12)
        assert min(later.amount.min(), new) >= 0
        assert sum(later.shares().values()) == pytest.approx(1)
        now = later


@settings(max_examples=60, deadline=None)
@given(stock=stocks, rules=rules, sales=shares, scrapped=part, least=shares)
def test_rules_replace_and_do_not_add(stock, rules, sales, scrapped, least):
    now = fleet.turn(fleet.vintages(stock, rules, 2019), rules, sales)
    chosen = np.array([kind == OLD for kind in now.kinds])
    after = fleet.scrap(now, rules, chosen, scrapped, sales)
    assert total(after) == pytest.approx(total(now))
    assert of(after, OLD) == pytest.approx(of(now, OLD) * (1 - scrapped))
    full = fleet.raise_to(after, rules, least)
    assert total(full) == pytest.approx(total(now))
    for fuel, share in least.items():
        assert full.by_fuel()[fuel] >= share * total(full) * (1 - 1e-9)


@settings(max_examples=60, deadline=None)
@given(stock=stocks, rules=rules, sales=shares, year=st.integers(2016, 2022))
def test_only_standards_in_force_are_sold(stock, rules, sales, year):
    later = fleet.turn(fleet.vintages(stock, rules, year), rules, sales)
    force = fleet.on_sale(rules, later.kinds, later.years)
    assert (later.amount[:, -1][force[:, -1] == 0] == 0).all()
    if year + 1 >= 2020:
        assert later.amount[later.kinds.index(OLD), -1] == 0


@settings(max_examples=60, deadline=None)
@given(stock=stocks, rules=rules, sales=shares)
def test_new_vehicles_have_their_shares(stock, rules, sales):
    later = fleet.turn(fleet.vintages(stock, rules, 2018), rules, sales)
    new = later.by_fuel(np.where(later.years == 2019, later.amount, 0))
    for fuel, share in sales.items():
        assert new[fuel] >= share * sum(new.values()) * (1 - 1e-9)


def test_a_share_of_the_stock_takes_the_oldest():
    now = fleet.vintages({OLD: 0.8, POWER: 0.2}, RULES, 2019)
    full = fleet.raise_to(now, RULES, {"power": 0.5})
    old = full.amount[full.kinds.index(OLD)]
    assert full.by_fuel()["power"] == pytest.approx(0.5)
    assert old[full.years == 2010] == 0
    assert old[-1] == now.amount[now.kinds.index(OLD), -1]


def test_selling_anew_without_a_rule_changes_nothing():
    now = fleet.vintages({OLD: 0.8, POWER: 0.2}, RULES, 2019)
    assert fleet.resell(now, RULES, {}) is now
    after = fleet.resell(now, RULES, {"power": 0.65})
    new = after.amount[:, -1]
    assert new[after.kinds.index(POWER)] == pytest.approx(0.65 * new.sum())
    np.testing.assert_array_equal(after.amount[:, :-1], now.amount[:, :-1])


def test_three_rules_together():
    """New buses 60 % electric, china-5 scrapped by a quarter, a third of the stock electric."""
    now = fleet.turn(fleet.vintages({OLD: 0.9, POWER: 0.1}, RULES, 2019), RULES, {"power": 0.6})
    sold = now.amount[:, -1].sum()
    electric = now.by_fuel()["power"]
    chosen = np.array([kind == OLD for kind in now.kinds])
    gone = of(now, OLD) / 4
    after = fleet.scrap(now, RULES, chosen, 0.25, {"power": 0.6})
    assert after.amount[:, -1].sum() == pytest.approx(sold + gone)
    assert after.by_fuel()["power"] == pytest.approx(electric + 0.6 * gone)
    assert of(after, NEW) == pytest.approx(of(now, NEW) + 0.4 * gone)
    full = fleet.raise_to(after, RULES, {"power": 1 / 3})
    assert full.by_fuel()["power"] == pytest.approx(max(1 / 3, after.by_fuel()["power"]))


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda now: fleet.turn(now, RULES, {"coal": 0.5}), r"is not sold\n.*coal.*\n.*diesel"),
        (lambda now: fleet.vintages({("gas", "y"): 1.0}, RULES, 2019),
         r"no start of sale is known.*\n.*gas y.*\n.*diesel china-5.*\n.*fleet.csv"),
        (lambda now: fleet.add(replace(now, years=now.years - 10), RULES, {"power": 1.0}),
         r"no vehicle of the fuel is on sale in the year\n.*power 2009"),
    ],
)  # fmt: skip
def test_what_is_not_sold_is_named(act, message):
    with pytest.raises(InputError, match=message):
        act(fleet.vintages({OLD: 1.0}, RULES, 2019))


def test_every_class_of_the_table_can_turn_over():
    table = read_parameters(FACTORS)
    inventory = fleet.attach(town(), table)
    frame = table.frame[table.frame["parameter"] == "fleet_share"]
    classes = set(table.frame.loc[table.frame["parameter"] == fleet.START, "process"])
    for process, own in frame[frame["process"].isin(classes)].groupby("process"):
        rules = fleet.renewal(inventory, process)
        stock = {(r.fuel, r.standard): r.value for r in own.itertuples()}
        later = fleet.turn(fleet.vintages(stock, rules, 2018), rules, {})
        assert 0 < later.amount[:, -1].sum() / total(later) < 0.5, process
    assert {"car", "taxi", "city-bus", "heavy-truck"} <= classes


def test_an_inventory_that_knows_no_fleets():
    bare = town()
    del bare.attrs[fleet.ATTRIBUTE]
    with pytest.raises(InputError, match="does not say how its fleets renew"):
        fleet.renewal(bare, "taxi")
    with pytest.raises(InputError, match=r"unknown class of vehicle.*\n.*taxi.*\n.*city-bus"):
        fleet.renewal(town(), "taxi")
