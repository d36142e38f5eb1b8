"""A facility in two lists counts once; what the lists contradict each other about is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emisim.intake.names import normal, similarity

HEAD = "企业名称,区县,经度,纬度,煤炭消耗量(吨),天然气用量(万m3),烟囱高度(m),炉型\n"
FIRST = HEAD + (
    "阳泉市华峰（集团）有限责任公司,平定县,113.70,37.80,1000,,,链条炉\n"
    "东升化工有限公司,平定县,113.75,37.75,500,,30,\n"
    "第一热力站,盂县,113.30,38.10,300,,,\n"
)
SECOND = HEAD + (
    "华峰公司,平定县,113.7005,37.8004,1200,7,45,\n"
    "东升化工厂,平定县,113.7503,37.7502,500,,30,\n"
    "第二热力站,盂县,113.3001,38.1001,400,,,\n"
    "东升化工有限公司,盂县,113.40,38.20,50,,,\n"
)


@pytest.fixture
def both(listed, take):
    def run(*names):
        files = {"a": listed("a.csv", FIRST), "b": listed("b.csv", SECOND)}
        return take(*(files[name] for name in names), datum="WGS84")

    return run


def test_the_first_list_wins_and_sums_never_double(both):
    table = both("a", "b").tables["boilers"]
    rows = table[table["fuel"] == "coal"]
    assert sorted(zip(rows["facility"], rows["value"], strict=True)) == [
        ("东升化工有限公司", 50), ("东升化工有限公司", 500), ("第一热力站", 300),
        ("第二热力站", 400), ("阳泉市华峰（集团）有限责任公司", 1000),
    ]  # fmt: skip


def test_the_order_of_the_files_is_the_rule(both):
    table = both("b", "a").tables["boilers"]
    coal_of = table[table["fuel"] == "coal"]
    assert coal_of["value"].sum() == 1200 + 500 + 400 + 50 + 300


def test_what_only_the_other_list_gives_is_kept(both):
    table = both("a", "b").tables["boilers"]
    assert table[table["fuel"] == "natural_gas"]["value"].tolist() == [70000]


def test_matches_tell_how(both):
    matches = both("a", "b").report["matches"].set_index("other")
    assert matches["how"].to_dict() == {"华峰公司": "same name", "东升化工厂": "alike and near"}
    assert 30 < matches.loc["华峰公司", "distance"] < 100
    assert matches.loc["华峰公司", "other_place"] == "b.csv row 2"


def test_one_name_far_apart_is_two_and_told(both):
    notes = both("a", "b").report["notes"]
    apart = notes[notes["what"].str.contains("elsewhere: kept as two")]
    assert apart["value"].tolist() == ["东升化工有限公司"]


def test_conflicts_by_field(both):
    conflicts = both("a", "b").report["conflicts"]
    row = conflicts.set_index(["name", "field"]).loc[("阳泉市华峰（集团）有限责任公司", "value")]
    assert (row["kept"], row["other"]) == (1000, 1200)
    assert not (conflicts["name"] == "东升化工有限公司").any()


def test_empty_fields_are_filled_from_the_other_list(both):
    rows = both("a", "b").tables["boilers"].set_index(["facility", "fuel"])
    row = rows.loc[("阳泉市华峰（集团）有限责任公司", "coal")]
    assert (row["stack_height"], row["technology"]) == (45, "chain-grate")


def test_balance_holds(both):
    balance = both("a", "b").report["balance"]
    assert (balance["read"] == balance["in_tables"] + balance["other_list"]).all()
    assert balance["other_list"].sum() == 1700


def test_without_positions_names_alike_are_kept_and_told(listed, take):
    head = "企业名称,区县,煤炭消耗量(吨)\n"
    a = listed("a.csv", head + "东升化工机械有限公司,平定县,5\n甲厂,平定县,1\n")
    b = listed("b.csv", head + "东升化工机械厂,平定县,5\n（甲）厂,平定县,1\n")
    found = take(a, b)
    assert found.tables["boilers"]["value"].sum() == 11
    notes = found.report["notes"]
    alike = notes[notes["what"].str.contains("no position to tell")]
    assert (alike["value"].item(), alike["used"].item()) == (
        "东升化工机械厂",
        "东升化工机械有限公司",
    )


def test_district_totals_in_two_books_count_once(listed, take):
    text = "地区,生猪存栏(万头)\n平定县,1\n盂县,2\n"
    found = take(listed("a.csv", text), listed("b.csv", text))
    assert found.tables["ammonia"]["value"].sum() == 30000


@given(st.text("华峰东升水泥化工煤业一二三", min_size=2, max_size=8))
def test_similarity_is_symmetric_and_one_for_equal_names(name):
    assert similarity(name, name) == 1
    other = name[::-1]
    assert similarity(name, other) == similarity(other, name)
    assert normal(f"{name}有限责任公司") == normal(f"{name}（集团）有限公司")
