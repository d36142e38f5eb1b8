"""Freight: factors per tonne-kilometre by hand, and the service that shifts conserve."""

import pandas as pd
import pytest

from emisim import inventory
from emisim.base_year import remember
from emisim.city import City
from emisim.errors import InputError
from emisim.measures import read
from emisim.measures._example import fields, number
from emisim.sectors import freight
from emisim.vocabulary import OUTSIDE

G = 1e-3


@pytest.fixture(scope="module")
def built(city):
    return freight.build(city, city.factors)


def test_truck_nitrogen_oxides_by_hand(built):
    source = "heavy-truck-diesel-pingding-expressway:china-5"
    january = 4.721 * 0.60 * 0.84 * 1.06 * 1.04 / 15
    found = built["factor"].sel(source=source, month=1, species="NOx")
    assert float(found) == pytest.approx(january * G)


def test_slow_trucks_emit_more_per_tonne_kilometre(built):
    slow, fast = (
        float(built["factor"].sel(source=s, month=6, species="PM2.5"))
        for s in (
            "heavy-truck-diesel-pingding-coal-haul:china-3",
            "heavy-truck-diesel-pingding-expressway:china-3",
        )
    )
    assert slow / fast == pytest.approx(1.08 / 0.71)


def test_diesel_rail_by_hand(built):
    source = "rail-freight-diesel-pingding"
    found = built["factor"].sel(source=source, month=1)
    assert float(found.sel(species="NOx")) == pytest.approx(0.27865 * G)
    assert float(found.sel(species="CO2")) == pytest.approx(3.0959 * 0.005)


def test_turnover_inside_the_city(built):
    delivered = inventory.service(built).sum("month")
    road = delivered.where(built["process"] == "heavy-truck", 0).sum()
    rail = delivered.where(built["process"] == "rail-freight", 0).sum()
    assert float(road) == pytest.approx(12.0e9)
    assert float(rail) == pytest.approx(5.0e9)


def test_electric_sources_stand_outside_and_carry_freight(built):
    electric = built.sel(source=built["fuel"] == "electricity")
    assert set(electric["district"].values) == {OUTSIDE}
    assert set(electric["service"].values) == {"freight"}
    assert float(electric["output"].sel(source="heavy-truck-electric")) == pytest.approx(15 / 1.6)
    assert float(electric["output"].sel(source="rail-freight-electric")) == pytest.approx(
        1 / (0.0102 * 2)
    )


def test_rail_is_cleaner_than_road(built):
    net = inventory.emission(built).sum("month")
    carried = inventory.service(built).sum("month")
    groups = {}
    for process in ("heavy-truck", "rail-freight"):
        mask = built["process"] == process
        groups[process] = float(
            net.sel(species="NOx").where(mask, 0).sum() / carried.where(mask, 0).sum()
        )
    assert groups["rail-freight"] < 0.3 * groups["heavy-truck"]


def test_process_that_is_not_freight_is_named(city, monkeypatch):
    wrong = city.table("freight").assign(process="pipeline")
    monkeypatch.setattr(City, "table", lambda self, topic: wrong)
    with pytest.raises(InputError, match="unknown freight process") as caught:
        freight.build(city, city.factors)
    assert caught.value.value == "pipeline"


def test_goods_may_go_to_the_river(city, monkeypatch):
    rows = city.table("freight")
    rail = (rows["process"] == "rail-freight") & (rows["fuel"] == "diesel")
    river = rows[rail].assign(process="inland-water-freight", value=0.0)
    river.index = river.index + " by river"
    whole = pd.concat([rows, river])
    monkeypatch.setattr(City, "table", lambda self, topic: whole)
    built = remember(freight.build(city, city.factors))
    ship = built.sel(source=river.index[0])
    assert float(ship["factor"].sel(species="NOx", month=1)) == pytest.approx(47.6 * 0.004 * G)
    assert float(ship["factor"].sel(species="CO2", month=1)) == pytest.approx(3.0959 * 0.004)
    district = str(ship["district"].values)
    shift = read(
        fields(
            kind="shift_freight",
            scope={"process": "heavy-truck", "fuel": "diesel", "district": district},
            to={"source": river.index[0]},
            share=number(10, "%"),
            first_last_mile=number(20, "%"),
        )
    )
    after = shift.apply(built.assign_attrs(year=2019), full_effect=True)
    road = inventory.select(built, process="heavy-truck", fuel="diesel", district=district)
    carried = float(inventory.service(built).where(road, 0).sum())
    moved = float(after["activity"].sel(source=river.index[0]).sum())
    assert moved == pytest.approx(0.08 * carried)
