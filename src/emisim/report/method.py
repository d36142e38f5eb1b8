"""How the numbers come about, in two pages."""

from emisim.figures.language import say
from emisim.report import blocks
from emisim.report.blocks import Block
from emisim.report.material import Material

PARTS: dict[str, tuple[str, ...]] = {
    "source": ("source", "=emission", "source2"),
    "plan": ("plan", "scenarios"),
    "grid": ("grid",),
    "transport": ("transport",),
    "chemistry": ("chemistry",),
    "air": ("air", "=response", "air2"),
    "effects": ("effects",),
    "targets": ("targets",),
    "limits": ("limits",),
}
"""Heading -> its paragraphs; ``=`` marks an equation."""


def section(material: Material) -> list[Block]:
    """Return the section on the method."""
    lang = material.lang
    base, year = material.findings.years
    found = [blocks.heading(say("report.h.method", lang))]
    for name, paragraphs in PARTS.items():
        found.append(blocks.heading(say(f"report.method.{name}.h", lang), 2))
        for key in paragraphs:
            if key.startswith("="):
                equation = key.removeprefix("=")
                found.append(blocks.formula(equation, say(f"report.alt.{equation}", lang)))
            else:
                found += blocks.text(say(f"report.method.{key}", lang, base=base, year=year))
    return found
