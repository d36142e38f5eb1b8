"""The report as data, and the PDF that is set from it."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from emisim import plan as plans
from emisim.errors import InputError
from emisim.figures import typeface
from emisim.figures.language import columns, say
from emisim.report import blocks, document, press, rests, results, summary
from emisim.report.material import Beside, Hindsight, Material, Others, drawn
from emisim.stages import _findings, report
from emisim.vocabulary import LANGUAGES, SEASONS

pytest_plugins = ("figures_data",)
ROOT = Path(__file__).parents[2]
MADE_FROM = {
    "digest": "a1b2c3d4e5f6",
    "packages": {"numpy": "2.4.6"},
    "inputs": {"inputs/a.csv": "0" * 64, "inputs/b.csv": "1" * 64, "inputs/c.csv": "2" * 64},
    "stages": {"air": "123456789abc"},
    "outputs": {"results/x/air.nc": "f" * 64},
}
ODD = r"$x$ #let a = 1 *b* _c_ @d <e> `f` \g // h [i] \"j\" = k ~ 'l' &amp; - m https://n.org"
LIMIT = 4_000_000


@pytest.fixture(scope="module")
def plan():
    """Some clauses of a plan: enough for every kind of page."""
    whole = plans.read(ROOT / "inputs" / "plans" / "yangquan-2019.yaml")
    return whole.model_copy(update={"clauses": whole.clauses[:12]})


DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="96" height="54"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<title>{message}</title><metadata><dc:description>what is shown</dc:description></metadata>
<path d="M 0 0 L 96 54"/></svg>"""


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """Two small figures, one of which no section asks for."""
    folder = tmp_path_factory.mktemp("figures")
    for number, name in enumerate(("targets", "unheard-of"), start=1):
        text = DRAWING.format(message=f"message of {name}")
        (folder / f"{number:02d}-{name}.svg").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def hindsight():
    rows = [
        ("yangquan-2019", "Yangquan", "阳泉", 2019, "PM2.5", -3.2, -14.4, 6.6, -13.6, -24.5, -1.1),
        ("jincheng-2016", "Jincheng", "晋城", 2016, "PM2.5", -0.6, -10.9, 8.7, 9.7, 2.4, 17.5),
    ]
    names = ["plan", "place_en", "place_zh", "year", "species"]
    names += [f"{k}{end}" for k in ("forecast", "came") for end in ("", "_low", "_high")]
    changes = pd.DataFrame(rows, columns=names).assign(status=["recalled", "reported"])
    return Hindsight(changes, ["a remark"])


@pytest.fixture(scope="module")
def others(verdict):
    both = [verdict.assign(plan=p, city=p[:-5]) for p in ("yangquan-2019", "xuchang-2024")]
    rows = [
        (city, f"{city}-{year}", year, scenario, quantity, species, 40.0, -5.0)
        for city, year in (("yangquan", 2019), ("xuchang", 2024))
        for scenario in ("base", "stated")
        for quantity in ("emission", "concentration")
        for species in ("SO2", "NOx", "PM2.5")
    ]
    names = ["city", "plan", "year", "scenario", "quantity", "species", "value"]
    totals = pd.DataFrame(rows, columns=[*names, "change_on_reference"])
    places = {"en": {"yangquan": "Yangquan"}, "zh": {"yangquan": "阳泉", "xuchang": "许昌"}}
    return Others(pd.concat(both), totals, places)


@pytest.fixture(scope="module")
def whole(material, plan, figures, hindsight, others):
    """Return all that a report can tell, by language."""
    ratio = xr.DataArray(
        np.full((4, 2, 2), [[1.5, 1.5], [np.nan, np.nan]]),
        {"season": list(SEASONS), "response": ["SO4", "NO3"], "area": ["city", "Chengqu"]},
        ("season", "response", "area"),
    )
    told = replace(material, anchor_ratio=ratio)
    shared = {"findings": told, "plan": plan, "made_from": MADE_FROM}
    shared |= {"hindsight": hindsight, "others": others}
    return {k: Material(lang=k, figures=drawn(figures), **shared) for k in LANGUAGES}


def printed(material):
    files = {d.shown.name: d.shown for d in material.figures.values()}
    return press.pdf(document.build(material), files)


def read(data):
    return PdfReader(io.BytesIO(data))


def text(data, pages=slice(None)):
    """Return the text layer without blanks and line ends, which depend on the setting."""
    return squeezed("".join(page.extract_text() for page in read(data).pages[pages]))


@pytest.fixture(scope="module")
def texts(pdfs):
    """Text of every page, by language."""
    return {lang: [text(pdfs[lang], slice(k, k + 1)) for k in range(len(read(pdfs[lang]).pages))]
            for lang in LANGUAGES}  # fmt: skip


