"""Classes of maps: round limits, few, and colours that follow them."""

import numpy as np
from matplotlib import colormaps, ticker
from matplotlib.colors import BoundaryNorm, Colormap, ListedColormap

CLASSES = 6
STEPS = (1, 3)
"""Class limits of the emission map within each power of ten: about equal on a log scale."""
SEQUENTIAL = "YlOrBr"
DIVERGING = "RdBu_r"
SHADES = (0.08, 0.95)
"""Part of the sequential map that is used: its palest colour would vanish on the page."""
BINS = 8
TAIL = 0.002
"""Part of the cells at either end that may lie beyond the classes, in an open one."""


def powers(field: np.ndarray) -> np.ndarray:
    """Return CLASSES - 1 inner limits 1, 3, 10, ... up to the highest cells of ``field``.

    The uppermost class begins at the largest limit that some cell exceeds.
    """
    top = np.floor(np.log10(field.max()))
    ladder = np.array([s * 10.0**k for k in np.arange(top - CLASSES, top + 1) for s in STEPS])
    return ladder[ladder < field.max()][-(CLASSES - 1) :]


def shades(number: int) -> np.ndarray:
    """Return ``number`` colours from pale to dark, (number, 4)."""
    return colormaps[SEQUENTIAL](np.linspace(*SHADES, number))


def steps(*fields: np.ndarray) -> np.ndarray:
    """Return about BINS round class limits that span all but the few most extreme cells."""
    low = min(float(np.nanquantile(f, TAIL)) for f in fields)
    high = max(float(np.nanquantile(f, 1 - TAIL)) for f in fields)
    if low == high:
        low, high = low - 1, high + 1
    return ticker.MaxNLocator(BINS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)


def _extend(levels: np.ndarray, *fields: np.ndarray) -> str:
    """Return which ends of the classes are open: neither, min, max or both."""
    below = any(np.nanmin(f) < levels[0] for f in fields)
    above = any(np.nanmax(f) > levels[-1] for f in fields)
    return {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[below, above]


def level_look(*fields: np.ndarray) -> tuple[Colormap, BoundaryNorm]:
    """Return classes that all fields share; the most extreme cells share an open one."""
    levels = steps(*fields)
    extend = _extend(levels, *fields)
    number = len(levels) - 1 + {"neither": 0, "both": 2}.get(extend, 1)
    return colormaps[SEQUENTIAL].resampled(number), BoundaryNorm(levels, number, extend=extend)


def change_look(change: np.ndarray) -> tuple[Colormap, BoundaryNorm]:
    """Return classes around 0: blue below, red above, as strong as they are far from 0."""
    levels = steps(change, np.zeros(1))
    extend = _extend(levels, change)
    middle = (levels[1:] + levels[:-1]) / 2
    step = levels[1] - levels[0]
    below = middle[:1] - step if extend in ("min", "both") else []
    above = middle[-1:] + step if extend in ("max", "both") else []
    middle = np.concatenate([below, middle, above])
    colors = colormaps[DIVERGING]((1 + middle / np.abs(middle).max()) / 2)
    return ListedColormap(colors), BoundaryNorm(levels, len(colors), extend=extend)
