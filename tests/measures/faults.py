"""Faulty verbs and measures: what the laws must catch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import xarray as xr

from emisim import measures, verbs

VERBS = ("scale_activity", "shift_activity", "scale_factor", "raise_removal")
Verb = Callable[..., xr.Dataset]


def eager(verb: Verb) -> Verb:
    """Act in full, whatever the uptake."""
    return lambda inventory, where, how, uptake: verb(inventory, where, how, xr.ones_like(uptake))


def scribbling(verb: Verb) -> Verb:
    """Write into the inventory that was handed in."""

    def faulty(inventory, where, how, uptake):
        after = verb(inventory, where, how, uptake)
        inventory["activity"].values[...] *= 0.5
        return after

    return faulty


def shuffling(verb: Verb) -> Verb:
    """Return the sources in another order."""
    return lambda *args: verb(*args).roll(source=1, roll_coords=True)


def tiring(verb: Verb) -> Verb:
    """Do less when asked for more."""
    return lambda inventory, where, how, uptake: verb(
        inventory, where, how, (1 - uptake).where(uptake > 0, 0)
    )


def spilling(verb: Verb) -> Verb:
    """Change everybody a little."""

    def faulty(inventory, where, how, uptake):
        after = verb(inventory, where, how, uptake)
        return after.assign(factor=after["factor"] * (1 - 0.01 * uptake.max()))

    return faulty


def leaking(verb: Verb) -> Verb:
    """Lose 1 % of what arrives."""

    def faulty(inventory, where, how, uptake):
        after = verb(inventory, where, how, uptake)
        gain = (after["activity"] - inventory["activity"]).clip(min=0)
        return after.assign(activity=after["activity"] - 0.01 * gain)

    return faulty


@contextmanager
def planted(monkeypatch, fault: Callable[[Verb], Verb]) -> Iterator[None]:
    """Put ``fault`` around every verb that the measures use."""
    with monkeypatch.context() as patch:
        for module in iter_modules(measures.__path__):
            home = import_module(f"emisim.measures.{module.name}")
            for name in VERBS:
                if hasattr(home, name):
                    verb = getattr(verbs, name)
                    patch.setattr(home, name, wraps(verb)(fault(verb)))
        yield


def assert_uses_verbs() -> None:
    """The measures import verbs by name, or the faults above would touch nothing."""
    homes = [import_module(f"emisim.measures.{m.name}") for m in iter_modules(measures.__path__)]
    used = {name for home in homes for name in VERBS if hasattr(home, name)}
    assert used == set(VERBS), np.setdiff1d(VERBS, list(used))
