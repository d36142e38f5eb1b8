"""Books of a city to activity tables, written beside what the user has."""

import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from emisim import csvtext, intake
from emisim.city import City
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.intake import report
from emisim.templates import reader

log = logging.getLogger(__name__)
CITIES = Path("inputs/cities")
FOLDER = "intake"
REPORT = "report.xlsx"


def run(
    *,
    file: Sequence[str],
    city: str,
    factors: str = "inputs/factors",
    datum: str | None = None,
    use: str | None = None,
    process: str | None = None,
    source: str | None = None,
    status: str | None = None,
    out: str | None = None,
) -> None:
    """Read the books ``file`` of ``city`` (a name or a folder); write tables to a new folder.

    Default of ``out``: ``intake``, ``intake-2``, ... in the city's folder. An existing folder is
    never written to.
    """
    _refuse_ours(file, city)
    folder = Path(city) if (Path(city) / "city.yaml").is_file() else CITIES / city
    settings = City.read(folder, Factors(Path(factors)))
    target = _free(folder) if out is None else Path(out)
    if target.exists():
        msg = "the folder exists already, and nothing in it is written over"
        raise InputError(msg, value=str(target), hint="name another folder (--out), or remove it")
    options = {"datum": datum, "use": use, "process": process, "source": source, "status": status}
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    found = intake.read(file, settings, **given)
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as temporary:
        whole = Path(temporary) / target.name
        _write(found, whole)
        whole.replace(target)
    print(report.summary(found.report, found.tables))
    log.info("%s: compare with the tables of %s, then move what you want", target, folder)
    log.info("next: emisim fill %s --add %s", folder.name, target.name)


def _refuse_ours(files: Sequence[str], city: str) -> None:
    """Raise at the workbook of a city: it is read by another verb."""
    for file in files:
        if Path(file).is_file() and reader.is_ours(file):
            msg = "this is the workbook that emisim new-city makes, not a book of the city"
            hint = f"read it with: emisim fill {Path(city).name} --workbook {file}"
            raise InputError(msg, file=file, hint=hint)


def _write(found: intake.Intake, folder: Path) -> None:
    folder.mkdir()
    for name, table in found.tables.items():
        csvtext.write(folder / f"{name}.csv", table, intake.activity.DIGITS)
    report.write(folder / REPORT, found.report)


def _free(folder: Path) -> Path:
    number, target = 1, folder / FOLDER
    while target.exists():
        number += 1
        target = folder / f"{FOLDER}-{number}"
    return target
