"""The Chinese characters of a page as a small font inside it, for machines that have none."""

import base64
import io
import logging

from emisim.figures.typeface import REGULAR, font_files

FAMILY = "emisim CJK"
FIRST_WIDE, LAST_WIDE = 0x2E80, 0xFFEF
"""Code points of the East Asian blocks; Latin text keeps the reader's own font."""
NAMES = (0, 1, 2, 13, 14)
"""Records of the font's name table that stay: copyright, family, style, licence and its address."""
UPRIGHT = ("vhea", "vmtx", "VORG")
"""Tables of vertical writing, which the page does not use."""


def face(text: str) -> str:
    """Return an ``@font-face`` rule with the East Asian characters of ``text``, if it has any.

    The glyphs are cut from the figures' font (SIL Open Font License), the same bytes each time.
    """
    wanted = sorted(c for c in map(ord, set(text)) if FIRST_WIDE <= c <= LAST_WIDE)
    if not wanted:
        return ""
    data = base64.b64encode(_subset(wanted)).decode("ascii")
    source = f"url(data:font/woff;base64,{data}) format('woff')"
    reach = f"unicode-range: U+{FIRST_WIDE:X}-{LAST_WIDE:X}"
    return f'@font-face {{ font-family: "{FAMILY}"; {reach}; src: {source}; }}\n'


def _subset(code_points: list[int]) -> bytes:
    """Return a WOFF file with the glyphs of ``code_points``."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    options.name_IDs = list(NAMES)
    options.drop_tables += UPRIGHT
    unchanged = {"recalcTimestamp": False, "recalcBBoxes": False}
    font = TTFont(font_files()[REGULAR], lazy=True, **unchanged)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=code_points)
    cutter.subset(font)
    font.flavor = "woff"
    packed = io.BytesIO()
    font.save(packed, reorderTables=False)
    return packed.getvalue()
