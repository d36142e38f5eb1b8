import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emisim import vocabulary
from emisim.errors import InputError
from emisim.figures import language


def rows():
    text = files("emisim").joinpath("assets", "labels.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def fields(text):
    import string

    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_label_has_both_languages_and_the_same_fields():
    keys = [row["key"] for row in rows()]
    assert len(keys) == len(set(keys))
    for row in rows():
        assert fields(row["en"]) == fields(row["zh"]), row["key"]
        assert all(row.values()), row["key"]


def test_every_sector_species_and_role_has_a_colour():
    from emisim.figures.style import palette

    assert set(palette()) >= {*vocabulary.SECTORS, *vocabulary.SPECIES}


@pytest.mark.parametrize(
    ("tonnes", "en", "zh"),
    [
        (1.0, "1.00 t", "1.00 吨"),
        (9_994.0, "9,990 t", "9,990 吨"),
        (345_678.0, "346,000 t", "34.6 万吨"),
        (14_300_000.0, "14.3 Mt", "1,430 万吨"),
        (-25.0, "–25.0 t", "–25.0 吨"),
    ],
)
def test_masses_read_well_from_one_tonne_to_millions(tonnes, en, zh):
    assert language.mass(tonnes, "en") == en
    assert language.mass(tonnes, "zh") == zh


def test_chinese_lines_never_begin_with_closing_punctuation():
    text = "计划按期足额落实，二氧化硫减排（百分之六十）；贡献最大的措施：农村清洁取暖。"
    for width in range(6, 40):
        for line in language.wrap(text, width).split("\n"):
            assert line[0] not in "，。；：）"
            assert line[-1] != "（"


@given(st.text(alphabet="ab 一二，。（）-", min_size=1, max_size=60), st.integers(4, 30))
def test_wrapping_loses_no_character_but_blanks(text, width):
    wrapped = language.wrap(text, width)
    assert wrapped.replace("\n", "").replace(" ", "") == text.replace(" ", "")


def test_unknown_language_and_label_name_the_good_ones():
    with pytest.raises(InputError, match="unknown language"):
        language.say("months", "fr")
    with pytest.raises(InputError, match="no such label"):
        language.say("month", "en")


@pytest.mark.parametrize(
    "text", ["the plan cuts 3,700 t (27%)", "减排6,580 吨（26%）", "at 56.1 µg/m³"]
)
def test_a_number_stays_on_one_line_with_its_unit(text):
    for width in range(1, 30):
        assert not any(line[-1].isdecimal() for line in language.wrap(text, width).split("\n"))
