"""Sparse shares of places in cells, and the check that nothing is lost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from emisim.errors import MassError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Weights:
    """Sparse shares (place, cell, share) of ``len(outside)`` places, and their share outside."""

    place: Ints
    cell: Ints
    share: Floats
    outside: Floats

    def matrix(self, cells: int) -> sparse.csr_array:
        """Return the (place, cell) matrix of shares for a grid of ``cells`` cells."""
        shape = (len(self.outside), cells)
        return sparse.csr_array((self.share, (self.place, self.cell)), shape=shape)

    def followed_by(self, other: "Weights") -> "Weights":
        """Return these places and those of ``other`` after them."""
        return Weights(
            np.concatenate([self.place, other.place + len(self.outside)]),
            np.concatenate([self.cell, other.cell]),
            np.concatenate([self.share, other.share]),
            np.concatenate([self.outside, other.outside]),
        )

    def beyond(self, names: Sequence[object] | None = None) -> dict[object, float]:
        """Return the share outside (0 to 1) of each place that is not wholly on the grid.

        Parameters
        ----------
        names
            What to call the places (n,); by default their number, from 0.
        """
        rows = np.flatnonzero(self.outside > 0).tolist()
        return {row if names is None else names[row]: float(self.outside[row]) for row in rows}

    def checked(self) -> "Weights":
        """Return self if every place's shares and its outside share add to 1 within 1e-12."""
        total = summed(self.place, self.share, len(self.outside)) + self.outside
        worst = int(np.argmax(np.abs(total - 1))) if len(total) else 0
        if len(total) and not abs(total[worst] - 1) <= TOLERANCE:
            message = f"shares of place {worst} add to {float(total[worst])!r}, not to 1"
            raise MassError(message)
        return self


def summed(place: Ints, value: Floats, places: int) -> Floats:
    """Return the sum of ``value`` by place (places,), pairwise: a million terms keep 1e-15."""
    total = np.zeros(places)
    if not len(place):
        return total
    step = place[1:] - place[:-1]
    if step.min(initial=0) < 0:
        order = np.argsort(place, kind="stable")
        place, value = place[order], value[order]
        step = place[1:] - place[:-1]
    first = np.concatenate([[0], np.flatnonzero(step) + 1])
    total[place[first]] = np.add.reduceat(value, first)
    return total


def gathered(place: Ints, cell: Ints, amount: Floats) -> tuple[Ints, Ints, Floats]:
    """Return place, cell and amount, one entry per pair, by place, then by cell."""
    cells = int(cell.max()) + 1 if len(cell) else 1
    order = np.argsort(place * cells + cell, kind="stable")
    place, cell, amount = place[order], cell[order], amount[order]
    new = np.ones(len(place), dtype=bool)
    new[1:] = (place[1:] != place[:-1]) | (cell[1:] != cell[:-1])
    first = np.flatnonzero(new)
    total = np.add.reduceat(amount, first) if len(first) else amount
    return place[first], cell[first], total


def shares(
    place: Ints,
    cell: Ints,
    amount: Floats,
    beyond: Floats,
    whole: Floats | None = None,
    extent: Floats | None = None,
) -> Weights:
    """Return amounts (m, m2, ...) in cells and beyond the grid as shares of their sum.

    Parameters
    ----------
    place, cell, amount
        (entries,) ordered by place.
    beyond
        (places,) amount outside the grid.
    whole
        (places,) the amount measured in one piece, if known.
    extent
        (places,) the size of the terms that were added up: 1e-12 of it is rounding.

    Raises
    ------
    MassError
        If the pieces of a place do not add to the whole.
    """
    total = summed(place, amount, len(beyond)) + beyond
    if whole is not None and extent is not None:
        off = np.abs(total - whole) - TOLERANCE * extent
        worst = int(np.argmax(off)) if len(off) else 0
        if len(off) and not off[worst] <= 0:
            pair = f"{float(total[worst])!r}, the whole is {float(whole[worst])!r}"
            message = f"the pieces of place {worst} add to {pair}"
            raise MassError(message)
    return Weights(place, cell, amount / total[place], beyond / total).checked()
