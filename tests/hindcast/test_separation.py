"""Parts that add, ranges that hold, the split of what neighbours share."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emisim.hindcast import separation
from emisim.hindcast.separation import Part

small = st.floats(-0.3, 0.3)
half = st.floats(0, 0.2)


@given(small, small, half, half, st.floats(0, 1), small)
def test_parts_close_the_sum_and_every_range_holds_its_value(a, s, da, ds, share, seen):
    plan = [Part("plan", a, a - da, a + da)]
    b = Part("share", share, max(share - 0.1, 0), min(share + 0.1, 1))
    shared, weather = Part("S", s, s - ds, s + ds), Part("w", s / 2, s / 2 - ds, s / 2 + ds)
    parts = separation.separate(plan, b, shared, weather, seen)
    assert sum(p.value for p in parts) == pytest.approx(seen)
    assert all(p.low <= p.value <= p.high for p in parts)


def test_a_city_that_is_all_background_does_what_its_neighbours_do():
    one = Part("share", 1.0, 1.0, 1.0)
    shared = Part("S", 0.1, 0.1, 0.1)
    parts = separation.separate([], one, shared, Part("w", 0.5, 0.0, 0.9), 0.1)
    assert parts[0].value == pytest.approx(0.1)
    assert parts[1].value == parts[1].low == parts[1].high == 0
    assert parts[-1].value == pytest.approx(0)


def test_independent_halves_add_in_squares_and_aligned_ones_plainly():
    parts = [Part("a", 0.1, 0.07, 0.13), Part("b", 0.2, 0.16, 0.24)]
    sum_ = separation.together("sum", parts)
    assert (sum_.value, sum_.low, sum_.high) == pytest.approx((0.3, 0.25, 0.35))
    plain = separation.aligned("sum", parts)
    assert (plain.low, plain.high) == pytest.approx((0.23, 0.37))


@given(st.floats(0, 1), st.floats(0, 1), small, half)
def test_a_product_reaches_both_extremes(low, high, value, width):
    low, high = sorted((low, high))
    factor = Part("f", (low + high) / 2, low, high)
    part = Part("p", value, value - width, value + width)
    found = separation.product("x", factor, part)
    grid = [f * p for f in np.linspace(low, high, 9) for p in np.linspace(part.low, part.high, 9)]
    assert found.low == pytest.approx(min(grid), abs=1e-12)
    assert found.high == pytest.approx(max(grid), abs=1e-12)


@given(small, st.floats(0.01, 0.2), st.floats(0.01, 0.2), small, small)
def test_an_exact_sum_is_shared_out_whole(shared, first, second, a, b):
    weather, emissions = separation.split(shared, 0.0, (a, first), (b, second))
    assert weather[0] + emissions[0] == pytest.approx(shared)
    assert weather[1] == pytest.approx(emissions[1])  # what one has, the other lacks
    assert weather[1] <= min(first, second)


def test_the_split_is_the_conditional_mean_of_draws():
    rng = np.random.default_rng(1)
    w, e, noise = rng.normal([0, -0.03, 0], [0.05, 0.08, 0.1], (2_000_000, 3)).T
    near = np.abs(w + e + noise - 0.1) < 0.005
    weather, emissions = separation.split(0.1, 0.1, (0, 0.05), (-0.03, 0.08))
    assert w[near].mean() == pytest.approx(weather[0], abs=1e-3)
    assert e[near].mean() == pytest.approx(emissions[0], abs=1e-3)
    assert w[near].std() == pytest.approx(weather[1], abs=1e-3)


def test_probability_of_a_limit_and_percent():
    part = separation.spread("x", 0.0, 0.1, 1.645)
    assert separation.probability_below(part, 0.0, 1.645) == pytest.approx(0.5)
    assert separation.probability_below(part, 0.1645, 1.645) == pytest.approx(0.95, abs=1e-3)
    assert separation.probability_below(Part("x", 0.1, 0.1, 0.1), 0.0, 1.645) == 0
    assert Part("x", math.log(1.1), 0, 1).percent[0] == pytest.approx(10)


def test_a_range_without_its_value_is_refused():
    with pytest.raises(ValueError, match="outside"):
        Part("x", 0.5, 0.6, 0.7)
