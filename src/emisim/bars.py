"""Progress bars of long work, on a terminal only: a log gets lines instead."""

from collections.abc import Iterable
from typing import Any, TypeVar

from tqdm import tqdm

T = TypeVar("T")
LOOK: dict[str, Any] = {"leave": False, "disable": None, "dynamic_ncols": True}
"""A bar goes when its work is done, and is not drawn where nobody looks."""


def over(items: Iterable[T], what: str) -> "tqdm[T]":
    """Return ``items``, with a bar named ``what`` that moves as they are taken.

    Examples
    --------
    >>> list(over([1, 2], "steps"))
    [1, 2]
    """
    return tqdm(items, desc=what, **LOOK)


def upto(count: int, what: str) -> "tqdm[Any]":
    """Return a bar of ``count`` steps; ``update`` moves it, ``disable`` says it is not drawn."""
    return tqdm(total=count, desc=what, **LOOK)
