"""From a report's data to the bytes of a PDF: typst, our font, no network, no clock."""

import json
import shutil
from collections.abc import Collection, Mapping
from functools import cache, partial
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from emisim import output
from emisim.errors import EmisimError
from emisim.figures.typeface import REGULAR, font_files
from emisim.report import blocks

TEMPLATES = ("main.typ", "pieces.typ")
FALLBACK = "DejaVuSans.ttf"
DATA = "document.json"


class PressError(EmisimError):
    """The report's template could not be set: a fault of the program or of the installation."""


def pdf(document: Mapping[str, Any], figures: Mapping[str, Path]) -> bytes:
    """Return the PDF of a report; the same document gives the same bytes.

    The file is accessible (PDF/UA-1); with a date also fit for archives (PDF/A-2a).

    Parameters
    ----------
    document
        As from :func:`emisim.report.document.build`.
    figures
        Name -> file of every figure that the document names.

    Raises
    ------
    InputError
        The font is not installed.
    PressError
        typst refuses the document or warns of anything, such as a missing font.
    """
    known = characters()
    shown = blocks.everywhere(document, partial(blocks.literal, known=known))
    with TemporaryDirectory() as folder:
        place = Path(folder)
        for name in TEMPLATES:
            text = files("emisim").joinpath("assets", "report", name).read_bytes()
            (place / name).write_bytes(text)
        (place / DATA).write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")
        for name, path in figures.items():
            shutil.copyfile(path, place / name)
        return _set(place / TEMPLATES[0], archive=bool(document["date"]))


def _set(template: Path, *, archive: bool) -> bytes:
    """Return the PDF of a template whose data and figures lie beside it."""
    import typst

    try:
        made, warnings = typst.compile_with_warnings(
            template,
            root=template.parent,
            font_paths=sorted({path.parent for path in fonts()}),
            ignore_system_fonts=True,
            pdf_standards=["ua-1", "a-2a"] if archive else ["ua-1"],
        )
    except typst.TypstError as error:
        raise PressError(_told(error)) from error
    if warnings:
        raise PressError("; ".join(map(_told, warnings)))
    return made


def _told(fault: Any) -> str:
    """Return what typst says of an error or a warning, with its hints."""
    return " ".join([str(fault.message), *map(str, fault.hints)])


def fonts() -> list[Path]:
    """Return the files of the fonts: the Chinese one, and matplotlib's for what that lacks.

    Raises
    ------
    InputError
        The package of the Chinese font is not installed.
    """
    place = find_spec("matplotlib").origin  # type: ignore[union-attr]
    drawn = Path(str(place)).parent / "mpl-data" / "fonts" / "ttf" / FALLBACK
    return [*font_files().values(), drawn]


@cache
def characters() -> Collection[int]:
    """Return the code points that the fonts can show."""
    from fontTools.ttLib import TTFont

    known: set[int] = set()
    for path in (font_files()[REGULAR], fonts()[-1]):
        with TTFont(path, lazy=True) as font:
            known |= font.getBestCmap().keys()
    return frozenset(known)


def write(made: bytes, path: str | Path) -> None:
    """Write the PDF, whole or not at all."""
    with output.atomic(path) as temporary:
        temporary.write_bytes(made)
