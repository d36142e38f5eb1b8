"""A source-receptor matrix that the city supplies, from the file to the concentrations."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from emisim.air import inorganic, local
from emisim.errors import InputError
from emisim.stages import _files, _inputs, air
from emisim.transport import matrix
from emisim.vocabulary import HALVES
from stages.town import inventory

NAME = "mine.nc"


@pytest.fixture(scope="module")
def usual(town):
    """Concentrations by the engine's own matrix."""
    assert town.air(*town.parts, out="usual.nc") == 0
    return _files.load(town.path("usual.nc"))


@pytest.fixture(scope="module")
def whole(town):
    """The engine's parts as one matrix."""
    return matrix.join([_files.load(path) for path in town.parts])


@pytest.fixture(scope="module")
def named(town, tmp_path_factory):
    """The town, whose ``city.yaml`` names a matrix; the rest is made again, as snakemake does."""
    made = town.copy(tmp_path_factory.mktemp("own") / "town")
    made.replace("cities/town/city.yaml", "weather: yushe", f"weather: yushe\nmatrix: {NAME}")
    made.begin()
    assert [made.fields(half) for half in HALVES] == [0, 0]
    return made


@pytest.fixture
def own(named):
    """That town before it has a matrix and concentrations."""
    for path in (named.city / NAME, Path(named.path("air.nc"))):
        path.unlink(missing_ok=True)
    return named


def used(town, given):
    """Write the town's matrix and run the stage with it; return the exit code."""
    path = town.city / NAME
    given.to_netcdf(path)
    assert _inputs.own_matrix(town.city) == [path]
    return town.air(str(path))


def test_the_engine_s_own_matrix_as_one_file_gives_the_same_numbers(own, whole, usual):
    assert used(own, whole) == 0
    found = _files.load(own.path("air.nc"))
    assert found.keys() == usual.keys()
    for name in usual.data_vars:
        xr.testing.assert_identical(found[name], usual[name])


def test_only_what_the_format_asks_for_is_needed(own, whole, usual):
    """Any order, double precision, one group for all, extra receptors, no other attributes."""
    bare = whole.isel(receptor=[3, 1, 0, 2], row=slice(None, None, -1), half=[1, 0])
    extra = bare.isel(receptor=[0]).assign_coords(receptor=["elsewhere"])
    values = xr.concat([bare["sensitivity"], extra["sensitivity"]], "receptor").astype(float)
    given = xr.Dataset({"sensitivity": values, "gas_share": whole["gas_share"]})
    given["sensitivity"].attrs = {"units": "s/m3"}
    given.attrs = {n: whole.attrs[n] for n in ("city", "crs")}
    assert used(own, given) == 0
    found = _files.load(own.path("air.nc"))
    xr.testing.assert_allclose(found["by_area"], usual["by_area"], rtol=1e-6)


def test_one_group_may_stand_for_all_and_the_file_stands_in_the_record(own, whole, usual):
    assert used(own, whole.isel(group=[1]).assign_coords(group=["*|*"])) == 0
    found = _files.load(own.path("air.nc"))
    ratio = found["anchor_ratio"] / usual["anchor_ratio"]
    assert float(ratio.sel(response="SO2", area="city", season="summer")) < 0.99
    listed = _inputs.files("air", city=own.city, factors=own.factors, plan="")
    assert own.city / NAME in listed
    record = _files.load(own.path("air.nc")).attrs["provenance_record"]
    assert f'"{NAME}":"' in record


def spoiled(given, **change):
    values = given["sensitivity"].copy()
    if "value" in change:
        values[1, 4, 0, 0, 0, 2, 1] = change["value"]
    values.attrs["units"] = change.get("units", "s m-3")
    return given.assign(sensitivity=values)


