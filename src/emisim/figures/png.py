"""What a PNG file says about itself: its resolution, title and description."""

import struct
import zlib
from collections.abc import Mapping

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = 25
"""Bytes of the first chunk, IHDR: length, name, 13 bytes of data, checksum."""
METRE = 1
"""Unit of the resolution."""
INCH = 0.0254
"""Metres, by definition."""


def described(data: bytes, dots_per_inch: float, words: Mapping[str, str]) -> bytes:
    """Return a PNG (ISO/IEC 15948) with its resolution and texts put in.

    Parameters
    ----------
    data
        The file as it is, without a chunk of either kind.
    dots_per_inch
        Resolution noted in the file.
    words
        Keyword of the standard (Title, Description) -> text.
    """
    per_metre = round(dots_per_inch / INCH)
    head = len(SIGNATURE) + HEADER
    chunks = [
        _chunk(b"pHYs", struct.pack(">2IB", per_metre, per_metre, METRE)),
        *(_chunk(b"iTXt", _text(keyword, text)) for keyword, text in words.items()),
    ]
    return data[:head] + b"".join(chunks) + data[head:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _text(keyword: str, text: str) -> bytes:
    """Return keyword and text as UTF-8: neither compressed nor translated, of no language."""
    return keyword.encode("latin-1") + bytes(5) + text.encode("utf-8")
