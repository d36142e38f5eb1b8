"""Vehicle fleets: stock by fuel, emission standard and year of sale; survival, sales, scrapping.

A vehicle of age a is still on the road with the probability ``S(a) = exp(-(a / scale)^shape)``
(Weibull), where ``scale = mean life / gamma(1 + 1 / shape)``. In a year the stock N of a fuel loses
what dies and sales make good what is missing: ``sales = (1 + growth) N - survivors``. A new vehicle
carries the emission standard in force when it is sold. Statistics give the stock by standard and
not by year of sale: within a standard, years are weighted by the time it was on sale, by growth
and by survival (:func:`vintages`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import gamma

import numpy as np
import xarray as xr

from emisim.errors import InputError, require_known
from emisim.tables import Parameters

Kind = tuple[str, str]
"""Fuel and emission standard (empty where a fuel has none)."""
ATTRIBUTE = "fleet"
"""Inventory attribute that holds how each class renews itself, as JSON."""
UNITS = {"mean_life": "year", "survival_shape": "fraction", "stock_growth": "fraction/year"}
START = "sales_start"
SOLD = "sold_share"
"""Inventory variable (source): part of the vehicles sold in the year, NaN where not known."""


@dataclass(frozen=True)
class Renewal:
    """How one class of vehicle renews itself.

    ``mean_life`` in years, ``growth`` of the stock per year, ``starts``: the year, with its
    fraction, from which vehicles of a kind are sold; the next standard of the fuel ends it.
    """

    mean_life: float
    shape: float
    growth: float
    starts: Mapping[Kind, float]

    @property
    def scale(self) -> float:
        """Return the Weibull scale in years."""
        return self.mean_life / gamma(1 + 1 / self.shape)


@dataclass(frozen=True)
class Stock:
    """Vehicles on the road at the end of the last of ``years``: ``amount`` (kind, year of sale)."""

    kinds: tuple[Kind, ...]
    years: np.ndarray
    amount: np.ndarray

    @property
    def year(self) -> int:
        """Return the year at whose end the stock is counted."""
        return int(self.years[-1])

    @property
    def fuels(self) -> np.ndarray:
        """Return the fuel of each kind."""
        return np.array([fuel for fuel, _ in self.kinds])

    def by_fuel(self, amount: np.ndarray | None = None) -> dict[str, float]:
        """Return the vehicles (or ``amount``, by kind and year) by fuel."""
        total = (self.amount if amount is None else amount).sum(axis=1)
        return {str(f): float(total[self.fuels == f].sum()) for f in dict.fromkeys(self.fuels)}

    def shares(self) -> dict[Kind, float]:
        """Return the part of the stock that each kind has; they add to 1."""
        parts = self.amount.sum(axis=1) / self.amount.sum()
        return dict(zip(self.kinds, parts.tolist(), strict=True))


def survival(age: np.ndarray, renewal: Renewal) -> np.ndarray:
    """Return the part of the vehicles that is still on the road at ``age`` in years.

    Examples
    --------
    >>> survival(np.array([0, 8]), Renewal(8 * gamma(1.5), 2, 0, {})).round(3).tolist()
    [1.0, 0.368]
    """
    return np.exp(-((np.maximum(age, 0) / renewal.scale) ** renewal.shape))


def ends(renewal: Renewal) -> dict[Kind, float]:
    """Return when the sale of each kind ends: at the start of its fuel's next standard."""
    result = {}
    for fuel in {fuel for fuel, _ in renewal.starts}:
        own = sorted((start, kind) for kind, start in renewal.starts.items() if kind[0] == fuel)
        following = [start for start, _ in own[1:]] + [np.inf]
        result.update({kind: end for (_, kind), end in zip(own, following, strict=True)})
    return result


def on_sale(renewal: Renewal, kinds: tuple[Kind, ...], years: np.ndarray) -> np.ndarray:
    """Return the part of each year in which a kind is its fuel's standard on sale (kind, year).

    Raises
    ------
    InputError
        A kind whose start of sale is not known.

    Examples
    --------
    >>> starts = {("diesel", "china-5"): 2017.5, ("diesel", "china-6"): 2019.5}
    >>> on_sale(Renewal(10, 2, 0, starts), tuple(starts), np.arange(2017, 2021)).tolist()
    [[0.5, 1.0, 0.5, 0.0], [0.0, 0.0, 0.5, 1.0]]
    """
    unknown = [kind for kind in kinds if kind not in renewal.starts]
    if unknown:
        message = "no start of sale is known for a kind of vehicle"
        known = sorted({" ".join(kind).strip() for kind in renewal.starts})
        hint = "add a sales_start row to inputs/factors/fleet.csv"
        raise InputError(message, value=" ".join(unknown[0]).strip(), allowed=known, hint=hint)
    last = ends(renewal)
    start = np.array([renewal.starts[kind] for kind in kinds])[:, None]
    end = np.array([last[kind] for kind in kinds])[:, None]
    return np.clip(np.minimum(end, years + 1) - np.maximum(start, years), 0, 1)


