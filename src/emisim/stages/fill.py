"""The tables of a city from its filled workbook: checked first, then put in place together."""

import logging
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from emisim import csvtable
from emisim.city import City
from emisim.errors import InputError
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
        raise InputError(msg, file=folder, value=city, allowed=known, hint="emisim new-city makes it")
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
        The first mistake, with its sheet and row in the workbook.
    """
    place = City.read(folder, Factors(INPUTS / "factors"))
    for name, frame in tables.items():
        try:
            _read(place, name)
        except InputError as error:
            row = error.row
            within = row is not None and 0 <= row - csvtable.FIRST_ROW < len(frame)
            at = int(frame.index[row - csvtable.FIRST_ROW]) if row and within else row
            raise InputError(
                f"sheet {layout.sheet(name)!r}: {error.what}", file=book, row=at,
                column=error.column, value=error.value, allowed=error.allowed, hint=error.hint,
            ) from None  # fmt: skip


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


