"""Amounts of a table, one row per source: its process, its number in the process's own unit."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from emisim.intake.faults import Log
from emisim.intake.headers import Header, Recognised
from emisim.intake.lexicon import Lexicon
from emisim.intake.numbers import numbers, years
from emisim.intake.words import COUNTS, Unit, factor

PER_HOUR_OR_DAY = re.compile(r"/\s*\(?(?:h|d|hour|day|小时|时|天|日)\b|/(?:小时|天)")

STOCKS = {"vehicles": "vehicle"}
"""Sectors whose tables hold a stock instead of the activity itself, and its unit."""
COMBUSTION = ("power", "heating", "boilers", "residential")
DEFAULT_USE = "boilers"


@dataclass(frozen=True)
class Defaults:
    """What holds where a book does not say it: base year, use of fuels, process."""

    year: int
    use: str = ""
    process: str = ""


def read(
    found: Recognised, lines: pd.DataFrame, defaults: Defaults, lexicon: Lexicon, log: Log
) -> pd.DataFrame:
    """Return one row per amount: row, column, written, given, unit, process, fuel, value, scale.

    ``given`` is the number as written, ``value`` it in ``unit``, the process's own;
    ``low`` and ``high`` likewise where the table gives them, else NaN.
    """
    lines = lines[_of_year(found, defaults.year, log)]
    parts = []
    for header in _columns(found, defaults.year, log):
        part = _amounts(found, header, lines, lexicon, log)
        if not part.empty:
            part = part.assign(**_processes(header, lines.loc[part.index], defaults, lexicon))
            parts.append(_tell_processes(part, found, lexicon, log))
    if not parts:
        log.note("doubtful", "table without amounts", found.table.place)
        return pd.DataFrame()
    whole = pd.concat(parts)
    without = lines.index.difference(whole.index)
    if len(without):
        log.note("doubtful", "line without an amount: left out", found.table.place, rows=without)
    return _converted(whole.rename_axis("row").reset_index(), found, lexicon, log)


def _of_year(found: Recognised, year: int, log: Log) -> np.ndarray:
    """Return which lines are of the base year; others are noted."""
    value, _ = years(found.text("year"))
    kept = np.isnan(value) | (value == year)
    if not kept.any() and len(value):
        what = f"no line is of the base year {year}: all are taken"
        log.note("doubtful", what, found.table.place, value=f"{np.nanmax(value):.0f}")
        return value == np.nanmax(value)
    if not kept.all():
        rows = found.table.cells.index[~kept]
        log.note("excluded", "line of another year", found.table.place, rows=rows)
    return kept


def _columns(found: Recognised, year: int, log: Log) -> list[Header]:
    """Return the columns of amounts, one for each kind: of years, the base year's or the nearest.

    Two columns of one kind and year are a fault.
    """
    kept: dict[tuple[str, str], Header] = {}
    for header in found.all("value"):
        key = header.fuel, header.process
        other = kept.setdefault(key, header)
        if other is header:
            continue
        if other.year == header.year:
            hint = "remove one of them, or name what it is"
            where = {"row": found.first, "column": header.title, "allowed": [other.title]}
            log.fault("two columns hold the same amount", found.table.place, **where, hint=hint)
            continue
        nearer = min((other, header), key=lambda h: (abs(h.year - year), -h.year))
        far = header if nearer is other else other
        kept[key] = nearer
        log.note("excluded", "column of another year", found.table.place, column=far.title)
    for header in kept.values():
        if header.year not in (0, year):
            what = f"amounts of {header.year} stand for the base year {year}"
            log.note("doubtful", what, found.table.place, column=header.title)
    return list(kept.values())


def _amounts(
    found: Recognised, header: Header, lines: pd.DataFrame, lexicon: Lexicon, log: Log
) -> pd.DataFrame:
    """Return written, given, multiplier and expression of each amount of a column, by row."""
    texts = found.table.cells.loc[lines.index, header.position]
    parsed = numbers(texts)
    wrong = parsed["wrong"].to_numpy() | (parsed["number"] < 0).to_numpy()
    _fault_each(
        "not an amount of 0 or more",
        texts[wrong],
        found,
        header,
        log,
        allowed=["a number, with or without its unit", "empty"],
        hint="correct the cell; ranges and words such as 'about' have no place in it",
    )
    ok = ~wrong & (parsed["number"] > 0).to_numpy()
    part = pd.DataFrame({"column": header.title, "written": texts, "given": parsed["number"]})
    bounds = {name: _bound(found, name, lines, log) for name in ("low", "high")}
    part = part.assign(**bounds)[ok]
    cell = parsed["unit"].where(parsed["unit"] != "", "")[ok]
    part["multiplier"], part["expression"] = np.nan, ""
    outer = lines["unit"][ok]
    pairs = pd.DataFrame({"cell": cell, "said": outer}).drop_duplicates()
    for text, said in pairs.to_numpy(dtype=object).tolist():
        mine = (cell == text) & (outer == said)
        unit = _unit(text, said, header, lexicon)
        if isinstance(unit, Unit):
            part.loc[mine, "multiplier"] = unit.multiplier
            part.loc[mine, "expression"] = unit.expression
            if text:
                rows, place = part.index[mine], found.table.place
                what = "unit inside the cell goes before the header's"
                log.note("converted", what, place, rows=rows, column=header.title, value=text)
        else:
            hint = "write the yearly amount's unit in brackets in the header, e.g. 煤炭消耗量(吨)"
            _fault_each(
                unit,
                texts[part.index[mine]][:1],
                found,
                header,
                log,
                hint=hint,
                allowed=["吨, 万吨, t", "m3, 万m3, 10^4 m3", "头, 辆, kWh"],
            )
    return part[part["expression"] != ""]


def _unit(cell: str, said: str, header: Header, lexicon: Lexicon) -> Unit | str:
    """Return the unit of an amount, or what is wrong with it; the cell goes before the line."""
    outer = lexicon.units(said) if said else header.unit
    if cell in COUNTS:
        if outer is None or outer.multiplier != 1:
            return f"{cell!r} in the cell meets no plain unit in the header"
        return Unit(COUNTS[cell], outer.expression)
    unit = lexicon.units(cell) if cell else outer
    if unit is None:
        text = cell or said or header.written_unit
        return f"unknown unit {text!r}" if text else "the amount has no unit"
    if PER_HOUR_OR_DAY.search(unit.expression):
        return f"{unit.expression!r} is a rate, not a yearly amount"
    return unit


def _bound(found: Recognised, name: str, lines: pd.DataFrame, log: Log) -> np.ndarray:
    """Return the low or high of a table with one column of amounts, NaN where it has none."""
    column = found.one(name)
    if column is None or len(found.all("value")) > 1:
        return np.full(len(lines), np.nan)
    texts = found.table.cells.loc[lines.index, column.position]
    read = numbers(texts)
    hint = "correct the cell, or empty it: the usual range is taken then"
    _fault_each(f"{name} is not a number", texts[read["wrong"]], found, column, log, hint=hint)
    return read["number"].to_numpy()


def _processes(
    header: Header, lines: pd.DataFrame, defaults: Defaults, lexicon: Lexicon
) -> dict[str, pd.Series]:
    """Return process, fuel and ``use_said`` of each amount of a column.

    A header that names the product goes before the line; a fuel is burnt in the use that the line
    or the caller says, by default in industrial boilers.
    """
    fuel = pd.Series(header.fuel, index=lines.index) if header.fuel else lines["fuel"]
    use = lines["use"].where(lines["use"] != "", defaults.use)
    both = pd.DataFrame({"use": use.where(use != "", DEFAULT_USE), "fuel": fuel})
    known = pd.Series(lexicon.fuel_processes).rename_axis(["use", "fuel"]).rename("burnt")
    burnt = both.join(known, on=["use", "fuel"])["burnt"].fillna("").astype(object)
    sectors = lexicon.factors.processes["sector"]
    own = lines["process"]
    burns = own.map(sectors).isin(COMBUSTION)
    if header.process:
        process = pd.Series(header.process, index=lines.index, dtype=object)
    elif header.fuel:
        process = own.where(burns, burnt.where((use != "") | (own == ""), "?" + own))
    else:
        process = own.where(own != "", burnt)
    process = process.where(process != "", defaults.process)
    guessed = (use == "") & (process == burnt) & (process != "") & (own == "")
    return {"process": process, "fuel": fuel, "guessed": guessed}


def _tell_processes(
    part: pd.DataFrame, found: Recognised, lexicon: Lexicon, log: Log
) -> pd.DataFrame:
    """Fault amounts without a process, note guessed uses; return those that have one."""
    place, column = found.table.place, str(part["column"].iloc[0])
    doubled = part["process"].str.startswith("?")
    for process, members in part[doubled].groupby("process"):
        log.fault(
            f"is this fuel burnt in the process {str(process)[1:]!r} itself, or in a boiler?",
            place,
            row=int(str(members.index[0])),
            column=column,
            value=members["written"].iloc[0],
            allowed=["use boilers, heating or power (a column 用途, or --use)"],
            hint="fuel of a kiln belongs to its product: leave it out and give the product",
        )
    without = part[part["process"] == ""]
    if len(without):
        names = lexicon.factors.processes["name_zh"]
        log.fault(
            f"no process is named for {len(without)} amounts",
            place,
            row=int(str(without.index[0])),
            column=column,
            value=found.text("process").get(without.index[0], "") or None,
            allowed=[f"{zh} ({name})" for name, zh in names.items()],
            hint="add a column 工序 or 燃料类型, or say --process",
        )
    guessed = part[part["guessed"]]
    if len(guessed):
        what = "use of the fuel not said: taken as industrial boilers (--use)"
        log.note("doubtful", what, place, rows=guessed.index, column=column)
    return part[~doubled & (part["process"] != "")].drop(columns="guessed")


def _converted(whole: pd.DataFrame, found: Recognised, lexicon: Lexicon, log: Log) -> pd.DataFrame:
    """Return amounts in the activity unit of their process; a unit that does not fit is a fault."""
    processes = lexicon.factors.processes
    whole["unit"], whole["scale"] = "", np.nan
    for key, members in whole.groupby(["process", "expression", "multiplier", "column"]):
        process, expression, column = str(key[0]), str(key[1]), str(key[3])
        targets = [str(processes.loc[process, "activity_unit"])]
        stock = STOCKS.get(str(processes.loc[process, "sector"]))
        targets += [stock] if stock else []
        unit = Unit(float(members["multiplier"].iloc[0]), expression)
        fits = [(t, s) for t in targets if (s := factor(unit, t)) is not None]
        if not fits:
            row = int(members["row"].iloc[0])
            log.fault(
                f"the unit does not fit process {process!r}",
                found.table.place,
                row=row,
                column=column,
                value=expression,
                allowed=targets,
                hint="correct the unit, or the process",
            )
            continue
        whole.loc[members.index, "unit"], whole.loc[members.index, "scale"] = fits[0]
        if fits[0][1] != 1:
            log.note(
                "converted",
                f"to {fits[0][0]} of {process}",
                found.table.place,
                rows=members["row"],
                column=str(column),
                value=f"x {fits[0][1]:g}",
            )
    for name in ("given", "low", "high"):
        whole["value" if name == "given" else name] = whole[name] * whole["scale"]
    return whole[whole["unit"] != ""].drop(columns=["multiplier", "expression"])


def _fault_each(
    what: str, texts: pd.Series, found: Recognised, header: Header, log: Log, **where: object
) -> None:
    for row, text in texts.items():
        log.fault(
            what, found.table.place, row=int(str(row)), column=header.title, value=text, **where
        )
