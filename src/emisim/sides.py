"""Any scenarios of any plans beside each other: emission, air and targets, and what differs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.comparison import BASE, CONCENTRATION, EMISSION, WORDS, Result, counts, inside, verdicts
from emisim.errors import InputError, require_known
from emisim.target_model import CITY

MONITOR, TARGET, COUNT = "worst monitor", "target", "targets"
"""Parts of a comparison besides emission and concentration."""
IN_THE_AIR = ("PM2.5", "SO2", "NO2")
OF_A_LEVEL = ("concentration", "concentration_change")
"""Metrics of targets that put a ceiling on a mean."""
BESIDE = (
    *("side", "city", "plan", "scenario", "base_year", "year", "part", "item", "sector"),
    *("receptor", "unit", "base", "value", "change", "change_percent", "difference"),
)


@dataclass(frozen=True)
class Side:
    """One scenario of one plan beside others; ``name`` is its heading."""

    name: str
    result: Result
    scenario: str

    @property
    def base_year(self) -> int:
        """The year that changes are counted from."""
        return self.result.years[BASE]

    @property
    def year(self) -> int:
        """The year of the scenario."""
        return self.result.years[self.scenario]


def beside(sides: Sequence[Side]) -> pd.DataFrame:
    """Return scenarios of plans beside each other, one row per side and quantity.

    Parameters
    ----------
    sides
        What is compared, each with a name of its own; differences are those to the first.

    Returns
    -------
    Columns :data:`BESIDE`. ``part`` is ``emission`` inside the city (t/year; ``item`` is the
    species, ``sector`` is empty for their sum), ``concentration`` (annual mean of the city,
    ug/m3), ``worst monitor`` (the highest annual mean of a monitor in the scenario, named by
    ``receptor``, and the same monitor's base year), ``target`` (a ceiling that the plan itself
    puts on the city's annual mean, ``receptor`` holds the target's id) or ``targets`` (how many,
    ``item`` is the verdict; none for a base year, which is not judged). ``change`` is value less
    base, each plan on its own base year. ``difference`` is the change less that of the first
    side, for ``targets`` the value less that of the first side.

    Raises
    ------
    InputError
        Two sides of one name, or a scenario that the plan does not have.
    """
    names = [side.name for side in sides]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        what = "a comparison names the same scenario twice"
        raise InputError(what, value=twice, hint="name each once")
    rows = pd.concat([_beside(side) for side in sides], ignore_index=True)
    share = rows["change"] / rows["base"].replace(0, np.nan)
    rows = rows.assign(change_percent=share * units.factor("fraction", "%"))
    told = rows["change"].where(rows["part"] != COUNT, rows["value"])
    key = pd.MultiIndex.from_frame(rows[["part", "item", "sector"]])
    first = (rows["side"] == names[0]) & (rows["part"] != TARGET)
    start = pd.Series(told[first].to_numpy(), key[first])
    difference = told - start.reindex(key).to_numpy()
    return rows.assign(difference=difference.where(rows["part"] != TARGET))[list(BESIDE)]


def differing(sides: Sequence[Side]) -> list[str]:
    """Return in what the sides differ that a reader must know.

    Some of ``city``, ``base_year``, ``year``, ``target`` (ceilings of their plans), and ``inputs``
    (the same file of a city, in two versions).
    """
    found = {
        "city": {side.result.city for side in sides},
        "base_year": {side.base_year for side in sides},
        "year": {side.year for side in sides},
        "target": {
            _ceilings(side)[["item", "unit", "value"]].to_csv(index=False) for side in sides
        },
    }
    told = [name for name, values in found.items() if len(values) > 1]
    return told + (["inputs"] if changed_inputs(sides) else [])


def changed_inputs(sides: Sequence[Side]) -> list[str]:
    """Return the input files that were not the same when the results of the sides were made."""
    seen: dict[str, set[str]] = {}
    for side in sides:
        for path, digest in side.result.inputs.items():
            seen.setdefault(path, set()).add(digest)
    return sorted(path for path, digests in seen.items() if len(digests) > 1)


def largest(rows: pd.DataFrame) -> pd.DataFrame:
    """Return by side and species the sector whose change differs most from the first side's.

    ``rows``: as from :func:`beside`. The first side, and species that do not differ, are left out.
    """
    by_sector = rows[(rows["part"] == EMISSION) & (rows["sector"] != "")]
    of = by_sector[by_sector["difference"].abs() > 0]
    size = of["difference"].abs()
    at = size.groupby([of["side"], of["item"]], sort=False).idxmax()
    return of.loc[at].reset_index(drop=True)


def _beside(side: Side) -> pd.DataFrame:
    """Return the rows of one side, without what refers to another."""
    result, scenario = side.result, side.scenario
    ids = result.total["scenario"].values.tolist()
    require_known([BASE, scenario], ids, f"scenario of plan {result.plan}")
    by_sector, means = inside(result), result.means.sel(area=CITY)
    shown = [name for name in IN_THE_AIR if name in means["species"].values]
    parts = [
        _levels(by_sector.sum("sector"), scenario, EMISSION, "t/year"),
        _levels(by_sector, scenario, EMISSION, "t/year"),
        _levels(means.sel(species=shown), scenario, CONCENTRATION, "ug/m3"),
        _monitors(side),
        _ceilings(side),
        _counted(side),
    ]
    rows = pd.concat([part for part in parts if not part.empty], ignore_index=True)
    rows = rows.reindex(columns=list(BESIDE)).fillna({"sector": "", "receptor": ""})
    named = {"side": side.name, "city": result.city, "plan": result.plan, "scenario": scenario}
    years = {"base_year": side.base_year, "year": side.year}
    return rows.assign(**named, **years, change=rows["value"] - rows["base"])


def _levels(values: xr.DataArray, scenario: str, part: str, unit: str) -> pd.DataFrame:
    """Return base and value by species, and by sector where ``values`` have sectors."""
    plain = {
        name: values.sel(scenario=of).reset_coords(drop=True)
        for name, of in (("base", BASE), ("value", scenario))
    }
    frame = xr.Dataset(plain).to_dataframe().reset_index()
    return frame.rename(columns={"species": "item"}).assign(part=part, unit=unit)


def _monitors(side: Side) -> pd.DataFrame:
    """Return by species the monitor with the highest mean, if there are monitors."""
    known, rows = side.result.monitors, []
    for species in IN_THE_AIR:
        if known is None or species not in known["species"].values or not known.sizes["station"]:
            continue
        means = known.sel(species=species)
        after = means.sel(scenario=side.scenario)
        if after.isnull().all():
            continue
        worst = after.idxmax("station").item()
        base, value = (float(m.sel(station=worst)) for m in (means.sel(scenario=BASE), after))
        row = {"part": MONITOR, "item": species, "receptor": worst, "unit": "ug/m3"}
        rows.append(row | {"base": base, "value": value})
    return pd.DataFrame(rows)


def _ceilings(side: Side) -> pd.DataFrame:
    """Return what the plan itself wants of the annual means of its city."""
    columns = ["target", "metric", "area", "period", "species", "unit", "target_value"]
    table = side.result.verdict.reindex(columns=columns).drop_duplicates("target")
    level = table["metric"].isin(OF_A_LEVEL) & (table["area"] == CITY) & (table["period"] == "year")
    names = {"target": "receptor", "species": "item", "target_value": "value"}
    found = table[level & table["target_value"].notna()].rename(columns=names)
    return found[["item", "receptor", "unit", "value"]].assign(part=TARGET)


def _counted(side: Side) -> pd.DataFrame:
    """Return how many targets the scenario meets; a base year is not judged."""
    if side.scenario == BASE:
        return pd.DataFrame()
    found = counts(verdicts([side.result]), side.scenario)
    numbers = found.sum().reindex(list(WORDS))
    return pd.DataFrame({"item": list(WORDS), "value": numbers.to_numpy(), "unit": "1"}).assign(
        part=COUNT
    )
