"""Legends below a chart, in rows that stand level whatever letters are in them."""

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from emisim.figures import style

BOTTOM, LINE_HEIGHT = 0.085, 0.042
"""Middle of the lowest row and the distance of rows, in heights of the slide."""
PATCH = (0.016, 0.022)
"""Width and height of a patch, in parts of the slide."""
SPACE, GAP = 0.008, 0.022
"""Between a patch and its word, and between columns."""


def draw(figure: Figure, words: Mapping[str, str], rows: int = 2) -> None:
    """Write the legend of a slide, centred: word -> colour, filled column by column."""
    renderer = figure.canvas.get_renderer()
    width = figure.bbox.width
    look = {"size": style.SMALL, "va": "center_baseline"}
    texts = [figure.text(0, 0, word, **look) for word in words]
    wide = [text.get_window_extent(renderer).width / width for text in texts]
    columns = [max(wide[k : k + rows]) + PATCH[0] + SPACE + GAP for k in range(0, len(wide), rows)]
    x = (1 + GAP - sum(columns)) / 2
    for k, (text, color) in enumerate(zip(texts, words.values(), strict=True)):
        column, row = divmod(k, rows)
        left = x + sum(columns[:column])
        y = BOTTOM + (rows - 1 - row) * LINE_HEIGHT
        corner = (left, y - PATCH[1] / 2)
        look = {"fc": color, "ec": "none", "transform": figure.transFigure}
        figure.add_artist(Rectangle(corner, *PATCH, **look))
        text.set_position((left + PATCH[0] + SPACE, y))
