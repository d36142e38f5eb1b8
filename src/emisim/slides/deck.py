"""Slides as a PowerPoint file: 16:9, Chinese and Latin type, the same bytes every time."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from emisim import __version__
from emisim.figures.language import columns
from emisim.figures.stamp import Stamp, footer, source
from emisim.output import atomic
from emisim.slides import charts, pictures
from emisim.slides.parts import Chart, Grid, Lines, Picture, Slide
from emisim.slides.typeface import INK, PALE, faces, write

EPOCH = datetime(2000, 1, 1)
"""Date inside every file, so that the same results make the same file."""
STAMPED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
SIZE = Inches(40 / 3), Inches(7.5)
LEFT, WIDTH = Inches(0.5), Inches(40 / 3 - 1)
TITLE_TOP, TITLE_HEIGHT = Inches(0.3), Inches(0.95)
SUBTITLE_TOP, SUBTITLE_HEIGHT = Inches(1.22), Inches(0.4)
BODY_TOP, BODY_HEIGHT = Inches(1.7), Inches(5.15)
FOOT_TOP, FOOT_HEIGHT = Inches(6.95), Inches(0.4)
TITLE, SUBTITLE, TEXT, TABLE, FOOT = Pt(26), Pt(15), Pt(20), Pt(12), Pt(9)
COVER_TITLE, COVER_TOP = Pt(36), Inches(2.2)
ROW, MARGIN = Inches(0.36), Inches(0.03)
TITLE_COLUMNS, TITLE_SMALL = 124, Pt(20)
"""A longer title is set smaller."""
HEAD = "FFFFFF"
MARKS = {"●": "1B7A8C", "▲": "B5482A", "○": PALE}
"""Mark that begins a verdict -> colour of its words."""
COVER_LAYOUT, PLAIN_LAYOUT = 0, 5
TAGS = {"zh": "zh-CN", "en": "en-GB"}


def write_deck(path: str | Path, slides: Sequence[Slide], stamp: Stamp, lang: str) -> None:
    """Write slides; the first is the cover."""
    deck = Presentation()
    _widen(deck)
    faces(deck)
    for number, page in enumerate(slides, start=1):
        layout = COVER_LAYOUT if number == 1 else PLAIN_LAYOUT
        made = deck.slides.add_slide(deck.slide_layouts[layout])
        if number == 1:
            _cover(made, page, stamp, lang)
        else:
            _page(made, page, stamp, lang, number)
        notes = made.notes_slide.notes_text_frame
        write(notes, list(page.notes), lang=TAGS[lang])
    _properties(deck, slides[0].title, lang)
    held = io.BytesIO()
    deck.save(held)
    with atomic(path) as temporary:
        temporary.write_bytes(settled(held.getvalue()))


def _properties(deck: Any, title: str, lang: str) -> None:
    core = deck.core_properties
    core.title, core.author, core.language = title, f"emisim {__version__}", TAGS[lang]
    core.last_modified_by, core.revision = core.author, 1
    core.created = core.modified = EPOCH


def settled(data: bytes) -> bytes:
    """Return an Office file whose parts bear one date, and the workbooks inside it likewise."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as read, zipfile.ZipFile(out, "w") as file:
        for name in read.namelist():
            content = read.read(name)
            if name.endswith(".xlsx"):
                content = settled(content)
            elif name == "docProps/core.xml":
                content = STAMPED.sub(rb"\g<1>" + EPOCH.strftime("%FT%TZ").encode(), content)
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, content)
    return out.getvalue()


def _widen(deck: Any) -> None:
    """Make the empty presentation 16:9, its master and layouts with it."""
    wide = SIZE[0] / deck.slide_width
    deck.slide_width, deck.slide_height = SIZE
    master = deck.slide_master
    for shapes in (master.shapes, *(layout.shapes for layout in deck.slide_layouts)):
        for shape in shapes:
            if shape.element.find(f".//{qn('a:off')}") is not None:
                shape.left, shape.width = Emu(int(shape.left * wide)), Emu(int(shape.width * wide))


def _cover(made: Any, page: Slide, stamp: Stamp, lang: str) -> None:
    title, below = made.shapes.title, made.placeholders[1]
    _place(title, LEFT, COVER_TOP, WIDTH, Inches(1.6))
    write(title.text_frame, [page.title], COVER_TITLE, bold=True, lang=TAGS[lang])
    _place(below, LEFT, COVER_TOP + Inches(1.8), WIDTH, Inches(1.8))
    lines = page.body.lines if isinstance(page.body, Lines) else ()
    write(below.text_frame, [page.subtitle, *lines], TEXT, lang=TAGS[lang])
    for frame in (title.text_frame, below.text_frame):
        for paragraph in frame.paragraphs:
            paragraph.alignment = PP_ALIGN.LEFT
    _foot(made, source(stamp, lang), lang)


def _page(made: Any, page: Slide, stamp: Stamp, lang: str, number: int) -> None:
    title = made.shapes.title
    _place(title, LEFT, TITLE_TOP, WIDTH, TITLE_HEIGHT)
    size = TITLE if columns(page.title) <= TITLE_COLUMNS else TITLE_SMALL
    write(title.text_frame, [page.title], size, bold=True, lang=TAGS[lang])
    title.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    title.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    if page.subtitle:
        box = made.shapes.add_textbox(LEFT, SUBTITLE_TOP, WIDTH, SUBTITLE_HEIGHT)
        write(box.text_frame, [page.subtitle], SUBTITLE, color=PALE, lang=TAGS[lang])
    body = page.body
    room = LEFT, BODY_TOP, WIDTH, BODY_HEIGHT
    if isinstance(body, Chart):
        charts.add(made.shapes, body, room)
    elif isinstance(body, Grid):
        _table(made.shapes, body, TAGS[lang])
    elif isinstance(body, Picture):
        pictures.add(made.shapes, body, room)
    elif isinstance(body, Lines):
        box = made.shapes.add_textbox(*room)
        box.text_frame.word_wrap = True
        write(box.text_frame, list(body.lines), TEXT, lang=TAGS[lang])
    words = footer(stamp, page.species, lang) if page.species else source(stamp, lang)
    _foot(made, f"{words} · {number}", lang)


def _place(shape: Any, left: int, top: int, width: int, height: int) -> None:
    shape.left, shape.top, shape.width, shape.height = left, top, width, height


def _foot(made: Any, text: str, lang: str) -> None:
    box = made.shapes.add_textbox(LEFT, FOOT_TOP, WIDTH, FOOT_HEIGHT)
    box.text_frame.word_wrap = True
    write(box.text_frame, [text], FOOT, color=PALE, lang=TAGS[lang])


def _table(shapes: Any, grid: Grid, tag: str) -> None:
    rows, across = len(grid.rows) + 1, len(grid.heads)
    frame = shapes.add_table(rows, across, LEFT, BODY_TOP, WIDTH, ROW * rows)
    table = frame.table
    for k, part in enumerate(grid.widths):
        table.columns[k].width = Emu(int(WIDTH * part / sum(grid.widths)))
    for r, cells in enumerate([grid.heads, *grid.rows]):
        table.rows[r].height = ROW
        for k, text in enumerate(cells):
            cell = table.cell(r, k)
            cell.margin_top = cell.margin_bottom = MARGIN
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            color = HEAD if r == 0 else MARKS.get(text[:1], INK)
            write(cell.text_frame, [text], TABLE, bold=r == 0, color=color, lang=tag)
