import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from winds import GROUND, NAN, POWER, P, changed, even, releases, table

from emisim.transport import gaussian
from emisim.transport.classes import classes, spread_calms

INERT = changed(velocity=0, rate=0)
WELL_MIXED = np.geomspace(1, 2000e3, 400)
LID = P.value("height", "m", process="mixing-height", technology="D", standard="winter")


def one(values):
    """The single class of winds.table: season winter, speed class 0, stability D."""
    return values[0, 0, 3]


def test_hand_calculated_concentration_of_one_class():
    # D, rural, x = 2 km: sigma_z = 0.06 x 2000 / sqrt(4) = 60 m; no lid reached (500 m)
    flat = changed(INERT, profile_exponent=0)
    r = np.array([1999.0, 2000.0])
    c = classes(table({"W": 1.0}), flat)
    psi, u = gaussian.profile(GROUND.sel(release="ground"), "rural", r, c, flat)
    sigma = np.sqrt(60.0**2 + 1.5**2)
    assert one(psi)[1] == pytest.approx(0.7978846 / sigma * np.exp(-1 / (2 * sigma**2)), rel=1e-6)
    assert one(u)[1] == pytest.approx(3.0)
    polar = gaussian.radial_table(GROUND.sel(release="ground"), "rural", r, c, flat)
    west = 12
    expected = 1.0 * 0.7978846 / sigma * np.exp(-1 / (2 * sigma**2)) / 3.0
    assert polar[0, 0, 1, west] == pytest.approx(expected, rel=1e-6)
    assert polar[0, 0, 1, west - 1] == 0


def test_plume_travels_with_the_wind_at_its_mean_height():
    # D rural exponent 0.15; sigma_z 60 m -> mean height 47.9 m -> 3 (4.79)^0.15
    c = classes(table({"W": 1.0}), P)
    _, u = gaussian.profile(GROUND.sel(release="ground"), "rural", np.array([2000.0]), c, P)
    assert one(u)[0] == pytest.approx(3 * (np.sqrt(2 / np.pi) * 60.02 / 10) ** 0.15, rel=1e-3)


@pytest.mark.parametrize("release", [GROUND.sel(release="ground"), POWER.sel(release="power")])
def test_inert_flux_through_a_distant_ring_is_the_emission(release):
    r = WELL_MIXED
    c = classes(table(even()), INERT)
    polar = gaussian.radial_table(release, "rural", r, c, INERT)[0, 0]
    psi, u = gaussian.profile(release, "rural", r, c, INERT)
    assert one(psi)[-1] == pytest.approx(1 / LID, rel=1e-9)
    flux = polar[-1].sum() * one(u)[-1] * LID
    assert flux == pytest.approx(1, rel=1e-9)


def test_emission_equals_ring_flux_plus_deposited():
    p = changed(rate=0)
    r = np.geomspace(1, 2000e3, 1500)
    c = classes(table(even()), p)
    polar = gaussian.radial_table(GROUND.sel(release="ground"), "rural", r, c, p)
    _, u = gaussian.profile(GROUND.sel(release="ground"), "rural", r, c, p)
    velocity = p.value("velocity", "m/s", process="deposition", technology="PMcoarse")
    ground = polar[gaussian.FAMILIES.index("PMcoarse"), 0].sum(axis=1)
    deposited = velocity * np.trapezoid(ground, r)
    through = ground[-1] * one(u)[-1] * LID
    assert 0.2 < deposited < 1
    # trapezoid rule over the nodes against the exact depletion on each interval
    assert through + deposited == pytest.approx(1, rel=5e-3)


def test_sulfur_is_conserved_between_so2_so4_and_the_ground():
    r = np.geomspace(1, 200e3, 1500)
    c = classes(table(even()), P)
    psi, u = gaussian.profile(GROUND.sel(release="ground"), "rural", r, c, P)
    mass = gaussian.survival(psi, u, r, P)
    v = {f: P.value("velocity", "m/s", process="deposition", technology=f) for f in ("SO2", "SO4")}
    ratio = 64.06 / 96.06
    airborne = one(mass["SO2"]) + ratio * one(mass["SO4"])
    loss = (v["SO2"] * one(mass["SO2"]) + ratio * v["SO4"] * one(mass["SO4"])) * one(psi) / one(u)
    deposited = np.trapezoid(loss, r)
    assert airborne[-1] + deposited == pytest.approx(1, rel=5e-3)


