"""What a new city needs to be told: taken from options, else asked for on a terminal."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from emisim.errors import InputError, require_known
from emisim.templates.counties import County

Answer = TypeVar("Answer")
ALL = "all"
"""People of the whole city, where no district is named."""


@dataclass(frozen=True)
class Asker:
    """Asks on a terminal; elsewhere a question without default is an error."""

    line: Callable[[str], str] = input
    terminal: Callable[[], bool] = sys.stdin.isatty

    def __call__(
        self, option: str, question: str, given: Answer | None, default: Answer | None,
        read: Callable[[str], Answer],
    ) -> Answer:  # fmt: skip
        """Return what was given, else the answer, else the default.

        Raises
        ------
        InputError
            If there is neither a terminal nor a default.
        """
        if given is not None:
            return given
        if self.terminal():
            shown = f" [{default}]" if default not in (None, "") else ""
            text = self.line(f"{question}{shown}: ").strip()
            if text:
                return read(text)
        if default is None:
            msg = f"a new city needs --{option}"
            raise InputError(msg, column=f"--{option}", hint=question)
        return default


def number(text: str, option: str) -> float:
    """Return a positive number of an option; 万 counts ten thousands.

    Raises
    ------
    InputError
        If it is none.
    """
    plain = text.strip().replace(",", "")
    scale = 1.0
    if plain.endswith("万"):
        plain, scale = plain[:-1], 1e4
    try:
        value = float(plain) * scale
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        msg = "not a positive number"
        raise InputError(msg, column=f"--{option}", value=text, hint="e.g. 950000 or 95万")
    return value


def people(texts: Iterable[str], counties: Iterable[County]) -> dict[str, float]:
    """Return people by district of ``Name=950000``; a number alone is the whole city's.

    Raises
    ------
    InputError
        An unknown district, or no positive number.
    """
    found = {}
    for name, value in _pairs(texts, counties, "population").items():
        found[name] = number(value, "population")
    return found


def towns(texts: Iterable[str], counties: Iterable[County]) -> dict[str, tuple[float, float]]:
    """Return WGS84 positions by district of ``Name=lon,lat``.

    Raises
    ------
    InputError
        An unknown district, or something else than two numbers.
    """
    found = {}
    for name, value in _pairs(texts, counties, "towns").items():
        parts = value.replace("，", ",").split(",")
        if len(parts) != 2 or name == ALL:
            msg, hint = "a town is Name=longitude,latitude", "e.g. Luzhou=113.12,36.19"
            raise InputError(msg, column="--towns", value=f"{name}={value}", hint=hint)
        lon, lat = (number(part, "towns") for part in parts)
        found[name] = lon, lat
    return found


def _pairs(texts: Iterable[str], counties: Iterable[County], option: str) -> Mapping[str, str]:
    """Return the values of ``Name=value`` by district, which may be named or coded."""
    every = list(counties)
    words = {w: c.name for c in every for w in (c.name, c.name_zh, str(c.code))} | {ALL: ALL}
    found: dict[str, str] = {}
    for text in texts:
        word, _, value = text.rpartition("=")
        word = word.strip() or ALL
        names = [county.name for county in every]
        if word not in words:
            require_known([word], names, "district", column=f"--{option}")
        found[words[word]] = value
    return found
