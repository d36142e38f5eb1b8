"""Facilities that stand in a table beside a total that may hold them: told, or taken out of it.

The rule: a facility goes before an area row, and what is left of the area row is the remainder.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from emisim.city import CITY_TOTAL
from emisim.errors import InputError
from emisim.units import factor

TOPICS = ("power", "boilers", "industry")
"""Tables in which facilities and totals of the same process meet."""
APART = re.compile(r"remainder|\bother\b|\brest\b|其余|其他|余量", re.IGNORECASE)
"""Said in id, name or note of an area row, it holds none of the facilities."""
AMOUNTS = ["value", "low", "high"]
SAME = ("standard", "technology")
"""Two rows that both name one of these, differently, are apart."""


class Overlap(NamedTuple):
    """An area row (its label in the table) and the facilities that it may hold.

    ``amount`` is what the facilities have, in the unit of the area row; ``value`` is its own.
    """

    row: int
    id: str
    facilities: int
    amount: float
    value: float
    unit: str


def find(frame: pd.DataFrame) -> list[Overlap]:
    """Return the area rows of an activity table that may hold facilities listed beside them.

    Parameters
    ----------
    frame
        A checked table of :data:`emisim.city.ACTIVITY_COLUMNS`. Process and fuel agree, standard
        and technology where both rows say them; the district is the same, or the whole city.
    """
    share = _shares(frame)
    return [
        Overlap(
            int(row), str(frame.at[row, "id"]), int((part > 0).sum()), float(part.sum()),
            float(frame["value"][row]), str(frame["unit"][row]),
        )
        for row, part in share.items()
    ]  # fmt: skip


def reduced(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Overlap]]:
    """Return the table with each area row reduced by its facilities, never below zero."""
    found = find(frame)
    frame = frame.copy()
    for each in found:
        before = frame.loc[[each.row], AMOUNTS].to_numpy(dtype=float)
        frame.loc[[each.row], AMOUNTS] = np.maximum(before - each.amount, 0.0)
        said = f"remainder of {each.value:.6g} {each.unit} beside {each.facilities} facilities"
        frame.at[each.row, "note"] = f"{said}: {frame['note'][each.row]}".rstrip(": ")
        if frame.at[each.row, "status"] != "assumed":
            frame.at[each.row, "status"] = "derived"
    return frame, found


def tell(topic: str, found: list[Overlap]) -> Iterator[str]:
    """Say in a line each what may be counted twice, and what to do."""
    for each in found:
        yield (
            f"{topic}: {each.id} ({each.value:.6g} {each.unit}) may hold {each.facilities} of the"
            f" facilities listed beside it ({each.amount:.6g} {each.unit}), which then count twice"
        )
    if found:
        yield (
            "  a total: emisim fill NAME --remainder takes the facilities out of it;"
            " apart from them: write 'remainder' (其余) into its note"
        )


def _shares(frame: pd.DataFrame) -> dict[int, np.ndarray]:
    """Return by area row what of each facility's amount it may hold, in its own unit.

    A facility that several area rows may hold is shared among them by their values.
    """
    facility = ((frame["facility"] != "") | frame["lon"].notna()).to_numpy()
    words = frame["id"] + " " + frame["name_zh"] + " " + frame["note"]
    area = frame[~facility & ~words.str.contains(APART) & (frame["value"] > 0)]
    points = frame[facility & (frame["value"] > 0)]
    if area.empty or points.empty:
        return {}
    fits = np.array([[_fits(a, p) for _, p in points.iterrows()] for _, a in area.iterrows()])
    weight = fits * area["value"].to_numpy()[:, None]
    total = weight.sum(axis=0)
    weight = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    found = {}
    for (row, one), part in zip(area.iterrows(), weight, strict=True):
        if part.any():
            scale = [_factor(unit, one["unit"]) for unit in points["unit"]]
            found[int(str(row))] = part * points["value"].to_numpy() * scale
    return found


def _fits(area: pd.Series, point: pd.Series) -> bool:
    same = area["process"] == point["process"] and area["fuel"] == point["fuel"]
    where = area["district"] in (CITY_TOTAL, point["district"])
    apart = any(area[n] and point[n] and area[n] != point[n] for n in SAME)
    return bool(same and where and not apart)


def _factor(unit: str, to: str) -> float:
    try:
        return factor(unit, to)
    except InputError:
        return 0.0
