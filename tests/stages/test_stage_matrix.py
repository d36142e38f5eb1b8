"""Rows of the source-receptor matrix: when they are kept, when made again, how they are written."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from emisim.stages import _files, _transport, matrix
from emisim.transport.krylov import ConvergenceError
from emisim.vocabulary import HALVES
from stages.town import inventory

TABLE = "cities/town/monitors.csv"


@pytest.fixture
def solved(monkeypatch):
    """Receptors and half of every solve; the rows are those of the stored part."""
    notes = []
    real = matrix.solve

    def solve(case, half, names, wanted, ground):
        notes.append((half, tuple(wanted)))
        return real(case, half, names, wanted, ground)

    monkeypatch.setattr(matrix, "solve", solve)
    return notes


def test_parts_hold_all_receptors_and_halves(town):
    parts = [_files.load(path) for path in town.parts]
    found = {(str(p["half"].item()), *p["receptor"].values.tolist()) for p in parts}
    batches = ("north", "south", "Upper"), ("Lower",)
    assert found == {(half, *names) for half in HALVES for names in batches}
    for part in parts:
        assert part.attrs["city"] == "town"
        assert part.attrs["crs"] == town.case.grid.crs
        assert float(part["sensitivity"].min()) >= 0
        assert (part["sensitivity"].max(["period", "group", "y", "x"]) > 0).all()


def test_rows_made_from_the_same_are_kept(mine, solved):
    before = [Path(path).read_bytes() for path in mine.parts]
    for half in HALVES:
        assert mine.matrix(half, 0) == mine.matrix(half, 1) == 0
    assert solved == []
    assert [Path(path).read_bytes() for path in mine.parts] == before


def test_an_interrupted_run_goes_on_where_it_stopped(mine, solved):
    Path(mine.path("matrix/heating-1.nc")).unlink()
    Path(mine.path("matrix/non-heating-0.nc")).write_bytes(b"half of a file")
    for half in HALVES:
        assert mine.matrix(half, 0) == mine.matrix(half, 1) == 0
    assert solved == [("heating", ("Lower",)), ("non-heating", ("north", "south", "Upper"))]


def test_a_moved_monitor_redoes_its_own_part(mine, solved):
    before = _files.load(mine.path("matrix/heating-0.nc"))
    mine.replace(TABLE, "113.05,38.06", "113.12,38.06")
    assert mine.matrix("heating", 1) == mine.matrix("heating", 0) == 0
    assert solved == [("heating", ("north", "south", "Upper"))]
    after = _files.load(mine.path("matrix/heating-0.nc"))
    moved, stays = (abs(after - before)["sensitivity"].sel(receptor=r).max() for r in
                    ("north", "south"))  # fmt: skip
    assert float(moved) > 0.1 * float(before["sensitivity"].max())
    assert float(stays) < 0.01 * float(before["sensitivity"].max())


def key(town, half="heating", wanted=("north", "south"), names=None):
    case = town.case
    groups = names or sorted(set(case.groups(inventory()).values.tolist()))
    return matrix.digest(case, half, groups, list(wanted), case.ground(wanted))


@pytest.fixture(scope="module")
def first_key(town):
    return key(town)


def nudged(town, name, row):
    """Return a line of an input and the same with one of its last numbers a little larger."""
    line = (town.inputs / name).read_text(encoding="utf-8").splitlines()[row]
    cells = line.split(",")
    at = len(cells) - 4
    return line, ",".join([*cells[:at], f"{float(cells[at]) * 1.001:.9g}", *cells[at + 1 :]])


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (TABLE, "north,", "nord,"),
        (TABLE, "113.14,37.95", "113.03,38.08"),
        ("cities/town/city.yaml", "weather: yushe", "landscape: forest\nweather: yushe"),
        ("cities/town/city.yaml", "margin: 4000", "margin: 6000"),
        ("factors/transport.csv", "residual_tolerance,1e-3", "residual_tolerance,2e-3"),
        ("factors/transport.csv", "mesh_cell_size,6e3", "mesh_cell_size,5e3"),
        ("factors/chemistry.csv", "\n", "\n"),
        ("weather/yushe/profiles.csv", "", ""),
    ],
)
def test_the_key_follows_what_the_rows_rest_on(mine, first_key, name, old, new):
    if name.endswith("profiles.csv"):
        old, new = nudged(mine, name, 40)
    if name.endswith("chemistry.csv"):
        text = (mine.inputs / name).read_text(encoding="utf-8")
        (mine.inputs / name).write_text(text + "\n", encoding="utf-8")
    mine.replace(name, old, new)
    wanted = ["nord" if new == "nord," else "north", "south"]
    assert key(mine, wanted=wanted) != first_key


def test_the_key_tells_halves_receptors_groups_and_settings_apart(town, first_key):
    others = [
        key(town),
        key(town, "non-heating"),
        key(town, wanted=["south", "north"]),
        key(town, names=["ground|flat"]),
    ]
    assert others[0] == first_key
    assert len({*others}) == 4


def test_the_key_does_not_follow_what_the_rows_do_not_rest_on(mine, first_key):
    for name in ("factors/air.csv", "cities/town/observed.csv", "factors/industry.csv"):
        path = mine.inputs / name
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert key(mine) == first_key


def test_rows_are_written_under_a_temporary_name(mine, monkeypatch):
    seen = []
    real = xr.Dataset.to_netcdf

    def note(self, path=None, **options):
        seen.append(Path(path))
        return real(self, path, **options)

    monkeypatch.setattr(xr.Dataset, "to_netcdf", note)
    assert mine.matrix() == 0
    final = Path(mine.path("matrix/heating-0.nc"))
    assert [p.parent for p in seen] == [final.parent]
    assert seen[0].name.startswith(".")
    assert not seen[0].exists()


def test_a_solver_that_does_not_converge_is_told_and_leaves_the_old_rows(mine, capsys):
    old = Path(mine.path("matrix/heating-0.nc")).read_bytes()
    mine.replace("factors/transport.csv", "iteration_limit,60,fraction,20",
                 "iteration_limit,1,fraction,1")  # fmt: skip
    mine.replace("factors/transport.csv", "residual_tolerance,1e-3,fraction,1e-5",
                 "residual_tolerance,1e-12,fraction,0")  # fmt: skip
    assert mine.matrix() == 1
    said = capsys.readouterr().err
    assert "emisim matrix: town, heating half, fine: the transport solver did not converge" in said
    assert "next:    raise iteration_limit, or residual_tolerance of the setting 'default'" in said
    assert "transport.csv" in said
    assert "weather/yushe" in said
    assert "Traceback" not in said
    folder = Path(mine.path("matrix"))
    assert (folder / "heating-0.nc").read_bytes() == old
    assert [p.name for p in folder.glob(".*")] == [".heating-0.nc.unfinished"]
    assert mine.fields("heating") == 1
    assert "emisim fields: town, heating half, coarse: the transport" in capsys.readouterr().err


def test_the_last_family_told_is_the_one_that_is_named(town):
    told = _transport.Told("here", 2)

    def fail():
        told("fine")
        told("SO2-SO4")
        message = "hopeless"
        raise ConvergenceError(message)

    solving = _transport.solving(town.case, "heating", told)
    with pytest.raises(ConvergenceError, match=r"town, heating half, SO2-SO4: hopeless\n  next:"):
        solving(fail)()


def test_rows_that_are_kept_stay_the_same_to_the_last_bit(tmp_path):
    values = np.random.default_rng(3).lognormal(-16, 4, (50, 400)).astype(np.float32)
    first, second = tmp_path / "first.nc", tmp_path / "second.nc"
    rows = xr.Dataset({"sensitivity": (("receptor", "x"), values)})
    encoding = {"sensitivity": matrix.DIGITS}
    rows.to_netcdf(first, encoding=encoding)
    once = xr.load_dataset(first)["sensitivity"].values
    xr.load_dataset(first)[["sensitivity"]].to_netcdf(second, encoding=encoding)
    twice = xr.load_dataset(second)["sensitivity"].values
    assert np.array_equal(once, twice)
    assert np.abs(once / values - 1).max() < 1e-4
    assert not np.array_equal(once, values)
