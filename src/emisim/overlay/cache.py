"""Weights kept in files that are found by the content of all that they rest on, never by name."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import shapely

from emisim import codegraph, output
from emisim.errors import MassError
from emisim.grid import Grid
from emisim.overlay.cells import Cells
from emisim.overlay.weights import Weights

BATCH = 2**12
ARRAYS = tuple(field.name for field in fields(Weights))


def kept(
    folder: str | Path, lay: Callable[..., Weights], grid: Grid, *arguments: Any, crs: str = ""
) -> Weights:
    """Return ``lay(grid, *arguments, crs=crs)``, read from ``folder`` if it is there.

    Parameters
    ----------
    folder
        Where the weights of one purpose are kept; older ones made by the same function for other
        content stay, since two cities may share a folder.
    lay
        :func:`emisim.overlay.points`, ``lines``, ``polygons``, ``lay``, ``regrid``.
    crs
        The coordinate system, if it is not the function's default.

    Notes
    -----
    A file counts only if the key inside it is the one asked for and its shares add to 1; else it is
    made again. It is written under a temporary name and renamed.
    """
    options = {"crs": crs} if crs else {}
    key = digest(lay.__name__, grid, *arguments, crs)
    path = Path(folder) / f"weights-{key[:16]}.npz"
    found = _read(path, key)
    if found is None:
        found = lay(grid, *arguments, **options)
        arrays = {name: getattr(found, name) for name in ARRAYS}
        with output.atomic(path) as temporary:
            np.savez(temporary, key=np.array(key), **arrays)  # type: ignore[arg-type]
    return found


def digest(*content: object) -> str:
    """Return a hash of geometries, arrays, grids and words, and of the code that lays them."""
    total = hashlib.sha256(_code().encode())
    for item in content:
        total.update(type(item).__name__.encode())
        for part in _bytes(item):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def _bytes(item: object) -> Iterator[bytes]:
    if isinstance(item, Grid | str):
        yield repr(item).encode()
    elif isinstance(item, Cells):
        yield from (item.crs.encode(), *_bytes(item.x), *_bytes(item.y))
    else:
        array = np.asarray(item)
        yield repr(array.shape).encode()
        if array.dtype != object:
            yield np.ascontiguousarray(array, dtype=np.float64).tobytes()
            return
        for first in range(0, array.size, BATCH):
            for part in shapely.to_wkb(array.ravel()[first : first + BATCH]):
                yield part or b""


def _read(path: Path, key: str) -> Weights | None:
    try:
        with np.load(path) as stored:
            if str(stored["key"]) != key:
                return None
            return Weights(**{name: stored[name] for name in ARRAYS}).checked()
    except (OSError, ValueError, KeyError, IndexError, EOFError, BadZipFile, MassError):
        return None


@lru_cache(maxsize=1)
def _code() -> str:
    """Return a hash of the modules and libraries that weights rest on."""
    import pyproj

    versions = (shapely.geos_version_string, pyproj.__proj_version__, np.__version__)
    total = hashlib.sha256(repr(versions).encode())
    for path in codegraph.closure("overlay"):
        total.update(path.read_bytes())
    return total.hexdigest()
