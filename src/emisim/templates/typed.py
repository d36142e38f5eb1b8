"""What people type into a workbook, turned to what tables hold: numbers, totals, positions."""

import re

import numpy as np
import pandas as pd

from emisim import boundaries
from emisim.city import ACTIVITY_COLUMNS, City
from emisim.intake import positions
from emisim.intake.faults import Log
from emisim.intake.lexicon import Lexicon
from emisim.intake.numbers import numbers, years
from emisim.intake.totals import TOTAL
from emisim.intake.words import folded
from emisim.templates import layout

Place = tuple[str, str]
"""File and sheet."""
POINT = ("lon", "lat")
DATES = ("built", "year")
AMOUNTS = ("value", "low", "high")
NUMBERS = (
    *(c.name for c in ACTIVITY_COLUMNS if c.number and c.name not in (*POINT, *DATES)),
    *("month", "weight"),
)
NAMES = ("id", "district", "facility", "name_zh", "station", "item", "place")
"""Columns in which a line says that it is a total."""
COUNTS = {"": 1.0, "万": 1e4, "亿": 1e8}
COUNTED = re.compile(r"([万亿]?)(.*)")
DIGITS = 7
"""Decimals of a position in degrees: centimetres."""


def read(frame: pd.DataFrame, table: str, place: Place, city: City, log: Log) -> pd.DataFrame:
    """Return the lines of a sheet (texts; index: its rows) as the table holds them.

    Left out are totals. Numbers lose separators of thousands, full width and 万; districts may be
    named in Chinese or by code. What cannot be read is left as it is, for the table's own check,
    or is a fault of ``log``; what was changed is a note.
    """
    lexicon = Lexicon(city.factors)
    for column in NUMBERS:
        if column in frame:
            frame = frame.assign(**{column: _numbers(frame, column, place, log)})
    frame = _without_totals(frame, table, place, lexicon, log)
    for column in DATES:
        if column in frame:
            value, wrong = years(frame[column])
            text = [f"{year:.0f}" if np.isfinite(year) else "" for year in value]
            frame = frame.assign(**{column: frame[column].where(wrong, text)})
    if "district" in frame:
        frame = frame.assign(district=_districts(frame["district"], place, city, log))
    return frame


def _without_totals(
    frame: pd.DataFrame, table: str, place: Place, lexicon: Lexicon, log: Log
) -> pd.DataFrame:
    said = pd.Series(False, index=frame.index)
    for column in frame.columns.intersection(list(NAMES)):
        clean = frame[column].map(lambda text: re.sub(r"\s", "", folded(text)))
        said |= clean.map(lambda text: TOTAL.fullmatch(text) is not None)
    if table in layout.SECTORS:
        said &= frame["process"] == ""
    if said.any():
        log.note("excluded", "total left out", place, rows=frame.index[said])
        _compare(frame, said, place, lexicon, log)
    return frame[~said]


def _compare(
    frame: pd.DataFrame, said: pd.Series, place: Place, lexicon: Lexicon, log: Log
) -> None:
    """Note totals that are not the sum of the lines above them, where those are of one unit."""
    if not {"value", "unit"} <= set(frame.columns):
        return
    amount = numbers(frame["value"])["number"].to_numpy()
    tolerance, first = lexicon.rule("total_tolerance", "fraction"), 0
    for at in np.flatnonzero(said).tolist():
        above = amount[first:at].sum()
        units = set(frame["unit"].iloc[first:at])
        if len(units) == 1 and np.isfinite(amount[at]) and abs(amount[at] - above) > (
            tolerance * abs(amount[at])
        ):  # fmt: skip
            what = "the total is not the sum of the lines above it"
            used = f"sum {above:.10g}"
            row = [int(frame.index[at])]
            log.note("doubtful", what, place, rows=row, value=f"{amount[at]:.10g}", used=used)
        first = at + 1


def _numbers(frame: pd.DataFrame, column: str, place: Place, log: Log) -> pd.Series:
    """Return a number column as plain texts; what is no number stays as it was typed."""
    text = frame[column]
    typed = pd.to_numeric(text, errors="coerce").isna() & (text != "")
    if not typed.any():
        return text
    found = numbers(text[typed])
    unit = frame["unit"] if column in AMOUNTS and "unit" in frame else pd.Series("", frame.index)
    plain = text.copy()
    values, units = dict(found["number"]), dict(found["unit"])
    for row in found.index[~found["wrong"]]:
        scale, rest = COUNTED.findall(units[row])[0]
        if rest not in ("", folded(unit[row])):
            where = {"row": int(row), "column": column, "value": text[row]}
            hint = "write the number alone; its unit stands in the column unit"
            log.fault("the unit in the cell is not that of its line", place, **where, hint=hint)
            continue
        number = float(values[row]) * COUNTS[scale]
        plain[row] = "" if np.isnan(number) else f"{number:.15g}"
    changed = plain.index[(plain != text) & (plain != "")]
    if len(changed):
        example = {"value": text[changed[0]], "used": plain[changed[0]]}
        log.note("converted", "number read as", place, rows=changed, column=column, **example)
    return plain


def _districts(text: pd.Series, place: Place, city: City, log: Log) -> pd.Series:
    named = city.settings.districts.items()
    words = {d.name_zh: name for name, d in named} | {str(d.adcode): name for name, d in named}
    known = set(city.names)
    said = ~text.isin(known) & text.isin(words)
    if said.any():
        first = text[said].iloc[0]
        note = {"column": "district", "value": first, "used": words[first]}
        log.note("converted", "district read as", place, rows=text.index[said], **note)
    return text.where(~said, text.map(words))


def located(frame: pd.DataFrame, place: Place, datum: str, city: City, log: Log) -> pd.DataFrame:
    """Return an activity table with its positions in WGS84 and a district for each.

    ``datum`` is the system that they are in. Faults are those of :func:`positions.locate`.
    """
    file, sheet = place
    if not set(POINT) <= set(frame.columns) or not (frame[list(POINT)] != "").any(axis=None):
        return frame
    rows = frame.assign(
        file=file, sheet=sheet, row=frame.index, datum=datum,
        **{f"{name}_text": frame[name] for name in POINT},
        **{f"{name}_title": name for name in POINT},
    ).reset_index(drop=True)  # fmt: skip
    lexicon = Lexicon(city.factors)
    found = positions.locate(rows, boundaries.of_city(city), datum, lexicon, log)
    degrees = {
        name: [f"{x:.{DIGITS}f}".rstrip("0") if np.isfinite(x) else "" for x in found[name]]
        for name in POINT
    }
    return frame.assign(**degrees, district=found["district"].to_numpy())


def with_technology(frame: pd.DataFrame, defaults: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return an activity table with the technologies that it leaves open, and what was done.

    A row without one takes that of the default of its process, fuel and class of size
    (``standard``), where that is one; its note says so.

    Parameters
    ----------
    frame, defaults
        Columns process, fuel, technology, standard as text; ``frame`` also id and note.
    """
    frame, said = frame.copy(), []
    usual = defaults[defaults["technology"] != ""]
    for row in frame.index[frame["technology"] == ""]:
        one = frame.loc[row]
        same = usual[(usual["process"] == one["process"]) & (usual["fuel"] == one["fuel"])]
        exact = same[same["standard"] == one["standard"]]
        found = (same if exact.empty or not one["standard"] else exact)["technology"].unique()
        if len(found) == 1:
            note = f"technology not given: {found[0]} assumed"
            frame.at[row, "technology"] = found[0]
            frame.at[row, "note"] = "; ".join(filter(None, (one["note"], note)))
            said.append(f"{one['id']}: {note}")
    return frame, said
