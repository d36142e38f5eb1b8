"""A new city from nothing: a folder that passes, a workbook that gives its tables back."""

import importlib.util
import json
import os
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from emisim import boundaries, cli, config, inventory, sectors
from emisim.air.observations import area_observations
from emisim.city import City
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.stages import _answers, _city_folder, _domain, _plan, fill, new_city
from emisim.stages._observed import COLUMNS as OBSERVED
from emisim.templates import (
    activity,
    borrowed,
    counties,
    layout,
    neighbours,
    people,
    reader,
    rules,
    workbook,
)

ROOT = Path(__file__).parents[2]
KEPT = ("config.yaml", "factors", "intake", "weather", "standards", "sources.csv")
CITIES = ("jincheng", "yangquan")
BOXES = {
    140901: ("上区", shapely.box(113.0, 38.0, 113.3, 38.2)),
    140902: ("下县", shapely.box(113.0, 37.8, 113.3, 38.0)),
}
OPTIONS = (
    *("--chinese", "小城", "--boundary", "districts.geojson", "--year", "2020"),
    *("--districts", "Upper=140901", "Lower=140902", "--cell_size", "2000"),
    *("--population", "Upper=30万", "Lower=100000", "--towns", "Upper=113.1,38.1"),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with inputs and a boundary file, in which a city has been made."""
    root = tmp_path_factory.mktemp("project")
    (root / "inputs" / "cities").mkdir(parents=True)
    (root / "inputs" / "plans").mkdir()
    for name in (*KEPT, *(f"cities/{city}" for city in CITIES)):
        (root / "inputs" / name).symlink_to(ROOT / "inputs" / name)
    features = [
        {
            "type": "Feature",
            "properties": {"adcode": code, "name": name},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for code, (name, shape) in BOXES.items()
    ]
    whole = {"type": "FeatureCollection", "features": features}
    (root / "districts.geojson").write_text(json.dumps(whole), encoding="utf-8")
    before = Path.cwd()
    os.chdir(root)
    try:
        assert cli.main(["new-city", "small", *OPTIONS]) == 0
    finally:
        os.chdir(before)
    return root


@pytest.fixture
def inside(project, monkeypatch):
    monkeypatch.chdir(project)
    return project / "inputs" / "cities" / "small"


@pytest.fixture
def copy(project, tmp_path, monkeypatch):
    """The same folder, to be changed."""
    shutil.copytree(project, tmp_path / "p", symlinks=True)
    monkeypatch.chdir(tmp_path / "p")
    return tmp_path / "p" / "inputs" / "cities" / "small"


def city(folder):
    return City.read(folder, Factors(ROOT / "inputs" / "factors"))


def table(folder, name):
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def test_every_sector_can_be_built_and_every_source_has_a_place(inside):
    place = city(inside)
    for module in sectors.modules():
        built = module.build(place, place.factors)
        assert np.isfinite(built["factor"]).all()
        assert (built["activity_status"] == "assumed").all()
    polygons, domain = _domain.polygons_and_grid(place)
    assert domain.cell_size == 2000
    assert _domain.people(place, polygons, domain).sum("cell").values == pytest.approx(1)
    assert len(_domain.monitors(place)) == 1


def test_configuration_and_plan_can_be_read(inside):
    settings = config.read("inputs/small.yaml")
    assert [(run.city, run.plan) for run in settings.runs] == [("small", "small-2021")]
    assert settings.draft
    plan = _plan.read("inputs/plans/small-2021.yaml", draft=settings.draft)
    assert (plan.city, plan.base_year, plan.year) == ("small", 2020, 2021)
    assert plan.left_out == ("clause 5: is missing",)


def test_people_given_are_kept_and_shares_add_up(inside):
    numbers = city(inside).districts
    assert numbers["population"].to_dict() == {"Upper": 300000, "Lower": 100000}
    parts = numbers["urban_population"] + numbers["rural_population"]
    assert (parts == numbers["population"]).all()
    for share in people.SHARES:
        assert numbers[share].sum() == pytest.approx(1, abs=2e-6)


def test_area_is_geodesic():
    cap = pd.Series({"hole": shapely.box(113, 38, 114, 39) - shapely.box(113.2, 38.2, 113.4, 38.4)})
    radius = 6371.0
    band = radius**2 * np.pi / 180 * np.diff(np.sin(np.deg2rad([38, 39])))[0]
    hole = 0.2 * radius**2 * np.pi / 180 * np.diff(np.sin(np.deg2rad([38.2, 38.4])))[0]
    assert people.areas(cap)["hole"] == pytest.approx(band - hole, rel=0.005)


def test_a_town_is_a_disc_of_the_size_of_its_people(inside):
    place = city(inside)
    shape = table(inside, "places").set_index("place").loc["builtup:Upper", "geometry"]
    urban = place.districts.loc["Upper", "urban_population"]
    density = rules.read("inputs").value("built_up_density")
    area = people.areas(pd.Series({"town": shapely.from_wkt(shape)}))["town"]
    assert area == pytest.approx(urban / density, rel=0.01)


def test_amounts_are_defaults_times_people(inside):
    defaults = activity.read("inputs", "north").set_index("id")
    made = table(inside, "residential").set_index("id")
    rural = city(inside).districts["rural_population"].sum()
    expected = defaults.loc["household-coal", "value"] * rural
    assert float(made.loc["household-coal", "value"]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("group", rules.GROUPS)
def test_neighbours_lend_coal_and_seasons_for_all_that_the_defaults_burn(group):
    inputs = ROOT / "inputs"
    donors = neighbours.donors(inputs, group, "zhuzhou")
    assert rules.group(donors[0].settings.composition) == group
    coal = borrowed.coal_quality(donors)
    assert (coal["status"] == "assumed").all()
    assert not coal.duplicated(["process", "fuel", "technology", "standard", "parameter"]).any()
    burnt = activity.read(inputs, group).query("fuel in ('coal', 'clean_coal')")
    have = set(map(tuple, coal[["process", "fuel"]].to_numpy()))
    assert set(map(tuple, burnt[["process", "fuel"]].to_numpy())) <= have
    air = borrowed.observed(donors, OBSERVED, 1999, 0.2)
    assert (air["status"] == "assumed").all()
    _, status = area_observations(air, np.array(["*"]), 1999)
    assert (status == "assumed").all()


def test_every_default_is_assumed_and_cites_its_source():
    rows = pd.read_csv(ROOT / "inputs" / "intake" / "defaults.csv", dtype=str)
    assert set(rows["status"]) == {"assumed"}
    assert rows[["source", "note", "low", "high"]].notna().all(axis=None)


def test_a_zero_that_is_typed_keeps_the_sheet_and_an_empty_sheet_is_told(copy):
    frames = {name: table(copy, name) for name in layout.TABLES}
    frames["nonroad"] = frames["nonroad"].iloc[:0]
    workbook.write(copy / _city_folder.BOOK, city(copy), frames, {})
    with pytest.raises(InputError, match="no rows") as caught:
        fill.run(city="small")
    assert "value 0" in caught.value.hint
    assert caught.value.sheet == layout.sheet("nonroad")


def test_stage_mixes_keep_the_vehicles(inside):
    defaults = activity.read("inputs", "north")
    amounts = activity.quantities(
        pd.read_csv(inside / "districts.csv"), rules.read("inputs"), "north"
    )
    sums = [
        activity.tables(defaults, amounts, activity.stages("inputs", year), ["a"])["vehicles"]
        for year in (2020, 2023)
    ]
    old, new = (t.groupby(["process", "fuel", "technology"])["value"].sum() for t in sums)
    assert len(sums[1]) > 3 * len(sums[0])
    assert new.to_numpy(float) == pytest.approx(old.to_numpy(float), rel=1e-4)
    for mix in activity.stages("inputs", 2023).groupby(["process", "fuel"])["value"].sum():
        assert mix == pytest.approx(1, abs=1e-9)


def test_defaults_are_what_the_shipped_cities_give(tmp_path):
    spec = importlib.util.spec_from_file_location("defaults", ROOT / "docs" / "defaults.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    again = tmp_path / "defaults.csv"
    shutil.copy(script.DEFAULTS, again)
    script.main(again)
    assert again.read_text(encoding="utf-8") == script.DEFAULTS.read_text(encoding="utf-8")


def test_the_workbook_gives_the_same_tables(inside):
    found = reader.read(inside / _city_folder.BOOK)
    assert tuple(found) == layout.TABLES
    for name, read in found.items():
        written = table(inside, name)
        assert list(read.columns) == list(written.columns)
        for column in written:
            numbers = pd.to_numeric(written[column], errors="coerce")
            same = pd.to_numeric(read[column], errors="coerce").to_numpy() == numbers
            alike = read[column].to_numpy() == written[column]
            assert (same | alike).all(), (name, column)


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def parts(path, name):
    """Return the XML of a sheet, whether each style is locked, and the text of row 4."""
    with zipfile.ZipFile(path) as book:
        sheets = [e.get("name") for e in ElementTree.XML(book.read("xl/workbook.xml"))
                  .find(f"{MAIN}sheets")]  # fmt: skip
        number = sheets.index(layout.sheet(name)) + 1
        sheet = ElementTree.XML(book.read(f"xl/worksheets/sheet{number}.xml"))
        styles = ElementTree.XML(book.read("xl/styles.xml")).find(f"{MAIN}cellXfs")
        texts = ElementTree.XML(book.read("xl/sharedStrings.xml"))
        words = ["".join(item.itertext()) for item in texts]
    free = [(p := style.find(f"{MAIN}protection")) is not None and p.get("locked") == "0"
            for style in styles]  # fmt: skip
    return sheet, free, words


def test_the_workbook_is_locked_where_it_is_not_to_be_filled(inside):
    for name in layout.TABLES:
        sheet, free, words = parts(inside / _city_folder.BOOK, name)
        assert sheet.find(f"{MAIN}sheetProtection").get("sheet") == "1"
        pane = sheet.find(f"{MAIN}sheetViews/{MAIN}sheetView/{MAIN}pane")
        assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "4")
        lines = sheet.find(f"{MAIN}sheetData").findall(f"{MAIN}row")
        for line in lines:
            expected = int(line.get("r")) > 4
            assert {free[int(cell.get("s"))] for cell in line} == {expected}
        assert all(free[int(column.get("style"))] for column in sheet.find(f"{MAIN}cols"))
        titles = [words[int(cell.find(f"{MAIN}v").text)] for cell in lines[3]]
        assert [t.partition(" (")[0] for t in titles] == list(table(inside, name).columns)


def test_drop_downs_are_those_of_the_vocabulary(inside):
    sheet, _, words = parts(inside / _city_folder.BOOK, "boilers")
    columns = list(table(inside, "boilers").columns)
    ranges = {
        columns[ord(rule.get("sqref")[0]) - ord("A")]: rule.find(f"{MAIN}formula1").text
        for rule in sheet.find(f"{MAIN}dataValidations")
        if rule.get("sqref")[1].isdigit()
    }
    assert {"district", "process", "fuel", "technology", "control", "unit"} <= set(ranges) | {
        "unit"
    }
    place = city(inside)
    offered = layout.choices(place, "boilers", layout.factor_keys(place))
    assert set(offered["process"].values) >= {"boiler-coal", "heating-coal"}
    assert "car" not in offered["process"].values
    assert not offered["process"].open
    assert set(ranges["fuel"]) > set("lists!")
    assert {"chain-grate", "below-10", "stack_height (m)"} <= set(words)


def refill(folder, changes=(), added=()):
    """Write the workbook again with some cells of its tables changed and rows added."""
    frames = {name: table(folder, name) for name in layout.TABLES}
    for name, row, column, value in changes:
        frames[name].loc[row, column] = value
    for name, row in added:
        frames[name] = pd.concat([frames[name], pd.DataFrame([row])]).fillna("")
    workbook.write(folder / _city_folder.BOOK, city(folder), frames, {})


def test_a_filled_workbook_replaces_the_tables(copy):
    row = {"id": "kiln", "district": "Upper", "process": "clinker", "fuel": "coal",
           "technology": "precalciner", "value": 1234567.891, "unit": "t", "low": 1e6,
           "high": 1.5e6, "status": "reported", "source": "emisim-judgement"}  # fmt: skip
    refill(copy, added=[("industry", row)])
    fill.run(city="small")
    new = city(copy).table("industry").loc["kiln"]
    assert (new["value"], new["district"], new["status"]) == (1234567.891, "Upper", "reported")


def test_mistakes_are_told_with_their_sheets_and_change_nothing(copy):
    before = {path.name: path.read_bytes() for path in copy.glob("*.csv")}
    refill(
        copy, [("residential", 1, "process", "household-cole"), ("boilers", 2, "district", "Up")]
    )
    with pytest.raises(InputError) as caught:
        fill.run(city="small")
    told = {(fault.sheet, fault.row, fault.column) for fault in caught.value.faults}
    assert {("民用 residential", 6, "process"), ("锅炉 boilers", 7, "district")} <= told
    assert {path.name: path.read_bytes() for path in copy.glob("*.csv")} == before


BOILERS = """\
全县燃煤锅炉清单
企业名称,所在区县,经度(GCJ-02),纬度(GCJ-02),锅炉容量(t/h),煤炭消耗量(吨)
上区化工厂,上区,113.1061,38.1005,20,"2,000"
下县造纸厂,下县,113.1561,37.9005,6,1000
合计,,,,,3000
"""


def test_from_nothing_to_gridded_emissions(copy, capsys):
    plant = {"id": "plant", "district": "上区", "process": "power-coal", "fuel": "coal",
             "technology": "pulverised", "standard": "unit-from-300MW", "control": "fgd-limestone",
             "facility": "上区电厂", "lon": "113°06′00″", "lat": "38.1",
             "value": "２０万", "unit": "t", "low": "150,000", "high": "25万", "status": "assumed",
             "source": "emisim-judgement"}  # fmt: skip
    total = {"id": "合计", "value": 200000}
    before = city(copy).table("boilers").query("process == 'boiler-coal'")["value"].sum()
    refill(
        copy,
        [("residential", 0, "value", "4.5万"), ("residential", 0, "high", "9万")],
        [("power", plant), ("power", total)],
    )
    Path("boilers.csv").write_text(BOILERS, encoding="utf-8")
    for line in (
        "intake boilers.csv --city small --use boilers",
        "fill small --add intake --remainder",
        "check small",
        "inventory --city inputs/cities/small --factors inputs/factors"
        " --out inventory.nc --totals totals.csv",
        "grid --city inputs/cities/small --factors inputs/factors --inventory inventory.nc"
        " --out emissions.nc --budget budget.csv --shares shares.nc",
        "scenarios --plan inputs/plans/small-2021.yaml --inventory inventory.nc --draft"
        " --out scenarios.nc --ledger ledger.csv --singles singles.csv",
    ):
        assert cli.main(line.split()) == 0, capsys.readouterr().err
    said = capsys.readouterr()
    assert "small-2021: every input can be used" in said.out
    assert "look at   observed.csv" in said.out
    assert "chain-grate assumed" in said.err
    read = city(copy)
    assert read.table("residential").query("process == 'household-coal'")["value"].sum() >= 45000
    assert read.table("power")["value"].sum() == 200000
    at = read.table("power").loc["plant", ["lon", "lat"]].astype(float)
    assert list(at) == pytest.approx([113.1, 38.1])
    boilers = read.table("boilers").query("process == 'boiler-coal'")
    assert boilers["value"].sum() == pytest.approx(before, rel=1e-5)
    assert boilers["lon"].notna().sum() == 2
    ledger = pd.read_csv("ledger.csv").query("scenario == 'expected' and species == 'PM10'")
    assert len(ledger) == 3
    assert (ledger["in_sequence_t"] < 0).all(), "every example of the first plan does something"
    budget = pd.read_csv("budget.csv").set_index(["sector", "species"])
    assert (budget["dropped"].abs() <= 1e-9 * budget["in"]).all()
    assert (budget["inside"] + budget["outside"]).to_numpy() == pytest.approx(budget["in"])
    with xr.open_dataset("inventory.nc") as base:
        totals = inventory.totals(base, ("sector",)).sel(sector="residential")
        read_in = budget["in"].xs("residential").reindex(totals["species"].values)
        assert totals.values == pytest.approx(read_in.to_numpy(), rel=1e-9)
    with xr.open_dataset("emissions.nc") as gridded:
        at = gridded["sector_name"].values.tolist().index("power")
        power = gridded["SO2"].isel(sector=at)
        top = power.sum("time").argmax(["y", "x"])
        assert [float(gridded[name].isel(top)) for name in ("lon", "lat")] == pytest.approx(
            [113.1, 38.1], abs=0.02
        )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([["t"], ["e"], ["编号"], ["id", "value (t)"], ["a", 1, "stray"]], "below no header"),
        ([["t"], ["e"], ["编号"], ["a", 1]], "lost its line of English headers"),
        ([["t"]], "lost its line of English headers"),
    ],
)
def test_sheets_that_lost_their_headers_are_told(tmp_path, lines, message):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(layout.sheet("power"))
        for row, line in enumerate(lines):
            sheet.write_row(row, 0, line)
    with pytest.raises(InputError, match=message):
        reader.read(path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "it is there already"),
        (("--year", "x"), None),
        (("--districts", "140999"), "no district has this administrative code"),
        (("--districts", "Upper"), "six-digit administrative code"),
        (("--districts", "A=140901", "B=140901"), "the same code"),
        (("--population", "Nowhere=1"), "unknown district"),
        (("--population", "Upper=-1"), "not a positive number"),
        (("--population", "5", "Upper=10"), "exceed those of the city"),
        (("--towns", "Upper=38.1,113.1"), "outside its district"),
        (("--towns", "Lower=113.1,38.1"), "it lies in Upper"),
        (("--towns", "Upper=113.1"), "longitude,latitude"),
        (("--weather", "nowhere"), "unknown weather table"),
        (("--group", "central"), "no city of this group"),
        (("--boundary", "no.geojson"), "boundary file not found"),
    ],
)
def test_mistakes_make_no_folder(copy, capsys, options, message):
    there = sorted(copy.parent.iterdir())
    if message is None:
        with pytest.raises(SystemExit):
            cli.main(["new-city", "other", *OPTIONS, *options])
    else:
        name = "other" if options else "small"
        assert cli.main(["new-city", name, *OPTIONS, *options]) == 2
        assert message in capsys.readouterr().err
    assert sorted(copy.parent.iterdir()) == there
    assert not Path("inputs/other.yaml").exists()


@pytest.mark.parametrize("name", ["Big", "../small", "", "a b", ".hidden"])
def test_names_that_are_no_folder_are_refused(copy, name):
    with pytest.raises(InputError, match="not a name for a folder"):
        new_city.run(city=name)


def test_a_fault_on_the_way_leaves_no_half_folder(copy, monkeypatch):
    def broken(*_):
        msg = "broken"
        raise InputError(msg)

    monkeypatch.setattr(_city_folder.workbook, "write", broken)
    there = sorted(copy.parent.iterdir())
    assert cli.main(["new-city", "other", *OPTIONS]) == 2
    assert sorted(copy.parent.iterdir()) == there


def test_questions_are_asked_on_a_terminal_only():
    asked = []
    ask = _answers.Asker(line=lambda text: asked.append(text) or "2020", terminal=lambda: True)
    assert ask("year", "Base year", None, None, int) == 2020
    assert ask("year", "Base year", 2019, None, int) == 2019
    assert asked == ["Base year: "]
    silent = _answers.Asker(terminal=lambda: False)
    assert silent("group", "Group", None, "north", str) == "north"
    with pytest.raises(InputError, match="needs --year"):
        silent("year", "Base year", None, None, int)


def test_a_prefecture_stands_for_its_counties():
    pytest.importorskip(boundaries.PACKAGE.replace("-", "_"))
    found = counties.chosen(["140400"], boundaries.PACKAGE)
    assert len(found) == 12
    assert ("潞州区", 140403, "潞州区") in found
    assert all(county.code // 100 == 1404 for county in found)


@given(st.floats(0.001, 1e9), st.sampled_from(["{}", " {} ", "{:,}"]))
def test_numbers_are_read_as_written(value, form):
    assert _answers.number(form.format(value), "population") == value
    assert _answers.number("3.5万", "population") == 35000


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_told(text):
    value = None
    try:
        value = _answers.number(text, "towns")
    except InputError as error:
        told = error.column
    assert told == "--towns" if value is None else 0 < value < np.inf


def test_every_province_has_a_group_and_months():
    codes = pd.read_csv(ROOT / "inputs" / "intake" / "provinces.csv")["code"]
    found = [rules.province(ROOT / "inputs", int(code)) for code in codes]
    assert len(found) == 31
    assert {province.group for province in found} == set(rules.GROUPS)
    assert rules.province(ROOT / "inputs", 14).heating_months == (11, 12, 1, 2, 3)
