"""What the suite reaches, in small; the long ones are marked slow."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emisim import tables
from emisim.validation import (
    aermod,
    analytic,
    cache,
    class_sets,
    conservation,
    experiment,
    hourly_section,
    inorganic,
    page,
)
from emisim.validation.hourly_section import STATION, Inputs
from emisim.validation.section import Check, Section, absent
from emisim.weather import class_tables

FACTORS = Path("inputs/factors")
P, TRANSPORT, METEOROLOGY, CHEMISTRY = (
    tables.read_parameters(FACTORS / f"{name}.csv")
    for name in ("validation", "transport", "meteorology", "chemistry")
)
WEATHER = class_tables.read("inputs/weather/yushe")
REFERENCE = Path(os.environ.get("EMISIM_REFERENCE", "../shared/reference"))
RECORDS = Path(os.environ.get("EMISIM_WEATHER", "../shared/obs/weather"))


def reached(section):
    assert section.checks, section.text
    missed = {c.name: c.measured for c in section.checks if not c.reached}
    print({c.name: c.measured for c in section.checks})
    assert missed == {}


def test_closed_forms():
    reached(analytic.section(P, TRANSPORT))


def test_mass_and_adjoint():
    frame = P.frame.copy()
    small = (frame["technology"] == "conservation") & (frame["parameter"] == "width")
    frame.loc[small, "value"] = 12.0
    section = conservation.section(WEATHER, tables.Parameters(frame, P.path), TRANSPORT)
    reached(section)
    assert section.tables["Relative gaps"]["least concentration"].min() >= 0


def test_ammonia_response_is_convex():
    reached(inorganic.ammonia(WEATHER, P, CHEMISTRY))


def test_partition():
    if not (REFERENCE / inorganic.FILE).is_file():
        pytest.skip("reference data are not there")
    reached(inorganic.section(REFERENCE, P, CHEMISTRY))


@pytest.mark.slow
def test_aermod():
    if not (REFERENCE / aermod.FOLDER).is_dir():
        pytest.skip("reference data are not there")
    reached(aermod.section(REFERENCE, P, TRANSPORT, METEOROLOGY))


def inputs(folder):
    return Inputs(P, METEOROLOGY, TRANSPORT, Path("inputs/weather/precipitation.csv"), folder)


@pytest.fixture(scope="module")
def records():
    if not RECORDS.is_dir():
        pytest.skip("hourly files are not there")
    return hourly_section.find_records(RECORDS, METEOROLOGY)


def test_classes_against_six_weeks_hour_by_hour(records, tmp_path):
    """Both models in small: six weeks, a mesh of few cells, the classes of those weeks."""
    record = records[STATION].iloc[: 24 * 42].copy()
    record.attrs = records[STATION].attrs
    label = hourly_section.weather_of(record, inputs(tmp_path))
    hours = label(class_sets.variants(P, METEOROLOGY)["default"])
    frame = P.frame.copy()
    frame.loc[(frame["technology"] == "coarse-reference") & (frame["parameter"] == "cells"),
              "value"] = 11  # fmt: skip
    s = experiment.setting(tables.Parameters(frame, P.path), TRANSPORT, "coarse-reference")
    truth = experiment.reference(hours, s, P, tmp_path, "short")[0]
    classes = class_sets.regimes.classify(hours)
    model = experiment.one_half(classes, "heating", s, P, inputs(tmp_path).numerics())
    bias = model.sum(axis=(1, 2)) / truth.sum(axis=(1, 2)) - 1
    print(bias)
    assert abs(bias[:3]).max() < 0.12
    assert abs(bias[3]) < 0.25
    again = experiment.reference(hours, s, P, tmp_path, "short")[0]
    assert (again == truth).all()
    assert len(list(tmp_path.glob("short-*.npz"))) == 1


@pytest.mark.slow
def test_year_hour_by_hour(records, tmp_path):
    s = experiment.setting(P, TRANSPORT, hourly_section.COARSE)
    here = inputs(tmp_path)
    truth = hourly_section.truth_of(records[STATION], s, hourly_section.COARSE, here)
    label = hourly_section.weather_of(records[STATION], here)
    hours = label(class_sets.variants(P, METEOROLOGY)["default"])
    weather = class_sets.regimes.classify(hours)
    _, score = hourly_section.scored(weather, truth, s, here)
    assert abs(score[0, :3, :3]).max() < 0.055
    assert abs(score[0, 3, :3]).max() < 0.12
    _, steady = hourly_section.scored(experiment.superposed(weather), truth, s, here)
    assert steady[0, 0, 3] > 0.3


def test_variants_change_one_thing_each():
    sets = class_sets.variants(P, METEOROLOGY)
    default = sets.pop("default")
    assert len(sets) >= 8
    for name, one in sets.items():
        changed = [n for n in vars(default) if getattr(one, n) != getattr(default, n)]
        assert len(changed) == 1, name
    assert sets["1 speed"].speed_edges == ()
    assert sets["3 speeds"].speed_edges == (1.5, 3.5)


def test_sources_emit_the_same_and_in_time():
    s = experiment.setting(P, TRANSPORT, "coarse-reference")
    total = s.fields.sum(axis=(1, 2))
    assert total == pytest.approx(np.full(4, total[0]))
    assert s.layers.sum(axis=1) == pytest.approx(np.ones(4))
    assert s.profiles.mean(axis=1) == pytest.approx(np.ones(4))
    assert s.profiles[1, 12] > 1 > s.profiles[1, 2]
    assert s.profiles[2, 2] > 1 > s.profiles[2, 12]


def test_scores_of_a_known_field():
    s = experiment.setting(P, TRANSPORT, "coarse-reference")
    truth = np.ones((4, *s.mesh.shape[:2]))
    error, bias = 0.25, 0.1
    sign = np.where(np.indices(truth.shape[1:]).sum(axis=0) % 2, 1, -1)
    got = experiment.scores(truth * (1 + bias), truth, s, P)
    assert got == pytest.approx(np.full(got.shape, bias))
    noisy = experiment.scores(truth + error * sign, truth, s, P)
    assert noisy[1] == pytest.approx(np.full(noisy[1].shape, error))
    assert abs(noisy[0]).max() < error


def test_page_prints_what_is_missed_and_what_was_not_run():
    table = pd.DataFrame({"a": [1.23456, np.nan], "b": ["x", 3]})
    bad = Section("k", "Part", ["Text."], {"Caption": table}, [Check("n", 0.3, 0.0, 0.1)])
    text = page.text([bad, absent("z", "Other", "file.csv")], "figures")
    assert "1 targets, 0 reached, 1 missed. Not run: Other." in text
    assert "| Part | n | 0.3 | 0 to 0.1 | **missed** |" in text
    assert "| 1.23 | x |" in text
    assert "| - | 3 |" in text
    assert "Reference data not at hand (file.csv)" in text
    assert not Check("n", float("nan"), 0, 1).reached


def test_absent_data_are_said_to_be_absent(tmp_path):
    here = inputs(tmp_path)
    for section in (
        aermod.section(None, P, TRANSPORT, METEOROLOGY),
        inorganic.section(tmp_path, P, CHEMISTRY),
        hourly_section.section(here, {}),
    ):
        assert not section.checks
        assert "not at hand" in section.text[0]


def test_long_runs_are_kept_until_an_input_changes(tmp_path):
    calls = []

    def compute():
        calls.append(1)
        return {"x": np.arange(3)}

    source = tmp_path / "code.py"
    source.write_text("a")
    key = cache.digest([source], np.ones(2))
    for _ in range(2):
        assert cache.remember(tmp_path, "run", key, compute)["x"].tolist() == [0, 1, 2]
    assert len(calls) == 1
    source.write_text("b")
    assert cache.digest([source], np.ones(2)) != key
    assert cache.digest([source], np.ones(3)) != cache.digest([source], np.ones(2))
    cache.remember(tmp_path, "run", "other", compute)
    assert [p.name for p in tmp_path.glob("run-*")] == ["run-other.npz"]


def test_superposed_classes_stay_and_keep_their_direction():
    steady = experiment.superposed(WEATHER)
    assert (steady["transition"].sel(half="heating").to_numpy() == np.eye(42)).all()
    turn = steady["u"] * WEATHER["v"] - steady["v"] * WEATHER["u"]
    assert abs(turn).max() < 1e-9


def test_replaced_profiles_know_nothing_of_the_hour():
    s = experiment.setting(P, TRANSPORT, "coarse-reference")
    assert (experiment.without_covariance(s).profiles == 1).all()
    assert replace(s).profiles is s.profiles
