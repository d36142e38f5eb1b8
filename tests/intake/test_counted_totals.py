"""Totals of amounts that are written in ten thousands."""

import pytest

LINES = "企业名称,所在区县,煤炭消耗量(吨)\n甲厂,盂县,1.2万\n乙厂,盂县,3000\n合计,,{}\n"


@pytest.mark.parametrize(
    ("total", "doubted"), [("15000", False), ("1.5万", False), ("3001.2", True)]
)
def test_a_total_counts_ten_thousands(take, tmp_path, total, doubted):
    path = tmp_path / "list.csv"
    path.write_text(LINES.format(total), encoding="utf-8")
    found = take(path, use="boilers")
    assert found.tables["boilers"]["value"].tolist() == [12000, 3000]
    assert ("doubtful" in set(found.report["notes"]["kind"])) == doubted
