"""Paths that inputs name: they stay inside the project."""

import re
from pathlib import Path
from typing import Any

from emisim.errors import InputError

DEPTH = 2
"""Levels from a city's folder up to ``inputs``."""
STEM = re.compile(r"[\w-]+")


def stem(name: str, what: str, **where: Any) -> str:
    """Return ``name`` if it is the bare name of an input: letters, digits, - and _.

    Raises
    ------
    InputError
        It is a path, or holds other characters; ``where`` as of InputError.
    """
    if not STEM.fullmatch(name):
        message = f"{what} must be a name, not a path"
        hint = "write the file's name without folder and ending; letters, digits, - and _"
        raise InputError(message, value=name, hint=hint, **where)
    return name


def inside(name: str, city: Path, **where: Any) -> Path:
    """Return the file ``name`` of a city's folder, which may stand elsewhere in the project.

    Links are followed: what counts is where the file really stands.

    Parameters
    ----------
    name
        A path from the city's folder.
    city
        The city's folder, ``<project>/inputs/cities/<name>``.

    Raises
    ------
    InputError
        The file stands outside the city's folder and the project's ``inputs``.
    """
    above = city.absolute().parents
    roots = [city.resolve(), *(p.resolve() for p in above[DEPTH - 1 : DEPTH])]
    try:
        place = (city / name).resolve()
    except (OSError, ValueError, RuntimeError):
        place = Path()
    if not any(place.is_relative_to(root) for root in roots):
        message = "the path leads out of the project"
        hint = "copy the file into the city's folder and name it there"
        allowed = [str(root) for root in roots]
        raise InputError(message, value=name, allowed=allowed, hint=hint, **where)
    return city / name
