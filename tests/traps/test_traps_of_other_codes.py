"""Nothing vanishes, M1 to M10: traps found in the sources of other emission codes.

Each test says what goes wrong elsewhere and what emisim does.
"""

import shutil
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import shapely

from emisim import overlay
from emisim.errors import InputError, MassError
from emisim.export import clock, hours
from emisim.factors import Factors
from emisim.regrid import maps, meic, nest, parts, proxy, quantity
from emisim.regrid.lattice import Lattice
from emisim.regrid.settings import Proxy
from export.paths import FACTORS, INPUTS, TABLES
from regrid import foreign
from regrid.test_nest import of, own

ALONE = {"merge": {}, "presence": None}
PEOPLE = Proxy(raster="people.tif", kind="count")


@pytest.mark.parametrize(("year", "month"), [(2020, 2), (2019, 4), (2019, 7)])
def test_m1_the_days_of_a_month_add_to_the_month(year, month):
    """Elsewhere: a week is a quarter of a month, too much by up to 12 %. Here: days add to 1."""
    groups = pd.DataFrame([("vehicles", "mobile")], columns=["sector", "hours"])
    hourly = {"mobile": Factors(FACTORS).profile(groups["hours"], "hour")[0]}
    clocks = clock.clock(groups, hourly, TABLES)
    start = datetime(year, month, 1) - timedelta(hours=clocks.offset)
    days = (datetime(year, month + 1, 1) - datetime(year, month, 1)).days
    share = hours.day(clocks, (month,), hours.times(start, 24 * days))[:, 0, 0]
    assert share.sum() * 3600 == pytest.approx(1, rel=1e-12)
    weekdays = [datetime(year, month, day + 1).weekday() for day in range(days)]
    assert clocks.weekly[0][weekdays].sum() / 4 > 1.03


@pytest.mark.parametrize("year", [2017, 2020])
def test_m1_the_months_of_a_year_add_to_the_year(year):
    """Elsewhere: months are even parts. Here: by their own days, and they add to the year."""
    total, steps = quantity.parse("Tonnes", "f"), quantity.steps_of_year(year)
    months, scale = quantity.scales(total, steps, "uniform", "f")
    assert months == tuple(range(1, 13))
    assert scale.sum() == pytest.approx(1, rel=1e-15)
    assert scale[1] / scale[0] == pytest.approx((29 if year == 2020 else 28) / 31)
    per_month = quantity.parse("Mg per cell per month", "f")
    monthly = quantity.steps_of_year(year, range(1, 13))
    np.testing.assert_array_equal(quantity.scales(per_month, monthly, "stop", "f")[1], np.eye(12))


def test_m2_a_profile_that_does_not_add_to_1_stops(tmp_path):
    """Elsewhere: hours of a day add to 1.016. Here: every shipped profile adds to 1, or stops."""
    shipped = Factors(FACTORS).profiles
    assert (shipped.sum(axis=1) - 1).abs().max() < 1e-6
    shutil.copytree(FACTORS, tmp_path / "factors")
    shutil.copy(INPUTS / "sources.csv", tmp_path)
    path = tmp_path / "factors" / "profiles.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[5, "value"] = str(float(table.loc[5, "value"]) + 0.016)
    table.loc[5, "high"] = str(float(table.loc[5, "high"]) + 0.016)
    table.to_csv(path, index=False)
    with pytest.raises(InputError, match="does not sum to 1"):
        Factors(tmp_path / "factors").profiles  # noqa: B018


def test_m3_our_cells_on_a_foreign_border_take_from_both_sides(tmp_path):
    """Elsewhere: a cell on a border goes to one side whole. Here: each side gives its part."""
    values = np.zeros((foreign.NY, foreign.NX))
    values[2, 2] = 100.0
    foreign.meic_year(tmp_path, values)
    field, budget = of(tmp_path, **ALONE)
    january = field.sel(sector="industry", species="SO2", month=1).values
    box = np.array([shapely.box(113.0, 37.75, 113.25, 38.0)])
    cell = overlay.project(foreign.GRID, box)[0]
    part = shapely.area(shapely.intersection(cell, shapely.box(*foreign.GRID.bounds)))
    assert january.sum() == pytest.approx(1e5 * part / cell.area, rel=1e-6)
    whole = january.max()
    assert ((january > 0.02 * whole) & (january < 0.98 * whole)).sum() > 10
    assert budget["dropped"].abs().max() <= 1e-9 * budget["in"].max()


