"""Writing results so that nothing a user had is lost."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".unfinished"
LONG_AGO = 1
"""Seconds since 1970: not 0, which Snakemake takes for no time at all."""


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; rename it onto ``path`` when the block succeeds.

    After an error the temporary file is removed and an older ``path`` stays as it was.
    The temporary name keeps the suffix, because writers choose a format by it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def attempt(paths: Iterable[str | Path]) -> Iterator[None]:
    """Mark ``paths`` as unfinished; the mark stays when the block fails or is killed."""
    marks = [_mark(Path(path)) for path in paths]
    for mark in marks:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    yield
    for mark in marks:
        mark.unlink(missing_ok=True)


def outdate_unfinished(root: str | Path) -> list[Path]:
    """Make every unfinished file or folder below ``root`` look old; return them.

    An earlier version that was kept after a failure must not pass for the new one.
    """
    found = []
    for mark in sorted(Path(root).rglob(f".*{UNFINISHED}")):
        path = mark.with_name(mark.name.removeprefix(".").removesuffix(UNFINISHED))
        inside = path.iterdir() if path.is_dir() else ()
        for item in (path, *inside):
            if item.exists():
                os.utime(item, (LONG_AGO, LONG_AGO))
        found.append(path)
    return found


def _mark(path: Path) -> Path:
    return path.with_name(f".{path.name}{UNFINISHED}")
