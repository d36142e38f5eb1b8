"""Sources as rows of the city's activity tables."""

from collections import Counter
from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd

from emisim.city import ACTIVITY_COLUMNS, CITY_TOTAL
from emisim.intake.faults import Log, label
from emisim.intake.lexicon import Lexicon
from emisim.intake.words import bare, factor

OPTIONAL = tuple(column.name for column in ACTIVITY_COLUMNS if not column.always)
FIRST = ("id", "district", "allocate_by", "facility", "name_zh", "process", "fuel")
"""The columns that a reader looks for first."""
COLUMNS = (*FIRST, *(c.name for c in ACTIVITY_COLUMNS if c.name not in FIRST))
TABLE_OF = {"heating": "boilers"}
"""Sectors that stand in the table of another."""
DIGITS = 12
"""Significant digits of numbers in tables."""


def topic(processes: pd.Series, lexicon: Lexicon) -> pd.Series:
    """Return the name of the activity table of each process."""
    sectors = processes.map(lexicon.factors.processes["sector"])
    return sectors.replace(TABLE_OF)


def standards(rows: pd.DataFrame, lexicon: Lexicon) -> pd.Series:
    """Return the capacity class of each row that names no standard, "" where none fits."""
    result = rows["standard"].copy()
    for each in lexicon.capacity_classes.to_dict("records"):
        mine = (rows["process"] == each["process"]) & (result == "")
        for unit in rows.loc[mine, "capacity_unit"].unique():
            known = lexicon.units(unit) if unit else None
            scale = factor(known, each["unit"]) if known else None
            if scale is None:
                continue
            size = rows["capacity"] * scale
            below = np.inf if np.isnan(each["below"]) else each["below"]
            fits = mine & (rows["capacity_unit"] == unit) & (size >= each["from"]) & (size < below)
            result = result.mask(fits, each["standard"])
    return result


def require_district(rows: pd.DataFrame, log: Log) -> None:
    """Fault rows that name no district and have no position, and city totals without a proxy."""
    lost = rows[(rows["district"] == "") & rows["lon"].isna() & (rows["lon_text"] == "")]
    hint = "add a column 区县, or coordinates, or merge the cells of the district"
    for (file, sheet), members in lost.groupby(["file", "sheet"]):
        what = f"{len(members)} rows name no district and no position"
        log.fault(
            what,
            (str(file), str(sheet)),
            row=int(members["row"].iloc[0]),
            column="district",
            hint=hint,
        )
    whole = rows[(rows["district"] == CITY_TOTAL) & (rows["allocate_by"] == "")]
    hint = "add a column allocate_by with an item of districts.csv, or give the districts"
    log.fault_each(
        "a total of the city does not say how it is shared among the districts",
        whole,
        whole["written"],
        hint=hint,
    )


def tables(
    rows: pd.DataFrame, lexicon: Lexicon, *, source: str, status: str
) -> dict[str, pd.DataFrame]:
    """Return the activity tables by name; columns as :data:`emisim.city.ACTIVITY_COLUMNS` asks.

    ``page`` names file, sheet and row, ``note`` the amount as written. Where a table gives no
    range, it is ``amount_range`` of ``rules.csv`` to both sides.
    """
    spread = lexicon.rule("amount_range", "fraction")
    known = lexicon.factors.sources
    cited = rows["source"].where(rows["source"].isin(list(known)), source)
    said = rows["source"].where(~rows["source"].isin([*known, ""]), "")
    frame = rows.assign(
        id=_ids(rows),
        facility=rows["name"],
        name_zh=rows["name"],
        standard=standards(rows, lexicon),
        low=rows["low"].fillna(rows["value"] * (1 - spread)),
        high=rows["high"].fillna(rows["value"] * (1 + spread)),
        status=status,
        source=cited,
        page=_pages(rows),
        note=_joined([rows["column"] + ": " + rows["written"], rows["note"], said]),
    )
    frame["place"] = frame["place"].where(frame["lon"].isna(), "")
    optional = [name for name in OPTIONAL if (frame[name] == "").all()]
    columns = [name for name in COLUMNS if name not in optional]
    named = topic(frame["process"], lexicon)
    return {str(t): part[columns].reset_index(drop=True) for t, part in frame.groupby(named)}


def _ids(rows: pd.DataFrame) -> pd.Series:
    """Return a distinct name of each source: its process, its own id or name, and a number."""
    named = ("process", "id", "unit_no", "name", "district")
    parts = (rows[c].to_numpy(dtype=object).tolist() for c in named)
    spell = cache(bare)
    seen: Counter[str] = Counter()
    result = []
    for process, own, unit, name, district in zip(*parts, strict=True):
        word = f"{own}-{unit}".strip("-") if own else name or district
        base = f"{process}-{spell(word)}"
        seen[base] += 1
        result.append(base if seen[base] == 1 else f"{base}-{seen[base]}")
    return pd.Series(result, index=rows.index, dtype=object)


def _pages(rows: pd.DataFrame) -> list[str]:
    places = rows[["file", "sheet", "row"]].astype(object).to_numpy().tolist()
    return [f"{label((file, sheet))} row {row}" for file, sheet, row in places]


def _joined(parts: Iterable[pd.Series]) -> list[str]:
    listed = (part.to_numpy(dtype=object).tolist() for part in parts)
    return ["; ".join(filter(None, texts)) for texts in zip(*listed, strict=True)]
