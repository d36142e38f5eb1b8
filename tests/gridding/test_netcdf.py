"""The netCDF file: CF compliance, units, round trip, same bytes twice."""

import numpy as np
import pytest
import xarray as xr

from emisim import gridding
from emisim.errors import InputError
from emisim.gridding.netcdf import month_bounds
from gridding.city import DISTRICTS, PLACES, domain, sources


@pytest.fixture(scope="module")
def field():
    gridded = gridding.allocate(sources(), domain(), PLACES, DISTRICTS)
    return gridding.emissions(gridded)


@pytest.fixture(scope="module")
def path(field, tmp_path_factory):
    path = tmp_path_factory.mktemp("netcdf") / "emissions.nc"
    gridding.write(path, field, domain(), 2020)
    return path


def test_month_bounds_of_a_leap_year():
    bounds = month_bounds(2020)
    assert bounds[1].tolist() == [31, 60]
    assert bounds[-1].tolist() == [335, 366]


def test_flux_times_area_and_time_is_the_mass(path, field):
    with xr.open_dataset(path) as dataset:
        flux = dataset["PM2_5"].isel(time=1)[dataset["sector_name"].values == "boilers"]
        mass = float((flux.astype(float) * 1e6).sum()) * 29 * 86400
    expected = field.sel(sector="boilers", species="PM2.5", month=2).sum()
    assert mass == pytest.approx(float(expected), rel=1e-6)


def test_round_trip(path, field):
    back = gridding.read(path)
    assert back.dims == field.dims
    xr.testing.assert_allclose(back, field.astype(float), rtol=1e-6)


def test_some_species_are_read_alone(path):
    back = gridding.read(path, ["CO2", "nothing"])
    assert back["species"].values.tolist() == ["CO2"]
    xr.testing.assert_equal(back, gridding.read(path).sel(species=["CO2"]))


def test_same_bytes_twice(path, field, tmp_path):
    again = tmp_path / "emissions.nc"
    gridding.write(again, field, domain(), 2020)
    assert again.read_bytes() == path.read_bytes()


def test_describes_itself(path):
    with xr.open_dataset(path) as dataset:
        assert dataset["SO2"].attrs["standard_name"].endswith("sulfur_dioxide_due_to_emission")
        assert dataset["SO2"].attrs["units"] == "kg m-2 s-1"
        assert dataset["crs"].attrs["grid_mapping_name"] == "lambert_azimuthal_equal_area"
        assert np.issubdtype(dataset["time"].dtype, np.datetime64)
        assert dataset["time"].dt.month.values.tolist() == list(range(1, 13))


def test_compliance_checker_finds_no_fault(path):
    from compliance_checker.runner import CheckSuite

    suite = CheckSuite()
    suite.load_all_available_checkers()
    assert "cf:1.11" in suite.checkers
    data = suite.load_dataset(str(path))
    results = suite.run_all(data, ["cf:1.11"], skip_checks=[])
    groups, errors = results["cf:1.11"]
    assert not errors
    short = [g for g in groups if isinstance(g.value, tuple) and g.value[0] < g.value[1]]
    faults = [message for group in short for message in group.msgs]
    dated = "§2.6.2 global attribute history should exist and be a non-empty string"
    assert [m for m in faults if m != dated] == []


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="file not found"):
        gridding.read(tmp_path / "none.nc")
