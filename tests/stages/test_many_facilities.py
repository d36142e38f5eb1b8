"""Many facilities from table to grid: the same as source by source, and within time and memory."""

import sys
from pathlib import Path

import numpy as np
import pytest

from emisim import grid, gridding, intake, inventory
from emisim.city import City
from emisim.factors import Factors
from emisim.sectors import coal, industry

ROOT = Path(__file__).parents[2]
FEW, LISTED, MANY = 2_000, 500, 1_000_000
MOST_MEMORY = 4096
"""MB that a million facilities may take."""


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(ROOT / "bench"))
    try:
        import bench_facilities
        import facilities
    finally:
        sys.path.remove(str(ROOT / "bench"))
    return facilities, bench_facilities


@pytest.fixture(scope="module")
def city(bench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cities") / "many"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        bench[0].write_city(folder, FEW, cells=60)
    return City.read(folder, Factors(ROOT / "inputs/factors"))


@pytest.fixture(scope="module")
def gridded(city):
    parts = [module.build(city, city.factors) for module in (coal, industry)]
    return gridding.of_city(city, inventory.concat(parts))


def test_every_drawn_facility_is_a_source_at_its_point(city, gridded):
    rows = {topic: city.table(topic) for topic in ("power", "boilers", "industry")}
    assert sum(map(len, rows.values())) == FEW
    boilers = rows["boilers"]
    found = gridded.sel(source=boilers.index.to_numpy(dtype=object))
    np.testing.assert_array_equal(found["lon"].values, boilers["lon"].to_numpy())
    yearly = found["activity"].values.sum(axis=1)
    np.testing.assert_allclose(yearly, boilers["value"].to_numpy(), rtol=1e-12)


def test_the_grid_holds_what_each_source_emits(gridded):
    field = gridding.emissions(gridded)
    domain = grid.from_attrs(gridded.attrs)
    shares = gridding.matrix(gridded)
    expected = np.zeros((len(field["sector"]), *field.shape[1:3], domain.size))
    sectors = field["sector"].values.tolist()
    one_by_one = inventory.emission(gridded).transpose("source", "species", "month").values
    columns = ("sector", "place", "lon", "lat", "source_place")
    about = zip(*(gridded[name].values.tolist() for name in columns), strict=True)
    for mass, (sector, place, lon, lat, number) in zip(one_by_one, about, strict=True):
        into = expected[sectors.index(sector)]
        if np.isfinite(lon) and not place:
            cell, valid = domain.cells(lon, lat)
            assert valid
            into[:, :, int(cell)] += mass
        else:
            row = shares[[number]].tocoo()
            into[:, :, row.coords[1]] += mass[:, :, None] * row.data
    np.testing.assert_allclose(
        field.values.reshape(expected.shape), expected, rtol=1e-9, atol=1e-9 * expected.max()
    )
    gridding.budget(gridded, field)


def test_a_list_taken_in_keeps_every_amount(bench, tmp_path, monkeypatch):
    facilities = bench[0]
    monkeypatch.chdir(ROOT)
    province = facilities.province(tmp_path / "province")
    listed = facilities.registry(province, LISTED)
    facilities.write_text(tmp_path / "list.csv", facilities.sheet_rows(listed))
    facilities.write_text(tmp_path / "permits.csv", facilities.permits(listed))
    files = [tmp_path / "list.csv", tmp_path / "permits.csv"]
    found = intake.read(files, province, datum="WGS84", use="boilers")
    table = found.tables["boilers"]
    written = listed["煤炭消耗量（吨）"].str.replace("[,吨]", "", regex=True)
    coal = written[written != ""].astype(float)
    taken = table.loc[(table["fuel"] == "coal") & table["page"].str.startswith("list"), "value"]
    np.testing.assert_allclose(np.sort(taken), np.sort(coal))
    assert len(found.report["matches"]) > LISTED / 20


@pytest.mark.slow
def test_a_million_facilities_fit(bench, monkeypatch):
    monkeypatch.chdir(ROOT)
    laps, peak = bench[1].grid_of(MANY)
    assert laps["sources"][0] > MANY
    assert peak < MOST_MEMORY
