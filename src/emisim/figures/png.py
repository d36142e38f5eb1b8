"""PNG files of flat slides, in a quarter of the time of a writer that seeks the best filter."""

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

LEVEL = 3
"""Of zlib: twice as fast as 4, and rows of few colours get hardly larger."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"
BITS, TRUE_COLOUR = 8, 2
DEFLATE, ADAPTIVE, PROGRESSIVE, UNFILTERED = 0, 0, 0, 0
METRE = 1
"""Unit of the resolution."""
INCH = 0.0254
"""Metres, by definition."""


def write(
    path: str | Path, pixels: np.ndarray, dots_per_inch: float, words: Mapping[str, str]
) -> None:
    """Write ``pixels`` as a PNG (ISO/IEC 15948) of true colour, the same bytes each time.

    Parameters
    ----------
    path
        File to write.
    pixels
        Red, green and blue from the top left, (height, width, 3), uint8.
    dots_per_inch
        Resolution noted in the file.
    words
        Keyword of the standard (Title, Description) -> text.
    """
    height, width = pixels.shape[:2]
    methods = (BITS, TRUE_COLOUR, DEFLATE, ADAPTIVE, PROGRESSIVE)
    per_metre = round(dots_per_inch / INCH)
    rows = np.empty((height, 1 + 3 * width), np.uint8)
    rows[:, 0] = UNFILTERED
    rows[:, 1:] = pixels.reshape(height, -1)
    chunks = [
        _chunk(b"IHDR", struct.pack(">2I5B", width, height, *methods)),
        _chunk(b"pHYs", struct.pack(">2IB", per_metre, per_metre, METRE)),
        *(_chunk(b"iTXt", _text(keyword, text)) for keyword, text in words.items()),
        _chunk(b"IDAT", zlib.compress(rows.data, LEVEL)),
        _chunk(b"IEND", b""),
    ]
    Path(path).write_bytes(SIGNATURE + b"".join(chunks))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _text(keyword: str, text: str) -> bytes:
    """Return keyword and text as UTF-8: neither compressed nor translated, of no language."""
    return keyword.encode("latin-1") + bytes(5) + text.encode("utf-8")
