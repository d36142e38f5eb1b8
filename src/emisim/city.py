"""A city's folder: read, checked, and split into the districts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from emisim import models, paths, strict_yaml
from emisim.errors import Faults, InputError, require_known
from emisim.factors import Factors
from emisim.tables import (
    VALUE,
    Column,
    Parameters,
    check_known,
    check_sources,
    read_parameters,
    read_table,
)
from emisim.units import factor
from emisim.vocabulary import FUELS, OUTSIDE

CITY_TOTAL = "*"
TEXT = (
    *("allocate_by", "facility", "name_zh"),
    *("technology", "standard", "control"),
    *("capacity_unit", "grade", "place"),
)
NUMBERS = (
    *("capacity", "built", "lon", "lat"),
    *("stack_height", "stack_diameter", "exit_temperature", "exit_velocity"),
)
ACTIVITY_COLUMNS = (
    Column("id"),
    Column("district"),
    Column("process"),
    Column("fuel", required=False, allowed=FUELS),
    *(Column(name, required=False) for name in TEXT),
    *(Column(name, number=True, required=False) for name in NUMBERS),
    *(Column(name, required=False, always=False) for name in ("zone", "monthly_profile")),
    *(Column(c.name, c.number, c.required, c.allowed, 0.0 if c.number else None) for c in VALUE),
)
"""Columns of an activity table: one row is one source."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class District(_Strict):
    """A county or district: six-digit administrative code and Chinese name."""

    adcode: Annotated[int, Field(ge=110000, le=829999)]
    name_zh: str


class GridSettings(_Strict):
    """Cell size and margin around the city, in m; ``crs`` is ``auto`` or a PROJ string."""

    cell_size: Annotated[float, Field(ge=10, le=100_000)]
    margin: Annotated[float, Field(ge=0, le=1_000_000)]
    crs: str = "auto"


class CitySettings(_Strict):
    """What ``city.yaml`` holds."""

    name: str
    name_zh: str
    base_year: Annotated[int, Field(ge=1990, le=2100)]
    districts: Annotated[dict[str, District], Field(min_length=1)]
    grid: GridSettings
    heating_months: tuple[Annotated[int, Field(ge=1, le=12)], ...]
    weather: str
    boundary: str
    landscape: Literal["cropland", "forest"] = "cropland"
    """What grows between the towns: it takes up gases and particles."""
    composition: Literal["", "north-plain", "central"] = ""
    """City group of the default composition of PM2.5; empty: coal-heated North China."""
    oxidants: Literal["", "BTH", "YRD"] = ""
    """Region whose response of nitrate to NOx is taken; empty: the mean of those known."""
    matrix: str = ""
    """A source-receptor matrix of another model (netCDF in the city's folder); empty: ours."""


