"""Numbers and source positions as JSON: arrays in base64, sources by their number on the page."""

import base64
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

TYPES = {"f8": "<f8", "f4": "<f4", "u2": "<u2"}
"""Key of a packed array -> its type; the engine turns them into typed arrays."""


@dataclass(frozen=True)
class Rows:
    """Sources, by position in the inventory; on the page they stand by their number there."""

    at: np.ndarray


def array(values: Any, kind: str = "f8") -> dict[str, str]:
    """Return the numbers of an array, row by row, in base64 under the key of their type.

    Examples
    --------
    >>> array([1, 2], "u2")
    {'u2': 'AQACAA=='}
    """
    raw = np.ascontiguousarray(np.asarray(values, dtype=TYPES[kind])).tobytes()
    return {kind: base64.b64encode(raw).decode("ascii")}


def rows(value: Any) -> Iterator[np.ndarray]:
    """Yield the positions of all :class:`Rows` inside a value of dicts and lists."""
    if isinstance(value, Rows):
        yield value.at
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from rows(part)


def plain(value: Any, number: np.ndarray) -> Any:
    """Return a value of dicts and lists as JSON takes it.

    Parameters
    ----------
    number
        Number on the page of each source of the inventory (source,).
    """
    if isinstance(value, Rows):
        return array(number[value.at], "u2")
    if isinstance(value, np.ndarray):
        return array(value)
    if isinstance(value, dict):
        return {str(k): plain(v, number) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v, number) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
