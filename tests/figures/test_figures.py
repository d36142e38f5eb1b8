import html
import io
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from emisim import vocabulary
from emisim.errors import MassError
from emisim.figures import album, classes, emissions, gauges, maps, messages, style, waterfall
from emisim.vocabulary import LANGUAGES

pytest_plugins = ("figures_data",)
PLACE = {"en": "Yangquan", "zh": "阳泉"}


@pytest.fixture
def frame(stamp):
    return {lang: style.Frame(PLACE[lang], (2018, 2019), stamp, lang) for lang in LANGUAGES}


def words(figure):
    """Return the texts of the SVG: matplotlib writes each string as a comment beside its glyphs."""
    drawn = io.StringIO()
    with style.context():
        figure.savefig(drawn, format="svg")
    text = drawn.getvalue()
    return [html.unescape(found.strip()) for found in re.findall(r"<!-- (.*?) -->", text)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_shares_show_every_species_total_and_how_much_is_assumed(totals, frame, lang):
    found = words(emissions.sectors(totals, frame[lang]))
    assert {"SO₂", "PM2.5", "12%", "78%"} <= set(found)
    assert ("13,400 t" if lang == "en" else "1.34 万吨") in found
    assert any("a1b2c3d4e5f6" in text for text in found)


def test_shares_add_to_one_and_keep_the_order_of_the_vocabulary(totals):
    table = emissions.shares(totals)
    np.testing.assert_allclose(table.sum(axis=1), 1, rtol=1e-12)
    assert list(table.columns) == list(vocabulary.SECTORS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_months_shade_the_heating_season(totals, material, frame, lang):
    found = words(emissions.monthly(totals, material.heating, frame[lang]))
    assert ("heating season" if lang == "en" else "采暖期") in found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_emission_map_names_districts_scale_north_and_approval(field, totals, atlas, frame, lang):
    tonnes = totals[totals["species"] == "PM2.5"].groupby("district")["tonnes"].sum()
    found = words(maps.emission(field, tonnes, atlas, "PM2.5", frame[lang]))
    assert set(atlas.districts[f"name_{lang}"]) <= set(found)
    assert {"20 km", "N"} <= set(found) or {"20 公里", "北"} <= set(found)
    assert any(("approval" if lang == "en" else "审图号") in text for text in found)


def test_district_names_do_not_cover_each_other(field, totals, atlas, frame):
    tonnes = totals[totals["species"] == "PM2.5"].groupby("district")["tonnes"].sum()
    figure = maps.emission(field, tonnes, atlas, "PM2.5", frame["en"])
    labels = [t for t in figure.axes[0].texts if t.get_text() in set(atlas.districts["name_en"])]
    boxes = [t.get_window_extent(figure.canvas.get_renderer()) for t in labels]
    assert len(boxes) == len(atlas.districts)
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_classes_are_one_and_three_in_each_power_of_ten():
    values = np.array([0.5, 4.0, 900.0])
    np.testing.assert_allclose(classes.powers(values), [3, 10, 30, 100, 300])


def test_a_falling_change_is_blue_and_zero_is_pale():
    cmap, norm = classes.change_look(np.array([-9.0, -1.0]))
    strong, weak = cmap(norm(-9.0)), cmap(norm(-0.1))
    assert strong[2] > strong[0]
    assert min(weak[:3]) > 0.8


def test_one_hot_cell_does_not_wash_out_the_map():
    field = np.append(np.linspace(40, 60, 10_000), 5_000.0)
    cmap, norm = classes.level_look(field)
    assert norm.extend == "max"
    assert len({cmap(norm(v)) for v in (41, 46, 51, 56, 5_000)}) == 5


@pytest.mark.parametrize("lang", LANGUAGES)
def test_air_shows_base_plan_and_difference(concentration, at_monitors, atlas, frame, lang):
    figure = maps.air(concentration, at_monitors, atlas, "SO2", ("SO2",), frame[lang])
    found = words(figure)
    assert {"Difference", "差值"} & set(found)
    before, after = (float(at_monitors.sel(scenario=s).mean()) for s in ("base", "stated"))
    assert f"{before:.1f}" in style.caption(figure)[0]
    assert f"{after:.1f}" in style.caption(figure)[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_waterfall_leads_from_base_to_plan(scenario_totals, ledger, frame, lang):
    rows = ledger[ledger["species"] == "SO2"]
    found = words(waterfall.waterfall(scenario_totals, rows, "SO2", frame[lang]))
    assert ("–1,900 t" if lang == "en" else "–1,900 吨") in found
    assert any(("4 further measures" if lang == "en" else "其余4项措施") in t for t in found)
    named = {f"name_{lang}": "name", "in_sequence_t": "change", "alone_t": "alone"}
    steps = waterfall.bars(scenario_totals, rows.rename(columns=named), (2018, 2019), lang)
    for one, two in pairwise(steps):
        assert two.start is None or two.start == one.end
    assert steps[-2].end == pytest.approx(scenario_totals["stated"])


def test_waterfall_refuses_a_ledger_that_leads_elsewhere(scenario_totals, ledger, frame):
    rows = ledger[ledger["species"] == "SO2"].iloc[1:]
    with pytest.raises(MassError, match="the measures lead to"):
        waterfall.waterfall(scenario_totals, rows, "SO2", frame["en"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_gauges_tell_met_missed_and_why_not_computable(verdict, frame, lang):
    found = words(gauges.gauges(verdict, ("SO2",), frame[lang]))
    assert ("● –34% met" if lang == "en" else "● –34% 达到") in found
    assert ("▲ –20% not met" if lang == "en" else "▲ –20% 未达到") in found
    assert any(("not modelled yet" if lang == "en" else "尚未模拟降尘量") in t for t in found)


def test_progress_of_a_level_starts_at_the_base_year():
    row = {"metric": "concentration", "base_value": 60.0, "value": 54.0, "target_value": 42.0}
    row |= {"base_unit": "ug/m3", "unit": "ug/m3"}
    assert gauges.progress(pd.Series(row)) == pytest.approx(1 / 3)


def test_progress_turns_the_base_year_into_the_unit_of_the_goal():
    row = {"metric": "activity_share", "base_value": 0.25, "value": 17.0, "target_value": 0.0}
    row |= {"base_unit": "fraction", "unit": "%"}
    assert gauges.progress(pd.Series(row)) == pytest.approx(8 / 25)


def test_messages_follow_the_data(verdict, totals, material):
    assert messages.verdict_count(verdict, "en").startswith("3 of 6 computable targets")
    doubled = verdict.assign(verdict=verdict["verdict"].replace("not met", "met"))
    assert messages.verdict_count(doubled, "en").startswith("6 of 6 computable targets")
    assert "rises" in messages.air_effect(40.0, 44.0, "SO2", "en")
    assert "5 heating months" in messages.heating_share(totals, "SO2", material.heating, "en")


def test_drawing_leaves_matplotlib_as_it_was(scenario_totals, ledger, frame):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    waterfall.waterfall(scenario_totals, ledger[ledger["species"] == "SO2"], "SO2", frame["zh"])
    assert dict(mpl.rcParams) == before


def test_album_lists_every_figure_once(material):
    names = [name for name, _ in album.pages(material, "en")]
    assert len(names) == len(set(names))
    assert {"targets", "sectors", "months", "emission-PM2.5", "measures-NOx", "air-SO2"} <= {*names}


def test_progress_lies_beyond_a_goal_that_the_base_year_meets_already():
    row = {"metric": "good_days", "base_value": 0.72, "base_unit": "fraction", "unit": "%"}
    row |= {"target_value": 71.0, "comparison": "at least"}
    assert gauges.progress(pd.Series(row | {"value": 73.0})) == pytest.approx(3)
    assert gauges.progress(pd.Series(row | {"value": 70.5})) == pytest.approx(0.5)
