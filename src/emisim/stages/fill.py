"""The tables of a city from its filled workbook: checked first, then put in place together."""

import logging
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from emisim import csvtable
from emisim.city import ACTIVITY_COLUMNS, City
from emisim.errors import Faults, InputError
from emisim.factors import Factors
from emisim.intake.faults import Log
from emisim.stages import _domain, _observed
from emisim.stages._city_folder import BOOK, save
from emisim.stages.check import INPUTS
from emisim.templates import activity, layout, overlaps, reader, rules, typed

log = logging.getLogger(__name__)
DEFAULT = "default of "
"""How the note of a default begins."""
EMPTY = "keep one line: with value 0 where the city has nothing of this kind"


def run(
    *,
    city: str,
    workbook: str | None = None,
    datum: str | None = None,
    add: list[str] | None = None,
    remainder: bool = False,
) -> None:
    """Write the tables of a city from its workbook; a table that is wrong leaves all as it was.

    Parameters
    ----------
    datum
        System of the positions in the activity sheets; default WGS84.
    add
        Folders of activity tables (those of ``emisim intake``) whose rows are put to those of the
        workbook.
    remainder
        Whether area rows are totals that the facilities beside them are to be taken out of.
    """
    folder = INPUTS / "cities" / city
    if not (folder / "city.yaml").is_file():
        msg = "there is no city of that name"
        known = sorted(path.parent.name for path in INPUTS.glob("cities/[a-z0-9]*/city.yaml"))
        hint = "emisim new-city makes it"
        raise InputError(msg, file=folder, value=city, allowed=known, hint=hint)
    book = Path(workbook) if workbook else folder / BOOK
    place, notes = City.read(folder, Factors(INPUTS / "factors")), Log()
    tables = read(book, place, datum or "WGS84", notes)
    with tempfile.TemporaryDirectory(prefix=f".{city}.", dir=folder.parent) as temporary:
        copy = Path(temporary)
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        for name, frame in tables.items():
            save(frame, copy / f"{name}.csv")
        check(copy, tables, book)
        added = _listed(add or [], folder)
        for name, parts in added.items():
            _put_to(copy / f"{name}.csv", parts)
            tables.setdefault(name, pd.DataFrame())
        if added:
            check(copy, tables, book, added)
        warnings = [*_stale(folder, tables), *_completed(copy, place), *_overlaps(copy, remainder)]
        rows = {name: (_count(folder / f"{name}.csv"), _count(copy / f"{name}.csv"))
                for name in tables}  # fmt: skip
        for name in tables:
            (copy / f"{name}.csv").replace(folder / f"{name}.csv")
    _tell(folder, notes, rows, warnings)


def read(book: Path, place: City, datum: str, notes: Log) -> dict[str, pd.DataFrame]:
    """Return the tables of a workbook as text, cells as people type them turned to plain ones.

    Raises
    ------
    InputError
        Every cell that cannot be read, with its sheet and row.
    """
    tables = {}
    for name, frame in reader.read(book).items():
        where = str(book), layout.sheet(name)
        tables[name] = typed.read(frame, name, where, place, notes)
        if name in layout.SECTORS:
            tables[name] = typed.located(tables[name], where, datum, place, notes)
    notes.faults.tell()
    return tables


def _listed(folders: list[str], city: Path) -> dict[str, list[Path]]:
    """Return the activity tables of folders by name; a bare name is one of the city's folder."""
    found: dict[str, list[Path]] = {}
    for name in folders:
        folder = Path(name) if Path(name).is_dir() else city / name
        paths = [folder / f"{topic}.csv" for topic in layout.SECTORS]
        there = [path for path in paths if path.is_file()]
        if not there:
            msg = "no activity table is in this folder"
            hint = "name the folder that emisim intake wrote"
            raise InputError(msg, file=folder, column="--add", value=name, hint=hint)
        for path in there:
            found.setdefault(path.stem, []).append(path)
    return found


def _put_to(table: Path, parts: list[Path]) -> None:
    """Append the rows of tables to a table of the same columns."""
    frames = [_text(path) for path in (table, *parts)]
    save(pd.concat(frames, ignore_index=True).fillna(""), table)