def test_chain_equals_the_exact_two_step_solution():
    # constant coefficients: S(t) = m k / (l - a) (exp(-a t) - exp(-l t))
    n, t = 7, 10.0
    a, b, m, k = 0.3, 0.05, 1.5, 0.1
    step = np.full((1, n), t / n)
    found = gaussian._chain(a * step, b * step, m * k * step)[0, -1]
    assert found == pytest.approx(m * k / (b - a) * (np.exp(-a * t) - np.exp(-b * t)), rel=1e-12)
    same = gaussian._chain(a * step, a * step, m * k * step)[0, -1]
    assert same == pytest.approx(m * k * t * np.exp(-a * t), rel=1e-12)


def test_no_losses_no_conversion_keeps_all_mass_and_makes_nothing():
    r = np.geomspace(1, 50e3, 50)
    c = classes(table(even()), INERT)
    psi, u = gaussian.profile(GROUND.sel(release="ground"), "rural", r, c, INERT)
    mass = gaussian.survival(psi, u, r, INERT)
    assert (mass["SO2"] == 1).all()
    assert (mass["SO4"] == 0).all()


def rise(stability, u):
    stack = releases(s=(100.0, 4.0, 400.0, 15.0, NAN)).sel(release="s")
    speed = np.full((1, 1, 6), u)
    found = gaussian.plume_rise(stack, speed, np.full((1, 1, 6), 280.0), P)
    return found[0, 0, "ABCDEF".index(stability)]


def test_briggs_rise_by_hand():
    # F = 9.80665 x 15 x 16 / 4 x 120 / 400 = 176.52 m4/s3; above 55
    flux = 9.80665 * 15 * 16 / 4 * 120 / 400
    assert rise("D", 5.0) == pytest.approx(38.71 * flux**0.6 / 5)
    s = 9.80665 / 280 * 0.035
    assert rise("F", 2.0) == pytest.approx(2.6 * (flux / (2 * s)) ** (1 / 3))
    assert rise("D", 10.0) == pytest.approx(rise("D", 5.0) / 2)


def test_cold_exhaust_does_not_rise():
    stack = releases(s=(100.0, 4.0, 270.0, 15.0, NAN)).sel(release="s")
    found = gaussian.plume_rise(stack, np.full((1, 1, 6), 3.0), np.full((1, 1, 6), 280.0), P)
    assert (found == 0).all()


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 500), st.floats(1, 3000), st.floats(520, 2000))
def test_vertical_density_is_continuous_where_it_becomes_uniform(height, spread, lid):
    limit = P.value("uniform_limit", "fraction", process="numerics")
    near = gaussian.vertical(
        np.array([height]), np.array([limit * lid * (1 - 1e-9)]), np.array([lid]), P
    )
    assert near[0] == pytest.approx(1 / lid, rel=1e-4)
    value = gaussian.vertical(np.array([height]), np.array([spread]), np.array([lid]), P)
    assert value[0] >= 0
    assert np.isfinite(value[0])


def test_stable_plume_above_the_lid_stays_aloft():
    c = classes(table({"W": 1.0}, stability="F", speed=2.0), P)
    psi, _ = gaussian.profile(POWER.sel(release="power"), "rural", np.array([5000.0]), c, P)
    assert psi[0, 0, 5, 0] < 1e-9


def test_calms_are_spread_evenly_or_after_light_winds():
    frequency = np.zeros((1, 2, 1, 17))
    frequency[0, 0, 0, -1] = 0.4
    frequency[0, 1, 0, 3] = 0.6
    evenly = spread_calms(frequency, changed(isotropic_share=1))
    assert evenly[0, 0, 0] == pytest.approx(0.4 / 16)
    light = spread_calms(frequency, changed(isotropic_share=0))
    assert light[0, 0, 0, 3] == pytest.approx(0.4)
    assert light.sum() == pytest.approx(1)
