"""Results are replaced whole or not at all."""

import pytest

from emisim.output import atomic, attempt, outdate_unfinished


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


def test_what_was_not_finished_is_outdated_and_nothing_else(tmp_path):
    broken, folder, fine = tmp_path / "a.csv", tmp_path / "b/en", tmp_path / "c.csv"
    folder.mkdir(parents=True)
    for path in (broken, folder / "1.png", fine):
        path.touch()

    def fail() -> None:
        with attempt([broken, folder]):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with attempt([fine]):
        pass
    assert outdate_unfinished(tmp_path) == [broken, folder]
    assert {p.stat().st_mtime for p in (broken, folder, folder / "1.png")} == {1}
    assert fine.stat().st_mtime > 1


def test_a_later_success_takes_the_mark_away(tmp_path):
    path = tmp_path / "a.csv"
    (tmp_path / ".a.csv.unfinished").touch()
    with attempt([path]):
        path.touch()
    assert outdate_unfinished(tmp_path) == []
