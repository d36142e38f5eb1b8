"""The workbook of a whole plan, read back: its sheets, sums and shares, and its odd names."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from emisim import plan
from emisim.export import annexes
from emisim.export.annex_words import words
from emisim.measure_words import quantities
from emisim.vocabulary import SPECIES

EXAMPLE = plan.read(Path(__file__).parents[1] / "data" / "plan.yaml")
NAMES = {"Upper": "=Upper", "Lower": "Lower [1/2]"}
RECEPTORS = ["A", "city", "Upper"]
AIR = ["PM2.5", "PM10", "SO2", "NO2"]
STEPS = ("boilers", "scrubber", "heat-pumps")


def totals():
    rows = [
        (scenario, sector, district, species, 1000.0 * (k + 1) * part)
        for scenario, part in (("base", 1.0), ("stated", 0.75))
        for sector in ("boilers", "residential")
        for district in NAMES
        for k, species in enumerate(SPECIES)
    ]
    return pd.DataFrame(rows, columns=["scenario", "sector", "district", "species", "kg"])


def ledger():
    rows = [
        ("stated", order, name, "1", f"{name} & more", f"措施{order}", species, -1.5 * order)
        for order, name in enumerate(STEPS, start=1)
        for species in ("SO2", "NOx")
    ]
    columns = ["scenario", "order", "id", "clause", "name_en", "name_zh", "species"]
    return pd.DataFrame(rows, columns=[*columns, "in_sequence_t"])


def effects():
    rows = [
        ("stated", order, name, "", receptor, species, -0.1 * order, -0.2 * order)
        for order, name in enumerate(("reference", *STEPS))
        for receptor in RECEPTORS
        for species in AIR
    ]
    columns = ["scenario", "order", "id", "clause", "receptor", "species"]
    return pd.DataFrame(rows, columns=[*columns, "in_sequence_ug_m3", "alone_ug_m3"])


def contributions():
    rows = [
        ("base", receptor, species, sector, district, value)
        for receptor in RECEPTORS
        for species in AIR
        for sector, district, value in (
            ("boilers", "Upper", 1.0), ("boilers", "Lower", 2.0), ("residential", "Lower", 4.0),
            ("background", "", 9.0),
        )
    ]  # fmt: skip
    columns = ["scenario", "receptor", "species", "sector", "district", "ug_m3"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module", params=["zh", "en"])
def book(request, tmp_path_factory):
    coords = {"scenario": ["base", "stated"], "species": AIR, "receptor": RECEPTORS}
    level = xr.DataArray(np.arange(24.0).reshape(2, 4, 3) + 10, coords, tuple(coords))
    content = annexes.Book(
        totals(), ledger(), None, {"city": "=City"}, NAMES, EXAMPLE, effects(), contributions(),
        level, {"inputs": {"a.csv": "0" * 64}, "outputs": {}},
    )  # fmt: skip
    path = tmp_path_factory.mktemp("book") / "annexes.xlsx"
    annexes.write(path, content, request.param)
    return path, words(request.param), request.param


def sheet(book, key):
    import python_calamine

    file = python_calamine.load_workbook(str(book[0]))
    rows = file.get_sheet_by_name(book[1][key]).to_python()
    return pd.DataFrame(rows[2:], columns=rows[1])


def test_the_contents_name_every_sheet(book):
    import python_calamine

    names = python_calamine.load_workbook(str(book[0])).sheet_names
    first = python_calamine.load_workbook(str(book[0])).get_sheet_by_index(0).to_python()
    assert [row[0] for row in first][-len(names) + 1 :] == names[1:]
    assert first[0][1] == "=City"
    keys = ("measures", "levels", "effects", "contributions", "numbers", "clauses", "provenance")
    assert {book[1][key] for key in keys} <= set(names)
    gap = next(row[1] for row in first if row[0] == book[1]["gap"])
    assert gap == book[1]["verdict"]


def test_measures_hold_tonnes_and_air_and_what_they_rest_on(book):
    rows, say = sheet(book, "measures"), book[1]
    assert rows[say["order"]].tolist()[:3] == [1, 2, 3]
    assert rows["SO2 (t)"].tolist() == [-1.5, -3.0, -4.5, -9.0]
    assert rows["PM2.5 (µg/m³)"].tolist() == pytest.approx([-0.1, -0.2, -0.3, -0.6])
    assert "0.5" in rows[say["assumed"]].iloc[0]
    summary = {"zh": "10月前淘汰锅炉", "en": "Boilers close by October"}[book[2]]
    assert summary in rows[say["read"]].iloc[0]


def test_shares_of_a_receptor_add_to_one(book):
    rows, say = sheet(book, "contributions"), book[1]
    share = rows.groupby([say["receptor"], say["species"]])[f"{say['share']} (%)"].sum()
    assert share.tolist() == pytest.approx([1.0] * len(share))
    boilers = rows.iloc[0]
    assert boilers["=Upper (µg/m³)"] == 1
    assert boilers[f"{NAMES['Lower']} (µg/m³)"] == 2
    assert boilers[f"{say['total']} (µg/m³)"] == 3


def test_levels_hold_the_change(book):
    rows, say = sheet(book, "levels"), book[1]
    assert rows[f"{say['change']} (µg/m³)"].tolist() == [12.0] * 12
    assert rows[f"{say['change']} (%)"].iloc[0] == pytest.approx(1.2)
    assert set(rows[say["receptor"]]) == {"A", say["city_mean"], "=Upper"}


def test_every_number_of_the_plan_has_a_row(book):
    rows, say = sheet(book, "numbers"), book[1]
    measures = (*EXAMPLE.reference, *EXAMPLE.measures)
    assert len(rows) == sum(1 for m in measures for _ in quantities(m))
    found = rows[rows[say["field"]] == "effectiveness"].iloc[0]
    assert (found[say["value"]], found[say["low"]], found[say["high"]]) == (0.5, 0.2, 1)
    assert len(sheet(book, "clauses")) == len(EXAMPLE.clauses)


def test_effects_stand_by_measure_and_receptor(book):
    rows, say = sheet(book, "effects"), book[1]
    assert len(rows) == 4 * len(RECEPTORS)
    head = f"PM2.5, {say['alone_ug_m3']} (µg/m³)"
    assert rows[head].iloc[-1] == pytest.approx(-0.6)
    assert rows[say["name"]].iloc[0] == say["reference"]