def vintages(
    stock: Mapping[Kind, float],
    renewal: Renewal,
    year: int,
    newest: Mapping[Kind, float] | None = None,
) -> Stock:
    """Return the stock at the end of ``year``, known by kind, spread over years of sale.

    A kind also stands in the result, with nothing, where it is on sale but not yet on the road.
    ``newest`` holds the parts that were sold in ``year``, where they are known.
    """
    fuels = {fuel for fuel, _ in stock}
    kinds = tuple(dict.fromkeys([*stock, *(k for k in renewal.starts if k[0] in fuels)]))
    years = np.arange(year - int(np.ceil(2 * renewal.mean_life)), year + 1)
    growth = (1 + renewal.growth) ** (years - year)
    weight = on_sale(renewal, kinds, years) * survival(year - years + 1 / 2, renewal) * growth
    for i in np.flatnonzero(weight.sum(axis=1) <= 0):
        weight[i, 0 if ends(renewal)[kinds[i]] <= years[0] else -1] = 1
    amount = np.array([stock.get(kind, 0.0) for kind in kinds])[:, None]
    weight /= weight.sum(axis=1, keepdims=True)
    for i, kind in enumerate(kinds):
        new, older = (newest or {}).get(kind, weight[i, -1]), weight[i, :-1].sum()
        if older > 0:
            weight[i] *= np.append(np.full(years.size - 1, (1 - new) / older), 0)
            weight[i, -1] = new
    return Stock(kinds, years, amount * weight)


def rationed(need: Mapping[str, float], sales: Mapping[str, float]) -> dict[str, float]:
    """Return sales by fuel: each makes its own losses good, but a fuel of ``sales`` sells more.

    ``sales`` holds the least share of all sales by fuel. What these lack is taken from the others
    in proportion to what they sell above their own least share.

    Examples
    --------
    >>> rationed({"diesel": 60.0, "natural_gas": 20.0, "electricity": 20.0}, {"electricity": 0.6})
    {'diesel': 30.0, 'natural_gas': 10.0, 'electricity': 60.0}
    """
    fuels = list(dict.fromkeys([*need, *sales]))
    own = np.array([need.get(fuel, 0.0) for fuel in fuels])
    least = np.array([sales.get(fuel, 0.0) for fuel in fuels]) * own.sum()
    above, lacking = np.maximum(own - least, 0), np.maximum(least - own, 0).sum()
    if lacking <= 0:
        return {fuel: need.get(fuel, 0.0) for fuel in fuels}
    kept = 1 - lacking / above.sum()
    return dict(zip(fuels, (least + above * kept).tolist(), strict=True))


def with_fuels(stock: Stock, fuels: Mapping[str, float], renewal: Renewal) -> Stock:
    """Return the stock with empty kinds of the ``fuels`` that it has none of."""
    new = tuple(k for k in renewal.starts if k[0] in fuels and k not in stock.kinds)
    missing = sorted(set(fuels) - set(stock.fuels.tolist()) - {fuel for fuel, _ in new})
    if missing:
        message = "a fuel that new vehicles shall have is not sold"
        known = sorted({fuel for fuel, _ in renewal.starts})
        raise InputError(message, value=missing[0], allowed=known)
    empty = np.zeros((len(new), stock.years.size))
    return replace(stock, kinds=(*stock.kinds, *new), amount=np.vstack([stock.amount, empty]))


def sold(stock: Stock, renewal: Renewal, sales: Mapping[str, float]) -> np.ndarray:
    """Return vehicles sold in the stock's year (kind,), of ``sales`` by fuel.

    The standard is the one in force; in a year of change both, by the time each was.
    """
    force = on_sale(renewal, stock.kinds, stock.years[-1:])[:, 0]
    for fuel, number in sales.items():
        if number > 0 and force[stock.fuels == fuel].sum() <= 0:
            message = "no vehicle of the fuel is on sale in the year"
            raise InputError(message, value=f"{fuel} {stock.year}", hint="correct sales_start")
    of_fuel = {fuel: max(force[stock.fuels == fuel].sum(), np.finfo(float).tiny) for fuel in sales}
    parts = zip(stock.fuels, force, strict=True)
    return np.array([sales.get(fuel, 0.0) * part / of_fuel.get(fuel, 1) for fuel, part in parts])


