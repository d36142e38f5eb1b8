"""Lines of a table that are no source: totals, numbering, remarks."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd

from emisim.intake.faults import Log
from emisim.intake.headers import Recognised
from emisim.intake.lexicon import Lexicon
from emisim.intake.numbers import numbers
from emisim.intake.words import COUNTS, factor, folded

TOTAL = re.compile(
    r"(?:.{0,20}?(?:合计|小计|总计|共计|总和|累计|汇总)(?:[(\d家个座台条户].{0,12})?|"
    r"(?:全市|全县|全区|全省)(?:合计|总计|总量)?|.{0,40}\b(?:sub-?\s?total|total|sum))\s*[:：]?"
)
REMARK = re.compile(
    r"(?:注|备注|说明|附注|填表人?|制表人?|审核人?|数据来源|资料来源|note|notes|source|remark)s?"
    r"\s*\d?\s*[:：.、].*"
)
CLUE = re.compile(
    r"[计和汇注明表核源]|全[市县区省]|total|sum|note|source|remark|[Ａ-Ｚａ-ｚ]", re.IGNORECASE
)
"""What a total or a remark holds, however it is spelled."""
FIRST_OF_CLUE = re.compile(r"[计和汇注明表核源全tsnrTSNRſＡ-Ｚａ-ｚ]")
"""A character that every clue begins with: one look at a text tells most of them apart."""
NUMBERING = re.compile(r"[甲乙丙丁戊己庚辛壬癸]|\(?\d{1,2}\)?")
FEWEST = 2
"""Sources that an unnamed total must add up."""


def sources_only(found: Recognised, lexicon: Lexicon, log: Log) -> Recognised:
    """Return the table without totals, numbering and remarks; each is noted.

    A line is a total if a cell says so, or if it names nobody and each of its amounts is the sum
    of those above (since the last total). A total that a cell names is compared with the sum of
    its lines, and the difference noted.
    """
    cells = found.table.cells
    numbering, remark = _numbering(found), _saying(found, REMARK)
    named = _saying(found, TOTAL) & ~remark
    amounts = _amounts(found, lexicon)
    amounts[numbering | remark] = np.nan
    tolerance = lexicon.rule("total_tolerance", "fraction")
    unnamed = _unnamed_totals(found, amounts, named | numbering | remark, tolerance)
    for what, lines in (("line of numbering", numbering), ("remark", remark)):
        if lines.any():
            log.note("excluded", what, found.table.place, rows=cells.index[lines])
    _note_totals(found, amounts, named | unnamed, tolerance, log)
    kept = ~(numbering | remark | named | unnamed)
    return Recognised(found.table.lines(kept), found.headers, found.first)


def _saying(found: Recognised, pattern: re.Pattern[str]) -> np.ndarray:
    """Return which lines hold a word of ``pattern`` in a column of words."""
    cells = found.table.cells
    columns = {h.position for h in found.all("name", "district", "process", "serial", "fuel", "id")}
    hit = np.zeros(len(cells), dtype=bool)
    for column in sorted(columns | ({0} & set(cells.columns))):
        texts = pd.unique(cells[column].to_numpy(dtype=object)).tolist()
        spelled = [t for t in texts if FIRST_OF_CLUE.search(t) and CLUE.search(t)]
        if not spelled:
            continue
        clean = {text: re.sub(r"\s", "", folded(text)) for text in spelled}
        said = [text for text, word in clean.items() if pattern.fullmatch(word)]
        hit |= cells[column].isin(said).to_numpy()
    return hit


def _numbering(found: Recognised) -> np.ndarray:
    """Return whether the first line numbers the columns (甲 乙 1 2 3)."""
    hit = np.zeros(len(found.table.cells), dtype=bool)
    if hit.size == 0:
        return hit
    cells = [folded(t) for t in found.table.cells.iloc[0] if t]
    counted = [int(t.strip("()")) for t in cells if t.strip("()").isdigit()]
    runs = len(counted) >= FEWEST and all(b - a == 1 for a, b in pairwise(counted))
    hit[0] = runs and counted[0] <= 1 and all(NUMBERING.fullmatch(t) for t in cells)
    return hit


def _amounts(found: Recognised, lexicon: Lexicon) -> np.ndarray:
    """Return the amounts (line, column) in the unit of their header, NaN where there is none."""
    parts = [np.empty((len(found.table.cells), 0))]
    for header in found.all("value"):
        cells = numbers(found.table.cells[header.position])
        value = cells["number"].to_numpy(copy=True)
        for text in set(cells["unit"]) - {""}:
            if text in COUNTS:
                value[cells["unit"] == text] *= COUNTS[text]
                continue
            unit = lexicon.units(text)
            scale = factor(unit, header.unit.expression) if unit and header.unit else None
            if scale is not None and header.unit is not None:
                value[cells["unit"] == text] *= scale / header.unit.multiplier
        parts.append(value[:, None])
    return np.hstack(parts)


def _unnamed_totals(
    found: Recognised, amounts: np.ndarray, others: np.ndarray, tolerance: float
) -> np.ndarray:
    """Return which lines name nobody and add up those above, since the last total or all."""
    hit = np.zeros(len(amounts), dtype=bool)
    said = [found.text(role) for role in ("name", "id", "district", "process", "lon")]
    silent = np.logical_and.reduce([(text == "").to_numpy() for text in said])
    if not amounts.shape[1] or not found.all("name", "district"):
        return hit
    sums, count = _running(amounts, ~others), _running(~others[:, None], ~others)[:, 0]
    begin, left_out, left_count = 0, np.zeros(amounts.shape[1]), 0
    for line in np.flatnonzero(silent | others).tolist():
        if others[line]:
            begin = line + 1
            continue
        pieces = (
            (sums[line] - sums[begin], count[line] - count[begin]),
            (sums[line] - left_out, count[line] - left_count),
        )
        if any(n >= FEWEST and _same(amounts[line], total, tolerance) for total, n in pieces):
            hit[line], begin = True, line + 1
            left_out = left_out + np.nan_to_num(amounts[line])
            left_count += 1
    return hit


def _running(amounts: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Return the sums (line + 1, column) of the counted lines above each line."""
    filled = np.where(counted[:, None], np.nan_to_num(amounts.astype(float)), 0)
    return np.vstack([np.zeros((1, amounts.shape[1])), filled.cumsum(axis=0)])


