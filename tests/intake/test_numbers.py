"""Numbers, units, years and angles in every spelling give the same value."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emisim.intake.numbers import angles, numbers, years
from emisim.intake.words import factor

FULL_WIDTH = str.maketrans("0123456789.,+-%", "０１２３４５６７８９．，＋－％")
PLAIN = st.floats(0, 1e12, allow_nan=False).map(lambda value: round(value, 4))
SPELLINGS = {
    "plain": lambda value: f"{value:.4f}",
    "thousands": lambda value: f"{value:,.4f}",
    "spaced": lambda value: f"{value:,.4f}".replace(",", " "),
    "full width": lambda value: f"{value:,.4f}".translate(FULL_WIDTH),
    "power": lambda value: f"{value / 1e4:.8f}×10^4",
    "raised": lambda value: f"{value / 1e4:.8f}×10⁴",
    "exponent": lambda value: f"{value:.16e}",
}


@given(PLAIN, st.sampled_from(sorted(SPELLINGS)), st.sampled_from(["", "吨", "万 m³", "%", "t/a"]))
def test_spelling_changes_no_value(value, spelling, unit):
    read = numbers(pd.Series([SPELLINGS[spelling](value) + unit]))
    assert not read["wrong"].any()
    assert read["number"].item() == pytest.approx(value, rel=1e-12, abs=1e-9)
    assert bool(read["unit"].item()) == bool(unit)


@given(st.text(max_size=12))
def test_no_text_breaks_the_reader(text):
    read = numbers(pd.Series([text], dtype=object)).iloc[0]
    assert read["wrong"] in (True, False)
    assert np.isnan(read["number"]) or not read["wrong"]
    years(pd.Series([text], dtype=object))
    angles(pd.Series([text], dtype=object))


@pytest.mark.parametrize(
    "text", ["10-20", "约100", "1,23", "12,3456", "1.2.3", "abc", "=A1*2", "#DIV/0!", "<5", "1e999"]
)
def test_what_is_no_number(text):
    assert numbers(pd.Series([text]))["wrong"].all()


@pytest.mark.parametrize("text", ["", "-", "—", "/", "无", "N/A", " "])
def test_what_is_empty(text):
    read = numbers(pd.Series([text])).iloc[0]
    assert np.isnan(read["number"])
    assert not read["wrong"]


@given(st.floats(73, 135), st.sampled_from("°度:-"))
def test_sexagesimal_angles(degrees, mark):
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    seconds = round(((degrees - whole) * 60 - minutes) * 60, 3)
    if seconds >= 60:
        return
    ends = {"°": "′″", "度": "分秒", ":": ": ", "-": "- "}[mark]
    text = f"{whole}{mark}{minutes}{ends[0]}{seconds}{ends[1]}".strip()
    value, wrong = angles(pd.Series([text]))
    assert not wrong.any()
    assert value.item() == pytest.approx(degrees, abs=1e-6)


def test_sixty_minutes_are_no_angle():
    assert angles(pd.Series(["113°60′00″"]))[1].all()


@pytest.mark.parametrize(
    ("text", "year"),
    [("2008", 2008), ("2008年", 2008), ("2008年5月", 2008), ("2008-05-01", 2008), ("2008.5", 2008),
     ("2008/5/1", 2008), ("39569", 2008), ("2008-05-01 00:00:00", 2008), ("二〇〇八", None)],
)  # fmt: skip
def test_years(text, year):
    value, wrong = years(pd.Series([text]))
    assert wrong.item() == (year is None)
    assert year is None or value.item() == year


@pytest.mark.parametrize(
    ("text", "to", "scale"),
    [("吨", "t", 1), ("万吨", "t", 1e4), ("万吨/年", "t", 1e4), ("10^4 m3", "m3", 1e4),
     ("10⁴m³", "m3", 1e4), ("104m3", "m3", 1e4), ("亿立方米", "m3", 1e8), ("万Nm³", "m3", 1e4),
     ("千吨", "t", 1e3), ("kg", "t", 1e-3), ("亿千瓦时", "kWh", 1e8), ("万头", "head year", 1e4),
     ("吨/月", "t", 12), ("蒸吨/小时", "t/h", 1), ("mm", "m", 1e-3), ("×10⁴t", "t", 1e4)],
)  # fmt: skip
def test_units(lexicon, text, to, scale):
    unit = lexicon.units(text)
    assert unit is not None
    assert factor(unit, to) == pytest.approx(scale, rel=1e-12)


@pytest.mark.parametrize("text", ["furlong", "水泥", "个", "4", ""])
def test_what_is_no_unit(lexicon, text):
    assert lexicon.units(text) is None
