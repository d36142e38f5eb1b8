"""Scenarios of plans beside each other, for people: lines on the screen, a table, a picture."""

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from emisim import __version__, output, provenance
from emisim.errors import InputError, require_known
from emisim.figures import comparison as figures
from emisim.figures import style
from emisim.messages import language
from emisim.sides import Side, beside
from emisim.stages import _beside, _sides, check

TABLES, PICTURES = (".csv", ".xlsx"), (".png", ".svg", ".pdf")
HINT = "name two or more, for example yangquan-2019:stated yangquan-2019:expected"
CREATED = datetime(2000, 1, 1)


def run(*, sides: Sequence[str], lang: str | None, out: str | None, figure: str | None) -> None:
    """Print scenarios beside each other; write them to ``out`` and ``figure``, if wanted.

    Parameters
    ----------
    sides
        ``PLAN``, ``PLAN:SCENARIO``, ``CITY/PLAN`` or ``CITY/PLAN:SCENARIO`` of ``results``.
    lang
        ``zh`` or ``en``; None is the user's setting.
    out
        A table: .csv or .xlsx.
    figure
        A picture: .png, .svg or .pdf.
    """
    for path, kinds in ((out, TABLES), (figure, PICTURES)):
        if path is not None:
            require_known([Path(path).suffix.lower()], kinds, "kind of file", file=path)
    if len(sides) < 2:
        what = "a comparison needs two scenarios at least"
        there = _sides.found(check.RESULTS)
        raise InputError(what, value=", ".join(sides), allowed=there or None, hint=HINT)
    spoken = lang or language()
    read = _sides.read(sides, check.RESULTS)
    rows = beside(read)
    print(_beside.text(rows, read, spoken))
    if out is not None:
        save(_beside.table(rows, read, spoken), Path(out))
    if figure is not None:
        draw(rows, read, spoken, Path(figure))


def save(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV that spreadsheets read as UTF-8, or as a workbook."""
    with output.atomic(path) as temporary:
        if path.suffix.lower() == ".csv":
            table.to_csv(temporary, index=False, encoding="utf-8-sig")
            return
        with xlsxwriter.Workbook(str(temporary), {"strings_to_formulas": False}) as book:
            book.set_properties({"created": CREATED})
            sheet, bold = book.add_worksheet(), book.add_format({"bold": True, "text_wrap": True})
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, list(table.columns), bold)
            filled = table.astype(object).where(table.notna(), "")
            for number, row in enumerate(filled.to_numpy().tolist(), start=1):
                sheet.write_row(number, 0, row)
            sheet.autofit()


def draw(rows: pd.DataFrame, sides: Sequence[Side], lang: str, path: Path) -> None:
    """Draw the comparison in the format that the name of the file asks for."""
    made_from = {f"{s.result.city}/{s.result.plan}": dict(s.result.inputs) for s in sides}
    stamp = style.Stamp(provenance.digest(made_from), version=__version__)
    drawn = figures.beside(rows, stamp, lang)
    with tempfile.TemporaryDirectory() as folder, output.atomic(path) as temporary:
        written = style.save(drawn, Path(folder) / "compared")
        chosen = next(made for made in written if made.suffix == path.suffix.lower())
        temporary.write_bytes(chosen.read_bytes())
