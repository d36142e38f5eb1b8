"""Facilities that stand in several lists: matched by name and place, their amounts counted once."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from emisim.intake.faults import Log
from emisim.intake.lexicon import Lexicon
from emisim.intake.matching import MATCHES, match, places
from emisim.intake.names import normal

PLACE = ["file", "sheet"]
FIELDS = (
    *("district", "technology", "standard", "control", "capacity", "built"),
    *("stack_height", "stack_diameter", "exit_temperature", "exit_velocity", "lon", "lat"),
)
"""What two lists may contradict each other about, besides the amount."""
TWIN = (
    *("list", "name", "id", "unit_no", "district", "process", "fuel", "value"),
    *("capacity", "lon", "lat"),
)
"""What two lines of a list share where one may be the other again."""
CONFLICTS = ("name", "key", "field", "kept", "kept_place", "other", "other_place")


class Unified(NamedTuple):
    """Sources counted once, those left out, matched facilities, and what the lists contradict."""

    kept: pd.DataFrame
    dropped: pd.DataFrame
    matches: pd.DataFrame
    conflicts: pd.DataFrame


def unify(sources: pd.DataFrame, city: str, lexicon: Lexicon, log: Log) -> Unified:
    """Return sources with every facility's amount counted once; the first list wins.

    A list is a sheet (or text file); lists stand in the order in which they were given. Two
    facilities are one if their normal names are equal and they are not further apart than
    ``same_name_distance`` (without positions: in one district), or if they are alike by
    ``name_similarity`` within ``match_distance``. Of a facility in two lists, the amount of a
    fuel (or of a product) is taken from the first that gives it; its empty fields are filled from
    the other. Rows without name and position are totals of a district: of one process they are
    taken from the first list.

    Parameters
    ----------
    sources
        Columns file, sheet, row, name, district, process, fuel, key, value, lon, lat and
        :data:`FIELDS`; ``key`` is what must not be counted twice (the fuel, or the process).
    """
    table = sources.reset_index(drop=True)
    table["list"] = table.groupby(PLACE, sort=False).ngroup()
    _tell_twins(table, log)
    if not table["list"].any():
        empty = (pd.DataFrame(columns=list(c)) for c in (MATCHES, CONFLICTS))
        return Unified(sources, sources.iloc[:0], *empty)
    spelled = pd.unique(table["name"].to_numpy(dtype=object)).tolist()
    names = {name: normal(name, city) for name in spelled}
    table["normal"] = table["name"].map(names)
    table["facility"], matches = match(table, lexicon, log)
    group = table.groupby(["facility", "key"], sort=False)["list"]
    again = (table["list"] > group.transform("min")).to_numpy()
    conflicts = _conflicts(table, again, lexicon.rule("conflict", "fraction"))
    _tell(table, again, conflicts, log)
    kept = _filled(table, again)[~again]
    extra = ["list", "normal", "facility"]
    return Unified(kept.drop(columns=extra), table[again].drop(columns=extra), matches, conflicts)


def _conflicts(table: pd.DataFrame, again: np.ndarray, tolerance: float) -> pd.DataFrame:
    """Return the fields about which a list contradicts the one that wins."""
    by = ["facility", "key"]
    touched = pd.MultiIndex.from_frame(table[by]).isin(
        pd.MultiIndex.from_frame(table.loc[again, by])
    )
    rows = table[touched].replace("", np.nan).infer_objects()
    how = dict.fromkeys((*FIELDS, *PLACE, "row", "name"), "first") | {"value": "sum"}
    lists = rows.groupby([*by, "list"], sort=False).agg(how).reset_index()
    first = lists.drop_duplicates(by)
    pairs = first.merge(lists, on=by, suffixes=("", "_other"))
    pairs = pairs[pairs["list"] < pairs["list_other"]].fillna({"sheet": "", "sheet_other": ""})
    found = []
    for name in ("value", *FIELDS):
        mine, theirs = pairs[name], pairs[f"{name}_other"]
        differs = _differ(mine, theirs, tolerance) & (name not in ("lon", "lat"))
        part = pairs[differs]
        others = part[["file_other", "sheet_other", "row_other"]]
        found.append(
            pd.DataFrame(
                {
                    "name": part["name"],
                    "key": part["key"],
                    "field": name,
                    "kept": mine[differs],
                    "kept_place": places(part),
                    "other": theirs[differs],
                    "other_place": places(others.set_axis(["file", "sheet", "row"], axis=1)),
                }
            )
        )
    return pd.concat(found, ignore_index=True)[list(CONFLICTS)]


def _differ(mine: pd.Series, theirs: pd.Series, tolerance: float) -> np.ndarray:
    """Return where both are given and not the same."""
    given = (mine.notna() & theirs.notna()).to_numpy()
    if pd.api.types.is_numeric_dtype(mine) and pd.api.types.is_numeric_dtype(theirs):
        a, b = mine.to_numpy(dtype=float), theirs.to_numpy(dtype=float)
        return given & (np.abs(a - b) > tolerance * np.maximum(np.abs(a), np.abs(b)))
    return given & (mine.astype(str) != theirs.astype(str)).to_numpy()


def _filled(table: pd.DataFrame, again: np.ndarray) -> pd.DataFrame:
    """Fill empty fields of the winning rows from the rows that are left out."""
    by = ["facility", "key"]
    spare = table.loc[again, [*by, *FIELDS]].replace("", np.nan).infer_objects()
    first = spare.groupby(by).first()
    at = first.index.get_indexer(pd.MultiIndex.from_frame(table[by]))
    filled = table.copy()
    for field in FIELDS if len(first) else ():
        other = first[field].to_numpy()[at]
        empty = (table[field].isna() | (table[field] == "")).to_numpy() & (at >= 0) & ~again
        use = empty & pd.notna(other)
        filled.loc[use, field] = other[use]
        if field == "capacity":
            units = table.loc[again].groupby(by)["capacity_unit"].first()
            filled.loc[use, "capacity_unit"] = units.reindex(first.index).to_numpy()[at][use]
    return filled


def _tell(table: pd.DataFrame, again: np.ndarray, conflicts: pd.DataFrame, log: Log) -> None:
    for (file, sheet), rows in table[again].groupby(PLACE):
        what = "amount that an earlier list gives: left out"
        log.note("matched", what, (str(file), str(sheet)), rows=rows["row"])
    if len(conflicts):
        for field, rows in conflicts.groupby("field"):
            value = f"{rows['kept'].iloc[0]} / {rows['other'].iloc[0]}"
            log.note(
                "conflict",
                f"lists contradict each other about {field}: the first is kept",
                ("", ""),
                rows=range(len(rows)),
                column=str(field),
                value=value,
            )


def _tell_twins(table: pd.DataFrame, log: Log) -> None:
    """Note lines that are equal within a list: two equal boilers, or one given twice."""
    twins = table.duplicated(list(TWIN)) & (table["name"] != "")
    for (file, sheet), rows in table[twins].groupby(PLACE):
        what = "line equal to one above it in the same list: kept"
        log.note("doubtful", what, (str(file), str(sheet)), rows=rows["row"])
