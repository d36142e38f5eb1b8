"""Traps of other tools that concern regridding and proxies: we are right, or we stop.

E: found by probing a Python library; M: found in other codes. Those of points, exports and weights
of time stand beside the code they concern.
"""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import shapely

from emisim import overlay
from emisim.errors import InputError, MassError
from emisim.regrid import cf, meic, nest, parts, proxy, quantity
from emisim.regrid.lattice import Lattice, from_centres
from emisim.regrid.settings import Proxy
from regrid import made
from regrid.test_nest import of, own

ALONE = {"merge": {}, "presence": None}


def test_e1_what_lies_outside_is_reported_not_lost(tmp_path):
    values = made.field()
    made.meic_year(tmp_path, values)
    field, budget = of(tmp_path, **ALONE)
    row = budget.iloc[0]
    assert row["in"] == pytest.approx(values.sum() * 78e3, rel=1e-12)
    assert row["outside"] > 0.5 * row["in"]
    assert row["inside"] == pytest.approx(float(field.sum()), rel=1e-12)
    assert row["inside"] + row["outside"] == pytest.approx(row["in"], rel=1e-12)


def test_e2_no_overlap_is_said_in_words(tmp_path):
    made.cf(tmp_path, x=made.lon() - 100)
    with pytest.raises(InputError, match="does not meet the city's grid"):
        cf.read(made.job(tmp_path, "cf", "in.nc"))


def test_e4_weights_belong_to_one_grid_only(tmp_path):
    """Two files of one shape and another origin: each has its own weights."""
    values = made.field()
    made.meic_year(tmp_path, values, sector="industry")
    for month in range(1, 13):
        head = {"ncols": made.NX, "nrows": made.NY, "xllcorner": made.WEST + 0.1,
                "yllcorner": made.SOUTH + 0.05, "cellsize": made.STEP}  # fmt: skip
        made.ascii_grid(tmp_path, values * month, f"2017_{month:02d}__power__SO2.asc", head=head)
    field, _ = of(tmp_path, **ALONE)
    one, two = (field.sel(sector=s, species="SO2", month=1).values for s in ("industry", "power"))
    shifted = parts.lay(
        Lattice(made.WEST + 0.1 + np.arange(made.NX + 1) * made.STEP,
                made.SOUTH + 0.05 + np.arange(made.NY, -1, -1) * made.STEP),
        made.GRID, made.DISTRICTS[:0],
    )  # fmt: skip
    wanted = (shifted.kept(()).T @ values.ravel()).reshape(made.GRID.shape) * 1000
    np.testing.assert_allclose(two, wanted, rtol=1e-9)
    assert np.abs(one / two - 1).max() > 0.1


def test_e5_degrees_are_never_areas():
    """An even flux from 20 to 40 N: rows follow their ground area, not their degrees."""
    lattice = Lattice(np.array([113.0, 114.0]), np.arange(20.0, 41.0))
    share = lattice.areas()[:, 0] / lattice.areas().sum()
    sine = np.diff(np.sin(np.radians(lattice.y)))
    np.testing.assert_allclose(share, sine / sine.sum(), rtol=3e-3)
    assert share[0] / share[-1] == pytest.approx(1.22, abs=0.02)


def test_e5_square_degrees_among_the_cell_areas_stop(tmp_path):
    square = np.full((made.NY, made.NX), made.STEP**2)
    area = {"cell_area": (("lat", "lon"), square, {"units": "m2"})}
    made.cf(tmp_path, more=area, cell_measures="area: cell_area")
    with pytest.raises(InputError, match="are not those of its cells on the ground"):
        cf.read(made.job(tmp_path, "cf", "in.nc"))


def test_e5_a_flux_per_square_degree_is_not_plausible(tmp_path):
    lattice = Lattice(from_centres(made.lon(), 1e-4), from_centres(made.lat(), 1e-4))
    right = made.field() * 1e-11
    for name, values in (("a.nc", right), ("b.nc", right * lattice.areas() / made.STEP**2)):
        made.cf(tmp_path, name, values=values)
    budgets = []
    for name in ("a.nc", "b.nc"):
        job = made.job(tmp_path, "cf", name, sectors={"all": "industry"})
        found = cf.read(job)
        how = nest.merges({"all"}, job.given, made.MAPS)
        budgets.append(nest.outer(found, made.laid(found), how, made.GRID, job.given, None)[1])
    said = made.settings("cf", "b.nc")
    nest.plausible(budgets[0], made.GRID, said, made.MAPS)
    with pytest.raises(InputError, match="SO2: the mean density of the domain is not plausible"):
        nest.plausible(budgets[1], made.GRID, said, made.MAPS)
    named = made.settings("cf", "b.nc", implausible=("SO2",))
    nest.plausible(budgets[1], made.GRID, named, made.MAPS)


