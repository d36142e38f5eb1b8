"""Facilities beside totals: what may count twice, and the remainder."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emisim.templates import overlaps


def table(*rows):
    usual = {"district": "*", "process": "boiler-coal", "fuel": "coal", "facility": "",
             "lon": np.nan, "technology": "", "standard": "", "name_zh": "", "note": "",
             "unit": "t", "status": "reported", "low": 0.0, "high": 1e9}  # fmt: skip
    frame = pd.DataFrame([{**usual, "id": f"r{i}", **row} for i, row in enumerate(rows)])
    return frame.set_axis(range(2, 2 + len(rows)))


AREA = {"value": 100.0}
WORKS = {"value": 30.0, "facility": "works", "district": "Upper"}


def test_a_facility_beside_a_total_is_told():
    (found,) = overlaps.find(table(AREA, WORKS))
    assert (found.row, found.facilities, found.amount, found.value) == (2, 1, 30, 100)
    assert "count twice" in next(overlaps.tell("boilers", [found]))


@pytest.mark.parametrize(
    ("area", "works"),
    [
        ({"process": "heating-coal"}, {}),
        ({"fuel": "oil"}, {}),
        ({"district": "Lower"}, {}),
        ({"standard": "below-10"}, {"standard": "10-35"}),
        ({"technology": "cfb"}, {"technology": "chain-grate"}),
        ({"note": "remainder of the yearbook"}, {}),
        ({"id": "cement-other"}, {}),
        ({"name_zh": "其余锅炉"}, {}),
        ({"value": 0.0}, {}),
        ({}, {"value": 0.0}),
    ],
)
def test_what_is_apart_is_not_told(area, works):
    assert overlaps.find(table(AREA | area, WORKS | works)) == []


@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=4), st.floats(100, 500))
def test_the_remainder_and_the_facilities_are_the_total(amounts, total):
    works = [WORKS | {"value": each} for each in amounts]
    frame, found = overlaps.reduced(table({"value": total}, *works))
    assert frame["value"].sum() == pytest.approx(total)
    assert frame.loc[2, "note"].startswith("remainder of")
    assert frame.loc[2, "status"] == "derived"
    assert len(found) == 1
    assert overlaps.find(frame) == []


def test_a_facility_of_no_class_is_shared_among_the_classes():
    classes = ({"value": 60.0, "standard": "below-10"}, {"value": 40.0, "standard": "10-35"})
    frame, _ = overlaps.reduced(table(*classes, WORKS))
    assert list(frame["value"]) == pytest.approx([42, 28, 30])


def test_units_are_converted_and_nothing_falls_below_zero():
    frame, found = overlaps.reduced(table(AREA, WORKS | {"value": 2.0, "unit": "kt"}))
    assert found[0].amount == pytest.approx(2000)
    assert (frame.loc[2, ["value", "low"]] == 0).all()
