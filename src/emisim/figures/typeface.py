"""Where the Chinese font lies that figures and pages are set in, and what it can show."""

import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from emisim.errors import InputError

REGULAR, BOLD = 400, 700
FALLBACK_FILES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
"""Of matplotlib: for what the Chinese font lacks."""
FONT_PACKAGE = "mpl_font"
FONT_FILES = MappingProxyType(
    {REGULAR: "NotoSansCJKsc-Regular.otf", BOLD: "NotoSansCJKsc-Bold.otf"},
)


def font_files() -> dict[int, Path]:
    """Return weight -> file of the Chinese font in the installed package.

    Raises
    ------
    InputError
        Package or file missing.
    """
    found = {}
    spec = find_spec(FONT_PACKAGE)
    folders = [] if spec is None else spec.submodule_search_locations or []
    for weight, name in FONT_FILES.items():
        path = next((p for f in folders if (p := Path(f, "fonts", "noto", name)).is_file()), None)
        if path is None:
            what = f"the Chinese font {name} is not there"
            hint = "pip install mpl-font, or run `make run`"
            raise InputError(what, value=FONT_PACKAGE, hint=hint)
        found[weight] = path
    return found


UNKNOWN = "□"
"""Stands for a character that no font of ours has."""
INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Unicode categories of what is not to be seen: controls, joiners, marks of direction."""


def legible(text: str) -> str:
    """Return ``text`` on one line, with a box for each character that the figures can't show.

    Examples
    --------
    >>> legible("阳泉 <$x_1$>"), legible("smoke \U0001f3ed"), legible("two\\nlines")
    ('阳泉 <$x_1$>', 'smoke □', 'two lines')
    """
    kept = (" " if c in "\n\r\t" else c for c in unicodedata.normalize("NFC", text))
    seen = [c for c in kept if unicodedata.category(c) not in INVISIBLE]
    return "".join(c if _shown(c) else UNKNOWN for c in seen)


@cache
def _shown(character: str) -> bool:
    """Return whether the Chinese font or its fallback has ``character`` in every weight."""
    from matplotlib import font_manager, get_data_path

    fallback = [Path(get_data_path(), "fonts", "ttf", name) for name in FALLBACK_FILES]
    code = ord(character)
    return any(
        all(font_manager.get_font(path).get_char_index(code) for path in paths)
        for paths in (font_files().values(), fallback)
    )
