"""Real books: merged cells, totals, Chinese and English headers, encodings."""

from time import process_time
from zipfile import ZipFile

import pandas as pd
import pytest
import xlsxwriter

from emisim.cells import sheets
from emisim.city import ACTIVITY_COLUMNS
from emisim.cli import main
from emisim.errors import InputError
from emisim.tables import read_table

BOILERS = [
    ["阳泉市2018年工业锅炉清单（表3）"],
    ["序号", "企业名称", "县(市、区)", "燃料消耗量", None, "锅炉容量（蒸吨）", "烟囱高度(m)",
     "除尘方式", "投产时间", "炉型"],
    [None, None, None, "煤炭（吨）", "天然气(10⁴m³)"],
    ["甲", "乙", "丙", 1, 2, 3, 4, 5, 6, 7],
    [1, "华峰机械有限公司", "", "１，２３４", None, 10, 35, "布袋+双碱法", "2008年5月", "链条炉"],
    [2, "东升化工有限公司", None, "0.5万吨", None, 70, "40m", "静电除尘", 2010, "循环流化床"],
    [None, "小计", None, 6234, None],
    [],
    [3, "盂县食品厂", "盂县", None, 3.2, 4, 15, "无", "2015-06-01"],
    [4, "盂县二厂", "盂县", 800, "—", 6, 20, "多管旋风", 2003, "链条炉"],
    [None, None, None, 800, 3.2],
    [None, "合  计", None, 7034, 3.2],
    ["注：数据来源于市环保局"],
]  # fmt: skip
MERGED = [
    ("A1:J1", BOILERS[0][0]), ("D2:E2", "燃料消耗量"), ("C5:C6", "平定县"),
    *((f"{c}2:{c}3", BOILERS[1]["ABCDEFGHIJ".index(c)]) for c in "ABCFGHIJ"),
]  # fmt: skip


def notes(found, kind=None):
    table = found.report["notes"]
    return table if kind is None else table[table["kind"] == kind]


def test_a_bureau_book(workbook, take):
    found = take(workbook("a.xlsx", merged=MERGED, 锅炉=BOILERS), use="boilers")
    table = found.tables["boilers"].set_index("facility")
    assert found.tables.keys() == {"boilers"}
    assert table["value"].to_dict() == {
        "华峰机械有限公司": 1234, "东升化工有限公司": 5000, "盂县二厂": 800, "盂县食品厂": 32000,
    }  # fmt: skip
    assert table["unit"].to_dict()["盂县食品厂"] == "m3"
    assert table["process"].to_dict()["盂县食品厂"] == "boiler-gas"
    first, second = table.loc["华峰机械有限公司"], table.loc["东升化工有限公司"]
    assert first[["district", "control", "standard", "technology", "built"]].tolist() == [
        "Pingding", "bag+fgd-double-alkali", "10-35", "chain-grate", 2008,
    ]  # fmt: skip
    assert second[["district", "standard", "stack_height"]].tolist() == ["Pingding", "from-65", 40]
    assert first["page"] == "a.xlsx [锅炉] row 5"
    assert "１，２３４" in first["note"]
    left = notes(found, "excluded")
    totals = left[left["what"] == "total"]
    assert totals["row"].tolist() == [7, 11, 12]
    assert totals["used"].str.startswith("the sum of").all()
    assert {"remark", "line of numbering", "lines above the header"} <= set(left["what"])


def test_tables_pass_the_checks_of_the_city(workbook, take, tmp_path):
    found = take(workbook("a.xlsx", merged=MERGED, 锅炉=BOILERS), use="boilers")
    found.tables["boilers"].to_csv(tmp_path / "boilers.csv", index=False)
    frame = read_table(tmp_path / "boilers.csv", ACTIVITY_COLUMNS, key=("id",))
    assert frame["value"].sum() == 39034