def squeezed(words):
    return re.sub(r"[\s\u200b]+", "", words)


@pytest.fixture(scope="module")
def pdfs(whole):
    return {lang: printed(material) for lang, material in whole.items()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_page_is_one_page_and_holds_the_verdict(texts, whole, lang):
    first, second = texts[lang][:2]
    page = summary.first_page(whole[lang])
    assert squeezed(page["lead"]) in first
    for part in page["parts"]:
        for sentence in part["items"]:
            assert squeezed(sentence) in first
    assert second.count(squeezed(say("report.h.method", lang))) >= 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_verdict_is_in_the_text_layer(texts, whole, lang):
    said = "".join(texts[lang])
    for row in whole[lang].findings.verdict.itertuples():
        assert squeezed(getattr(row, f"name_{lang}")) in said
        assert squeezed(getattr(row, f"reason_{lang}")) in said
    assert "●" in said
    assert "▲" in said
    for clause in whole[lang].plan.clauses:
        assert squeezed(getattr(clause, f"title_{lang}")) in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_section_is_there_in_order(texts, lang):
    keys = ("report.h.method", "html.h.verdict", "report.h.emissions", "report.h.measures")
    keys += ("report.h.contributions", "report.h.clauses", "html.h.rests", "report.h.hindcast")
    keys += ("report.h.comparison", "report.h.more", "html.h.provenance")
    said = "".join(texts[lang])
    begin = said.index(squeezed(say(keys[0], lang)))
    places = [said.index(squeezed(say(key, lang)), begin) for key in keys]
    assert places == sorted(places)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_scenarios_that_were_asked_for_stand_beside_each_other(whole, lang):
    lines = [["", "a:stated", "b:expected", "+-"], ["SO2"], ["all", "1,234 t", "987 t", "-247"]]
    shown = replace(whole[lang], beside=Beside(lines, ["base years differ"]))
    data = json.dumps(rests.comparison(shown), ensure_ascii=False)
    for cell in ("a:stated", "b:expected", "1,234 t", "-247", "base years differ"):
        assert cell in data
    alone = json.dumps(rests.comparison(replace(shown, others=None)), ensure_ascii=False)
    assert "987 t" in alone
    assert say("report.no_comparison", lang) not in alone


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_file_is_small_tagged_named_and_has_its_fonts(pdfs, lang, whole):
    data, document_ = pdfs[lang], read(pdfs[lang])
    assert len(data) < LIMIT
    assert document_.metadata.title == getattr(whole[lang].plan, f"title_{lang}")
    root = document_.trailer["/Root"]
    assert str(root["/Lang"]).lower().startswith(lang)
    assert root["/MarkInfo"]["/Marked"]
    assert "pdfuaid" in document_.xmp_metadata.stream.get_data().decode()
    fonts = {}
    for page in document_.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            fonts[str(font.get_object()["/BaseFont"])] = inner.get_object()
    assert any("NotoSansCJK" in name for name in fonts)
    assert all("/FontFile3" in f or "/FontFile2" in f for f in fonts.values())


def test_made_twice_the_bytes_are_the_same(pdfs, whole):
    assert printed(whole["zh"]) == pdfs["zh"]


def test_a_date_makes_it_fit_for_archives(whole):
    made = printed(replace(whole["zh"], date="2026-03-31"))
    meta = read(made).xmp_metadata.stream.get_data().decode()
    assert "pdfaid:part" in meta
    assert "2026-03-31" in text(made, slice(0, 1))


@pytest.mark.parametrize(("date", "good"), [(None, ""), ("2026-03-31", "2026-03-31")])
def test_the_date_is_optional(date, good):
    assert report.checked(date) == good


def test_a_date_that_is_none_is_named():
    with pytest.raises(InputError, match="--date is no day") as caught:
        report.checked("31.3.2026")
    assert "31.3.2026" in str(caught.value)


def odd(whole, name, lang="en"):
    """Return a report whose title, city and targets bear an odd name."""
    findings = whole[lang].findings
    place = dict.fromkeys(LANGUAGES, name)
    verdict = findings.verdict.assign(**{f"name_{k}": name for k in LANGUAGES})
    plan = whole[lang].plan.model_copy(update={f"title_{k}": name for k in LANGUAGES})
    changed = replace(findings, place=place, verdict=verdict)
    return replace(whole[lang], findings=changed, plan=plan, figures={})


def test_odd_names_are_shown_as_they_are(whole):
    strange = ODD + " \U0001f9ff \x07\u0000of \ue123 names\nand lines"
    made = printed(odd(whole, strange))
    said = text(made)
    shown = squeezed(ODD + "[U+1F9FF]of[U+E123]namesandlines")
    assert said.count(shown) >= 3
    assert squeezed(read(made).metadata.title) == shown


def test_very_long_names_stay_on_the_page(whole):
    made = read(printed(odd(whole, "Z" * 400)))
    width = float(made.pages[0].mediabox.width)
    ends = []

    def seen(words, matrix, place, font, size):
        if words.strip():
            ends.append(place[4] + matrix[4])

    for page in (made.pages[0], made.pages[3]):
        page.extract_text(visitor_text=seen)
    assert ends
    assert max(ends) < width
    assert "method" in made.pages[1].extract_text().lower()


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_any_text_is_made_of_what_the_fonts_have(words):
    known = press.characters()
    shown = blocks.literal(words, known).replace(blocks.BREAK, "")
    assert all(ord(c) in known and c.isprintable() for c in shown)
    plain = "".join(c for c in words if ord(c) in known and c.isprintable())
    assert blocks.literal(plain, known).replace(blocks.BREAK, "") == plain
    rest = iter(shown)
    assert all(c in rest for c in plain)


@pytest.mark.parametrize("words", ["a long name", "中文名称很长", "ab", "", "中" * 200, "Z" * 300])
def test_clipped_text_fits(words):
    shown = blocks.clipped(words, 8)
    assert columns(shown) <= 8
    assert shown == words or (shown.endswith("…") and words.startswith(shown[:-1].rstrip()))


def test_structure_is_not_read_as_text():
    data = {"lang": "zh", "title": "a\nb", "body": [{"kind": "text", "text": "c\nd"}]}
    changed = blocks.everywhere(data, str.upper)
    assert changed["lang"] == "zh"
    assert changed["body"] == [{"kind": "text", "text": "C\nD"}]
    json.dumps(changed)


@given(st.lists(st.lists(st.text("ab 中1.", max_size=80), min_size=3, max_size=3), max_size=6))
def test_columns_fill_the_line_and_no_more(rows):
    heads = ["a", "b", "c"]
    found = blocks.widths(heads, rows)
    assert all(width > 0 for width in found)
    natural = [max([1, *(blocks._width(r[k]) for r in rows)]) for k in range(3)]
    longest = 3 * (blocks.LONGEST + 2 * blocks.GAP)
    assert sum(found) <= max(blocks.LINE, longest, sum(natural) + 3 * blocks.GAP)
    if sum(natural) + 3 * blocks.GAP <= blocks.LINE:
        assert all(f >= n for f, n in zip(found, natural, strict=True))


@pytest.mark.parametrize("lang", ["zh"])
def test_without_air_the_gap_is_stated(whole, lang):
    gone = dict.fromkeys(
        ("at_monitors", "by_area", "anchor_ratio", "effects", "contributions"), None
    )
    bare = replace(whole[lang], findings=replace(whole[lang].findings, **gone), figures={})
    said = text(printed(bare))
    for key in ("no_air", "no_effects", "no_contributions", "no_figures"):
        assert squeezed(say(f"report.{key}", lang)) in said


@pytest.mark.parametrize("lang", ["en"])
def test_without_monitors_measures_targets_and_hindsight_the_gaps_are_stated(whole, lang):
    findings, plan = whole[lang].findings, whole[lang].plan
    clauses = tuple(
        c.model_copy(update={"measures": (), "effect": "none", "reason": "no-quantity"})
        for c in plan.clauses
    )
    empty = replace(
        whole[lang],
        plan=plan.model_copy(update={"clauses": clauses, "targets": ()}),
        findings=replace(
            findings,
            at_monitors=findings.at_monitors.isel(station=[]),
            ledger=findings.ledger.iloc[:0],
            verdict=findings.verdict.iloc[:0],
        ),
        hindsight=None,
        others=None,
    )
    said = text(printed(empty))
    keys = ("no_monitors", "no_measures", "targets.none", "no_outcome", "no_comparison")
    for key in keys:
        assert squeezed(say(f"report.{key}", lang)) in said


def test_figures_that_could_not_be_drawn_are_told_with_the_reason(whole):
    told = [b["text"] for b in results.measures(replace(whole["en"], absent=["No effort."]))
            if b["kind"] == "gap"]  # fmt: skip
    assert told == ["Figures that could not be drawn: No effort."]
    assert not [b for b in results.measures(whole["en"]) if b["kind"] == "gap"]


@pytest.mark.parametrize("gone", ["stated", "expected", "reference"])
def test_a_scenario_that_failed_is_named(whole, gone):
    findings = whole["en"].findings
    kept = {
        name: rows[rows["scenario"] != gone]
        for name in ("totals", "ledger", "verdict", "effects")
        for rows in [getattr(findings, name)]
    }
    air = {
        name: array.sel(scenario=[s for s in array["scenario"].values if s != gone])
        for name in ("at_monitors", "by_area")
        for array in [getattr(findings, name)]
    }
    poorer = replace(whole["en"], findings=replace(findings, **kept, **air))
    assert any("has no results" in words for words in summary.gaps(poorer))
    assert document.body(poorer)


def test_a_missing_font_names_the_package(whole, monkeypatch):
    monkeypatch.setattr(typeface, "FONT_PACKAGE", "no_such_package")
    press.characters.cache_clear()
    with pytest.raises(InputError, match="Chinese font") as caught:
        printed(replace(whole["zh"], figures={}))
    press.characters.cache_clear()
    assert "pip install mpl-font" in caught.value.hint


def test_a_warning_of_typst_is_an_error(tmp_path):
    template = tmp_path / "main.typ"
    words = '#set document(title: "a")\n#set text(font: "Nonesuch", lang: "en")\nwords'
    template.write_text(words, encoding="utf-8")
    with pytest.raises(press.PressError, match="unknown font family: nonesuch"):
        press._set(template, archive=False)
    template.write_text("#nonesuch", encoding="utf-8")
    with pytest.raises(press.PressError, match="unknown variable"):
        press._set(template, archive=False)


def test_the_first_page_begins_with_what_the_air_is_judged_by():
    targets = pd.DataFrame(
        {
            "verdict": ["not computable", "met", "not met", "met"],
            "metric": ["concentration", "measure_uptake", "concentration", "concentration"],
            "area": ["city", "city", "Yuxian", "city"],
            "binding": [True, True, True, False],
        }
    )
    assert summary.ranked(targets) == [3, 2, 1, 0]


def test_contributions_and_effects_add_up_in_their_tables(whole):
    found = {b["caption"]: b for b in document.body(whole["en"]) if b["kind"] == "table"}
    effects = found[say("report.effects.caption", "en")]
    rows = results.in_city(whole["en"].findings.effects)
    stated = rows[(rows["scenario"] == "stated") & (rows["species"] == "PM2.5")]
    whole_change = results.change(stated["in_sequence_ug_m3"].sum())
    assert effects["rows"][-1][2] == whole_change
    assert effects["classes"][-1] == "sum"
    sources = found[say("report.contributions.sectors", "en")]
    level = (
        whole["en"]
        .findings.contributions.query(
            "receptor == 'city' and species == 'PM2.5' and scenario == 'base'"
        )["ug_m3"]
        .sum()
    )
    assert sources["rows"][-1][1] == f"{level:.1f}"


def test_a_component_without_an_anchoring_ratio_is_left_out(whole):
    assert rests.anchors(whole["en"].findings.anchor_ratio, "en").rows == [
        ["sulfate", "1.5", "1.5", "1.5", "1.5"]
    ]


def test_a_forecast_that_missed_is_said_to_have_missed(whole, hindsight):
    said = next(b for b in rests.hindcast(whole["en"]) if b["kind"] == "items")["items"]
    assert len(said) == 1
    assert "came –14%" in said[0]
    assert "lies within" in said[0]
    other = replace(whole["en"], plan=whole["en"].plan.model_copy(update={"id": "jincheng-2016"}))
    assert "was a miss" in rests.forecast_sentence(other)
    unknown = other.plan.model_copy(update={"id": "elsewhere-2030"})
    stranger = replace(other, plan=unknown)
    assert rests.forecast_sentence(stranger).startswith("A forecast can miss: in Jincheng 2016")
    kinds = [b["text"] for b in rests.hindcast(stranger) if b["kind"] == "gap"]
    assert kinds == [say("report.no_outcome", "en")]
    assert int(hindsight.held.sum()) == 1


def test_the_forecasts_on_record_are_those_of_the_hindcast():
    page = (ROOT / "docs" / "hindcast.md").read_text(encoding="utf-8")
    recorded = pd.read_csv(ROOT / "inputs" / "hindcast" / "forecasts.csv")
    row = r"\| ([a-z]+-\d+) \| ([A-Z0-9.]+) \| (\S+) \((\S+) to (\S+)\) \|"
    told = {(m[0], m[1]): tuple(map(float, m[2:])) for m in re.findall(row, page)}
    kept = {(r.plan, r.species): (r.value, r.low, r.high) for r in recorded.itertuples(index=False)}
    assert kept == told


def test_a_column_of_numbers_that_are_words_stays_as_written(tmp_path):
    path = tmp_path / "verdict.csv"
    path.write_text("clause,unit,value\n1.10,1,3\n2,,4\n", encoding="utf-8")
    read_again = _findings.table(path)
    assert read_again["clause"].tolist() == ["1.10", "2"]
    assert read_again["unit"].tolist() == ["1", ""]
    assert np.issubdtype(read_again["value"].dtype, np.number)
