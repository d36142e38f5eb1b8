"""Slides whose body is a drawn map."""

from collections.abc import Iterator
from pathlib import Path

from emisim.briefing import inline
from emisim.figures.language import say, term
from emisim.slides.parts import Picture, Slide

SHOWN = {"emission": ("PM2.5",), "air": ("PM2.5",)}
"""Kind of map -> species that have a slide of their own."""


def maps(folder: Path, kind: str, lang: str) -> Iterator[Slide]:
    """Yield a slide for each map of a kind; one that was not drawn is said to be missing."""
    for species in SHOWN[kind]:
        name = f"{kind}-{species}"
        found = sorted(folder.glob(f"*-{name}.png")) if folder.is_dir() else []
        drawing = found[0].with_suffix(".svg") if found else None
        if drawing is None or not drawing.is_file():
            yield Slide(say(f"slides.no_map_{kind}", lang, species=term(species, lang)))
            continue
        message, subtitle = inline.words(drawing.read_text(encoding="utf-8"))
        picture = Picture(found[0], f"{message}. {subtitle}")
        notes = [say("html.rests.maps", lang), say(f"slides.notes.map_{kind}", lang)]
        yield Slide(message, picture, subtitle, notes)
