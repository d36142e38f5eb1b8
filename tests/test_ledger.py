"""The ledger: in sequence it adds up, alone it does not need to, and a loss is caught."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import ledger, plan, scenario
from emisim.errors import MassError
from emisim.measures._example import town
from emisim.vocabulary import SPECIES

EXAMPLE = Path(__file__).parent / "data" / "plan.yaml"


@pytest.fixture(scope="module")
def chosen():
    return plan.scenarios(plan.read(EXAMPLE))


@pytest.fixture(scope="module")
def inventories(chosen):
    return scenario.run(chosen, town(2018))


@pytest.fixture(scope="module")
def rows(chosen, inventories):
    return ledger.build(chosen, inventories)


def entry(rows, scenario_id, step, species):
    found = rows.query("scenario == @scenario_id and id == @step and species == @species")
    assert len(found) == 1
    return found.iloc[0]


def test_by_hand(rows):
    closing = entry(rows, "stated", "boilers", "SO2")
    scrubber = entry(rows, "stated", "scrubber", "SO2")
    assert closing["in_sequence_t"] == pytest.approx(-25.5)  # 3 months of 6000 t x 17 kg/t
    assert closing["alone_t"] == pytest.approx(-25.5)
    assert scrubber["in_sequence_t"] == pytest.approx(-0.8 * 76.5)  # what is left after closing
    assert scrubber["alone_t"] == pytest.approx(-0.8 * 102)
    assert scrubber["interaction_t"] == pytest.approx(0.8 * 25.5)


def test_expected_effect_is_smaller(rows):
    assert entry(rows, "expected", "boilers", "SO2")["in_sequence_t"] == pytest.approx(-12.75)


def test_load_outside_is_told_apart(rows):
    pumps = entry(rows, "stated", "heat-pumps", "CO2")
    heat = 1200 * 10 * 0.6 * 2 / 5
    assert pumps["in_sequence_t"] == pytest.approx(-heat / 10 * 1900 / 1000)
    assert pumps["outside_in_sequence_t"] == pytest.approx(heat / 0.0108 * 0.54 / 1000)


def test_sequence_adds_to_the_change(rows, inventories):
    summed = (
        rows.query("scenario == 'stated'").groupby("species", sort=False)["in_sequence_t"].sum()
    )
    change = ledger.tonnes(inventories["stated"])[0] - ledger.tonnes(inventories["reference"])[0]
    np.testing.assert_allclose(summed.to_numpy(), change, rtol=1e-9, atol=1e-9)


def test_the_reference_has_its_own_rows(rows):
    trend = entry(rows, "reference", "trend", "NOx")
    assert trend["order"] == 1
    assert trend["in_sequence_t"] == pytest.approx(0.1 * (1.2e9 * 0.00053 + 6e8 * 0.00028) / 1000)


def test_a_lost_tonne_is_caught(chosen, inventories):
    end = inventories["stated"]
    leaky = {**inventories, "stated": end.assign(activity=end["activity"] * (1 + 1e-7))}
    with pytest.raises(MassError, match="ledger of scenario 'stated'"):
        ledger.build(chosen, leaky)


def test_written_twice_is_the_same(rows, tmp_path):
    for name in ("a.csv", "b.csv"):
        ledger.write(rows, tmp_path / name)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").startswith("scenario,order,id,clause")


def test_a_scenario_without_steps_has_no_rows(chosen, inventories):
    assert ledger.build(chosen[:1], inventories).empty


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(3)), kept=st.integers(0, 3), full=st.booleans())
def test_any_order_of_any_measures_adds_up(chosen, inventories, order, kept, full):
    reference, stated = chosen[1], chosen[2]
    some = tuple(stated.own_steps[i] for i in order[:kept])
    plan_scenario = scenario.Scenario("some", (reference, *some), 2019, full)
    end = plan_scenario.extend(inventories["reference"])
    rows = ledger.build((*chosen[:2], plan_scenario), {**inventories, "some": end})
    summed = rows.query("scenario == 'some'").groupby("species")["in_sequence_t"].sum()
    change = ledger.tonnes(end)[0] - ledger.tonnes(inventories["reference"])[0]
    if kept:
        np.testing.assert_allclose(summed[list(SPECIES)], change, rtol=1e-9, atol=1e-9)
    else:
        assert not change.any()