def _same(line: np.ndarray, total: np.ndarray, tolerance: float) -> bool:
    """Tell whether what a line gives is the total, column by column."""
    given = np.isfinite(line)
    close = np.abs(line - total) <= tolerance * np.abs(total)
    return bool((given & (total > 0)).any() and (close | ~given).all())


def _note_totals(
    found: Recognised, amounts: np.ndarray, total: np.ndarray, tolerance: float, log: Log
) -> None:
    """Note each total with the lines that it adds up; doubtful where it adds up none."""
    sums = _running(amounts, ~total)
    lines = np.flatnonzero(total)
    starts = np.r_[0, lines + 1][: len(lines)]
    ends = np.r_[lines, len(total)][1:]
    for line, start, end in zip(lines, starts, ends, strict=True):
        parts = {
            "the lines above, since the last total": sums[line] - sums[start],
            "all lines above": sums[line],
            "the lines below, up to the next total": sums[end] - sums[line],
            "all lines": sums[-1],
        }
        given = np.isfinite(amounts[line])
        fits = [words for words, part in parts.items() if _same(amounts[line], part, tolerance)]
        what, used = "total", f"the sum of {fits[0]}" if fits else ""
        if given.any() and not fits:
            listed = ", ".join(f"{v:g}" for v in parts["all lines above"][given])
            what = "total that differs from its lines (left out all the same)"
            used = f"all lines above add up to {listed}"
        kind = "doubtful" if given.any() and not fits else "excluded"
        row, value = [int(found.table.cells.index[int(line)])], amounts[line][given]
        written = ", ".join(f"{v:g}" for v in value)
        log.note(kind, what, found.table.place, rows=row, value=written, used=used)
