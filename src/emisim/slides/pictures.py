"""Drawn figures on a slide, without the title and footer that the slide has itself."""

import io
from typing import Any

import numpy as np
from PIL import Image

from emisim.slides.parts import Picture

WIDEST = 2000
"""Pixels: more than a projector shows."""
COLORS = 256
WHITE = 250
HEAD_GAP, FOOT_GAP = 0.024, 0.012
"""Blank part of the height that ends the head, or begins the foot, of a figure."""
Room = tuple[int, int, int, int]


def add(shapes: Any, picture: Picture, room: Room) -> None:
    """Put a picture on a slide, as large as the room allows, with its description."""
    data, ratio = body(picture)
    left, top, width, height = room
    wide = min(width, int(height * ratio))
    high = int(wide / ratio)
    made = shapes.add_picture(io.BytesIO(data), left + (width - wide) // 2, top, wide, high)
    made._element.nvPicPr.cNvPr.set("descr", picture.description)


def body(picture: Picture) -> tuple[bytes, float]:
    """Return a figure without head and foot as PNG, and its width over height."""
    with Image.open(picture.path) as whole:
        image = whole.convert("RGB")
    image.thumbnail((WIDEST, WIDEST))
    first, last = between(np.asarray(image.convert("L")).min(axis=1) < WHITE)
    image = image.crop((0, first, image.width, last))
    held = io.BytesIO()
    image.quantize(COLORS, Image.Quantize.FASTOCTREE).save(held, format="PNG")
    return held.getvalue(), image.width / image.height


def between(inked: np.ndarray) -> tuple[int, int]:
    """Return the first and last row between head and foot of a figure.

    ``inked`` (row,): rows that hold anything. The head ends at the first wide blank, the foot
    begins below the last blank.

    Examples
    --------
    >>> rows = np.ones(1000, dtype=bool)
    >>> rows[[*range(0, 40), *range(90, 130), *range(930, 960)]] = False
    >>> between(rows)
    (130, 930)
    """
    blanks = _blanks(inked)
    inner = [(a, b) for a, b in blanks if a > 0 and b < inked.size]
    heads = [b for a, b in inner if b - a >= HEAD_GAP * inked.size]
    feet = [a for a, b in inner if b - a >= FOOT_GAP * inked.size]
    first, last = (heads or [0])[0], (feet or [inked.size])[-1]
    return (first, last) if first < last else (0, inked.size)


def _blanks(inked: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ~inked, [False]]).astype(int)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
