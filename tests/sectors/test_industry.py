"""Industrial processes: Yangquan's tables by hand, the coal and gas balance, the plan's names."""

from pathlib import Path

import pandas as pd
import pytest

from emisim import inventory
from emisim.sectors import coal, industry

INPUTS = Path(__file__).parents[2] / "inputs"


@pytest.fixture(scope="module")
def built(city):
    return industry.build(city, city.factors)


def net(built, source: str, species: str) -> float:
    one = built.sel(source=source, species=species)
    return float(one["factor"] * (1 - one["removal"]))


def test_clinker_by_hand(built):
    assert net(built, "clinker-pingding", "PM2.5") == pytest.approx(26.5 * 0.005)
    coarse = (57.5 - 26.5) * 0.001
    assert net(built, "clinker-pingding", "PM10") == pytest.approx(26.5 * 0.005 + coarse)
    assert net(built, "clinker-pingding", "NOx") == pytest.approx(1.88 * 0.4)
    from_coal = 0.143 * 1900.3 / 20.908 * 23.5
    assert net(built, "clinker-pingding", "CO2") == pytest.approx(538 + from_coal, rel=1e-4)
    assert net(built, "clinker-pingding-fugitive", "CO2") == 0


def test_gas_fired_kiln_and_foundry_carbon_by_hand(built):
    source = "refractory-kilns-in-compliance-gas-Pingding"
    assert net(built, source, "CO2") == pytest.approx(100 * 2.16)
    assert net(built, "foundry-pump-works-stack", "CO2") == pytest.approx(0.12 * 2860.4)


def test_filters_leave_no_absurd_process_dust(built):
    """Generation factors hold all dust before the collector: 297 kg per t of alumina."""
    assert net(built, "alumina-zhaofeng", "PM2.5") < 0.1
    assert net(built, "cement-pingding", "PM10") < 0.05


def test_stack_and_fugitive_parts_add_to_the_whole(built):
    stack = built["factor"].sel(source="coking-jinyu-stack")
    fugitive = built["factor"].sel(source="coking-jinyu-fugitive")
    whole = {"SO2": 1.08, "NOx": 1.7, "CO": 1.6, "VOC": 2.96, "PM2.5": 5.22, "PM10": 8.79}
    for species, value in whole.items():
        both = float(stack.sel(species=species) + fugitive.sel(species=species))
        assert both == pytest.approx(value), species


def test_fugitive_parts_have_no_plume(built):
    part = built.where(inventory.select(built, technology="fugitive"), drop=True)
    assert part["stack_diameter"].isnull().all()
    assert part["exit_temperature"].isnull().all()
    assert (part["initial_sigma_z"] > 0).all()


def test_names_that_the_plan_uses(built):
    for criteria in (
        {"facility": "Yangquan Pump Works"},
        {"facility": "Yangquan Valve"},
        {"grade": "kilns-to-close"},
        {"grade": "kilns-to-treat"},
        {"grade": "ovens-4.3m", "district": "Yuxian"},
    ):
        assert inventory.select(built, **criteria).any()
    rows = pd.read_csv(INPUTS / "cities" / "yangquan" / "industry.csv")
    kilns = rows["note"].str.extract(r"^(\d+) kilns")[0].astype(float).groupby(rows["grade"]).sum()
    assert kilns["kilns-to-close"] == 5
    assert kilns["kilns-to-treat"] == 22


def test_coal_and_gas_of_the_city_are_used_once(city, built):
    """Industry's 3.2 Mt: coking, kilns and boilers; gas within the city's 0.75 billion m3."""
    rows = city.table("industry")
    use, _ = industry.fuel_use(rows, city.factors["industry"])
    burnt = use * rows["value"]
    boilers, homes, power = (city.table(t) for t in ("boilers", "residential", "power"))
    charge = city.factors["industry"].value("feed_coal", "t/t", process="coking")
    coke = rows.loc[(rows["process"] == "coking") & (rows["technology"] == "stack"), "value"].sum()
    in_boilers = boilers.loc[boilers["process"] == "boiler-coal", "value"].sum()
    total = coke * charge + burnt[rows["fuel"] == "coal"].sum() + in_boilers
    assert total == pytest.approx(3.2e6, rel=1e-4)
    gases = ["natural_gas", "coalbed_methane"]
    gas = burnt[rows["fuel"].isin(gases)].sum()
    gas += sum(t.loc[t["fuel"].isin(gases), "value"].sum() for t in (boilers, homes, power))
    assert 0.55e9 < gas <= 0.75e9


def test_per_head_totals_are_those_of_a_coal_city(city, built):
    """kg per resident; Changsha area 2013, all sources: 9.5 SO2, 10.7 NOx, 4.1 PM2.5."""
    both = inventory.concat([built, coal.build(city, city.factors)])
    head = inventory.totals(both, ()) / city.districts["population"].sum()
    for species, low, high in (("SO2", 8, 40), ("NOx", 7, 40), ("PM2.5", 1, 10), ("CO2", 9e3, 3e4)):
        assert low < float(head.sel(species=species)) < high, species
