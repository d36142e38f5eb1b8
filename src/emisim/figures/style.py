"""One look for all figures: 16:9 slide, type for the back row, fixed colours, same bytes twice."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from emisim import output
from emisim.figures import language, outlines, png, typeset
from emisim.figures.stamp import Stamp
from emisim.figures.typeface import font_files

SLIDE = (40 / 3, 7.5)
DPI = 300
"""Of the PNG: as printers ask for."""
LAYOUT_DPI = 100
"""At which text is measured while a slide is laid out."""
TITLE, SUBTITLE, TEXT, SMALL, FOOT = 24, 15, 15, 13, 10.5
LEFT, RIGHT, TOP = 0.035, 0.965, 0.955
LINE = 1.28
SLACK = 8
"""Columns tried beyond the estimate when text is broken to the slide's width."""
FAMILY = "emisim Noto Sans CJK SC"
FALLBACK = "DejaVu Sans"
NO_METADATA = MappingProxyType(dict.fromkeys(("Date", "Creator", "Format", "Type")))
"""Of an SVG: what would differ from day to day, or is the same in every file."""


@dataclass(frozen=True)
class Frame:
    """What every figure of a plan says: name of the city, base and plan year, stamp, language."""

    place: str
    years: tuple[int, int]
    stamp: Stamp
    lang: str

    def where(self) -> dict[str, object]:
        """Return place and base year as fields of a label."""
        return {"place": self.place, "year": self.years[0]}


@cache
def palette() -> Mapping[str, str]:
    """Return term -> colour (sectors, species and the roles of the charts)."""
    return MappingProxyType({r["term"]: r["color"] for r in language._rows("palette.csv")})


@cache
def fonts() -> tuple[str, str]:
    """Return the font families, Chinese first, after telling matplotlib of them in memory only.

    The font's own family name differs by weight; under one name bold type is found.
    """
    for weight, path in font_files().items():
        entry = font_manager.FontEntry(fname=str(path), name=FAMILY, weight=weight)
        font_manager.fontManager.ttflist.append(entry)
    return FAMILY, FALLBACK


@contextmanager
def context() -> Iterator[None]:
    """Set the look for drawing and saving; outside the block matplotlib is as it was."""
    ink, faint = palette()["ink"], palette()["faint"]
    settings = {
        "font.family": list(fonts()),
        "font.size": TEXT,
        "text.parse_math": False,
        "text.color": ink,
        "axes.labelcolor": ink,
        "axes.edgecolor": faint,
        "axes.labelsize": TEXT,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "xtick.color": ink,
        "ytick.color": ink,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": TEXT,
        "legend.frameon": False,
        "legend.fontsize": SMALL,
        "svg.hashsalt": "emisim",
        "image.interpolation": "none",
    }
    with mpl.rc_context(settings):
        yield


def slide(message: str, subtitle: str, foot: str) -> Figure:
    """Return an empty slide: the message as the title, what is shown below it, the footer.

    The message is one sentence found from the data; ``subtitle`` names quantity, place, year.
    """
    figure = Figure(figsize=SLIDE, dpi=LAYOUT_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    figure.set_label(f"{message}\n{subtitle}")
    faint = palette()["faint"]
    title = block(figure, TOP, message, TITLE, weight="bold", linespacing=LINE)
    low = title.get_window_extent(figure.canvas.get_renderer()).y0 / figure.bbox.height
    block(figure, low - 0.012, subtitle, SUBTITLE, color=faint, linespacing=LINE)
    block(figure, 0.018, foot, FOOT, color=faint, va="bottom")
    return figure


def block(figure: Figure, y: float, text: str, size: float, **look: object) -> Text:
    """Write ``text`` at height ``y``, broken into as many lines as the slide's width asks for."""
    artist = figure.text(LEFT, y, text, size=size, **{"va": "top", **look})
    renderer = figure.canvas.get_renderer()
    fits = (RIGHT - LEFT) * figure.bbox.width / max(artist.get_window_extent(renderer).width, 1)
    if fits >= 1:
        return artist
    columns = int(language.columns(text) * fits) + SLACK
    artist.set_text(language.wrap(text, columns))
    while artist.get_window_extent(renderer).x1 > RIGHT * figure.bbox.width and columns > 1:
        columns -= 1
        artist.set_text(language.wrap(text, columns))
    artist.set_text(language.balance(text, columns))
    return artist


def body_top(figure: Figure) -> float:
    """Return the height (0 to 1) below which a slide is free for the chart."""
    heads = figure.texts[:2]
    renderer = figure.canvas.get_renderer()
    low = min(t.get_window_extent(renderer).y0 for t in heads if t.get_text())
    return low / figure.bbox.height - 0.025


def bare(axes: Axes, *sides: str) -> None:
    """Take away the named spines and the ticks of a chart's categories."""
    for side in sides:
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)


def shrink_wrapped(axes: Axes) -> None:
    """Set the category names that take two lines in smaller type."""
    for label in axes.get_yticklabels():
        label.set_size(SMALL if "\n" in label.get_text() else TEXT)


def halo() -> list[withStroke]:
    """Return a white rim that keeps text readable over lines and colours."""
    return [withStroke(linewidth=3, foreground="white")]


def blank() -> dict[str, object]:
    """Return the box that keeps a line from running through a text."""
    return {"facecolor": "white", "edgecolor": "none", "pad": 1}


def contrast(color: str) -> str:
    """Return white or ink, whichever reads on ``color`` (relative luminance, WCAG 2)."""
    linear = [((c + 0.055) / 1.055) ** 2.4 for c in mpl.colors.to_rgb(color)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < 0.3 else palette()["ink"]


def caption(figure: Figure) -> tuple[str, str]:
    """Return the message and the subtitle of a slide."""
    message, _, subtitle = figure.get_label().partition("\n")
    return message, subtitle


def save(figure: Figure, path: str | Path) -> tuple[Path, Path, Path]:
    """Write ``path`` as .png, .svg and .pdf, each whole or not at all, and return the paths.

    The text of the SVG is outlines: it needs no font. That of the PDF is text in type that is
    embedded. Message and subtitle go along as title and description of the file.
    """
    words = dict(zip(("Title", "Description"), caption(figure), strict=True))
    text = _drawing(figure, words, "none")
    drawing = outlines.outlined(text) if outlines.plain(text) else _drawing(figure, words, "path")
    page = typeset.ready(text, FAMILY)
    size = tuple(figure.get_size_inches().tolist())
    raster, printed = (typeset.compiled(page, form, size, DPI, words) for form in ("png", "pdf"))
    files = {"png": png.described(raster, DPI, words), "svg": drawing.encode(), "pdf": printed}
    written = [Path(path).with_name(f"{Path(path).name}.{suffix}") for suffix in files]
    for target, data in zip(written, files.values(), strict=True):
        with output.atomic(target) as temporary:
            temporary.write_bytes(data)
    return tuple(written)


def _drawing(figure: Figure, words: Mapping[str, str], text_as: str) -> str:
    """Return a figure as SVG; ``text_as`` as matplotlib's ``svg.fonttype``."""
    drawn = io.StringIO()
    with context(), mpl.rc_context({"svg.fonttype": text_as}):
        figure.savefig(drawn, format="svg", metadata=NO_METADATA | words)
    return drawn.getvalue()
