"""Results are replaced whole or not at all."""

import pytest

from emisim.output import atomic


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "folder" / "result.csv"
    with atomic(path) as temporary:
        temporary.write_text("old")

    def fail() -> None:
        with atomic(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert [p.name for p in path.parent.iterdir()] == ["result.csv"]
