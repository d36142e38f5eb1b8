"""What a city is known by beyond emissions and mean concentrations: days, peers, dustfall."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import xarray as xr

from emisim import csvtable, units
from emisim.csvtable import VALUE, Column
from emisim.errors import EmisimError
from emisim.tables import check_sources, check_units
from emisim.target_model import CITY, POLLUTANTS, QUARTERS

COMPOSITE = "composite_index"
HELD = {
    "CO_p95": "mg/m3",
    "O3_p90": "ug/m3",
    "O3_limited_days": "d",
    "good_days": "d",
    "heavy_days": "d",
    "dustfall": "t/(km2 month)",
}
"""Rows of ``observed.csv`` beside mean concentrations, and their units.

95th percentile of daily CO, 90th percentile of daily maximum 8 h O3, days of the year that only O3
keeps from being good, good days and days of heavy pollution counted in the year, dustfall.
"""
PEERS = (
    *(Column("city"), Column("year", number=True)),
    Column("period", allowed=("year", *QUARTERS)),
    Column("quantity", allowed=(COMPOSITE, *POLLUTANTS)),
    *VALUE,
)
QUANTITIES = {COMPOSITE: "1", **dict.fromkeys(POLLUTANTS, "ug/m3")}
OBSERVED_FILE, PEERS_FILE, DAILY_FILE = "observed.csv", "peers.csv", "daily.csv"


class NotComputableError(EmisimError):
    """A target that lacks an input: what is missing and which file to give, in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        self.en, self.zh = en, zh
        super().__init__(en)


class Row(NamedTuple):
    """One observed number with its range and status."""

    value: float
    low: float
    high: float
    status: str


@dataclass(frozen=True)
class Record:
    """What is known of a city beyond its emissions and mean concentrations.

    Parameters
    ----------
    observed
        ``observed.csv``; of it the rows of :data:`HELD`.
    year
        Base year, to which the observations belong.
    names
        Names under which the city itself may stand among its peers.
    standards, joint
        As from :func:`emisim.indices.standards.read` and :func:`emisim.indices.joint.read`.
    conductance
        Surface conductance (m/s) of ``fine`` and ``coarse`` particles over built-up ground.
    month_shapes
        By species, each month's mean over that of its season, as from
        :func:`emisim.air.observations.month_shape`.
    peers
        As from :func:`read_peers`, or None.
    daily
        Observed daily means of the city (day, species), or None.
    """

    observed: pd.DataFrame
    year: int
    names: tuple[str, ...] = ()
    standards: Any = None
    joint: Any = None
    conductance: Mapping[str, float] | None = None
    month_shapes: Mapping[str, pd.Series] | None = None
    peers: pd.DataFrame | None = None
    daily: xr.DataArray | None = None

    def held(self, name: str, area: str) -> Row | None:
        """Return the base year's row ``name`` of an area in its unit of :data:`HELD`, or None."""
        table = self.observed
        where = "*" if area == CITY else area
        rows = table[(table["species"] == name) & (table["district"] == where)]
        rows = rows[(rows["year"] == self.year) & rows["month"].isna() & (rows["station"] == "")]
        if rows.empty:
            return None
        row = rows.iloc[0]
        numbers = (units.convert(row[k], row["unit"], HELD[name]) for k in ("value", "low", "high"))
        return Row(*numbers, row["status"])

    def need(self, name: str, area: str) -> Row:
        """Return the same, or raise :class:`NotComputableError` naming the row to give."""
        found = self.held(name, area)
        if found is None:
            where = "*" if area == CITY else area
            msg = f"give a row {name} ({HELD[name]}) of {where}, {self.year}, in {OBSERVED_FILE}"
            raise NotComputableError(
                msg,
                f"请在{OBSERVED_FILE}中给出{where}{self.year}年的{name}({HELD[name]})",
            )
        return found

    def rivals(self, quantity: str, period: str) -> tuple[pd.Series, int]:
        """Return the latest year's values of the peers by city, without the city itself.

        Raises
        ------
        NotComputableError
            If no peer of that quantity and period is given.
        """
        table = self.peers
        if table is not None:
            table = table[(table["quantity"] == quantity) & (table["period"] == period)]
            table = table[~table["city"].isin(self.names)]
        if table is None or table.empty:
            msg = f"give the other cities' {quantity} ({period}) in {PEERS_FILE} of its folder"
            raise NotComputableError(
                msg,
                f"请在城市目录的{PEERS_FILE}中给出其他城市的{quantity}({period})",
            )
        year = int(table["year"].max())
        return table[table["year"] == year].set_index("city")["value"], year


@dataclass(frozen=True)
class Outcome:
    """What a plan's scenarios came to.

    ``scenarios`` as from :func:`emisim.scenario.dataset`; ``concentrations`` annual means in ug/m3
    (scenario, species, area), ``seasonal`` the same by ``season``, area ``city`` or a district, as
    ``by_area`` and ``by_area_season`` of :func:`emisim.air.concentrations`; ``uptakes`` and
    ``rates`` as from :func:`emisim.plan.uptakes` and :func:`emisim.plan.rates`; ``record`` is what
    targets of days, indices, ranks and dustfall need.
    """

    scenarios: xr.Dataset
    concentrations: xr.DataArray
    seasonal: xr.DataArray | None = None
    uptakes: pd.DataFrame | None = None
    rates: pd.DataFrame | None = None
    record: Record | None = None


def read_peers(path: str | Path, sources: Mapping[str, str]) -> pd.DataFrame:
    """Return the table of peers: city, year, period, quantity, value in :data:`QUANTITIES`' unit.

    Raises
    ------
    InputError
        The table has a fault, or a unit that does not fit its quantity.
    """
    checks = (
        lambda rows: check_sources(rows, sources, path),
        lambda rows: check_units(rows, dict(rows["quantity"].map(QUANTITIES).dropna()), path),
    )
    key = ("city", "year", "period", "quantity")
    table = csvtable.read_table(path, PEERS, key=key, checks=checks)
    scale = [
        units.factor(unit, QUANTITIES[quantity])
        for unit, quantity in zip(table["unit"], table["quantity"], strict=True)
    ]
    return table.assign(value=table["value"] * scale)
