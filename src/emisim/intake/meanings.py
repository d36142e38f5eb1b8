"""Words of cells as machine names: districts, fuels, processes, devices."""

import re

import numpy as np
import pandas as pd

from emisim.city import CITY_TOTAL, City
from emisim.intake.faults import Log
from emisim.intake.lexicon import Lexicon
from emisim.intake.words import bare, folded
from emisim.vocabulary import OUTSIDE

SUFFIX = re.compile(r"[市区县旗]$")
DEVICE_SUFFIX = re.compile(r"(?:装置|设施|设备|技术|工艺|系统|器|法|脱硫|除尘|脱硝)+$")
STRONG = re.compile(r"[+;,&、]|和|及")
OUTSIDE_WORDS = ("outside", "市外", "域外")
UNKNOWN = "?"
"""A district that is named and not known: a fault already."""
SHORTEST = 2
"""Characters of a district's name without its suffix."""


def district_names(city: City) -> dict[str, str]:
    """Return the districts of a city by every bare spelling: key, Chinese name, code."""
    spelled: dict[str, str] = {bare(word): OUTSIDE for word in OUTSIDE_WORDS}
    for name, about in city.settings.districts.items():
        short = SUFFIX.sub("", about.name_zh)
        words = [name, about.name_zh, str(about.adcode)]
        words += [short] if len(short) >= SHORTEST else []
        spelled |= {bare(word): name for word in words}
    return spelled


def districts(texts: pd.Series, city: City) -> tuple[pd.Series, np.ndarray]:
    """Return the district of each text ("" where empty) and which texts name none.

    A text may be longer (an address) if it holds the full name of one district only.
    """
    spelled = district_names(city)
    full = {d.name_zh: name for name, d in city.settings.districts.items()}
    prefix = re.compile(rf"^(?:.*?省)?{re.escape(city.settings.name_zh)}市?(?=.)")

    def read(text: str) -> str | None:
        if text in ("", CITY_TOTAL):
            return text
        word = bare(text.removesuffix(".0"))
        for candidate in (word, prefix.sub("", word)):
            if candidate in spelled:
                return spelled[candidate]
        held = {name for zh, name in full.items() if zh in prefix.sub("", folded(text))}
        return held.pop() if len(held) == 1 else None

    return _each(texts, read)


def terms(texts: pd.Series, kind: str, lexicon: Lexicon) -> tuple[pd.Series, np.ndarray]:
    """Return the machine name of each text by ``terms.csv`` and which texts are unknown."""
    known = lexicon.terms[kind]
    return _each(texts, lambda text: known.get(bare(text)) if text else "")


def classes(texts: pd.Series, kind: str, lexicon: Lexicon) -> tuple[pd.Series, np.ndarray]:
    """Return the machine name of technologies or standards: a synonym, or one itself."""
    own = {t: t for t in texts.unique() if re.fullmatch(r"[a-z0-9A-Z.+<-]+", t)}
    known = lexicon.terms.get(kind, {})
    return _each(texts, lambda text: known.get(bare(text), own.get(text)) if text else "")


def controls(texts: pd.DataFrame, lexicon: Lexicon) -> tuple[pd.Series, dict[str, np.ndarray]]:
    """Return devices joined by ``+`` over all columns of ``texts``, and by column what is unknown.

    Examples
    --------
    布袋除尘 + 双碱法 in one cell, or in a column for each pollutant: ``bag+fgd-double-alkali``.
    """
    known = lexicon.terms["control"]
    joined = pd.Series("", index=texts.index, dtype=object)
    unknown = {}
    for column in texts:
        found, unknown[str(column)] = _each(texts[column], lambda text: _devices(text, known))
        both = (joined != "") & (found != "")
        joined = joined + np.where(both, "+", "") + found
    unique = {t: "+".join(dict.fromkeys(t.split("+"))) if t else "" for t in joined.unique()}
    return joined.map(unique), unknown


def _devices(text: str, known: dict[str, str]) -> str | None:
    """Return the devices of one cell; None if one of them is unknown."""
    if not text:
        return ""
    for word in (bare(text), DEVICE_SUFFIX.sub("", bare(text))):
        if word in known:
            return known[word]
    if text in known.values():
        return text
    for separator in (STRONG, re.compile("/"), re.compile(r"-")):
        parts = [part for part in separator.split(folded(text)) if part.strip()]
        if len(parts) > 1:
            found = [_devices(part.strip(), known) for part in parts]
            if None not in found:
                return "+".join(f for f in found if f)
    return None


def _each(texts, read):  # type: ignore[no-untyped-def]
    """Return ``read`` of each text, "" where it is None, and where that was."""
    codes, spellings = pd.factorize(texts.to_numpy(dtype=object))
    found = [read(str(text)) for text in spellings]
    unknown = np.array([value is None for value in found], dtype=bool)
    value = np.array([value or "" for value in found], dtype=object)
    return pd.Series(value[codes], index=texts.index, dtype=object), unknown[codes]


def tell_unknown(
    what: str,
    unknown: np.ndarray,
    texts: pd.Series,
    where: tuple[tuple[str, str], str],
    log: Log,
    allowed: list[str],
    hint: str = "correct the cells, or add the word to inputs/intake/terms.csv",
) -> None:
    """Fault each distinct text that is unknown, at its first row; ``where``: place and column."""
    (place, column), seen = where, texts[unknown]
    for text, first in seen.drop_duplicates().items():
        rows = int((seen == first).sum())
        more = f" (and {rows - 1} more rows)" if rows > 1 else ""
        log.fault(
            f"unknown {what}{more}",
            place,
            row=int(str(text)),
            column=column,
            value=first,
            allowed=allowed,
            hint=hint,
        )
