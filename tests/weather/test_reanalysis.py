import numpy as np
import pandas as pd
import pytest
import xarray as xr
from years import P, rainy

from emisim.errors import InputError
from emisim.weather import readers, regimes

UTC = pd.date_range("2014-12-31 17:00", "2015-12-31 16:00", freq="h")
PLACE = {"utc_offset": 8, "latitude": 37.1, "longitude": 113.0}
UNITS = {
    **{"u10": "m s**-1", "v10": "m s**-1", "t2m": "K", "d2m": "K", "blh": "m", "tp": "m"},
    **{"ssrd": "J m**-2", "tcc": "(0 - 1)", "zust": "m s**-1", "ishf": "W m**-2"},
}


def era5(**changes):
    """Return a box of 2 x 3 cells; each holds its number as u10."""
    hour = (UTC.hour.to_numpy() + 8) % 24
    sun = np.clip(np.sin(np.pi * (hour - 6.5) / 12), 0, None)
    flat = {
        "v10": 3.0 + 0 * sun,
        **{"t2m": 280 + 5 * sun, "d2m": 270 + 0 * sun, "blh": 100 + 900 * sun},
        **{"tp": np.where(hour == 9, 0.0005, -1e-19), "ssrd": 2.4e6 * sun, "tcc": 0.4 + 0 * sun},
        **{"zust": 0.3 + 0 * sun, "ishf": 20 - 150 * sun},
    }
    cells = np.arange(6.0).reshape(2, 3)
    data = {
        name: (("valid_time", "latitude", "longitude"), values[:, None, None] + 0 * cells)
        for name, values in {**flat, **changes}.items()
    }
    data["u10"] = data["v10"][0], 0 * data["v10"][1] + cells
    file = xr.Dataset(
        data,
        {"valid_time": UTC, "latitude": [37.25, 37.0], "longitude": [112.75, 113.0, 113.25]},
    )
    for name in file.data_vars:
        file[name].attrs["units"] = UNITS[name]
    return file


def saved(file, path):
    file.to_netcdf(path)
    return path


def test_nearest_cell_in_si_units_and_local_time(tmp_path):
    found = readers.read(saved(era5(), tmp_path / "a.nc"), P, PLACE)
    assert len(found) == 8760
    assert found["time"].iloc[0] == pd.Timestamp("2015-01-01 00:30")
    # cell (37.0, 113.0) is number 4: u 4, v 3
    assert found["wind_speed"].to_numpy() == pytest.approx(5)
    assert found["wind_direction"].to_numpy() == pytest.approx(180 + np.rad2deg(np.arctan2(4, 3)))
    assert (found.attrs["latitude"], found.attrs["longitude"]) == (37.0, 113.0)
    noon = found.set_index("time").loc["2015-06-01 12:30"]
    sun = np.sin(np.pi * 6.5 / 12)
    assert noon["irradiance"] == pytest.approx(2.4e6 * sun / 3600)
    assert noon["heat_flux"] == pytest.approx(150 * sun - 20)
    assert noon["mixing_height"] == pytest.approx(100 + 900 * sun)
    assert found["rain"].max() == pytest.approx(0.5)
    assert found["rain"].min() == 0


def test_classes_take_what_the_file_has(tmp_path):
    record = readers.read(saved(era5(), tmp_path / "a.nc"), P, PLACE)
    found = regimes.build(record, P, climatology=rainy(999, 99))
    assert found["friction_velocity"].to_numpy() == pytest.approx(0.3)
    assert found.attrs["rain"].startswith("record")
    wet = found["wet"]
    share = found["frequency"].where(wet, 0).sum("class")
    assert share.to_numpy() == pytest.approx(1 / 24)
    assert found["rain"].where(wet & (found["frequency"] > 0)).max() == pytest.approx(0.5)
    assert found["mixing_height"].max() < 1001


def test_a_point_of_wrf_needs_no_place(tmp_path):
    names = {"u10": "U10", "v10": "V10", "t2m": "T2", "ssrd": "SWDOWN", "tcc": "tcc", "d2m": "d2m"}
    point = (
        era5()
        .isel(latitude=[1], longitude=[1])[list(names)]
        .rename({**names, "valid_time": "Time", "latitude": "lat", "longitude": "lon"})
    )
    point["SWDOWN"] = point["SWDOWN"].clip(max=900).assign_attrs(units="W m-2")
    found = readers.read(saved(point, tmp_path / "a.nc"), P, {"utc_offset": 8, "station": "S"})
    assert found.attrs["station"] == "S"
    assert found["irradiance"].max() == 900


@pytest.mark.parametrize(
    ("make", "site", "message"),
    [
        (lambda: era5(), {}, "offset of local time is not given"),
        (lambda: era5(), {"utc_offset": 8}, "the file holds 6 cells and no place is given"),
        (
            lambda: era5(),
            {**PLACE, "latitude": 39.0},
            r"the nearest cell is 19\d km from the place",
        ),
        (lambda: era5().drop_vars("t2m"), PLACE, "no variable gives the temperature"),
        (lambda: era5().drop_vars("u10"), PLACE, "no variable gives the east"),
        (lambda: era5(t2m=np.full(8760, 7.0)), PLACE, "temperature is beyond physical limits"),
        (
            lambda: era5().expand_dims(number=2),
            PLACE,
            "u10 has more dimensions than time and place",
        ),
        (lambda: era5(v10=np.full(8760, 40.0)), PLACE, "looks like km/h or knots"),
        (
            lambda: era5().isel(valid_time=slice(0, 4000)),
            PLACE,
            "only 46% of the hours of the year",
        ),
    ],
)
def test_bad_file_is_named(tmp_path, make, site, message):
    with pytest.raises(InputError, match=message):
        readers.read(saved(make(), tmp_path / "a.nc"), P, site)


def test_wrong_and_missing_units_are_named(tmp_path):
    for units, message in (({"units": "K"}, "cannot be turned into"), ({}, "v10 has no units")):
        file = era5()
        file["v10"].attrs = units
        with pytest.raises(InputError, match=message):
            readers.read(saved(file, tmp_path / f"{len(units)}.nc"), P, PLACE)


def test_what_is_not_netcdf_is_named(tmp_path):
    path = tmp_path / "a.nc"
    path.write_text("GRIB")
    with pytest.raises(InputError, match="not a readable netCDF file"):
        readers.read(path, P, PLACE)
