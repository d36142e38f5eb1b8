"""Dates and hours as people write them, read once per spelling."""

import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from emisim.cells import plain
from emisim.errors import Faults, InputError
from emisim.observations.rules import Rules

CLOCK = (
    r"(?:[ t]*(?P<hour>\d{1,2})(?:[:时点](?P<minute>\d{1,2}))?(?:[:分](?P<second>\d{1,2}))?"
    r"(?:\.0+)?[时点分秒]?)?"
)
YEAR_LAST = r"(?P<a>\d{1,2})([/.-])(?P<b>\d{1,2})\2(?P<year>\d{4})"
FORMATS = {
    **{
        f"2015{mark}01{mark}31": rf"(?P<year>\d{{4}})[{mark}](?P<month>\d\d?)[{mark}](?P<day>\d\d?)"
        for mark in ("-", "/", ".")
    },
    "20150131": r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?P<hour>\d{2})?",
    "2015年1月31日": r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日?",
    "31/01/2015": YEAR_LAST,
    "Excel day number": r"(?P<serial>\d{5})(?:\.0+)?",
}
PATTERNS = {
    name: re.compile(text + ("" if "hour" in text or "serial" in text else CLOCK))
    for name, text in FORMATS.items()
}
EXCEL_EPOCH: np.datetime64 = np.datetime64("1899-12-30", "s")
MONTHS = 12
HOURS = 24


class Moment(NamedTuple):
    """One spelling, read: the format it is in, the moment, whether it names an hour."""

    form: str
    time: np.datetime64
    clock: bool


def read(
    dates: pd.Series, hours: pd.Series, rules: Rules, *, file: str, columns: tuple[str, str]
) -> pd.DataFrame:
    """Return ``time`` (datetime64[s]), ``form`` and ``clock`` (bool) of each row.

    Parameters
    ----------
    dates, hours
        Texts by line; ``hours`` is empty text where the table has no column of hours.
    file, columns
        For messages: the file, and the headers of the columns of dates and hours.

    Raises
    ------
    InputError
        At every cell that is no date, no hour from 0 to 24, or a date outside the years of the
        rules; where a date reads two ways.
    """
    codes, spellings = pd.factorize(dates)
    month_first = _month_first([plain(text) for text in spellings], file, columns[0], dates)
    moments, faults = [], Faults()
    for code, text in enumerate(spellings):
        try:
            moments.append(_moment(plain(text), month_first, rules))
        except ValueError as error:
            allowed = [*FORMATS, "each with or without an hour"]
            hint = "correct the cell; a table's totals and remarks belong elsewhere"
            where: dict[str, Any] = {"file": file, "column": columns[0], "value": text}
            for line in dates.index[codes == code]:
                told = InputError(str(error), row=int(line), allowed=allowed, hint=hint, **where)
                faults.add(told)
    with faults.held():
        extra, given = _hours(hours, file, columns[1])
    faults.tell()
    time = np.array([m.time for m in moments], dtype="datetime64[s]")[codes]
    form = np.array([m.form for m in moments], dtype=object)[codes]
    clock = np.array([m.clock for m in moments], dtype=bool)[codes]
    return pd.DataFrame(
        {"time": time + extra.astype("timedelta64[s]"), "form": form, "clock": clock | given},
        index=dates.index,
    )


def _moment(text: str, month_first: bool, rules: Rules) -> Moment:
    """Read one spelling; ValueError tells what is wrong."""
    for form, pattern in PATTERNS.items():
        found = pattern.fullmatch(text)
        if not found:
            continue
        part = found.groupdict()
        if part.get("serial"):
            days = np.timedelta64(int(part["serial"]), "D")
            time = EXCEL_EPOCH + days
        else:
            time = _day(part, month_first) + _clock(part)
        year = int(str(time)[:4])
        first, last = (rules.value(f"{end}_year", "year") for end in ("earliest", "latest"))
        if not first <= year <= last:
            message = f"the year is not between {first:.0f} and {last:.0f}"
            raise ValueError(message)
        return Moment(form, time, part.get("hour") is not None)
    message = "not a date"
    raise ValueError(message)


def _day(part: dict[str, str], month_first: bool) -> np.datetime64:
    if "a" in part:
        month, day = (part["a"], part["b"]) if month_first else (part["b"], part["a"])
    else:
        month, day = part["month"], part["day"]
    try:
        return np.datetime64(f"{part['year']}-{int(month):02d}-{int(day):02d}", "s")
    except ValueError:
        message = "there is no such day"
        raise ValueError(message) from None


def _clock(part: dict[str, str]) -> np.timedelta64:
    hour, minute, second = (int(part.get(k) or 0) for k in ("hour", "minute", "second"))
    if hour > HOURS or minute or second:
        message = "not a whole hour from 0 to 24"
        raise ValueError(message)
    return np.timedelta64(hour, "h").astype("timedelta64[s]")


def _month_first(texts: list[str], file: str, column: str, dates: pd.Series) -> bool:
    """Tell whether dates like 1/31/2015 stand in the table; raise where none decides."""
    found = [m for t in texts if (m := PATTERNS["31/01/2015"].fullmatch(t))]
    if not found:
        return False
    month_first = any(int(m["b"]) > MONTHS for m in found)
    day_first = any(int(m["a"]) > MONTHS for m in found)
    if month_first != day_first:
        return month_first
    text = found[0].string
    line = int(dates.index[dates.map(plain) == text][0])
    msg = "the date reads two ways: day first or month first"
    hint = "write the year first: 2015-01-31"
    raise InputError(msg, file=file, row=line, column=column, value=text, hint=hint)


def _hours(texts: pd.Series, file: str, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Return hours as timedelta64[h] and whether each row names one."""
    codes, spellings = pd.factorize(texts)
    bare = pd.Series(spellings).astype(str).str.replace(r"(:00)+$|\.0+$|[时点hH]$", "", regex=True)
    number = pd.to_numeric(bare.where(bare != "", "0"), errors="coerce").to_numpy(dtype=float)
    wrong = ~((number >= 0) & (number <= HOURS) & (number % 1 == 0))
    faults = Faults()
    for at in np.flatnonzero(wrong[codes]).tolist():
        msg, hint = "not a whole hour from 0 to 24", "write the hour alone, as a whole number"
        where: dict[str, Any] = {"file": file, "row": int(texts.index[at]), "column": column}
        value = texts.iloc[at]
        faults.add(InputError(msg, value=value, allowed=["0 to 24"], hint=hint, **where))
    faults.tell()
    named = (bare != "").to_numpy()
    return number.astype(int).astype("timedelta64[h]")[codes], named[codes]
