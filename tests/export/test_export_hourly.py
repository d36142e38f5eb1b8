"""Files of CMAQ, WRF-Chem and hourly CF: read back, and compared with sums made another way."""

from datetime import datetime

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from emisim import inventory
from emisim.errors import InputError, MassError
from emisim.export import amounts, cf, hours, ioapi, speciation, target, wrfchem
from emisim.grid import from_attrs
from emisim.vocabulary import SPECIES
from export import made
from export.paths import TABLES

START = datetime(2019, 1, 1)
GRAMS = 1000.0
IOAPI = {
    *("IOAPI_VERSION", "EXEC_ID", "FTYPE", "CDATE", "CTIME", "WDATE", "WTIME", "SDATE", "STIME"),
    *("TSTEP", "NTHIK", "NCOLS", "NROWS", "NLAYS", "NVARS", "GDTYP", "P_ALP", "P_BET", "P_GAM"),
    *("XCENT", "YCENT", "XORIG", "YORIG", "XCELL", "YCELL", "VGTYP", "VGTOP", "VGLVLS", "GDNAM"),
    *("UPNAM", "VAR-LIST", "FILEDESC", "HISTORY"),
}
"""Global attributes that the I/O API writes into a gridded file, and no others."""


@pytest.fixture(scope="module")
def base():
    return made.city()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hourly")


@pytest.fixture(scope="module")
def own(base):
    return target.own(from_attrs(base.attrs), "CITY")


@pytest.fixture(scope="module")
def wrf(folder):
    return target.read(made.wrfinput(folder / "wrfinput_d01", ny=7), None, made.RADIUS)


def rates(base, grid, mechanism, count=24, layer=None):
    found = made.laid(base, grid, months=[1], layer=layer)
    share = hours.mean_day(made.clocks(found), hours.times(START, count))
    if mechanism is None:
        told, yields = hours.as_inventory(found)
        return hours.Hours(found, hours.times(START, count), share, SPECIES, told, yields)
    chosen = speciation.read(TABLES, mechanism, found.by_sector())
    told, yields = hours.of_mechanism(found, chosen)
    return hours.Hours(found, hours.times(START, count), share, chosen.species, told, yields)


def january(base):
    """kg on the city's grid in January by species, from the inventory alone."""
    outside = xr.DataArray(base["outside_share"].values[base["source_place"]], dims="source")
    kept = base.assign(activity=base["activity"] * (1 - outside))
    whole = inventory.totals(kept, by=(), months=True, outside=True).sel(month=1)
    return dict(zip(SPECIES, whole.values, strict=True))


@pytest.fixture(scope="module")
def cmaq(base, own, folder):
    made_hours = rates(base, own.grid, "cb6_ae6", 25)
    ioapi.write(folder / "emis.nc", made_hours, own, about="mean day of January")
    return folder / "emis.nc", made_hours


def test_cmaq_day_holds_a_31st_of_january(cmaq, base):
    path, _ = cmaq
    with netCDF4.Dataset(path) as file:
        day = {n: float(file[n][:24].astype(float).sum()) * 3600 for n in file.variables}
    kg = january(base)
    aerosol = sum(v for n, v in day.items() if n in ("POC", "PEC", "PMC") or n.startswith("PM"))
    aerosol += sum(v for n, v in day.items() if n.startswith("P") and n not in
                   ("POC", "PEC", "PAR", "PRPA") and not n.startswith("PM"))  # fmt: skip
    assert aerosol == pytest.approx(kg["PM10"] * GRAMS / 31, rel=1e-6)
    assert day["PEC"] == pytest.approx(kg["BC"] * GRAMS / 31, rel=1e-6)
    assert day["SO2"] == pytest.approx(kg["SO2"] * GRAMS / 64.058 / 31, rel=1e-6)
    assert day["NO"] + day["NO2"] == pytest.approx(kg["NOx"] * GRAMS / 46.005 / 31, rel=1e-6)
    table = hours.compare(cmaq[1], ioapi.totals(path, cmaq[1].species), path.name)
    assert table["relative_difference"].abs().max() < hours.SINGLE < 1e-7


