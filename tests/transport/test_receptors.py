import numpy as np
import pytest
import xarray as xr
from winds import GROUND, P, changed, even, grid, releases, table, uneven

from emisim.errors import InputError
from emisim.transport import convolve, footprint, gaussian, receptors
from emisim.transport.classes import classes
from emisim.weather.frequencies import DIRECTIONS

CHAIN = {"a": ("t", "PM2.5"), "b": ("t", "SO4")}


@pytest.fixture(scope="module")
def kernels():
    return receptors.build(grid(), table(uneven()), P, GROUND)


def ground(kernels, family="PM2.5", season="winter"):
    return kernels["kernel"].sel(family=family, season=season).isel(release=0)


def emission(kernels, seed=0, n=21):
    rng = np.random.default_rng(seed)
    values = rng.random((1, 1, 4, n, n)) * (rng.random((1, 1, 4, n, n)) > 0.9)
    coords = {"tracer": ["t"], "release": ["ground"], "season": kernels["season"].values}
    return xr.DataArray(values, coords, ("tracer", "release", "season", "y", "x"))


def test_schema(kernels):
    assert kernels["kernel"].dims == ("release", "family", "season", "dy", "dx")
    assert kernels["kernel"].shape == (1, 6, 4, 41, 41)
    assert kernels["dx"].values[[0, 20, -1]].tolist() == [-20000, 0, 20000]


def test_west_wind_blows_east_and_south_wind_north():
    west = ground(receptors.build(grid(9), table({"W": 1.0}), P, GROUND))
    assert float(west.sel(dy=0, dx=4000)) > 0
    assert float(west.sel(dy=0, dx=-4000)) == 0
    south = ground(receptors.build(grid(9), table({"S": 1.0}), P, GROUND))
    assert float(south.sel(dy=4000, dx=0)) == pytest.approx(float(west.sel(dy=0, dx=4000)))
    assert float(south.sel(dy=-4000, dx=0)) == 0


def test_even_winds_give_a_symmetric_kernel():
    k = ground(receptors.build(grid(9), table(even()), P, GROUND)).values
    for other in (k[::-1], k[:, ::-1], k.T):
        np.testing.assert_allclose(k, other, rtol=1e-12)


def test_reciprocity_turning_the_wind_swaps_source_and_receptor(kernels):
    shares = uneven()
    turned = {DIRECTIONS[(i + 8) % 16]: shares[d] for i, d in enumerate(DIRECTIONS)}
    back = ground(receptors.build(grid(), table(turned), P, GROUND)).values
    np.testing.assert_allclose(back, ground(kernels).values[::-1, ::-1], rtol=1e-10)


def test_far_cells_equal_the_point_formula(kernels):
    c = classes(table(uneven()), P)
    r = np.geomspace(1, 40e3, 2000)
    weight = P.value("urban_weight", "fraction", process="surface", technology="ground")
    polar = sum(
        w * gaussian.radial_table(GROUND.sel(release="ground"), s, r, c, P)[0, 0]
        for w, s in ((1 - weight, "rural"), (weight, "urban"))
    )
    east = np.interp(15e3, r, polar[:, 12]) / (15e3 * 2 * np.pi / 16)
    assert float(ground(kernels).sel(dy=0, dx=15000)) == pytest.approx(east, rel=0.01)


def test_quadrature_of_near_cells_has_converged(kernels):
    frame = P.frame.copy()
    points = frame["parameter"] == "points"
    frame.loc[points, ["value", "high"]] *= 4
    rose = {d: (1 + np.cos(2 * np.pi * i / 16) / 2) / 16 for i, d in enumerate(DIRECTIONS)}
    finer = receptors.build(grid(9), table(rose), type(P)(frame, P.path), GROUND)
    coarse = ground(receptors.build(grid(9), table(rose), P, GROUND))
    ratio = (ground(finer) / coarse).values
    assert abs(ratio - 1).max() < 0.02


