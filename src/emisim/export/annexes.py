"""The annexes of a plan as an Excel book, in one language, each sheet where there is data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from emisim import __version__, units
from emisim.errors import MassError
from emisim.export import annex_air, annex_plan, annex_tonnes
from emisim.export.annex_words import words
from emisim.export.sheets import Sheet, Writer, titles
from emisim.output import atomic
from emisim.plan_model import Plan
from emisim.vocabulary import SPECIES

EPOCH = datetime(1970, 1, 1)
"""Creation date of every book, so that the same results make the same file."""
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Book:
    """What the annexes show; what is None has no sheet.

    Parameters
    ----------
    totals
        Columns scenario, sector, district, species, kg (of a year).
    ledger, verdict
        As the stages write them.
    about
        Lines of the first sheet: key of the words, text.
    names
        Names of districts and scenarios in the language.
    plan
        The plan as read.
    effects, contributions
        As from :func:`emisim.effects.build` and :func:`emisim.contributions.build`.
    level
        Concentrations (scenario, species, receptor), ug/m3.
    made_from
        As from :func:`emisim.provenance.report`.
    """

    totals: pd.DataFrame
    ledger: pd.DataFrame | None
    verdict: pd.DataFrame | None
    about: Mapping[str, str]
    names: Mapping[str, str]
    plan: Plan | None = None
    effects: pd.DataFrame | None = None
    contributions: pd.DataFrame | None = None
    level: xr.DataArray | None = None
    made_from: Mapping[str, Any] | None = None


def sheets(book: Book, lang: str) -> list[Sheet]:
    """Return the sheets of a book, in order."""
    names, found = book.names, []
    if book.verdict is not None:
        found.append(annex_plan.verdicts(book.verdict, names, lang))
    if book.ledger is not None:
        found.append(annex_plan.measures(book.ledger, book.plan, book.effects, names, lang))
    found += [annex_tonnes.by(book.totals, group, names, lang) for group in ("sector", "district")]
    found.append(annex_tonnes.detail(book.totals, names, lang))
    if book.level is not None:
        found.append(annex_air.levels(book.level, names, lang))
    if book.effects is not None:
        found.append(annex_air.effects(book.effects, book.ledger, names, lang))
    if book.contributions is not None:
        found.append(annex_air.contributions(book.contributions, names, lang))
    if book.plan is not None:
        found += [annex_plan.parameters(book.plan, lang), annex_plan.clauses(book.plan, lang)]
    if book.made_from is not None:
        found.append(annex_plan.provenance(book.made_from, lang))
    return found


def write(path: str | Path, book: Book, lang: str) -> None:
    """Write the book and read it back.

    Raises
    ------
    MassError
        If the tonnes in the book are not those of the inventory.
    """
    import xlsxwriter

    say, made = words(lang), sheets(book, lang)
    names = titles([Sheet(say["about"], "", [], [], []), *made])
    with atomic(path) as temporary:
        with xlsxwriter.Workbook(temporary, {"nan_inf_to_errors": True}) as file:
            file.set_properties({"created": EPOCH, "author": f"emisim {__version__}"})
            writer = Writer(file)
            lines = {say[key]: str(text) for key, text in book.about.items()}
            lines |= {say["unit"]: say["tonnes"], say["note"]: say["counted"]}
            lines |= {say["gap"]: gaps(book, lang)}
            headings = {n: s.heading for n, s in zip(names[1:], made, strict=True)}
            writer.contents(names[0], lines, headings)
            for sheet, name in zip(made, names[1:], strict=True):
                writer.add(sheet, name)
        _check(temporary, book, say)


def gaps(book: Book, lang: str) -> str:
    """Return which parts of the annexes are missing because nothing was computed of them."""
    say = words(lang)
    parts = {"levels": book.level, "effects": book.effects, "contributions": book.contributions,
             "measures": book.ledger, "verdict": book.verdict}  # fmt: skip
    missing = [say[name] for name, part in parts.items() if part is None]
    return say["comma"].join(missing) or say["none"]


def totals(path: str | Path, title: str) -> dict[str, float]:
    """Return the sum of each species' column of a sheet, read back."""
    import python_calamine

    rows = python_calamine.load_workbook(str(path)).get_sheet_by_name(title).to_python()
    header = [str(cell) for cell in rows[1]]
    table = pd.DataFrame(rows[2:], columns=header)
    columns = {species: pd.to_numeric(table[f"{species} (t)"]) for species in SPECIES}
    return {species: float(values.sum()) for species, values in columns.items()}


def _check(path: Path, book: Book, say: Mapping[str, str]) -> None:
    found = totals(path, say["detail"])
    for species, kg in book.totals.groupby("species")["kg"].sum().items():
        expected = float(kg) * units.factor("kg", "t")
        if not abs(found[str(species)] - expected) <= TOLERANCE * abs(expected):
            message = f"{species} in the book is {found[str(species)]!r} t, not {expected!r} t"
            raise MassError(message)
