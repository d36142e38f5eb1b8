"""The slides, read back: messages, editable numbers, type, gaps told, the same bytes twice."""

import dataclasses
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pptx import Presentation
from pptx.oxml.ns import qn

from emisim import plan
from emisim.figures.findings import Findings
from emisim.figures.language import say
from emisim.slides import charts, deck, effects, pictures, story
from emisim.slides.parts import Chart, Lines, Picture, Slide
from emisim.slides.typeface import EAST_ASIAN

pytest_plugins = ("figures_data",)
EXAMPLE = Path(__file__).parents[1] / "data" / "plan.yaml"
WHOLE = ("emission-PM2.5", "air-PM2.5")
SVG = "<svg><title>Message of {name}</title><dc:description>shown</dc:description></svg>"


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """A folder of drawn maps: head, body, foot on white."""
    folder = tmp_path_factory.mktemp("figures")
    for number, name in enumerate(WHOLE):
        path = folder / f"{number:02d}-{name}.png"
        Image.fromarray(drawn()).save(path)
        path.with_suffix(".svg").write_text(SVG.format(name=name), encoding="utf-8")
    return folder


def drawn(height=750, width=1333):
    """A figure as they are drawn: rows of head, body and foot."""
    rows = np.full((height, width, 3), 255, np.uint8)
    for first, last, gray in ((40, 60, 0), (72, 84, 100), (120, 680, 50), (720, 735, 100)):
        rows[first:last, 20:-20] = gray
    return rows


@pytest.fixture(scope="module")
def findings(material):
    names = {f.name for f in dataclasses.fields(Findings)}
    return Findings(**{n: getattr(material, n) for n in names})


def told(findings, figures, lang, **changes):
    known = dataclasses.replace(findings, **changes)
    made = story.Story(known, plan.read(EXAMPLE), {}, Path(figures), lang)
    return story.slides(made)


@pytest.fixture(scope="module", params=["zh", "en"])
def written(request, findings, figures, tmp_path_factory):
    lang = request.param
    made = told(findings, figures, lang)
    path = tmp_path_factory.mktemp("deck") / f"slides-{lang}.pptx"
    deck.write_deck(path, made, findings.stamp, lang)
    return path, made, Presentation(str(path)), lang


def test_every_slide_has_its_message_and_notes(written):
    _, made, read, _ = written
    assert [s.shapes.title.text_frame.text for s in read.slides] == [s.title for s in made]
    assert 12 <= len(made) <= 18
    for page in read.slides:
        assert page.shapes.title.text_frame.text
        assert page.notes_slide.notes_text_frame.text
    assert read.slide_width * 9 == pytest.approx(read.slide_height * 16, rel=1e-6)


def test_the_foot_of_every_slide_names_the_results(written, findings):
    for page in written[2].slides:
        words = [s.text_frame.text for s in page.shapes if s.has_text_frame]
        assert any(findings.stamp.digest in text for text in words)


def test_chinese_type_is_set_on_every_run_and_in_the_theme(written):
    path, _, read, _ = written
    runs = [run for page in read.slides for run in page._element.iter(qn("a:rPr"))]
    assert len(runs) > 50
    assert {run.find(qn("a:ea")).get("typeface") for run in runs} == {EAST_ASIAN}
    order = [qn("a:solidFill"), qn("a:latin"), qn("a:ea")]
    for run in runs:
        assert [child.tag for child in run if child.tag in order] == order
    with zipfile.ZipFile(path) as file:
        theme = file.read("ppt/theme/theme1.xml").decode()
    assert theme.count(f'<a:ea typeface="{EAST_ASIAN}"') == 2


def test_nothing_lies_beyond_the_slide(written):
    read = written[2]
    for page in read.slides:
        for shape in page.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= read.slide_width
            assert shape.top + shape.height <= read.slide_height


def native(read):
    return [shape.chart for page in read.slides for shape in page.shapes if shape.has_chart]


def test_the_waterfall_of_the_air_leads_from_base_to_plan(written, findings):
    lang = written[3]
    found = [c for c in native(written[2]) if c.plots[0].series[0].name == say("slides.lift", lang)]
    assert len(found) == 4
    series = {s.name: np.nan_to_num(np.array(s.values, float)) for s in found[-1].plots[0].series}
    lift, level, fall, rise = (
        series[say(f"slides.{n}", lang)] for n in ("lift", "total", "fall", "rise")
    )
    city = findings.by_area.sel(species="PM2.5", area="city")
    assert level[0] == pytest.approx(float(city.sel(scenario="base")))
    assert level[-1] == pytest.approx(float(city.sel(scenario="stated")))
    assert level[-1] == pytest.approx(level[0] + rise.sum() - fall.sum())
    changed = (fall + rise) > 0
    assert np.all(lift[changed] > 0)
    assert lift[np.flatnonzero(changed)[-1]] == pytest.approx(level[-1])


def test_the_workbook_behind_a_chart_holds_its_numbers(written):
    import python_calamine

    chart = native(written[2])[0]
    blob = chart.part.chart_workbook.xlsx_part.blob
    path = written[0].with_suffix(".behind.xlsx")
    path.write_bytes(blob)
    rows = python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
    for k, series in enumerate(chart.plots[0].series, start=1):
        assert rows[0][k] == series.name
        values = [row[k] if row[k] != "" else None for row in rows[1:]]
        assert values == [None if v is None else pytest.approx(v) for v in series.values]


