"""Binary solutions against measured activity coefficients and solubilities."""

import numpy as np
import pytest
from synthetic import CHEMISTRY

from emisim.chemistry import electrolytes, equilibrium

ROWS = electrolytes.activity_rows(CHEMISTRY)
WATER = electrolytes.water_rows(CHEMISTRY)
WARM = np.array([298.15])


def reduced(salt, ionic, temperature=WARM):
    names = electrolytes.BINARIES
    values = electrolytes.binary(np.array([ionic]), temperature, ROWS, len(names))
    return float(values[names.index(salt), 0])


@pytest.mark.parametrize(
    ("salt", "measured"),
    [("NaCl", 0.657), ("NH4NO3", 0.504), ("NH4Cl", 0.603), ("HCl", 0.809), ("HNO3", 0.724)],
)
def test_mean_activity_coefficients_at_1_mol_per_kg(salt, measured):
    """Robinson and Stokes, Electrolyte Solutions, 25 degC."""
    assert np.exp(reduced(salt, 1.0)) == pytest.approx(measured, rel=0.1)


def test_dilute_solutions_follow_debye_and_hueckel():
    for salt in electrolytes.BINARIES:
        z = 2 if salt in electrolytes.SULFATES.values() else 1
        limit = -z * 0.51 * np.log(10) * np.sqrt(1e-5)
        assert reduced(salt, 1e-5) == pytest.approx(limit, rel=0.02)


def test_mixing_of_one_salt_is_the_binary():
    molality = np.array([2.0, 7.0])
    cations = np.stack([0 * molality, molality])
    anions = np.stack([0 * molality, 0 * molality, molality])
    warm = np.full(2, 285.0)
    mixed = electrolytes.activities(cations, anions, warm, ROWS)[equilibrium.AMMONIUM_NITRATE]
    pure = electrolytes.binary(molality, warm, ROWS, 7)[electrolytes.BINARIES.index("NH4NO3")]
    assert mixed == pytest.approx(pure, abs=1e-12)


def test_an_unused_cation_changes_nothing():
    cations = np.array([[0.1], [4.0], [0.0]])
    anions = np.array([[1.0], [0.2], [2.0]])
    with_sodium = electrolytes.activities(cations, anions, WARM, ROWS)
    without = electrolytes.activities(cations[:2], anions, WARM, ROWS)
    assert with_sodium[:2] == pytest.approx(without, abs=1e-12)


@pytest.mark.parametrize(
    ("salt", "humidity", "solubility"), [("(NH4)2SO4", 0.7997, 5.79), ("NH4NO3", 0.618, 25.9)]
)
def test_molality_at_deliquescence_is_the_solubility(salt, humidity, solubility):
    molality = 1 / electrolytes.water_per_mole(np.array([humidity]), WATER)[salt][0]
    assert molality == pytest.approx(solubility, rel=0.01)


def test_saturated_ammonium_nitrate_agrees_with_the_solid():
    """Over a saturated solution the product of the gases is that of the solid, at 25 degC."""
    k = equilibrium.constants(WARM, CHEMISTRY)
    base = k["ammonia-solubility"] * k["ammonia-base"] / k["water"]
    ions = (25.9 * np.exp(reduced("NH4NO3", 25.9))) ** 2
    product = ions / (k["nitric-acid"] * base)
    assert product[0] == pytest.approx(k["ammonium-nitrate-solid"][0], rel=0.25)


def test_solid_dissociation_at_25_degrees_is_57_ppb2():
    k = equilibrium.constants(WARM, CHEMISTRY)["ammonium-nitrate-solid"]
    assert k[0] * 1e18 == pytest.approx(57.46, rel=1e-3)


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_water_is_continuous_and_grows_with_every_salt(weight):
    per_mole = electrolytes.water_per_mole(np.full(401, 0.7), WATER)
    ammonium = np.linspace(0, 4, 401)
    one = np.ones(401)

    def water(nitrate, sodium=0.0):
        solute = electrolytes.Solute(one, nitrate * one, ammonium, sodium * one)
        return electrolytes.water(solute, per_mole, weight)

    assert np.abs(np.diff(water(1.0))).max() < 0.05 * water(1.0).max()
    assert (water(2.0) >= water(1.0)).all()
    assert (water(1.0, 0.5) > 0).all()
