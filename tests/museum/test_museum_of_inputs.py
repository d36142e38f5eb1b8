"""One small fault each: the whole message is as the catalogue has it, in both languages."""

from pathlib import Path

import pytest
import yaml

from emisim.errors import InputError
from museum import rooms as house

CASES = yaml.safe_load((Path(__file__).parent / "catalogue.yaml").read_text(encoding="utf-8"))
LEAST = 80


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
               c.get("remove")) for c in CASES}  # fmt: skip
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
