"""Texts of values to numbers in the units of the common form."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from emisim.cells import plain
from emisim.errors import Faults, InputError, require_known
from emisim.observations.rules import Rules
from emisim.observations.terms import MICROGRAMS, POLLUTANTS, UNITS, unit_name

EMPTY = frozenset(("", "nan", "none", "null"))
MARKS = frozenset(
    ("—", "——", "-", "--", "–", "/", "na", "n/a", "#n/a", "缺测", "无", "无数据", "*")
)
CODES = frozenset((-1.0, -99.0, -999.0, -9999.0, -99.9, -999.9))
"""Numbers that stand for missing values."""


def numbers(texts: pd.Series, columns: pd.Series, file: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the values (NaN where missing) and whether a mark or a code stands for each NaN.

    Parameters
    ----------
    texts
        Cells by line.
    columns
        The header of each, for messages.

    Raises
    ------
    InputError
        At every cell that is neither a number nor a mark of a missing value.
    """
    codes, spellings = pd.factorize(texts)
    clean = [plain(text) for text in spellings]
    empty = np.array([text in EMPTY for text in clean], dtype=bool)
    marked = np.array([text in MARKS for text in clean], dtype=bool)
    kept = pd.Series(clean, dtype=object).where(~(empty | marked))
    found = pd.to_numeric(kept, errors="coerce").to_numpy(dtype=float, copy=True)
    wrong = ~np.isfinite(found) & ~empty & ~marked
    faults = Faults()
    for at in np.flatnonzero(wrong[codes]).tolist():
        msg = "not a number"
        allowed = ["a number with a decimal point", "empty", *sorted(MARKS)[:6]]
        hint = "correct the cell; write the unit in the header"
        where: dict[str, Any] = {"file": file, "row": int(texts.index[at])}
        where |= {"column": columns.iloc[at], "value": texts.iloc[at]}
        faults.add(InputError(msg, allowed=allowed, hint=hint, **where))
    faults.tell()
    code = np.isin(found, list(CODES))
    found[code] = np.nan
    return found[codes], (code | marked)[codes]


def factors(values: pd.DataFrame, units: Mapping[str, str], file: str) -> np.ndarray:
    """Return what turns each value into the unit of the common form.

    Parameters
    ----------
    values
        Long table with ``species``, ``unit`` and ``column``, the index being the line.
    units
        Units by pollutant that go before those of the table.

    Raises
    ------
    InputError
        At every unit that is neither ug/m3 nor mg/m3.
    """
    require_known(units, POLLUTANTS, "pollutant in units", hint="say units={'CO': 'mg/m3'}")
    pairs = values[["species", "unit"]].drop_duplicates()
    of, faults = {}, Faults()
    for line, (species, written) in zip(pairs.index, pairs.to_numpy(), strict=True):
        unit = unit_name(units.get(species, "")) or written or UNITS[species]
        if unit not in MICROGRAMS:
            same = (values["species"] == species) & (values["unit"] == written)
            column = values.loc[same, "column"].iloc[0]
            msg = f"the unit of {species} is not a mass per volume of air"
            hint = (
                f"convert it, or say units={{{species!r}: {UNITS[species]!r}}} if it is misprinted"
            )
            where = {"file": file, "row": int(line), "column": column, "value": unit}
            faults.add(InputError(msg, allowed=MICROGRAMS, hint=hint, **where))
            continue
        of[species, written] = MICROGRAMS[unit] / MICROGRAMS[UNITS[species]]
    faults.tell()
    table = pd.Series(of)
    wanted = pd.MultiIndex.from_frame(values[["species", "unit"]])
    return table.to_numpy()[table.index.get_indexer(wanted)]


def misplaced(value: np.ndarray, species: str, rules: Rules) -> np.ndarray:
    """Return which values (common unit) are off by a thousand: a thousandth of them, or a
    thousand times them, would be possible.
    """
    lowest = rules.value("lowest", UNITS[species], species=species)
    highest = rules.value("highest", UNITS[species], species=species)
    step = MICROGRAMS["mg/m3"]
    with np.errstate(invalid="ignore"):
        small = (value > 0) & (value < lowest) & (value * step >= lowest)
        large = (value > highest) & (value / step <= highest)
    return small | (large & (value / step >= lowest))
