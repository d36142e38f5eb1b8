import os
from pathlib import Path

import numpy as np
import pytest
from years import P, rainy, year

from emisim.cli import main
from emisim.errors import InputError
from emisim.weather import class_tables, regimes

STATIONS = ("yushe", "zhengzhou", "laohekou", "zhuzhou")
RECORDS = Path(os.environ.get("EMISIM_WEATHER", "../shared/obs/weather"))
SHIPPED = Path("inputs/weather")
LARGEST = 300_000


@pytest.fixture(scope="module")
def classes():
    return regimes.build(year(), P, climatology=rainy())


@pytest.fixture
def folder(classes, tmp_path):
    class_tables.write(classes, tmp_path)
    return tmp_path


def test_written_classes_read_back(classes, folder):
    back = class_tables.read(folder)
    assert set(back.variables) == set(classes.variables)
    for name in classes.variables:
        if classes[name].dtype.kind == "f":
            np.testing.assert_allclose(back[name], classes[name], rtol=1e-5, atol=1e-12)
        else:
            assert (back[name].to_numpy() == classes[name].to_numpy()).all()
    assert back["frequency"].identical(classes["frequency"].assign_attrs(back["frequency"].attrs))
    assert back.attrs["latitude"] == 37.0
    assert back["diffusivity"].attrs["units"] == "m2/s"


def test_tables_are_the_same_twice(classes, folder, tmp_path):
    class_tables.write(class_tables.read(folder), tmp_path / "again")
    for name in class_tables.NAMES:
        again = (tmp_path / "again" / f"{name}.csv").read_bytes()
        assert again == (folder / f"{name}.csv").read_bytes()


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("classes", "heating,", "heatng,", "unknown half"),
        ("classes", ",NE,", ",NNNE,", "unknown direction"),
        ("classes", ",day,", ",dawn,", "unknown regime"),
        ("classes", "mixing_height", "height", "column mixing_height: missing column"),
        ("clock", "heating,0,", "heating,1,", "do not run through the halves and the classes"),
        ("transitions", "heating,1,1,", "heating,1,3,", "not left as often as it is entered"),
        ("profiles", "quantity", "what", "column quantity: missing column"),
        ("bins", "humidity", "moisture", "column relative_humidity: missing column"),
    ],
)
def test_bad_table_is_named(folder, table, old, new, message):
    path = folder / f"{table}.csv"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=message) as caught:
        class_tables.read(folder)
    assert f"{table}.csv" in str(caught.value)


def test_missing_table_is_named(folder):
    (folder / "clock.csv").unlink()
    with pytest.raises(InputError, match=r"clock\.csv: file not found"):
        class_tables.read(folder)


@pytest.mark.parametrize("station", STATIONS)
def test_shipped_classes_are_whole_and_small(station):
    found = class_tables.read(SHIPPED / station)
    assert found.attrs["station"].lower() == station
    assert found["frequency"].sum("class").to_numpy() == pytest.approx([1, 1])
    assert int(found["transition_hours"].sum()) == 8760
    assert found.sizes["class"] == 42
    assert sum(p.stat().st_size for p in (SHIPPED / station).iterdir()) < LARGEST
    assert float(found["frequency"].where(found["wet"], 0).sum("class").min()) > 0.02


@pytest.mark.parametrize("station", STATIONS)
def test_shipped_classes_come_from_the_hourly_files(station, tmp_path):
    record = list(RECORDS.glob(f"*{station.capitalize()}*.epw"))
    if not record:
        pytest.skip("hourly files are not there")
    out = tmp_path / f"{station}.csv"
    assert main(["weather", "--record", str(record[0]), "--out", str(out)]) == 0
    assert out.read_bytes() == (SHIPPED / f"{station}.csv").read_bytes()
    for name in class_tables.NAMES:
        made, shipped = (folder / station / f"{name}.csv" for folder in (tmp_path, SHIPPED))
        assert made.read_bytes() == shipped.read_bytes()
