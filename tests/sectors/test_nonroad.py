"""Non-road machinery: stage ratios by hand, fuel conserved."""

import pytest

from emisim import inventory
from emisim.measures import read
from emisim.measures._example import fields
from emisim.sectors import freight, nonroad


@pytest.fixture(scope="module")
def built(city):
    return nonroad.build(city, city.factors)


@pytest.mark.parametrize(
    ("stage", "species", "kg_per_t"),
    [
        ("stage-3", "NOx", 32.79 * 0.7),
        ("stage-0", "PM2.5", 2.09 * 1.4),
        ("stage-4", "PM10", 2.09 * 0.12),
        ("stage-2", "CO", 10.72),
        ("stage-2", "SO2", 2 * 50e-6 * 1000),
        ("stage-2", "CO2", 3095.9),
        ("stage-3", "BC", 2.09 * 0.6 * 0.55),
    ],
)
def test_factor_by_hand(built, stage, species, kg_per_t):
    source = f"construction-machinery-jiaoqu:{stage}"
    assert float(built["factor"].sel(source=source, species=species)) == pytest.approx(kg_per_t)


def test_fuel_is_that_of_the_table(city, built):
    rows = city.table("nonroad")
    assert float(built["activity"].sum()) == pytest.approx(rows["value"].sum())


def test_stages_deliver_the_same_service(built):
    assert set(built["service"].values) == {"product"}
    assert set(built["output"].values) == {1.0}


def test_newest_stage_is_a_destination(built):
    newest = inventory.select(built, standard="stage-4")
    assert float(built["activity"].where(newest, drop=True).sum()) == 0
    assert int(newest.sum()) == len({s.split(":")[0] for s in built["source"].values})


def test_farm_machines_work_in_every_month(built):
    farm = built.sel(source="agricultural-machinery-yuxian:stage-2")["activity"]
    assert float(farm.min()) > 0


def test_joins_with_factors_that_change_by_month(city, built):
    trucks = freight.build(city, city.factors)
    whole = inventory.concat([built, trucks])
    assert whole["factor"].dims == ("source", "month", "species")
    apart = [inventory.totals(part, ()) for part in (built, trucks)]
    together = inventory.totals(whole, ())
    assert together.values == pytest.approx((apart[0] + apart[1]).values)


def test_scrapped_machines_hand_their_work_to_a_later_stage(built):
    scrap = fields(
        kind="scrap",
        scope={"process": "construction-machinery", "standard": "stage-0"},
        to={"process": "same", "district": "same", "standard": "stage-4"},
    )
    dated = built.assign_attrs(year=2019)
    after = read(scrap).apply(dated, full_effect=True)
    old = inventory.select(built, process="construction-machinery", standard="stage-0")
    new = inventory.select(built, process="construction-machinery", standard="stage-4")
    fuel = built["activity"].sum("month")
    moved = float(fuel.where(old, 0).sum())
    assert moved > 0
    assert float(after["activity"].where(old, 0).sum()) == pytest.approx(0)
    gain = (after["activity"].sum("month") - fuel).where(new, 0).sum()
    assert float(gain) == pytest.approx(moved)
    before, later = (inventory.totals(x).sel(species="PM2.5").sum() for x in (dated, after))
    assert float(later) < float(before)
