"""Names of facilities made comparable, and how alike two are."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from emisim.intake.words import PUNCTUATION, folded

FORMS = re.compile(
    r"有限责任公司|股份有限公司|有限公司|股份公司|责任公司|分公司|子公司|总公司|公司|集团|"
    r"\b(?:co|ltd|limited|inc|company|corporation|corp|group|plc|llc)\b\.?"
)
REGION = re.compile(r"^[\u4e00-\u9fff]{2,3}(?:省|自治区)")
NUMERALS = str.maketrans("一二三四五六七八九〇两", "12345678902")
NUMERAL = re.compile(r"\d+")
COMMONEST = 50
"""Character pairs shared by more names than this tell nobody apart."""


def normal(name: str, city: str = "") -> str:
    """Return a name without legal form, brackets, spaces, width, province and city.

    Examples
    --------
    >>> normal("山西省阳泉市华 峰（集团）水泥有限责任公司", "阳泉")
    '华峰水泥'
    >>> normal("Huafeng Cement Co., Ltd.")
    'huafengcement'
    """
    text = folded(name)
    bare = PUNCTUATION.sub("", FORMS.sub("", text))
    without = REGION.sub("", bare) if "省" in bare or "自治区" in bare else bare
    if city and without.startswith(city):
        without = without.removeprefix(city).removeprefix("市")
    return without or bare or PUNCTUATION.sub("", text)


def pairs(name: str) -> frozenset[str]:
    """Return the character pairs of a normal name."""
    return frozenset(name[i : i + 2] for i in range(len(name) - 1)) or frozenset((name,))


def similarity(first: str, second: str) -> float:
    """Return the share of common character pairs (Dice), 0 where their numerals differ.

    Examples
    --------
    >>> similarity("华峰水泥", "华峰水泥厂"), similarity("第1水泥厂", "第2水泥厂")
    (0.8571428571428571, 0.0)
    """
    if _numerals(first) != _numerals(second):
        return 0.0
    one, two = pairs(first), pairs(second)
    return 2 * len(one & two) / (len(one) + len(two))


def _numerals(name: str) -> list[str]:
    return sorted(NUMERAL.findall(name.translate(NUMERALS)))


def alike(first: pd.Series, second: pd.Series, least: float) -> pd.DataFrame:
    """Return pairs of names (``first``, ``second``: index labels; ``similarity``) without a place.

    Candidates share a character pair that few names have, so that 1e5 names take seconds.
    """
    one, two = _exploded(first, "first"), _exploded(second, "second")
    both = one.merge(two, on="pair")[["first", "second"]].drop_duplicates()
    found = _similarities(first.loc[both["first"]], second.loc[both["second"]])
    return both.assign(similarity=found)[found >= least]


def _exploded(names: pd.Series, label: str) -> pd.DataFrame:
    long = names.map(lambda name: list(pairs(name))).explode()
    count = long.map(long.value_counts())
    return pd.DataFrame({"pair": long, label: long.index})[(count <= COMMONEST).to_numpy()]


def _similarities(first: Iterable[str], second: Iterable[str]) -> np.ndarray:
    return np.array([similarity(a, b) for a, b in zip(first, second, strict=True)], dtype=float)
