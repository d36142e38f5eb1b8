"""Tables that people edit: CSV read as text, checked by rule, faults named by row and column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emisim.csvtext import parse, read_text, with_floats
from emisim.errors import Faults, InputError
from emisim.vocabulary import STATUSES

__all__ = ["VALUE", "Check", "Column", "parse", "read_table", "read_text", "with_numbers"]
Check = Callable[[pd.DataFrame], None]
LONGEST = 300
"""Digits of the largest number that a computer holds, about."""
FIRST_ROW = 2
"""Row of the first record as a spreadsheet counts it (the header is row 1)."""


@dataclass(frozen=True)
class Column:
    """What a column may hold: text or number, empty or not, from a closed list or a range.

    A column that is not ``always`` there may be left out of the file, and is empty then.
    """

    name: str
    number: bool = False
    required: bool = True
    allowed: tuple[str, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    always: bool = True


VALUE = (
    Column("value", number=True),
    Column("unit"),
    Column("low", number=True),
    Column("high", number=True),
    Column("status", allowed=STATUSES),
    Column("source"),
    Column("page", required=False),
    Column("note", required=False),
)
"""The columns of every number: value, unit, range, status and where it comes from."""


def read_table(
    path: str | Path,
    columns: Sequence[Column],
    key: Sequence[str] = (),
    checks: Sequence[Check] = (),
) -> pd.DataFrame:
    """Read and check a CSV table.

    Parameters
    ----------
    path
        UTF-8 file, comma separated, header in row 1.
    columns
        The columns the file must have, in any order, and no others; see :class:`Column`.
    key
        Columns that together must be unique.
    checks
        Functions of the table that raise InputError; what they find is told with the rest.

    Returns
    -------
    DataFrame
        Text columns as str ("" where empty), number columns as float (NaN where empty), the index
        being the spreadsheet row.

    Raises
    ------
    InputError
        Naming file, row, column, bad value and good values; every faulty cell at once
        (:class:`emisim.errors.InputErrors`), or every fault of the header.
    """
    frame = _split(path, read_text(path), [c.name for c in columns if c.number])
    frame = frame.assign(**{c.name: "" for c in columns if not c.always and c.name not in frame})
    _check_header(frame, columns, path)
    frame = _drop_blank(frame[[c.name for c in columns]])
    if frame.empty:
        msg = "table has a header and no rows"
        raise InputError(msg, file=path, hint="add at least one row")
    faults = Faults()
    for column in columns:
        if column.number:
            frame[column.name] = _numbers(frame[column.name], column, path, faults)
    _check_rules(frame, columns, path, faults)
    _check_duplicates(frame, key, path, faults)
    _check_range(frame, path, faults)
    for check in checks:
        with faults.held():
            check(frame)
    faults.held_back.sort(key=lambda fault: fault.row or 0)
    faults.tell()
    return frame


def with_numbers(
    frame: pd.DataFrame, columns: Sequence[str], path: str | Path, above: int = 0
) -> pd.DataFrame:
    """Return a parsed table with float columns; empty cells are NaN.

    Parameters
    ----------
    above
        Lines of the file that stand above the header.

    Raises
    ------
    InputError
        At every cell that is neither empty nor a finite number.
    """
    faults, made = Faults(), {}
    for name in columns:
        text = frame[name].astype(str).where(frame[name].notna(), "")
        column = text.set_axis(frame.index + FIRST_ROW + above)
        made[name] = _numbers(column, Column(name), path, faults).to_numpy()
    faults.tell()
    return frame.assign(**made)


def _split(path: str | Path, text: str, numbers: Sequence[str]) -> pd.DataFrame:
    frame = with_floats(text, path, numbers)
    if not isinstance(frame.index, pd.RangeIndex):
        msg = "the first row has more cells than the header"
        hint = "name every column, or put a cell that holds a comma in double quotes"
        raise InputError(msg, file=path, row=FIRST_ROW, hint=hint)
    frame.columns = frame.columns.str.strip()
    frame.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame))
    return frame.apply(_stripped)


def _stripped(column: pd.Series) -> pd.Series:
    """Return a column of text without spaces around; each text is looked at once."""
    if column.dtype == float:
        return column
    spelled = pd.unique(column.to_numpy(dtype=object)).tolist()
    clean = {text: text.strip() for text in spelled if text != text.strip()}
    return column.replace(clean) if clean else column


def _check_header(frame: pd.DataFrame, columns: Sequence[Column], path: str | Path) -> None:
    names = [c.name for c in columns]
    missing = [n for n in names if n not in frame.columns]
    extra = [n for n in frame.columns if n not in names]
    found = Faults()
    for name in missing:
        msg = f"column {name!r} is missing"
        hint = f"add the column (found the unknown {extra})" if extra else "add the column"
        found.add(InputError(msg, file=path, row=1, column=name, allowed=names, hint=hint))
    for name in extra:
        msg = "unknown column"
        hint = "rename or remove it"
        found.add(
            InputError(msg, file=path, row=1, column=name, value=name, allowed=names, hint=hint)
        )
    found.tell()


def _drop_blank(frame: pd.DataFrame) -> pd.DataFrame:
    filled = np.zeros(len(frame), dtype=bool)
    for _, cells in frame.items():
        filled |= (cells.notna() if cells.dtype == float else cells != "").to_numpy()
        if filled.all():
            return frame.copy()
    return frame[filled].copy()


def _numbers(text: pd.Series, column: Column, path: str | Path, faults: Faults) -> pd.Series:
    if text.dtype == float:
        return text
    filled = text != ""
    try:
        numbers = pd.to_numeric(text.where(filled), errors="coerce").astype(float)
    except OverflowError:
        numbers = text.map(lambda t: pd.to_numeric(t[:LONGEST], errors="coerce")).astype(float)
    bad = filled & ~np.isfinite(numbers)
    for row, value in text[bad].items():
        msg = "not a finite number"
        hint = "write digits with a decimal point, no thousands separator, no unit"
        where: dict[str, Any] = {"file": path, "row": int(str(row)), "column": column.name}
        faults.add(InputError(msg, value=value, hint=hint, **where))
    return numbers.mask(bad)


def _check_rules(
    frame: pd.DataFrame, columns: Sequence[Column], path: str | Path, faults: Faults
) -> None:
    bad = _breaks_rules(frame, columns)
    if not bad.any():
        return
    from pandera.errors import SchemaErrors

    try:
        _schema(columns).validate(frame[bad], lazy=True)
    except SchemaErrors as error:
        good = {c.name: c.allowed for c in columns}
        cases = error.failure_cases.dropna(subset=["index"]).sort_values("index", kind="stable")
        for case in cases.to_dict("records"):
            row, name = int(case["index"]), str(case["column"])
            where: dict[str, Any] = {"file": path, "row": row, "column": name}
            msg, hint = str(case["check"]), "correct the cell"
            cell: Any = frame.loc[row, name]
            value = "" if pd.isna(cell) else cell
            faults.add(InputError(msg, value=value, allowed=good[name], hint=hint, **where))


def _breaks_rules(frame: pd.DataFrame, columns: Sequence[Column]) -> np.ndarray:
    """Return which rows break a rule of :func:`_schema`, which says what is wrong with them."""
    bad = np.zeros(len(frame), dtype=bool)
    for column in columns:
        cells = frame[column.name]
        if column.number:
            values = cells.to_numpy(dtype=float)
            bad |= np.isnan(values) & column.required
            bad |= values < (-np.inf if column.minimum is None else column.minimum)
            bad |= values > (np.inf if column.maximum is None else column.maximum)
        elif column.required:
            bad |= (cells == "").to_numpy()
        if column.allowed is not None:
            bad |= ~cells.isin([*column.allowed, *([] if column.required else [""])]).to_numpy()
    return bad


def _schema(columns: Sequence[Column]):  # type: ignore[no-untyped-def]
    import pandera.pandas as pa

    def checks(column: Column) -> list[pa.Check]:
        rules = []
        if column.required and not column.number:
            rules.append(pa.Check.str_length(min_value=1, error="cell is empty"))
        if column.required and column.number:
            rules.append(pa.Check(pd.notna, error="cell is empty", ignore_na=False))
        if column.allowed is not None:
            good = list(column.allowed) + ([] if column.required else [""])
            rules.append(pa.Check.isin(good, error=f"unknown {column.name}"))
        if column.minimum is not None:
            error = f"{column.name} is below {column.minimum:g}"
            rules.append(pa.Check.ge(column.minimum, error=error))
        if column.maximum is not None:
            error = f"{column.name} is above {column.maximum:g}"
            rules.append(pa.Check.le(column.maximum, error=error))
        return rules

    return pa.DataFrameSchema(
        {
            c.name: pa.Column(float if c.number else None, checks=checks(c), nullable=True)
            for c in columns
        }
    )


def _check_duplicates(
    frame: pd.DataFrame, key: Sequence[str], path: str | Path, faults: Faults
) -> None:
    if not key:
        return
    names = list(key)
    if not frame.duplicated(names).any():
        return
    rows = pd.Series(frame.index, frame.index)
    first = rows.groupby([frame[name] for name in names], dropna=False).transform("first")
    for number, origin in first[first != rows].items():
        row = int(str(number))
        value = ", ".join(str(v) for v in frame.loc[row, names])
        msg = f"duplicate key ({', '.join(key)}); first given in row {origin:d}"
        hint = "keep one of the two rows"
        faults.add(InputError(msg, file=path, row=row, column=key[-1], value=value, hint=hint))


def _check_range(frame: pd.DataFrame, path: str | Path, faults: Faults) -> None:
    if not {"low", "value", "high"} <= set(frame.columns):
        return
    bad = (frame["low"] > frame["value"]) | (frame["value"] > frame["high"])
    for row in frame.index[bad]:
        low, value, high = frame.loc[row, ["low", "value", "high"]]
        msg = "value lies outside its own range"
        allowed = [f"low <= value <= high, here {low:g} <= value <= {high:g}"]
        hint = "correct value, low or high"
        faults.add(
            InputError(
                msg, file=path, row=int(row), column="value", value=value, allowed=allowed,
                hint=hint,
            )
        )  # fmt: skip
