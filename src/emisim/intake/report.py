"""What was read, converted, left out and matched, as one workbook or a folder of tables."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from emisim import output
from emisim.errors import MassError
from emisim.messages import language, say
from emisim.verbs import TOLERANCE

BALANCE = ("file", "sheet", "column", "process", "unit", "read", "in_tables", "other_list")


def balance(rows: pd.DataFrame, kept: pd.DataFrame, dropped: pd.DataFrame) -> pd.DataFrame:
    """Return by column of a book the amounts read, those in the tables, and those left out.

    Raises
    ------
    MassError
        If the two do not add up to what was read.
    """
    by = list(BALANCE[:5])
    sums = {
        name: frame.groupby(by)["value"].sum()
        for name, frame in (("read", rows), ("in_tables", kept), ("other_list", dropped))
    }
    table = pd.DataFrame(sums).fillna(0.0)
    off = np.abs(table["read"] - table["in_tables"] - table["other_list"])
    if (off > TOLERANCE * table["read"]).any():
        worst = table.index[int(off.argmax())]
        msg = f"an amount was lost between book and table: {worst}"
        raise MassError(msg)
    return table.reset_index()


def write(path: str | Path, sheets: Mapping[str, pd.DataFrame]) -> None:
    """Write tables as the sheets of a workbook (``.xlsx``), made twice the same."""
    from datetime import datetime

    import xlsxwriter

    with output.atomic(path) as temporary:
        options = {
            "constant_memory": True,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        with xlsxwriter.Workbook(str(temporary), options) as book:
            book.set_properties({"created": datetime(2000, 1, 1)})
            bold = book.add_format({"bold": True})
            for name, table in sheets.items():
                sheet = book.add_worksheet(name)
                sheet.freeze_panes(1, 0)
                sheet.write_row(0, 0, list(table.columns), bold)
                filled = table.astype(object).where(table.notna(), "")
                for number, row in enumerate(filled.to_numpy().tolist(), start=1):
                    for column, value in enumerate(row):
                        if isinstance(value, str):
                            sheet.write_string(number, column, value)
                        else:
                            sheet.write_number(number, column, value)


def summary(report: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the report as text: the tables, then a line per note, most doubtful first."""
    notes, spoken = report["notes"], partial(say, lang=language())
    lines = [spoken(f"{name}.csv: {len(table)} sources") for name, table in sorted(tables.items())]
    if len(report["matches"]):
        lines.append(spoken(f"{len(report['matches'])} facilities stand in two lists"))
    order = ("doubtful", "conflict", "matched", "excluded", "converted", "read")
    for kind in order:
        for row in notes[notes["kind"] == kind].to_dict("records"):
            where = " ".join(str(row[c]) for c in ("file", "sheet") if row[c])
            row_ = " " + spoken(f"row {row['row']}") if row["row"] != "" else ""
            column = f" {row['column']}" if row["column"] else ""
            tail = ": ".join(str(row[c]) for c in ("value", "used") if row[c] != "")
            lines.append(
                f"{row['count']:>8}  {spoken(kind)}: {spoken(row['what'])} ({where}{row_}{column})"
                + (f": {tail}" if tail else "")
            )
    return "\n".join(lines)
