"""The page as people use it: opened from disk, by mouse and by keyboard, without a network."""

import copy
import re

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import MultiPolygon, box

from emisim.explorer import outline, page
from emisim.figures.maps import Atlas

LIMIT = 3e6
ODD = "Town <b>of</b> \"='&; 城 🏭"


def atlas():
    """Two districts, one of two parts with a hole between, and one monitor."""
    parts = MultiPolygon([box(0, 0, 20_000, 30_000), box(25_000, 0, 40_000, 10_000)])
    names = {"district": ["Upper", "Lower"], "name_en": ["Upper", ODD], "name_zh": ["上", ODD]}
    districts = gpd.GeoDataFrame(names, geometry=[parts, box(20_000, 10_000, 40_000, 30_000)])
    monitors = pd.DataFrame({"station": ["M1"], "name_zh": ["站"], "x": [5e3], "y": [5e3]})
    return Atlas(districts, monitors)


@pytest.fixture
def opened(place, browser, tmp_path):
    """A page in a tab, with what it asked the network for and what it complained about."""
    drawn = {"outline": outline.of_city(atlas()), "names": outline.names(atlas())}
    path = tmp_path / "explorer.html"
    page.write(page.render(place.data | drawn, "emisim 0, abc"), path)
    assert path.stat().st_size < LIMIT
    tab = browser.new_page()
    said, asked = [], []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    yield tab
    assert said == []
    assert asked == [path.as_uri()]
    tab.close()


def results(tab):
    """Return all that the page shows of results."""
    return tab.inner_text(".results")


def settled(tab):
    """Wait until a movement has been drawn."""
    tab.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


def test_a_click_changes_the_numbers(opened):
    before = results(opened)
    opened.locator("#measures input[type=checkbox]").first.click()
    settled(opened)
    assert results(opened) != before
    opened.click("#reset")
    settled(opened)
    assert results(opened) == before


def test_nothing_done_is_the_year_without_the_plan(opened):
    opened.click("#none")
    settled(opened)
    lines = opened.locator("#comparison tr").all()
    cells = [line.locator("td").all_inner_texts() for line in lines[1:]]
    assert len(cells) > 3
    assert all(own[0] == own[-1] for own in cells)


def test_the_keyboard_is_enough(opened):
    first = opened.locator("#measures input[type=checkbox]").first
    first.focus()
    before = results(opened)
    opened.keyboard.press("Space")
    settled(opened)
    assert not first.is_checked()
    assert results(opened) != before
    opened.keyboard.press("Tab")
    kind = opened.evaluate("() => document.activeElement.type")
    value = opened.evaluate("() => document.activeElement.value")
    assert kind == "range"
    opened.keyboard.press("ArrowLeft")
    assert opened.evaluate("() => document.activeElement.value") != value


def test_the_language_changes_every_word_and_keeps_the_setting(opened):
    opened.locator("#measures input[type=checkbox]").first.click()
    settled(opened)
    numbers = re.findall(r"\d[\d,.]*", opened.inner_text("#comparison"))
    assert re.search("[一-龥]", opened.inner_text("#status"))
    opened.click("#language")
    settled(opened)
    assert not re.search("[一-龥]", opened.inner_text("#status"))
    assert opened.evaluate("() => document.documentElement.lang") == "en"
    assert not opened.locator("#measures input[type=checkbox]").first.is_checked()
    assert re.findall(r"\d[\d,.]*", opened.inner_text("#comparison")) == numbers
    assert "undefined" not in opened.inner_text("body")


def test_a_link_holds_the_setting(opened):
    opened.locator("#measures input[type=checkbox]").nth(1).click()
    opened.locator("#measures input[type=range]").first.fill("37")
    settled(opened)
    shown, address = results(opened), opened.url
    opened.click("#reset")
    settled(opened)
    assert results(opened) != shown
    opened.evaluate("address => { location.href = address; }", address)
    opened.wait_for_function("() => document.querySelector('#measures input[type=range]').value"
                             " === '37'")  # fmt: skip
    settled(opened)
    assert results(opened) == shown


def test_a_link_of_another_plan_is_told_and_does_no_harm(opened):
    before = results(opened)
    state = '{"scenario":"stated","measures":{"__proto__x":{"on":false},"a":{"coverage":7}}}'
    opened.evaluate("state => { location.hash = encodeURIComponent(state); }", state)
    opened.wait_for_function("() => document.getElementById('fault').textContent")
    assert "a.coverage" in opened.inner_text("#fault")
    assert results(opened) == before


def test_kept_settings_stand_beside_each_other(opened):
    opened.click("#keep")
    opened.click("#none")
    settled(opened)
    heads = opened.locator("#comparison th[scope=col]").all_inner_texts()
    assert "A" in heads
    first = opened.locator("#comparison tr").nth(2).locator("td").all_inner_texts()
    assert first[heads.index("A") - 1] != first[-1]


def test_the_download_is_the_setting_as_a_plan_file(opened, place):
    opened.locator("#measures input[type=checkbox]").first.click()
    with opened.expect_download() as waiting:
        opened.click("#download")
    text = waiting.value.path().read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == f"{place.plan.id}.yaml"
    assert text != place.data["document"]["text"]
    assert place.plan.measures[0].id in text


def test_places_are_drawn_and_named_literally(opened):
    assert opened.locator("#map path title").all_text_contents()[1].startswith(ODD)
    assert opened.locator("#map circle").count() == 1
    assert opened.locator("#map svg").get_attribute("aria-label")
    assert opened.locator("#map b").count() == 0
    fills = {p.get_attribute("fill") for p in opened.locator("#map path[stroke]").all()}
    assert len(fills) > 1


def test_every_control_has_a_name(opened):
    nameless = opened.evaluate("""() => [...document.querySelectorAll('input, select, button')]
        .filter(n => !n.hidden && !(n.getAttribute('aria-label') || n.textContent.trim()
                                    || (n.labels && n.labels.length))).length""")
    assert nameless == 0


def test_a_page_without_air_says_so(place, browser, tmp_path):
    path = tmp_path / "bare.html"
    bare = place.data | {"air": None, "targets": [], "outline": None}
    page.write(page.render(bare), path)
    tab = browser.new_page()
    faults = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.goto(path.as_uri())
    tab.click("#language")
    assert "No concentrations were computed" in results(tab)
    assert "The plan has no targets" in results(tab)
    assert tab.locator("#map-box").is_hidden()
    assert faults == []
    tab.close()


def test_the_same_bytes_twice(place):
    assert page.render(place.data) == page.render(place.data)


def test_a_setting_that_the_package_would_refuse_is_marked(place, browser, tmp_path):
    """PM10 is held back and PM2.5 is not: the fine particles would be more than all."""
    data = copy.deepcopy(place.data)
    rule = next(m for m in data["measures"] if m["id"] == "retrofit-particles")
    target = [0.9 if name == "PM10" else 0.0 for name in data["species"]]
    coarse = {**rule, "id": "coarse", "name_zh": "粗颗粒物治理", "coverage": 1.0}
    coarse["operations"] = [{**rule["operations"][0], "target": target}]
    data["measures"].append(coarse)
    path = tmp_path / "refused.html"
    page.write(page.render(data), path)
    tab = browser.new_page()
    tab.goto(path.as_uri())
    tab.click("#none")
    settled(tab)
    assert tab.inner_text("#fault") == ""
    tab.locator("#measures input[type=checkbox]").last.click()
    settled(tab)
    assert "粗颗粒物治理" in tab.inner_text("#fault")
    tab.close()
