"""From months in local time to the hours of a day in UTC.

The emission of a month is shared among its days by their weekday and among the hours of a day by
the hourly profile, so that the days of a month always add to the month.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emisim import units
from emisim.csvtable import VALUE, Column, read_table
from emisim.errors import InputError
from emisim.tables import check_sources, read_sources

Floats = NDArray[np.float64]
WEEK, DAY = 7, 24
ROUNDING = 1e-9


@dataclass(frozen=True)
class Clock:
    """Shares of time of each group of sources.

    Parameters
    ----------
    hourly
        (group, 24) share of a day by local hour.
    weekly
        (group, 7) share of a week by day, Monday first.
    offset
        Local time less UTC, h.
    """

    hourly: Floats
    weekly: Floats
    offset: int

    def on_day(self, time: datetime, month: int) -> Floats:
        """Return the share of ``month`` that each group emits per second at a time (UTC)."""
        local = time + timedelta(hours=self.offset)
        if local.month != month:
            return np.zeros(len(self.hourly))
        first = date(local.year, local.month, 1)
        days = [first + timedelta(days=n) for n in range(_days(local.year, local.month))]
        weekday = [d.weekday() for d in days]
        share = self.weekly[:, local.weekday()] / self.weekly[:, weekday].sum(axis=1)
        return share * self.hourly[:, local.hour] / units.factor("h", "s")

    def on_mean_day(self, hour: int, year: int, month: int) -> Floats:
        """Return the share of a month per second at an hour (UTC) of its mean day."""
        local = (hour + self.offset) % DAY
        return self.hourly[:, local] / _days(year, month) / units.factor("h", "s")


def clock(groups: pd.DataFrame, hourly: Mapping[str, Floats], folder: str | Path) -> Clock:
    """Return the clock of groups (columns sector, hours) from the tables in ``folder``.

    Raises
    ------
    InputError
        Unknown hourly profile, or shares of a week that do not add to 1.
    """
    folder = Path(folder)
    weekly = _weekly(folder / "weekly.csv")
    week = [weekly.get(s, weekly[""]) for s in groups["sector"]]
    day = np.array([hourly[name] for name in groups["hours"]])
    return Clock(day, np.array(week), offset(folder))


def setting(folder: str | Path, name: str, unit: str) -> float:
    """Return a row of ``settings.csv`` in ``unit``."""
    path = Path(folder) / "settings.csv"
    frame = read_table(path, (Column("parameter"), *VALUE), key=("parameter",))
    check_sources(frame, read_sources(path.parents[1] / "sources.csv"), path)
    rows = frame.set_index("parameter")
    if name not in rows.index:
        message = f"no row gives {name!r}"
        raise InputError(message, file=path, value=name, allowed=list(rows.index))
    row = rows.loc[name].to_dict()
    return units.convert(float(row["value"]), str(row["unit"]), unit)


def offset(folder: str | Path) -> int:
    """Return local time less UTC, h; InputError if it is not whole."""
    found = setting(folder, "utc_offset", "h")
    if found != int(found):
        message = "local time must differ from UTC by whole hours"
        raise InputError(message, file=Path(folder) / "settings.csv", value=found)
    return int(found)


def _weekly(path: Path) -> dict[str, Floats]:
    """Shares of a week by sector; the sector "" is any."""
    columns = (Column("sector", required=False), Column("day", number=True), *VALUE)
    frame = read_table(path, columns, key=("sector", "day"))
    check_sources(frame, read_sources(path.parents[1] / "sources.csv"), path)
    wide = frame.pivot(index="sector", columns="day", values="value")
    if list(wide.columns) != list(range(1, WEEK + 1)) or "" not in wide.index:
        message = "a week has the days 1 (Monday) to 7, and a row without sector is needed"
        raise InputError(message, file=path, column="day", value=list(wide.columns))
    off = wide[(wide.sum(axis=1) - 1).abs().fillna(1) > ROUNDING]
    if len(off):
        message = f"the week of sector {off.index[0] or 'any'!r} does not add to 1"
        raise InputError(message, file=path, value=float(off.iloc[0].sum()))
    return {str(name): row.to_numpy(dtype=float) for name, row in wide.iterrows()}


def _days(year: int, month: int) -> int:
    return monthrange(year, month)[1]
