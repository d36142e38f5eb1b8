"""What each measure does to the air: in sequence, as in the ledger, and alone.

Local contributions are linear in emissions, so that a measure adds those of the sources that it
changes. The answer of the observed air is not linear: it is taken after every step, and the effect
of a step in sequence is the difference between two answers, so that effects in sequence add up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from emisim import workspace
from emisim.air import CITY, Anchored, local, over_areas
from emisim.convention import MONTHS, TERMS
from emisim.errors import MassError
from emisim.factors import Factors
from emisim.scenario import Scenario, Step
from emisim.vocabulary import SPECIES

COLUMNS = (
    *("scenario", "order", "id", "clause", "receptor", "species"),
    *("in_sequence_ug_m3", "alone_ug_m3"),
)
TOLERANCE = 1e-9
REFERENCE = "reference"
"""Step 0: what a scenario starts from, less the base (trend, neighbours)."""
Change = tuple[np.ndarray, np.ndarray]
"""Sources (their positions) and what their emission changes by (source, month, species)."""


@dataclass(frozen=True)
class CityAir:
    """What makes concentrations of a city's emissions.

    ``at_source`` (receptor, row, half, period, source), s/m3, of
    :func:`emisim.transport.matrix.at_sources`; ``anchor`` of :func:`emisim.air.anchored`;
    ``stations`` among the receptors; ``base`` the base's total rates (month, tracer), ug/s;
    ``sectors`` of the sources; ``region`` of the oxidants.
    """

    at_source: xr.DataArray
    anchor: Anchored
    stations: Sequence[str]
    base: xr.DataArray
    sectors: np.ndarray
    factors: Factors
    region: str

    @property
    def year(self) -> int:
        """Calendar year of the months."""
        return self.anchor.basis.year

    def states(self, changes: Sequence[Change]) -> xr.Dataset:
        """Return what each change of emissions adds, by ``state``: ``total`` rate (month, tracer),
        ug/s, and ``received`` contribution (season, component, period, receptor), ug/m3.
        """
        entries = np.concatenate([rows for rows, _ in changes])
        values = np.concatenate([kg for _, kg in changes])
        coords = {"month": MONTHS, "species": list(SPECIES)}
        kg = xr.DataArray(values, coords, ("source", "month", "species"))
        rate = local.rates(kg, self.sectors[entries], self.factors, self.year)
        ends = np.cumsum([rows.size for rows, _ in changes])
        parts = [slice(end - rows.size, end) for end, (rows, _) in zip(ends, changes, strict=True)]
        emitted = rate.transpose("tracer", "month", "source").rename(source="entry")
        pairs = [(part, rows) for part, (rows, _) in zip(parts, changes, strict=True)]
        monthly = local.monthly(emitted, self.at_source, pairs)
        total = np.stack([emitted.values[..., part].sum(axis=-1) for part in parts])
        return xr.Dataset(
            {
                "total": xr.DataArray(total, dims=("state", "tracer", "month")),
                "received": local.seasonal(monthly, self.year),
            },
            {n: emitted[n].values for n in ("tracer", "month")},
        )

    def answers(self, states: xr.Dataset) -> xr.DataArray:
        """Return annual means (state, species, receptor), ug/m3, of what is emitted in states."""
        received = states["received"] * self.oxidants(states["total"])
        parts = [self.anchor.respond(part, like) for part, like in self.places(received)]
        return joined(parts).transpose("state", "species", "receptor")

    def places(self, received: xr.DataArray) -> list[tuple[xr.DataArray, str | None]]:
        """Return contributions by ``point`` at the monitors, which stand on the observed base of
        the city, and by area, with that area or None for their own.
        """
        at_station = received.sel(receptor=list(self.stations)).rename(receptor="point")
        monitors = [(at_station, CITY)] if len(self.stations) else []
        return [*monitors, (over_areas(received, self.stations), None)]

    def oxidants(self, total: xr.DataArray) -> xr.DataArray:
        """Return the factor (state, season, component) that follows the oxidants against the base,
        of rates ``total`` (state, month, tracer).
        """
        both = xr.concat([self.base, total], "state").expand_dims(source=1)
        names = [str(i) for i in range(both.sizes["state"])]
        named = both.rename(state="scenario").assign_coords(scenario=names)
        found = local.feedback(named, names[0], self.region, self.factors["chemistry"])
        return found.isel(scenario=slice(1, None)).rename(scenario="state").drop_vars("state")


def joined(parts: Sequence[xr.DataArray]) -> xr.DataArray:
    """Return values by ``point`` side by side, by ``receptor``."""
    plain = [part.assign_coords(point=part["point"].values.astype(object)) for part in parts]
    return xr.concat(plain, "point", join="exact").rename(point="receptor")


def build(scenarios: Sequence[Scenario], base: xr.Dataset, before: xr.DataArray,
          air: CityAir) -> pd.DataFrame:  # fmt: skip
    """Return the effect of every step of the scenarios at every receptor.

    Parameters
    ----------
    scenarios
        Those whose own steps are told.
    base
        The base-year inventory.
    before
        Concentrations of the base (species, receptor), ug/m3.
    air
        How emissions become concentrations.

    Returns
    -------
    One row per scenario, step, receptor and species, ug/m3 of the annual mean (negative: cleaner).
    ``in_sequence_ug_m3`` is after the steps before it, ``alone_ug_m3`` on what the scenario starts
    from, as in the ledger (:func:`emisim.ledger.build`). Step 0 is what the scenario starts from
    less the base; with it the effects in sequence add to the scenario less the base.
    """
    if not scenarios:
        return pd.DataFrame(columns=list(COLUMNS))
    states = [_states(scenario, base, air) for scenario in scenarios]
    level = air.answers(xr.concat(states, "state"))
    ends = np.cumsum([part.sizes["state"] for part in states])
    parts = [
        _rows(scenario, level.isel(state=slice(end - part.sizes["state"], end)), before)
        for scenario, part, end in zip(scenarios, states, ends, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def check(rows: pd.DataFrame, level: xr.DataArray, base: str = "base") -> None:
    """Raise MassError unless effects in sequence add to scenario less base.

    ``level`` (scenario, species, receptor) are the concentrations.
    """
    keys = ["scenario", "species", "receptor"]
    added = rows.groupby(keys)["in_sequence_ug_m3"].sum()
    change = (level - level.sel(scenario=base, drop=True)).transpose(*keys).to_series()
    require_equal(added, change.reindex(added.index), "effects of measures")


def require_equal(added: pd.Series, expected: pd.Series, what: str) -> None:
    """Raise MassError where sums of ug/m3 are not what they should be, within 1e-9."""
    gap = (added - expected).abs()
    if not (gap <= TOLERANCE).all():
        at = int(np.argmax(gap.fillna(np.inf).to_numpy()))
        sums = f"they add to {added.iloc[at]:.12g} ug/m3, not {expected.iloc[at]:.12g} ug/m3"
        message = f"{what}, {added.index[at]}: {sums}"
        raise MassError(message)


def _states(scenario: Scenario, base: xr.Dataset, air: CityAir) -> xr.Dataset:
    """Return the states (state,): the start, after each of n steps, then each step alone."""
    start = scenario.parent.apply(base) if scenario.parent else base
    start = start if scenario.year is None else start.assign_attrs(year=scenario.year)
    every = np.arange(start.sizes["source"])
    first = air.states([(every, emission(start, every))])
    series, singles = (air.states(found) for found in changes(scenario, start))
    in_sequence = xr.concat([first, series], "state").cumsum("state")
    return xr.concat([in_sequence, first.isel(state=0) + singles], "state")


def _rows(scenario: Scenario, level: xr.DataArray, before: xr.DataArray) -> pd.DataFrame:
    """Return a scenario's rows from the concentrations (state, species, receptor) of its states."""
    steps = scenario.own_steps
    start, last = level.isel(state=[0]), len(steps) + 1
    sequence = level.isel(state=slice(0, last)).diff("state", label="lower")
    alone = level.isel(state=slice(last, None)) - start.isel(state=0)
    effect = {
        "in_sequence_ug_m3": xr.concat([start - before, sequence], "state"),
        "alone_ug_m3": xr.concat([start - before, alone], "state"),
    }
    names = pd.RangeIndex(last, name="state")
    table = xr.Dataset(effect).assign_coords(state=names).transpose("state", "receptor", "species")
    labels = pd.DataFrame([(0, REFERENCE, ""), *_named(steps)], columns=["order", "id", "clause"])
    rows = table.to_dataframe().reset_index().join(labels, on="state")
    return rows.assign(scenario=scenario.id)


