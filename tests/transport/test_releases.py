import numpy as np
import pytest
import xarray as xr
from winds import NAN, P, releases

from emisim.errors import InputError
from emisim.transport import releases as module

CLASSES = releases(
    ground=(1.0, NAN, NAN, NAN, 1.5),
    roof=(7.0, NAN, NAN, NAN, 4.0),
    boiler=(45.0, 1.4, 410.0, 9.0, NAN),
    power=(180.0, 6.5, 325.0, 18.0, NAN),
)


def sources(**rows):
    return releases(**rows).rename(release="source")


def test_sources_go_to_the_nearest_class():
    found = module.group(
        sources(
            field=(0.0, NAN, NAN, NAN, 2.0),
            stove=(6.0, NAN, NAN, NAN, 4.0),
            bare=(NAN, NAN, NAN, NAN, NAN),
            kiln=(35.0, 1.5, 390.0, 10.0, NAN),
            unit=(210.0, 7.0, 325.0, 20.0, NAN),
            vent=(8.0, NAN, NAN, NAN, NAN),
        ),
        CLASSES,
        P,
    )
    assert found.values.tolist() == ["ground", "roof", "ground", "boiler", "power", "roof"]


def test_classes_go_to_themselves():
    found = module.group(CLASSES.rename(release="source"), CLASSES, P)
    assert found.values.tolist() == CLASSES["release"].values.tolist()


def test_effective_height_by_hand():
    # F = 9.80665 x 9 x 1.96 / 4 x (410 - 283.15) / 410 = 13.38; u(45 m) = 3 (4.5)^0.15
    flux = 9.80665 * 9 * 1.4**2 / 4 * (410 - 283.15) / 410
    rise = 21.425 * flux**0.75 / (3 * 4.5**0.15)
    found = module.effective_height(CLASSES.sel(release=["boiler"]), P)
    assert found[0] == pytest.approx(45 + rise)


def test_a_stack_without_stack_classes_is_named():
    with pytest.raises(InputError, match="release class with full stack data"):
        module.group(sources(kiln=(35.0, 1.5, 390.0, 10.0, NAN)), CLASSES.isel(release=[0, 1]), P)


def test_shipped_classes_that_get_kernels():
    found = module.read("inputs/factors/stacks.csv", P)
    assert 4 <= found.sizes["release"] <= 8
    assert np.isfinite(found["stack_height"]).all()
    every = module.read("inputs/factors/stacks.csv")
    assert set(found["release"].values) <= set(every["release"].values)


HEADER = "process,fuel,technology,standard,parameter,value,unit,low,high,status,source,page,note\n"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("control,,esp,,x,1,fraction,1,1,assumed,s,,", "no release class"),
        ("release,,hole,,exit_velocity,1,m/s,1,1,assumed,s,,", "neither stack_height nor"),
        ("release,,hole,,stack_height,1,s,1,1,assumed,s,,", "cannot be turned into 'm'"),
    ],
)
def test_bad_stack_tables_are_named(tmp_path, row, message):
    (tmp_path / "stacks.csv").write_text(HEADER + row + "\n")
    with pytest.raises(InputError, match=message):
        module.read(tmp_path / "stacks.csv")


def test_group_returns_labels_on_source():
    found = module.group(sources(a=(0.0, NAN, NAN, NAN, 2.0)), CLASSES, P)
    assert isinstance(found, xr.DataArray)
    assert found["source"].values.tolist() == ["a"]
