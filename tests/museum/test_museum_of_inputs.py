"""One small fault each: the whole message is as the catalogue has it, in both languages."""

from pathlib import Path

import pytest
import yaml

from emisim.errors import InputError
from museum import rooms as house
from transport.test_matrix import checked, made

CASES = yaml.safe_load((Path(__file__).parent / "catalogue.yaml").read_text(encoding="utf-8"))
LEAST = 140
OF_A_FILE = (
    *("file not found", "file is empty", "table has a header and no rows", "missing column"),
    *("there is no such file", "the file is empty", "the file holds no mapping", "not UTF-8 text"),
    *("no row gives", "unknown process", "an area has no population row", "base_year: Field"),
    *("name_zh: Field", "profile 'flat' (month) does not sum", "rows do not run through"),
    *("the file: runs: the same entry", "there is no city", "there is no plan", "unknown season"),
    *("unknown half", "unknown scenario in `after`"),
)
"""Beginnings of messages about a file, a column or a key as a whole, or about what is not there."""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return house.build(tmp_path_factory.mktemp("house") / "inputs")


@pytest.mark.parametrize("reader", sorted({case["reader"] for case in CASES}))
def test_the_good_inputs_pass(inputs, reader):
    house.readers(inputs)[reader]()


@pytest.mark.parametrize("case", CASES, ids=[case["id"].replace(" ", "-") for case in CASES])
def test_the_message_is_told_in_full(inputs, case):
    with house.spoilt(inputs, case), pytest.raises(InputError) as caught:
        house.readers(inputs)[case["reader"]]()
    assert house.told(caught.value.text("en"), inputs) == case["en"].strip()
    assert house.told(caught.value.text("zh"), inputs) == case["zh"].strip()
    for fault in caught.value.faults:
        assert Path(fault.file).name == Path(case["file"]).name
        assert fault.hint


def test_the_museum_is_large_and_no_piece_stands_twice():
    assert len({case["id"] for case in CASES}) == len(CASES) >= LEAST
    spoilt = {(c["reader"], c["file"], c.get("old"), c.get("new"), c.get("encoding"),
               c.get("remove"), str(c.get("edits"))) for c in CASES}  # fmt: skip
    assert len(spoilt) == len(CASES)


def test_all_faults_of_a_table_are_told_at_once(inputs):
    path = inputs / "cities/mini/boilers.csv"
    good = path.read_text(encoding="utf-8")
    text = good.replace("works,Lower", ",Lowwer").replace("coal,coal,,,bag", "coal,caol,,,bag")
    text = text.replace("5,kt,4,6,reported", "5kt,kt,4,6,measured")
    text = text.replace("8000,t/year,7000,9000,assumed,made-up", "-1,t/year,7000,9000,,hearsay")
    path.write_text(text, encoding="utf-8")
    try:
        with pytest.raises(InputError) as caught:
            house.readers(inputs)["boilers"]()
    finally:
        path.write_text(good, encoding="utf-8")
    told = {(fault.row, fault.column) for fault in caught.value.faults}
    assert told == {(2, "id"), (2, "district"), (2, "fuel"), (2, "value"), (2, "status"),
                    (3, "value"), (3, "status"), (3, "source")}  # fmt: skip
    assert str(caught.value).endswith("8 faults in all")


def test_every_fault_of_a_line_or_cell_says_which(inputs):
    """A fault of a table or a YAML file has its row, unless it is one of the file as a whole."""
    for case in CASES:
        if not case["file"].endswith((".csv", ".yaml")):
            continue
        with house.spoilt(inputs, case), pytest.raises(InputError) as caught:
            house.readers(inputs)[case["reader"]]()
        for fault in caught.value.faults:
            assert fault.row or fault.what.startswith(OF_A_FILE), case["id"]
            assert fault.value is not None or fault.allowed or fault.hint


def test_all_faults_of_a_matrix_are_told_at_once():
    values = made()
    values = values.isel(row=slice(1, None), receptor=[0, 0]).assign_attrs(city="elsewhere", crs="")
    values["sensitivity"].attrs["units"] = "ug m-3"
    values["sensitivity"][0, 0, 0, 0, 0, 0, 0] = -1.0
    with pytest.raises(InputError) as caught:
        checked(values.assign_coords(y=[500.0, 400, 300]), groups=("roof|flat",))
    told = caught.value.text("en")
    for sentence in (
        "another unit", "made for another city", "holds a receptor twice", "lacks a receptor",
        "lacks a row", "negative or not a number", "another projection", "must rise evenly",
        "unknown source group",
    ):  # fmt: skip
        assert sentence in told
    assert all(fault.file == "mine.nc" and fault.hint for fault in caught.value.faults)
    assert "共" in caught.value.text("zh")