def _named(steps: Sequence[Step]) -> list[tuple[int, str, str]]:
    return [(i, step.id, getattr(step, "clause", "")) for i, step in enumerate(steps, start=1)]


def changes(scenario: Scenario, start: xr.Dataset) -> tuple[list[Change], list[Change]]:
    """Return what each of the scenario's steps changes, in sequence and alone, from ``start``."""
    effect = True if scenario.full_effect is None else scenario.full_effect

    def after(step: Step, now: xr.Dataset) -> xr.Dataset:
        return step.apply(workspace.opened(now), full_effect=effect)

    sequence, now = [], start
    for step in scenario.own_steps:
        then = after(step, now)
        sequence.append(change(now, then))
        now = workspace.closed(then)
    return sequence, [change(start, after(step, start)) for step in scenario.own_steps]


def change(before: xr.Dataset, after: xr.Dataset) -> Change:
    """Return the sources that a step has changed in an opened inventory, and by what."""
    written = workspace.changed(after)
    everyone = np.arange(after.sizes["source"])
    touched = [everyone] if written is None else [v for k, v in written.items() if k != "output"]
    rows = np.unique(np.concatenate(touched))
    return rows, emission(after, rows) - emission(before, rows)


def emission(inventory: xr.Dataset, rows: np.ndarray) -> np.ndarray:
    """Return the emission (source, month, species), kg per month, of the sources ``rows``."""
    activity, factor, removal = (inventory.variables[n].isel(source=rows) for n in TERMS)
    return (activity * (factor * (1 - removal))).transpose("source", "month", "species").values
