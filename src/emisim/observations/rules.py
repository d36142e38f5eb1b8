"""The numbers that observations are judged by: ``inputs/standards/observation_rules.csv``."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emisim.errors import InputError
from emisim.indices import standards
from emisim.tables import VALUE, Column, check_sources, read_sources, read_table

DEFAULT = Path("inputs/standards/observation_rules.csv")
KEY = ("rule", "species", "averaging")
COLUMNS = (
    Column("rule"),
    Column("species", required=False),
    Column("averaging", required=False, allowed=("daily", "hourly")),
    Column("valid_from", required=False),
    *VALUE,
)


@dataclass(frozen=True)
class Rules:
    """Rules by name, species and averaging time; an empty cell means any."""

    frame: pd.DataFrame
    path: Path

    def value(self, rule: str, unit: str, *, species: str = "", averaging: str = "") -> float:
        """Return one number in ``unit``, the unit that the row must have.

        Raises
        ------
        InputError
            If no row fits, or it has another unit.
        """
        row = self._row(rule, species, averaging)
        if row["unit"] != unit:
            msg = f"rule {rule!r} must be in {unit}"
            found, line = row["unit"], int(row["row"])
            raise InputError(
                msg, file=self.path, row=line, column="unit", value=found, allowed=[unit]
            )
        return float(row["value"])

    def since(self, rule: str) -> np.datetime64:
        """Return the day from which on ``rule`` holds."""
        return np.datetime64(self._row(rule, "", "")["valid_from"], "D")

    def _row(self, rule: str, species: str, averaging: str) -> dict[Hashable, Any]:
        for key in ((species, averaging), (species, ""), ("", averaging), ("", "")):
            found = self._index.get((rule, *key))
            if found is not None:
                return found
        msg = f"no row gives rule {rule!r} for {species or 'any species'}, {averaging or 'any'}"
        have = sorted(set(self.frame["rule"]))
        raise InputError(msg, file=self.path, value=rule, allowed=have, hint="add the row")

    @cached_property
    def _index(self) -> dict[tuple[str, str, str], dict[Hashable, Any]]:
        records = self.frame.rename_axis("row").reset_index().to_dict("records")
        return {(r["rule"], r["species"], r["averaging"]): r for r in records}


def read_rules(path: str | Path = DEFAULT) -> Rules:
    """Read the rules of observations; the validity rules of the assessment stand beside the file.

    ``valid_hours_day``, ``valid_days_year``, ``valid_days_month``, ``valid_days_february`` come
    from ``rules.csv``, ``kept_above`` (limit of the daily maximum 8 h of O3) from ``limits.csv``
    (:mod:`emisim.indices.standards`), the latest rows of each.

    Raises
    ------
    InputError
        As :func:`emisim.tables.read_table`; also for a source that ``sources.csv`` in the folder
        above does not hold, and for a ``valid_from`` that is not a date.
    """
    path = Path(path)
    frame = read_table(path, COLUMNS, key=KEY)
    check_sources(frame, read_sources(path.parent.parent / "sources.csv"), path)
    dates = pd.to_datetime(frame["valid_from"].replace("", None), errors="coerce")
    bad = dates.isna() & (frame["valid_from"] != "")
    if bad.any():
        row, allowed = int(frame.index[bad][0]), ["a day such as 2018-09-01"]
        value = frame.loc[row, "valid_from"]
        msg = "not a date"
        raise InputError(msg, file=path, row=row, column="valid_from", value=value, allowed=allowed)
    return Rules(pd.concat([frame, _of_assessment(path.parent)]), path)


def _of_assessment(folder: Path) -> pd.DataFrame:
    """Return the latest validity rules and the O3 limit of the standards as rows of rules."""
    found = standards.read(folder).tables
    valid = found["rules"][found["rules"]["parameter"].str.startswith("valid_")]
    valid = valid.rename(columns={"parameter": "rule"})
    limits = found["limits"]
    ozone = (limits["species"] == "O3") & (limits["averaging"] == "8h") & (limits["class"] == "II")
    rows = pd.concat([valid, limits[ozone].assign(rule="kept_above")])
    rows = rows.sort_values("valid_from", kind="stable").drop_duplicates("rule", keep="last")
    return rows.assign(species="", averaging="")[["rule", "species", "averaging", "value", "unit"]]
