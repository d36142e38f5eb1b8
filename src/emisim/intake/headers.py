"""Which line is the header, and what each of its columns means."""

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from emisim.intake.faults import Log
from emisim.intake.lexicon import AMOUNTS, Lexicon
from emisim.intake.tables import Table, counted_once
from emisim.intake.words import Unit, bare, folded

BRACKETS = re.compile(r"[(\[{【]([^()\[\]{}【】]*)[)\]}】]")
YEAR = re.compile(r"^((?:19|20)\d\d)年?度?(?=\D)|(?<=\D)((?:19|20)\d\d)年?度?$")
TRAILING = re.compile(r"^(.+?)[,，;:/_ ]\s*([^,，;:_ ]+)$")
CONSUMED = (
    "年消耗量|消耗总量|消耗量|年消费量|消费量|年用量|使用量|用量|年耗量|耗量|consumption|used|use"
)
PRODUCED = "年产量|实际产量|总产量|产品产量|产量|生产量|production|output|produced"
STOCK = (
    "年末存栏量|年末存栏|存栏总量|存栏数量|存栏量|存栏数|存栏|保有量|销售量|销量|施用量|处理量|"
    "数量|总量|stock|number|amount|quantity"
)
QUANTITY = re.compile(
    rf"^(?:燃料|能源|主要)?({CONSUMED}|{PRODUCED}|{STOCK})(?:of)?|"
    rf"({CONSUMED}|{PRODUCED}|{STOCK})$"
)
LEADING = re.compile(r"^(?:全年|年度|年|annual|主要|其中)")
TABLE_UNIT = re.compile(r"(?:计量)?单位[:：]\s*([^\s,，;；)）]+)")
NUMERIC = re.compile(r"[-+]?[\d,.]+%?")
FEWEST = 2
"""Columns that a header must name, at least."""
UNIT_WORD = "单位"


class Header(NamedTuple):
    """A column: position, title as written, role, and what the title says besides."""

    position: int
    title: str
    column: str
    fuel: str = ""
    process: str = ""
    unit: Unit | None = None
    written_unit: str = ""
    default_unit: str = ""
    datum: str = ""
    year: int = 0


@dataclass(frozen=True)
class Recognised:
    """A table below its header: known columns and the lines under them."""

    table: Table
    headers: list[Header]
    first: int
    """Row of the header in the sheet."""

    def all(self, *columns: str) -> list[Header]:
        """Return the headers of some roles."""
        return [header for header in self.headers if header.column in columns]

    def one(self, column: str) -> Header | None:
        """Return the first header of a role, None if there is none."""
        return next(iter(self.all(column)), None)

    def text(self, column: str) -> pd.Series:
        """Return the cells of a role by row; empty text where no column has it."""
        header = self.one(column)
        if header is None:
            return pd.Series("", index=self.table.cells.index, dtype=object)
        return self.table.cells[header.position]


def interpret(title: str, lexicon: Lexicon, position: int = 0) -> Header:
    """Return what a title means; its ``column`` is "" if it is unknown."""
    name, unit, written, datum = folded(title), None, "", ""
    for inside in BRACKETS.findall(name):
        found, system = lexicon.units(inside), lexicon.terms["datum"].get(bare(inside))
        if system:
            datum = system
        elif found:
            unit, written = found, inside
        else:
            continue
        name = re.sub(rf"[(\[{{【]{re.escape(inside)}[)\]}}】]", "", name)
    if (trailing := TRAILING.match(name)) and unit is None and bare(name) not in lexicon.headers:
        found = lexicon.units(trailing[2])
        if found:
            name, unit, written = trailing[1], found, trailing[2]
    stripped = name.strip()
    year = YEAR.search(stripped)
    word = bare(YEAR.sub("", stripped))
    column, fuel, process, default = _meaning(word, unit is not None, lexicon)
    number = int(year[1] or year[2]) if year else 0
    return Header(position, title, column, fuel, process, unit, written, default, datum, number)


def _meaning(word: str, has_unit: bool, lexicon: Lexicon) -> tuple[str, str, str, str]:
    """Return column, fuel, process and default unit of a bare title."""
    for candidate in (word, LEADING.sub("", word)):
        row = lexicon.headers.get(candidate)
        if row:
            return row["column"], row["fuel"], row["process"], row["unit"]
    name = LEADING.sub("", word)
    quantity = QUANTITY.search(name)
    rest = name.replace(quantity[0], "", 1) if quantity else name
    if not rest or not (quantity or has_unit):
        return "", "", "", ""
    kinds = ["fuel", "process"]
    if quantity and re.search(PRODUCED, quantity[0]):
        kinds = ["process"]
    if quantity and re.search(CONSUMED, quantity[0]):
        kinds = ["fuel", "process"]
    for kind in kinds:
        term = lexicon.terms[kind].get(rest)
        if term and term != "none":
            return "value", term if kind == "fuel" else "", term if kind == "process" else "", ""
    return "", "", "", ""


