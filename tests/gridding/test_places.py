"""places.csv: what is read, and one message per mistake."""

import pytest

from emisim.errors import InputError
from emisim.gridding import read_places

HEADER = "place,weight,geometry,status,source,note\n"
GOOD = 'corridor,1,"LINESTRING (113 38, 114 38)",assumed,drawn,\n'


def read(tmp_path, text, sources=None):
    path = tmp_path / "places.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    return read_places(path, ["Upper", "Lower"], sources)


def test_reads_lines_discs_and_districts(tmp_path):
    frame = read(tmp_path, GOOD + "villages,0.4,district:Upper,assumed,drawn,\n"
                 'villages,0.6,"POINT (113.5 38)",assumed,drawn,\n')  # fmt: skip
    assert frame["place"].tolist() == ["corridor", "villages", "villages"]
    assert frame["shape"].iloc[0].geom_type == "LineString"
    assert frame["shape"].iloc[1] == "district:Upper"


@pytest.mark.parametrize(
    ("row", "message", "column"),
    [
        ("a,0.9,district:Upper,assumed,drawn,\n", "do not add to 1", "weight"),
        ("a,1,district:Uper,assumed,drawn,\n", "unknown district", "geometry"),
        ('a,1,"LINESTRIN (113 38)",assumed,drawn,\n', "not readable as WKT", "geometry"),
        ('a,1,"POINT (4200000 38)",assumed,drawn,\n', "not longitude and latitude", "geometry"),
        ('a,1,"POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))",assumed,drawn,\n', "cannot be used",
         "geometry"),
        ("a,-1,district:Upper,assumed,drawn,\n", "below 0", "weight"),
        ("a,1,district:Upper,guessed,drawn,\n", "unknown status", "status"),
    ],
)  # fmt: skip
def test_mistakes_name_row_and_column(tmp_path, row, message, column):
    with pytest.raises(InputError, match=message) as error:
        read(tmp_path, GOOD + row)
    assert f"row 3, column {column}" in str(error.value)


def test_unknown_citation(tmp_path):
    with pytest.raises(InputError, match="unknown source"):
        read(tmp_path, GOOD, sources={"map": "A map"})
