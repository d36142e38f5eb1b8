"""Long parts are kept by a hash of all that they depend on, and run again when it changes."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from emisim import output

Arrays = dict[str, np.ndarray]
DIGITS = 16


def digest(files: Iterable[Path], *values: object) -> str:
    """Return a hash of the bytes of files, and of numbers and arrays."""
    total = hashlib.sha256()
    for file in files:
        total.update(file.read_bytes())
    for value in values:
        array = np.ascontiguousarray(np.asarray(value, dtype=float))
        total.update(repr(array.shape).encode() + array.tobytes())
    return total.hexdigest()[:DIGITS]


def remember(folder: Path, name: str, key: str, compute: Callable[[], Arrays]) -> Arrays:
    """Return ``compute()``, from ``folder``/``name``-``key``.npz if it is there; else write it.

    An older file of the same name is removed.
    """
    path = folder / f"{name}-{key}.npz"
    if path.is_file():
        with np.load(path) as kept:
            return {k: kept[k] for k in kept.files}
    arrays = compute()
    with output.atomic(path) as temporary:
        np.savez_compressed(temporary, **arrays)  # type: ignore[arg-type]
    for old in folder.glob(f"{name}-*.npz"):
        if old != path:
            old.unlink()
    return arrays