ENGLISH = """Facility name,County,Coal consumption (kt),Natural gas use (10^4 m3),Stack height
Huafeng,Pingding,1.2,,30
Dongsheng,140322,0.4,5,20
Total,,1.6,5,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings_and_english_headers(listed, take, encoding):
    text = ENGLISH.replace("Huafeng", "华峰")
    found = take(listed("a.csv", text, encoding))
    table = found.tables["boilers"]
    assert table.groupby("unit")["value"].sum().to_dict() == {"t": 1600, "m3": 50000}
    assert set(table["district"]) == {"Pingding", "Yuxian"}
    assert "华峰" in set(table["name_zh"])


def test_a_total_that_does_not_add_up_is_told(listed, take):
    found = take(listed("a.csv", ENGLISH.replace("Total,,1.6", "Total,,1.9")))
    doubtful = notes(found, "doubtful")
    row = doubtful[doubtful["what"].str.startswith("total that differs")].iloc[0]
    assert (row["row"], row["used"]) == (4, "all lines above add up to 1.6, 5")
    assert found.tables["boilers"]["value"].sum() == 51600


def test_a_factory_named_after_a_sum_is_kept(listed, take):
    text = "企业名称,区县,煤炭消耗量(吨)\n汇总水泥厂,平定县,10\n甲厂,平定县,20\n乙厂,平定县,30\n"
    assert take(listed("a.csv", text)).tables["boilers"]["value"].tolist() == [10, 20, 30]


def test_a_merged_amount_counts_once(workbook, take):
    rows = [["企业名称", "区县", "煤炭消耗量(吨)"], ["甲厂", "平定县", 900], ["乙厂", "平定县"]]
    found = take(workbook("a.xlsx", merged=[("C2:C3", 900)], 表=rows))
    assert found.tables["boilers"]["value"].tolist() == [900]
    assert "line without an amount: left out" in set(notes(found)["what"])
    assert notes(found, "converted")["what"].str.contains("merged").any()


def test_units_line_and_table_unit(listed, take):
    text = "企业名称,区县,煤炭消耗量,天然气用量\n,,万吨,万m3\n甲厂,平定县,1,2\n"
    values = take(listed("a.csv", text)).tables["boilers"].set_index("fuel")["value"]
    assert values.to_dict() == {"coal": 10000, "natural_gas": 20000}
    text = "2018年煤炭消耗情况,,单位：万吨\n企业名称,区县,煤炭消耗量\n甲厂,平定县,1\n"
    assert take(listed("b.csv", text)).tables["boilers"]["value"].tolist() == [10000]


def test_livestock_by_district(listed, take):
    text = "地区,生猪存栏(万头),奶牛存栏(头)\n全市,3,500\n平定县,1,200\n盂县,2,300\n"
    table = take(listed("a.csv", text)).tables["ammonia"]
    assert table.groupby("process")["value"].sum().to_dict() == {"pig": 30000, "dairy-cow": 500}
    assert set(table["unit"]) == {"head year"}


def test_years_beside_each_other_are_not_added(listed, take):
    text = "企业名称,区县,2017年煤炭消耗量(吨),2018年煤炭消耗量(吨)\n甲厂,平定县,5,7\n"
    assert take(listed("a.csv", text)).tables["boilers"]["value"].tolist() == [7]
    text = "企业名称,区县,年份,煤炭消耗量(吨)\n甲厂,平定县,2017,5\n甲厂,平定县,2018,7\n"
    assert take(listed("b.csv", text)).tables["boilers"]["value"].tolist() == [7]


def test_hidden_sheets_and_sheets_without_header_are_named(workbook, take):
    rows = [["企业名称", "区县", "煤炭消耗量(吨)"], ["甲厂", "平定县", 900]]
    path = workbook("a.xlsx", hidden=["旧"], 表=rows, 旧=rows, 说明=[["填写说明"], ["请填写"]])
    found = take(path)
    assert found.tables["boilers"]["value"].sum() == 900
    left = notes(found, "excluded").set_index("sheet")["what"]
    assert "hidden" in left["旧"]
    assert "without a header" in left["说明"]


def test_all_faults_of_a_book_at_once(workbook, take):
    rows = [
        ["企业名称", "区县", "煤炭消耗量(吨)", "除尘", "投产时间", "锅炉容量(t/h)"],
        ["甲厂", "平安县", 900, "布袋", 2008, 10],
        ["乙厂", "平定县", "约100", "神器", "很久以前", -5],
        ["丙厂", "平定县", "5 kg/h", None, None, "10 MPa"],
    ]
    with pytest.raises(InputError) as caught:
        take(workbook("a.xlsx", 表=rows))
    faults = caught.value.faults
    cells = {(fault.sheet, fault.row, fault.column) for fault in faults}
    assert cells == {
        ("表", 2, "区县"), ("表", 3, "煤炭消耗量(吨)"), ("表", 3, "除尘"), ("表", 3, "投产时间"),
        ("表", 3, "锅炉容量(t/h)"), ("表", 4, "煤炭消耗量(吨)"), ("表", 4, "锅炉容量(t/h)"),
    }  # fmt: skip
    assert all(fault.hint for fault in faults)
    assert {fault.value for fault in faults} >= {"平安县", "约100", "神器", "很久以前", "-5"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("企业名称,区县,煤炭消耗量\n甲,平定县,5\n", "the amount has no unit"),
        ("企业名称,区县,煤炭消耗量(m3)\n甲,平定县,5\n", "the unit does not fit process"),
        ("企业名称,区县,产量(吨)\n甲,平定县,5\n", "no process is named"),
        ("企业名称,煤炭消耗量(吨)\n甲,5\n", "name no district and no position"),
        ("企业名称,区县,煤炭消耗量(吨),原煤用量(吨)\n甲,平定县,5,5\n", "two columns hold the same"),
        ("企业名称,区县,工序,煤炭消耗量(吨)\n甲,平定县,熟料,5\n", "burnt in the process 'clinker'"),
        ("企业名称,区县,燃料类型,消耗量(吨)\n甲,平定县,魔法,5\n", "unknown fuel"),
        ("a,b\n1,2\n", "no table with amounts"),
        ("\n\n", "no sheet holds anything"),
        ("企业名称,区县,煤炭消耗量(吨)\n甲,*,5\n", "how it is shared among the districts"),
    ],
)
def test_messages(listed, take, text, message):
    with pytest.raises(InputError, match=message):
        take(listed("a.csv", text))


def test_formulas_that_were_never_calculated_are_no_zero(tmp_path, take):
    path, bare = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["企业名称", "区县", "煤炭消耗量(吨)"])
        sheet.write_row(1, 0, ["甲厂", "平定县"])
        sheet.write_formula(1, 2, "=10*5")
    with ZipFile(path) as old, ZipFile(bare, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>0</v></c>", b"</c>"))
    with pytest.raises(InputError) as caught:
        take(bare)
    assert caught.value.value == "=10*5"


def test_excel_errors_are_no_empty_cells(tmp_path, take):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["企业名称", "区县", "煤炭消耗量(吨)"])
        sheet.write_row(1, 0, ["甲厂", "平定县"])
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    with pytest.raises(InputError) as caught:
        take(tmp_path / "a.xlsx")
    assert caught.value.value == "#DIV/0!"


def test_verb_writes_beside_and_never_over(workbook, tmp_path, monkeypatch, city):
    book = workbook("a.xlsx", merged=MERGED, 锅炉=BOILERS)
    root = city.folder.parents[2]
    monkeypatch.chdir(root)
    given = ["intake", str(book), "--city", "yangquan", "--use", "boilers", "--out"]
    out = tmp_path / "out"
    assert main([*given, str(out)]) == 0
    assert sorted(p.name for p in out.iterdir()) == ["boilers.csv", "report.xlsx"]
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    assert main([*given, str(out)]) == 2
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert main([*given, str(tmp_path / "again")]) == 0
    assert {p.name: p.read_bytes() for p in (tmp_path / "again").iterdir()} == before
    sheets = pd.read_excel(out / "report.xlsx", sheet_name=None, engine="calamine")
    assert list(sheets) == ["notes", "balance", "matches", "conflicts"]


def test_a_fault_leaves_nothing_behind(listed, tmp_path, monkeypatch, city):
    monkeypatch.chdir(city.folder.parents[2])
    bad = listed("a.csv", "企业名称,区县,煤炭消耗量\n甲,平定县,5\n")
    assert main(["intake", str(bad), "--city", "yangquan", "--out", str(tmp_path / "out")]) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_blank_formatted_cells_hide_no_error_and_take_no_time(tmp_path):
    path = tmp_path / "blank.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, border = book.add_worksheet(), book.add_format({"border": 1})
        sheet.write_blank(0, 0, None, border)
        sheet.write_formula(0, 1, "=1/0", None, "#DIV/0!")
        for row in range(1, 2000):
            for column in range(10):
                sheet.write_blank(row, column, None, border)
    start = process_time()
    assert sheets(path)[0].rows[0] == (1, ["", "#DIV/0!"])
    assert process_time() - start < 10
