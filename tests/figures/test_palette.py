"""Colours that everybody tells apart, and type that reads on them."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from emisim import vocabulary
from emisim.figures import classes, style

# Machado, Oliveira and Fernandes (2009), A physiologically-based model for simulation of color
# vision deficiency, IEEE TVCG 15(6), doi:10.1109/TVCG.2009.113, supplement, severity 1.0.
DEFICIENCY = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TOUCHING, ROLES, STEP = 15, 15, 3
"""Least CIE 1976 differences: sectors that touch, roles of one chart, neighbouring classes."""
SMALL_TYPE, LARGE_TYPE = 4.5, 3.0
"""Contrast that WCAG 2.2 (1.4.3) asks for, of small and of large or bold type."""
PAIRS_OF_ROLES = (
    ("fall", "rise"),
    ("met", "missed"),
    ("total", "fall"),
    ("total", "rise"),
    ("total", "without"),
    ("met", "target"),
    ("met", "track"),
    ("missed", "track"),
)


def linear(rgb):
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    ratio = rgb @ to_xyz.T / to_xyz.sum(axis=1)
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    x, y, z = f.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def seen(colors, kind):
    """Return CIE Lab of colours as somebody of that colour vision sees them."""
    rgb = linear(np.array([to_rgb(c) for c in colors]))
    return lab(np.clip(rgb @ np.array(DEFICIENCY[kind]).T, 0, 1))


def luminance(color):
    return linear(np.array(to_rgb(color))) @ [0.2126, 0.7152, 0.0722]


def contrast(one, two):
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("kind", DEFICIENCY)
def test_sectors_that_touch_in_a_bar_differ(kind):
    found = seen([style.palette()[s] for s in vocabulary.SECTORS], kind)
    assert np.linalg.norm(np.diff(found, axis=0), axis=1).min() > TOUCHING


@pytest.mark.parametrize("kind", DEFICIENCY)
@pytest.mark.parametrize("pair", PAIRS_OF_ROLES, ids="-".join)
def test_roles_of_one_chart_differ(kind, pair):
    one, two = seen([style.palette()[k] for k in pair], kind)
    assert np.linalg.norm(one - two) > ROLES


@pytest.mark.parametrize("kind", DEFICIENCY)
@pytest.mark.parametrize("number", [5, 8])
def test_classes_of_a_map_grow_darker_step_by_step(kind, number):
    found = seen(classes.shades(number), kind)
    assert (np.diff(found[:, 0]) < 0).all()
    assert np.linalg.norm(np.diff(found, axis=0), axis=1).min() > STEP


@pytest.mark.parametrize("kind", DEFICIENCY)
def test_less_and_more_are_told_apart_in_a_difference(kind):
    cmap, norm = classes.change_look(np.array([-4.0, 4.0]))
    found = seen([cmap(norm(v)) for v in (-3.5, 3.5)], kind)
    assert np.linalg.norm(found[0] - found[1]) > ROLES


@pytest.mark.parametrize("role", ["ink", "faint", "heating_text", "target"])
def test_small_type_reads_on_white(role):
    assert contrast(style.palette()[role], "white") >= SMALL_TYPE


@pytest.mark.parametrize("role", ["met", "missed", "fall", "rise"])
def test_bold_type_reads_on_white(role):
    assert contrast(style.palette()[role], "white") >= LARGE_TYPE


@pytest.mark.parametrize("sector", vocabulary.SECTORS)
def test_the_number_in_a_bar_reads(sector):
    color = style.palette()[sector]
    assert contrast(style.contrast(color), color) >= LARGE_TYPE


def test_every_sector_has_a_colour_of_its_own():
    colors = [style.palette()[s] for s in vocabulary.SECTORS]
    assert len(set(colors)) == len(colors)
