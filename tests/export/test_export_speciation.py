"""Species of a mechanism: nothing of the inventory is lost or counted twice."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest

from emisim.errors import InputError
from emisim.export import speciation
from emisim.vocabulary import SECTORS, SPECIES
from export.paths import INPUTS, TABLES

ATOMS = {"H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "S": 32.06, "Cl": 35.45}
NO_VOC = {"dust"}


def ones(sector):
    """1 kg of every piece that the sector has."""
    fine = {"PM10": 4.0, "PM2.5": 3.0, "BC": 1.0, "OC": 1.0, "VOC": float(sector not in NO_VOC)}
    return np.array([fine.get(s, 1.0) for s in SPECIES])


EMITTED = {sector: ones(sector) for sector in SECTORS}
TABLE = pd.read_csv(TABLES / "lumping.csv")
MASSES = pd.read_csv(TABLES / "molar_masses.csv").set_index("part")


def formula(part):
    text = re.search(r"atomic weights of (\w+)", MASSES.loc[part, "note"]).group(1)
    return {e: int(n or 1) for e, n in re.findall(r"(Cl|[HCNOS])(\d*)", text)}


@pytest.fixture(scope="module", params=["cb6_ae6", "radm2_sorgam"])
def mechanism(request):
    return speciation.read(TABLES, request.param, EMITTED)


def test_both_mechanisms_are_there():
    assert speciation.mechanisms(TABLES) == ["cb6_ae6", "radm2_sorgam"]


def test_pieces_hold_every_kg_once():
    total = dict(zip(SPECIES, speciation.pieces().sum(axis=0), strict=True))
    once = {"SO2", "NOx", "CO", "VOC", "NH3", "PM10", "CO2"}
    assert {s for s, n in total.items() if n == 1} == once
    assert {s for s, n in total.items() if n == 0} == {"PM2.5", "BC", "OC"}


def test_molar_masses_follow_from_the_formula():
    for part, mass in MASSES["value"].items():
        assert mass == pytest.approx(sum(ATOMS[e] * n for e, n in formula(part).items()))


@pytest.mark.parametrize("sector", SECTORS)
def test_aerosol_mass_is_that_of_pm10(mechanism, sector):
    grams = ones(sector) @ mechanism.of(sector)
    aerosol = [g for g, kind in zip(grams, mechanism.kind, strict=True) if kind == "aerosol"]
    assert sum(aerosol) == pytest.approx(4000.0, rel=1e-12)


@pytest.mark.parametrize("sector", SECTORS)
def test_moles_of_inorganic_gases(mechanism, sector):
    moles = dict(zip([s.upper() for s in mechanism.species], mechanism.of(sector).T, strict=True))
    at = {name: SPECIES.index(name) for name in ("NOx", "SO2", "CO", "NH3")}
    assert moles["NO"][at["NOx"]] + moles["NO2"][at["NOx"]] == pytest.approx(1000 / 46.005)
    assert moles["NO"][at["NOx"]] > moles["NO2"][at["NOx"]]
    for name, mass in (("SO2", 64.058), ("CO", 28.010), ("NH3", 17.031)):
        assert moles[name][at[name]] == pytest.approx(1000 / mass)


def test_carbon_bond_keeps_the_carbon_of_every_compound():
    carbon = pd.read_csv(TABLES / "carbon.csv").set_index("to")["value"]
    rows = TABLE[(TABLE["mechanism"] == "cb6_ae6") & (TABLE["kind"] == "gas")]
    checked = 0
    for part, own in rows.groupby("part"):
        if formula(part).get("C", 0) and part != "CO":
            kept = (own["value"] * own["to"].map(carbon)).sum()
            assert kept == formula(part)["C"], part
            checked += 1
    assert checked > 25


def test_every_part_of_a_profile_is_in_every_mechanism():
    parts = set(pd.read_csv(TABLES / "profiles.csv")["part"])
    for _, own in TABLE.groupby("mechanism"):
        assert parts == set(own["part"])


def test_carbon_dioxide_is_named_as_not_carried(mechanism):
    assert mechanism.missing() == ["CO2"]


def copied(folder, table, change):
    target = folder / "inputs" / "export"
    shutil.copytree(TABLES, target)
    shutil.copy(INPUTS / "sources.csv", target.parent)
    frame = pd.read_csv(target / table, dtype=str, keep_default_na=False)
    change(frame).to_csv(target / table, index=False)
    return target


def test_a_sector_with_voc_needs_a_profile():
    bad = {**EMITTED, "dust": np.ones(len(SPECIES)) + ones("dust")}
    with pytest.raises(InputError, match="no profile divides 'VOC' of sector 'dust'"):
        speciation.read(TABLES, "cb6_ae6", bad)


def test_a_profile_that_does_not_add_to_one(tmp_path):
    folder = copied(tmp_path, "profiles.csv", lambda t: t[t["part"] != "toluene"])
    with pytest.raises(InputError, match=r"parts of 'VOC' of sector '.*' do not add to 1"):
        speciation.read(folder, "cb6_ae6", EMITTED)


def test_a_misspelt_part(tmp_path):
    change = {"part": {"toluene": "tolune"}}
    folder = copied(tmp_path, "lumping.csv", lambda t: t.replace(change))
    with pytest.raises(InputError, match="tolu"):
        speciation.read(folder, "cb6_ae6", EMITTED)


def test_unknown_mechanism():
    with pytest.raises(InputError, match="unknown mechanism"):
        speciation.read(TABLES, "cb7", EMITTED)