def test_m3_points_of_a_proxy_stay_where_they_are(tmp_path):
    """Elsewhere: the proxy's total is of another cut than its parts. Here: both of one raster."""
    values = np.zeros((110, 110))
    values[47, 60] = 1.0
    foreign.raster(tmp_path, values + 1e-12)
    assert proxy.field(PEOPLE, tmp_path, foreign.GRID).sum() == pytest.approx(1, rel=1e-6)
    cells = Lattice(np.arange(112.5, 114.01, 0.25), np.arange(37.25, 38.51, 0.25))
    part = parts.lay(cells, foreign.GRID, foreign.DISTRICTS, PEOPLE, tmp_path)
    lon, lat = 112.0 + 60.5 * 0.02, 39.0 - 47.5 * 0.02
    row, column = divmod(int(overlay.points(foreign.GRID, [lon], [lat]).cell[0]), foreign.GRID.nx)
    at = int((lat - 37.25) // 0.25) * 6 + int((lon - 112.5) // 0.25)
    share = part.kept(()).toarray()[at].reshape(foreign.GRID.shape)
    assert share[row - 1 : row + 2, column - 1 : column + 2].sum() > 0.999


def test_m4_a_cell_without_proxy_stops_and_loses_nothing(tmp_path):
    """Elsewhere: no proxy means factor 0 and the mass is gone. Here: it stops, or goes by area."""
    lon = np.broadcast_to(112.0 + (np.arange(110) + 1 / 2) * 0.02, (110, 110))
    foreign.raster(tmp_path, np.where(lon < 113.24, 1.0, 0.0))
    foreign.meic_year(tmp_path, foreign.field())
    job = foreign.job(tmp_path, "meic", ".")
    found = meic.read(job)
    shares = foreign.laid(found, proxy=PEOPLE, folder=tmp_path)
    how = nest.merges({"industry"}, job.given, foreign.MAPS)
    with pytest.raises(InputError, match=r"proxy is zero in .* cell at 113\.3750 E"):
        nest.outer(found, shares, how, foreign.GRID, job.given, None)
    by_area = foreign.settings("meic", ".", zero_proxy="area")
    field, budget = nest.outer(found, shares, how, foreign.GRID, by_area, None)
    assert budget["inside"].iloc[0] + budget["outside"].iloc[0] == pytest.approx(
        foreign.field().sum() * 78e3, rel=1e-12
    )
    assert float(field.sum()) == pytest.approx(budget["inside"].iloc[0], rel=1e-12)


def test_m4_a_month_that_is_missing_is_an_error_not_a_zero(tmp_path):
    """Elsewhere: a missing file is a printed warning. Here: it stops unless zero is said."""
    foreign.meic_year(tmp_path, foreign.field(), months=[1, 2, 3])
    with pytest.raises(InputError, match="months are missing"):
        of(tmp_path, **ALONE)


def test_m5_a_road_half_outside_leaves_half_outside():
    """Elsewhere: one number lifts the grid to the input. Here: the part outside stays outside."""
    edge = foreign.GRID.unproject(foreign.GRID.x1, (foreign.GRID.y0 + foreign.GRID.y1) / 2)
    road = shapely.LineString([(float(edge[0]) - 0.05, float(edge[1])),
                               (float(edge[0]) + 0.05, float(edge[1]))])  # fmt: skip
    weights = overlay.lines(foreign.GRID, [road])
    assert weights.outside[0] == pytest.approx(0.5, abs=0.01)
    assert weights.share.sum() == pytest.approx(1 - weights.outside[0], rel=1e-12)


def test_m6_nothing_is_rescaled_to_a_total(tmp_path):
    """Elsewhere: a repair step lifts sectors to their totals. Here: more outside, same inside."""
    values = foreign.field()
    far = values.copy()
    far[-1], far[:, 0] = far[-1] * 2, far[:, 0] * 2
    sums = []
    for name, one in (("a", values), ("b", far)):
        folder = tmp_path / name
        folder.mkdir()
        foreign.meic_year(folder, one)
        sums.append(of(folder, **ALONE)[1].iloc[0])
    assert sums[1]["in"] > sums[0]["in"]
    assert sums[1]["inside"] == pytest.approx(sums[0]["inside"], rel=1e-12)


def test_m7_our_cells_partly_beyond_the_foreign_grid_do_not_gain():
    """Elsewhere: half-covered cells get the whole flux. Here: a half of it."""
    half = Lattice(np.arange(112.515, 113.22, 0.1), np.arange(37.25, 38.75, 0.1))
    part = parts.lay(half, foreign.GRID, foreign.DISTRICTS[:0])
    even = (part.kept(()).T @ half.areas().ravel()).reshape(foreign.GRID.shape)
    even /= foreign.GRID.areas()
    assert even.max() < 1 + 1e-3
    assert ((even > 0.05) & (even < 0.95)).sum() > 5
    x, _ = np.meshgrid(foreign.GRID.x, foreign.GRID.y)
    assert even[x > foreign.GRID.project(113.25, 38.0)[0]].max() == 0


def test_m8_the_city_is_cut_by_its_border_not_by_a_mask_of_cells():
    """Elsewhere: coarse masks lose mass. Here: city and ring add to the whole at any cell size."""
    coarse = Lattice(np.array([112.4, 113.2, 114.0]), np.array([37.2, 38.05, 38.9]))
    part = parts.lay(coarse, foreign.GRID, foreign.DISTRICTS)
    city = sum(shares.sum(axis=1) for shares in part.district.values())
    ring = part.rest.sum(axis=1)
    assert np.abs(city + ring + part.outside - 1).max() < 1e-12
    ground = Lattice(np.array([113.1, 113.3]), np.array([37.9, 38.2])).areas().sum()
    assert city @ coarse.areas().ravel() == pytest.approx(ground, rel=2e-3)


def test_m8_tables_are_read_by_name_not_by_position(tmp_path):
    """Elsewhere: a new column changes what old files mean. Here: order is free, strangers stop."""
    shutil.copytree(INPUTS / "regrid", tmp_path / "regrid")
    shutil.copy(INPUTS / "sources.csv", tmp_path)
    path = tmp_path / "regrid" / "species.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table[table.columns[::-1]].to_csv(path, index=False)
    turned = maps.read(tmp_path / "regrid")
    assert turned.terms("meic", ["PM25"]) == foreign.MAPS.terms("meic", ["PM25"])
    table.assign(extra="1").to_csv(path, index=False)
    with pytest.raises(InputError, match="unknown column"):
        maps.read(tmp_path / "regrid")


def test_m9_a_check_that_fails_stops(tmp_path):
    """Elsewhere: a failed check of mass is logged. Here: it ends the run."""
    foreign.meic_year(tmp_path, foreign.field())
    job = foreign.job(tmp_path, "meic", ".")
    found = meic.read(job)
    how = nest.merges({"industry"}, job.given, foreign.MAPS)
    shares = foreign.laid(found)
    key, whole = next(iter(shares.items()))
    with pytest.raises(MassError, match="add to"):
        parts.Parts(whole.district, whole.rest * 1.001, whole.outside, whole.bare).checked()
    leaky = parts.Parts(whole.district, whole.rest * 0.9, whole.outside, whole.bare)
    with pytest.raises(MassError, match="did not conserve"):
        nest.outer(found, {key: leaky}, how, foreign.GRID, job.given, None)
    kept, budget = nest.outer(found, shares, how, foreign.GRID, job.given, None)
    wrong = budget.assign(kept=budget["kept"] * 1.001)
    with pytest.raises(MassError, match="do not add to the result"):
        nest.joined(kept, own(), wrong)


@pytest.mark.parametrize(("year", "days"), [(2017, 365), (2020, 366)])
def test_m10_a_year_has_its_own_days(year, days):
    """Elsewhere: 365.25 days in every year. Here: those of the calendar, of each month too."""
    flux = quantity.parse("kg m-2 s-1", "f")
    whole, monthly = quantity.steps_of_year(year), quantity.steps_of_year(year, range(1, 13))
    assert quantity.scales(flux, whole, "uniform", "f")[1].sum() == pytest.approx(days * 86400)
    assert quantity.scales(flux, monthly, "stop", "f")[1].sum() == pytest.approx(days * 86400)
