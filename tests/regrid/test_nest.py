"""The city's own inventory inside a foreign one: shares at the border, both totals conserved."""

import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import overlay
from emisim.errors import InputError
from emisim.regrid import meic, nest, parts
from emisim.regrid.lattice import Lattice
from regrid import foreign as made

NAMES = ("Upper", "Lower")


def cells(step=0.25):
    x = np.arange(made.WEST, made.WEST + 1.5 + step / 2, step)
    y = np.arange(made.SOUTH, made.SOUTH + 1.25 + step / 2, step)
    return Lattice(x, y)


def of(folder, *, merge, presence, sector="industry", districts=None, **more):
    job = made.job(folder, "meic", ".", merge=merge, **more)
    found = meic.read(job)
    how = nest.merges({layer.sector for layer in found}, job.given, made.MAPS)
    shares = made.laid(found, districts)
    return nest.outer(found, shares, how, made.GRID, job.given, presence)


def own(amount=5e5):
    shape = (1, 1, 12, *made.GRID.shape)
    coords = {"sector": ["boilers"], "species": ["SO2"], "month": range(1, 13),
              "y": made.GRID.y, "x": made.GRID.x}  # fmt: skip
    dims = ("sector", "species", "month", "y", "x")
    return xr.DataArray(np.full(shape, amount), coords, dims)


def test_every_foreign_cell_is_shared_out_whole():
    part = parts.lay(cells(), made.GRID, made.DISTRICTS)
    total = part.kept(()).sum(axis=1) + part.outside
    assert np.abs(total - 1).max() < 1e-12
    plain = overlay.regrid(made.GRID, cells().cells())
    whole = plain.matrix(made.GRID.size)
    assert abs(part.kept(()) - whole).max() < 1e-5
    np.testing.assert_allclose(part.outside, plain.outside, atol=1e-5)


def test_a_cell_half_in_the_city_loses_just_its_share():
    part = parts.lay(cells(), made.GRID, made.DISTRICTS)
    lost = 1 - part.outside - part.kept(NAMES).sum(axis=1)
    boxes = [shapely.box(x, y, x + 0.25, y + 0.25)
             for y in cells().y[:-1] for x in cells().x[:-1]]  # fmt: skip
    city = shapely.union_all(made.DISTRICTS.to_numpy())
    project = overlay.project
    flat = project(made.GRID, np.array(boxes, dtype=object))
    inside = shapely.area(shapely.intersection(flat, project(made.GRID, np.array([city]))[0]))
    np.testing.assert_allclose(lost, inside / shapely.area(flat), atol=1e-6)
    assert ((lost > 0.01) & (lost < 0.99)).sum() >= 4


@settings(max_examples=8)
@given(st.floats(0.12, 0.4), st.floats(-0.1, 0.1), st.floats(-0.1, 0.1))
def test_mass_is_conserved_for_any_foreign_grid(step, east, north):
    x = np.arange(112.3 + east, 114.3, step)
    y = np.arange(37.2 + north, 39.2, step)
    part = parts.lay(Lattice(x, y), made.GRID, made.DISTRICTS)
    mass = np.random.default_rng(1).uniform(0, 1, part.outside.size)
    whole, kept = part.kept(()), part.kept(NAMES)
    city = sum(shares.sum(axis=1) for shares in part.district.values())
    assert mass @ (whole.sum(axis=1) + part.outside) == pytest.approx(mass.sum(), rel=1e-12)
    assert mass @ (kept.sum(axis=1) + city + part.outside) == pytest.approx(mass.sum(), rel=1e-12)
    even = (whole.T @ Lattice(x, y).areas().ravel()).reshape(made.GRID.shape)
    np.testing.assert_allclose(even, made.GRID.areas(), rtol=2e-3)


@pytest.mark.parametrize("rule", ["add", "override", "fill"])
def test_rules(tmp_path, rule):
    made.meic_year(tmp_path, made.field())
    here = made.presence(("Upper", "boilers", "SO2"))
    field, budget = of(tmp_path, merge={"default": rule}, presence=here)
    row = budget.iloc[0]
    result, table = nest.joined(field, own(), budget)
    part = made.laid(meic.read(made.job(tmp_path, "meic", ".")))
    shares = next(iter(part.values()))
    mass = next(x for x in meic.read(made.job(tmp_path, "meic", ".")) if x.months == (1,)).mass
    in_district = {n: 78 * float(mass[0].ravel() @ shares.district[n].sum(axis=1)) for n in NAMES}
    wanted = {"add": 0.0, "override": sum(in_district.values()), "fill": in_district["Upper"]}
    assert row["replaced"] == pytest.approx(wanted[rule], rel=1e-9, abs=1e-3)
    assert row["in"] == pytest.approx(row["outside"] + row["inside"], rel=1e-12)
    assert row["in"] == pytest.approx(made.field().sum() * 78 * 1000, rel=1e-12)
    assert float(result.sum()) == pytest.approx(row["kept"] + float(own().sum()), rel=1e-12)
    assert result["sector"].values.tolist() == ["boilers", "industry"]
    assert set(table["inventory"]) == {"outer", "own", "result"}


