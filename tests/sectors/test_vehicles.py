"""Road vehicles: corrections, stage mix, factors by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emisim import inventory
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.sectors import _corrections, _mobile, vehicles
from emisim.sectors._electricity import grid_factor
from emisim.tables import read_parameters
from emisim.vocabulary import OUTSIDE

INPUTS = Path(__file__).parents[2] / "inputs"
URBAN_SPEED = 26
CAR = "car-gasoline-chengqu-urban:china-3"
G = 1e-3


@pytest.fixture(scope="module")
def built(city):
    return vehicles.build(city, city.factors)


def factor(built, source, month, species):
    return float(built["factor"].sel(source=source, month=month, species=species))


def test_car_nitrogen_oxides_by_hand(built):
    # basic x speed 20-30 x 10 ppm x age 2018; x cold x dry air in January, x 1 x humid in July
    all_year = 0.1 * 1.13 * 0.95 * 1.60
    assert factor(built, CAR, 1, "NOx") == pytest.approx(all_year * 1.15 * 1.06 * G)
    assert factor(built, CAR, 7, "NOx") == pytest.approx(all_year * 0.92 * G)


def test_car_voc_is_exhaust_plus_evaporation(built):
    exhaust = 0.191 * 1.25 * 0.96 * 1.30 * 1.47
    evaporated = 11.6 / URBAN_SPEED + 0.5 * 365 / 18000
    assert factor(built, CAR, 1, "VOC") == pytest.approx((exhaust + evaporated) * G)


def test_sulphur_and_carbon_follow_the_fuel(built):
    fuel = 0.078 * 0.74
    assert factor(built, CAR, 5, "SO2") == pytest.approx(2 * 10e-6 * fuel)
    assert factor(built, CAR, 5, "CO2") == pytest.approx(2.9251 * fuel)


def test_diesel_particles_grow_in_the_cold(built):
    truck = "light-truck-diesel-chengqu-urban:china-4"
    warm, cold = (factor(built, truck, m, "PM2.5") for m in (6, 1))
    assert cold / warm == pytest.approx(1.27)
    assert factor(built, truck, 1, "BC") == pytest.approx(0.60 * cold)


def test_gas_vehicles_are_not_corrected(built):
    bus = "city-bus-natural-gas-kuangqu-urban:china-4"
    assert factor(built, bus, 1, "NOx") == pytest.approx(6.524 * G)


def test_distance_is_stock_times_annual_distance(city, built):
    rows = city.table("vehicles")
    taxis = rows[(rows["process"] == "taxi") & (rows["fuel"] == "gasoline")]
    mask = inventory.select(built, process="taxi", fuel="gasoline")
    driven = built["activity"].where(mask, drop=True).sum()
    assert float(driven) == pytest.approx(taxis["value"].sum() * 120000)


def test_every_stage_is_there_to_move_to(built):
    cars = inventory.select(built, process="car", standard="china-6")
    assert int(cars.sum()) == 8
    assert float(built["activity"].where(cars, drop=True).sum()) == 0


def test_electric_classes_deliver_travel_from_outside(built):
    car = built.sel(source="car-electric")
    assert car["district"].item() == OUTSIDE
    assert car["activity_unit"].item() == "kWh"
    assert car["service"].item() == "travel"
    assert float(car["output"]) == pytest.approx(1 / 0.16)
    assert built["factor"].sel(source="car-electric", month=1).values == pytest.approx(
        grid_factor(Factors(INPUTS / "factors"))[0]
    )


def test_electric_row_inside_the_city_is_refused(city):
    rows = city.table("vehicles")
    moved = rows[rows["fuel"] == "electricity"].assign(district="Chengqu")
    with pytest.raises(InputError, match="draws on the grid mix") as caught:
        _mobile.on_grid(moved, "vehicles", np.ones(len(moved)), city)
    assert caught.value.column == "district"
    assert OUTSIDE in caught.value.allowed


def test_assumed_numbers_are_marked(built):
    marked = built["factor_assumed"].sel(source=CAR)
    assert bool(marked.sel(species="NOx"))  # the mean speed of the road class is assumed
    assert not bool(marked.sel(species="SO2"))


def stage_table(tmp_path, shares):
    header = (
        "process,fuel,technology,standard,parameter,value,unit,low,high,status,source,page,note"
    )
    lines = [
        f"car,gasoline,,china-{k},fleet_share,{v},fraction,0,1,assumed,somewhere,,"
        for k, v in enumerate(shares)
    ]
    path = tmp_path / "fleet.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return read_parameters(path)


def stock(**changes):
    row = {"process": "car", "fuel": "gasoline", "standard": "", "status": "reported"}
    row |= {"value": 100.0, "low": 80.0, "high": 120.0} | changes
    return pd.DataFrame(row, index=pd.Index(["cars"], name="id"))


def test_fleet_mix_splits_the_stock(tmp_path):
    split = _mobile.expand_fleet(stock(), stage_table(tmp_path, (0.25, 0.75, 0)))
    assert split["value"].to_dict() == {"cars:china-0": 25, "cars:china-1": 75, "cars:china-2": 0}
    assert set(split["status"]) == {"assumed"}


def test_a_row_with_a_standard_is_kept(tmp_path):
    kept = _mobile.expand_fleet(stock(standard="china-5"), stage_table(tmp_path, (1,)))
    assert kept["value"].to_dict() == {"cars": 100.0}
    assert set(kept["status"]) == {"reported"}


def test_fleet_mix_must_sum_to_one(tmp_path):
    with pytest.raises(InputError, match="do not sum to 1"):
        _mobile.expand_fleet(stock(), stage_table(tmp_path, (0.5, 0.4)))


def test_class_without_a_mix_is_named(tmp_path):
    with pytest.raises(InputError, match="no stage mix") as caught:
        _mobile.expand_fleet(stock(process="tram"), stage_table(tmp_path, (1,)))
    assert caught.value.value == "tram gasoline"


SPEED_CLASSES = ("below-20", "20-30", "30-40", "40-80", "above-80")


@given(st.floats(0, 200))
def test_every_speed_has_one_class(speed):
    low, high = _corrections.bounds(_corrections.condition(speed, SPEED_CLASSES))
    assert low <= speed < high


def test_class_edges_belong_to_the_upper_class():
    assert _corrections.condition(30, SPEED_CLASSES) == "30-40"
    assert _corrections.condition(50, ("0", "50", "60")) == "50"


def test_value_between_lone_classes_is_refused():
    with pytest.raises(InputError, match="no single condition class"):
        _corrections.condition(55, ("0", "50", "60"))


def test_unreadable_class_is_refused():
    with pytest.raises(InputError, match="condition class must read"):
        _corrections.bounds("fast")


@pytest.mark.parametrize(("base_year", "used"), [(2010, "2015"), (2016, "2016"), (2023, "2018")])
def test_deterioration_takes_the_nearest_year(city, base_year, used):
    table = city.factors["vehicle_corrections"]
    assert _corrections._age_year(base_year, table) == used
