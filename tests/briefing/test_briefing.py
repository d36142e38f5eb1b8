import base64
import io
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from emisim import plan as plans
from emisim.briefing import font, inline, page, tables
from emisim.errors import InputError
from emisim.figures import gauges, style, typeface, waterfall
from emisim.stages import _findings
from emisim.vocabulary import LANGUAGES

pytest_plugins = ("figures_data",)
ROOT = Path(__file__).parents[2]
REPORT = {"digest": "a1b2c3d4e5f6", "packages": {"numpy": "2.4.6"}, "inputs": {"a.csv": "0" * 64}}
LIMIT = 6_000_000
VOID = {"meta", "img", "link", "br"}
BROWSER = shutil.which("chromium")


@pytest.fixture(scope="module")
def plan():
    return plans.read(ROOT / "inputs" / "plans" / "yangquan-2019.yaml")


@pytest.fixture(scope="module")
def figures(material, verdict, tmp_path_factory):
    """Two figures in each language: enough for the page, quick to draw."""
    folder = tmp_path_factory.mktemp("figures")
    for lang in LANGUAGES:
        frame = style.Frame(material.place[lang], material.years, material.stamp, lang)
        rows = material.measures("SO2")
        chart = waterfall.waterfall(material.by_scenario("SO2"), rows, "SO2", frame)
        style.save(gauges.gauges(verdict, ("SO2",), frame), folder / lang / "01-targets")
        style.save(chart, folder / lang / "02-measures-SO2")
    return folder


@pytest.fixture(scope="module")
def pages(material, plan, figures):
    return {lang: page.render(material, plan, figures / lang, REPORT, lang) for lang in LANGUAGES}


def test_a_range_stands_behind_its_value(material, verdict):
    row = verdict[verdict["scenario"] == "stated"].iloc[:1].assign(
        target="good-days", metric="good_days", unit="%", target_value=72.1, value=70.64,
        value_low=64.3, value_high=76.8, comparison="at least", verdict="not met",
    )  # fmt: skip
    shown = tables.verdict(replace(material, verdict=row), "en")
    assert shown.rows[0][3] == "72.1%"
    assert "70.6% (64.3%–76.8%)" in shown.rows[0][5]


def test_a_table_without_any_condition_has_no_notes(tmp_path, material, verdict):
    path = tmp_path / "verdict.csv"
    empty = verdict[verdict["scenario"] == ""].assign(conditional_on_en="", conditional_on_zh="")
    empty.to_csv(path, index=False)
    shown = tables.verdict(replace(material, verdict=_findings.table(path)), "en")
    assert shown.notes == []


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.addresses, self.ids, self.open, self.tags = [], [], [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append((tag, values))
        self.ids += [values["id"]] if "id" in values else []
        kept = ("src", "href", "xlink:href", "srcset", "data")
        self.addresses += [v for k, v in attrs if k in kept]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(text):
    reader = Reader()
    reader.feed(text)
    return reader


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_needs_nothing_from_outside(pages, lang):
    reader = read(pages[lang])
    assert reader.addresses
    assert all(a.startswith(("#", "data:")) for a in reader.addresses)
    assert not re.search(r"url\((?!#|data:)", pages[lang])
    assert "@import" not in pages[lang]
    assert len(pages[lang].encode()) < LIMIT


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_is_well_formed_and_accessible(pages, lang):
    reader = read(pages[lang])
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    tags = dict(reader.tags[:1] + [t for t in reader.tags if t[0] == "html"])
    assert tags["html"]["lang"] == {"en": "en", "zh": "zh-Hans"}[lang]
    drawings = [values for tag, values in reader.tags if tag == "svg"]
    assert len(drawings) == 2
    for values in drawings:
        assert values["role"] == "img"
        assert set(values["aria-labelledby"].split()) <= set(reader.ids)
    heads = [values for tag, values in reader.tags if tag == "th"]
    assert heads
    assert all("scope" in values for values in heads)
    images = [values for tag, values in reader.tags if tag == "img"]
    assert all(values.get("alt") for values in images)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_references_inside_drawings_point_at_something(pages, lang):
    reader = read(pages[lang])
    inside = re.findall(r"url\(#([^)]+)\)", pages[lang])
    links = [a[1:] for a in reader.addresses if a.startswith("#")]
    assert inside
    assert set(inside) | set(links) <= set(reader.ids)


def test_page_begins_with_the_verdict_and_says_what_it_does_not_know(pages, plan):
    text = pages["en"]
    order = [text.index(f'id="s-{k}"') for k in ("verdict", "summary", "figures", "ledger")]
    assert order == sorted(order)
    assert "3 of 6 computable targets" in text
    assert "dustfall is not modelled yet" in text
    for clause in plan.clauses:
        assert f'<th scope="row">{clause.clause}</th>' in text


def test_ledger_table_adds_to_the_sum_in_its_last_row(material):
    table = tables.ledger(material, "en")
    sums = material.ledger.groupby("species")["in_sequence_t"].sum()
    assert table.rows[-1][2] == f"–{-sums['SO2']:,.0f}"[:-1] + "0"
    assert table.rows[-1][3] == ""
    widths = {len(row) for row in table.rows} | {sum(span for _, span in table.groups)}
    assert widths == {len(table.heads)}


def test_text_from_files_is_escaped(material, plan, figures):
    wild = plan.model_copy(update={"title_en": "<script>alert(1)</script>"})
    text = page.render(material, wild, figures / "en", REPORT, "en")
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_large_drawing_becomes_a_picture_with_alternative_text(figures, tmp_path):
    for suffix in (".svg", ".png"):
        shutil.copy(figures / "en" / f"01-targets{suffix}", tmp_path)
    drawing = tmp_path / "01-targets.svg"
    drawing.write_text(drawing.read_text() + "<!--" + "x" * inline.LARGEST_SVG + "-->")
    markup = inline.pictures(tmp_path)[0].markup
    assert markup.startswith('<img src="data:image/png;base64,')
    assert 'alt="3 of 6 computable targets' in markup


def test_empty_folder_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match="emisim figures"):
        inline.pictures(tmp_path)


