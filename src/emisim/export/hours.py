"""Emission rates of a mechanism's species, hour by hour, in the cells of a target grid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emisim import units
from emisim.errors import MassError
from emisim.export.amounts import Amounts
from emisim.export.clock import Clock
from emisim.export.speciation import Mechanism
from emisim.vocabulary import SPECIES

Floats = NDArray[np.float64]
AGREED, DOUBLE = 1e-9, 1e-12
"""Relative difference allowed in a total; what double precision leaves of it."""
SINGLE = float(np.finfo(np.float32).eps) / 2 + AGREED
"""Likewise where a format stores single precision: no value is rounded by more."""


@dataclass(frozen=True)
class Hours:
    """The hours of one file.

    Parameters
    ----------
    times
        Start of each hour, UTC.
    share
        (time, group, period) part of a period's emission per second.
    yields
        (group, inventory species, species of the file) mol or g per kg.
    units
        By species of the file: what ``yields`` counts (mol, g or kg).
    """

    amounts: Amounts
    times: tuple[datetime, ...]
    share: Floats
    species: tuple[str, ...]
    units: tuple[str, ...]
    yields: Floats

    @property
    def layers(self) -> int:
        """Number of layers that hold sources."""
        return int(self.amounts.groups["layer"].max()) + 1

    def rates(self, layers: int) -> Iterator[Floats]:
        """Yield (layer, species, ny, nx) of each hour, per second and cell.

        What is left of PM2.5 without BC and OC may round to less than nothing: it is none.
        """
        layer = self.amounts.groups["layer"].to_numpy()
        for share in self.share:
            now = np.einsum("gp,gspc->gsc", share, self.amounts.kg)
            found = np.zeros((layers, len(self.species), self.amounts.grid.size))
            for group, values in enumerate(now):
                found[layer[group]] += self.yields[group].T @ values
            yield found.clip(min=0).reshape(layers, -1, *self.amounts.grid.shape)

    def expected(self) -> Floats:
        """Return the sum over hours and cells (species,) from totals alone, per second."""
        own = self.amounts
        return self._sum(own.came - own.beyond_city - own.beyond_target)

    def rounding(self) -> Floats:
        """Return what the sums of :meth:`expected` cannot tell from nothing (species,)."""
        return DOUBLE * self._sum(self.amounts.came)

    def _sum(self, kg: Floats) -> Floats:
        return np.einsum("tgp,gsp,gsk->k", self.share, kg, self.yields, optimize=True)


def of_mechanism(amounts: Amounts, mechanism: Mechanism) -> tuple[tuple[str, ...], Floats]:
    """Return units (k,) and yields (group, species, k) of a mechanism."""
    yields = np.stack([mechanism.of(str(s)) for s in amounts.groups["sector"]])
    return tuple(mechanism.units), yields


def as_inventory(amounts: Amounts) -> tuple[tuple[str, ...], Floats]:
    """Return units and yields that keep the inventory's own species, kg."""
    same = np.eye(len(SPECIES))
    return ("kg",) * len(SPECIES), np.stack([same] * len(amounts.groups))


def day(clock: Clock, periods: tuple[int, ...], when: Sequence[datetime]) -> Floats:
    """Return the shares (time, group, period) of hours of the calendar (UTC)."""
    return np.array([np.stack([clock.on_day(t, m) for m in periods], axis=1) for t in when])


def mean_day(clock: Clock, when: Sequence[datetime]) -> Floats:
    """Return the shares (time, group, 1) of the mean day of the month of the first hour (UTC)."""
    year, month = when[0].year, when[0].month
    return np.array([clock.on_mean_day(t.hour, year, month)[:, None] for t in when])


def times(start: datetime, count: int) -> tuple[datetime, ...]:
    """Return ``count`` hours from ``start``."""
    return tuple(start + timedelta(hours=h) for h in range(count))


def compare(hours: Hours, found: Floats, file: str, tolerance: float = SINGLE) -> pd.DataFrame:
    """Return totals of a file as read back beside those of the inventory, over all its hours.

    Parameters
    ----------
    found
        Sum over hours, layers and cells (species,), per second.
    tolerance
        Relative: :data:`SINGLE`, or :data:`AGREED` where the file holds double precision.

    Raises
    ------
    MassError
        If they differ by more.
    """
    expected, nothing = hours.expected(), hours.rounding()
    there = np.abs(expected) > nothing
    gap = np.abs(found - expected)
    wrong = ~(gap <= tolerance * np.abs(expected) + nothing)
    off = np.divide(found - expected, expected, out=np.zeros(len(found)), where=there)
    if wrong.any():
        worst = int(np.argmax(wrong))
        message = f"{hours.species[worst]} in {file} is {found[worst]!r}, not {expected[worst]!r}"
        raise MassError(message)
    second = units.factor("h", "s")
    return pd.DataFrame(
        {
            **{"file": file, "species": hours.species, "unit": hours.units},
            **{"inventory": expected * second, "file_total": found * second},
            "relative_difference": off,
        }
    )
