"""Errors that a person can act on: what is wrong, where, what would be right, what to do next."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from emisim.messages import language, say

SHOWN = 20
"""Good values listed in a message."""
FAULTS_SHOWN = 100
"""Faults of a group told in full; the rest are counted."""
LONGEST = 200
"""Characters of a bad value that a message repeats."""
LABELS = {
    "en": {"row": "row {}", "column": "column {}", "found": "found:  ", "allowed": "allowed:",
           "next": "next:   ", "more": " ... and {} more", "count": "{} faults in all",
           "rest": "... and {} more faults"},
    "zh": {"row": "第{}行", "column": "列 {}", "found": "实际:", "allowed": "允许:",
           "next": "下一步:", "more": " ... 等,另有 {} 个", "count": "共 {} 处错误",
           "rest": "... 另有 {} 处错误"},
}  # fmt: skip


class EmisimError(Exception):
    """Base of every error that emisim raises on purpose; printed in the user's language."""

    def __str__(self) -> str:
        return say(super().__str__(), language())


class MassError(EmisimError):
    """Mass was lost or made by a step that must conserve it."""


class InputError(EmisimError, ValueError):
    """An input that cannot be used; printed in the language of :func:`emisim.messages.language`.

    Parameters
    ----------
    what
        One sentence: the thing and what is wrong with it.
    file, sheet, row, column, value
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
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        allowed: Iterable[object] | None = None,
        hint: str | None = None,
    ) -> None:
        self.what, self.file, self.sheet = what, file, sheet
        self.row, self.column, self.value, self.hint = row, column, value, hint
        self.allowed = None if allowed is None else [str(a) for a in allowed]
        super().__init__(what)

    @property
    def faults(self) -> "list[InputError]":
        """Every single fault: this one."""
        return [self]

    def __str__(self) -> str:
        return self.text(language())

    def text(self, lang: str) -> str:
        """Return the whole message in ``lang``."""
        label = LABELS[lang]
        place = [
            label[name].format(item)
            for name, item in (("row", self.row), ("column", self.column))
            if item is not None
        ]
        file = f"{self.file or ''} [{self.sheet}]".strip() if self.sheet else self.file
        where = ": ".join(str(p) for p in [file, ", ".join(place)] if p)
        what = say(self.what, lang)
        lines = [f"{where}: {what}" if where else what]
        if self.value is not None:
            lines.append(f"  {label['found']} {_short(self.value)}")
        if self.allowed is not None:
            lines.append(f"  {label['allowed']} {good_values(self.value, self.allowed, lang)}")
        if self.hint:
            lines.append(f"  {label['next']} {say(self.hint, lang)}")
        return "\n".join(lines)


class InputErrors(InputError):  # noqa: N818
    """Several faults told at once; its own fields are those of the first."""

    def __init__(self, faults: Iterable[InputError]) -> None:
        self._faults = [single for fault in faults for single in fault.faults]
        first = self._faults[0]
        super().__init__(
            first.what, file=first.file, sheet=first.sheet, row=first.row, column=first.column,
            value=first.value, allowed=first.allowed, hint=first.hint,
        )  # fmt: skip

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._faults,)

    @property
    def faults(self) -> list[InputError]:
        """Every single fault."""
        return self._faults

    def text(self, lang: str) -> str:
        """Return the messages of all faults in ``lang``, and their count."""
        label, count = LABELS[lang], len(self._faults)
        parts = [fault.text(lang) for fault in self._faults[:FAULTS_SHOWN]]
        rest = [label["rest"].format(count - FAULTS_SHOWN)] if count > FAULTS_SHOWN else []
        return "\n".join([*parts, *rest, label["count"].format(count)])


class Faults:
    """Collects faults, at most one per cell, so that all are told at once.

    Examples
    --------
    >>> found = Faults()
    >>> with found.held():
    ...     raise InputError("too high", file="a.csv", row=2)
    >>> len(found.held_back)
    1
    """

    def __init__(self) -> None:
        self.held_back: list[InputError] = []
        self._seen: set[tuple[object, ...]] = set()

    def add(self, fault: InputError) -> None:
        """Remember a fault (each of a group), unless its cell has one or it is the same."""
        for single in fault.faults:
            in_cell = single.row is not None and single.column is not None
            cell = single.row, single.column, None if in_cell else single.text("en")
            if (str(single.file), single.sheet, *cell) not in self._seen:
                self._seen.add((str(single.file), single.sheet, *cell))
                self.held_back.append(single)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Remember an :class:`InputError` of the block instead of raising it."""
        try:
            yield
        except InputError as fault:
            self.add(fault)

    def tell(self) -> None:
        """Raise what was remembered: nothing, the one fault, or :class:`InputErrors`."""
        if len(self.held_back) == 1:
            raise self.held_back[0]
        if self.held_back:
            raise InputErrors(self.held_back)


def _short(value: Any) -> str:
    text = repr(
        value.item() if hasattr(value, "dtype") and not getattr(value, "ndim", 0) else value
    )
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def good_values(value: object, allowed: list[str], lang: str = "en") -> str:
    """List ``allowed`` with the names nearest to ``value`` first, shortened when there are many."""
    near = get_close_matches(str(value)[:LONGEST], allowed, n=3)
    ordered = near + [a for a in allowed if a not in near]
    more = len(ordered) - SHOWN
    rest = LABELS[lang]["more"].format(more) if more > 0 else ""
    return ", ".join(ordered[:SHOWN]) + rest


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
            said: dict[str, Any] = {"hint": "use one of the allowed names", **where}
            raise InputError(msg, value=value, allowed=good, **said)