@dataclass(frozen=True)
class City:
    """A city folder: settings, districts and activity tables."""

    folder: Path
    settings: CitySettings
    factors: Factors

    @classmethod
    def read(cls, folder: str | Path, factors: Factors) -> "City":
        """Read ``city.yaml`` in ``folder``.

        Raises
        ------
        InputError
            Naming each key of ``city.yaml`` that is missing, unknown or of the wrong type, and
            each path that leads out of the project.
        """
        folder = Path(folder)
        file = folder / "city.yaml"
        data, lines = strict_yaml.read(file)
        settings = models.validate(CitySettings, data, file=file, lines=lines)
        _require_inside(settings, folder, lines)
        return cls(folder, settings, factors)

    @property
    def names(self) -> list[str]:
        """District names in the order of ``city.yaml``."""
        return list(self.settings.districts)

    @cached_property
    def districts(self) -> pd.DataFrame:
        """District numbers: district x item, in the unit of the table."""
        path = self.folder / "districts.csv"
        columns = (Column("district"), Column("item"), *VALUE)
        checks = (
            lambda rows: check_known(rows, "district", self.names, path),
            lambda rows: check_sources(rows, self.factors.sources, path),
        )
        frame = read_table(path, columns, key=("district", "item"), checks=checks)
        return frame.pivot(index="district", columns="item", values="value").reindex(self.names)

    def shares(self, item: str, path: Path, row: int) -> pd.Series:
        """Return each district's share of the city in proxy ``item``.

        Raises
        ------
        InputError
            Unknown proxy, a district without it, or a proxy that adds to zero.
        """
        require_known(
            [item], self.districts.columns, "proxy", file=path, row=row, column="allocate_by"
        )
        values = self.districts[item]
        if values.isna().any() or not values.sum() > 0:
            msg = f"proxy {item!r} is missing for a district, or adds to zero"
            hint = "complete districts.csv"
            raise InputError(
                msg, file=path, row=row, column="allocate_by", value=values.to_dict(), hint=hint
            )
        return values / values.sum()

    def table(self, topic: str) -> pd.DataFrame:
        """Return the checked activity table ``topic``, one row per source and district.

        City totals (district ``*``) are split by the proxy in ``allocate_by``; their ids become
        ``id@district``. The index is the id; ``row`` keeps the spreadsheet row; sector, service,
        activity unit and profiles come from ``processes.csv``, but a row may name its own
        ``monthly_profile``.
        """
        path = self.folder / f"{topic}.csv"
        processes = self.factors.processes
        named = ["", *self.factors.monthly_profiles]
        checks = (
            lambda rows: check_sources(rows, self.factors.sources, path),
            lambda rows: check_known(rows, "process", processes.index, path),
            lambda rows: check_known(rows, "district", [*self.names, CITY_TOTAL, OUTSIDE], path),
            lambda rows: check_known(rows, "monthly_profile", named, path),
        )
        frame = read_table(path, ACTIVITY_COLUMNS, key=("id",), checks=checks)
        whole = self._split(frame.rename_axis("row").reset_index(), path)
        own, default = whole["monthly_profile"], whole["process"].map(processes["monthly_profile"])
        whole["monthly_profile"] = own.where(own != "", default)
        inherited = ["sector", "activity_unit", "hourly_profile", "service", "release"]
        return whole.join(processes[inherited], on="process").set_index("id")

    def _split(self, frame: pd.DataFrame, path: Path) -> pd.DataFrame:
        """Replace each city total by one row per district."""
        is_total = frame["district"] == CITY_TOTAL
        if not is_total.any():
            return frame
        totals = frame[is_total]
        shares = {
            item: self.shares(
                item, path, int(totals.loc[totals["allocate_by"] == item, "row"].min())
            )
            for item in totals["allocate_by"].unique()
        }
        parts = [frame[~is_total]]
        for district in self.names:
            share = totals["allocate_by"].map({item: s[district] for item, s in shares.items()})
            part = totals.assign(
                id=totals["id"] + "@" + district,
                district=district,
                place=totals["place"].str.replace("{district}", district),
            )
            for name in ("value", "low", "high"):
                part[name] = totals[name] * share
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def parameters(self, name: str) -> Parameters:
        """Return a parameter table of the city folder, e.g. ``coal_quality``."""
        return read_parameters(self.folder / f"{name}.csv", self.factors.sources)


def _require_inside(
    settings: CitySettings, folder: Path, lines: Mapping[strict_yaml.Location, int]
) -> None:
    """Raise InputError at each file that ``city.yaml`` names outside the project."""
    faults, file = Faults(), folder / "city.yaml"
    with faults.held():
        where: dict[str, Any] = {"file": file, "row": lines.get(("weather",)), "column": "weather"}
        paths.stem(settings.weather, "weather", **where)
    for key, name in (("boundary", settings.boundary), ("matrix", settings.matrix)):
        with faults.held():
            paths.inside(name, folder, file=file, row=lines.get((key,)), column=key)
    faults.tell()


def canonical(rows: pd.DataFrame, path: Path, unit: str | None = None) -> np.ndarray:
    """Return the value column in canonical units (n,).

    Parameters
    ----------
    unit
        The unit wanted; default each row's own ``activity_unit``. A value "per year" and a
        yearly total count as the same.

    Raises
    ------
    InputError
        Naming the row whose unit has the wrong dimension.
    """
    to = rows["activity_unit"].to_numpy() if unit is None else np.full(len(rows), unit)
    wanted = pd.DataFrame({"row": rows["row"], "unit": rows["unit"], "to": to})
    number = wanted.groupby(["unit", "to"], sort=False).ngroup().to_numpy()
    scale = []
    for row, given, target in wanted.drop_duplicates(["unit", "to"]).itertuples(index=False):
        where = {"file": path, "row": int(row), "column": "unit"}
        scale.append(yearly_factor(given, target, **where))
    return rows["value"].to_numpy(dtype=float) * np.array(scale)[number]


def yearly_factor(unit: str, to: str, **where: Any) -> float:
    """Return the factor from ``unit`` to ``to``, where ``unit`` may also be ``to`` per year.

    A stock of head counts as head years, a rate in t/year as t.

    Raises
    ------
    InputError
        With the place ``where`` the unit stands.
    """
    try:
        return factor(unit, to)
    except InputError as error:
        first = error
    try:
        return factor(f"({unit}) * year", to)
    except InputError:
        allowed = [to, f"({to})/year"]
        raise InputError(
            first.what, value=unit, allowed=allowed, hint=first.hint, **where
        ) from None
