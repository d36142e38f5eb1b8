"""What people type: numbers, totals, names and positions, as the tables hold them."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from emisim.errors import InputError
from emisim.factors import Factors
from emisim.intake.faults import Log
from emisim.templates import layout, reader, typed

ROOT = Path(__file__).parents[2]
DISTRICTS = {
    "Upper": SimpleNamespace(name_zh="上区", adcode=140901),
    "Lower": SimpleNamespace(name_zh="下县", adcode=140902),
}
CITY = SimpleNamespace(
    settings=SimpleNamespace(districts=DISTRICTS),
    names=list(DISTRICTS),
    factors=Factors(ROOT / "inputs" / "factors"),
)
PLACE = ("book.xlsx", "锅炉 boilers")


def lines(*rows, **common):
    usual = {"id": "a", "district": "Upper", "process": "boiler-coal", "value": "1", "unit": "t"}
    frame = pd.DataFrame([usual | common | row for row in rows])
    return frame.set_axis(range(5, 5 + len(rows)))


def read(frame, table="boilers"):
    log = Log()
    return typed.read(frame, table, PLACE, CITY, log), log


@pytest.mark.parametrize(
    ("written", "number"),
    [("1,234.5", 1234.5), ("１２，３４５", 12345), ("3.5万", 35000), ("1.2亿", 1.2e8),
     ("3.2×10^4", 32000), ("12 t", 12), ("3万t", 30000), ("1e3", 1000)],
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(written, number):
    frame, log = read(lines({"value": written}))
    assert float(frame["value"].iloc[0]) == number
    assert not log.faults.held_back


@given(st.floats(0, 1e12, allow_subnormal=False))
def test_plain_numbers_stay_to_the_last_digit(value):
    frame, log = read(lines({"value": repr(value)}))
    assert frame["value"].iloc[0] == repr(value)
    assert not log.notes


@pytest.mark.parametrize("written", ["about 5", "5-6", "five", "#DIV/0!", "=A1*2"])
def test_what_is_no_number_is_left_for_the_check_of_the_table(written):
    frame, _ = read(lines({"value": "1", "low": written}, low="1"))
    assert frame["low"].iloc[0] == written


def test_another_unit_in_the_cell_is_a_fault():
    _, log = read(lines({"value": "3.5万吨"}))
    (fault,) = log.faults.held_back
    assert (fault.row, fault.column, fault.value) == (5, "value", "3.5万吨")


def test_totals_are_left_out_and_compared():
    frame, log = read(
        lines({"value": "2"}, {"value": "3", "id": "b"},
              {"id": "合 计", "process": "", "value": "6", "unit": ""})
    )  # fmt: skip
    assert list(frame["id"]) == ["a", "b"]
    assert [note["what"] for note in log.notes] == [
        "total left out",
        "the total is not the sum of the lines above it",
    ]


def test_an_area_row_that_is_named_a_total_is_a_source():
    frame, log = read(lines({"id": "stoves", "name_zh": "散煤合计"}))
    assert len(frame) == 1
    assert not log.notes


def test_districts_may_be_named_in_chinese_or_by_code():
    frame, _ = read(lines({"district": "上区"}, {"district": "140902"}, {"district": "*"}))
    assert list(frame["district"]) == ["Upper", "Lower", "*"]


def test_years_lose_their_sign():
    frame, _ = read(lines({"built": "2008年5月"}))
    assert frame["built"].iloc[0] == "2008"


def book(tmp_path, cells, merged=()):
    """Return a workbook with one sheet of boilers: header and lines, some cells merged."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet(layout.sheet("boilers"))
        for row, line in enumerate([["t"], ["e"], ["编号"], *cells]):
            sheet.write_row(row, 0, line)
        for area, text in merged:
            sheet.merge_range(area, text)
    return path


HEADS = ["id", "district", "process", "value (t)"]


def test_merged_cells_stand_in_each_of_their_lines(tmp_path):
    rows = [HEADS, ["a", "", "p", 1], ["b", "", "同上", 2], ["c", "Lower", "p", 3]]
    frame = reader.read(book(tmp_path, rows, [("B5:B6", "Upper")]))["boilers"]
    assert list(frame["district"]) == ["Upper", "Upper", "Lower"]
    assert list(frame["process"]) == ["p", "p", "p"]


def test_a_merged_amount_is_a_fault(tmp_path):
    rows = [HEADS, ["a", "Upper", "p", ""], ["b", "Upper", "p", ""]]
    with pytest.raises(InputError, match="merged over several cells") as caught:
        reader.read(book(tmp_path, rows, [("D5:D6", 7)]))
    assert (caught.value.row, caught.value.column) == (5, "value")


def test_our_own_workbook_is_told_from_a_book(tmp_path):
    assert reader.is_ours(book(tmp_path, [HEADS]))
    assert not reader.is_ours(book(tmp_path, [["名称", "煤"]]))
    assert not reader.is_ours(tmp_path / "missing.xlsx")


DEFAULTS = pd.DataFrame(
    [("boiler-coal", "coal", "chain-grate", "below-10"), ("boiler-coal", "coal", "cfb", "from-65"),
     ("brick", "none", "", "")],
    columns=["process", "fuel", "technology", "standard"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("process", "standard", "expected"),
    [("boiler-coal", "below-10", "chain-grate"), ("boiler-coal", "from-65", "cfb"),
     ("boiler-coal", "", ""), ("brick", "", "")],
)  # fmt: skip
def test_a_facility_takes_the_technology_of_its_class(process, standard, expected):
    frame = pd.DataFrame(
        [{"id": "x", "process": process, "fuel": "coal" if process != "brick" else "none",
          "technology": "", "standard": standard, "note": "list"}]
    )  # fmt: skip
    found, said = typed.with_technology(frame, DEFAULTS)
    assert found["technology"].iloc[0] == expected
    assert bool(said) == bool(expected)
    assert ("assumed" in found["note"].iloc[0]) == bool(expected)
    assert np.all(frame["technology"] == "")
