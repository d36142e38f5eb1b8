"""Plans beside each other: tables by hand, and the figure shows them."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from emisim import comparison
from emisim.comparison import Result
from emisim.errors import InputError
from emisim.figures import comparison as figure
from emisim.figures import style

SCENARIOS = ("base", "reference", "stated", "expected")
SPECIES = ("SO2", "NOx", "NH3", "PM2.5")


def result(city, levels, verdict):
    """Return results whose emission is level x 1000 kg a month, species alike; means likewise."""
    shape = (len(SCENARIOS), 1, 2, len(SPECIES), 12)
    kilograms = np.zeros(shape)
    kilograms[:, :, 0] = np.reshape(levels, (-1, 1, 1, 1)) * 1000
    kilograms[:, :, 1] = 7e9
    axes = {
        "scenario": list(SCENARIOS),
        "sector": ["power"],
        "district": ["Upper", "outside"],
        "species": list(SPECIES),
        "month": range(1, 13),
    }
    total = xr.DataArray(kilograms, axes, list(axes))
    values = np.array([[[level / 2, 99.0]] for level in levels])
    where = {"scenario": list(SCENARIOS), "species": ["PM2.5"], "area": ["city", "Upper"]}
    means = xr.DataArray(values, where, list(where))
    place = {"en": city.title(), "zh": "城"}
    years = dict(zip(SCENARIOS, (2018, 2019, 2019, 2019), strict=True))
    return Result(city, f"{city}-2019", place, total, years, means, verdict)


def judged(*rows):
    return pd.DataFrame(rows, columns=["target", "scenario", "verdict"])


@pytest.fixture(scope="module")
def results():
    first = judged(
        ("a", "stated", "met"), ("a", "expected", "not met"),
        ("b", "stated", "not met"), ("b", "expected", "not met"),
        ("c", np.nan, "not computable"),
    )  # fmt: skip
    second = judged(("d", "stated", "met"), ("d", "expected", "met"))
    return [result("alpha", (10, 8, 4, 6), first), result("beta", (10, 10, 11, 10), second)]


def row(table, plan, scenario, quantity):
    found = table.query(
        "plan == @plan and scenario == @scenario and quantity == @quantity and species == 'PM2.5'"
    )
    assert len(found) == 1
    return found.iloc[0]


def test_totals_by_hand_without_what_is_outside(results):
    table = comparison.totals(results)
    emission = row(table, "alpha-2019", "stated", "emission")
    assert emission["value"] == pytest.approx(48)  # 12 months of 4 t
    assert emission["change_on_base"] == pytest.approx(-60)
    assert emission["change_on_reference"] == pytest.approx(-50)
    assert emission["year"] == 2019
    air = row(table, "alpha-2019", "expected", "concentration")
    assert (air["value"], air["unit"]) == (3, "ug/m3")
    assert air["change_on_reference"] == pytest.approx(-25)
    assert len(table) == 2 * len(SCENARIOS) * (len(SPECIES) + 1)
    assert not table[["value", "change_on_base", "change_on_reference"]].isna().any(axis=None)


def test_a_change_on_nothing_is_empty():
    table = comparison.totals([result("alpha", (0, 0, 0, 0), judged())])
    assert table["change_on_base"].isna().all()


def test_verdicts_stand_below_each_other(results):
    table = comparison.verdicts(results)
    assert table["plan"].tolist() == ["alpha-2019"] * 5 + ["beta-2019"] * 2
    assert list(table.columns) == list(comparison.VERDICTS)


def test_every_target_counts_once(results):
    counts = comparison.counts(comparison.verdicts(results), "stated")
    assert counts.loc["alpha-2019"].to_dict() == {"met": 1, "not met": 1, "not computable": 1}
    assert counts.loc["beta-2019"].to_dict() == {"met": 1, "not met": 0, "not computable": 0}
    expected = comparison.counts(comparison.verdicts(results), "expected")
    assert expected.loc["alpha-2019", "not met"] == 2


def test_a_plan_without_reference_is_named(results):
    whole = results[0].total
    cut = whole.sel(scenario=["base", "stated"])
    bad = Result(**(vars(results[0]) | {"total": cut}))
    with pytest.raises(InputError, match="unknown scenario of plan alpha-2019") as error:
        comparison.totals([bad])
    assert error.value.value == "reference"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_shows_changes_and_counts(results, lang):
    counts = comparison.counts(comparison.verdicts(results), "stated")
    names = {r.plan: {k: f"{word} 2019" for k, word in r.place.items()} for r in results}
    drawn = figure.comparison(
        comparison.totals(results), counts, names, style.Stamp("a1b2c3d4e5f6"), lang
    )
    panels = drawn.axes
    assert len(panels) == len(figure.SHOWN) + 1
    for panel in panels[:-1]:
        assert {text.get_text() for text in panel.texts} == {"–50%", "+10%"}
        bars = [round(bar.get_width(), 6) for bar in panel.patches]
        assert bars == [-50, 10]
        diamonds = [line.get_xdata()[0] for line in panel.lines if line.get_marker() == "D"]
        assert diamonds == pytest.approx([-25, 0])
    assert [bar.get_width() for bar in panels[-1].patches] == [1, 1, 1, 1, 0, 0]
    said, _ = style.caption(drawn)
    assert "–50%" in said
    assert "+10%" in said
    assert any("a1b2c3d4e5f6" in text.get_text() for text in drawn.texts)


def test_no_number_lies_on_a_plans_name(results):
    counts = comparison.counts(comparison.verdicts(results), "stated")
    names = {r.plan: {"en": "Xiangyang 2019"} for r in results}
    stamp = style.Stamp("a1b2c3d4e5f6")
    drawn = figure.comparison(comparison.totals(results), counts, names, stamp, "en")
    draw = drawn.canvas.get_renderer()
    left = max(label.get_window_extent(draw).x1 for label in drawn.axes[0].get_yticklabels())
    assert min(text.get_window_extent(draw).x0 for text in drawn.axes[0].texts) > left
