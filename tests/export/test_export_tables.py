"""GeoTIFF, the IAMC table and the Excel annexes: opened again, and compared."""

import re
import zipfile

import numpy as np
import pandas as pd
import pytest

from emisim import inventory
from emisim.errors import MassError
from emisim.export import annexes, iamc, raster
from emisim.export.annex_words import words
from emisim.vocabulary import OUTSIDE, SPECIES
from export import made
from export.paths import TABLES


@pytest.fixture(scope="module")
def base():
    return made.city()


@pytest.fixture(scope="module")
def totals(base):
    by = inventory.totals(base, by=("sector", "district"), outside=True)
    frame = by.rename("kg").to_series().reset_index()
    later = frame.assign(scenario="stated", kg=frame["kg"] * 0.7)
    return pd.concat([frame.assign(scenario="base"), later], ignore_index=True)


def kg(totals, species, scenario="base", inside=True):
    rows = totals[(totals["species"] == species) & (totals["scenario"] == scenario)]
    return float(rows.loc[~inside | (rows["district"] != OUTSIDE), "kg"].sum())


def test_geotiff_holds_the_tonnes_in_their_places(base, tmp_path):
    import rasterio

    found = made.laid(base)
    written = raster.write(tmp_path, found, "made up")
    assert list(written) == list(SPECIES)
    beyond = found.beyond_city.sum(axis=(0, 2))
    came = inventory.totals(base, by=(), outside=True).values
    for i, path in enumerate(written.values()):
        assert raster.total(path) == pytest.approx((came[i] - beyond[i]) / 1000, rel=1e-12)
    with rasterio.open(written["SO2"]) as file:
        assert file.descriptions[-1] == "total"
        band = file.read(file.descriptions.index("boilers") + 1)
        row, column = np.unravel_index(band.argmax(), band.shape)
        x, y = file.xy(row, column)
        lon, lat = found.grid.unproject(x, y)
        assert file.crs.is_projected
    assert made.distance((float(lon), float(lat)), (113.05, 37.97)) < 750


def test_geotiff_that_lost_mass_is_an_error(base, tmp_path):
    path = raster.write(tmp_path, made.laid(base), "")["SO2"]
    with pytest.raises(MassError, match="SO2 in"):
        raster._check(path, raster.total(path) * (1 + 1e-9), "SO2")


@pytest.fixture(scope="module")
def table(totals, tmp_path_factory):
    names = iamc.variables(TABLES / "iamc.csv")
    path = tmp_path_factory.mktemp("iamc") / "iamc.csv"
    iamc.write(iamc.table(totals, names, "City", {"base": 2018, "stated": 2020}), path)
    iamc.check(path, totals, names, "City")
    return path


def test_iamc_columns_years_and_units(table, totals):
    frame = pd.read_csv(table)
    assert list(frame.columns) == [*iamc.INDEX, "2018", "2020"]
    line = frame[(frame["region"] == "City") & (frame["variable"] == "Emissions|Sulfur")]
    values = line.set_index("scenario")[["2018", "2020"]]
    assert values.loc["base", "2018"] == pytest.approx(kg(totals, "SO2") / 1e6, rel=1e-12)
    assert np.isnan(values.loc["base", "2020"])
    assert set(line["unit"]) == {"kt SO2/yr"}
    carbon = frame[(frame["region"] == "City") & (frame["variable"] == "Emissions|CO2")]
    assert carbon["2018"].iloc[0] == pytest.approx(kg(totals, "CO2") / 1e9, rel=1e-12)


def test_iamc_parts_add_to_the_whole(table):
    frame = pd.read_csv(table).fillna(0.0)
    keys = ["scenario", "region"]
    whole = frame[frame["variable"] == "Emissions|NOx"].set_index(keys)["2018"]
    parts = frame[frame["variable"].str.startswith("Emissions|NOx|")].groupby(keys)["2018"].sum()
    np.testing.assert_allclose(parts.reindex(whole.index), whole, rtol=1e-12)
    regions = whole["base"].drop("City")
    districts = regions[[r for r in regions.index if "|" in r]]
    assert districts.sum() == pytest.approx(whole["base", "City"], rel=1e-12)
    assert f"City ({OUTSIDE})" in regions.index


def test_iamc_that_lost_mass_is_an_error(table, totals):
    names = iamc.variables(TABLES / "iamc.csv")
    with pytest.raises(MassError, match="Sulfur"):
        iamc.check(table, totals.assign(kg=totals["kg"] * (1 + 1e-10)), names, "City")


def test_pyam_opens_it(table):
    pyam = pytest.importorskip("pyam")
    frame = pyam.IamDataFrame(str(table))
    assert set(frame.scenario) == {"base", "stated"}
    assert frame.year == [2018, 2020]
    city = frame.filter(region="City")
    assert city.check_aggregate("Emissions|NOx", rtol=1e-9) is None


