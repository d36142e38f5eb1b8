"""The partition against HETP, and the laws that it must keep."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import CHEMISTRY

from emisim import tables
from emisim.chemistry import partition as module
from emisim.chemistry.partition import gas_fractions, partition
from emisim.chemistry.species import molar_mass, sodium_equivalent
from emisim.errors import InputError

SAMPLE = Path(os.environ.get("EMISIM_REFERENCE", "../shared/reference")) / "partition_sample.csv"
SULFUR, NITRATE, AMMONIUM, SODIUM, HYDROGEN = (
    molar_mass(f, CHEMISTRY) for f in ("SO4", "NO3", "NH4", "Na", "H")
)
temperatures = st.floats(258, 308)
humidities = st.floats(0.3, 0.95)
totals = st.one_of(st.just(0.0), st.floats(0.01, 100))
some = st.floats(0.1, 60)


def solve(*values, **others):
    return partition(*values, CHEMISTRY, **others)


@pytest.fixture(scope="module")
def sample():
    if not SAMPLE.is_file():
        pytest.skip("reference/partition_sample.csv is not there")
    return pd.read_csv(SAMPLE)


@pytest.fixture(scope="module")
def compared(sample):
    ammonia = sample["TNH3_ugm3_asNH3"] * AMMONIUM / molar_mass("NH3", CHEMISTRY)
    columns = ("T_K", "RH", "SO4_ugm3", "TNO3_ugm3_asNO3")
    result = solve(*(sample[c].to_numpy() for c in columns), ammonia.to_numpy())
    ours = result.particulate_nitrate / sample["TNO3_ugm3_asNO3"]
    theirs = 1 - sample["hetp_HNO3g_asNO3"] / sample["TNO3_ugm3_asNO3"]
    return pd.DataFrame(
        {
            "error": ours - theirs,
            "temperature": sample["T_K"],
            "rich": ammonia / AMMONIUM > 2 * sample["SO4_ugm3"] / SULFUR,
            "water": np.log(result.water / sample["hetp_ALW_ugm3"]),
            "ammonia": gas_fractions(result)[1] - sample["hetp_NH3g"] / sample["TNH3_ugm3_asNH3"],
        }
    )


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


def test_nitrate_fraction_agrees_with_hetp(compared):
    cold = compared["temperature"] <= 283
    figures = {
        "all": rms(compared["error"]),
        "cold": rms(compared["error"][cold]),
        "rich": rms(compared["error"][compared["rich"]]),
        "rich and warm": rms(compared["error"][compared["rich"] & ~cold]),
    }
    print({k: round(v, 4) for k, v in figures.items()}, "bias", compared["error"].mean())
    assert figures["all"] <= 0.017
    assert figures["cold"] <= 0.018
    assert figures["rich and warm"] <= 0.02
    assert abs(compared["error"].mean()) <= 0.005


def test_water_and_ammonia_agree_with_hetp(compared):
    print(rms(compared["water"]), rms(compared["ammonia"]))
    assert rms(compared["water"]) <= 0.07
    assert rms(compared["ammonia"]) <= 0.02


@settings(deadline=None, max_examples=60)
@given(temperatures, humidities, totals, totals, totals, totals)
def test_masses_and_charges_balance(temperature, humidity, sulfate, nitrate, ammonia, cations):
    r = solve(temperature, humidity, sulfate, nitrate, ammonia, cations=cations)
    assert np.isfinite(np.array(r)).all()
    for part, gas, total in (
        (r.particulate_nitrate, r.gaseous_nitrate, nitrate),
        (r.particulate_ammonium, r.gaseous_ammonia, ammonia),
    ):
        assert 0 <= part <= total
        assert gas >= 0
        assert part + gas == pytest.approx(total, rel=1e-12, abs=1e-12)
    acids = 2 * sulfate / SULFUR + nitrate / NITRATE
    held = min(cations / SODIUM, 0.999999 * acids)
    positive = r.hydrogen / HYDROGEN + r.particulate_ammonium / AMMONIUM + held
    negative = (2 * sulfate - r.bisulfate) / SULFUR + r.particulate_nitrate / NITRATE
    assert positive == pytest.approx(negative, rel=1e-9, abs=1e-7)


@settings(deadline=None, max_examples=60)
@given(temperatures, humidities, some, some, some, st.floats(1.01, 3))
def test_more_of_a_total_never_gives_less_of_it(t, rh, sulfate, nitrate, ammonia, more):
    r = solve(t, rh, sulfate, nitrate * np.array([1, more, 1]), ammonia * np.array([1, 1, more]))
    slack = 1e-6 * max(nitrate, ammonia) * more
    both = r.particulate_nitrate + r.particulate_ammonium
    assert r.particulate_nitrate[1] >= r.particulate_nitrate[0] - slack
    assert r.gaseous_nitrate[1] >= r.gaseous_nitrate[0] - slack
    assert r.particulate_ammonium[2] >= r.particulate_ammonium[0] - slack
    assert (both[1:] >= both[0] - slack).all()


@settings(deadline=None, max_examples=40)
@given(temperatures, humidities, some, some, st.floats(1.01, 3))
def test_ammonia_draws_nitrate_into_the_particles(t, rh, sulfate, nitrate, more):
    enough = 2 * sulfate / SULFUR * AMMONIUM
    ammonia = 1.05 * enough * np.array([1, more])
    base, changed = solve(t, rh, sulfate, nitrate, ammonia).particulate_nitrate
    assert changed >= base - 1e-6 * nitrate


def test_warmth_drives_nitrate_out():
    nitrate = solve(np.linspace(258, 308, 51), 0.6, 10, 12, 12).particulate_nitrate
    assert (np.diff(nitrate) <= 1e-9).all()
    assert nitrate[0] > 0.99 * 12
    assert nitrate[-1] < 0.5 * 12


def test_limits():
    cold = (263.0, 0.7)
    acid = solve(*cold, 10, 10, 0)
    assert acid.particulate_ammonium == 0
    assert acid.particulate_nitrate < 2
    assert acid.ph < 1
    assert solve(*cold, 10, 0, 5).particulate_nitrate == 0
    no_sulfate = solve(*cold, 0, 10, 10)
    assert no_sulfate.particulate_nitrate > 9.9
    assert solve(308.0, 0.3, 0, 1, 1).particulate_nitrate < 1e-3
    poor = solve(298.0, 0.7, 20, 5, 4)
    assert poor.particulate_ammonium > 0.99 * 4
    assert poor.particulate_nitrate < 0.05 * 5
    empty = solve(298.0, 0.7, 0, 0, 0)
    assert empty.particulate_nitrate == empty.particulate_ammonium == 0


def test_rich_air_neutralises_sulfate_and_nitrate():
    r = solve(268.0, 0.7, 10, 10, 60)
    need = AMMONIUM * (20 / SULFUR + r.particulate_nitrate / NITRATE)
    assert r.particulate_ammonium == pytest.approx(need, rel=1e-3)


def test_gas_product_never_exceeds_that_of_the_solid():
    r = solve(298.15, np.linspace(0.3, 0.95, 14), 2, 50, 40)
    moles = r.gaseous_nitrate / NITRATE * r.gaseous_ammonia / AMMONIUM * 1e-12
    pressure = moles * (8.314462618 * 298.15 / 101325) ** 2
    assert (pressure <= 5.746e-17 * (1 + 1e-9)).all()
    assert pressure[0] == pytest.approx(5.746e-17, rel=1e-6)
    assert pressure[-1] < 2e-17


def test_cations_hold_nitrate():
    without = solve(298.0, 0.6, 5, 10, 4)
    dust = sodium_equivalent({"Ca": 2.0, "Mg": 0.3}, CHEMISTRY)
    with_dust = solve(298.0, 0.6, 5, 10, 4, cations=dust)
    assert with_dust.particulate_nitrate > without.particulate_nitrate + 1
    assert with_dust.particulate_ammonium < without.particulate_ammonium
    flooded = solve(298.0, 0.6, 5, 10, 4, cations=1000.0)
    assert flooded.particulate_nitrate == pytest.approx(10, rel=1e-3)


def test_sodium_equivalent_counts_charges():
    assert sodium_equivalent({"Na": 3.0}, CHEMISTRY) == pytest.approx(3.0)
    assert sodium_equivalent({"Ca": 40.078}, CHEMISTRY) == pytest.approx(2 * SODIUM)
    with pytest.raises(InputError, match=r"unknown non-volatile cation(.|\n)*Na, K, Mg, Ca"):
        sodium_equivalent({"Fe": 1.0}, CHEMISTRY)


def test_shapes_broadcast_and_chunks_do_not_matter(monkeypatch):
    grid = solve(np.linspace(260, 300, 5)[:, None], np.linspace(0.3, 0.9, 4), 10, 10, 10)
    assert grid.ph.shape == (5, 4)
    alone = solve(np.linspace(260, 300, 5)[3], np.linspace(0.3, 0.9, 4)[2], 10, 10, 10)
    assert grid.particulate_nitrate[3, 2] == pytest.approx(float(alone.particulate_nitrate), 1e-7)
    frame = CHEMISTRY.frame.copy()
    frame.loc[frame["parameter"] == "chunk", "value"] = 3
    small = tables.Parameters(frame, CHEMISTRY.path)
    cut = partition(np.linspace(260, 300, 5)[:, None], np.linspace(0.3, 0.9, 4), 10, 10, 10, small)
    assert cut.particulate_nitrate == pytest.approx(grid.particulate_nitrate, rel=1e-7)
    assert solve(np.zeros(0), 0.5, 1, 1, 1).ph.shape == (0,)


def test_gas_fraction_of_nothing_is_one():
    nitrate, ammonia = gas_fractions(solve(280.0, 0.5, 1, 0, 0))
    assert nitrate == ammonia == 1


def test_solid_takes_what_exceeds_its_product():
    nitric, ammonia, solid = np.array([3.0, 1.0, 1.0]), np.array([2.0, 1.0, 0.0]), np.full(3, 2.0)
    x = module.precipitate(nitric, ammonia, solid)
    assert (nitric - x)[0] * (ammonia - x)[0] == pytest.approx(2)
    assert x[1:].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (0, 20.0, r"temperature \(K\) is out of range"),
        (1, 55.0, r"humidity \(as a share\)"),
        (2, -1.0, "sulfate"),
        (3, np.nan, "nitrate"),
        (4, np.inf, "ammonia"),
    ],
)
def test_values_out_of_range_are_refused(place, value, message):
    values = [280.0, 0.5, 1.0, 1.0, 1.0]
    values[place] = value
    with pytest.raises(InputError, match=message):
        solve(*values)
