"""Lines of a table with what they say of a source, whatever its amount."""

from typing import Any

import numpy as np
import pandas as pd

from emisim.city import City
from emisim.intake import meanings
from emisim.intake.faults import Log
from emisim.intake.headers import Header, Recognised
from emisim.intake.lexicon import NUMBERS, USES, Lexicon
from emisim.intake.numbers import numbers, years
from emisim.intake.tables import fill_ditto
from emisim.intake.words import Unit, factor
from emisim.units import convert
from emisim.vocabulary import FUELS

KEPT = ("name", "id", "unit_no", "grade", "zone", "place", "monthly_profile", "allocate_by")
TARGETS = {
    "stack_height": ("m",),
    "stack_diameter": ("m",),
    "exit_temperature": ("K",),
    "exit_velocity": ("m/s",),
    "capacity": ("t/h", "MW"),
}
"""Units of the number columns of an activity table; a capacity keeps the first that fits."""
CONTROLS = ("control", "control_dust", "control_sulphur", "control_nitrogen", "control_voc")


def read(found: Recognised, lexicon: Lexicon, city: City, log: Log) -> pd.DataFrame:
    """Return one row per line (index: its row): names in machine words, numbers in our units.

    Columns: those of :data:`KEPT`, district, process, fuel, use, technology, standard, control,
    built, the numbers of :data:`TARGETS`, capacity_unit, lon_text, lat_text, lon_title,
    lat_title, datum, unit, source, note, process_text.
    """
    lines = pd.DataFrame({c: fill_ditto(found.text(c)) for c in (*KEPT, "unit", "source", "note")})
    lines["district"] = _districts(found, city, log)
    for kind, allowed in (("fuel", list(FUELS)), ("use", list(USES))):
        texts = fill_ditto(found.text(kind))
        lines[kind], unknown = meanings.terms(texts, kind, lexicon)
        meanings.tell_unknown(
            kind, unknown, texts, (found.table.place, _title(found, kind)), log, allowed
        )
    lines["process_text"] = fill_ditto(found.text("process"))
    lines["process"], _ = meanings.terms(lines["process_text"], "process", lexicon)
    for column in ("technology", "standard"):
        lines[column] = _classed(found, column, lexicon, log)
    lines["control"] = _controls(found, lexicon, log)
    lines["built"] = _years(found, log)
    lines["capacity_unit"] = ""
    for column in NUMBERS:
        lines[column], unit = _measured(found, column, lexicon, log)
        if column == "capacity":
            lines["capacity_unit"] = unit
    return lines.assign(**_positions(found, lexicon, log))


def _title(found: Recognised, column: str) -> str:
    header = found.one(column)
    return column if header is None else header.title


def _districts(found: Recognised, city: City, log: Log) -> pd.Series:
    texts = fill_ditto(found.text("district"))
    named, unknown = meanings.districts(texts, city)
    allowed = [f"{d.name_zh} ({name})" for name, d in city.settings.districts.items()]
    where = (found.table.place, _title(found, "district"))
    hint = "correct the cells; the districts stand in city.yaml"
    meanings.tell_unknown("district", unknown, texts, where, log, allowed, hint)
    return named.mask(unknown, meanings.UNKNOWN)


def _classed(found: Recognised, column: str, lexicon: Lexicon, log: Log) -> pd.Series:
    """Return technologies or classes of standards; free text is left out, with a note."""
    texts = found.text(column)
    named, unknown = meanings.classes(texts, column, lexicon)
    if unknown.any():
        rows, place = texts.index[unknown], found.table.place
        what, title = f"{column} that is not known: left empty", _title(found, column)
        log.note("doubtful", what, place, rows=rows, column=title, value=texts[unknown].iloc[0])
    return named


def _controls(found: Recognised, lexicon: Lexicon, log: Log) -> pd.Series:
    texts = pd.DataFrame(
        {c: found.text(c) for c in CONTROLS if found.one(c)}, index=found.table.cells.index
    )
    joined, unknown = meanings.controls(texts, lexicon)
    allowed = sorted(set(lexicon.terms["control"].values()) - {""})
    for column, bad in unknown.items():
        where = (found.table.place, _title(found, column))
        meanings.tell_unknown("control device", bad, texts[column], where, log, allowed)
    return joined


def _years(found: Recognised, log: Log) -> np.ndarray:
    texts = found.text("built")
    value, wrong = years(texts)
    where = _where(found, texts.index[wrong], _title(found, "built"))
    hint = "write the year, or year-month-day"
    log.fault_each(
        "not a year or date", where, texts[wrong], allowed=["2008", "2008-05"], hint=hint
    )
    return value