def _completed(folder: Path, place: City) -> list[str]:
    """Write the usual technology of facilities whose list says none; return what was done."""
    usual = activity.read(INPUTS, rules.group(place.settings.composition))
    said: list[str] = []
    for topic in overlaps.TOPICS:
        path = folder / f"{topic}.csv"
        frame, done = typed.with_technology(_text(path), usual)
        if done:
            save(frame, path)
        said += [f"{topic}: {line}" for line in done]
    return said


def _overlaps(folder: Path, remainder: bool) -> list[str]:
    """Return what to say of totals beside facilities; ``remainder``: take these out of them."""
    said: list[str] = []
    for topic in overlaps.TOPICS:
        path = folder / f"{topic}.csv"
        frame = csvtable.read_table(path, ACTIVITY_COLUMNS)
        if not remainder:
            said += overlaps.tell(topic, overlaps.find(frame))
            continue
        frame, found = overlaps.reduced(frame)
        if found:
            save(frame, path)
        for each in found:
            left = max(each.value - each.amount, 0.0)
            over = "; THE FACILITIES HAVE MORE THAN THE TOTAL" if each.amount > each.value else ""
            said.append(
                f"{topic}: {each.id} {each.value:.6g} -> {left:.6g} {each.unit},"
                f" beside {each.facilities} facilities{over}"
            )
    return said


def _stale(folder: Path, tables: dict[str, pd.DataFrame]) -> list[str]:
    """Return what to say of rows with a value of one's own and the note of a default."""
    said = []
    for name in [name for name in tables if name in layout.SECTORS and len(tables[name])]:
        both = tables[name].merge(_text(folder / f"{name}.csv"), on="id", suffixes=("", "_old"))
        new = pd.to_numeric(both["value"], errors="coerce")
        changed = new != pd.to_numeric(both["value_old"], errors="coerce")
        default = both["note"].str.startswith(DEFAULT) & both["note_old"].str.startswith(DEFAULT)
        ids = both.loc[changed & default & (both["status"] == "assumed"), "id"]
        if len(ids):
            said.append(
                f"{name}: {', '.join(ids)}: a value of your own,"
                " but status, source and note are still those of the default"
            )
    return said


def _count(path: Path) -> int:
    return len(_text(path)) if path.is_file() else 0


def _text(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _tell(folder: Path, notes: Log, rows: dict[str, tuple[int, int]], warnings: list[str]) -> None:
    for note in notes.notes:
        if note["kind"] == "read":
            continue
        more = f" and {note['count'] - 1} more" if note["count"] > 1 else ""
        column = f", column {note['column']}" if note["column"] else ""
        value = f": {note['value']}" if note["value"] != "" else ""
        used = f" -> {note['used']}" if note["used"] != "" else ""
        where = f"[{note['sheet']}] row {note['row']}{more}{column}"
        log.info("%s: %s%s%s", where, note["what"], value, used)
    for line in warnings:
        log.warning("%s", line)
    counts = ", ".join(
        f"{name} {new}" + (f" (before {old})" if new != old else "")
        for name, (old, new) in rows.items()
    )
    log.info("%s: rows of %s", folder, counts)


def check(
    folder: Path,
    tables: dict[str, pd.DataFrame],
    book: Path,
    added: Mapping[str, list[Path]] | None = None,
) -> None:
    """Read the tables of a folder as the stages do; ``added``: whose rows follow the workbook's.

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
                    faults.add(_in_book(fault, name, frame, book, (added or {}).get(name, [])))
                elif Path(fault.file).stem not in tables:
                    faults.add(fault)
    faults.tell()


def _in_book(
    fault: InputError, name: str, frame: pd.DataFrame, book: Path, added: list[Path]
) -> InputError:
    """Return a fault of a table with its place in the workbook, or in the table that was added."""
    row, file, sheet = fault.row, book, layout.sheet(name)
    if row is not None:
        line = row - csvtable.FIRST_ROW
        row = int(frame.index[line]) if 0 <= line < len(frame) else reader.HEADER_ROW
        for path in added if line >= len(frame) else []:
            file, sheet, row = path, "", line - len(frame) + csvtable.FIRST_ROW
            if line < len(frame) + _count(path):
                break
            line -= _count(path)
    hint = EMPTY if frame.empty and not added else fault.hint
    return InputError(
        fault.what, file=file, sheet=sheet or None, row=row, column=fault.column,
        value=fault.value, allowed=fault.allowed, hint=hint,
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
