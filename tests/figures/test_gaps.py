"""Figures are never blank: a gap is told on the figure, or beside the figures with its reason."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from emisim.briefing import inline
from emisim.figures import album, files, gauges, shifts, style
from emisim.figures.typeface import legible

pytest_plugins = ("figures_data",)
ODD = {
    "long": "Replacement of scattered coal " * 12,
    "long-zh": "农村地区清洁取暖替代散煤" * 12,
    "money": "5$ for $x^2$ and \\frac{1}{2}",
    "markup": "<b>&amp;</b> \"quoted\" 'text'",
    "under_score": "a_b__c %s {field} #let",
    "emoji": "smoke 🏭🇨🇳 stack",
    "right-to-left": "שלום العالم",
    "lines": "one\ntwo\tthree",
}


def names(material, lang="en"):
    return [name for name, _ in album.pages(material, lang)]


def reasons(material, lang="en"):
    return dict(album.absent(material, lang))


def told(figure):
    return [t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text")) if t.get_text()]


def test_what_is_drawn_and_what_is_not_are_all_figures_once(material):
    found = [*names(material), *reasons(material)]
    assert len(found) == len(set(found))
    assert {"steps-SO2", "steps-PM2.5", "contributions-SO2", "shifts", "effort"} <= set(found)
    assert list(reasons(material)) == ["effort"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_air_no_figure_of_the_air_is_listed_and_the_reason_is(material, lang):
    gone = dict.fromkeys(("by_area", "at_monitors", "concentration", "effects", "contributions"))
    bare = replace(material, **gone)
    assert not any(n.startswith(("air", "steps", "contrib")) for n in names(bare, lang))
    found = reasons(bare, lang)
    assert {"air-PM2.5", "air-SO2", "steps-PM2.5", "contributions-PM2.5"} <= set(found)
    assert ("computed without air" if lang == "en" else "未计算空气质量") in found["air-PM2.5"]


def test_without_the_effects_of_measures_the_other_figures_of_the_air_stay(material):
    bare = replace(material, effects=None, contributions=None, served=None)
    assert "air-PM2.5" in names(bare)
    assert {"steps-PM2.5", "contributions-PM2.5", "shifts"} <= set(reasons(bare))


def test_without_monitors_the_maps_and_the_mean_of_the_city_stay(material):
    atlas = replace(material.atlas, monitors=material.atlas.monitors.iloc[:0])
    bare = replace(material, atlas=atlas, at_monitors=material.at_monitors.isel(station=slice(0)))
    makers = dict(album.pages(bare, "en"))
    city = float(material.by_area.sel(species="SO2", area="city", scenario="base"))
    assert f"{city:.1f}" in style.caption(makers["air-SO2"]())[0]
    assert "city mean" in told(makers["contributions-SO2"]())


def test_a_plan_without_measures_draws_its_totals(material):
    totals = material.totals
    same = totals[totals["scenario"] == "reference"]
    kept = totals[totals["scenario"].isin(["base", "reference"])]
    copies = [same.assign(scenario=s) for s in ("stated", "expected")]
    bare = replace(
        material,
        ledger=material.ledger.iloc[:0],
        totals=pd.concat([kept, *copies]),
        effects=material.effects[material.effects["order"] == 0],
        by_area=material.by_area.sel(scenario=["base", "reference"] + ["reference"] * 2)
        .assign_coords(scenario=["base", "reference", "stated", "expected"]),
    )  # fmt: skip
    makers = dict(album.pages(bare, "en"))
    assert "2019, plan in full" in told(makers["measures-SO2"]())
    assert "2019, plan in full" in told(makers["steps-PM2.5"]())


@pytest.mark.parametrize("scenario", ["reference", "stated"])
def test_a_scenario_that_failed_is_named(material, scenario):
    kept = material.totals[material.totals["scenario"] != scenario]
    other = [s for s in material.by_area["scenario"].values if s != scenario]
    bare = replace(
        material,
        totals=kept,
        by_area=material.by_area.sel(scenario=other),
        concentration=material.concentration.sel(scenario=other),
        served=material.served[material.served["scenario"] != scenario],
    )
    assert "measures-SO2" not in names(bare)
    assert scenario in reasons(bare)["measures-SO2"]
    assert ("air-SO2" in reasons(bare)) == (scenario == "stated")


def test_a_year_without_emission_is_told(material):
    bare = replace(material, totals=material.totals.assign(tonnes=0.0))
    assert {"sectors", "months", "measures-SO2"} <= set(reasons(bare))
    assert "targets" in names(bare)


def test_a_plan_without_targets_says_so_and_draws_the_rest(material):
    bare = replace(material, verdict=material.verdict.iloc[:0])
    assert reasons(bare)["targets"] == "The plan sets no target."
    assert {"sectors", "steps-PM2.5", "air-SO2"} <= set(names(bare))


def test_load_that_does_not_move_is_no_figure(material):
    still = material.served[material.served["scenario"] == "reference"]
    both = pd.concat([still, still.assign(scenario="stated")])
    assert shifts.changes(both, "en").empty
    assert "moves no load" in reasons(replace(material, served=both))["shifts"]


def test_more_targets_than_a_slide_holds_fill_several(material):
    row = material.verdict[material.verdict["target"] == "so2-city"]
    many = [row.assign(target=f"so2-{k}", name_en=f"Goal {k}") for k in range(30)]
    unknown = material.verdict[material.verdict["verdict"] == "not computable"]
    verdict = pd.concat([*many, unknown], ignore_index=True)
    parts = gauges.parts(verdict)
    assert [len(p.targets) for p in parts] == [10, 10, 10]
    full = replace(material, verdict=verdict)
    assert names(full)[:3] == ["targets", "targets-2", "targets-3"]
    shown = [told(make()) for name, make in album.pages(full, "en") if name.startswith("targets")]
    every = {word for words in shown for word in words}
    assert {f"Goal {k}" for k in range(30)} <= every
    assert [any("Dustfall" in w for w in words) for words in shown] == [False, False, True]


@pytest.mark.parametrize("name", ODD.values(), ids=list(ODD))
def test_odd_names_are_drawn_as_they_are(material, name, tmp_path):
    ledger = material.ledger.assign(name_en=name, name_zh=name)
    odd = replace(material, ledger=ledger, place={"en": name, "zh": name})
    figure = dict(album.pages(odd, "en"))["measures-SO2"]()
    labels = [t for t in figure.axes[0].get_yticklabels() if t.get_text()]
    renderer = figure.canvas.get_renderer()
    assert all(t.get_window_extent(renderer).x0 >= 0 for t in labels)
    assert all(p.stat().st_size > 10_000 for p in style.save(figure, tmp_path / "odd"))


def test_what_no_font_has_becomes_a_box():
    assert legible("a🏭b") == "a□b"
    assert legible("SO₂ µg/m³ ≤ 阳泉 العالم") == "SO₂ µg/m³ ≤ 阳泉 العالم"
    assert legible("a\u200e\u0000b") == "ab"


def test_reasons_stand_beside_the_figures_and_in_the_page(material, tmp_path, monkeypatch):
    monkeypatch.setattr(album, "pages", lambda *_: iter(()))
    album.draw(replace(material, effects=None), "zh", tmp_path)
    table = pd.read_csv(tmp_path / files.ABSENT)
    assert {"steps-PM2.5", "steps-SO2", "effort"} == set(table["figure"])
    assert table["reason"].notna().all()
    assert inline.absent(tmp_path) == list(dict.fromkeys(table["reason"]))


def test_amounts_conserve_what_measures_move():
    import xarray as xr

    many = xr.Dataset(
        {
            "activity": (
                ("scenario", "source", "month"),
                np.array([[[4.0], [0.0], [6.0]], [[1.0], [2.0], [6.0]]]),
            ),
            "output": ("source", [2.0, 3.0, 1.0]),
        },
        {
            "scenario": ["reference", "stated"],
            "service": ("source", ["heat", "heat", "freight"]),
            "fuel": ("source", ["coal", "natural_gas", "electricity"]),
            "process": ("source", ["boiler", "boiler", "rail-freight"]),
        },
    )
    table = shifts.amounts(many)
    heat = table[table["service"] == "heat"].groupby("scenario")["value"].sum()
    assert heat["reference"] == heat["stated"] == 8
    moved = shifts.changes(table, "en").set_index("carrier")["change"]
    assert moved.to_dict() == {"coal": -6.0, "natural gas": 6.0}
    assert set(table[table["service"] == "freight"]["carrier"]) == {"rail"}
