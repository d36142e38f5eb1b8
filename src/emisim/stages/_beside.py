"""Scenarios beside each other in words and numbers: lines for the screen, a table to keep."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from emisim.comparison import CONCENTRATION, EMISSION, WORDS
from emisim.figures import language
from emisim.figures.language import concentration, percent, plain, say, significant, term
from emisim.sides import COUNT, MONITOR, TARGET, Side, changed_inputs, differing, largest

KEY = ("SO2", "NOx", "VOC", "NH3", "PM2.5")
"""Species of which the sector with the largest difference is told."""
FACTS = ("city", "base year", "year")
GAP, INDENT, WHOLE = "  ", "  ", 100
Line = list[str]


def text(rows: pd.DataFrame, sides: Sequence[Side], lang: str) -> str:
    """Return the comparison as aligned lines; columns are as wide as the screen shows them.

    Parameters
    ----------
    rows
        As from :func:`emisim.sides.beside` of ``sides``.
    sides
        What is compared; two also get a column of differences.
    lang
        Language of the words.
    """
    notes = [f"* {note}" for note in told(sides, lang)]
    return "\n".join([*aligned(lines(rows, sides, lang)), *([""] if notes else []), *notes])


def lines(rows: pd.DataFrame, sides: Sequence[Side], lang: str) -> list[Line]:
    """Return the comparison as lines of cells, first the names of the sides; see :func:`text`."""
    found = [*_heads(sides, lang), *_amounts(rows, sides, lang), *_targets(rows, sides, lang)]
    return found + (_sectors(rows, sides, lang) if len(sides) > 1 else [])


def aligned(lines: Sequence[Line]) -> list[str]:
    """Return lines of cells in columns: the first to the left, numbers to the right.

    A line of one cell is a heading and counts for no width.
    """
    wide = max(map(len, lines))
    full = [[*line, *[""] * (wide - len(line))] for line in lines if len(line) > 1]
    widths = [max(map(language.columns, cells)) for cells in zip(*full, strict=True)]
    out = []
    for first, *rest in lines:
        cells = [first + " " * (widths[0] - language.columns(first) if rest else 0)]
        cells += [" " * (w - language.columns(c)) + c
                  for c, w in zip(rest, widths[1:], strict=False)]  # fmt: skip
        out.append(GAP.join(cells).rstrip())
    return out


def told(sides: Sequence[Side], lang: str) -> list[str]:
    """Return a sentence for everything in which the sides differ and that a reader must know."""
    fields = {
        "years": ", ".join(f"{side.name} {side.base_year}" for side in sides),
        "ends": ", ".join(f"{side.name} {side.year}" for side in sides),
        "files": ", ".join(changed_inputs(sides)),
    }
    return [say(f"beside.note.{name}", lang, **fields) for name in differing(sides)]


def table(rows: pd.DataFrame, sides: Sequence[Side], lang: str) -> pd.DataFrame:
    """Return the comparison with a line per quantity and five columns per side.

    Beside every value stand what it was in the side's base year, the change in %, the difference
    as in :func:`emisim.sides.beside` and the monitor. The first lines hold city and years.
    """
    key = ["part", "item", "sector", "target", "unit"]
    shown = ["value", "base", "change_percent", "difference", "receptor"]
    aim = rows["part"] == TARGET
    own = rows.assign(target=rows["receptor"].where(aim, ""), receptor=rows["receptor"].mask(aim))
    whole = own[key].drop_duplicates().set_index(key)
    facts = pd.DataFrame({"part": list(FACTS)}).assign(**dict.fromkeys(key[1:], ""))
    for side in sides:
        values = own[own["side"] == side.name].set_index(key)[shown].map(_rounded)
        names = {name: f"{side.name}: {say(f'beside.{name}', lang)}" for name in shown}
        whole = whole.join(values.rename(columns=names))
        facts[names["value"]] = [side.result.place[lang], str(side.base_year), str(side.year)]
    lines = pd.concat([facts, whole.reset_index()], ignore_index=True)
    words = {part: say(f"beside.{part.replace(' ', '_')}", lang) for part in lines["part"].unique()}
    lines = lines.assign(part=lines["part"].map(words), item=lines["item"].map(_item(lang)))
    lines["sector"] = lines["sector"].map(_item(lang))
    return lines.rename(columns={name: say(f"beside.{name}", lang) for name in key})


def _rounded(value: Any) -> Any:
    """Return a number to six digits, as an object that may stand beside text."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _item(lang: str) -> Callable[[str], str]:
    """Return how species and verdicts are named in a line."""

    def named(item: str) -> str:
        if item in WORDS:
            return say(f"compare.{item.replace(' ', '_')}", lang)
        return term(item, lang) if item else ""

    return named


