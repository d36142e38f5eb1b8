"""The verbs: hand-made cases and the laws they keep."""

import hypothesis
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from emisim import example, inventory, verbs
from emisim.convention import MONTHS
from emisim.errors import InputError, MassError

FRACTION = st.floats(0, 1)


def uptake(values: float | list[float]) -> xr.DataArray:
    return xr.DataArray(np.broadcast_to(values, 12).astype(float), {"month": MONTHS}, "month")


@pytest.fixture
def base() -> xr.Dataset:
    return example.inventory()


def where(base: xr.Dataset, *labels: str) -> xr.DataArray:
    return inventory.select(base, source=list(labels))


def test_scale_activity_is_a_blend_of_old_and_scaled(base):
    after = verbs.scale_activity(base, where(base, "boiler 20 t/h"), 0.0, uptake(0.25))
    ratio = after["activity"].sel(source="boiler 20 t/h") / base["activity"].sel(
        source="boiler 20 t/h"
    )
    assert np.allclose(ratio, 0.75)
    others = base["source"] != "boiler 20 t/h"
    assert after["activity"].where(others).equals(base["activity"].where(others))


def test_shift_keeps_useful_heat_and_moves_only_heating_months(base):
    after = verbs.shift_activity(
        base, where(base, "stoves"), {"stoves": "gas heaters"}, uptake(0.5)
    )
    heat = inventory.service(after).sel(source=["stoves", "gas heaters"]).sum("source")
    assert np.allclose(heat, inventory.service(base).sel(source="stoves"))
    # 1200 t x 10 GJ/t x 0.5 / 0.032 GJ per m3
    assert float(after["activity"].sel(source="gas heaters").sum()) == pytest.approx(187_500)
    assert float(after["activity"].sel(source="gas heaters", month=7)) == 0


def test_shift_to_several_destinations(base):
    to = pd.DataFrame(
        {
            "source": ["stoves", "stoves"],
            "destination": ["gas heaters", "heat pumps"],
            "fraction": [0.6, 0.4],
        }
    )
    after = verbs.shift_activity(base, where(base, "stoves"), to, uptake(1))
    served = inventory.service(after).sum("month")
    assert float(served.sel(source="gas heaters")) == pytest.approx(7200)
    assert float(served.sel(source="heat pumps")) == pytest.approx(4800)
    assert float(served.sel(source="stoves")) == pytest.approx(0)


def test_shift_ratio_lowers_the_service_needed(base):
    after = verbs.shift_activity(
        base, where(base, "stoves"), {"stoves": "gas heaters"}, uptake(1), ratio=0.8
    )
    assert float(inventory.service(after).sel(source="gas heaters").sum()) == pytest.approx(9600)


def test_raise_removal_replaces_the_base_control(base):
    once = verbs.raise_removal(base, where(base, "boiler 20 t/h"), {"SO2": 0.8}, uptake(1))
    twice = verbs.raise_removal(once, where(base, "boiler 20 t/h"), {"SO2": 0.9}, uptake(1))
    removal = twice["removal"].sel(source="boiler 20 t/h", species="SO2")
    assert float(removal) == pytest.approx(0.9)
    lower = verbs.raise_removal(twice, where(base, "boiler 20 t/h"), {"SO2": 0.5}, uptake(1))
    assert lower["removal"].equals(twice["removal"])


def test_month_dependent_uptake_changes_only_those_months(base):
    autumn = uptake([0] * 9 + [1] * 3)
    after = verbs.scale_factor(base, where(base, "boiler 20 t/h"), {"SO2": 0.5}, autumn)
    before_kg = inventory.emission(base).sel(source="boiler 20 t/h", species="SO2")
    after_kg = inventory.emission(after).sel(source="boiler 20 t/h", species="SO2")
    assert np.allclose(after_kg[:9], before_kg[:9])
    assert np.allclose(after_kg[9:], before_kg[9:] / 2)
    inventory.check(after)


def test_split_keeps_the_total(base):
    parts = verbs.split(base, where(base, "old trucks"), 0.3, " (zone)")
    assert np.allclose(inventory.totals(parts, ()), inventory.totals(base, ()))
    zone = inventory.select(parts, source="old trucks (zone)")
    assert float(parts["activity"].where(zone, drop=True).sum()) == pytest.approx(3.6e8)
    inventory.check(parts)


@settings(max_examples=40, deadline=None)
@given(reach=FRACTION, target=FRACTION, multiplier=st.floats(0, 3))
def test_nothing_changes_at_uptake_zero_and_inputs_stay(reach, target, multiplier):
    base = example.inventory()
    kept = base.copy(deep=True)
    some = inventory.select(base, process="household-coal")
    for amount in (0.0, reach):
        share = uptake(amount)
        results = [
            verbs.scale_activity(base, some, multiplier, share),
            verbs.scale_factor(base, some, {"NOx": multiplier}, share),
            verbs.raise_removal(base, some, {"SO2": target}, share),
            verbs.shift_activity(base, some, {"stoves": "gas heaters"}, share),
        ]
        for after in results:
            assert list(after["source"].values) == list(base["source"].values)
            if amount == 0:
                assert after.equals(base)
    assert base.equals(kept)


@settings(max_examples=40, deadline=None)
@given(reach=st.lists(FRACTION, min_size=12, max_size=12))
@hypothesis.example(reach=[5e-16] + [0.0] * 11)
def test_shift_conserves_service_for_any_uptake(reach):
    base = example.inventory()
    some = inventory.select(base, source="old trucks")
    after = verbs.shift_activity(base, some, {"old trucks": "new trucks"}, uptake(reach))
    assert np.allclose(
        inventory.service(after).sum("source"), inventory.service(base).sum("source"), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda b, w: verbs.scale_activity(b, w, -1.0, uptake(1)), "0 or more"),
        (lambda b, w: verbs.scale_activity(b, w, 1.0, uptake(1.2)), "uptake lies outside 0 to 1"),
        (lambda b, w: verbs.scale_activity(b, w, 1.0, uptake(np.nan)), "finite"),
        (lambda b, w: verbs.raise_removal(b, w, {"SO2": 1.5}, uptake(1)), "outside 0 to 1"),
        (lambda b, w: verbs.raise_removal(b, w, {"SO3": 0.5}, uptake(1)), "unknown species"),
        (lambda b, w: verbs.scale_factor(b, w, {"SO2": -1}, uptake(1)), "0 or more"),
        (lambda b, w: verbs.shift_activity(b, w, {}, uptake(1)), "add to"),
        (
            lambda b, w: verbs.shift_activity(b, w, {"stoves": "gas"}, uptake(1)),
            "unknown destination source",
        ),
        (
            lambda b, w: verbs.shift_activity(b, w, {"stoves": "railway"}, uptake(1)),
            "delivers heat, its destination 'railway' does not",
        ),
        (
            lambda b, w: verbs.shift_activity(b, w, {"stoves": "stoves"}, uptake(1)),
            "own measure's destination",
        ),
        (lambda b, w: verbs.split(b, w, 1.1, "x"), "outside 0 to 1"),
    ],
)
def test_bad_arguments_are_named(base, call, message):
    with pytest.raises(InputError, match=message):
        call(base, where(base, "stoves"))


def test_a_shift_that_loses_service_raises(base, monkeypatch):
    monkeypatch.setattr(verbs, "_arriving", lambda *a, keep=verbs._arriving: 0.99 * keep(*a))
    with pytest.raises(MassError, match="lost"):
        verbs.shift_activity(base, where(base, "stoves"), {"stoves": "gas heaters"}, uptake(1))