def recognise(table: Table, lexicon: Lexicon, log: Log) -> Recognised | None:
    """Return the table below its header; None, with a note, if no line is one.

    Looks at single lines and at pairs of lines (a header of groups above one of details, or of
    units); the line or pair that names most columns is the header, the first of equals.
    """
    texts = table.cells.to_numpy()[: int(lexicon.rule("title_lines", "fraction"))]
    best: list[Header] = []
    at, height = 0, 1
    for lines in (1, 2):
        for i in range(len(texts)):
            headers = _titles(texts[i : i + lines], lines, lexicon)
            if _meanings(headers) > _meanings(best):
                best, at, height = headers, i, lines
    if len(known(best)) < FEWEST:
        log.note("excluded", "sheet without a header that is known", table.place)
        return None
    body = at + height
    if height == 1 and body < len(texts):
        with_units = _unit_line(best, texts[body], lexicon)
        best, body = (best, body) if with_units is None else (with_units, body + 1)
    unit = _table_unit(texts[:at], lexicon)
    best = [
        h._replace(unit=unit[0], written_unit=unit[1])
        if unit and h.unit is None and h.column in AMOUNTS
        else h
        for h in best
    ]
    first = int(table.cells.index[at])
    _note_title(table, at, best, log)
    below = table.lines(np.arange(len(table.cells)) >= body)
    again = _repeated(below, texts[at:body])
    if again.any():
        log.note("excluded", "header repeated", table.place, rows=below.cells.index[again])
    amounts = [h.position for h in best if h.column in AMOUNTS]
    below = counted_once(below.lines(~again), amounts, log)
    return Recognised(below, _measured(best, below, lexicon), first)


def known(headers: list[Header]) -> list[Header]:
    """Return the headers that mean something."""
    return [header for header in headers if header.column]


def _meanings(headers: list[Header]) -> int:
    """Count the distinct meanings of headers."""
    return len({(h.column, h.fuel, h.process) for h in known(headers)})


def _titles(lines: np.ndarray, wanted: int, lexicon: Lexicon) -> list[Header]:
    """Return the headers of one line, or of two joined; none where the lower one holds numbers."""
    if len(lines) < wanted:
        return []
    if wanted == 1:
        return [interpret(str(t), lexicon, k) for k, t in enumerate(lines[0])]
    if any(NUMERIC.fullmatch(str(t)) for t in lines[1]):
        return []
    headers = []
    for k, (upper, lower) in enumerate(lines.T):
        tried = [upper] if upper == lower else [f"{upper}{lower}", lower, upper]
        found = [interpret(str(text), lexicon, k) for text in tried]
        headers.append(next((h for h in found if h.column), found[0]))
    return headers


def _unit_line(headers: list[Header], line: np.ndarray, lexicon: Lexicon) -> list[Header] | None:
    """Return headers with the units of a second line; None if it is no line of units."""
    texts = [str(text) for text in line]
    filled = [t for h, t in zip(headers, texts, strict=True) if t and t != h.title]
    found = [lexicon.units(BRACKETS.sub(r"\1", folded(t))) for t in texts]
    if not filled or any(
        t and t != h.title and u is None for h, t, u in zip(headers, texts, found, strict=True)
    ):
        return None
    return [
        h._replace(unit=u, written_unit=t) if u is not None and h.unit is None else h
        for h, t, u in zip(headers, texts, found, strict=True)
    ]


def _table_unit(lines: np.ndarray, lexicon: Lexicon) -> tuple[Unit, str] | None:
    """Return the unit that a line above the header gives to all amounts (单位：万吨)."""
    for text in {str(t) for t in lines.ravel()}:
        said = TABLE_UNIT.search(text)
        unit = lexicon.units(said[1]) if said else None
        if said and unit:
            return unit, said[1]
    return None


def _repeated(below: Table, header: np.ndarray) -> np.ndarray:
    """Return which lines repeat a line of the header."""
    again = np.zeros(len(below.cells), dtype=bool)
    values = below.cells.to_numpy()
    for line in header:
        again |= (values == line).all(axis=1)
    return again


def _measured(headers: list[Header], below: Table, lexicon: Lexicon) -> list[Header]:
    """Tell a column 单位 of units from one of enterprises."""
    result = []
    for header in headers:
        if bare(header.title) == UNIT_WORD:
            texts = set(below.cells[header.position]) - {""}
            measures = bool(texts) and all(lexicon.units(str(t)) for t in texts)
            header = header._replace(column="unit" if measures else "name")
        result.append(header)
    return result


def _note_title(table: Table, at: int, headers: list[Header], log: Log) -> None:
    above = table.cells.index[:at]
    if len(above):
        value = str(table.cells.iloc[0].replace("", np.nan).dropna().iloc[0])
        log.note("excluded", "lines above the header", table.place, rows=above, value=value)
    for header in headers:
        if header.title and not header.column:
            row = [int(table.cells.index[at])]
            log.note("excluded", "column not used", table.place, rows=row, column=header.title)
