"""The annexes of a plan as an Excel book: inventory, measures and verdicts, in one language."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emisim import __version__, units
from emisim.errors import MassError
from emisim.output import atomic
from emisim.vocabulary import OUTSIDE, SPECIES, name

EPOCH = datetime(1970, 1, 1)
"""Creation date of every book, so that the same results make the same file."""
TONNES, PLAIN, HEADER = "#,##0.0", "General", {"bold": True, "bg_color": "#DDE6EE", "border": 1}
WIDTH, WIDEST = 12, 60
TOLERANCE = 1e-12
VERDICT = (
    *("target", "clause", "name", "metric", "species", "area", "scenario", "target_value"),
    *("value", "value_low", "value_high", "margin", "unit", "judged", "conditional", "reason"),
)


@dataclass(frozen=True)
class Book:
    """What the annexes show.

    Parameters
    ----------
    totals
        Columns scenario, sector, district, species, kg (of a year).
    ledger, verdict
        As the stages write them, or None.
    about
        Lines of the first sheet: key of the words, text.
    names
        Names of districts and scenarios in the language.
    """

    totals: pd.DataFrame
    ledger: pd.DataFrame | None
    verdict: pd.DataFrame | None
    about: Mapping[str, str]
    names: Mapping[str, str]


@cache
def words(lang: str) -> dict[str, str]:
    """Return the headings of the annexes in ``lang``."""
    text = files("emisim").joinpath("assets", "annexes.csv").read_text(encoding="utf-8")
    return {row["key"]: row[lang] for row in csv.DictReader(text.splitlines())}


def write(path: str | Path, book: Book, lang: str) -> None:
    """Write the book and read it back.

    Raises
    ------
    MassError
        If the tonnes in the book are not those of the inventory.
    """
    import xlsxwriter

    say = words(lang)
    with atomic(path) as temporary:
        with xlsxwriter.Workbook(temporary, {"nan_inf_to_errors": True}) as file:
            file.set_properties({"created": EPOCH, "author": f"emisim {__version__}"})
            _about(file, book, say)
            _sheet(file, say["sectors"], sectors(book, lang), say)
            _sheet(file, say["districts"], districts(book, lang), say)
            if book.ledger is not None:
                _sheet(file, say["measures"], measures(book, lang), say, say["removed"])
            if book.verdict is not None:
                _sheet(file, say["verdict"], verdicts(book, lang), say, tonnes=False)
        _check(temporary, book, say)


def sectors(book: Book, lang: str) -> pd.DataFrame:
    """Return t of a year by scenario and sector, with the sum of each scenario."""
    say = words(lang)
    inside = book.totals[book.totals["district"] != OUTSIDE]
    wide = _wide(inside, ["scenario", "sector"])
    wide["sector"] = [name(s, lang) for s in wide["sector"]]
    whole = wide.groupby("scenario", sort=False)[list(SPECIES)].sum().reset_index()
    both = pd.concat([wide, whole.assign(sector=say["total"])])
    order = {s: i for i, s in enumerate(dict.fromkeys(wide["scenario"]))}
    both = both.sort_values("scenario", key=lambda s: s.map(order), kind="stable")
    return _named(both, book, lang)


def districts(book: Book, lang: str) -> pd.DataFrame:
    """Return t of a year by scenario, sector and district."""
    wide = _wide(book.totals, ["scenario", "sector", "district"])
    wide["sector"] = [name(s, lang) for s in wide["sector"]]
    return _named(wide, book, lang)


def measures(book: Book, lang: str) -> pd.DataFrame:
    """Return what each measure removes in each scenario, t by species."""
    assert book.ledger is not None
    rows = book.ledger.rename(columns={f"name_{lang}": "name"})
    keys = ["scenario", "order", "clause", "name"]
    wide = rows.pivot_table(
        index=keys, columns="species", values="in_sequence_t", aggfunc="sum", sort=False
    )
    wide = wide.reindex(columns=[s for s in SPECIES if s in wide]).reset_index()
    return _named(wide.drop(columns="order"), book, lang)


def verdicts(book: Book, lang: str) -> pd.DataFrame:
    """Return targets and verdicts of every scenario."""
    assert book.verdict is not None
    own = {"name": f"name_{lang}", "reason": f"reason_{lang}", "judged": "verdict"}
    own |= {"conditional": f"conditional_on_{lang}"}
    if lang == "zh":
        own["judged"] = "verdict_zh"
    columns = {key: book.verdict[own.get(key, key)] for key in VERDICT}
    return _named(pd.DataFrame(columns), book, lang)


def _wide(totals: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    tonnes = totals.assign(t=totals["kg"] * units.factor("kg", "t"))
    wide = tonnes.groupby([*keys, "species"], sort=False)["t"].sum().unstack("species")
    return wide[list(SPECIES)].reset_index().rename_axis(columns=None)


def _named(frame: pd.DataFrame, book: Book, lang: str) -> pd.DataFrame:
    """Words of the language for scenarios and districts, and for the headings."""
    say = words(lang)
    known = {OUTSIDE: say["outside"], **book.names}
    for column in ("scenario", "district"):
        if column in frame:
            frame = frame.assign(**{column: [known.get(v, name(v, lang)) for v in frame[column]]})
    return frame.rename(columns=say)


def _about(file: Any, book: Book, say: Mapping[str, str]) -> None:
    sheet = file.add_worksheet(say["about"])
    bold = file.add_format({"bold": True})
    sheet.set_column(0, 0, WIDTH)
    sheet.set_column(1, 1, WIDEST)
    lines = {**book.about, "unit": say["tonnes"], "note": say["note"]}
    for row, (key, text) in enumerate(lines.items()):
        sheet.write_string(row, 0, say[key], bold)
        sheet.write_string(row, 1, str(text))


def _sheet(
    file: Any,
    title: str,
    frame: pd.DataFrame,
    say: Mapping[str, str],
    heading: str | None = None,
    *,
    tonnes: bool = True,
) -> None:
    """One table: a line of what it holds, a header that stays in sight, filters, numbers."""
    sheet = file.add_worksheet(title)
    header = file.add_format(HEADER)
    number = file.add_format({"num_format": TONNES if tonnes else PLAIN})
    sheet.write_string(0, 0, heading or title)
    for column, key in enumerate(frame.columns):
        unit = " (t)" if key in SPECIES else ""
        sheet.write_string(1, column, f"{key}{unit}", header)
        values = frame[key].tolist()
        for row, value in enumerate(values, 2):
            _cell(sheet, row, column, value, number)
        longest = max((len(str(v)) for v in values if isinstance(v, str)), default=WIDTH)
        sheet.set_column(column, column, min(max(longest, WIDTH), WIDEST))
    sheet.freeze_panes(2, 0)
    if len(frame):
        sheet.autofilter(1, 0, len(frame) + 1, len(frame.columns) - 1)


def _cell(sheet: Any, row: int, column: int, value: Any, number: Any) -> None:
    """Text stays text, also where it begins with "="; what is not known stays empty."""
    if isinstance(value, int | float | np.number):
        if np.isfinite(value):
            sheet.write_number(row, column, float(value), number)
    elif value is not None and str(value) not in ("", "nan"):
        sheet.write_string(row, column, str(value))


def totals(path: str | Path, title: str) -> dict[str, float]:
    """Return the sum of each species' column of a sheet, read back."""
    import python_calamine

    rows = python_calamine.load_workbook(str(path)).get_sheet_by_name(title).to_python()
    header = [str(cell) for cell in rows[1]]
    table = pd.DataFrame(rows[2:], columns=header)
    columns = {species: pd.to_numeric(table[f"{species} (t)"]) for species in SPECIES}
    return {species: float(values.sum()) for species, values in columns.items()}


def _check(path: Path, book: Book, say: Mapping[str, str]) -> None:
    found = totals(path, say["districts"])
    for species, kg in book.totals.groupby("species")["kg"].sum().items():
        expected = float(kg) * units.factor("kg", "t")
        if not abs(found[str(species)] - expected) <= TOLERANCE * abs(expected):
            message = f"{species} in the book is {found[str(species)]!r} t, not {expected!r} t"
            raise MassError(message)
