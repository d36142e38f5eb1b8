"""The page itself: data, engine and styles put into one HTML file."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from emisim import output
from emisim.briefing import font
from emisim.figures.language import labels
from emisim.vocabulary import LANGUAGES

ASSETS = "assets/explorer"
WORDS = "explorer."
"""Begin of the keys of the page's labels."""


TOLD = ("plan", "scenarios", "measures", "targets", "names")
"""Parts of the data whose text is shown."""
SCRIPTS = ("charts.js", "link.js", "page.js")
ENGINE = (
    *("numbers", "fleets", "measures", "emissions", "contributions", "partition", "response"),
    *("verdicts", "plan_file", "explorer"),
)
"""Parts of the engine in ``engine/``; they share one scope, and constants stand before use."""


def engine() -> str:
    """Return the engine as one script, which defines ``Emisim`` and nothing else."""
    body = "\n".join(asset(f"engine/{name}.js") for name in ENGINE)
    return f'(function () {{\n"use strict";\n{body}globalThis.Emisim = {{ create }};\n}})();\n'


def asset(name: str) -> str:
    """Return a file of the page as text."""
    return files("emisim").joinpath(ASSETS, name).read_text(encoding="utf-8")


def script(value: Any) -> Markup:
    """Return data as JSON that may stand in a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def render(data: Mapping[str, Any], stamp: str = "") -> str:
    """Return the page.

    Parameters
    ----------
    data
        Of :func:`emisim.explorer.payload.make`.
    stamp
        What stands at the foot: what the results were made from.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(asset("page.html.j2"))
    code = {name: Markup(asset(name)) for name in ("page.css", *SCRIPTS)}
    code["engine.js"] = Markup(engine())
    words = script({lang: _words(lang) for lang in LANGUAGES})
    texts = {"data": script(data), "words": words, "plan": data["plan"], "stamp": stamp}
    shown = {key: text for key, text in data.items() if key in TOLD}
    face = Markup(font.face(words + stamp + script(shown)))
    return template.render(**texts, code=code, scripts=("engine.js", *SCRIPTS), face=face)


def _words(lang: str) -> dict[str, str]:
    """Return the page's own labels in a language."""
    return {key: text for key, text in labels(lang).items() if key.startswith(WORDS)}


def write(text: str, path: str | Path) -> None:
    """Write the page as UTF-8."""
    with output.atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
