"""What the transport stages share: surface, receptors, groups."""

import numpy as np
import pytest

from emisim.chemistry.deposition import SURFACES
from emisim.errors import InputError
from emisim.stages import _files, _transport
from emisim.transport import matrix
from stages.town import DISTRICTS, inventory


def test_columns_are_urban_where_people_live_close_together(town):
    case = town.case
    urban = case.surface == SURFACES.index("urban")
    assert 0 < urban.sum() < case.surface.size / 2
    assert set(case.surface[~urban].tolist()) == {SURFACES.index("cropland")}
    people = case.ground(["Upper", "Lower"]).max(axis=-1) / case.mesh.areas
    assert people[urban].min() > people[~urban].max() / 2
    assert people[~urban].min() == 0
    assert (case.ground(["Upper"])[..., 0] * urban).sum() > 0.5


def test_the_land_around_the_town_is_the_one_named(mine):
    mine.replace("cities/town/city.yaml", "weather: yushe", "landscape: forest\nweather: yushe")
    assert SURFACES.index("forest") in mine.case.surface
    assert SURFACES.index("cropland") not in mine.case.surface


def test_receptors_weigh_one_and_stand_where_they_should(town):
    case = town.case
    assert case.receptors == ["north", "south", *DISTRICTS]
    weight = case.ground(case.receptors)
    assert weight.shape == (*case.mesh.shape[:2], 4)
    assert weight.sum(axis=(0, 1)) == pytest.approx(1, abs=1e-12)
    assert weight.min() >= 0
    row, column = (np.argwhere(weight[..., i] > 0) for i in (0, 1))
    assert len(row) == len(column) == 1
    y, x = np.divmod(case.station_cells, case.grid.nx)
    edges = case.mesh.y_edges, case.mesh.x_edges
    for i, found in enumerate((row[0], column[0])):
        at = case.grid.y[y[i]], case.grid.x[x[i]]
        for axis in (0, 1):
            low, high = edges[axis][found[axis]], edges[axis][found[axis] + 1]
            assert low <= at[axis] <= high
    middle = np.einsum("yxr,y->r", weight, case.mesh.centres[1])
    assert middle[2] > middle[3]


def test_groups_are_those_of_stacks_and_hours(town):
    names = town.case.groups(inventory())
    assert names.sel(source="boiler").item() == "boiler-stack|flat"
    assert set(names.sel(source=["stoves", "trucks", "pigs"]).values) == {"ground|flat"}


def test_a_monitor_outside_the_grid_is_named(mine, capsys):
    mine.replace("cities/town/monitors.csv", "113.14,37.95", "114.14,37.95")
    before = _files.load(mine.path("matrix/heating-0.nc"))
    assert mine.matrix() == 2
    said = capsys.readouterr().err
    assert "monitors.csv: row 3, column lon, lat: station lies outside the domain" in said
    assert "'south at 114.14, 37.95'" in said
    assert "allowed: 112.9" in said
    assert "next:    correct the coordinates" in said
    assert "Traceback" not in said
    assert before.identical(_files.load(mine.path("matrix/heating-0.nc")))


@pytest.mark.parametrize("height", [2500.0, 2000.1])
def test_a_stack_above_the_top_of_the_model_is_named(town, height):
    base = inventory()
    tall = base.assign_coords(stack_height=base["stack_height"].fillna(0) + height)
    with pytest.raises(InputError) as error:
        town.case.groups(tall)
    said = str(error.value)
    assert "column stack_height: a source lies above the top of the model" in said
    assert f"stoves: {height:g} m" in said
    assert "0 to 2000 m" in said


def test_a_release_class_above_the_top_stops_the_stage(mine, capsys):
    path = mine.factors / "transport.csv"
    rows = [row.split(",") for row in path.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        if row[2] == "default" and row[4] == "layer_top":
            row[5] = row[7] = str(float(row[5]) / 30)
    path.write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    assert mine.matrix() == 2
    said = capsys.readouterr().err
    assert "stacks.csv: column technology: release 'boiler-stack' reaches above the top" in said
    assert "allowed: <= 66.6667 m" in said
    assert "next:    give the mesh a higher top layer" in said


def test_everything_is_checked_before_the_first_job(mine):
    _transport.check(mine.case, inventory())
    mine.replace("cities/town/city.yaml", "weather: yushe", "weather: yushe\nmatrix: mine.nc")
    with pytest.raises(InputError, match=r"mine.nc: there is no such matrix"):
        _transport.check(mine.case, inventory())
    whole = matrix.join([_files.load(path) for path in mine.parts])
    whole.isel(receptor=[0, 1, 2]).to_netcdf(mine.city / "mine.nc")
    with pytest.raises(
        InputError, match=r"mine.nc: column receptor: the matrix lacks a receptor(.|\n)*'Lower'"
    ):
        _transport.check(mine.case, inventory())
    whole.to_netcdf(mine.city / "mine.nc")
    _transport.check(mine.case, inventory())