FAULTS = {
    "nan": (
        lambda m: spoiled(m, value=np.nan),
        ["nan at {'receptor': 'south'", "'row': 'SO2-SO4'"],
    ),
    "unit": (lambda m: spoiled(m, units="ug m-3 per t"), ["another unit", "'ug m-3 per t'"]),
    "city": (lambda m: m.assign_attrs(city="wuhan"), ["another city", "'wuhan'", "town"]),
    "projection": (lambda m: m.assign_attrs(crs="EPSG:32650"), ["projection", "+proj=laea"]),
    "grid": (lambda m: m.assign_coords(x=m["x"] + 50e3), ["do not cover the city's grid along x"]),
    "receptor": (
        lambda m: m.assign_coords(receptor=["1001A", *m["receptor"].values[1:]]),
        ["lacks a receptor", "'north'", "1001A"],
    ),
    "row": (
        lambda m: m.assign_coords(row=["PM2.5", *m["row"].values[1:]]),
        ["lacks a row", "'fine'", "PM2.5"],
    ),
    "half": (lambda m: m.assign_coords(half=["winter", "summer"]), ["lacks a half", "'heating'"]),
    "group": (lambda m: m.isel(group=[0]), ["unknown source group of the matrix"]),
    "variable": (lambda m: m.rename(sensitivity="kernel"), ["not a source-receptor matrix"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_matrix_that_does_not_fit_is_refused(own, whole, capsys, name):
    spoil, said = FAULTS[name]
    assert used(own, spoil(whole)) == 2
    message = capsys.readouterr().err
    assert f"emisim air: {own.city / NAME}: " in message
    assert "allowed: " in message
    for text in said:
        assert text in message
    assert "Traceback" not in message
    assert not Path(own.path("air.nc")).exists()


def test_what_is_not_netcdf_is_refused(own, capsys):
    (own.city / NAME).write_text("CMAQ", encoding="utf-8")
    assert own.air(str(own.city / NAME)) == 2
    assert f"{NAME}: not a readable netCDF file" in capsys.readouterr().err


def test_fields_at_other_gas_shares_are_moved_to_those_of_the_matrix(town):
    nodes = town.case.gas_share
    other = nodes.copy(data=[0.3, 0.9])
    rng = np.random.default_rng(2)
    names = list(local.COMPONENTS)
    values = 1 + 0.1 * rng.random((len(names), 5))
    values[[n.endswith("@high") for n in names]] -= 0.2
    given = xr.DataArray(values, {"component": names}, ("component", "cell"))
    assert inorganic.at_nodes(given, nodes, nodes) is given
    moved = inorganic.at_nodes(given, nodes, other)
    assert moved.sizes == given.sizes
    back = inorganic.at_nodes(moved, other, nodes)
    np.testing.assert_allclose(back.sel(component=names), given, rtol=1e-9)
    low, high = (1 / moved.sel(component=f"TN@{n}") for n in ("low", "high"))
    first = 1 / given.sel(component="TN@low")
    at = float(nodes[0] - other[0]) / float(other[1] - other[0])
    np.testing.assert_allclose(low + at * (high - low), first, rtol=1e-9)
    assert (moved.sel(component="EC") == given.sel(component="EC")).all()


def test_the_inventory_of_the_town_needs_two_groups(town):
    assert len(set(town.case.groups(inventory()).values.tolist())) == 2


def test_the_mean_over_people_weighs_districts_by_their_people(usual):
    areas = usual["by_area"]
    wanted = 0.75 * areas.sel(area="Upper") + 0.25 * areas.sel(area="Lower")
    xr.testing.assert_allclose(usual["population_weighted"], wanted)


def test_a_district_without_people_is_named(usual, tmp_path):
    place = SimpleNamespace(folder=tmp_path, districts=pd.DataFrame({"area": [1.0, 2.0]}))
    with pytest.raises(InputError, match="every district needs its population") as told:
        air.weighted(usual["by_area"], place)
    assert "districts.csv" in str(told.value)
    assert "add a row of item population" in str(told.value)
