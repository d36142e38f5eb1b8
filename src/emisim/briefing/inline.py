"""Figures inside the page: vector drawings with ids of their own, or a picture when too large."""

import base64
import csv
import html
import re
from dataclasses import dataclass
from pathlib import Path

from emisim.errors import InputError
from emisim.figures.files import ABSENT

LARGEST_SVG = 1_000_000
"""Bytes above which the PNG is put into the page instead."""
_PROLOG = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>\s*", re.DOTALL)
_DESCRIPTION = re.compile(r"<dc:description>(.*?)</dc:description>", re.DOTALL)
_ROOT = re.compile(r"<svg\b[^>]*>")
_SIZE = re.compile(r'\s(?:width|height)="[^"]*"')
_GLYPH = r"[A-Za-z]+(?:-[A-Za-z]+)?-[0-9a-f]+"
"""Id of a letter's outline: font, weight, number."""
_OUTLINE = re.compile(rf'<path id="({_GLYPH})"[^>]*/>\s*')
_IDS = re.compile(rf'(\bid="|url\(#|href="#)(?!{_GLYPH}")')


@dataclass(frozen=True)
class Picture:
    """A figure ready for the page: file name, one-sentence message, what is shown, markup."""

    name: str
    message: str
    subtitle: str
    markup: str


def pictures(folder: str | Path) -> list[Picture]:
    """Return the figures of a folder in the order of their names.

    Raises
    ------
    InputError
        The folder holds no SVG.
    """
    files = sorted(Path(folder).glob("*.svg"))
    if not files:
        what = "no figures in the folder"
        raise InputError(what, file=folder, hint="draw them first: emisim figures")
    drawn: set[str] = set()
    return [picture(path, number, drawn) for number, path in enumerate(files, start=1)]


def absent(folder: str | Path) -> list[str]:
    """Return why figures are missing from a folder, each reason once."""
    path = Path(folder) / ABSENT
    if not path.is_file():
        return []
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return list(dict.fromkeys(row["reason"] for row in rows))


def picture(path: Path, number: int, drawn: set[str] | None = None) -> Picture:
    """Return one figure; ``number`` makes its ids unique in the page.

    The outlines of letters that stand in ``drawn`` are left out, for an earlier figure of the page
    holds them; the others are put into it.
    """
    text = path.read_text(encoding="utf-8")
    message, subtitle = words(text)
    if len(text.encode()) > LARGEST_SVG:
        markup = _image(path.with_suffix(".png"), f"{message}. {subtitle}")
    else:
        own = _once(text, set() if drawn is None else drawn)
        markup = _drawing(own, f"f{number}", message, subtitle)
    return Picture(path.stem, message, subtitle, markup)


def words(text: str) -> tuple[str, str]:
    """Return the message and the subtitle that a drawing carries."""
    return _found(_TITLE, text), _found(_DESCRIPTION, text)


def _once(text: str, drawn: set[str]) -> str:
    """Return a drawing without the outlines in ``drawn``, and note those that it has."""

    def kept(outline: re.Match[str]) -> str:
        if outline[1] in drawn:
            return ""
        drawn.add(outline[1])
        return outline[0]

    return _OUTLINE.sub(kept, text)


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return html.unescape(match.group(1)) if match else ""


def _drawing(text: str, prefix: str, message: str, subtitle: str) -> str:
    body = _METADATA.sub("", _PROLOG.sub("", text))
    body = _IDS.sub(rf"\g<1>{prefix}-", _TITLE.sub("", body))
    root = _SIZE.sub("", _ROOT.search(body).group())
    named = f' role="img" aria-labelledby="{prefix}-title {prefix}-desc">'
    told = (
        f'<title id="{prefix}-title">{html.escape(message)}</title>'
        f'<desc id="{prefix}-desc">{html.escape(subtitle)}</desc>'
    )
    return root[:-1] + named + told + body[_ROOT.search(body).end() :]


def _image(path: Path, alt: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f'<img src="data:image/png;base64,{data}" alt="{html.escape(alt, quote=True)}">'