def test_made_twice_the_bytes_are_the_same(written, findings, tmp_path):
    path, made, _, lang = written
    deck.write_deck(tmp_path / "again.pptx", made, findings.stamp, lang)
    assert (tmp_path / "again.pptx").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"by_area": None, "at_monitors": None, "effects": None, "contributions": None},
         ["absent.air"]),
        ({"effects": None}, ["absent.effects"]),
        ({"contributions": None}, ["absent.contributions"]),
        ({"heating": ()}, []),
    ],
)  # fmt: skip
def test_gaps_are_said_on_the_slide(findings, figures, tmp_path, changes, keys):
    made = told(findings, figures, "en", **changes)
    titles = [s.title for s in made]
    for key in keys:
        assert say(key, "en") in titles
    deck.write_deck(tmp_path / "gap.pptx", made, findings.stamp, "en")
    assert len(Presentation(str(tmp_path / "gap.pptx")).slides) == len(made)


def test_a_scenario_that_was_not_computed_is_named(findings, figures):
    rows, kept = findings.totals, ["base", "reference", "expected"]
    made = told(
        findings, figures, "en", totals=rows[rows["scenario"].isin(kept)],
        by_area=findings.by_area.sel(scenario=kept),
    )  # fmt: skip
    titles = [s.title for s in made]
    assert titles.count(say("absent.scenario", "en", names="stated")) == 4
    assert say("absent.scenario", "en", names="base, stated") in titles
    assert say("slides.no_districts", "en") in titles


def test_without_monitors_the_districts_are_told(findings, figures):
    from emisim.slides import air

    rows = findings.contributions
    renamed = rows.assign(receptor=rows["receptor"].replace({"A": "Chengqu", "B": "Yuxian"}))
    bare = dataclasses.replace(
        findings, at_monitors=findings.at_monitors.isel(station=[]), contributions=renamed
    )
    (made,) = air.sources(bare, "zh")
    names = bare.districts["zh"]
    assert list(made.body.categories)[1:] == [names["Chengqu"], names["Yuxian"]]


def test_without_measures_the_slides_say_so(findings, figures):
    rows = findings.effects[findings.effects["order"] == 0]
    made = told(findings, figures, "zh", ledger=findings.ledger.iloc[:0], effects=rows)
    assert [s.title for s in made].count(say("slides.no_measures", "zh")) == 2


def test_without_maps_or_targets_the_slides_say_so(findings, tmp_path):
    made = told(findings, tmp_path / "nothing", "en", verdict=findings.verdict.iloc[:0])
    titles = [s.title for s in made]
    assert "The map of PM2.5 emission was not drawn." in titles
    assert "The map of PM2.5 concentrations was not drawn." in titles
    assert say("report.targets.none", "en") in titles
    assert not any(isinstance(s.body, Picture) for s in made)


def test_a_name_that_looks_like_a_formula_stays_text(findings, tmp_path):
    chart = Chart("bar", ["=1+1", "a<b & c"], {"{=A1}": [1.0, 2.0]}, ["#112233"], "t")
    made = [Slide("cover", Lines(["x"])), Slide("odd <names> & more", chart, notes=["n"])]
    deck.write_deck(tmp_path / "odd.pptx", made, findings.stamp, "en")
    read = native(Presentation(str(tmp_path / "odd.pptx")))[0]
    assert list(read.plots[0].categories) == [" =1+1", "a<b & c"]
    with zipfile.ZipFile(tmp_path / "odd.pptx") as file:
        name = next(n for n in file.namelist() if n.endswith(".xlsx"))
        (tmp_path / "behind.xlsx").write_bytes(file.read(name))
    with zipfile.ZipFile(tmp_path / "behind.xlsx") as file:
        assert b"<f>" not in file.read("xl/worksheets/sheet1.xml")


def test_a_picture_loses_head_and_foot(figures):
    path = next(figures.glob("*-air-PM2.5.png"))
    data, ratio = pictures.body(Picture(path, ""))
    assert ratio == pytest.approx(1333 / (720 - 120), rel=0.08)
    (figures / "cropped.png").write_bytes(data)
    with Image.open(figures / "cropped.png") as image:
        gray = np.asarray(image.convert("L"))
    assert gray[: gray.shape[0] // 2].min() == pytest.approx(50, abs=4)
    assert (gray == 100).sum() == (gray == 0).sum() == 0
    (figures / "cropped.png").unlink()


def test_a_blank_picture_is_left_whole():
    assert pictures.between(np.zeros(10, dtype=bool)) == (0, 10)
    assert pictures.between(np.ones(10, dtype=bool)) == (0, 10)


@pytest.mark.parametrize("divisor", [1.0, 10.0])
def test_a_waterfall_of_small_changes_starts_above_zero(divisor):
    bars = [effects.Bar("2018", None, 60.0), effects.Bar("a", 60.0, 58.0),
            effects.Bar("b", 58.0, 59.0), effects.Bar("2019", None, 59.0)]  # fmt: skip
    made = effects.chart(bars, divisor, "t", "en")
    columns = [np.nan_to_num(np.array(v, float)) * divisor for v in made.series.values()]
    assert [c.tolist() for c in columns] == [
        [0, 58, 58, 0], [60, 0, 0, 59], [0, 2, 0, 0], [0, 0, 1, 0],
    ]  # fmt: skip
    assert 50 < made.start * divisor < 58
    assert made.colors[0] == ""


def test_charts_of_every_kind_are_made(findings, tmp_path):
    bodies = [Chart(kind, ["a", "b"], {"x": [1, None], "y": [-2, 3]}, ["#112233", "#445566"], "t",
                    "0.0") for kind in charts.TYPES]  # fmt: skip
    made = [Slide("cover"), *(Slide(b.kind, b) for b in bodies)]
    deck.write_deck(tmp_path / "kinds.pptx", made, findings.stamp, "zh")
    read = native(Presentation(str(tmp_path / "kinds.pptx")))
    assert [c.chart_type for c in read] == list(charts.TYPES.values())
    assert all(c.plots[0].series[0].values[1] is None for c in read)
