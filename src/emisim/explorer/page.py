"""The page itself: data, engine and styles put into one HTML file."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from emisim import output
from emisim.figures.language import labels
from emisim.vocabulary import LANGUAGES

ASSETS = "assets/explorer"
WORDS = "explorer."
"""Begin of the keys of the page's labels."""


def asset(name: str) -> str:
    """Return a file of the page as text."""
    return files("emisim").joinpath(ASSETS, name).read_text(encoding="utf-8")


def script(value: Any) -> Markup:
    """Return data as JSON that may stand in a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def render(data: Mapping[str, Any]) -> str:
    """Return the page.

    Parameters
    ----------
    data
        Of :func:`emisim.explorer.payload.make`.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(asset("page.html.j2"))
    code = {name: Markup(asset(name)) for name in ("engine.js", "page.js", "page.css")}
    words = {lang: _words(lang) for lang in LANGUAGES}
    return template.render(data=script(data), words=script(words), plan=data["plan"], code=code)


def _words(lang: str) -> dict[str, str]:
    """Return the page's own labels in a language."""
    return {key: text for key, text in labels(lang).items() if key.startswith(WORDS)}


def write(text: str, path: str | Path) -> None:
    """Write the page as UTF-8."""
    with output.atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
