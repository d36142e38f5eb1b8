"""Plain YAML only, with the line of every complaint."""

from datetime import date

import pytest

from emisim import strict_yaml
from emisim.errors import InputError


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "file.yaml"
    path.write_bytes(text.encode(encoding))
    return path


def test_values_and_lines(tmp_path):
    path = written(tmp_path, "a: 1\nrows:\n  - {id: x, day: 2019-10-01, 名: '12'}\n")
    data, lines = strict_yaml.read(path)
    assert data == {"a": 1, "rows": [{"id": "x", "day": date(2019, 10, 1), "名": "12"}]}
    assert lines["a",] == 1
    assert lines["rows", 0, "day"] == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        (" \n\n", "the file is empty"),
        ("- 1\n", "the file holds no mapping"),
        ("# nothing but a comment\n", "the file holds no mapping"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", r"row 4: key 'c' stands twice .* line 3"),
        ("a: &x 1\nb: *x\n", r"row 2: aliases"),
        ("a: !!python/object/apply:os.system [ls]\n", r"row 1: tags"),
        ("a: !mine 1\n", r"row 1: tags"),
        ("a:\n  <<: {b: 1}\n", r"row 2: tags and merge keys"),
        ("a: 1\n b: 2\n", r"row 2: not valid YAML"),
        ("a: [1, 2\n", r"not valid YAML"),
        ("day: 2019-13-01\n", r"row 1: not a timestamp"),
    ],
)
def test_what_is_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        strict_yaml.read(written(tmp_path, text))


def test_chinese_windows_encoding_is_named(tmp_path):
    with pytest.raises(InputError, match="not UTF-8"):
        strict_yaml.read(written(tmp_path, "name: 阳泉\n", "gbk"))


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        strict_yaml.read(tmp_path / "none.yaml")
