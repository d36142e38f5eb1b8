"""What is written of a figure: resolution, type, words, the same bytes each time."""

import hashlib
import io
import re

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from emisim.figures import outlines, style, waterfall

pytest_plugins = ("figures_data",)


@pytest.fixture(scope="module")
def figure(scenario_totals, ledger, stamp):
    frame = style.Frame("阳泉", (2018, 2019), stamp, "zh")
    return waterfall.waterfall(scenario_totals, ledger[ledger["species"] == "SO2"], "SO2", frame)


@pytest.fixture(scope="module")
def written(figure, tmp_path_factory):
    paths = style.save(figure, tmp_path_factory.mktemp("one") / "figure")
    return {path.suffix: path for path in paths}


def test_same_bytes_twice(figure, written, tmp_path):
    again = {path.suffix: path for path in style.save(figure, tmp_path / "figure")}
    assert again.keys() == written.keys() == {".png", ".svg", ".pdf"}
    for suffix, path in written.items():
        digests = [hashlib.sha256(p.read_bytes()).hexdigest() for p in (path, again[suffix])]
        assert digests[0] == digests[1], suffix


def test_a_png_has_300_dots_per_inch_and_says_what_it_shows(figure, written):
    with Image.open(written[".png"]) as picture:
        assert picture.size == (4000, 2250)
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert (picture.text["Title"], picture.text["Description"]) == style.caption(figure)
    assert written[".png"].stat().st_size < 600_000


def test_png_and_outlines_show_the_same(figure, written):
    """At the size of a stamp, the picture laid out by typst is that drawn by matplotlib."""
    drawn = io.BytesIO()
    with style.context():
        figure.savefig(drawn, format="png", dpi=60)
    seen = []
    for source in (written[".png"], drawn):
        with Image.open(source) as picture:
            stamp = picture.convert("L").resize((100, 56), Image.Resampling.LANCZOS)
        seen.append(np.asarray(stamp, float))
    assert np.sqrt(np.mean((seen[0] - seen[1]) ** 2)) < 10
    assert np.sqrt(np.mean((255 - seen[1]) ** 2)) > 40


def test_the_type_of_a_pdf_is_embedded_and_its_text_is_text(figure, written):
    page = PdfReader(written[".pdf"]).pages[0]
    assert [float(v) for v in page.mediabox] == pytest.approx([0, 0, 960, 540], abs=0.01)
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        assert font["/Subtype"] == "/Type0"
        descendant = font["/DescendantFonts"][0].get_object()
        descriptor = descendant["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
    text = re.sub(r"\s", "", page.extract_text())
    assert "农村地区清洁取暖替代散煤" in text
    assert "2019年（计划足额落实）" in text


def test_a_pdf_names_itself_and_no_date(figure, written):
    about = PdfReader(written[".pdf"]).metadata
    assert about.title == style.caption(figure)[0]
    assert "/CreationDate" not in about


def test_the_svg_needs_no_font(written):
    text = written[".svg"].read_text(encoding="utf-8")
    assert "<text" not in text
    assert "font-family" not in text


def test_outlines_stand_where_the_text_does(figure):
    """Each line of text as outlines is as wide and as placed as matplotlib's own."""
    words = {"Title": "a", "Description": "b"}
    text, own = (style._drawing(figure, words, kind) for kind in ("none", "path"))
    assert outlines.plain(text)
    drawn = outlines.outlined(text)
    lines = [re.findall(r"<!-- (.*?) -->", svg) for svg in (drawn, own)]
    assert lines[0] == lines[1]
    letters = [len(re.findall(r"<use xlink:href=\"#(?:Noto|Deja)", svg)) for svg in (drawn, own)]
    spaces = sum(line.count(" ") for line in lines[0])
    assert letters[1] - spaces <= letters[0] <= letters[1]
    assert len(drawn) < 0.7 * len(own)


def test_scripts_whose_letters_join_are_left_to_the_layout_of_text():
    assert outlines.plain("<text style=''>阳泉 SO₂ &lt; 5 µg/m³</text>")
    assert not outlines.plain("<text style=''>العالم</text>")
    assert not outlines.plain("<text style=''>e\u0301</text>")


def test_a_line_ends_where_its_anchor_says():
    style_of = "font-weight: 700; font-size: 20px; text-anchor: end; fill: #1a1a1a"
    place = 'x="100" y="50" transform="rotate(-0 100 50)"'
    line = f'<svg><text style="{style_of}" {place}>阳泉</text></svg>'
    found = outlines.outlined(line)
    assert "translate(100 50) scale(0.02 -0.02) translate(-2000 0)" in found
    assert re.findall(r'<use xlink:href="#[^"]+" x="(\d+)"/>', found) == ["0", "1000"]
    assert len(re.findall('<path id="NotoSansCJKsc-Bold-', found)) == 2
