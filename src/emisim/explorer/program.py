"""A plan's measures as short programs: verbs on sources by number, with their constants.

What a kind takes from the state of the inventory at its turn (the total under a cap, the factor
under a stack limit, the fleet's stock) is an operation of its own, which ``engine.js`` carries out
in the same way. Everything else is a constant already.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from emisim.explorer import fleets
from emisim.explorer.packing import Rows
from emisim.measures._base import MONTHS, Measure
from emisim.measures._destination import Destination, shares
from emisim.measures._months import numbers
from emisim.measures._quantity import targets
from emisim.measures.direct import Row
from emisim.measures.limit import LIMITED, PARTICLES
from emisim.vocabulary import SPECIES

Operation = dict[str, Any]
Rule = Callable[[Any, xr.Dataset], list[Operation]]


def of_measure(measure: Measure, inventory: xr.Dataset) -> list[Operation]:
    """Return the operations of a measure, in order.

    Parameters
    ----------
    inventory
        Any stage of the scenario: sources and their labels, and the plan year. Of the terms only
        those are used that no measure changes.
    """
    with measure.named():
        return RULES[measure.kind](measure, inventory)


def _rows(measure: Measure, inventory: xr.Dataset) -> np.ndarray:
    return np.flatnonzero(measure.where(inventory).values)


def _by_species(values: Mapping[str, float], fill: float) -> list[float]:
    return [float(values.get(s, fill)) for s in SPECIES]


def _scale(rows: np.ndarray, multiplier: float) -> Operation:
    return {"op": "scale_activity", "rows": Rows(rows), "multiplier": multiplier}


def _factor(rows: np.ndarray, multipliers: Mapping[str, float]) -> Operation:
    wanted = _by_species(multipliers, 1.0)
    return {"op": "scale_factor", "rows": Rows(rows), "multiplier": wanted}


def _removal(rows: np.ndarray, removal: Mapping[str, float]) -> Operation:
    return {"op": "raise_removal", "rows": Rows(rows), "target": _by_species(removal, 0.0)}


def _shift(
    measure: Measure, inventory: xr.Dataset, to: tuple[Destination, ...], part: float
) -> Operation:
    where = measure.where(inventory)
    return {
        "op": "shift_activity",
        "rows": Rows(np.flatnonzero(where.values)),
        "to": [
            {"rows": Rows(destination.takers(inventory, where)), "share": share}
            for destination, share in zip(to, shares(to), strict=True)
        ],
        "part": part,
    }


def _abate_ammonia(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    return [_removal(_rows(measure, inventory), {"NH3": measure.removal()})]


def _ban_burning(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    before, after = measure.rest()
    return [_scale(_rows(measure, inventory), min(1.0, after / before))]


def _cap_activity(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    rows = Rows(_rows(measure, inventory))
    return [{"op": "cap_activity", "rows": rows, "ceiling": measure.ceiling(inventory)}]


def _curtail(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    rows = _rows(measure, inventory)
    each, of = np.unique(measure.lost(inventory, rows), axis=0, return_inverse=True)
    return [
        {"op": "curtail", "rows": Rows(rows[of.ravel() == i]), "lost": lost.tolist()}
        for i, lost in enumerate(each)
    ]


def _direct(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    found = []
    for row in measure.rows:
        held = np.isin(MONTHS, numbers(row.months, inventory)).astype(int).tolist()
        found.append(_verb(measure, inventory, row) | {"months": held})
    return found


def _verb(measure: Any, inventory: xr.Dataset, row: Row) -> Operation:
    """Return the operation of a row of ``direct``, without its months."""
    rows, value = _rows(measure, inventory), row.value.to("fraction")
    if row.verb == "scale_activity":
        return _scale(rows, value)
    if row.verb == "shift_activity":
        return _shift(measure, inventory, row.to or (), value)
    make = _factor if row.verb == "scale_factor" else _removal
    return make(rows, dict.fromkeys(row.species, value))


def _moved(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    return [_shift(measure, inventory, measure.to, float(measure.part()))]


def _electrify(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    (shift,) = _moved(measure, inventory)
    if measure.of == "stock" or measure.new_share is not None:
        return [shift]
    where = measure.where(inventory)
    processes = np.unique(inventory["process"].values[where.values].astype(str))
    classes = [fleets.of_class(inventory, None, process) for process in processes.tolist()]
    return [shift | {"newest": classes}]


def _shift_freight(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    found = _moved(measure, inventory)
    if measure.dust is not None:
        left = 1 - measure.dust.share.to("fraction") * measure.part()
        dusty = np.flatnonzero(measure.dust.scope.select(inventory).values)
        found.append(_scale(dusty, left))
    return found


def _grow(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    return [_scale(_rows(measure, inventory), measure.factor(int(inventory.attrs["year"])))]


def _improve_fuel(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    return [_factor(_rows(measure, inventory), measure.factors())]


def _inspect(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    return [_factor(_rows(measure, inventory), measure.multiplier())]


def _limit(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    rows, limits = _rows(measure, inventory), []
    for name, limit in measure.limits.items():
        against = LIMITED[name]
        held = [i for i, s in enumerate(SPECIES) if PARTICLES.get(s, s) == against]
        limits.append({"against": SPECIES.index(against), "held": held, "most": limit.to("kg/m3")})
    volume = measure.volume(inventory, rows)
    return [{"op": "limit", "rows": Rows(rows), "volume": volume, "limits": limits}]


def _renew_fleet(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    return [fleets.operation(measure, inventory)]


def _retire(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    if not measure.to:
        return [_scale(_rows(measure, inventory), 0.0)]
    return [_shift(measure, inventory, measure.to, 1.0)]


def _retrofit(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    return [_removal(_rows(measure, inventory), targets(measure.removal))]


def _suppress_dust(measure: Any, inventory: xr.Dataset) -> list[Operation]:
    _, part = measure.rates() or (0, 1)
    wanted = {species: part * r for species, r in targets(measure.removal).items()}
    return [_removal(_rows(measure, inventory), wanted)]


RULES: dict[str, Rule] = {
    "abate_ammonia": _abate_ammonia,
    "ban_burning": _ban_burning,
    "cap_activity": _cap_activity,
    "curtail": _curtail,
    "direct": _direct,
    "electrify": _electrify,
    "grow": _grow,
    "improve_fuel": _improve_fuel,
    "inspect": _inspect,
    "limit": _limit,
    "renew_fleet": _renew_fleet,
    "retire": _retire,
    "retrofit": _retrofit,
    "scrap": _moved,
    "shift_freight": _shift_freight,
    "suppress_dust": _suppress_dust,
    "switch_fuel": _moved,
}
"""How each kind of measure is written down."""
