"""Tables: every fault is named by file, row, column, value, good values and next step."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emisim.errors import InputError, InputErrors
from emisim.tables import Parameters, read_parameters

BAD = Path(__file__).parent / "data" / "bad"
SOURCES = ("tcses",)

CASES = {
    "species": ("row 3, column parameter", "unknown species", "'PM25'", "did you mean 'PM2.5'"),
    "nan": ("row 3, column value", "not a finite number", "'nan'", "write digits"),
    "text-number": ("row 3, column value", "not a finite number", "'1,234'", "no thousands"),
    "no-unit": ("row 3, column unit", "cell is empty", "''", "correct the cell"),
    "status": ("row 3, column status", "unknown status", "'guessed'", "reported, recalled"),
    "source": ("row 3, column source", "unknown source", "'hearsay'", "inputs/sources.csv"),
    "no-source": ("row 3, column source", "cell is empty", "''", "correct the cell"),
    "duplicate": ("row 3, column parameter", "first given in row 2", "boiler-coal", "keep one"),
    "range": ("row 3, column value", "outside its own range", "9", "3 <= value <= 5"),
    "header": ("row 1, column parameter", "is missing", "parametre", "add the column"),
    "extra-column": ("row 1, column extra", "unknown column", "'extra'", "rename or remove"),
    "only-header": ("only-header.csv", "header and no rows", "", "at least one row"),
    "empty": ("empty.csv", "file is empty", "", "fill the table"),
    "quote": ("quote.csv", "not a readable CSV", "", "missing quote"),
    "gbk": ("row 2", "not UTF-8 (encoding looks like GBK", "UTF-8", "CSV UTF-8"),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_table_is_named(name):
    path = BAD / f"{name}.csv"
    with pytest.raises(InputError) as caught:
        read_parameters(path, SOURCES)
    message = str(caught.value)
    assert message.startswith(str(path))
    for part in CASES[name]:
        assert part in message


def test_missing_file_names_its_neighbours():
    with pytest.raises(InputError, match=r"(?s)file not found.*gbk\.csv"):
        read_parameters(BAD / "gbkk.csv")


@pytest.mark.parametrize(
    ("name", "message"), [("wrong-unit", "cannot be turned into"), ("unknown-unit", "unknown unit")]
)
def test_unit_of_the_wrong_dimension_names_its_row(name, message):
    table = read_parameters(BAD / f"{name}.csv", SOURCES)
    with pytest.raises(InputError, match=rf"(?s)row 3, column unit.*{message}"):
        table.value("SO2", "kg/t", process="boiler-coal", fuel="coal")


def test_all_faults_of_a_file_are_counted(tmp_path):
    text = (BAD / "status.csv").read_text(encoding="utf-8")
    path = tmp_path / "two.csv"
    path.write_text(text + text.splitlines()[-1].replace("SO2", "CO") + "\n", encoding="utf-8")
    with pytest.raises(InputErrors, match="2 faults in all") as caught:
        read_parameters(path, SOURCES)
    places = [(fault.row, fault.column) for fault in caught.value.faults]
    assert places == [(3, "status"), (4, "status")]


@pytest.fixture
def table(tmp_path) -> Parameters:
    rows = [
        "process,fuel,technology,standard,parameter,value,unit,low,high,status,source,page,note",
        "boiler,,,,NOx,2,g/kg,1,3,reported,s,,any",
        "boiler,coal,,,NOx,4,kg/t,1,5,assumed,s,,coal",
        "boiler,coal,grate,,NOx,5,kg/t,1,6,recalled,s,,coal on a grate",
        "boiler,,,china-5,NOx,0.5,kg/t,0,1,reported,s,,standard",
        "boiler,,,,exit_temperature,150,degC,100,200,assumed,s,,",
    ]
    path = tmp_path / "factors.csv"
    path.write_text("\ufeff" + "\n".join(rows) + "\n\n,,,,,,,,,,,,\n", encoding="utf-8")
    return read_parameters(path)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ({}, 2),
        ({"fuel": "coal"}, 4),
        ({"fuel": "coal", "technology": "grate"}, 5),
        ({"fuel": "gas", "technology": "grate"}, 2),
        ({"fuel": "coal", "standard": "china-5"}, 4),
        ({"standard": "china-5"}, 0.5),
    ],
)
def test_lookup_takes_the_most_specific_row(table, key, expected):
    assert table.value("NOx", "kg/t", process="boiler", **key) == pytest.approx(expected)


def test_temperature_offsets_are_converted(table):
    assert table.value("exit_temperature", "K", process="boiler") == pytest.approx(423.15)


def test_missing_parameter_lists_what_the_process_has(table):
    with pytest.raises(InputError, match=r"(?s)no row gives 'SO2'.*NOx, exit_temperature"):
        table.value("SO2", "kg/t", process="boiler", fuel="coal")
    with pytest.raises(InputError, match="unknown process"):
        table.value("NOx", "kg/t", process="boilr")


def test_match_agrees_with_single_lookups(table):
    rows = pd.DataFrame(
        {
            "process": "boiler",
            "fuel": ["coal", "gas", "coal", "coal"],
            "technology": ["grate", "", "", "grate"],
            "standard": "",
            "activity_unit": "t",
        }
    )
    values, assumed = table.match(rows, ["NOx", "CO"], "g/({activity_unit})", required=False)
    assert np.allclose(values[:, 0], [5000, 2000, 4000, 5000])
    assert np.isnan(values[:, 1]).all()
    assert assumed[:, 0].tolist() == [False, False, True, False]