def turn(stock: Stock, renewal: Renewal, sales: Mapping[str, float]) -> Stock:
    """Return the stock a year later: the old die by age, new ones make it good and add growth.

    Where the stock shall shrink faster than vehicles die, nothing is sold and it stays larger.
    """
    age = stock.year - stock.years + 1 / 2
    steps = [(np.maximum(a, 0) / renewal.scale) ** renewal.shape for a in (age, age + 1)]
    kept = stock.amount * np.exp(steps[0] - steps[1])
    before, after = stock.by_fuel(), stock.by_fuel(kept)
    need = {f: max(0.0, (1 + renewal.growth) * n - after[f]) for f, n in before.items()}
    years = np.append(stock.years, stock.year + 1)
    grown = replace(stock, years=years, amount=np.pad(kept, ((0, 0), (0, 1))))
    return add(grown, renewal, rationed(need, sales))


def add(stock: Stock, renewal: Renewal, sales: Mapping[str, float]) -> Stock:
    """Return the stock with vehicles sold in its year, ``sales`` by fuel."""
    wider = with_fuels(stock, sales, renewal)
    amount = wider.amount.copy()
    amount[:, -1] += sold(wider, renewal, sales)
    return replace(wider, amount=amount)


def resell(stock: Stock, renewal: Renewal, sales: Mapping[str, float]) -> Stock:
    """Return the stock with this year's sales divided anew among fuels."""
    new = np.zeros_like(stock.amount)
    new[:, -1] = stock.amount[:, -1]
    asked = rationed(stock.by_fuel(new), sales)
    if all(stock.by_fuel(new).get(fuel, 0) == number for fuel, number in asked.items()):
        return stock
    return add(replace(stock, amount=stock.amount - new), renewal, asked)


def scrap(
    stock: Stock, renewal: Renewal, chosen: np.ndarray, part: float, sales: Mapping[str, float]
) -> Stock:
    """Return the stock after ``part`` of the ``chosen`` kinds (kind,) gave way to new vehicles."""
    gone = stock.amount * chosen[:, None] * part
    replaced = rationed(stock.by_fuel(gone), sales)
    return add(replace(stock, amount=stock.amount - gone), renewal, replaced)


def raise_to(stock: Stock, renewal: Renewal, least: Mapping[str, float]) -> Stock:
    """Return the stock in which each fuel of ``least`` has at least its share.

    New vehicles of these fuels replace the oldest of the others.
    """
    now, total = stock.by_fuel(), float(stock.amount.sum())
    lacking = {f: max(0.0, share * total - now.get(f, 0)) for f, share in least.items()}
    spare = {f: max(0.0, n - least.get(f, 0) * total) / n if n else 0.0 for f, n in now.items()}
    free = stock.amount * np.array([spare[f] for f in stock.fuels.tolist()])[:, None]
    by_year = free.sum(axis=0)
    earlier = np.cumsum(by_year) - by_year
    taken = np.clip(sum(lacking.values()) - earlier, 0, by_year)
    part = np.divide(taken, by_year, out=np.zeros_like(taken), where=by_year > 0)
    return add(replace(stock, amount=stock.amount - free * part), renewal, lacking)


def attach(inventory: xr.Dataset, table: Parameters) -> xr.Dataset:
    """Return the inventory with the renewal of every class of ``table`` (fleet.csv) written down.

    A class has rows ``mean_life``, ``survival_shape``, ``stock_growth``, and ``sales_start`` (a
    year with its fraction) by fuel and standard.
    """
    frame = table.frame
    starts = frame[frame["parameter"] == START]
    classes = {}
    for process in sorted(set(starts["process"])):
        own = starts[starts["process"] == process].sort_values(["fuel", "standard"])
        found = {name: table.value(name, unit, process=process) for name, unit in UNITS.items()}
        found[START] = own[["fuel", "standard", "value"]].to_numpy().tolist()
        classes[process] = found
    return prepared(inventory, classes)


def prepared(inventory: xr.Dataset, classes: Mapping[str, object]) -> xr.Dataset:
    """Return the inventory with ``classes`` written down and room for what part of them is new."""
    unknown = np.full(inventory.sizes["source"], np.nan)
    said = {ATTRIBUTE: json.dumps(classes)}
    return inventory.assign({SOLD: ("source", unknown)}).assign_attrs(said)


def renewal(inventory: xr.Dataset, process: str) -> Renewal:
    """Return how class ``process`` renews itself.

    Raises
    ------
    InputError
        If the inventory does not say it.
    """
    classes = json.loads(inventory.attrs.get(ATTRIBUTE, "{}"))
    if not classes:
        message = "the inventory does not say how its fleets renew themselves"
        raise InputError(message, value=ATTRIBUTE, hint="make it with `emisim inventory`")
    require_known([process], classes, "class of vehicle (inputs/factors/fleet.csv)")
    found = classes[process]
    starts = {(fuel, standard): float(year) for fuel, standard, year in found[START]}
    return Renewal(*(found[name] for name in UNITS), starts)
