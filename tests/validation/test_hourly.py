"""The hourly model by itself: against hand computations and closed forms."""

from dataclasses import replace

import numpy as np
import pytest

from emisim.errors import InputError
from emisim.validation import _march, hourly

RNG = np.random.default_rng(7)
Z = np.array([0.0, 20.0, 60.0, 150.0, 400.0])


def case(size=7, fields=2, hours=30):
    source = np.zeros((size, size, len(Z) - 1, fields))
    source[size // 2, size // 2, 0] = 1e6
    factor = np.ones((hours, fields))
    return hourly.Case(2000.0, Z, 40.0, 2e-3, 0.9, source, factor)


def air(hours=30, u=3.0, v=1.0, loss=1e-5):
    shape = (hours, len(Z) - 1)
    mixing = np.full((hours, len(Z) - 2), 5.0)
    group = (np.arange(hours) >= hours // 2).astype(int)
    return hourly.Hours(
        np.full(shape, u), np.full(shape, v), mixing, np.full(hours, loss), group
    )  # fmt: skip


def test_compiled_column_is_the_plain_one_and_solves_the_system():
    one, weather, dt = case(), air(), 300.0
    low, gain = hourly.column_factors(one, weather, 0, dt)
    right = RNG.random(len(low))
    wanted = _march.column_by_hand(right, low, gain)
    got, work = np.zeros_like(right), right.copy()
    _march.column(got, work, low, gain, 1)
    assert got == pytest.approx(wanted, rel=1e-13)
    dz = np.diff(Z)
    k = 5.0 / ((dz[1:] + dz[:-1]) / 2)
    matrix = np.diag(np.full(len(dz), 1 + dt * 1e-5))
    for i, exchange in enumerate(k):
        for a, b in ((i, i + 1), (i + 1, i)):
            matrix[a, a] += dt * exchange / dz[a]
            matrix[a, b] -= dt * exchange / dz[a]
    matrix[0, 0] += dt * 2e-3 / dz[0]
    assert matrix @ got == pytest.approx(right)


def test_steady_wind_gives_the_steady_equations():
    # after long enough the mean flux out of the box and the losses are the emission
    one = replace(case(fields=1, hours=300), factor=np.ones((300, 1)), deposition=0.0)
    weather = replace(air(300, loss=0.0), group=np.zeros(300, int))
    mean = hourly.run(one, weather, spin_up=200)
    doubled = hourly.run(replace(one, courant=0.3), weather, spin_up=200)
    assert doubled == pytest.approx(mean, rel=1e-6)
    # far upwind nothing but diffusion arrives
    assert mean[0, 0, 0, 0] < 1e-3 * mean.max()


def test_box_without_wind_fills_at_the_rate_of_its_source():
    one = replace(case(size=1, fields=1, hours=10), horizontal_diffusivity=0.0, deposition=0.0)
    one = replace(one, factor=np.ones((10, 1)))
    weather = replace(air(10, u=0.0, v=0.0, loss=0.0), diffusivity=np.full((10, 3), 1e6))
    mean = hourly.run(replace(one, courant=0.9), weather, spin_up=0)
    volume = 2000.0**2 * Z[-1]
    # one step an hour: the mean of hours 1..5 is 3 hours' emission, that of 6..10 is 8 hours'
    assert mean[:, 0, 0, 0] * volume / (1e6 * 3600) == pytest.approx([3, 8], rel=1e-3)


def test_sources_add_and_hours_count():
    one, weather = case(), air()
    both = replace(one, factor=np.stack([np.ones(30), np.full(30, 2.0)], axis=1))
    mean = hourly.run(both, weather, spin_up=5)
    assert mean[..., 1] == pytest.approx(2 * mean[..., 0])
    turned = hourly.run(one, replace(weather, u=weather.v, v=weather.u), spin_up=5)
    assert hourly.run(one, weather, spin_up=5)[:, :, :, 0] == pytest.approx(
        turned[:, :, :, 0].swapaxes(1, 2)
    )


@pytest.mark.parametrize("name", ["u", "diffusivity", "loss"])
def test_what_does_not_fit_is_named(name):
    weather = air()
    bad = replace(weather, **{name: getattr(weather, name)[:-1]})
    with pytest.raises(InputError, match=f"{name} of the hourly run"):
        hourly.run(case(), bad, spin_up=0)
    gap = getattr(weather, name).copy()
    gap[3] = np.nan
    with pytest.raises(InputError, match=name):
        hourly.run(case(), replace(weather, **{name: gap}), spin_up=0)
