"""Numbers, years and angles as people write them, read once per spelling."""

import re
from collections.abc import Callable
from math import isfinite

import numpy as np
import pandas as pd

from emisim.intake.words import folded

EMPTY = frozenset(
    ("", "-", "--", "—", "——", "–", "/", "\\", "无", "na", "n/a", "nan", "none", "null")
)
GROUPED = r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?"
NUMBER = re.compile(
    rf"(?P<number>[-+]?(?:{GROUPED}|\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)"
    r"(?:\s*[x×*]\s*10\^?(?P<power>[-+]?\d+))?\s*(?P<unit>[^\d\s.,+\-].*)?"
)
YEAR = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?:\.0+|年|(?:[-./]|年)\d{1,2}(?:(?:[-./]|月)(?:\d{1,2}日?)?)?"
    r"(?:[ t]\d{1,2}:\d\d(?::\d\d)?)?)?"
)
SERIAL = re.compile(r"(?P<days>\d{5})(?:\.\d+)?")
EXCEL_EPOCH: np.datetime64 = np.datetime64("1899-12-30", "D")
ANGLE = re.compile(
    r"(?:[ensw]|东经|北纬|经度|纬度)?[:]?\s*(?P<degrees>\d{1,3}(?:\.\d+)?)\s*(?:°|度|o|d|[-:]|\s)?\s*"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*(?:′|'|’|分|[-:m]|\s)?\s*)?"
    r"(?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:″|\"|”|′′|''|秒|s)?)?\s*[en]?"
)
SIXTY = 60.0


def numbers(texts: pd.Series) -> pd.DataFrame:
    """Return ``number`` (NaN if empty), ``unit`` (in the cell, "" if none) and ``wrong`` by row.

    Full-width digits, separators of thousands, powers of ten, percent signs and units behind the
    number are read; ``wrong`` marks what is neither a number nor empty.

    Examples
    --------
    >>> numbers(pd.Series(["１，２３４.5吨", "85%", "3.2×10^4 t", "-", "10-20"])).to_dict("list")
    {'number': [1234.5, 85.0, 32000.0, nan, nan], 'unit': ['吨', '%', 't', '', ''], \
'wrong': [False, False, False, False, True]}
    """
    fast = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float, copy=True)
    rest = ~np.isfinite(fast)
    fast[rest] = np.nan
    unit = np.full(len(texts), "", dtype=object)
    wrong = np.zeros(len(texts), dtype=bool)
    codes, spellings = pd.factorize(texts[rest].to_numpy(dtype=object))
    read = [_number(str(text)) for text in spellings]
    if read:
        value, units, bad = (
            np.array(part, dtype=object)[codes] for part in zip(*read, strict=True)
        )
        fast[rest], unit[rest], wrong[rest] = value.astype(float), units, bad.astype(bool)
    return pd.DataFrame({"number": fast, "unit": unit, "wrong": wrong}, index=texts.index)


def _number(text: str) -> tuple[float, str, bool]:
    clean = folded(text)
    if clean in EMPTY:
        return np.nan, "", False
    found = NUMBER.fullmatch(clean)
    if not found:
        return np.nan, "", True
    value = float(re.sub(r"[, ]", "", found["number"]))
    value *= 10.0 ** int(found["power"] or 0)
    return (value, found["unit"] or "", False) if np.isfinite(value) else (np.nan, "", True)


def years(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the year of each date (NaN if empty) and which texts are no date.

    Examples
    --------
    >>> years(pd.Series(["2008年5月", "2008-05-01", "39569", "2008", "old"]))[0].tolist()
    [2008.0, 2008.0, 2008.0, 2008.0, nan]
    """
    return _each(texts, _year)


def _year(text: str) -> float | None:
    found = YEAR.fullmatch(text)
    if found:
        return float(found["year"])
    serial = SERIAL.fullmatch(text)
    if serial is None:
        return None
    return float(str(EXCEL_EPOCH + np.timedelta64(int(serial["days"]), "D"))[:4])


def angles(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return degrees (NaN if empty) of decimal or sexagesimal angles, and which are no angle.

    Examples
    --------
    >>> angles(pd.Series(["113°34′12″", "113.57E", "东经113度34分12秒", "113:34:12"]))[0].round(2)
    array([113.57, 113.57, 113.57, 113.57])
    """
    return _each(texts, _angle)


def _angle(text: str) -> float | None:
    try:
        degrees = float(text)
    except ValueError:
        pass
    else:
        return degrees if isfinite(degrees) else None
    found = ANGLE.fullmatch(text)
    if not found:
        return None
    minutes, seconds = (float(found[part] or 0) for part in ("minutes", "seconds"))
    if minutes >= SIXTY or seconds >= SIXTY:
        return None
    return float(found["degrees"]) + minutes / SIXTY + seconds / SIXTY**2


def _each(texts: pd.Series, read: Callable[[str], float | None]) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers that ``read`` finds, NaN where empty, and where it finds none."""
    codes, spellings = pd.factorize(texts.to_numpy(dtype=object))
    clean = [folded(str(text)) for text in spellings]
    found = [np.nan if text in EMPTY else read(text) for text in clean]
    wrong = np.array([value is None for value in found], dtype=bool)
    value = np.array([np.nan if v is None else v for v in found], dtype=float)
    return value[codes], wrong[codes]