def _heads(sides: Sequence[Side], lang: str) -> list[Line]:
    """Return the names of the sides, their cities and years."""
    names = [side.name for side in sides]
    more = [say("beside.difference", lang)] if len(sides) == 2 else []
    facts = [[side.result.place[lang], str(side.base_year), str(side.year)] for side in sides]
    titles = [say(f"beside.{fact.replace(' ', '_')}", lang) for fact in FACTS]
    told = [[title, *cells] for title, *cells in zip(titles, *facts, strict=True)]
    return [["", *names, *more], *told]


def _amounts(rows: pd.DataFrame, sides: Sequence[Side], lang: str) -> list[Line]:
    """Return emissions, means of the city and the worst monitors, with their changes."""
    lines = []
    for part, number in ((EMISSION, significant), (CONCENTRATION, concentration),
                         (MONITOR, concentration)):  # fmt: skip
        lines.append([say(f"beside.{part.replace(' ', '_')}", lang)])
        own = rows[(rows["part"] == part) & (rows["sector"] == "")]
        if own.empty:
            lines[-1] = [f"{lines[-1][0]}: {say('beside.none', lang)}"]
        for item in own["item"].unique():
            of = own[own["item"] == item].set_index("side").reindex([s.name for s in sides])
            cells = [_cell(row, number) for _, row in of.iterrows()]
            more = [_signed(of["difference"].iloc[1], number)] if len(sides) == 2 else []
            lines.append([INDENT + term(item, lang), *cells, *more])
    return lines


def _cell(row: pd.Series, number: Callable[[float], str]) -> str:
    """Return a value, its change on the base year and the monitor: ``61.1 (-5%) 1738A``."""
    if pd.isna(row["value"]):
        return "-"
    change = row["change_percent"]
    said = "" if pd.isna(change) else f" ({percent(change / WHOLE, signed=True)})"
    return f"{number(row['value'])}{said} {row['receptor']}".rstrip()


def _signed(value: float, number: Callable[[float], str]) -> str:
    if pd.isna(value):
        return "-"
    return f"+{number(value)}" if value > 0 else number(value)


def _targets(rows: pd.DataFrame, sides: Sequence[Side], lang: str) -> list[Line]:
    """Return the ceilings of the plans, and how many of their targets each side meets."""
    lines = []
    aims = rows[rows["part"] == TARGET]
    if not aims.empty:
        lines.append([say("beside.target", lang)])
    for item in aims["item"].unique():
        of = aims[aims["item"] == item]
        cells = [", ".join(dict.fromkeys(_ceiling(row, lang) for row in part.itertuples())) or "-"
                 for part in (of[of["side"] == side.name] for side in sides)]  # fmt: skip
        lines.append([INDENT + term(item, lang), *cells])
    lines.append([say("beside.targets", lang)])
    found = rows[rows["part"] == COUNT].pivot(index="item", columns="side", values="value")
    found = found.reindex(index=list(WORDS), columns=[side.name for side in sides])
    for word, numbers in found.iterrows():
        cells = ["-" if pd.isna(n) else f"{n:.0f}" for n in numbers]
        lines.append([INDENT + _item(lang)(str(word)), *cells])
    return lines


def _ceiling(row: Any, lang: str) -> str:
    """Return what a plan wants: a level, or a change on the base year."""
    return f"{plain(row.value)} {term(row.unit, lang)}"


def _sectors(rows: pd.DataFrame, sides: Sequence[Side], lang: str) -> list[Line]:
    """Return by species the sector in which each side differs most from the first."""
    found = largest(rows)
    lines = [[say("beside.largest", lang, first=sides[0].name)]]
    for item in KEY:
        cells = []
        for side in sides[1:]:
            of = found[(found["item"] == item) & (found["side"] == side.name)]
            cells += [f"{term(row.sector, lang)} {_signed(row.difference, significant)}"
                      for row in of.itertuples()] or ["-"]  # fmt: skip
        lines.append([INDENT + term(item, lang), "", *cells])
    return lines
