"""Labels that do not cover each other: each moves to free room and keeps a line to its point."""

from collections.abc import Iterable, Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from emisim.figures.style import halo, palette

RINGS = 12
DIRECTIONS = 16
PAD = 3
SAMPLES = 24


def _offsets(step: float) -> Iterator[tuple[float, float]]:
    yield 0, 0
    for ring in range(1, RINGS + 1):
        for angle in np.linspace(0, 2 * np.pi, DIRECTIONS, endpoint=False):
            yield ring * step * np.cos(angle), ring * step * np.sin(angle)


def _free(box: Bbox, taken: list[Bbox], frame: Bbox) -> bool:
    inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
    return inside and not any(box.overlaps(other) for other in taken)


def place(
    axes: Axes,
    labels: Iterable[tuple[float, float, str]],
    size: float,
    keep_clear: Iterable[tuple[float, float]] = (),
    room: Iterable[float] = (),
) -> list[Text]:
    """Write labels (x, y, text; data coordinates) without overlaps, off the points to keep clear.

    ``room``: width in data units of each label's area; a wider label leaves the area.
    A label that finds no free place stays on its point.
    """
    renderer = axes.figure.canvas.get_renderer()
    taken = [_around(axes, point, size) for point in keep_clear]
    rooms = iter(room)
    texts = []
    for x, y, text in labels:
        artist = axes.text(x, y, text, size=size, ha="center", va="center", zorder=9)
        artist.set_path_effects(halo())
        box = artist.get_window_extent(renderer).padded(PAD)
        wide = next(rooms, np.inf) * abs(axes.transData.transform([(1, 0), (0, 0)])[:, 0] @ [1, -1])
        own = [_around(axes, (x, y), size)] if box.width > wide else []
        taken.append(_move(axes, artist, box, taken + own, (x, y)))
        texts.append(artist)
    return texts


def _around(axes: Axes, point: tuple[float, float], size: float) -> Bbox:
    x, y = axes.transData.transform(point)
    return Bbox.from_extents(x - size, y - size, x + size, y + size)


def _move(
    axes: Axes, artist: Text, box: Bbox, taken: list[Bbox], point: tuple[float, float]
) -> Bbox:
    frame = axes.get_window_extent()
    for dx, dy in _offsets(box.height * 0.6):
        moved = box.translated(dx, dy)
        if _free(moved, taken, frame) and not _crosses(box, moved, taken):
            if dx or dy:
                _displace(axes, artist, point, (dx, dy))
            return moved
    return box


def _crosses(start: Bbox, end: Bbox, taken: list[Bbox]) -> bool:
    """Return whether the line between two boxes' centres runs under another label."""
    centres = [np.array([(b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2]) for b in (start, end)]
    line = [centres[0] + t * (centres[1] - centres[0]) for t in np.linspace(0, 1, SAMPLES)]
    labels = [b for b in taken if not b.contains(*centres[0])]
    return any(b.contains(*at) for b in labels for at in line)


def _displace(
    axes: Axes, artist: Text, point: tuple[float, float], shift: tuple[float, float]
) -> None:
    there = axes.transData.transform(point) + np.asarray(shift)
    x, y = axes.transData.inverted().transform(there)
    artist.set_position((x, y))
    look = {"color": palette()["ink"], "lw": 1.4, "zorder": 8, "path_effects": halo()}
    axes.plot([point[0], x], [point[1], y], **look)
    axes.plot(*point, ".", color=palette()["ink"], ms=7, zorder=8)