def test_e6_a_misspelt_pollutant_stops(tmp_path):
    made.meic_year(tmp_path, made.field(), species="S02")
    with pytest.raises(InputError, match="unknown species") as caught:
        meic.read(made.job(tmp_path, "meic", "."))
    assert "SO2" in str(caught.value)
    with pytest.raises(InputError, match="no file is of the year and not ignored"):
        meic.read(made.job(tmp_path, "meic", ".", ignore=("S02",)))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -9999.0])
def test_e7_nan_infinite_and_undeclared_fill_values_stop(tmp_path, bad):
    values = made.field()
    values[2, 3] = bad
    made.ascii_grid(tmp_path, values, "2017_01__power__SO2.asc", fill=-1)
    with pytest.raises(InputError, match=r"1 values are negative or no number.*\(2, 3\)"):
        meic.read(made.job(tmp_path, "meic", "."))


def test_e10_the_command_line_imports_none_of_it():
    code = (
        "import sys; from emisim import cli; cli.parser(); "
        "print(sorted({'emisim.regrid.nest', 'rioxarray', 'xarray'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("year", [2017, 2020])
def test_m1_m2_m10_the_months_of_a_year_add_to_the_year(year):
    """No week is a quarter of a month, no profile is left unnormalised, no year has 365.25 days."""
    days = 366 if year == 2020 else 365
    total, flux = quantity.parse("Tonnes", "f"), quantity.parse("kg m-2 s-1", "f")
    steps = quantity.steps_of_year(year)
    months, scale = quantity.scales(total, steps, "uniform", "f")
    assert months == tuple(range(1, 13))
    assert scale.sum() == pytest.approx(1, rel=1e-15)
    assert quantity.scales(flux, steps, "uniform", "f")[1].sum() == pytest.approx(days * 86400)
    monthly = quantity.steps_of_year(year, range(1, 13))
    assert quantity.scales(flux, monthly, "stop", "f")[1].sum() == pytest.approx(days * 86400)
    per_month = quantity.parse("Mg per cell per month", "f")
    np.testing.assert_array_equal(quantity.scales(per_month, monthly, "stop", "f")[1], np.eye(12))


def test_m3_our_cells_on_a_foreign_border_take_from_both_sides(tmp_path):
    """One foreign cell alone emits: our cells that it shares with its neighbours get their part."""
    values = np.zeros((made.NY, made.NX))
    values[2, 2] = 100.0
    made.meic_year(tmp_path, values)
    field, budget = of(tmp_path, **ALONE)
    january = field.sel(sector="industry", species="SO2", month=1).values
    cell = overlay.project(made.GRID, np.array([shapely.box(113.0, 37.75, 113.25, 38.0)]))[0]
    part = shapely.area(shapely.intersection(cell, shapely.box(*made.GRID.bounds)))
    assert january.sum() == pytest.approx(1e5 * part / cell.area, rel=1e-6)
    whole = january.max()
    partly = (january > 0.02 * whole) & (january < 0.98 * whole)
    assert partly.sum() > 10
    assert budget["dropped"].abs().max() <= 1e-9 * budget["in"].max()


def test_m4_a_cell_without_proxy_stops_and_loses_nothing(tmp_path):
    lon = np.broadcast_to(112.0 + (np.arange(110) + 1 / 2) * 0.02, (110, 110))
    made.raster(tmp_path, np.where(lon < 113.24, 1.0, 0.0))
    made.meic_year(tmp_path, made.field())
    people = Proxy(raster="people.tif", kind="count")
    job = made.job(tmp_path, "meic", ".")
    found = meic.read(job)
    shares = made.laid(found, proxy=people, folder=tmp_path)
    how = nest.merges({"industry"}, job.given, made.MAPS)
    with pytest.raises(InputError, match=r"proxy is zero in .* cell at 113\.3750 E"):
        nest.outer(found, shares, how, made.GRID, job.given, None)
    by_area = made.settings("meic", ".", zero_proxy="area")
    field, budget = nest.outer(found, shares, how, made.GRID, by_area, None)
    assert budget["inside"].iloc[0] + budget["outside"].iloc[0] == pytest.approx(
        made.field().sum() * 78e3, rel=1e-12
    )
    assert float(field.sum()) == pytest.approx(budget["inside"].iloc[0], rel=1e-12)


def test_m4_a_pollutant_or_month_that_is_missing_is_an_error_not_a_zero(tmp_path):
    made.meic_year(tmp_path, made.field(), months=[1, 2, 3])
    with pytest.raises(InputError, match="months are missing"):
        of(tmp_path, **ALONE)


def test_m5_m6_nothing_is_rescaled_to_a_total(tmp_path):
    """Mass outside the domain is not pulled in: doubling it there changes nothing inside."""
    values = made.field()
    far = values.copy()
    far[-1], far[:, 0] = far[-1] * 2, far[:, 0] * 2
    sums = []
    for name, one in (("a", values), ("b", far)):
        folder = tmp_path / name
        folder.mkdir()
        made.meic_year(folder, one)
        sums.append(of(folder, **ALONE)[1].iloc[0])
    assert sums[1]["in"] > sums[0]["in"]
    assert sums[1]["inside"] == pytest.approx(sums[0]["inside"], rel=1e-12)


def test_m7_our_cells_partly_beyond_the_foreign_grid_do_not_gain():
    """Where the foreign grid ends inside our domain, a half-covered cell has half the flux."""
    half = Lattice(np.arange(112.515, 113.22, 0.1), np.arange(37.25, 38.75, 0.1))
    part = parts.lay(half, made.GRID, made.DISTRICTS[:0])
    even = (part.kept(()).T @ half.areas().ravel()).reshape(made.GRID.shape) / made.GRID.areas()
    assert even.max() < 1 + 1e-3
    assert ((even > 0.05) & (even < 0.95)).sum() > 5
    x, _ = np.meshgrid(made.GRID.x, made.GRID.y)
    assert even[x > made.GRID.project(113.25, 38.0)[0]].max() == 0


def test_m8_the_city_is_cut_by_its_border_not_by_a_mask_of_cells():
    """Mass of the city and of the ring add to the whole, also with cells as large as the city."""
    coarse = Lattice(np.array([112.4, 113.2, 114.0]), np.array([37.2, 38.05, 38.9]))
    part = parts.lay(coarse, made.GRID, made.DISTRICTS)
    city = sum(shares.sum(axis=1) for shares in part.district.values())
    ring = part.rest.sum(axis=1)
    assert np.abs(city + ring + part.outside - 1).max() < 1e-12
    ground = Lattice(np.array([113.1, 113.3]), np.array([37.9, 38.2])).areas().sum()
    assert city @ coarse.areas().ravel() == pytest.approx(ground, rel=2e-3)


def test_m8_tables_are_read_by_name_not_by_position(tmp_path):
    import shutil

    from emisim.regrid import maps

    shutil.copytree("inputs/regrid", tmp_path / "regrid")
    shutil.copy("inputs/sources.csv", tmp_path)
    path = tmp_path / "regrid" / "species.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table[table.columns[::-1]].to_csv(path, index=False)
    turned = maps.read(tmp_path / "regrid")
    assert turned.terms("meic", ["PM25"]) == made.MAPS.terms("meic", ["PM25"])
    table.assign(extra="1").to_csv(path, index=False)
    with pytest.raises(InputError, match="unknown column"):
        maps.read(tmp_path / "regrid")


def test_m9_a_check_that_fails_stops(tmp_path):
    made.meic_year(tmp_path, made.field())
    found = meic.read(made.job(tmp_path, "meic", "."))
    job = made.job(tmp_path, "meic", ".")
    how = nest.merges({"industry"}, job.given, made.MAPS)
    shares = made.laid(found)
    key, whole = next(iter(shares.items()))
    with pytest.raises(MassError, match="add to"):
        parts.Parts(whole.district, whole.rest * 1.001, whole.outside, whole.bare).checked()
    leaky = parts.Parts(whole.district, whole.rest * 0.9, whole.outside, whole.bare)
    with pytest.raises(MassError, match="did not conserve"):
        nest.outer(found, {key: leaky}, how, made.GRID, job.given, None)
    kept, budget = nest.outer(found, shares, how, made.GRID, job.given, None)
    wrong = budget.assign(kept=budget["kept"] * 1.001)
    with pytest.raises(MassError, match="do not add to the result"):
        nest.joined(kept, own(), wrong)


def test_whole_and_parts_are_not_counted_twice(tmp_path):
    from emisim.regrid import edgar

    for sector in ("TOTALS", "IND"):
        (tmp_path / f"v8.1_FT2022_AP_SO2_2017_{sector}_flx.nc").touch()
    with pytest.raises(InputError, match="counted twice"):
        edgar.read(made.job(tmp_path, "edgar", "."))


def test_points_of_a_proxy_stay_where_they_are(tmp_path):
    """M3 and M4 together: all people in one place take all of their foreign cell's mass there."""
    values = np.zeros((110, 110))
    values[47, 60] = 1.0
    made.raster(tmp_path, values + 1e-12)
    people = Proxy(raster="people.tif", kind="count")
    assert proxy.field(people, tmp_path, made.GRID).sum() == pytest.approx(1, rel=1e-6)
    cells = Lattice(np.arange(112.5, 114.01, 0.25), np.arange(37.25, 38.51, 0.25))
    part = parts.lay(cells, made.GRID, made.DISTRICTS, people, tmp_path)
    lon, lat = 112.0 + 60.5 * 0.02, 39.0 - 47.5 * 0.02
    at = overlay.points(made.GRID, [lon], [lat]).cell[0]
    row, column = divmod(int(at), made.GRID.nx)
    foreign = int((lat - 37.25) // 0.25) * 6 + int((lon - 112.5) // 0.25)
    share = part.kept(()).toarray()[foreign].reshape(made.GRID.shape)
    assert share[row - 1 : row + 2, column - 1 : column + 2].sum() > 0.999
