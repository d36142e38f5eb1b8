"""Dry deposition and wet scavenging: stated sizes, limits and sharing between gas and particle."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import FACTORS, weather

from emisim.chemistry import deposition, oxidation, rates
from emisim.errors import InputError
from emisim.vocabulary import HALVES
from emisim.weather import class_tables

STATION = Path(__file__).parents[2] / "inputs" / "weather" / "yushe"
TABLE = FACTORS["deposition"]
DAY = 0


def velocity(family, gas=None, **changes):
    return deposition.deposition_velocity(family, weather(**changes), FACTORS, gas)


@pytest.mark.parametrize(
    ("family", "low", "high"),
    [
        ("SO2", 0.15, 0.6),
        ("NOx", 0.015, 0.3),
        ("fine", 0.07, 0.3),
        ("coarse", 0.3, 2.0),
        ("precursor", 0.0, 0.4),
    ],
)
def test_day_velocities_lie_in_the_stated_ranges(family, low, high):
    """Defaults in cm/s, all surfaces, an ordinary day."""
    found = 100 * velocity(family)[DAY]
    assert (found >= low).all()
    assert (found <= high).all()


def test_nitric_acid_deposits_as_fast_as_the_air_brings_it():
    found = velocity("TN", 1.0)[DAY]
    limit = 1 / (
        deposition.aerodynamic_resistance(weather(), FACTORS)
        + deposition.quasi_laminar_resistance("HNO3", weather(), FACTORS)[:, None]
    )
    assert (found < limit[DAY]).all()
    assert (found > limit[DAY] / 2).all()
    assert 1.0 <= 100 * found[:3].min() <= 100 * found[:3].max() <= 4.0


def test_no_velocity_passes_the_aerodynamic_limit():
    limit = 1 / deposition.aerodynamic_resistance(weather(), FACTORS)
    for family in deposition.FAMILIES:
        assert (velocity(family, 0.5) <= limit).all()


def test_a_calm_stable_night_deposits_less():
    for family in deposition.FAMILIES:
        found = velocity(family, 0.5)
        assert (found[1] < found[DAY]).all()


def test_aerodynamic_resistance_of_neutral_air_is_the_logarithm():
    found = deposition.aerodynamic_resistance(weather(), FACTORS)[2]
    roughness = np.array([1, 0.1, 1, 0.0002])
    assert found == pytest.approx(np.log(10 / roughness) / (0.4 * 0.3), rel=1e-12)


def test_stability_correction_is_continuous_at_neutral():
    found = deposition.heat_correction(np.array([-1e-9, 0.0, 1e-9]), FACTORS)
    assert found == pytest.approx(0, abs=1e-7)
    values = deposition.heat_correction(np.linspace(-5, 5, 201), FACTORS)
    assert (np.diff(values) <= 0).all()


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 1))
def test_gas_fraction_weighs_gas_and_particle(gas):
    """Total nitrate and total ammonium: linear between particle and gas."""
    for family in deposition.GASES:
        whole, none = velocity(family, 1.0), velocity(family, 0.0)
        assert velocity(family, gas) == pytest.approx(gas * whole + (1 - gas) * none)
        assert none == pytest.approx(velocity("fine"))
        assert (whole > none).all()


def test_gas_fraction_may_differ_by_class():
    mixed = velocity("TN", np.array([0.0, 0.0, 1.0, 1.0]))
    assert mixed[:2] == pytest.approx(velocity("TN", 0.0)[:2])
    assert mixed[2:] == pytest.approx(velocity("TN", 1.0)[2:])


def test_lifetime_of_nitrate_shrinks_with_its_gas():
    """Dry lifetime in 600 m: of the order of 85, 62, 43, 27 h at 2, 5, 10, 20 % gas."""
    day = [velocity("TN", g)[DAY, 1] for g in (0.02, 0.05, 0.1, 0.2)]
    night = [velocity("TN", g)[1, 1] for g in (0.02, 0.05, 0.1, 0.2)]
    hours = 600 / (np.array([day, night]).mean(axis=0) * 3600)
    print(hours.round(0))
    assert (np.diff(hours) < 0).all()
    assert hours == pytest.approx([85, 62, 43, 27], rel=1.0)


@pytest.mark.parametrize(
    ("species", "in_cloud"), [("HNO3", 4.4e-4), ("fine", 3.2e-4), ("SO2", 0.95e-4)]
)
def test_in_cloud_rates_at_one_millimetre_per_hour(species, in_cloud):
    """EMEP ratios at 1.14 mm/h, rate = W P[mm/s]."""
    inside, _ = deposition.scavenging_coefficients(species, TABLE)
    assert 1.14 * inside == pytest.approx(in_cloud, rel=0.02)


def test_below_cloud_rates():
    found = {s: deposition.scavenging_coefficients(s, TABLE)[1] * 3600
             for s in ("SO2", "HNO3", "NH3", "fine", "coarse")}  # fmt: skip
    wanted = {"SO2": 0.15, "HNO3": 0.5, "NH3": 0.5, "fine": 0.0208, "coarse": 0.416}
    assert found == pytest.approx(wanted)


def test_only_wet_classes_are_washed_and_in_proportion_to_rain():
    one = deposition.scavenging_rate("fine", weather(), FACTORS)
    two = deposition.scavenging_rate("fine", weather(rain=[0.5, 0.0, 0.0, 2.28]), FACTORS)
    assert (one[:3] == 0).all()
    assert (two[:3] == 0).all()
    assert two[3] == pytest.approx(2 * one[3])
    assert (deposition.scavenging_rate("NOx", weather(), FACTORS) == 0).all()


def test_losses_join_oxidation_and_washing():
    loss, speed = rates.losses("SO2", weather(), FACTORS)
    washed = deposition.scavenging_rate("SO2", weather(), FACTORS)
    assert loss - washed == pytest.approx(
        oxidation.oxidation_rate("SO2", weather(), FACTORS["chemistry"])
    )
    assert loss.shape == (4,)
    assert speed.shape == (4, len(deposition.SURFACES))


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("family", deposition.FAMILIES)
def test_losses_of_a_real_station(half, family):
    loss, speed = rates.losses(family, class_tables.read(STATION).sel(half=half), FACTORS, 0.2)
    assert loss.shape[0] == speed.shape[0]
    assert np.isfinite(loss).all()
    assert np.isfinite(speed).all()
    assert (loss >= 0).all()
    assert (speed > 0).all()
    assert speed.max() < 0.05


def test_wrong_asks_are_refused():
    with pytest.raises(InputError, match="TN needs the share of it that is gas"):
        rates.losses("TN", weather(), FACTORS)
    with pytest.raises(InputError, match=r"found:   1\.5"):
        rates.losses("TA", weather(), FACTORS, 1.5)
    with pytest.raises(InputError, match="unknown loss family"):
        rates.losses("SO4", weather(), FACTORS)
