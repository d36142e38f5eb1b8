"""Source groups: release layers and hours in each weather class."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from emisim import tables
from emisim.errors import InputError
from emisim.transport import groups, rise
from transport.winds import GROUND, POWER, releases

P = tables.read_parameters("inputs/factors/dispersion.csv")
EDGES = np.array([0, 20, 60, 120, 220, 400, 700, 1200, 2000.0])
STACKS = xr.concat([GROUND, POWER], "release")


def weather(**over):
    """Two classes, a convective day and a stable night, with everything a release needs."""
    level = [0.0, 10, 100, 1000, 3000]
    ratio = [[0.7, 1, 1.3, 1.5, 1.6], [0.6, 1, 2.0, 3.0, 3.0]]
    hours = np.zeros((2, 24))
    hours[0, 8:18], hours[1, :8], hours[1, 18:] = 0.1, 1 / 14, 1 / 14
    values = {
        "frequency": ("class", [10 / 24, 14 / 24]),
        "speed": ("class", [3.0, 1.0]),
        "temperature": ("class", [285.0, 275.0]),
        "inverse_obukhov_length": ("class", [-0.02, 0.03]),
        "mixing_height": ("class", [900.0, 120.0]),
        "lapse": ("class", [0.0, 0.02]),
        "wind_ratio": (("class", "level"), ratio),
        "hour_frequency": (("class", "hour"), hours),
    }
    return xr.Dataset({**values, **over}, {"level": level})


def test_every_group_is_emitted_once_and_only_once():
    names = ["ground|rush", "power|flat"]
    rush = np.zeros(24)
    rush[[8, 18]] = 0.5
    found = groups.weights(
        names, weather(), STACKS, np.array([rush, np.full(24, 1 / 24)]), EDGES, P
    )
    assert found.shape == (2, 2, 8)
    assert found.sum(axis=(1, 2)) == pytest.approx([1, 1])
    assert found[0].sum(axis=1) == pytest.approx([0.5, 0.5])
    assert found[1].sum(axis=1) == pytest.approx([10 / 24, 14 / 24])


def test_ground_releases_stay_in_the_first_layer_and_stacks_do_not():
    found = groups.weights(["ground|x", "power|x"], weather(), STACKS, np.full((2, 24), 1 / 24),
                           EDGES, P)  # fmt: skip
    assert found[0, :, 0].sum() == pytest.approx(1)
    assert found[1, :, :3].sum() == pytest.approx(0)


def test_stable_rise_follows_briggs():
    air = weather()
    stack = POWER.isel(release=0)
    flux = 9.80665 * 18 * 6.5**2 / 4 * (325 - 275) / 325
    s = 9.80665 / 275 * 0.02
    u = 1.0 * np.interp(180, air["level"], air["wind_ratio"][1])
    wanted = min(2.6 * (flux / (u * s)) ** (1 / 3), 4 * flux**0.25 * s**-0.375)
    assert rise.final_rise(stack, air, P)[1] == pytest.approx(wanted)


def test_calm_rise_is_bounded():
    calm = weather(speed=("class", [3.0, 1e-6]))
    assert rise.final_rise(POWER.isel(release=0), calm, P)[1] < 1000


def test_a_stack_above_the_mixing_height_rises_in_stable_air():
    """A light wind in a shallow morning layer must not carry the plume to the stratosphere."""
    shallow = weather(speed=("class", [0.5, 0.5]), mixing_height=("class", [20.0, 20.0]))
    deep = weather(speed=("class", [0.5, 0.5]), mixing_height=("class", [2000.0, 2000.0]))
    stack = POWER.isel(release=0)
    assert rise.final_rise(stack, shallow, P)[0] < 1000 < rise.final_rise(stack, deep, P)[0]


def test_convective_plume_stays_in_the_mixed_layer():
    bottom, top = rise.band(POWER.isel(release=0), weather(), P)
    assert top[0] <= 900 * (1 + 1e-12)
    assert (bottom >= 0).all()


@given(height=st.floats(0, 300), rest=st.floats(0, 50), top=st.floats(1, 20), hot=st.booleans())
def test_layer_shares_add_to_one(height, rest, top, hot):
    stack = (height, 3.0, 420.0, 10.0, np.nan) if hot else (height, *[np.nan] * 3, rest)
    one = releases(any=stack).isel(release=0)
    edges = np.array([0, top, 100, 500, 1000, 4000])
    found = rise.layer_shares(one, weather(), edges, P)
    assert found.sum(axis=1) == pytest.approx(1)
    assert found.min() >= 0


def test_a_release_above_the_top_is_named():
    with pytest.raises(InputError, match=r"power.*reaches above the top of the model"):
        rise.layer_shares(POWER.isel(release=0), weather(), np.array([0, 20, 100.0]), P)


def test_a_group_needs_release_and_profile():
    with pytest.raises(InputError, match="not a source group"):
        groups.split("ground")
    with pytest.raises(InputError, match="release class"):
        groups.weights(["chimney|x"], weather(), STACKS, np.full((1, 24), 1 / 24), EDGES, P)
