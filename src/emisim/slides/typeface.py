"""Type of the slides: a Latin and an East-Asian face in the theme and on every run."""

from collections.abc import Sequence
from typing import Any

from pptx.dml.color import RGBColor
from pptx.oxml.ns import qn
from pptx.util import Length

LATIN, EAST_ASIAN = "Arial", "Microsoft YaHei"
"""Faces that Windows and macOS have; a program without them takes its own."""
INK, PALE = "1A1A1A", "666666"
THEME = "application/vnd.openxmlformats-officedocument.theme+xml"


def faces(deck: Any) -> None:
    """Set both faces in the theme of a presentation, so that new text has them, too."""
    from lxml import etree

    for relation in deck.slide_master.part.rels.values():
        part = relation.target_part
        if part.content_type == THEME:
            tree = etree.fromstring(part.blob)
            for slot, face in ((qn("a:latin"), LATIN), (qn("a:ea"), EAST_ASIAN)):
                for fonts in (qn("a:majorFont"), qn("a:minorFont")):
                    tree.find(f".//{fonts}/{slot}").set("typeface", face)
            part._blob = etree.tostring(
                tree, xml_declaration=True, encoding="UTF-8", standalone=True
            )


def east_asian(properties: Any) -> None:
    """Set the East-Asian face beside the Latin one in run properties (rPr, defRPr)."""
    for tag, face in (("a:latin", LATIN), ("a:ea", EAST_ASIAN)):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
        properties.append(properties.makeelement(qn(tag), {"typeface": face}))


def write(frame: Any, lines: Sequence[str], size: Length | None = None, *, bold: bool = False,
          color: str = INK, lang: str) -> None:  # fmt: skip
    """Write lines into a text frame, one paragraph each."""
    frame.word_wrap = True
    for k, line in enumerate(lines or [""]):
        paragraph = frame.paragraphs[0] if k == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = line
        run.font.bold, run.font.size = bold, size
        run.font.color.rgb = RGBColor.from_string(color)
        properties = run.font._element
        properties.set("lang", lang)
        east_asian(properties)
