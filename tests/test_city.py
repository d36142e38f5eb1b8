"""A city folder in small: inventory by hand, each fault named before any computing."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from emisim import inventory
from emisim.city import City
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.sectors import _common as common

MINI = Path(__file__).parent / "data" / "mini"


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(MINI, tmp_path / "inputs"))


def read(folder: Path) -> City:
    return City.read(folder / "cities" / "mini", Factors(folder / "factors"))


def boilers(city: City):
    rows = city.table("boilers")
    factor, factor_assumed = common.emission_factors(rows, city.factors["combustion"])
    removal, removal_assumed = common.removal_from_controls(rows, factor, city.factors["controls"])
    return common.assemble(
        rows,
        common.annual(rows, city, "boilers"),
        factor,
        removal,
        np.ones(len(rows)),
        factor_assumed | removal_assumed,
        city,
    )


def test_inventory_from_tables_by_hand(folder):
    built = boilers(read(folder))
    assert built["source"].values.tolist() == ["works", "small@Upper", "small@Lower"]
    annual = built["activity"].sum("month")
    assert annual.values == pytest.approx([5000, 6000, 2000])
    works = inventory.emission(built).sel(source="works").sum("month")
    assert float(works.sel(species="SO2")) == pytest.approx(5000 * 17 * 0.2)
    assert float(works.sel(species="PM2.5")) == pytest.approx(5000 * 4 * 0.1)
    # coarse part 6 kg/t with 95 % removed beside fine part 4 kg/t with 90 % removed
    assert float(works.sel(species="PM10")) == pytest.approx(5000 * (4 * 0.1 + 6 * 0.05))
    assert float(works.sel(species="BC")) == pytest.approx(5000 * 1 * 0.1)
    assert built["place"].values.tolist() == ["", "builtup:Upper", "builtup:Lower"]


def test_own_stack_data_win_over_the_release_class(folder):
    built = boilers(read(folder))
    assert built["stack_height"].values.tolist() == [60, 40, 40]
    assert built["exit_temperature"].values == pytest.approx(393.15)


def test_assumed_flags_follow_rows_and_devices(folder):
    built = boilers(read(folder))
    assumed = built["factor_assumed"].sel(source="works")
    assert bool(assumed.sel(species="SO2"))  # the desulphurisation efficiency is assumed
    assert not bool(assumed.sel(species="PM10"))
    assert built["activity_status"].values.tolist() == ["reported", "assumed", "assumed"]


def test_a_row_may_lie_in_a_zone(folder):
    path = folder / "cities/mini/boilers.csv"
    first, *rows = path.read_text(encoding="utf-8").splitlines()
    zones = ["zone", "town-10-km", *[""] * (len(rows) - 1)]
    lines = [f"{line},{zone}" for line, zone in zip([first, *rows], zones, strict=True)]
    assert set(boilers(read(folder))["zone"].values) == {""}
    path.write_text("\n".join(lines), encoding="utf-8")
    built = boilers(read(folder))
    inside = inventory.select(built, zone="town-10-km")
    assert built["source"].values[inside.values].tolist() == ["works"]


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


TABLE = "cities/mini/boilers.csv"
FAULTS = {
    "district": (TABLE, "works,Lower", "works,Lowr", "row 2, column district", "Lower"),
    "fuel": (TABLE, "boiler-coal,coal", "boiler-coal,cole", "row 2, column fuel", "coal"),
    "process": (TABLE, "boiler-coal", "boiler-cole", "row 2, column process", "boiler-coal"),
    "negative": (TABLE, "5,kt,4", "-5,kt,-6", "column value: value is below 0", "-5"),
    "unit": (TABLE, "kt,4", "m3,4", "row 2, column unit: unit 'm3'", "'t'"),
    "no unit": (TABLE, "kt,4", ",4", "row 2, column unit: cell is empty", "correct the cell"),
    "duplicate id": (TABLE, "small,", "works,", "first given in row 2", "keep one"),
    "proxy": (TABLE, "population,", "people,", "unknown proxy", "population"),
    "device": (TABLE, "bag+fgd", "bagg+fgd", "unknown control device", "bag"),
    "sector": ("factors/processes.csv", "boilers", "boiler", "column sector", "boilers"),
    "profile": ("factors/processes.csv", "flat", "flatt", "unknown month profile", "flat"),
    "profile sum": ("factors/profiles.csv", "0.0833", "0.0933", "does not sum to 1", "flat"),
    "zero proxy": ("cities/mini/districts.csv", "Lower,pop", "Lower,area", "missing for", "nan"),
    "city key": ("cities/mini/city.yaml", "weather", "wether", "unknown key wether", "weather"),
    "city type": ("cities/mini/city.yaml", "2018", "soon", "base_year", "soon"),
    "yaml twice": ("cities/mini/city.yaml", "name_zh", "name", "stands twice", "keep one"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named_before_any_computing(folder, name):
    file, old, new, *parts = FAULTS[name]
    spoil(folder, file, old, new)
    with pytest.raises(InputError) as caught:
        boilers(read(folder))
    for part in (Path(file).name if name != "device" else "controls.csv", *parts):
        assert part in str(caught.value)
