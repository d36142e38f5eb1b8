"""What every measure must do, as functions that raise when it does not."""

import json
from collections.abc import Sequence

import numpy as np
import xarray as xr
import yaml

from emisim.convention import check
from emisim.inventory import service
from emisim.measures import read
from emisim.measures._base import MONTHS, Measure

EXACT = 1e-12


def reach(values: float | Sequence[float]) -> xr.DataArray:
    """Return uptake (month)."""
    return xr.DataArray(
        np.broadcast_to(values, 12).astype(float), coords={"month": MONTHS}, dims="month"
    )


def nothing_at_zero(measure: Measure, town: xr.Dataset) -> None:
    xr.testing.assert_identical(measure.change(town, reach(0)), town)


def input_untouched(measure: Measure, town: xr.Dataset) -> None:
    before = town.copy(deep=True)
    measure.change(town, reach(1))
    xr.testing.assert_identical(town, before)


def valid_same_labels(measure: Measure, town: xr.Dataset) -> None:
    after = check(measure.change(town, reach(0.5)))
    for name in town.coords:
        assert after[name].identical(town[name]), name


def states(measure: Measure, town: xr.Dataset, uptake: xr.DataArray) -> np.ndarray:
    """Return activity and factor after control of every source (source, month, 1 + species)."""
    after = measure.change(town, uptake)
    return np.concatenate([_monthly(after, "activity")[..., None], _net(after)], axis=-1)


def _net(inventory: xr.Dataset) -> np.ndarray:
    return _monthly(inventory, "factor") * (1 - _monthly(inventory, "removal"))


def _monthly(inventory: xr.Dataset, name: str) -> np.ndarray:
    """Return a term as (source, month[, species])."""
    term = inventory[name].reset_coords(drop=True)
    whole = term if "month" in term.dims else term.expand_dims(month=12)
    order = [d for d in ("source", "month", "species") if d in whole.dims]
    return whole.transpose(*order).values


def grows(measure: Measure, town: xr.Dataset, low=0.3, high=0.8) -> None:
    """From 0 to ``low`` to ``high`` every term goes one way, and at least one moves."""
    zero, one, two = (states(measure, town, reach(u)) for u in (0, low, high))
    first, second = one - zero, two - one
    scale = np.abs(zero) + np.abs(two) + 1
    assert (np.sign(first) * second >= -EXACT * scale).all(), "the effect turns round"
    assert (np.abs(two - zero) >= np.abs(first) - EXACT * scale).all(), "the effect shrinks"
    if np.max(np.asarray(high) - np.asarray(low)) > 0.1:
        assert (np.abs(two - zero) > np.abs(first) + EXACT * scale).any(), "more does no more"


def inside_scope(measure: Measure, town: xr.Dataset) -> None:
    rest = np.flatnonzero(~measure.touches(town).values)
    assert rest.size, "the case must leave some sources alone"
    after, before = states(measure, town, reach(1)), states(measure, town, reach(0))
    np.testing.assert_array_equal(after[rest], before[rest])


def service_conserved(measure: Measure, town: xr.Dataset) -> None:
    after = measure.change(town, reach(np.linspace(0, 1, 12)))
    for name in ("heat", "travel", "freight"):
        mine = town["service"].values == name
        was, now = (service(x).isel(source=mine).sum("source") for x in (town, after))
        np.testing.assert_allclose(now, was, rtol=1e-9, err_msg=name)


def round_trip(measure: Measure, town: xr.Dataset) -> None:
    assert read(json.loads(json.dumps(measure.dump()))) == measure
    assert read(yaml.safe_load(yaml.safe_dump(measure.dump(), allow_unicode=True))) == measure


EVERYWHERE = (nothing_at_zero, input_untouched, valid_same_labels, grows, inside_scope, round_trip)