def test_font_of_the_page_has_its_characters_and_is_the_same_twice():
    assert font.face("plain text") == ""
    assert font.face("阳泉") == font.face("泉阳泉")


def test_font_of_the_page_keeps_the_glyphs_and_their_widths():
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.ttLib import TTFont

    def drawn(file):
        glyph = (found := TTFont(file)).getGlyphSet()[found.getBestCmap()[ord("泉")]]
        pen = RecordingPen()
        glyph.draw(pen)
        return glyph.width, pen.value, found["hhea"].ascent

    data = re.search(r"base64,([^)]+)\)", font.face("阳泉")).group(1)
    assert drawn(io.BytesIO(base64.b64decode(data))) == drawn(
        typeface.font_files()[typeface.REGULAR]
    )


def test_a_briefing_is_written_without_the_libraries_that_draw():
    code = (
        "import sys; import emisim.stages.briefing; "
        "print(sorted({'matplotlib', 'geopandas', 'pandera'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_same_page_twice(material, plan, figures, pages):
    assert page.render(material, plan, figures / "zh", REPORT, "zh") == pages["zh"]


@pytest.mark.skipif(BROWSER is None, reason="chromium is not installed")
def test_page_opens_in_a_browser_without_complaint(pages, tmp_path):
    path = tmp_path / "briefing.html"
    page.write(pages["zh"], path)
    options = (
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *("--enable-logging=stderr", "--v=0", f"--user-data-dir={tmp_path / 'profile'}"),
        "--dump-dom",
    )
    done = subprocess.run(
        [BROWSER, *options, path.as_uri()], capture_output=True, text=True, timeout=60, check=True
    )
    assert "目标能否实现" in done.stdout
    assert "CONSOLE" not in done.stderr


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_claims_stand_beside_what_is_computed(lang):
    row = {"claim": "c", "clause": "8", "text_en": "cut", "text_zh": "削减", "metric": "reduction"}
    row |= {"claimed": 2.0, "unit": "kt", "reason_en": "", "reason_zh": ""}
    row |= {"conditional_on_en": "if dry", "conditional_on_zh": "若干燥"}
    values = {"stated": 1.5, "expected": 1.0}
    rows = [row | {"scenario": s, "computed": v, "ratio": v / 2} for s, v in values.items()]
    table = tables.claims(pd.DataFrame(rows), lang)
    assert table is not None
    assert len(table.rows) == 1
    assert "75" in table.rows[0][3]
    assert "50" in table.rows[0][4]
    assert table.rows[0][-1] == row[f"conditional_on_{lang}"]
    assert tables.claims(pd.DataFrame(), lang) is None


def test_a_draft_says_so_on_the_page(material, plan, figures):
    half = plan.as_draft(("clause 9: is missing",))
    text = page.render(material, half, figures / "en", REPORT, "en")
    assert '<h2 id="s-draft">Draft' in text
    assert "clause 9: is missing" in text