def test_override_leaves_nothing_in_the_middle_of_the_city_and_all_beyond(tmp_path):
    made.meic_year(tmp_path, made.field())
    field, _ = of(tmp_path, merge={"default": "override"}, presence={})
    plain, _ = of(tmp_path, merge={"default": "add"}, presence={})
    city = shapely.union_all(overlay.project(made.GRID, made.DISTRICTS.to_numpy()))
    x, y = np.meshgrid(made.GRID.x, made.GRID.y)
    half = made.GRID.cell_size / 2
    boxes = shapely.box(x - half, y - half, x + half, y + half)
    inner, beyond = shapely.contains(city, boxes), ~shapely.intersects(city, boxes)
    one, two = (f.sel(sector="industry", species="SO2", month=7).values for f in (field, plain))
    assert inner.sum() > 50
    assert one[inner].max() <= 1e-9 * two.max()
    np.testing.assert_allclose(one[beyond], two[beyond], rtol=1e-6)


def test_rules_by_sector(tmp_path):
    for sector in ("industry", "power"):
        made.meic_year(tmp_path, made.field(), sector=sector)
    merge = {"default": "add", "power": "override"}
    _, budget = of(tmp_path, merge=merge, presence={})
    replaced = budget.set_index("name")["replaced"]
    assert replaced["industry"] == 0
    assert replaced["power"] > 0
    with pytest.raises(InputError, match="unknown sector"):
        of(tmp_path, merge={"pwoer": "add"}, presence={})


def test_without_an_own_inventory_nothing_is_replaced(tmp_path):
    made.meic_year(tmp_path, made.field())
    field, budget = of(tmp_path, merge={"default": "override"}, presence=None)
    result, table = nest.joined(field, None, budget)
    assert budget["replaced"].tolist() == [0]
    assert float(result.sum()) == pytest.approx(budget["inside"].sum(), rel=1e-12)
    assert set(table["inventory"]) == {"outer", "result"}


def test_an_unmapped_sector_stops_or_is_told(tmp_path):
    made.meic_year(tmp_path, made.field(), sector="shipping")
    with pytest.raises(InputError, match="unknown sector"):
        of(tmp_path, merge={}, presence=None)
    field, _ = of(tmp_path, merge={}, presence=None, sectors={"shipping": "nonroad"})
    assert field["sector"].values.tolist() == ["nonroad"]


def test_months_missing_or_twice(tmp_path):
    made.meic_year(tmp_path, made.field(), months=range(1, 12))
    with pytest.raises(InputError, match="months are missing") as caught:
        of(tmp_path, merge={}, presence=None)
    assert "[12]" in str(caught.value)
    field, _ = of(tmp_path, merge={}, presence=None, missing_months="zero")
    assert float(field.sel(month=12).sum()) == 0
    made.ascii_grid(tmp_path, made.field(), "2017_1_industry_SO2.asc")
    with pytest.raises(InputError, match="more than once"):
        of(tmp_path, merge={}, presence=None, missing_months="zero")


def test_cells_without_a_datum_stop_in_the_domain_only(tmp_path):
    values = made.field()
    values[0, 0] = -9999
    made.meic_year(tmp_path, values, months=[1])
    more = {"merge": {}, "presence": None, "missing_months": "zero"}
    of(tmp_path, **more)
    values[2, 2] = -9999
    made.meic_year(tmp_path, values, months=[1])
    with pytest.raises(InputError, match=r"hold no datum; cell at 113\.1250 E 37\.8750 N"):
        of(tmp_path, **more)
    _, budget = of(tmp_path, no_data="zero", **more)
    assert budget["in"].iloc[0] == pytest.approx(values[values > 0].sum() * 1000)


def test_districts_that_overlap_are_counted_once():
    twice = pd.Series([*made.DISTRICTS, made.DISTRICTS["Upper"]], index=[*NAMES, "Again"])
    part = parts.lay(cells(), made.GRID, twice)
    assert part.district["Again"].sum() == pytest.approx(0, abs=1e-9)
    assert np.abs(part.kept(()).sum(axis=1) + part.outside - 1).max() < 1e-12


def test_a_grid_elsewhere_is_refused():
    with pytest.raises(InputError, match="does not meet"):
        Lattice(np.arange(5.0), np.arange(45.0, 50)).near(made.GRID)
