"""Closed forms of transport problems, to hold the numerical model against.

All are steady, with uniform wind u (m/s) along x and unit emission per metre of a cross-wind line
source, 1 ug/(m s); concentrations are ug/m3.
"""

import numpy as np

IMAGES = 40
"""Reflections on each side that are summed; the next would add nothing at double precision."""


def decay(x: np.ndarray, speed: float, loss: float) -> np.ndarray:
    """Return exp(-loss x / u), the share that first-order loss leaves at x (m)."""
    return np.exp(-loss * np.asarray(x, float) / speed)


def decay_upwind(cells: np.ndarray, cell_size: float, speed: float, loss: float) -> np.ndarray:
    """Return (1 + loss dx / u)^-n, what the upwind scheme makes of :func:`decay` after n cells."""
    return (1 + loss * cell_size / speed) ** -np.asarray(cells, float)


def line_source(
    x: np.ndarray, z: float, height: float, lid: float, speed: float, diffusivity: float
) -> np.ndarray:
    """Return the concentration at (x, z) from a line source at ``height``, ground and lid closed.

    c = 1/(u sqrt(2 pi) s) sum_n {exp[-(z - h + 2nH)^2/(2 s^2)] + exp[-(z + h + 2nH)^2/(2 s^2)]}
    with s^2 = 2 K x / u; K (m2/s) and u do not change with height.
    """
    variance = 2 * diffusivity * np.asarray(x, float)[..., None] / speed
    shift = 2 * lid * np.arange(-IMAGES, IMAGES + 1)
    terms = sum(np.exp(-((z + side * height + shift) ** 2) / (2 * variance)) for side in (-1, 1))
    total = np.asarray(terms).sum(axis=-1)
    return total / (speed * np.sqrt(2 * np.pi * variance[..., 0]))


def crosswind_diffusivity(
    angle: float | np.ndarray, speed: float, cell_size: float, horizontal_diffusivity: float
) -> np.ndarray | float:
    """Return K across the wind (m2/s) of first-order upwind differences, physical part included.

    K = Kh + (U dx / 2) |sin a cos a| (|cos a| + |sin a|), ``angle`` in radians to the mesh.
    """
    sine, cosine = abs(np.sin(angle)), abs(np.cos(angle))
    numerical = speed * cell_size / 2 * sine * cosine * (sine + cosine)
    return horizontal_diffusivity + numerical
