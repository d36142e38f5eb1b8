"""Between the inventory and the fleet model: stock by kind, and who takes over whose service."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr

from emisim import fleet
from emisim.errors import InputError
from emisim.fleet import Kind
from emisim.verbs import TOLERANCE
from emisim.vocabulary import OUTSIDE

GROUP = ["district", "technology", "grade", "place"]
"""Labels that vehicles of different kinds share where they drive on the same roads."""


def members(inventory: xr.Dataset, where: xr.DataArray, process: str) -> pd.DataFrame:
    """Return the sources of one class in scope, and its electric ones outside.

    Returns
    -------
    Indexed by source: fuel, standard, :data:`GROUP`, ``service`` (per year; of the electric
    ones the part that belongs to the scope) and ``part`` (that part).
    """
    whole = inventory["process"].values == process
    outside = inventory["district"].values == OUTSIDE
    taken = whole & (where.values | outside)
    served = (inventory["activity"].sum("month") * inventory["output"]).values
    if served.ndim > 1:
        message = "the fleet model does not know draws"
        raise InputError(message, hint="keep activity without a draw dimension")
    burning = whole & ~outside
    here = served[burning & where.values].sum()
    if here <= 0 and served[taken].sum() <= 0:
        message = "the class of vehicle has no activity in scope"
        raise InputError(message, value=process, hint="widen the scope")
    share = here / served[burning].sum() if served[burning].sum() > 0 else 1.0
    part = np.where(outside, share, 1.0)[taken]
    columns = {name: inventory[name].values[taken] for name in ("fuel", "standard", *GROUP)}
    frame = pd.DataFrame(columns, index=inventory["source"].values[taken])
    told = inventory[fleet.SOLD].values[taken] if fleet.SOLD in inventory else np.nan
    return frame.assign(part=part, service=served[taken] * part, sold=told)


def kinds(frame: pd.DataFrame) -> list[Kind]:
    """Return the kind of each source."""
    return list(zip(frame["fuel"], frame["standard"], strict=True))


def stock(frame: pd.DataFrame) -> dict[Kind, float]:
    """Return the part of the service that each kind delivers, as the stock by kind."""
    by_kind = frame["service"].groupby(pd.Index(kinds(frame), tupleize_cols=False)).sum()
    return {kind: float(value) for kind, value in (by_kind / by_kind.sum()).items()}


def moves(
    frame: pd.DataFrame, before: dict[Kind, float], after: dict[Kind, float]
) -> tuple[pd.DataFrame, pd.Series]:
    """Return who takes over what, so that ``before`` becomes ``after`` (shares by kind).

    A kind that shrinks gives the same part of its service everywhere; those that grow take it in
    proportion to their gain, on the same roads (electric ones outside, for all).

    Returns
    -------
    table of source, destination, fraction, and the part of its service that each source gives.

    Raises
    ------
    InputError
        A kind that grows has no source on the roads of one that shrinks.
    """
    change = {kind: share - before.get(kind, 0.0) for kind, share in after.items()}
    gain = {kind: x for kind, x in change.items() if x > TOLERANCE}
    lost = {k: -x / before[k] for k, x in change.items() if x < 0 and before.get(k, 0) > 0}
    given = frame["part"] * [lost.get(kind, 0.0) for kind in kinds(frame)]
    given = given[(given > TOLERANCE) & (frame["service"] > 0) & bool(gain)]
    givers = frame.loc[given.index, GROUP].rename_axis("source").reset_index()
    takers = _growing(frame, gain)
    pairs = pd.concat([*_pairs(givers, takers)], ignore_index=True)
    _require_takers(frame, givers, pairs, gain)
    whole = pairs.groupby(["source", "fuel", "standard"])["weight"].transform("sum")
    pairs["fraction"] = pairs["gain"] * pairs["weight"] / whole
    return pairs[["source", "destination", "fraction"]], given


def _growing(frame: pd.DataFrame, gain: dict[Kind, float]) -> pd.DataFrame:
    """Return the sources whose kind grows: labels, weight of their roads, the kind's gain."""
    total = sum(gain.values())
    rows = [(fuel, standard, x / total) for (fuel, standard), x in gain.items()]
    parts = pd.DataFrame(rows, columns=["fuel", "standard", "gain"]).astype({"gain": float})
    weight = frame.groupby(GROUP)["service"].transform("sum") + np.finfo(float).tiny
    named = frame.assign(weight=weight).rename_axis("destination").reset_index()
    return named.merge(parts, on=["fuel", "standard"])


def _pairs(givers: pd.DataFrame, takers: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield who can take over: on the same roads, electric ones outside, and from these anyone."""
    in_city, on_roads = (part["district"] != OUTSIDE for part in (givers, takers))
    yield givers[in_city].merge(takers[on_roads].assign(weight=1.0), on=GROUP)
    others = takers.drop(columns=GROUP)
    yield givers[in_city].merge(others[~on_roads].assign(weight=1.0), how="cross")
    yield givers[~in_city].merge(others, how="cross")


def _require_takers(
    frame: pd.DataFrame, givers: pd.DataFrame, pairs: pd.DataFrame, gain: dict[Kind, float]
) -> None:
    """Raise InputError if a giver finds nobody of a kind that grows."""
    met = set(zip(pairs["source"], pairs["fuel"], pairs["standard"], strict=True))
    missing = [(s, kind) for s in givers["source"] for kind in gain if (s, *kind) not in met]
    if missing:
        source, kind = missing[0]
        here = frame[(frame[GROUP] == frame.loc[source, GROUP]).all(axis=1)]
        have = sorted({" ".join(k).strip() for k in kinds(here)})
        message = f"field scope: nothing takes over from {source!r} as new vehicle"
        hint = "add the row to the city's activity tables (zero activity will do)"
        name = " ".join(kind).strip()
        raise InputError(message, value=name, allowed=have, hint=hint)


def sold(frame: pd.DataFrame) -> dict[Kind, float]:
    """Return the part of each kind that was sold in the plan year, where a measure has told."""
    told = frame[frame["sold"].notna() & (frame["service"] > 0)]
    by_kind = pd.Index(kinds(told), tupleize_cols=False)
    mean = (told["sold"] * told["service"]).groupby(by_kind).sum()
    return {k: float(v) for k, v in (mean / told["service"].groupby(by_kind).sum()).items()}


def tell(inventory: xr.Dataset, frame: pd.DataFrame, held: fleet.Stock) -> xr.Dataset:
    """Return the inventory in which the sources of ``frame`` tell what part of them is new."""
    total = held.amount.sum(axis=1)
    new = np.divide(held.amount[:, -1], total, out=np.zeros_like(total), where=total > 0)
    by_kind = dict(zip(held.kinds, new.tolist(), strict=True))
    told = inventory[fleet.SOLD].values.copy()
    told[inventory.indexes["source"].get_indexer(frame.index)] = [by_kind[k] for k in kinds(frame)]
    return inventory.assign({fleet.SOLD: ("source", told)})


def newest(inventory: xr.Dataset, process: str) -> pd.Series:
    """Return the part of the vehicles of each source of a class that is sold in the plan year.

    The inventory's stock is taken to be that of the end of the year.
    """
    frame = members(inventory, inventory["process"] == process, process)
    rules = fleet.renewal(inventory, process)
    held = fleet.vintages(stock(frame), rules, int(inventory.attrs["year"]), sold(frame))
    return tell(inventory, frame, held)[fleet.SOLD].to_series().loc[frame.index]
