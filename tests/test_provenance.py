"""The provenance record: complete, deterministic, free of the machine."""

import hashlib
import json

import pytest
import xarray as xr

from emisim import __version__, provenance
from emisim.errors import InputError


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inputs").mkdir()
    paths = [tmp_path / "inputs" / name for name in ("a.csv", "b.csv")]
    for path in paths:
        path.write_text(path.stem)
    return paths


@pytest.fixture(autouse=True)
def stage(monkeypatch):
    monkeypatch.setattr(provenance, "code_digest", lambda name: f"code of {name}")


def test_record_names_version_inputs_packages_and_code(files):
    found = provenance.record("inventory", files, year=2018)
    assert found["emisim"] == __version__
    assert found["inputs"]["inputs/a.csv"] == hashlib.sha256(b"a").hexdigest()
    assert found["packages"]["numpy"][0].isdigit()
    assert found["stages"] == {"inventory": "code of inventory"}
    assert found["year"] == 2018


def test_no_absolute_path_whatever_the_caller_gives(files, tmp_path):
    elsewhere = tmp_path.parent / "outside.epw"
    elsewhere.write_text("x")
    found = provenance.record("weather", [*files, elsewhere])
    assert set(found["inputs"]) == {"inputs/a.csv", "inputs/b.csv", "outside.epw"}
    assert str(tmp_path) not in provenance.canonical(found)


def test_digest_is_stable_and_sees_every_byte(files):
    first = provenance.digest(provenance.record("inventory", files))
    assert first == provenance.digest(provenance.record("inventory", reversed(files)))
    assert len(first) == 12
    files[1].write_text("b ")
    assert provenance.digest(provenance.record("inventory", files)) != first


def test_a_result_inherits_its_ancestors(files):
    first = provenance.record("inventory", files[:1], assumed_share={"SO2": 0.5})
    second = provenance.record("scenarios", files[1:], [first], scenarios=["base"])
    assert set(second["inputs"]) == {"inputs/a.csv", "inputs/b.csv"}
    assert set(second["stages"]) == {"inventory", "scenarios"}
    assert second["assumed_share"] == {"SO2": 0.5}


def test_results_of_different_inputs_are_not_joined(files):
    first = provenance.record("inventory", files)
    files[0].write_text("changed")
    second = provenance.record("inventory", files)
    with pytest.raises(InputError, match=r"inputs/a\.csv has changed"):
        provenance.record("air", [], [first, second])


def test_a_dataset_keeps_its_record(files, tmp_path):
    made_from = provenance.record("inventory", files, name_zh="阳泉")
    provenance.stamp(xr.Dataset({"x": 1.0}), made_from).to_netcdf(tmp_path / "x.nc")
    with xr.open_dataset(tmp_path / "x.nc") as read:
        assert provenance.of(read) == made_from
        assert read.attrs["provenance"] == provenance.digest(made_from)


def test_a_dataset_without_record_is_refused():
    with pytest.raises(InputError, match=r"x\.nc: .*no provenance record"):
        provenance.of(xr.Dataset(), "x.nc")


def test_report_lists_outputs(files):
    made_from = provenance.record("inventory", files[:1])
    report = provenance.report(made_from, files[1:])
    assert report["outputs"] == {"inputs/b.csv": hashlib.sha256(b"b").hexdigest()}
    assert report["digest"] == provenance.digest(made_from)
    assert json.loads(json.dumps(report)) == report
