"""Scenarios of which only the totals are kept: each measure alone, and each left out."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from emisim.ledger import tonnes
from emisim.scenario import Scenario
from emisim.vocabulary import SPECIES

COLUMNS = (
    *("scenario", "name_en", "name_zh", "species", "total_t", "change_t"),
    *("outside_t", "outside_change_t"),
)


def totals(scenarios: Sequence[Scenario], inventories: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Return the yearly totals of the scenarios without concentrations.

    Returns
    -------
    One row per scenario and species: tonnes in the domain and outside, and the change against the
    scenario that it starts from (the first one where it starts from none).
    """
    parts = [_rows(s, scenarios[0].id, inventories) for s in scenarios if not s.air]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)


def _rows(scenario: Scenario, first: str, inventories: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    start = scenario.parent.id if scenario.parent else first
    now, before = (tonnes(inventories[name]) for name in (scenario.id, start))
    change = now - before
    values: dict[str, str | np.ndarray | list[str]] = {
        "scenario": scenario.id,
        "name_en": scenario.names.get("en", scenario.id),
        "name_zh": scenario.names.get("zh", scenario.id),
        "species": list(SPECIES),
        "total_t": now[0],
        "change_t": change[0],
        "outside_t": now[1],
        "outside_change_t": change[1],
    }
    return pd.DataFrame(values)[list(COLUMNS)]
