"""Files as MEIC 1.x and EDGAR 8.1 publish them: names, grids, units; made up, of their full size.

MEIC: 320 x 200 cells of a quarter degree, 70-150 E and 10-60 N, t per cell and month, -9999 at sea;
text from the north, or a long vector ``z``. EDGAR: 3600 x 1800 cells of a tenth of a degree, either
t per cell and year (``emi``) or kg m-2 s-1 (``flx``).
"""

import numpy as np
import pytest
import xarray as xr
from shapely import affinity

from emisim.errors import InputError
from emisim.regrid import edgar, meic, nest
from emisim.regrid.lattice import Lattice, from_centres
from regrid import foreign as made
from regrid.test_nest import own

WEST, SOUTH, STEP, NX, NY = 70.0, 10.0, 0.25, 320, 200
SEA = -9999.0
YEAR = 31536000.0
MOVED = made.DISTRICTS.map(lambda shape: affinity.translate(shape, 0.03, 0.04))
"""The city beside the lines of a grid of a tenth of a degree."""
SECTORS = ("agriculture", "industry", "power", "residential", "transportation")


def china(seed):
    """Mass of a month, t per cell from the north, with a sea in the south-east."""
    values = np.random.default_rng(seed).uniform(1.0, 100.0, (NY, NX)).round(4)
    values[120:, 220:] = SEA
    return values


def text(folder, name, values):
    head = {"ncols": NX, "nrows": NY, "xllcorner": WEST, "yllcorner": SOUTH, "cellsize": STEP,
            "NODATA_value": int(SEA)}  # fmt: skip
    made.ascii_grid(folder, values, name, head=head)


def vector(folder, name, values, **attrs):
    data = xr.Dataset({
        "x_range": ("side", [WEST, WEST + NX * STEP]),
        "y_range": ("side", [SOUTH, SOUTH + NY * STEP]),
        "z_range": ("side", [SEA, float(values.max())]),
        "spacing": ("side", [STEP, STEP]),
        "dimension": ("side", np.array([NX, NY], dtype=np.int32)),
        "z": ("xysize", values.ravel(), attrs),
    })  # fmt: skip
    encoding = {"z": {"_FillValue": None}}
    data.to_netcdf(folder / name, encoding=encoding)


@pytest.mark.parametrize("name", ["2017_01_industry_SO2", "2017_01__industry__SO2"])
def test_meic_text_and_vector_hold_the_land_of_all_china(tmp_path, name):
    values = china(1)
    text(tmp_path, f"{name}.asc", values)
    vector(tmp_path, f"{name.replace('SO2', 'NOx')}.nc", values, _FillValue=SEA)
    found = {layer.species: layer for layer in meic.read(made.job(tmp_path, "meic", "."))}
    for species in ("SO2", "NOx"):
        assert found[species].total[0] == pytest.approx(values[values > 0].sum() * 1000, rel=1e-12)
        assert found[species].sector == "industry"
    lattice = found["SO2"].lattice
    assert lattice.key == found["NOx"].lattice.key
    row, column = round((60 - lattice.y[0]) / STEP), round((lattice.x[0] - WEST) / STEP)
    part = values[row : row + lattice.shape[0], column : column + lattice.shape[1]]
    for layer in found.values():
        np.testing.assert_allclose(layer.mass[0], part * 1000, rtol=1e-12)


def test_a_sea_that_is_not_declared_stops_until_it_is_named(tmp_path):
    vector(tmp_path, "2017_01_power_NOx.nc", china(1))
    with pytest.raises(InputError, match="values are negative or no number") as caught:
        meic.read(made.job(tmp_path, "meic", "."))
    assert "fill" in caught.value.hint
    (layer,) = meic.read(made.job(tmp_path, "meic", ".", fill=(SEA,)))
    land = china(1)
    assert layer.total[0] == pytest.approx(land[land > 0].sum() * 1000, rel=1e-12)


