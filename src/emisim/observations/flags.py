"""One row per rule that observations break: how often, where first, and what was done."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

COLUMNS = (
    *("rule", "count", "action", "first_place", "first_time", "first_species", "first_value"),
    *("first_file", "first_line", "detail"),
)
KEPT, MISSING, LEFT_OUT = "kept", "made missing", "left out"


@dataclass(frozen=True)
class Lines:
    """Lines of several files counted through: line n of file i is ``offsets[i] + n``."""

    files: tuple[Path, ...] = ()
    offsets: tuple[int, ...] = ()

    def where(self, line: int) -> tuple[str, int | None]:
        """Return the file and its own line."""
        if line < 1 or not self.files:
            return "", None
        i = int(np.searchsorted(self.offsets, line, side="left")) - 1
        return str(self.files[i]), line - self.offsets[i]


@dataclass
class Flags:
    """The rows of a report, added one by one."""

    lines: Lines = field(default_factory=Lines)
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(
        self,
        rule: str,
        count: int,
        action: str,
        *,
        place: str = "",
        time: Any = None,
        species: str = "",
        value: float = np.nan,
        line: int = 0,
        detail: str = "",
    ) -> None:
        """Add a row; nothing where the count is 0."""
        if not count:
            return
        file, own = self.lines.where(int(line))
        first = (place, pd.NaT if time is None else pd.Timestamp(time), species, value, file, own)
        row = (rule, int(count), action, *first, detail)
        self.rows.append(dict(zip(COLUMNS, row, strict=True)))

    def cells(
        self, rule: str, bad: np.ndarray, action: str, values: pd.DataFrame, detail: str = ""
    ) -> None:
        """Add the rows ``bad`` of a long table (place, time, species, value, line)."""
        if not bad.any():
            return
        first = values.iloc[int(np.argmax(bad))]
        self.add(
            rule,
            int(bad.sum()),
            action,
            place=str(first["place"]),
            time=first["time"],
            species=str(first["species"]),
            value=float(first["value"]),
            line=int(first["line"]),
            detail=detail,
        )

    def frame(self) -> pd.DataFrame:
        """Return the report."""
        frame = pd.DataFrame(self.rows, columns=list(COLUMNS))
        return frame.astype({"count": int, "first_line": "Int64"})
