"""What a target looks at, by scenario: concentrations, emissions, coal, activity, uptake."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.errors import InputError, require_known
from emisim.measures._base import Scope
from emisim.target_indices import Found, find
from emisim.target_model import CITY, OF_INDICES, Target
from emisim.target_record import Outcome
from emisim.vocabulary import OUTSIDE, SEASONS, SERVICE_UNITS

COAL = ("coal", "clean_coal", "gangue")
BURNERS = ("power", "heating", "boilers", "residential")
"""Sectors whose activity is the fuel itself."""


def level(target: Target, outcome: Outcome, base: str) -> Found:
    """Return the level that ``target`` looks at, by scenario, before any change is taken.

    Raises
    ------
    NotComputableError
        If an input that the target needs is missing.
    """
    if target.metric in OF_INDICES:
        return find(target, outcome, lambda wanted: _concentration(wanted, outcome), base)
    return Found(_level(target, outcome))


def _level(target: Target, outcome: Outcome) -> pd.Series:
    family = target.metric.split("_")[0]
    found: dict[str, Callable[[], pd.Series]] = {
        "concentration": lambda: _concentration(target, outcome),
        "emission": lambda: _emission(target, outcome.scenarios),
        "activity": lambda: _activity(target, outcome.scenarios),
        "measure": lambda: _uptake(target, outcome),
    }
    return found.get(family, lambda: _coal(target, outcome.scenarios))()


def coal_use(scenarios: xr.Dataset, months: Sequence[int] = tuple(range(1, 13))) -> xr.DataArray:
    """Return the coal burnt in t in ``months`` (scenario, use), use in ``power`` | ``other``.

    Power plants, heat supply, boilers and households inside the domain; coal charged into ovens and
    kilns is not told apart from their product and is left out. Heat from power plants is ``other``.
    """
    sector = scenarios["source_sector"].values.astype(str)
    counted = np.isin(scenarios["fuel"].values.astype(str), COAL) & np.isin(sector, BURNERS)
    kept = np.flatnonzero(counted & (scenarios["source_district"].values != OUTSIDE))
    mass = [units.factor(str(unit), "t") for unit in scenarios["activity_unit"].values[kept]]
    power = sector[kept] == "power"
    weight = np.stack([power, ~power]) * np.array(mass)
    activity = scenarios["activity"].sel(month=list(months)).values[:, kept]
    used = np.einsum("ksm,us->ku", activity, weight)
    coords = {"scenario": scenarios["scenario"].values, "use": ["power", "other"]}
    return xr.DataArray(used, coords, ("scenario", "use"))


def _emission(target: Target, scenarios: xr.Dataset) -> pd.Series:
    totals = scenarios["total"].sel(species=target.species, month=list(target.months))
    areas = [d for d in totals["district"].values if d != OUTSIDE]
    if target.area != CITY:
        require_known([target.area], areas, f"area of target {target.id}")
        areas = [target.area]
    kept = totals.sel(district=areas).sum(("sector", "district", "month"))
    return kept.to_series() * units.factor("kg", "t")


def _coal(target: Target, scenarios: xr.Dataset) -> pd.Series:
    use = coal_use(scenarios, target.months)
    if target.metric == "coal_change":
        return use.sum("use").to_series()
    if target.metric == "non_power_coal_change":
        return use.sel(use="other").to_series()
    return (use.sel(use="power") / use.sum("use")).to_series()


def _concentration(target: Target, outcome: Outcome) -> pd.Series:
    values = outcome.concentrations
    if not target.whole_year:
        if outcome.seasonal is None:
            what = f"target {target.id}: means by season are missing"
            raise InputError(what, value=target.period, hint="run the air stage again")
        shapes = None if outcome.record is None else outcome.record.month_shapes
        shape = None if shapes is None else shapes[target.species]
        years = outcome.scenarios["year"]
        values = _in_period(target.months, outcome.seasonal, years, shape)
    for axis, wanted in (("area", target.area), ("species", target.species)):
        known = values[axis].values.tolist()
        require_known([wanted], known, f"{axis} of target {target.id}")
    chosen = values.sel(species=target.species, area=target.area)
    return chosen.reset_coords(drop=True).to_series()


def _in_period(
    months: Sequence[int], seasonal: xr.DataArray, years: xr.DataArray, shape: pd.Series | None
) -> xr.DataArray:
    """Return means over ``months``: each has the mean of its season, times its shape."""
    weights = [season_weights(months, int(year), shape) for year in years.values]
    coords = {"scenario": years["scenario"].values, "season": list(SEASONS)}
    by_season = xr.DataArray(weights, coords, ("scenario", "season"))
    return xr.dot(seasonal.reset_coords(drop=True), by_season, dim="season")


def season_weights(months: Sequence[int], year: int, shape: pd.Series | None = None) -> list[float]:
    """Return the part of the days of ``months`` that lies in each season.

    With ``shape``, as from :func:`emisim.air.observations.month_shape`, each month counts by it,
    so that the seasonal means times these weights add up to the mean of the months.

    Examples
    --------
    >>> [round(90 * part) for part in season_weights((1, 2, 3), 2019)]
    [59, 31, 0, 0]
    """
    first = np.arange(f"{year}-01", f"{year + 1}-02", dtype="datetime64[M]").astype("datetime64[D]")
    days = dict(enumerate(np.diff(first).astype(float), 1))
    level = {m: 1.0 if shape is None else float(shape[m]) for m in months}
    whole = sum(days[m] for m in months)
    inside = {name: [m for m in months if m in season] for name, season in SEASONS.items()}
    return [float(sum(days[m] * level[m] for m in own) / whole) for own in inside.values()]


def as_inventory(scenarios: xr.Dataset) -> xr.Dataset:
    """Return the labels of the sources under their own names, so that a scope can select."""
    labels = {n.removeprefix("source_"): ("source", scenarios[n].values) for n in scenarios.coords
              if scenarios[n].dims == ("source",)}  # fmt: skip
    return xr.Dataset(coords=labels)


def _activity(target: Target, scenarios: xr.Dataset) -> pd.Series:
    """Return the activity of the target's scope, or its part of the activity of ``of``."""
    view = as_inventory(scenarios)
    mine = union(target.scope, view)
    if target.metric == "activity_change":
        return _amount(target, scenarios, mine, mine)
    whole = union(target.of, view)
    beyond = view["source"].values[(mine & ~whole).values]
    if beyond.size:
        what = f"target {target.id}: scope reaches beyond `of`, of which it shall be a part"
        raise InputError(what, value=str(beyond[0]), hint="widen of, or narrow scope")
    parts = [_amount(target, scenarios, chosen, whole) for chosen in (mine, whole)]
    return parts[0] / parts[1]