def test_quadrature_weights_sum_to_the_integral_of_one_over_distance():
    # the mean of 1/r between two points of the same unit square is 2.973... (closed form)
    r = np.geomspace(1, 1e5, 400)
    w = footprint.weights(2, 2, 1000.0, r, 16, P)
    centre = w[4].sum() * (2 * np.pi / 16) * 1000
    exact = 4 * (np.log(1 + np.sqrt(2)) + (1 - np.sqrt(2)) / 3)
    assert centre == pytest.approx(exact, rel=0.02)


def test_convolution_equals_the_direct_sum(kernels):
    e = emission(kernels)
    found = convolve.concentrations(e, kernels, CHAIN).sel(component="b", season="summer").values
    k = ground(kernels, "SO4", "summer").values
    direct = np.zeros((21, 21))
    field = e.sel(season="summer").values[0, 0]
    for i, j in np.argwhere(field > 0):
        direct += field[i, j] * k[20 - i : 41 - i, 20 - j : 41 - j]
    np.testing.assert_allclose(found, direct, rtol=1e-9, atol=1e-16)


def test_convolution_is_linear_and_takes_leading_dimensions(kernels):
    e, f = emission(kernels, 1), emission(kernels, 2)
    both = xr.concat([e, f, 2 * e + 3 * f], "scenario")
    c = convolve.concentrations(both, kernels, CHAIN)
    assert c.dims == ("scenario", "component", "season", "y", "x")
    combined = 2 * c.isel(scenario=0) + 3 * c.isel(scenario=1)
    np.testing.assert_allclose(c.isel(scenario=2), combined, rtol=1e-9, atol=1e-15)


def test_double_wind_halves_an_inert_near_field():
    inert = changed(velocity=0, rate=0)
    slow = receptors.build(grid(9), table(even(), speed=2.0), inert, GROUND)
    fast = receptors.build(grid(9), table(even(), speed=4.0), inert, GROUND)
    np.testing.assert_allclose(ground(slow), 2 * ground(fast), rtol=1e-12)


def test_deposition_and_conversion_only_take_away(kernels):
    inert = receptors.build(grid(), table(uneven()), changed(velocity=0, rate=0), GROUND)
    assert (ground(kernels, "SO2") < ground(inert, "SO2")).all()
    assert (ground(inert, "SO4") == 0).all()


def test_a_tall_stack_spares_its_own_cell():
    stacks = {
        "ground": (1.0, np.nan, np.nan, np.nan, 1.5),
        "power-stack": (180.0, 6.5, 325.0, 18.0, np.nan),
    }
    two = releases(**stacks)
    k = receptors.build(grid(), table(even()), P, two)["kernel"].sel(
        family="PM2.5", season="winter"
    )
    centre = k.sel(dy=0, dx=0)
    assert float(centre.sel(release="power-stack")) < float(centre.sel(release="ground")) / 100


def test_written_kernels_read_back_in_single_precision(kernels, tmp_path):
    receptors.write(kernels, tmp_path / "k.nc")
    back = receptors.read(tmp_path / "k.nc")
    np.testing.assert_allclose(back["kernel"], kernels["kernel"], rtol=1e-6)
    assert back.attrs["wet_deposition"] == "not treated"
    first = (tmp_path / "k.nc").read_bytes()
    receptors.write(kernels, tmp_path / "k.nc")
    assert (tmp_path / "k.nc").read_bytes() == first


def test_kernels_of_another_grid_are_refused(kernels):
    with pytest.raises(InputError, match="kernels were made for another grid"):
        convolve.concentrations(emission(kernels, n=11), kernels, CHAIN)


def test_an_unknown_release_is_refused(kernels):
    e = emission(kernels).assign_coords(release=["chimney"])
    with pytest.raises(InputError, match="kernels lack a release"):
        convolve.concentrations(e, kernels, CHAIN)


def test_what_is_not_a_kernel_is_refused(kernels):
    with pytest.raises(InputError, match="not a kernel data set"):
        receptors.check(kernels.rename(kernel="k"))
    with pytest.raises(InputError, match="negative or not finite"):
        receptors.check(-kernels)
