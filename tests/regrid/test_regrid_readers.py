"""Readers: what is in the file arrives whole, whichever way it is written."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from emisim.errors import InputError
from emisim.regrid import cf, edgar, layers, meic, quantity
from emisim.regrid.lattice import Lattice, from_bounds, from_centres, wrapped
from regrid import foreign as made

DAY = 86400.0
LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def totals(found):
    """Total of each species, kg."""
    sums = {}
    for layer in found:
        sums[layer.species] = sums.get(layer.species, 0.0) + float(layer.total.sum())
    return sums


def test_meic_text_is_megagrams_per_cell_and_month_from_the_north(tmp_path):
    values = made.field()
    made.meic_year(tmp_path, values)
    found = meic.read(made.job(tmp_path, "meic", "."))
    assert len(found) == 12
    assert totals(found)["SO2"] == pytest.approx(values.sum() * 78 * 1000, rel=1e-12)
    january = next(layer for layer in found if layer.months == (1,))
    assert january.lattice.y[0] > january.lattice.y[-1]
    row = round((made.SOUTH + made.NY * made.STEP - january.lattice.y[0]) / made.STEP)
    column = round((january.lattice.x[0] - made.WEST) / made.STEP)
    assert january.mass[0, 0, 0] == pytest.approx(values[row, column] * 1000)


def test_meic_netcdf_is_the_same_as_text(tmp_path):
    values = made.field()
    made.ascii_grid(tmp_path, values, "2017_01__power__SO2.asc")
    made.meic_netcdf(tmp_path, values, "2017_01_power_NOx.nc")
    text, binary = (meic.read(made.job(tmp_path, "meic", f"*.{end}"))[0] for end in ("asc", "nc"))
    np.testing.assert_allclose(binary.mass, text.mass, rtol=1e-12)
    assert binary.lattice.key == text.lattice.key
    assert (text.species, binary.species) == ("SO2", "NOx")


def test_meic_ranges_between_centres_are_refused(tmp_path):
    made.meic_netcdf(tmp_path, made.field(), "2017_01__power__SO2.nc")
    path = tmp_path / "2017_01__power__SO2.nc"
    data = xr.load_dataset(path)
    data["x_range"] = data["x_range"] + xr.DataArray([made.STEP / 2, -made.STEP / 2], dims="side")
    data.to_netcdf(path)
    with pytest.raises(InputError, match="spacing is not range"):
        meic.read(made.job(tmp_path, "meic", "."))


def test_pm10_is_the_sum_of_its_parts_unless_it_is_given(tmp_path):
    values = made.field()
    made.meic_year(tmp_path, values, species="PM25")
    made.meic_year(tmp_path, values * 2, species="PMcoarse")
    found = totals(meic.read(made.job(tmp_path, "meic", ".")))
    assert found["PM10"] == pytest.approx(3 * found["PM2.5"], rel=1e-12)
    made.meic_year(tmp_path, values * 5, species="PM10")
    found = totals(meic.read(made.job(tmp_path, "meic", ".", ignore=("PMcoarse",))))
    assert found["PM10"] == pytest.approx(5 * found["PM2.5"], rel=1e-12)


def test_a_part_alone_is_refused(tmp_path):
    made.meic_year(tmp_path, made.field(), species="PMcoarse")
    with pytest.raises(InputError, match="only be used with 'PM25'"):
        meic.read(made.job(tmp_path, "meic", "."))


@pytest.mark.parametrize(
    ("name", "said"),
    [("power_SO2.asc", "does not say"), ("2017_13__power__SO2.asc", "no month")],
)
def test_meic_names(tmp_path, name, said):
    made.ascii_grid(tmp_path, made.field(), name)
    with pytest.raises(InputError, match=said):
        meic.read(made.job(tmp_path, "meic", "."))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ncols": 7}, "another number of values"),
        ({"xllcorner": 481000.0}, "no longitudes and latitudes"),
        ({"cellsize": "x"}, "no name with a number"),
    ],
)
def test_meic_headers(tmp_path, change, said):
    head = {"ncols": 6, "nrows": 5, "xllcorner": made.WEST, "yllcorner": made.SOUTH,
            "cellsize": made.STEP, **change}  # fmt: skip
    made.ascii_grid(tmp_path, made.field(), "2017_01__power__SO2.asc", head=head)
    with pytest.raises(InputError, match=said):
        meic.read(made.job(tmp_path, "meic", "."))


def test_flux_times_ground_area_and_seconds_of_the_calendar(tmp_path):
    values = made.field() * 1e-11
    made.cf(tmp_path, values=values)
    areas = Lattice(from_centres(made.lon(), 1e-4), from_centres(made.lat(), 1e-4)).areas()
    wanted = (values * areas).sum() * (LENGTHS * DAY * np.arange(1, 13)).sum()
    assert totals(cf.read(made.job(tmp_path, "cf", "in.nc")))["SO2"] == pytest.approx(wanted)


@pytest.mark.parametrize(("calendar", "days"), [("360_day", 30 * 78), ("noleap", None)])
def test_calendars(tmp_path, calendar, days):
    values = made.field() * 1e-11
    made.cf(tmp_path, values=values, calendar=calendar)
    areas = Lattice(from_centres(made.lon(), 1e-4), from_centres(made.lat(), 1e-4)).areas()
    days = days or (LENGTHS * np.arange(1, 13)).sum()
    wanted = (values * areas).sum() * days * DAY
    assert totals(cf.read(made.job(tmp_path, "cf", "in.nc")))["SO2"] == pytest.approx(wanted)


@pytest.mark.parametrize("turn", [0.0, 360.0, -360.0])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("bounds", [False, True])
def test_longitudes_of_any_turn_and_rows_either_way(tmp_path, turn, flip, bounds):
    values = made.field() * 1e-11
    made.cf(tmp_path, "a.nc", values=values)
    y, turned = (made.lat()[::-1], values[::-1]) if flip else (made.lat(), values)
    made.cf(tmp_path, "b.nc", values=turned, x=made.lon() + turn, y=y, bounds=bounds)
    one, two = (cf.read(made.job(tmp_path, "cf", name)) for name in ("a.nc", "b.nc"))
    mass = [made.laid(f)[f[0].lattice.key].kept(()).T @ f[0].mass[0].ravel() for f in (one, two)]
    np.testing.assert_allclose(mass[1], mass[0], rtol=1e-9)
    assert totals(one)["SO2"] == pytest.approx(totals(two)["SO2"], rel=1e-12)


def test_a_globe_from_0_to_360(tmp_path):
    x, y = np.arange(0.5, 360), np.arange(-89.5, 90)
    values = made.field(shape=(180, 360)) * 1e-11
    made.cf(tmp_path, "a.nc", values=values, x=x, y=y, months=[1])
    made.cf(tmp_path, "b.nc", values=np.roll(values, 180, axis=1), x=x - 180, y=y, months=[1])
    steps = {"annual": "uniform"}
    one, two = (cf.read(made.job(tmp_path, "cf", n, **steps))[0] for n in ("a.nc", "b.nc"))
    np.testing.assert_allclose(one.mass, two.mass, rtol=1e-12)
    np.testing.assert_allclose(one.lattice.x, two.lattice.x)
    np.testing.assert_allclose(one.total, two.total, rtol=1e-12)
    assert one.mass.size < values.size


def test_projected_with_a_grid_mapping(tmp_path):
    import pyproj

    step = 10000.0
    x = made.GRID.x0 + (np.arange(12) - 2 + 1 / 2) * step
    y = made.GRID.y0 + (np.arange(12) - 2 + 1 / 2) * step
    made.cf(tmp_path, x=x, y=y, grid_mapping="crs",
            more={"crs": ((), 0, pyproj.CRS(made.GRID.crs).to_cf())})  # fmt: skip
    path = tmp_path / "in.nc"
    data = xr.load_dataset(path, decode_times=False).rename(lon="x", lat="y")
    for name in "xy":
        data[name].attrs = {"standard_name": f"projection_{name}_coordinate", "units": "m"}
    data.to_netcdf(path)
    found = cf.read(made.job(tmp_path, "cf", "in.nc"))
    flux = made.field(shape=(12, 12)) * 1e-11
    wanted = flux.sum() * step**2 * (LENGTHS * np.arange(1, 13)).sum() * DAY
    assert totals(found)["SO2"] == pytest.approx(wanted, rel=1e-4)
    data.drop_vars("crs").to_netcdf(path.with_name("bare.nc"))
    with pytest.raises(InputError, match="does not say how"):
        cf.read(made.job(tmp_path, "cf", "bare.nc"))


def test_packed_values_are_unpacked(tmp_path):
    made.cf(tmp_path, values=made.field() * 1e-11)
    data = xr.load_dataset(tmp_path / "in.nc", decode_times=False)
    packing = {"dtype": "i4", "scale_factor": 1e-16, "add_offset": 0.0, "_FillValue": -1}
    data.to_netcdf(tmp_path / "packed.nc", encoding={"SO2": packing})
    plain, packed = (
        totals(cf.read(made.job(tmp_path, "cf", n)))["SO2"] for n in ("in.nc", "packed.nc")
    )
    assert packed == pytest.approx(plain, rel=1e-4)


@pytest.mark.parametrize("newer", [False, True])
def test_edgar_variables_of_versions(tmp_path, newer):
    x = np.arange(112.55, 114, 0.1).astype(np.float32)
    y = np.arange(37.25, 39, 0.1).astype(np.float32)
    values = made.field(shape=(len(y), len(x))) * 1e-11
    attrs = {"units": "kg m-2 s-1"} | ({"substance": "SO2", "year": "2017"} if newer else {})
    data = xr.Dataset(
        {"fluxes" if newer else "emi_so2": (("lat", "lon"), values, attrs)}, {"lat": y, "lon": x}
    )
    for name, units in (("lat", "degrees_north"), ("lon", "degrees_east")):
        data[name].attrs["units"] = units
    name = "v8.1_FT2022_AP_SO2_2017_IND_flx.nc" if newer else "EDGARv6.1_SO2_2017_IND.0.1x0.1.nc"
    data.to_netcdf(tmp_path / name)
    with pytest.raises(InputError, match="one value for the whole year"):
        edgar.read(made.job(tmp_path, "edgar", "."))
    (found,) = edgar.read(made.job(tmp_path, "edgar", ".", annual="uniform"))
    cells = Lattice(from_centres(x, 1e-4), from_centres(y, 1e-4))
    np.testing.assert_allclose(cells.x, np.round(cells.x, 6), atol=1e-12)
    assert found.sector == "IND"
    assert float(found.total.sum()) == pytest.approx(
        (values * cells.areas()).sum() * 365 * DAY, rel=1e-12
    )
    np.testing.assert_allclose(found.total / found.total.sum(), LENGTHS / 365)


def test_edgar_tonnes_and_twelve_months(tmp_path):
    values = made.field(shape=(12, made.NY, made.NX))
    data = xr.Dataset(
        {"emissions": (("time", "lat", "lon"), values, {"units": "Tonnes", "substance": "NOx"})},
        {"time": np.arange(12.0), "lat": made.lat(), "lon": made.lon()},
    )
    for name, units in (("lat", "degrees_north"), ("lon", "degrees_east")):
        data[name].attrs["units"] = units
    data.to_netcdf(tmp_path / "v8.1_FT2022_AP_NOx_2017_bkl_TRANSPORT_emi.nc")
    (found,) = edgar.read(made.job(tmp_path, "edgar", "."))
    assert (found.sector, found.months) == ("TRANSPORT", layers.MONTHS)
    np.testing.assert_allclose(found.total, values.sum(axis=(1, 2)) * 1000)


def test_edgar_attributes_must_agree_with_the_name(tmp_path):
    data = xr.Dataset(
        {"fluxes": (("lat", "lon"), made.field(), {"units": "kg m-2 s-1", "substance": "CO"})},
        {"lat": made.lat(), "lon": made.lon()},
    )
    data.to_netcdf(tmp_path / "v8.1_FT2022_AP_SO2_2017_IND_flx.nc")
    with pytest.raises(InputError, match="do not agree with the file name"):
        edgar.read(made.job(tmp_path, "edgar", ".", annual="uniform"))


@pytest.mark.parametrize(
    ("text", "factor", "per_area", "period"),
    [
        ("kg m-2 s-1", 1, True, "second"),
        ("kg/m2/s", 1, True, "second"),
        ("Mg/grid/month", 1000, False, "month"),
        ("t cell-1 month-1", 1000, False, "month"),
        ("Tonnes", 1000, False, "step"),
        ("Gg/yr", 1e6, False, "year"),
    ],
)
def test_units(text, factor, per_area, period):
    assert quantity.parse(text, "f") == quantity.Unit(factor, per_area, period)


@pytest.mark.parametrize("text", ["mol m-2 s-1", "tg", "", "kg degree-2 s-1", "1"])
def test_units_that_are_no_mass(text):
    with pytest.raises(InputError, match="no mass per time"):
        quantity.parse(text, "f")


@given(st.floats(-180, 180), st.integers(4, 40), st.floats(100, 130))
def test_wrapping_keeps_every_column_of_a_globe(start, columns, longitude):
    x = start + np.linspace(0, 360, columns + 1)
    edges, order = wrapped(x, longitude)
    assert sorted(order.tolist()) == list(range(columns))
    assert (np.diff(edges) > 0).all()
    assert edges[-1] - edges[0] == pytest.approx(360)
    middle = (edges[:-1] + edges[1:]) / 2
    turns = (middle - (x[:-1] + x[1:])[order] / 2) / 360
    np.testing.assert_allclose(turns, np.round(turns), atol=1e-9)


def test_bounds_with_a_gap_are_refused():
    with pytest.raises(InputError, match="do not share a border"):
        from_bounds([[0.0, 1.0], [1.2, 2.0]], 1e-4, "f")


def test_whole_and_parts_are_not_counted_twice(tmp_path):
    for sector in ("TOTALS", "IND"):
        (tmp_path / f"v8.1_FT2022_AP_SO2_2017_{sector}_flx.nc").touch()
    with pytest.raises(InputError, match="counted twice"):
        edgar.read(made.job(tmp_path, "edgar", "."))
