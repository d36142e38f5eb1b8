"""Published inventories beside ours: conversion by hand, faults named, the page up to date."""

import runpy
from pathlib import Path

import pytest

from emisim import published
from emisim.errors import InputError

ROOT = Path(__file__).parents[1]
HEADER = "area,year,item,value,unit,low,high,status,source,page,note\n"


def test_totals_are_divided_by_the_residents(tmp_path):
    path = tmp_path / "published.csv"
    rows = ["A,2015,SO2,2,kt,1,3,reported,x,,", "A,2015,population,100,万人,90,110,reported,x,,"]
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    table = published.read(path)
    assert float(table.loc[("A", 2015), "SO2"]) == pytest.approx(2)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A,2015,SO3,2,kt,1,3,reported,x,,", "unknown item"),
        ("A,2015,SO2,2,kt,1,3,reported,x,,", "no population row"),
    ],
)
def test_faults_are_named(tmp_path, row, message):
    path = tmp_path / "published.csv"
    path.write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        published.read(path)


def test_the_page_shows_what_the_inputs_give():
    script = runpy.run_path(str(ROOT / "docs" / "tables.py"))
    page = script["PAGE"].read_text(encoding="utf-8")
    assert script["filled"](page, script["tables"]()) == page, "run `make docs`"
