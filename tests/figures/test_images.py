"""Each figure looks as it did: compared with the small pictures in baseline/.

After a change that is meant, look at what the tests print, then remake the pictures:
`pytest tests/figures/test_images.py --mpl-generate-path tests/figures/baseline`.
"""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from emisim.figures import album
from emisim.vocabulary import LANGUAGES

pytest_plugins = ("figures_data",)
TOLERANCE = 8
"""Root mean square of 255: below it letters move by parts of a pixel."""
compared = partial(
    pytest.mark.mpl_image_compare,
    baseline_dir="baseline",
    tolerance=TOLERANCE,
    style="default",
    savefig_kwargs={"dpi": 50},
)
DAYS = {
    **{"target": "good-days", "metric": "good_days", "species": "", "unit": "%"},
    **{"name_en": "Good days", "name_zh": "优良天数比例", "base_unit": "fraction"},
    **{"target_value": 72.1, "base_value": 0.68, "comparison": "at least", "verdict": "not met"},
}


@pytest.fixture(scope="module")
def told(material):
    """The made-up plan with a target whose value has a range."""
    from dataclasses import replace

    row = material.verdict[material.verdict["target"] == "so2-city"].assign(**DAYS)
    reached = {"reference": (67.9, 62.5, 73.2), "stated": (70.4, 64.3, 76.5)}
    reached["expected"] = (69.4, 63.5, 75.3)
    columns = ["value", "value_low", "value_high"]
    row[columns] = np.array([reached[s] for s in row["scenario"]])
    verdict = pd.concat([row, material.verdict], ignore_index=True)
    return replace(material, verdict=verdict)


def drawn(material, name, lang):
    figure = dict(album.pages(material, lang))[name]()
    return figure


@pytest.mark.parametrize("lang", LANGUAGES)
@compared()
def test_targets(told, lang):
    return drawn(told, "targets", lang)


@compared()
def test_sectors(told):
    return drawn(told, "sectors", "zh")


@compared()
def test_months(told):
    return drawn(told, "months", "en")


@compared()
def test_emission_map(told):
    return drawn(told, "emission-PM2.5", "zh")


@compared()
def test_measures(told):
    return drawn(told, "measures-SO2", "en")


@pytest.mark.parametrize("lang", LANGUAGES)
@compared()
def test_steps_to_the_goal(told, lang):
    return drawn(told, "steps-SO2", lang)


@compared()
def test_air(told):
    return drawn(told, "air-SO2", "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
@compared()
def test_contributions(told, lang):
    return drawn(told, "contributions-PM2.5", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@compared()
def test_shifts(told, lang):
    return drawn(told, "shifts", lang)
