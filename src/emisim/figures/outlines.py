"""Text of an SVG as the outlines of its letters: the same on a machine without the font."""

import html
import re
import unicodedata
from functools import cache
from pathlib import Path

from matplotlib import font_manager, get_data_path
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path as Outline

from emisim.figures.typeface import BOLD, FALLBACK_FILES, REGULAR, font_files

EM = 1000
"""Units of an outline per type size."""
POINTS_PER_INCH = 72
WIDE = 65536
"""Parts of a pixel in which a font counts advances."""
LETTERS = {Outline.MOVETO: "M", Outline.LINETO: "L", Outline.CURVE3: "Q", Outline.CURVE4: "C"}
SHAPED = ("R", "AL", "NSM")
"""Directions of scripts whose letters join, turn round or stand on others."""
ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}
_TEXT = re.compile(r"<text\b([^>]*)>([^<]*)</text>")
_NAMED = re.compile(r'([\w:-]+)="([^"]*)"')


def plain(drawing: str) -> bool:
    """Return whether every letter of a drawing stands for itself, one after the other."""
    return all(
        unicodedata.bidirectional(c) not in SHAPED and not unicodedata.combining(c)
        for _, text in _TEXT.findall(drawing)
        for c in html.unescape(text)
    )


def outlined(drawing: str) -> str:
    """Return an SVG with its text elements as outlines; each letter is defined once.

    ``drawing``: SVG as matplotlib writes it with text, of which :func:`plain` is true.
    """
    used: dict[str, str] = {}
    body = _TEXT.sub(lambda found: _line(found[1], html.unescape(found[2]), used), drawing)
    shapes = "\n".join(f'<path id="{name}" d="{shape}"/>' for name, shape in used.items())
    return body.replace("</svg>", f"<defs>\n{shapes}\n</defs>\n</svg>")


def _line(attributes: str, text: str, used: dict[str, str]) -> str:
    """Return one line of text as uses of its letters, which are added to ``used``."""
    given = dict(_NAMED.findall(attributes))
    style = dict(part.split(": ", 1) for part in given["style"].split("; ") if ": " in part)
    size = float(style["font-size"].removesuffix("px"))
    bold = style.get("font-weight", str(REGULAR)) in (str(BOLD), "bold")
    letters, x = [], 0.0
    for character in text:
        name, shape, advance = _letter(character, BOLD if bold else REGULAR)
        if shape:
            used[name] = shape
            letters.append(f'<use xlink:href="#{name}" x="{x:.0f}"/>')
        x += advance
    left = -x * ANCHORS[style.get("text-anchor", "start")]
    kept = "; ".join(f"{k}: {style[k]}" for k in ("fill", "opacity") if k in style)
    place = f"translate({given.get('x', '0')} {given.get('y', '0')})"
    scale = f"scale({size / EM:.6g} {-size / EM:.6g}) translate({left:.0f} 0)"
    told = text.replace("--", "- -")
    moves = f"{given.get('transform', '')} {place} {scale}".strip()
    return f'<!-- {told} --><g style="{kept}" transform="{moves}">{"".join(letters)}</g>'


@cache
def _letter(character: str, weight: int) -> tuple[str, str, float]:
    """Return id, outline (path data, y upwards) and advance of a letter, EM units per size."""
    font = font_manager.get_font(_file(character, weight))
    font.set_size(EM, POINTS_PER_INCH)
    glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    vertices, codes = font.get_path()
    name = f"{font.postscript_name}-{font.get_char_index(ord(character)):x}"
    outline = Outline(vertices, codes)
    return name, _path_data(outline), glyph.linearHoriAdvance / WIDE


def _file(character: str, weight: int) -> Path:
    own = font_files()[weight]
    if font_manager.get_font(own).get_char_index(ord(character)):
        return own
    return Path(get_data_path(), "fonts", "ttf", FALLBACK_FILES[weight == BOLD])


def _path_data(outline: Outline) -> str:
    parts = []
    for points, code in outline.iter_segments(simplify=False, curves=True):
        if code in LETTERS:
            parts.append(LETTERS[code] + " ".join(f"{p:.0f}" for p in points))
        elif code == Outline.CLOSEPOLY:
            parts.append("Z")
    return "".join(parts)
