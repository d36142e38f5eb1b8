"""Districts and monitors of a city as the page draws them."""

from typing import Any

from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from emisim.figures.language import term
from emisim.figures.maps import Atlas
from emisim.vocabulary import LANGUAGES, SECTORS, SPECIES

WIDTH = 1000
"""Width of the map's own coordinates; its height follows."""
MARGIN = 1 / 50
"""Of the width, left free on every side."""


def of_city(atlas: Atlas) -> dict[str, Any]:
    """Return the map of a city: outlines in ``WIDTH`` units from the upper left, y downwards.

    Parameters
    ----------
    atlas
        Districts and monitors in a plane, m.
    """
    left, low, right, top = atlas.districts.total_bounds
    scale = WIDTH * (1 - 2 * MARGIN) / (right - left)
    edge = WIDTH * MARGIN

    def place(x: float, y: float) -> list[int]:
        return [round(edge + (x - left) * scale), round(edge + (top - y) * scale)]

    shapes = atlas.districts.geometry.simplify(1 / scale)
    inner = atlas.districts.geometry.representative_point()
    rows = zip(atlas.districts["district"], shapes, inner, strict=True)
    monitors = atlas.monitors
    return {
        "width": WIDTH,
        "height": round((top - low) * scale + 2 * edge),
        "metres": 1 / scale,
        "districts": [
            {"id": name, "path": _path(shape, place), "at": place(point.x, point.y)}
            for name, shape, point in rows
        ],
        "monitors": [
            {"id": str(station), "at": place(x, y)}
            for station, x, y in zip(monitors["station"], monitors["x"], monitors["y"], strict=True)
        ],
    }


def _path(shape: BaseGeometry, place: Any) -> str:
    """Return a polygon's rings as the path of an SVG."""
    polygons = shape.geoms if isinstance(shape, MultiPolygon) else [shape]
    rings = [r for p in polygons if isinstance(p, Polygon) for r in (p.exterior, *p.interiors)]
    lines = [" ".join(",".join(map(str, place(x, y))) for x, y in ring.coords) for ring in rings]
    return "".join(f"M{line}Z" for line in lines)


def names(atlas: Atlas | None) -> dict[str, dict[str, str]]:
    """Return by language what sectors, species, districts and monitors are called.

    A monitor's English name is its number.
    """
    found = {
        lang: {name: term(name, lang) for name in (*SECTORS, *SPECIES, "NO2")} for lang in LANGUAGES
    }
    if atlas is not None:
        frame, monitors = atlas.districts, atlas.monitors
        for lang, column in (("en", "station"), ("zh", "name_zh")):
            found[lang] |= dict(zip(frame["district"], frame[f"name_{lang}"], strict=True))
            found[lang] |= dict(zip(monitors["station"], monitors[column], strict=True))
    return found
