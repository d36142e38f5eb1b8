"""The range that a book gives beside its amounts."""

import pytest

from emisim.errors import InputError

HEADER = "企业名称,所在区县,煤炭消耗量(吨),下限,上限\n"


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [('80,"1,200"', 80, 1200), ("８０,", 80, 110), (",-", 90, 110)],
)
def test_a_range_is_read_as_amounts_are(take, tmp_path, cells, low, high):
    path = tmp_path / "list.csv"
    path.write_text(f"{HEADER}甲厂,盂县,100,{cells}\n", encoding="utf-8")
    row = take(path, use="boilers").tables["boilers"].iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((low, high))


@pytest.mark.parametrize(("cells", "column"), [("约80,120", "下限"), ("80,120-130", "上限")])
def test_a_range_that_is_no_number_is_a_fault(take, tmp_path, cells, column):
    path = tmp_path / "list.csv"
    path.write_text(f"{HEADER}甲厂,盂县,100,{cells}\n", encoding="utf-8")
    with pytest.raises(InputError, match="is not a number") as caught:
        take(path, use="boilers")
    assert (caught.value.row, caught.value.column) == (2, column)
