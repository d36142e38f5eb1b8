"""``emisim regrid`` from files to files."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr

from emisim import cli, example, grid, gridding, provenance
from emisim.gridding import netcdf
from emisim.stages import _files
from regrid import foreign as made

CITY = """
name: Made
name_zh: 例
base_year: 2018
districts:
  Upper: {adcode: 140301, name_zh: 上}
  Lower: {adcode: 140302, name_zh: 下}
grid: {cell_size: 2000, margin: 6000}
heating_months: [1, 12]
weather: none
boundary: boundary.geojson
"""
PLACES = pd.DataFrame(columns=["place", "weight", "shape"])


@pytest.fixture
def city(tmp_path):
    """A city folder with its own inventory, gridded, and a foreign one beside it."""
    folder = tmp_path / "city"
    folder.mkdir()
    (folder / "city.yaml").write_text(CITY, encoding="utf-8")
    codes = dict(zip(made.DISTRICTS.index, ("140301", "140302"), strict=True))
    features = [
        {"type": "Feature", "properties": {"adcode": codes[name], "name": name},
         "geometry": shapely.geometry.mapping(shape)}
        for name, shape in made.DISTRICTS.items()
    ]  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "boundary.geojson").write_text(text)
    base = example.inventory(2018)
    nowhere = np.full(base.sizes["source"], "", dtype=object)
    base = base.assign_coords(place=("source", nowhere))
    laid = gridding.allocate(base, made.GRID, PLACES, made.DISTRICTS)
    record = provenance.record("inventory", [folder / "city.yaml"])
    _files.save(base, tmp_path / "inventory.nc", record)
    field = gridding.emissions(laid)
    netcdf.write(tmp_path / "own.nc", field, made.GRID, 2018)
    made.meic_year(tmp_path, made.field())
    made.meic_year(tmp_path, made.field(1), sector="residential", species="NOx")
    return tmp_path


def run(folder, text, *more):
    (folder / "regrid.yaml").write_text(f"format: meic\nfiles: ['*.asc']\nyear: 2017\n{text}")
    arguments = ["regrid", "--settings", folder / "regrid.yaml", "--city", folder / "city"]
    arguments += ["--out", folder / "out.nc", "--budget", folder / "budget.csv", *more]
    return cli.main([str(a) for a in arguments])


def own_files(folder):
    return "--inventory", folder / "inventory.nc", "--emissions", folder / "own.nc"


def test_the_city_inside_a_foreign_inventory(city):
    assert run(city, "merge: {default: override, residential: fill}", *own_files(city)) == 0
    field = gridding.read(city / "out.nc")
    own = gridding.read(city / "own.nc")
    budget = pd.read_csv(city / "budget.csv")
    outer = budget[budget["inventory"] == "outer"].set_index("name")
    assert field.dims == ("sector", "species", "month", "y", "x")
    assert {"boilers", "freight", "industry", "residential"} == set(field["sector"].values)
    assert outer.loc["industry", "replaced"] > 0
    assert outer["rule"].to_dict() == {"industry": "override", "residential": "fill"}
    assert float(field.sum()) == pytest.approx(outer["kept"].sum() + float(own.sum()), rel=1e-6)
    assert field.sel(sector="industry", species="SO2").sum() == pytest.approx(
        outer.loc["industry", "kept"], rel=1e-6
    )
    assert grid.from_attrs(field.attrs) == made.GRID
    attrs = xr.open_dataset(city / "out.nc").attrs
    assert "regrid" in json.loads(attrs[provenance.RECORD])["stages"]


def test_fill_looks_at_districts(city):
    """The example has stoves in Upper only: Lower keeps the foreign residential NOx."""
    assert run(city, "merge: {default: fill}", *own_files(city)) == 0
    field = gridding.read(city / "out.nc").sel(sector="residential", species="NOx", month=7)
    own = gridding.read(city / "own.nc").sel(sector="residential", species="NOx", month=7)
    more = (field - own).values
    lon, lat = made.GRID.lonlat()
    east = (lon > 113.14) & (lon < 113.26)
    assert more[east & (lat > 38.04) & (lat < 38.16)].max() < 1e-3 * more.max()
    assert more[east & (lat > 37.93) & (lat < 37.96)].min() > 0.1 * more.max()


def test_a_foreign_inventory_alone(city):
    assert run(city, "") == 0
    budget = pd.read_csv(city / "budget.csv")
    assert set(budget["inventory"]) == {"outer", "result"}
    sums = budget.groupby("inventory")["kept"].sum()
    assert sums["outer"] == pytest.approx(sums["result"], rel=1e-12)
    assert np.allclose(budget["in"], budget["outside"] + budget["inside"])


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("merge: {default: replace}", (), "merge"),
        ("ingore: [SO2]", (), "ingore"),
        ("", ("--emissions", "own.nc"), "needs both"),
        ("proxy: {raster: none.tif, kind: count}", (), "raster not found"),
    ],
)
def test_mistakes_are_told(city, capsys, monkeypatch, text, more, said):
    (city / "inputs").symlink_to(Path("inputs").resolve())
    monkeypatch.chdir(city)
    assert run(city, text, *more) == 2
    assert said in capsys.readouterr().err
    assert not (city / "out.nc").exists()


def test_what_is_written_is_read_back_to_the_same_cells(city):
    """The output is itself a CF inventory: laid on its own grid it is unchanged."""
    text = "format: cf\nfiles: [own.nc]\nyear: 2018\nimplausible: [VOC, NH3, BC, OC, CO]\n"
    (city / "regrid.yaml").write_text(text)
    arguments = ["regrid", "--settings", city / "regrid.yaml", "--city", city / "city"]
    arguments += ["--out", city / "out.nc", "--budget", city / "budget.csv"]
    assert cli.main([str(a) for a in arguments]) == 0
    one, two = gridding.read(city / "own.nc"), gridding.read(city / "out.nc")
    two = two.reindex(sector=one["sector"].values)
    largest = one.max(["sector", "month", "y", "x"])
    assert float((np.abs(two - one) / largest.where(largest > 0, 1)).max()) < 1e-6
    assert float(one.sum()) == pytest.approx(float(two.sum()), rel=1e-6)


def test_twice_gives_the_same_bytes(city):
    run(city, "", *own_files(city))
    first = (city / "out.nc").read_bytes()
    run(city, "", *own_files(city))
    assert (city / "out.nc").read_bytes() == first
