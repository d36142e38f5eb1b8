"""The source-receptor matrix: what is accepted, and what is made of it."""

import numpy as np
import pytest
import xarray as xr
from scipy import sparse

from emisim.errors import InputError
from emisim.grid import Grid
from emisim.transport import matrix
from emisim.vocabulary import HALVES

DOMAIN = Grid("EPSG:32649", 0.0, 0.0, 500.0, 8, 6)
SIZES = {"receptor": 2, "row": 10, "half": 2, "period": 2, "group": 2, "y": 3, "x": 4}


def made(groups=("ground|flat", "power|flat"), **attrs):
    rng = np.random.default_rng(1)
    values = rng.random(tuple(SIZES.values())).astype(np.float32)
    coords = {
        "receptor": ["A", "B"],
        "row": list(matrix.ROWS),
        "half": list(HALVES),
        "period": list(matrix.PERIODS),
        "group": list(groups),
        "y": [500.0, 1500, 2500],
        "x": [500.0, 1500, 2500, 3500],
    }
    data = xr.DataArray(values, coords, matrix.DIMS, attrs={"units": "s m-3"})
    share = xr.DataArray([0.1, 0.6], {"node": list(matrix.NODES)}, "node")
    found = {"sensitivity": data, "gas_share": share}
    return xr.Dataset(found, attrs={"city": "town", "crs": DOMAIN.crs, **attrs})


def checked(given, receptors=("A", "B"), groups=("ground|flat",)):
    return matrix.check(given, receptors, groups, city="town", domain=DOMAIN, file="mine.nc")


def test_rows_receptors_and_groups_are_put_in_order():
    found = checked(made().isel(receptor=[1, 0], row=slice(None, None, -1)))
    assert list(found["sensitivity"]["receptor"].values) == ["A", "B"]
    assert list(found["sensitivity"]["row"].values) == list(matrix.ROWS)
    wanted = made()["sensitivity"].sel(group="ground|flat").values
    assert (found["sensitivity"].isel(group=0).values == wanted).all()


def test_a_star_stands_for_any_group():
    given = made(groups=("*|*", "power|*"))
    found = checked(given, groups=("roof|heating", "power|flat"))["sensitivity"]
    assert (found.isel(group=0).values == given["sensitivity"].isel(group=0).values).all()
    assert (found.isel(group=1).values == given["sensitivity"].isel(group=1).values).all()


def spoiled(**change):
    given = made()
    values = given["sensitivity"].copy()
    if "value" in change:
        values[0, 0, 0, 0, 0, 0, 0] = change["value"]
    values.attrs["units"] = change.get("units", "s m-3")
    return given.assign(sensitivity=values)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (xr.Dataset(), "not a source-receptor matrix"),
        (spoiled(units="ug m-3"), "another unit"),
        (made(city="Wuhan"), r"another city(.|\n)*'Wuhan'(.|\n)*town"),
        (made(city=""), "`city` is missing"),
        (made(crs="EPSG:32650"), r"another projection(.|\n)*'EPSG:32650'(.|\n)*EPSG:32649"),
        (made(crs=""), "another projection .* or none"),
        (made(crs="Lambert"), "another projection"),
        (
            made().assign_coords(x=[1500.0, 2500, 3500, 4500]),
            r"do not cover the city's grid along x(.|\n)*'1000 to 5000 m'(.|\n)*0 to 4000 m",
        ),
        (made().isel(y=[0, 1]), "do not cover the city's grid along y"),
        (made().assign_coords(y=["a", "b", "c"]), "rise evenly"),
        (made().isel(receptor=[0, 1, 1]), r"a receptor twice(.|\n)*'B'"),
        (made().isel(group=[0, 0]), "a group twice"),
        (spoiled(units=""), "another unit"),
        (made().astype(str), "are not numbers"),
        (spoiled(value=np.nan), "negative or not a number"),
        (spoiled(value=-1), "negative or not a number"),
        (made().assign_coords(y=[0.0, 10, 11]), "rise evenly"),
        (made().isel(receptor=[0]), "lacks a receptor"),
        (made().isel(row=slice(3)), "lacks a row"),
        (made().isel(half=[0]), "lacks a half"),
        (made().isel(period=[0]), "lacks a period"),
        (made().isel(group=[1]), "source group"),
        (made().drop_vars("gas_share"), "gas_share"),
        (made().isel(node=[1, 1]), "gas_share"),
        (made().assign(gas_share=("node", [0.6, 0.1])), "low below high"),
    ],
)
def test_what_does_not_fit_is_named(given, message):
    with pytest.raises(InputError, match=message) as error:
        checked(given)
    assert str(error.value).startswith("mine.nc: ")


def test_the_same_projection_may_be_spelt_otherwise():
    spelt = made(crs="+proj=utm +zone=49 +datum=WGS84 +units=m +no_defs +type=crs")
    assert "sensitivity" in checked(made())
    assert "sensitivity" in checked(made(crs="epsg:32649"))
    assert matrix.same_projection("epsg:32649", "EPSG:32649")
    assert not matrix.same_projection(spelt.attrs["crs"], "EPSG:32650")


def test_sources_see_their_cells_and_their_group():
    given = checked(made(), groups=("ground|flat", "power|flat"))
    cells = sparse.csr_array(np.array([[0, 1] + [0] * 10, [0] * 11 + [0.5], [0.25] * 2 + [0] * 10]))
    group = xr.DataArray(
        ["ground|flat", "power|flat", "power|flat"], {"source": ["a", "b", "c"]}, "source"
    )
    found = matrix.at_sources(given, cells, sparse.eye_array(12), group)
    s = given["sensitivity"].astype(float)
    ground, power = (s.isel(group=g) for g in (0, 1))
    wanted = [
        ground.isel(y=0, x=1),
        power.isel(y=2, x=3) / 2,
        (power.isel(y=0, x=0) + power.isel(y=0, x=1)) / 4,
    ]
    for i, each in enumerate(wanted):
        np.testing.assert_allclose(found.isel(source=i), each, rtol=1e-12)
