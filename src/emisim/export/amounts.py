"""What is emitted in each cell of a target grid, by groups of sources that share a clock.

A group is what a sector, an hourly profile and a layer have in common; sums over its sources are
all that an hourly file needs. The (source, cell) product is never built.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from emisim import gridding, overlay
from emisim.errors import InputError, MassError
from emisim.grid import Grid, from_attrs
from emisim.vocabulary import SPECIES

Floats = NDArray[np.float64]
BY = ("sector", "hours", "layer")
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Amounts:
    """Emission by group, species, period and cell.

    Parameters
    ----------
    groups
        One row per group: sector, hours, layer (from 0, the ground).
    kg
        (group, species, period, cell) in the cells of ``grid``.
    came, beyond_city, beyond_target
        (group, species, period) kg that the inventory holds, that lies beyond the city's grid
        (sources elsewhere that serve the city, parts of places), and beyond the target grid.
    """

    groups: pd.DataFrame
    periods: tuple[int, ...]
    grid: Grid
    kg: Floats
    came: Floats
    beyond_city: Floats
    beyond_target: Floats

    def by_sector(self) -> dict[str, Floats]:
        """Return what each sector emits (species,), kg of all periods."""
        sums = self.came.sum(axis=2)
        sectors = self.groups["sector"].to_numpy()
        return {str(s): sums[sectors == s].sum(axis=0) for s in sorted(set(sectors))}


def lay(
    spread: xr.Dataset, emission: xr.DataArray, groups: pd.DataFrame, target: Grid | None = None
) -> Amounts:
    """Return emissions in the cells of ``target``, or of the city's own grid.

    Parameters
    ----------
    spread
        Place-to-cell shares as the gridding step writes them.
    emission
        (source, period, species) kg, in the order of ``spread``'s sources.
    groups
        By source: the columns :data:`BY`.

    Raises
    ------
    InputError
        If sources differ, a number is not finite, or the grids do not meet.
    MassError
        If mass is lost.
    """
    _check(spread, emission)
    values = emission.transpose("source", "species", "period").values
    own = from_attrs(spread.attrs)
    domain = own if target is None else target
    across, lost = _across(own, domain)
    share = gridding.matrix(spread)
    place = spread["source_place"].values
    outside = spread["outside_share"].values
    labels = groups.drop_duplicates().sort_values(list(BY)).reset_index(drop=True)
    number = groups.merge(labels.reset_index(), on=list(BY), how="left")["index"].to_numpy()
    shape = (len(labels), *values.shape[1:])
    kg, beyond = np.zeros((*shape, domain.size)), np.zeros(shape)
    came, city = np.zeros(shape), np.zeros(shape)
    for i in range(len(labels)):
        rows = np.flatnonzero(number == i)
        flat = values[rows].reshape(len(rows), -1)
        at = place[rows]
        gather = sparse.csr_array(
            (np.ones(len(rows)), (at, np.arange(len(rows)))), (share.shape[0], len(rows))
        )
        cells = share.T @ (gather @ flat)
        kg[i] = (across.T @ cells).T.reshape(*shape[1:], -1)
        beyond[i] = (lost @ cells).reshape(shape[1:])
        came[i] = flat.sum(axis=0).reshape(shape[1:])
        city[i] = (outside[at] @ flat).reshape(shape[1:])
    periods = tuple(int(p) for p in emission["period"].values)
    return checked(Amounts(labels, periods, domain, kg, came, city, beyond))


def checked(amounts: Amounts) -> Amounts:
    """Return ``amounts`` if every kg is in a cell or counted as beyond; else MassError."""
    missing = amounts.came - amounts.beyond_city - amounts.beyond_target - amounts.kg.sum(axis=3)
    bad = np.abs(missing) > TOLERANCE * amounts.came
    if bad.any():
        group, species, _ = np.argwhere(bad)[0]
        name = amounts.groups.loc[group].to_dict()
        message = f"laying {SPECIES[species]} of {name} on the target grid lost mass"
        raise MassError(message)
    return amounts


def budget(amounts: Amounts) -> pd.DataFrame:
    """Return where the mass went: sector, species, unit, in, inside, beyond, dropped (kg)."""
    terms = {
        "in": amounts.came,
        "inside": amounts.kg.sum(axis=3),
        "beyond_city_grid": amounts.beyond_city,
        "beyond_target_grid": amounts.beyond_target,
    }
    columns = {name: term.sum(axis=2).ravel() for name, term in terms.items()}
    sector = np.repeat(amounts.groups["sector"].to_numpy(), len(SPECIES))
    species = np.tile(np.array(SPECIES, dtype=object), len(amounts.groups))
    frame = pd.DataFrame({"sector": sector, "species": species, **columns})
    frame = frame.groupby(["sector", "species"], sort=False).sum().reset_index()
    parts = frame[["inside", "beyond_city_grid", "beyond_target_grid"]].sum(axis=1)
    frame.insert(2, "unit", "kg")
    return frame.assign(dropped=frame["in"] - parts)


def group_by(inventory: xr.Dataset, layer: NDArray[np.int64] | None = None) -> pd.DataFrame:
    """Return the group of each source (columns :data:`BY`), all in layer 0 unless told."""
    columns = {name: inventory[name].values.astype(str) for name in BY[:2]}
    ground = np.zeros(inventory.sizes["source"], dtype=np.int64)
    return pd.DataFrame({**columns, "layer": ground if layer is None else layer})


def layers(inventory: xr.Dataset, tops: Sequence[float], ratio: float) -> NDArray[np.int64]:
    """Return the layer (source,) of each source's effective height.

    Parameters
    ----------
    tops
        Upper edge of each layer above the ground, m, rising; what is higher goes to the last.
    ratio
        Effective height over stack height where the flow is driven (``exit_velocity`` > 0).
    """
    edges = np.asarray(tops, dtype=float)
    if not len(edges) or not (np.diff(edges, prepend=0) > 0).all():
        message = "layer tops must rise from above 0 (m above the ground)"
        raise InputError(message, value=list(tops), hint="e.g. --layers 40 100 200 400")
    driven = np.nan_to_num(inventory["exit_velocity"].values) > 0
    height = np.nan_to_num(inventory["stack_height"].values) * np.where(driven, ratio, 1)
    return np.minimum(np.searchsorted(edges, height, side="right"), len(edges) - 1)


def _across(own: Grid, target: Grid) -> tuple[sparse.csr_array, Floats]:
    """Shares (own cell, target cell), and the part of each own cell beyond the target."""
    if target == own:
        return sparse.csr_array(sparse.eye_array(own.size)), np.zeros(own.size)
    weights = overlay.regrid(target, overlay.of_grid(own))
    return weights.matrix(target.size), weights.outside


def _check(spread: xr.Dataset, emission: xr.DataArray) -> None:
    if list(emission["species"].values) != list(SPECIES):
        message = "species are not those of the vocabulary, in its order"
        raise InputError(message, value=list(emission["species"].values), allowed=SPECIES)
    labels = spread["source"].values, emission["source"].values
    if len(labels[0]) != len(labels[1]) or (labels[0] != labels[1]).any():
        message = "the shares are those of other sources"
        hint = "make both with snakemake, from the same inventory"
        raise InputError(message, value=(len(labels[0]), len(labels[1])), hint=hint)
    bad = ~np.isfinite(emission.values)
    if bad.any():
        at = np.argwhere(bad)[0][emission.dims.index("source")]
        message = f"emission of source {labels[1][at]!r} is not a finite number"
        raise InputError(message, hint="correct the row of this source")