def test_a_year_of_meic_with_the_city_inside_by_a_rule_for_each_sector(tmp_path):
    """Both totals are conserved: what the ring keeps and what the city puts in its place."""
    for number, sector in enumerate(SECTORS):
        vector(tmp_path, f"2017_01__{sector}__SO2.nc", china(number), _FillValue=SEA)
    merge = {"default": "override", "agriculture": "add", "industry": "fill"}
    more = {"merge": merge, "missing_months": "zero"}
    job = made.job(tmp_path, "meic", ".", **more)
    found = meic.read(job)
    how = nest.merges(set(SECTORS), job.given, made.MAPS)
    shares = made.laid(found)
    here = made.presence(("Upper", "boilers", "SO2"))
    field, budget = nest.outer(found, shares, how, made.GRID, job.given, here)
    by_name = budget.set_index("name")
    for number, sector in enumerate(SECTORS):
        row, land = by_name.loc[sector], china(number)
        assert row["in"] == pytest.approx(land[land > 0].sum() * 1000, rel=1e-12)
        assert row["in"] == pytest.approx(row["outside"] + row["inside"], rel=1e-12)
        assert row["inside"] == pytest.approx(row["replaced"] + row["kept"], rel=1e-12)
    assert by_name.loc["agriculture", "replaced"] == 0
    part = next(iter(shares.values()))
    mass = {layer.sector: layer.mass[0].ravel() for layer in found}
    city = {n: d.sum(axis=1) for n, d in part.district.items()}
    whole = sum(city.values())
    assert by_name.loc["power", "replaced"] == pytest.approx(mass["power"] @ whole, rel=1e-9)
    filled = mass["industry"] @ city["Upper"]
    assert by_name.loc["industry", "replaced"] == pytest.approx(filled, rel=1e-9)
    border = (whole > 0.01) & (whole < 0.99)
    assert border.sum() >= 2
    result, _ = nest.joined(field, own(), budget)
    kept = by_name["kept"].sum() + float(own().sum())
    assert float(result.sum()) == pytest.approx(kept, rel=1e-9)


@pytest.fixture(scope="module")
def globes(tmp_path_factory):
    """Two folders that hold the same emission: t per cell and year, and kg m-2 s-1."""
    lat = np.round(np.arange(-89.95, 90, 0.1), 2)
    lon = np.round(np.arange(-179.95, 180, 0.1), 2)
    tonnes = np.zeros((1800, 3600), dtype=np.float32)
    seen = np.random.default_rng(3).uniform(0, 50, (120, 160)).astype(np.float32)
    tonnes[1240:1360, 2880:3040] = seen
    areas = Lattice(from_centres(lon, 1e-4), from_centres(lat, 1e-4)).areas()
    flux = (tonnes.astype(float) * 1000 / areas / YEAR).astype(np.float32)
    folders = {}
    for kind, name, values, units in (
        ("emi", "emissions", tonnes, "Tonnes"), ("flx", "fluxes", flux, "kg m-2 s-1"),
    ):  # fmt: skip
        attrs = {"substance": "SO2", "year": "2022", "units": units, "release": "EDGARv8.1_FT2022",
                 "long_name": f"{name} of SO2", "description": "IND"}  # fmt: skip
        data = xr.Dataset({name: (("lat", "lon"), values, attrs)}, {"lat": lat, "lon": lon})
        for axis, unit in (("lat", "degrees_north"), ("lon", "degrees_east")):
            standard = "latitude" if axis == "lat" else "longitude"
            data[axis].attrs = {"units": unit, "standard_name": standard, "long_name": standard}
        folder = tmp_path_factory.mktemp(kind)
        path = folder / f"v8.1_FT2022_AP_SO2_2022_IND_{kind}.nc"
        data.to_netcdf(path, encoding={name: {"zlib": True, "complevel": 1, "_FillValue": None}})
        folders[kind] = folder
    return folders, float(tonnes.sum(dtype=float)) * 1000


def test_edgar_of_both_kinds_is_the_same_mass_and_the_city_takes_its_share(globes):
    folders, total = globes
    kept = {}
    for kind, folder in folders.items():
        more = {"year": 2022, "annual": "uniform", "merge": {"IND": "override"}}
        job = made.job(folder, "edgar", ".", **more)
        (layer,) = edgar.read(job)
        assert layer.total.sum() == pytest.approx(total, rel=1e-6)
        assert (layer.sector, layer.species) == ("IND", "SO2")
        how = nest.merges({"IND"}, job.given, made.MAPS)
        shares = made.laid([layer], MOVED)
        field, budget = nest.outer([layer], shares, how, made.GRID, job.given, {})
        row = budget.iloc[0]
        assert row["in"] == pytest.approx(row["outside"] + row["replaced"] + row["kept"], rel=1e-12)
        whole = sum(d.sum(axis=1) for d in next(iter(shares.values())).district.values())
        assert ((whole > 0.01) & (whole < 0.99)).sum() >= 4
        assert row["replaced"] == pytest.approx(layer.mass.sum(axis=0).ravel() @ whole, rel=1e-9)
        kept[kind] = field
    np.testing.assert_allclose(kept["emi"], kept["flx"], rtol=1e-5, atol=1e-6 * total / 1e6)


def test_edgar_of_a_year_is_not_spread_over_months_unasked(globes):
    with pytest.raises(InputError, match="one value for the whole year"):
        edgar.read(made.job(globes[0]["emi"], "edgar", ".", year=2022))
