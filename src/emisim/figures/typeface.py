"""Where the Chinese font lies that figures and pages are set in."""

from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from emisim.errors import InputError

REGULAR, BOLD = 400, 700
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
