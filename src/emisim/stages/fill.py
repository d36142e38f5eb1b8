"""The tables of a city from its filled workbook: checked first, then put in place together."""

import logging
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from emisim import csvtable
from emisim.city import City
from emisim.errors import Faults, InputError
from emisim.factors import Factors
from emisim.stages import _domain, _observed
from emisim.stages._city_folder import BOOK, save
from emisim.stages.check import INPUTS
from emisim.templates import layout, reader

log = logging.getLogger(__name__)


def run(*, city: str, workbook: str | None = None) -> None:
    """Write the tables of a city from its workbook; a table that is wrong leaves all as it was."""
    folder = INPUTS / "cities" / city
    if not (folder / "city.yaml").is_file():
        msg = "there is no city of that name"
        known = sorted(path.parent.name for path in INPUTS.glob("cities/[a-z0-9]*/city.yaml"))
        hint = "emisim new-city makes it"
        raise InputError(msg, file=folder, value=city, allowed=known, hint=hint)
    book = Path(workbook) if workbook else folder / BOOK
    tables = reader.read(book)
    with tempfile.TemporaryDirectory(prefix=f".{city}.", dir=folder.parent) as place:
        copy = Path(place)
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        for name, frame in tables.items():
            save(frame, copy / f"{name}.csv")
        check(copy, tables, book)
        for name in tables:
            (copy / f"{name}.csv").replace(folder / f"{name}.csv")
    rows = ", ".join(f"{name} {len(frame)}" for name, frame in tables.items())
    log.info("%s: rows of %s", folder, rows)


def check(folder: Path, tables: dict[str, pd.DataFrame], book: Path) -> None:
    """Read the tables of a folder as the stages do.

    Raises
    ------
    InputError
        Every mistake, each with its sheet and row in the workbook.
    """
    place, faults = City.read(folder, Factors(INPUTS / "factors")), Faults()
    for name, frame in tables.items():
        try:
            _read(place, name)
        except InputError as error:
            for fault in error.faults:
                if fault.file is None or Path(fault.file).name == f"{name}.csv":
                    faults.add(_in_book(fault, name, frame, book))
                elif Path(fault.file).stem not in tables:
                    faults.add(fault)
    faults.tell()


def _in_book(fault: InputError, name: str, frame: pd.DataFrame, book: Path) -> InputError:
    """Return a fault of a table with its place in the workbook."""
    row = fault.row
    if row is not None:
        line = row - csvtable.FIRST_ROW
        row = int(frame.index[line]) if 0 <= line < len(frame) else reader.HEADER_ROW
    return InputError(
        fault.what, file=book, sheet=layout.sheet(name), row=row, column=fault.column,
        value=fault.value, allowed=fault.allowed, hint=fault.hint,
    )  # fmt: skip


def _read(place: City, name: str) -> None:
    if name in layout.SECTORS:
        place.table(name)
    elif name == "districts":
        _ = place.districts
    elif name == "places":
        _domain.gridding.read_places(
            place.folder / "places.csv", place.names, place.factors.sources
        )
    elif name == "monitors":
        _domain.monitors(place)
    elif name == "observed":
        _observed.read(place)
    else:
        place.parameters(name)
