"""Scenarios: a fold over steps, nested, side by side."""

from pathlib import Path

import numpy as np
import pytest

from emisim import inventory as inv
from emisim import plan, scenario
from emisim.errors import InputError
from emisim.measures._example import town
from emisim.scenario import Scenario

EXAMPLE = Path(__file__).parent / "data" / "plan.yaml"
BOILER, STOVES = "boiler 20 t/h", "stoves"


@pytest.fixture(scope="module")
def chosen():
    return plan.scenarios(plan.read(EXAMPLE))


@pytest.fixture(scope="module")
def base():
    return town(2018)


@pytest.fixture(scope="module")
def inventories(chosen, base):
    return scenario.run(chosen, base)


@pytest.fixture(scope="module")
def side_by_side(chosen, inventories):
    return scenario.dataset(chosen, inventories)


def sulphur(inventory, source):
    return float(inv.emission(inventory).sel(source=source, species="SO2").sum())


def test_the_base_stays_as_it_was(inventories, base):
    assert inventories["base"].identical(base)
    assert inventories["base"].attrs["year"] == 2018
    assert inventories["reference"].attrs["year"] == 2019


def test_reference_grows(inventories, base):
    trucks = inventories["reference"]["activity"].sel(source="old trucks").sum()
    assert float(trucks) == pytest.approx(
        1.1 * float(base["activity"].sel(source="old trucks").sum())
    )


def test_stated_by_hand(inventories):
    # 9 of 12 months of 6000 t run; a scrubber takes 80 % of 17 kg/t
    assert sulphur(inventories["stated"], BOILER) == pytest.approx(6000 * 9 / 12 * 17 * 0.2)
    # two of five heating months lose 60 % of 1200 t at 18 kg/t
    assert sulphur(inventories["stated"], STOVES) == pytest.approx(1200 * 18 * (1 - 0.6 * 2 / 5))


def test_expected_by_hand(inventories):
    # half of the closures and of the heat pumps come; the scrubber works in full
    assert sulphur(inventories["expected"], BOILER) == pytest.approx(
        6000 * (9 + 3 / 2) / 12 * 17 * 0.2
    )
    assert sulphur(inventories["expected"], STOVES) == pytest.approx(1200 * 18 * (1 - 0.3 * 2 / 5))


def test_a_scenario_is_a_step(chosen, base, inventories):
    at_once = chosen[2].apply(base)
    np.testing.assert_allclose(at_once["activity"], inventories["stated"]["activity"], rtol=1e-12)
    nested = Scenario("again", (chosen[2],), 2019, full_effect=False).apply(base)
    assert sulphur(nested, BOILER) == pytest.approx(sulphur(inventories["stated"], BOILER))


def test_order_is_kept(base):
    class Note:
        def __init__(self, name):
            self.id = name

        def apply(self, inventory, *, full_effect):
            seen = [*inventory.attrs.get("seen", []), f"{self.id}{full_effect}"]
            return inventory.assign_attrs(seen=seen)

    result = scenario.fold([Note("a"), Note("b")], base, full_effect=False)
    assert result.attrs["seen"] == ["aFalse", "bFalse"]


def test_totals_are_the_sum_of_sources(side_by_side):
    by_source = side_by_side["emission"].sum("source").transpose("scenario", "species", "month")
    summed = side_by_side["total"].sum(("sector", "district"))
    np.testing.assert_allclose(summed.values, by_source.values, rtol=1e-12)
    for i, name in enumerate(side_by_side["scenario"].values):
        assert side_by_side["emission"].values[i].sum() > 0, name


def test_totals_agree_with_the_inventory(side_by_side, inventories):
    by_sector = inv.totals(inventories["stated"], by=("sector",), outside=True)
    here = side_by_side["total"].sel(scenario="stated").sum(("district", "month"))
    np.testing.assert_allclose(here.sel(sector=by_sector["sector"]), by_sector, rtol=1e-12)


def test_load_outside_is_kept_apart(side_by_side):
    outside = side_by_side["total"].sel(district="outside", sector="residential", species="CO2")
    assert float(outside.sel(scenario="reference").sum()) == 0
    # 1200 t x 10 GJ/t x 0.6 x 2/5 of heat, 0.0108 GJ/kWh, 0.54 kg/kWh
    assert float(outside.sel(scenario="stated").sum()) == pytest.approx(
        1200 * 10 * 0.6 * 2 / 5 / 0.0108 * 0.54
    )


def test_names_and_years_go_along(side_by_side):
    assert side_by_side["name_zh"].values.tolist() == ["基准", "参考", "足额", "预期"]
    assert side_by_side["year"].values.tolist() == [2018, 2019, 2019, 2019]
    assert {"source_sector", "place", "release"} <= set(side_by_side.coords)
    assert side_by_side["source_sector"].sel(source=BOILER) == "boilers"


def test_scenarios_with_other_sources_are_refused(chosen, inventories):
    fewer = {**inventories, "stated": inventories["stated"].isel(source=slice(1, None))}
    with pytest.raises(InputError, match="'stated' has other sources"):
        scenario.dataset(chosen, fewer)