def test_cmaq_header_is_that_of_the_io_api(cmaq, own):
    path, made_hours = cmaq
    with netCDF4.Dataset(path) as file:
        assert file.file_format.startswith("NETCDF3")
        sizes = {name: len(d) for name, d in file.dimensions.items()}
        assert sizes == {"TSTEP": 25, "DATE-TIME": 2, "LAY": 1, "ROW": own.grid.ny,
                         "COL": own.grid.nx, "VAR": len(made_hours.species)}  # fmt: skip
        assert file.dimensions["TSTEP"].isunlimited()
        listed = file.getncattr("VAR-LIST")
        assert [listed[i : i + 16].strip() for i in range(0, len(listed), 16)] == list(
            made_hours.species
        )
        assert list(file.variables) == ["TFLAG", *made_hours.species]
        flags = file["TFLAG"][:]
        assert flags[0, 0].tolist() == [2019001, 0]
        assert flags[-1, -1].tolist() == [2019002, 0]
        assert flags[13, 5].tolist() == [2019001, 130000]
        assert (file.SDATE, file.STIME, file.TSTEP, file.GDTYP) == (2019001, 0, 10000, 10)
        assert (own.grid.x0, 1000.0, own.grid.nx) == (file.XORIG, file.XCELL, file.NCOLS)
        assert file["NO"].units == "moles/s".ljust(16)
        assert file["PEC"].units == "g/s".ljust(16)
        assert all(len(file[n].long_name) == 16 for n in made_hours.species)
        assert len(file["NO"].var_desc) == len(file.EXEC_ID) == 80
        assert len(file.FILEDESC) == len(file.HISTORY) == 80 * 60
        assert {len(file.GDNAM), len(file.UPNAM)} == {16}
        assert len(listed) == 16 * file.NVARS
        assert len(file.VGLVLS) == file.NLAYS + 1
        assert list(file.dimensions) == ["TSTEP", "DATE-TIME", "LAY", "VAR", "ROW", "COL"]
        assert file["TFLAG"].dimensions == ("TSTEP", "VAR", "DATE-TIME")
        assert set(file.ncattrs()) == IOAPI


def test_cmaq_layers(base, own, folder):
    tops = [20.0, 200.0]
    high = base.assign_coords(stack_height=("source", np.full(base.sizes["source"], 50.0)))
    layer = np.where(base["sector"] == "boilers", amounts.layers(high, tops, 1.5), 0)
    found = rates(base, own.grid, "cb6_ae6", 2, layer)
    ioapi.write(folder / "layers.nc", found, own, tops)
    with netCDF4.Dataset(folder / "layers.nc") as file:
        by_layer = file["SO2"][0].astype(float).sum(axis=(1, 2))
        assert file.VGLVLS.tolist() == [0.0, 20.0, 200.0]
        assert file.VGTYP == 6
    assert by_layer[1] > 3 * by_layer[0] > 0
    np.testing.assert_allclose(ioapi.totals(folder / "layers.nc", found.species),
                               found.expected(), rtol=1e-6)  # fmt: skip


def test_same_bytes_twice(cmaq, own, folder):
    path, made_hours = cmaq
    again = folder / "again.nc"
    ioapi.write(again, made_hours, own, about="mean day of January")
    assert again.read_bytes() == path.read_bytes()


def test_a_grid_without_a_type_is_refused(cmaq, own, folder):
    bare = target.Target(own.grid, "X")
    with pytest.raises(InputError, match="no type for this grid's projection"):
        ioapi.write(folder / "none.nc", cmaq[1], bare)
    assert not (folder / "none.nc").exists()


def test_a_file_that_lost_mass_is_an_error(cmaq):
    path, made_hours = cmaq
    less = ioapi.totals(path, made_hours.species) * (1 - 1e-7)
    with pytest.raises(MassError, match=r"emis\.nc is"):
        hours.compare(made_hours, less, path.name)


@pytest.fixture(scope="module")
def wrfchem_files(base, wrf, folder):
    found = rates(base, wrf.grid, "radm2_sorgam")
    paths = []
    for name, chosen in wrfchem.names("2019-01-01", wrf.name, mean=True):
        paths.append(folder / name)
        wrfchem.write(paths[-1], found, wrf, chosen)
    return paths, found


