"""Oxidation rates against published rates, and the oxidant feedback against Li et al. (2021)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import CHEMISTRY, FACTORS, weather

from emisim.chemistry import oxidation, rates
from emisim.errors import InputError
from emisim.vocabulary import HALVES, SECTORS

PER_HOUR = 3600 * 100


def test_hydroxyl_constant_is_that_of_the_mechanism():
    k = oxidation.hydroxyl_constant(np.array([298.0, 263.0]), CHEMISTRY)
    assert k == pytest.approx([8.9e-13, 1.02e-12], rel=0.01)
    assert k * 1e6 * PER_HOUR == pytest.approx([0.32, 0.37], abs=0.005)


def test_sulfur_rates_lie_in_the_stated_ranges():
    """Winter dry 0.3-0.7, winter humid 2-5, summer day 2-4, summer night 0.5-1 %/h."""
    winter = oxidation.oxidation_rate("SO2", weather(), CHEMISTRY) * PER_HOUR
    assert 0.3 <= winter[0] <= 0.7
    assert 2 <= winter[2] <= 5
    warm = weather("non-heating", temperature=[300.0, 294.0, 298.0, 296.0])
    summer = oxidation.oxidation_rate("SO2", warm, CHEMISTRY) * PER_HOUR
    assert 2 <= summer[0] <= 4
    assert 0.5 <= summer[1] <= 1
    assert 2 <= summer[2] <= 4


def test_humidity_ramp_rises_between_dry_and_humid():
    humidity = np.linspace(0.3, 0.95, 4)
    fixed = weather(relative_humidity=humidity, temperature=[280.0] * 4)
    fixed = fixed.assign_coords(regime=("class", ["day"] * 4), wet=("class", [False] * 4))
    rate = oxidation.heterogeneous_rate(fixed, CHEMISTRY) * PER_HOUR
    assert rate[0] == pytest.approx(0.3)
    assert rate[-1] == pytest.approx(3.0)
    assert 0.3 < rate[1] < rate[2] < 3.0
    assert rate[1] < (0.3 + 3.0) / 2


def test_a_wet_class_oxidises_like_humid_air():
    dry_air = weather(relative_humidity=[0.3, 0.3, 0.3, 0.3])
    rate = oxidation.heterogeneous_rate(dry_air, CHEMISTRY)
    assert rate[3] > 5 * rate[2]


@pytest.mark.parametrize("half", HALVES)
def test_day_makes_more_nitrate_than_night(half):
    rate = oxidation.oxidation_rate("NOx", weather(half), CHEMISTRY) * PER_HOUR
    assert rate[0] > rate[1] > 0
    assert rate[0] < 12


def test_precursor_ages_in_a_day_and_particles_do_not_oxidise():
    rate = oxidation.oxidation_rate("precursor", weather(), CHEMISTRY)
    assert rate == pytest.approx(1 / 86400)
    assert (oxidation.oxidation_rate("fine", weather(), CHEMISTRY) == 0).all()


def test_conversion_is_the_rate_times_the_mass_ratio():
    made = rates.conversion("SO2-SO4", weather(), FACTORS)
    rate = oxidation.oxidation_rate("SO2", weather(), CHEMISTRY)
    assert made / rate == pytest.approx(96.06 / 64.06, rel=1e-4)
    assert rates.mass_ratio("NOx-TN", FACTORS) == pytest.approx(62.0 / 46.0, rel=1e-3)
    assert rates.mass_ratio("TA", FACTORS) == pytest.approx(18.04 / 17.03, rel=1e-3)
    assert rates.mass_ratio("precursor-SOA", FACTORS) == rates.mass_ratio("fine", FACTORS) == 1


def test_what_is_oxidised_is_what_is_made():
    loss, _ = rates.losses("NOx", weather(), FACTORS)
    made = rates.conversion("NOx-TN", weather(), FACTORS)
    assert made / rates.mass_ratio("NOx-TN", FACTORS) == pytest.approx(loss)


def test_precursor_factors_are_known_for_every_sector():
    carbon_monoxide = {s: oxidation.precursor_factor("CO", s, CHEMISTRY) for s in SECTORS}
    assert carbon_monoxide.pop("burning") == 0.013
    assert set(carbon_monoxide.values()) == {0.069}
    organic = [oxidation.precursor_factor("VOC", s, CHEMISTRY) for s in SECTORS]
    assert min(organic) >= 0.05
    assert max(organic) <= 0.10


@pytest.mark.parametrize(("region", "gain", "loss"), [("BTH", 4.1, 10.5), ("YRD", 5.1, 7.7)])
def test_winter_nitrate_answers_to_cuts_as_published(region, gain, loss):
    """Li et al. (2021): percent of nitrate per -10 % NOx, before and after the switch-over."""
    cuts = np.arange(0, 0.81, 0.1)
    ratio = 1 - cuts
    phi = oxidation.oxidant_feedback(ratio, 1.0, "heating", CHEMISTRY, region)
    nitrate = phi * ratio
    steps = 100 * np.diff(nitrate)
    assert steps[:4] == pytest.approx(gain, abs=0.05)
    assert steps[4:] == pytest.approx(-loss, abs=0.05)
    assert -np.log(phi[1]) / np.log(ratio[1]) == pytest.approx(1.4, abs=0.1)


def test_summer_nitrate_follows_nox():
    ratio = np.linspace(0.05, 1.5, 30)
    phi = oxidation.oxidant_feedback(ratio, 1.0, "non-heating", CHEMISTRY)
    assert phi == pytest.approx(1)


@given(st.floats(0.001, 3), st.floats(0.001, 3), st.sampled_from(["", "BTH", "YRD"]))
def test_feedback_is_monotone(one, other, region):
    low, high = sorted((one, other))
    nox = oxidation.oxidant_feedback(np.array([low, high]), 1.0, "heating", CHEMISTRY, region)
    assert nox[0] >= nox[1] - 1e-12
    voc = oxidation.oxidant_feedback(1.0, np.array([low, high]), "heating", CHEMISTRY, region)
    assert voc[0] <= voc[1]


@pytest.mark.parametrize("half", HALVES)
def test_nitrate_is_continuous_and_ends_at_zero(half):
    ratio = np.linspace(1e-6, 2, 20001)
    nitrate = oxidation.nitrate_response(ratio, half, CHEMISTRY)
    assert np.abs(np.diff(nitrate)).max() < 1e-3
    assert nitrate[0] < 1e-4
    assert oxidation.oxidant_feedback(1.0, 1.0, half, CHEMISTRY) == 1


def test_sulfate_takes_part_of_the_feedback():
    phi = np.array([0.8, 1.0, 1.5])
    sulfate = oxidation.sulfate_feedback(phi, "heating", CHEMISTRY)
    assert sulfate[1] == 1
    assert 0.8 < sulfate[0] < 1 < sulfate[2] < 1.5


def test_wrong_asks_are_refused():
    with pytest.raises(InputError, match="unknown half of the year"):
        rates.conversion("SO2-SO4", weather("spring"), FACTORS)
    with pytest.raises(InputError, match="unknown pathway that converts"):
        rates.conversion("fine", weather(), FACTORS)
    with pytest.raises(InputError, match="unknown emission ratio"):
        oxidation.oxidant_feedback(0.0, 1.0, "heating", CHEMISTRY)
    with pytest.raises(InputError, match="unknown region"):
        oxidation.oxidant_feedback(1.0, 1.0, "heating", CHEMISTRY, "PRD")
