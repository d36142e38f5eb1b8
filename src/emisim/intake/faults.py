"""Faults of a book told all at once, and notes on what was done to its cells."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from emisim.errors import Faults, InputError

KINDS = ("read", "converted", "excluded", "matched", "conflict", "doubtful")
NOTE_COLUMNS = ("kind", "what", "file", "sheet", "row", "column", "count", "value", "used")


@dataclass
class Log:
    """Collects faults and notes while files are read.

    A place is ``(file, sheet)``; ``rows`` are those of the sheet, from 1.
    """

    faults: Faults = field(default_factory=Faults)
    notes: list[dict[str, Any]] = field(default_factory=list)

    def fault(self, what: str, place: tuple[str, str], **where: Any) -> None:
        """Remember a fault; ``where`` as of :class:`InputError`."""
        file, sheet = place
        self.faults.add(InputError(what, file=file, sheet=sheet or None, **where))

    def fault_each(
        self, what: str, places: pd.DataFrame, values: Iterable[Any], **where: Any
    ) -> None:
        """Remember a fault for each row of ``places`` (columns file, sheet, row, column)."""
        named = places[["file", "sheet", "row", "column"]].to_numpy().tolist()
        for (file, sheet, row, column), value in zip(named, values, strict=True):
            self.fault(what, (file, sheet), row=int(row), column=column, value=value, **where)

    def note(
        self,
        kind: str,
        what: str,
        place: tuple[str, str],
        *,
        rows: Iterable[int] = (),
        column: str = "",
        value: object = "",
        used: object = "",
    ) -> None:
        """Remember what was done at ``rows``; the first stands for all, which are counted."""
        listed = list(rows)
        cells = {"row": listed[0] if listed else "", "column": column, "count": len(listed) or 1}
        about = {"kind": kind, "what": what, "file": place[0], "sheet": place[1]}
        self.notes.append(about | cells | {"value": value, "used": used})

    def frame(self) -> pd.DataFrame:
        """Return the notes as a table of :data:`NOTE_COLUMNS`, in the order they were made."""
        return pd.DataFrame(self.notes, columns=list(NOTE_COLUMNS))


def label(place: tuple[str, str]) -> str:
    """Return file and sheet as messages name them."""
    file, sheet = place
    return f"{file} [{sheet}]" if sheet else file