def union(scopes: Sequence[Scope], inventory: xr.Dataset) -> xr.DataArray:
    """Return the sources that any of ``scopes`` selects, bool (source)."""
    chosen = [scope.select(inventory) for scope in scopes]
    return chosen[0].copy(data=np.logical_or.reduce([c.values for c in chosen]))


def _amount(
    target: Target, scenarios: xr.Dataset, chosen: xr.DataArray, family: xr.DataArray
) -> pd.Series:
    """Return the service of ``chosen`` by scenario; their activity where ``family`` serves nobody.

    ``family`` is all that is compared: it delivers one service, or counts in one unit.
    """
    services = set(scenarios["service"].values[family.values])
    if services == {"none"} or not services <= set(SERVICE_UNITS):
        counted = sorted(set(scenarios["activity_unit"].values[family.values]))
        weight = np.ones(chosen.size)
    else:
        counted, weight = sorted(services), scenarios["output"].values
    if len(counted) > 1:
        what = f"target {target.id}: sources that cannot be added"
        raise InputError(what, value=", ".join(counted), hint="name sources of one service")
    activity = scenarios["activity"].sel(month=list(target.months)).values
    amount = np.einsum("ksm,s->k", activity, weight * chosen.values)
    return pd.Series(amount, index=pd.Index(scenarios["scenario"].values, name="scenario"))


def _uptake(target: Target, outcome: Outcome) -> pd.Series:
    """Return how far the target's measure, or its rate, has come at the end of the period."""
    names = pd.Index(outcome.scenarios["scenario"].values, name="scenario")
    which = "uptakes" if target.metric == "measure_uptake" else "rates"
    table: pd.DataFrame | None = getattr(outcome, which)
    if table is None:
        what = f"target {target.id}: the {which} of the measures are missing"
        raise InputError(what, value=target.measure, hint=f"pass emisim.plan.{which}")
    last = table.xs(target.measure, level="measure")[max(target.months)]
    return last.reindex(names, fill_value=0.0)
