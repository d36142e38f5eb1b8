"""Sentences of errors in the user's language: English as raised, Chinese from a catalogue.

``assets/messages.csv`` holds English sentences with ``{name}`` where the text varies, and the same
in Chinese. What varies is carried over as it stands; where the name begins with ``message`` it is
itself a sentence of the catalogue.
"""

import csv
import os
import re
from functools import cache
from importlib.resources import files
from io import StringIO

LANGUAGES = ("en", "zh")
SETTINGS = ("EMISIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that say the language; the first that is set counts."""
SENTENCE = "message"
HOLE = re.compile(r"\{(\w+)\}")


def language() -> str:
    """Return ``zh`` if the user's environment (:data:`SETTINGS`) is Chinese, else ``en``."""
    said = next((os.environ[name] for name in SETTINGS if os.environ.get(name)), "")
    return "zh" if said.lower().startswith("zh") else "en"


def chinese(text: str) -> str | None:
    """Return an English sentence in Chinese, None where the catalogue does not hold it.

    Examples
    --------
    >>> chinese("column 'unit' is missing")
    "缺少列 'unit'"
    """
    for fixed, pattern, translation in _catalogue():
        found = pattern.fullmatch(text) if fixed in text else None
        if found is None:
            continue
        parts = found.groupdict()
        inner = {name: chinese(part) for name, part in parts.items() if name.startswith(SENTENCE)}
        if None not in inner.values():
            return translation.format(**{**parts, **inner})
    return None


def say(text: str, lang: str) -> str:
    """Return ``text`` in ``lang``, in English where there is no Chinese."""
    return (chinese(text) or text) if lang == "zh" else text


def rows() -> list[tuple[str, str]]:
    """Return the catalogue: English and Chinese sentences with their holes."""
    text = files("emisim").joinpath("assets/messages.csv").read_text(encoding="utf-8")
    return [(row["en"], row["zh"]) for row in csv.DictReader(StringIO(text, newline=""))]


@cache
def _catalogue() -> list[tuple[str, re.Pattern[str], str]]:
    """Return longest fixed part, pattern and translation, those with most fixed text first."""
    ordered = sorted(rows(), key=lambda row: -len(HOLE.sub("", row[0])))
    return [(_longest(english), _pattern(english), chinese) for english, chinese in ordered]


def _longest(english: str) -> str:
    return max(HOLE.split(english)[::2], key=len)


def _pattern(english: str) -> re.Pattern[str]:
    pieces = HOLE.split(english)
    seen: set[str] = set()
    for i in range(1, len(pieces), 2):
        name = pieces[i]
        pieces[i] = f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
        seen.add(name)
    return re.compile(
        "".join(p if i % 2 else re.escape(p) for i, p in enumerate(pieces)), re.DOTALL
    )
