"""Errors that a person can act on: what is wrong, where, what would be right, what to do next."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

SHOWN = 20


class EmisimError(Exception):
    """Base of every error that emisim raises on purpose."""


class MassError(EmisimError):
    """Mass was lost or made by a step that must conserve it."""


class InputError(EmisimError, ValueError):
    """An input that cannot be used.

    Parameters
    ----------
    what
        One sentence: the thing and what is wrong with it.
    file, row, column, value
        Where it stands and the bad value. ``row`` counts as a spreadsheet does (header: row 1).
    allowed
        The good values; near misses of ``value`` come first.
    hint
        The next step for the user.
    """

    def __init__(
        self,
        what: str,
        *,
        file: str | Path | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        allowed: Iterable[object] | None = None,
        hint: str | None = None,
    ) -> None:
        self.what, self.file, self.row, self.column = what, file, row, column
        self.value, self.hint = value, hint
        self.allowed = None if allowed is None else [str(a) for a in allowed]
        super().__init__(self._message())

    def _message(self) -> str:
        place = [
            f"{label} {item}"
            for label, item in (("row", self.row), ("column", self.column))
            if item is not None
        ]
        where = ": ".join(str(p) for p in [self.file, ", ".join(place)] if p)
        lines = [f"{where}: {self.what}" if where else self.what]
        if self.value is not None:
            lines.append(f"  found:   {self.value!r}")
        if self.allowed is not None:
            lines.append(f"  allowed: {good_values(self.value, self.allowed)}")
        if self.hint:
            lines.append(f"  next:    {self.hint}")
        return "\n".join(lines)


def good_values(value: object, allowed: list[str]) -> str:
    """List ``allowed`` with the names nearest to ``value`` first, shortened when there are many."""
    near = get_close_matches(str(value), allowed, n=3)
    ordered = near + [a for a in allowed if a not in near]
    more = len(ordered) - SHOWN
    return ", ".join(ordered[:SHOWN]) + (f" ... and {more} more" if more > 0 else "")


def require_known(
    values: Iterable[object],
    allowed: Iterable[object],
    what: str,
    **where: object,
) -> None:
    """Raise :class:`InputError` at the first of ``values`` that is not in ``allowed``."""
    good = list(allowed)
    known = set(good)
    for value in values:
        if value not in known:
            msg = f"unknown {what}"
            raise InputError(msg, value=value, allowed=good, **where)  # type: ignore[arg-type]
