"""What one call of ``emisim export`` works on: a city, a scenario, days, a target grid."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import pandas as pd
import xarray as xr

from emisim import grid, provenance
from emisim import inventory as inventories
from emisim.city import City
from emisim.errors import InputError, require_known
from emisim.export import amounts, clock
from emisim.export import target as targets
from emisim.export.amounts import Amounts
from emisim.export.target import Target
from emisim.output import atomic
from emisim.stages import _domain, _files, _inputs

BASE = "base"
MONTHS = tuple(range(1, 13))
LABELS = ("hours", "stack_height", "exit_velocity")


@dataclass(frozen=True)
class Day:
    """A day of the calendar, or the mean day of the month that it stands for."""

    first: date
    mean: bool

    @property
    def start(self) -> datetime:
        """Midnight, UTC."""
        return datetime(self.first.year, self.first.month, self.first.day)

    @property
    def words(self) -> str:
        """What a file says of its day."""
        return f"mean day of month {self.first.month}" if self.mean else self.first.isoformat()


def days(day: str | None, month: Sequence[int], year: int) -> list[Day]:
    """Return the day, or the mean days of months (all twelve if none is named).

    Raises
    ------
    InputError
        Both given, not a date, or not a month.
    """
    if day is None:
        require_known(month, MONTHS, "month")
        return [Day(date(year, m, 1), True) for m in month or MONTHS]
    if month:
        message = "give a day or months, not both"
        raise InputError(message, value=(day, list(month)), hint="leave --day or --month out")
    try:
        return [Day(date.fromisoformat(day), False)]
    except ValueError:
        message = "not a date"
        raise InputError(message, value=day, hint=f"e.g. --day {year}-01-15") from None


@dataclass(frozen=True)
class Job:
    """What is exported, each file read once."""

    place: City
    tables: Path
    spread: xr.Dataset
    found: xr.Dataset
    scenario: str
    made_from: provenance.Record

    @classmethod
    def read(cls, city: str, factors: str, shares: str, source: str, scenario: str) -> "Job":
        """Read a city, its shares on the grid, and an inventory or scenarios.

        Results that carry no record of what they were made from are taken without one.
        """
        found = _files.load(source)
        known = found["scenario"].values.tolist() if "scenario" in found.dims else [BASE]
        require_known([scenario], known, "scenario", file=source)
        place, spread = _domain.read(city, factors), _files.load(shares)
        upstream = [provenance.of(d) for d in (found, spread) if provenance.RECORD in d.attrs]
        made_from = provenance.record("export", _inputs.of_export(factors), upstream)
        return cls(place, Path(factors).parent / "export", spread, found, scenario, made_from)

    @cached_property
    def one(self) -> xr.Dataset:
        """The chosen scenario, or the inventory."""
        if "scenario" not in self.found.dims:
            return self.found
        return self.found.sel(scenario=self.scenario)

    @cached_property
    def sources(self) -> xr.Dataset:
        """Labels of the sources."""
        own = "source_sector" if "scenario" in self.found.dims else "sector"
        labels = {name: ("source", self.one[name].values) for name in LABELS}
        labels["sector"] = ("source", self.one[own].values)
        return xr.Dataset(coords={"source": self.one["source"].values, **labels})

    @cached_property
    def emission(self) -> xr.DataArray:
        """Emission (source, month, species), kg per month."""
        several = "scenario" in self.found.dims
        found = self.one["emission"] if several else inventories.emission(self.one)
        return found.reset_coords(drop=True)

    @property
    def year(self) -> int:
        """Year of the scenario."""
        several = "scenario" in self.found.dims
        return int(self.one["year"]) if several else int(self.found.attrs["year"])

    @property
    def title(self) -> str:
        """One line that says what a file holds."""
        return f"{self.place.settings.name} {self.year}, scenario {self.scenario}"

    @property
    def stamp(self) -> dict[str, str]:
        """The provenance digest of results, tables and code that a file is made from."""
        return {provenance.DIGEST: provenance.digest(self.made_from)}

    def record(self, folder: Path) -> None:
        """Write ``provenance.json``: what the files of a folder are made from, and their hashes."""
        name = "provenance.json"
        files = [p for p in folder.rglob("*") if p.is_file() and p.name != name]
        told = provenance.report(self.made_from, files)
        text = json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False)
        with atomic(folder / name) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")

    def target(self, path: str | None, name: str | None) -> Target:
        """Return the grid to write on: a file's, or the city's own."""
        if path is None:
            own = grid.from_attrs(self.spread.attrs)
            return targets.own(own, self.place.settings.name.upper())
        return targets.read(path, name, clock.setting(self.tables, "earth_radius", "m"))

    def lay(self, months: Sequence[int], where: Target, tops: Sequence[float] = ()) -> Amounts:
        """Return emissions of the months in the cells of a grid."""
        layer = None
        if len(tops):
            ratio = clock.setting(self.tables, "plume_height_ratio", "fraction")
            layer = amounts.layers(self.sources, tops, ratio)
        groups = amounts.group_by(self.sources, layer)
        chosen = self.emission.sel(month=list(months)).rename(month="period")
        return amounts.lay(self.spread, chosen, groups, where.grid)

    def months(self, day: Day, times: Sequence[datetime]) -> list[int]:
        """Return the months, in local time, that the hours of a day (UTC) fall into."""
        if day.mean:
            return [day.first.month]
        later = timedelta(hours=clock.offset(self.tables))
        return sorted({(time + later).month for time in times})

    def clock(self, laid: Amounts) -> clock.Clock:
        """Return the clock of the groups."""
        names = laid.groups["hours"].drop_duplicates()
        hourly = dict(zip(names, self.place.factors.profile(names, "hour"), strict=True))
        return clock.clock(laid.groups, hourly, self.tables)

    def totals(self) -> tuple[pd.DataFrame, dict[str, int]]:
        """Return kg of a year by scenario, sector, district, species; and the scenarios' years."""
        if "scenario" in self.found.dims:
            found = self.found["total"].sum("month").reset_coords(drop=True)
            labels, years = (self.found[n].values.tolist() for n in ("scenario", "year"))
            return found.rename("kg").to_series().reset_index(), dict(
                zip(labels, years, strict=True)
            )
        by = inventories.totals(self.found, by=("sector", "district"), outside=True)
        frame = by.rename("kg").to_series().reset_index()
        return frame.assign(scenario=BASE), {BASE: self.year}
