"""PDF and PNG of a drawing whose text is text: typst lays it out and embeds the type."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import matplotlib as mpl
import typst

from emisim.figures.typeface import font_files

FAMILY = "Noto Sans CJK SC"
"""The Chinese font by the name that it carries itself."""
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"
LOWERED = '<tspan font-size="62%" baseline-shift="-18%">'
"""What a subscript looks like."""
PAGE = """\
#set document(title: sys.inputs.title, description: sys.inputs.words, date: none)
#set page(width: float(sys.inputs.width) * 1in, height: float(sys.inputs.height) * 1in, margin: 0pt)
#image(bytes(sys.inputs.drawing), format: "svg", width: 100%, alt: sys.inputs.title)
"""
_SUBSCRIPTS = re.compile(f"[{SUBSCRIPTS}]")
_TEXT = re.compile(r"(<text\b[^>]*>)([^<]*)(?=</text>)")


@cache
def _compiler() -> typst.Compiler:
    fallback = Path(mpl.get_data_path(), "fonts", "ttf")
    folders = {str(path.parent) for path in font_files().values()} | {str(fallback)}
    return typst.Compiler(font_paths=sorted(folders), ignore_system_fonts=True)


def _lowered(text: str) -> str:
    """Return the text of an element with its subscripts as lowered digits, which the font has.

    One character that a font lacks would put the whole line into another font.
    """
    return _SUBSCRIPTS.sub(
        lambda found: f"{LOWERED}{ord(found[0]) - ord(SUBSCRIPTS[0])}</tspan>", text
    )


def ready(drawing: str, family: str) -> str:
    """Return an SVG with text in the fonts that typst knows.

    Parameters
    ----------
    drawing
        SVG with text elements.
    family
        Name of the Chinese font in it.
    """
    named = drawing.replace(family, FAMILY)
    return _TEXT.sub(lambda found: found[1] + _lowered(found[2]), named)


def compiled(
    drawing: str,
    form: str,
    size: tuple[float, float],
    dots_per_inch: float,
    words: Mapping[str, str],
) -> bytes:
    """Return the drawing as a file, the same bytes each time.

    Parameters
    ----------
    drawing
        SVG as from :func:`ready`.
    form
        ``pdf`` (vector, type embedded) or ``png``.
    size
        Width and height of the page, inches.
    dots_per_inch
        Resolution of a PNG.
    words
        Title and Description of the document.
    """
    given = {"title": words["Title"], "words": words["Description"], "drawing": drawing}
    given |= dict(zip(("width", "height"), map(str, size), strict=True))
    page = PAGE.encode()
    return _compiler().compile(input=page, format=form, ppi=dots_per_inch, sys_inputs=given)