def test_wrfchem_mass_over_the_models_own_areas(wrfchem_files, wrf, base):
    paths, found = wrfchem_files
    moles = grams = 0.0
    for path in paths:
        with netCDF4.Dataset(path) as file:
            km2 = (3.0 / made.map_factor(file["XLAT"][:].astype(float))) ** 2
            moles += float((file["E_SO2"][:, 0].astype(float) * km2).sum())
            fine = ("PM25I", "PM25J", "ECI", "ECJ", "ORGI", "ORGJ", "SO4I", "SO4J", "NO3I", "NO3J")
            flux = sum(file[f"E_{n}"][:, 0].astype(float) for n in fine)
            grams += float((flux * km2).sum()) * 3600
    beyond = found.amounts.beyond_target.sum(axis=(0, 2))
    kg = january(base)
    inside = {s: kg[s] - beyond[i] for i, s in enumerate(SPECIES)}
    assert moles == pytest.approx(inside["SO2"] * GRAMS / 64.058 / 31, rel=2e-6)
    assert grams == pytest.approx(inside["PM2.5"] * GRAMS / 31, rel=2e-6)
    assert beyond[0] > 0
    table = hours.compare(found, wrfchem.totals(paths, found, wrf), "wrfchemi")
    assert table["relative_difference"].abs().max() < hours.SINGLE


def test_wrfchem_layout(wrfchem_files, wrf):
    with netCDF4.Dataset(wrfchem_files[0][1]) as file:
        assert file.file_format.startswith("NETCDF3")
        assert len(file.dimensions["Time"]) == 12
        clock = netCDF4.chartostring(file["Times"][:])
        assert [str(t) for t in clock[[0, 11]]] == ["2019-01-01_12:00:00", "2019-01-01_23:00:00"]
        gas, dust = file["E_NO"], file["E_PM_10"]
        assert gas.dimensions == ("Time", "emissions_zdim_stag", "south_north", "west_east")
        assert (gas.units, dust.units) == ("mol km^-2 hr^-1", "ug m^-3 m s^-1")
        assert (gas.FieldType, gas.MemoryOrder) == (104, "XYZ")
        assert file.MAP_PROJ == 1
        assert file["XLONG"][:].shape == wrf.grid.shape


def test_a_day_of_the_calendar_is_one_file(wrf):
    assert wrfchem.names("2019-01-15", wrf.name, mean=False) == [
        ("wrfchemi_d01_2019-01-15_00:00:00", slice(None, 24))
    ]


def test_wrfchem_needs_a_wrf_grid(wrfchem_files, own, folder):
    with pytest.raises(InputError, match="needs the grid of the WRF run"):
        wrfchem.write(folder / "x", wrfchem_files[1], own)


@pytest.fixture(scope="module")
def hourly(base, own, folder):
    found = rates(base, own.grid, None)
    cf.write(folder / "hourly.nc", found, own, {})
    return folder / "hourly.nc", found


def test_hourly_cf_holds_the_day(hourly, own, base):
    path, found = hourly
    table = hours.compare(found, cf.totals(path, SPECIES, own), path.name, hours.AGREED)
    assert table["relative_difference"].abs().max() < 1e-12
    with xr.open_dataset(path) as data:
        assert data.sizes["time"] == 24
        assert pd.Timestamp(data["time"].values[0]) == pd.Timestamp("2019-01-01 00:30")
        kg = float(data["PM2_5"].astype(float).sum()) * 1e6 * 3600
    assert kg == pytest.approx(january(base)["PM2.5"] / 31, rel=1e-9)


def test_compliance_checker_finds_no_fault_in_hours(hourly):
    from compliance_checker.runner import CheckSuite

    suite = CheckSuite()
    suite.load_all_available_checkers()
    results = suite.run_all(suite.load_dataset(str(hourly[0])), ["cf:1.11"], skip_checks=[])
    groups, errors = results["cf:1.11"]
    assert not errors
    short = [g for g in groups if isinstance(g.value, tuple) and g.value[0] < g.value[1]]
    assert [message for group in short for message in group.msgs] == []