LEDGER = pd.DataFrame({
    **{"id": ["a", "a", "b", "b"], "scenario": ["stated"] * 4, "order": [1, 1, 2, 2]},
    **{"clause": ["2.1", "2.1", "3", "3"]},
    **{"name_en": ["Boilers", "Boilers", "=1+1", "=1+1"], "name_zh": ["锅炉"] * 2 + ["=1+1"] * 2},
    **{"species": ["SO2", "NOx"] * 2, "in_sequence_t": [10.5, 2.0, -1.0, 0.0]},
})  # fmt: skip
VERDICT = pd.DataFrame({
    **{"target": ["pm"], "clause": ["1"], "name_en": ["PM"], "name_zh": ["颗粒物"]},
    **{"metric": ["concentration"], "species": ["PM2.5"], "area": ["city"], "scenario": ["stated"]},
    **{"target_value": [50.0], "value": [47.3], "value_low": [np.nan], "value_high": [52.0]},
    **{"margin": [2.7], "unit": ["ug/m3"], "verdict": ["met"], "verdict_zh": ["达到"]},
    **{"conditional_on_en": [""], "conditional_on_zh": [""], "reason_en": [""], "reason_zh": [""]},
})  # fmt: skip


@pytest.fixture(scope="module", params=["en", "zh"])
def book(request, totals, tmp_path_factory):
    lang = request.param
    content = annexes.Book(totals, LEDGER, VERDICT, {"city": "City"}, {})
    path = tmp_path_factory.mktemp("book") / f"annexes-{lang}.xlsx"
    annexes.write(path, content, lang)
    return path, content, lang


def sheet(path, title):
    import python_calamine

    return python_calamine.load_workbook(str(path)).get_sheet_by_name(title).to_python()


def test_annexes_read_back(book, totals):
    path, _, lang = book
    found = annexes.totals(path, words(lang)["detail"])
    for species in SPECIES:
        both = sum(kg(totals, species, s, inside=False) for s in ("base", "stated"))
        assert found[species] == pytest.approx(both / 1000, rel=1e-12)


def test_annexes_sum_each_scenario_without_the_outside(book, totals):
    path, _, lang = book
    say = words(lang)
    for title in ("sectors", "by_district"):
        rows = sheet(path, say[title])
        sums = {row[0]: row[2:] for row in rows[2:] if row[1] == say["total"]}
        base, stated = (kg(totals, "SO2", s) / 1000 for s in ("base", "stated"))
        wanted = [base, stated, stated - base, stated / base - 1]
        assert sums["SO2"] == pytest.approx(wanted, rel=1e-9)
        assert set(sums) == set(SPECIES)


def test_annexes_measures_and_verdicts(book):
    path, _, lang = book
    say = words(lang)
    rows = sheet(path, say["measures"])
    assert rows[1][-2:] == ["SO2 (t)", "NOx (t)"]
    assert [row[3] for row in rows[2:]] == [LEDGER[f"name_{lang}"][0], "=1+1", say["total"]]
    assert [row[-2:] for row in rows[2:]] == [[10.5, 2.0], [-1.0, 0.0], [9.5, 2.0]]
    judged = dict(zip(*sheet(path, say["verdict"])[1:3], strict=True))
    assert judged[say["judged"]] == {"en": "met", "zh": "达到"}[lang]
    assert judged[say["value"]] == 47.3
    assert judged[say["value_low"]] == ""


def test_annexes_keep_headers_in_sight_and_filters_on_them(book):
    with zipfile.ZipFile(book[0]) as file:
        pages = [file.read(n).decode() for n in file.namelist() if "worksheets/sheet" in n]
    assert len(pages) == 6
    for page in pages[1:]:
        assert 'state="frozen"' in page
        assert "<autoFilter" in page


def test_annexes_hold_no_formula_but_those_of_the_book(book):
    """Text that looks like a formula stays text; sums and differences are formulas."""
    with zipfile.ZipFile(book[0]) as file:
        pages = [file.read(n).decode() for n in file.namelist() if "worksheets/sheet" in n]
    formulas = re.findall(r"<f>(.*?)</f>", "".join(pages))
    assert "1+1" not in formulas
    assert all(re.fullmatch(r"SUM\([A-Z]+\d+:[A-Z]+\d+\)|[A-Z]+\d+[-/][A-Z]+\d+(-1)?", f)
               for f in formulas)  # fmt: skip
    assert len(formulas) > 4 * len(SPECIES)


def test_annexes_say_what_they_lack(book):
    path, _, lang = book
    say = words(lang)
    about = dict(row[:2] for row in sheet(path, say["about"]))
    for key in ("levels", "effects", "contributions"):
        assert say[key] in about[say["gap"]]
    assert say["measures"] not in about[say["gap"]]
    assert about[say["sectors"]] == say["sectors.heading"]


def test_annexes_same_bytes_twice(book, tmp_path):
    path, content, lang = book
    annexes.write(tmp_path / "again.xlsx", content, lang)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_annexes_that_lost_mass_are_an_error(book, totals):
    path, _, lang = book
    more = annexes.Book(totals.assign(kg=totals["kg"] * (1 + 1e-10)), None, None, {}, {})
    with pytest.raises(MassError, match="in the book"):
        annexes._check(path, more, words(lang))