def _where(found: Recognised, rows: pd.Index, column: str) -> pd.DataFrame:
    file, sheet = found.table.place
    return pd.DataFrame({"file": file, "sheet": sheet, "row": rows, "column": column})


def _measured(
    found: Recognised, column: str, lexicon: Lexicon, log: Log
) -> tuple[np.ndarray, np.ndarray]:
    """Return a number column in our units, and the unit of each ("" where empty)."""
    header, rows = found.one(column), found.table.cells.index
    units = np.full(len(rows), "", dtype=object)
    if header is None:
        return np.full(len(rows), np.nan), units
    read_ = numbers(found.text(column))
    value = read_["number"].to_numpy(copy=True)
    _fault_numbers(found, header, read_["wrong"].to_numpy() | (value < 0), log)
    said = found.text(f"{column}_unit") if found.one(f"{column}_unit") else None
    pairs = read_["unit"].where(read_["unit"] != "", "" if said is None else said)
    for text in pairs.unique():
        mine = (pairs == text).to_numpy() & np.isfinite(value)
        unit = lexicon.units(text) if text else _header_unit(header, mine, found, lexicon, log)
        turned, name = _turned(value[mine], unit, column)
        if turned is None and mine.any():
            _fault_unit(found, header, mine, text or header.written_unit, log)
        elif turned is not None:
            value[mine], units[mine] = turned, name
    return value, units


def _header_unit(
    header: Header, mine: np.ndarray, found: Recognised, lexicon: Lexicon, log: Log
) -> Unit | None:
    """Return the unit of a header, or the usual one, which is noted."""
    if header.unit is not None or not header.default_unit:
        return header.unit
    if mine.any():
        what = f"unit not written: taken as {header.default_unit}"
        rows = found.table.cells.index[mine]
        log.note("doubtful", what, found.table.place, rows=rows, column=header.title)
    return lexicon.units(header.default_unit)


def _turned(value: np.ndarray, unit: Unit | None, column: str) -> tuple[np.ndarray | None, str]:
    if unit is None:
        return None, ""
    if unit.expression == "degC" and TARGETS[column] == ("K",):
        return value + convert(0.0, "degC", "K"), "K"
    for target in TARGETS[column]:
        scale = factor(unit, target)
        if scale is not None:
            return value * scale, target
    return None, ""


def _fault_unit(found: Recognised, header: Header, mine: np.ndarray, text: str, log: Log) -> None:
    rows = found.table.cells.index[mine]
    allowed = [f"{header.title}({unit})" for unit in TARGETS[header.column]]
    what = "the unit does not fit the column" if text else "the column does not say its unit"
    where = {"row": int(rows[0]), "column": header.title, "value": text or None}
    hint = "write the unit in brackets in the header"
    log.fault(what, found.table.place, **where, allowed=allowed, hint=hint)


def _fault_numbers(found: Recognised, header: Header, wrong: np.ndarray, log: Log) -> None:
    rows = found.table.cells.index[wrong]
    texts = found.table.cells.loc[rows, header.position]
    hint = "correct the cell; ranges and words such as 'about' have no place in it"
    where = _where(found, rows, header.title)
    allowed = ["a number of 0 or more, with or without its unit", "empty"]
    log.fault_each("not a number of 0 or more", where, texts, allowed=allowed, hint=hint)


def _positions(found: Recognised, lexicon: Lexicon, log: Log) -> dict[str, Any]:
    """Return texts and titles of longitude and latitude, and the system that the book declares."""
    lon, lat, both = found.text("lon"), found.text("lat"), found.one("lonlat")
    if both is not None and found.one("lon") is None:
        parts = (
            found.text("lonlat").str.split(r"[,，;；\s]+", n=1, expand=True).reindex(columns=[0, 1])
        )
        lon, lat = parts[0].fillna(""), parts[1].fillna("")
    titles = [h.title if h else "" for h in (found.one("lon") or both, found.one("lat") or both)]
    texts = found.text("datum")
    datum, unknown = meanings.terms(texts, "datum", lexicon)
    allowed = ["WGS84", "GCJ-02", "BD-09"]
    where = (found.table.place, _title(found, "datum"))
    meanings.tell_unknown("coordinate system", unknown, texts, where, log, allowed)
    said = next((h.datum for h in found.all("lon", "lat", "lonlat") if h.datum), "")
    names = {"lon_title": titles[0], "lat_title": titles[1]}
    return {"lon_text": lon, "lat_text": lat, "datum": datum.where(datum != "", said), **names}
