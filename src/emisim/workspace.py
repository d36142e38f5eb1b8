"""What a running fold of measures keeps to itself: arrays it may write into, labels looked up once.

A measure is pure: it returns a new inventory and leaves the one that it was given alone. A scenario
applies dozens of them, and nobody sees what stands between two. :func:`opened` marks an inventory
as such a stage between: verbs then copy a term the first time only and write into their copy after
that. The inventory that was opened is never written into. A measure must therefore go on from what
its last verb returned, and read what it needs of the state before it first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from emisim.convention import TERMS

KEY = "workspace"
"""Attribute of an opened inventory that holds its workspace."""
ORDER = ("draw", "source", "month", "species")


@dataclass
class Workspace:
    """Terms that belong to the fold, and codes of source labels (which no measure changes).

    ``given`` are the arrays of the inventory that was opened, ``changed`` the sources (bool) that a
    verb has written to; both by term.
    """

    given: dict[str, np.ndarray]
    changed: dict[str, np.ndarray]
    owned: dict[str, np.ndarray] = field(default_factory=dict)
    codes: dict[str, tuple[np.ndarray, dict[str, int]]] = field(default_factory=dict)
    nobody: xr.DataArray | None = None


def of(inventory: xr.Dataset) -> Workspace | None:
    """Return the workspace of an opened inventory, None of any other."""
    return inventory.attrs.get(KEY)


def opened(inventory: xr.Dataset) -> xr.Dataset:
    """Return the inventory with a workspace of its own.

    Examples
    --------
    >>> from emisim import example
    >>> town = example.inventory()
    >>> of(closed(opened(town))) is None, closed(opened(town)).identical(town)
    (True, True)
    """
    given = {name: inventory.variables[name].values for name in TERMS}
    untouched = {name: np.zeros(inventory.sizes["source"], dtype=bool) for name in TERMS}
    return inventory.assign_attrs({KEY: Workspace(given, untouched)})


def closed(inventory: xr.Dataset) -> xr.Dataset:
    """Return the inventory without its workspace, so that nothing writes into it any more."""
    plain = inventory.copy(deep=False)
    plain.attrs.pop(KEY, None)
    return plain


def changed(inventory: xr.Dataset) -> dict[str, np.ndarray] | None:
    """Return by term the positions of the sources that have changed since it was opened.

    None if it has no workspace, or a term was replaced past :func:`write`: then any may have.
    """
    space = of(inventory)
    if space is None:
        return None
    for name, array in space.given.items():
        if inventory.variables[name].values is not space.owned.get(name, array):
            return None
    found = {name: np.flatnonzero(space.changed[name]) for name in TERMS}
    return found | {"output": np.arange(space.changed["activity"].size)}


def codes(inventory: xr.Dataset, name: str) -> tuple[np.ndarray, dict[str, int]]:
    """Return the label ``name`` of every source as a number (source,), and the number by word."""
    space = of(inventory)
    known = space.codes.get(name) if space else None
    if known is None:
        numbers, words = pd.factorize(inventory.variables[name].values)
        known = numbers, {word: i for i, word in enumerate(words.tolist())}
        if space:
            space.codes[name] = known
    return known


def positions(inventory: xr.Dataset, labels: Sequence[str] | pd.Series) -> np.ndarray:
    """Return where the sources ``labels`` stand, -1 for an unknown one."""
    index = inventory.xindexes["source"].to_pandas_index()
    return index.get_indexer(pd.Index(labels, dtype=object))


def mask(inventory: xr.Dataset, values: np.ndarray) -> xr.DataArray:
    """Return ``values`` as a DataArray over the sources of ``inventory``."""
    space = of(inventory)
    like = space.nobody if space else None
    if like is None:
        own = {"source": inventory.variables["source"]}
        coords = xr.Coordinates(own, indexes={"source": inventory.xindexes["source"]})
        like = xr.DataArray(np.zeros(values.shape, dtype=bool), coords, ("source",))
        if space:
            space.nobody = like
    return like.copy(deep=False, data=values)


def union(*terms: xr.Variable) -> tuple[str, ...]:
    """Return the dimensions that any of ``terms`` has, in the inventory's order."""
    return tuple(d for d in ORDER if any(d in term.dims for term in terms))


def lift(term: xr.Variable, dims: tuple[str, ...], rows: np.ndarray | None = None) -> np.ndarray:
    """Return the values of ``term`` at the sources ``rows``, ready to meet others over ``dims``.

    A term that has as many sources as ``rows`` is of these alone already.
    """
    values = term.values
    order = tuple(d for d in dims if d in term.dims)
    if order != term.dims:
        values = values.transpose([term.dims.index(d) for d in order])
    if rows is not None and "source" in order and term.sizes["source"] != rows.size:
        values = values.take(rows, axis=order.index("source"))
    return values[tuple(slice(None) if d in order else None for d in dims)]


def write(
    inventory: xr.Dataset, name: str, rows: np.ndarray, dims: tuple[str, ...], new: np.ndarray
) -> xr.Dataset:
    """Return the inventory in which the sources ``rows`` have the values ``new`` of a term.

    Parameters
    ----------
    name
        A term; it gains the dimensions that it has not.
    rows
        Positions of sources.
    dims, new
        All dimensions of the term or more, in the inventory's order, and the values over them;
        ``source`` is as long as ``rows``.
    """
    space, term = of(inventory), inventory.variables[name]
    if space is None or name not in space.owned or term.dims != dims:
        sizes = {d: new.shape[i] for i, d in enumerate(dims)} | dict(term.sizes)
        whole = np.empty([sizes[d] for d in dims])
        whole[...] = lift(term, dims)
        inventory = inventory.assign({name: xr.Variable(dims, whole, term.attrs)})
        term = inventory.variables[name]
        if space is not None:
            space.owned[name] = term.values
    if space is not None:
        space.changed[name][rows] = True
    at = tuple(rows if d == "source" else slice(None) for d in dims)
    term.values[at] = new
    return inventory
