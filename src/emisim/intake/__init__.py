"""Facility lists and tables as people have them, to the city's activity tables.

``read`` takes xlsx and csv files with Chinese or English headers and returns tables of
:data:`emisim.city.ACTIVITY_COLUMNS` and a report of all that was converted, left out or matched;
all faults of all files are told at once (:class:`emisim.errors.InputErrors`). See docs/intake.md.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from emisim import boundaries
from emisim.city import City
from emisim.coordinates import TO_WGS84
from emisim.errors import require_known
from emisim.intake import activity, amounts, duplicates, headers, lines, positions, report, totals
from emisim.intake import tables as sheets
from emisim.intake.faults import Log
from emisim.intake.lexicon import USES, Lexicon
from emisim.vocabulary import STATUSES

__all__ = ["Intake", "read"]

CITED = "city-lists"
"""Key of ``sources.csv`` of what a city gives itself."""


class Intake(NamedTuple):
    """Activity tables by name (power, boilers, industry, ...) and what was done to get them.

    ``report`` holds notes, balance, matches and conflicts as tables.
    """

    tables: dict[str, pd.DataFrame]
    report: dict[str, pd.DataFrame]


def read(
    files: Sequence[str | Path],
    city: City,
    *,
    datum: str = "",
    use: str = "",
    process: str = "",
    source: str = CITED,
    status: str = "reported",
    polygons: pd.Series | None = None,
    lexicon: Lexicon | None = None,
) -> Intake:
    """Read the files of a city; of a facility in several lists the first given wins.

    Parameters
    ----------
    files
        Workbooks (all visible sheets) and text files.
    datum
        System of the coordinates, where the files do not say it: WGS84, GCJ-02 or BD-09.
    use, process
        What fuels are burnt for (boilers, heating, power, residential), and the process of
        amounts, where the files do not say them.
    source, status
        Of the rows, see docs/conventions.md.
    polygons
        District polygons in WGS84; default those of the city.
    lexicon
        Words of books; default ``inputs/intake`` beside the city's factors.

    Raises
    ------
    InputError
        For an option that is unknown, and with all faults of all files.
    """
    lexicon = Lexicon(city.factors) if lexicon is None else lexicon
    _require(city, datum=datum, use=use, process=process, source=source, status=status)
    log = Log()
    rows = _rows(files, city, amounts.Defaults(city.settings.base_year, use, process), lexicon, log)
    if (rows["lon_text"] != "").any():
        polygons = boundaries.of_city(city) if polygons is None else polygons
    rows = _located(rows, polygons, datum, lexicon, log)
    activity.require_district(rows, log)
    log.faults.tell()
    unified = duplicates.unify(rows, city.settings.name_zh, lexicon, log)
    tables = activity.tables(unified.kept, lexicon, source=source, status=status)
    parts = {
        "notes": log.frame(),
        "balance": report.balance(rows, unified.kept, unified.dropped),
        "matches": unified.matches,
        "conflicts": unified.conflicts,
    }
    return Intake(tables, parts)


def _require(city: City, **given: str) -> None:
    """Raise at an option that is unknown."""
    known = {
        "datum": ["", *TO_WGS84],
        "use": ["", *USES],
        "process": ["", *city.factors.processes.index],
        "source": list(city.factors.sources),
        "status": list(STATUSES),
    }
    for option, value in given.items():
        require_known([value], known[option], option)


def _located(
    rows: pd.DataFrame, polygons: pd.Series | None, datum: str, lexicon: Lexicon, log: Log
) -> pd.DataFrame:
    """Return rows with lon, lat and district; each line is looked at once."""
    line = rows.groupby(["file", "sheet", "row"], sort=False).ngroup().to_numpy()
    known = pd.Series(dtype=object) if polygons is None else polygons
    placed = positions.locate(rows[~pd.Series(line).duplicated()], known, datum, lexicon, log)
    return rows.assign(**{c: placed[c].to_numpy()[line] for c in ("lon", "lat", "district")})


def _rows(
    files: Sequence[str | Path], city: City, defaults: amounts.Defaults, lexicon: Lexicon, log: Log
) -> pd.DataFrame:
    """Return the amounts of all files with what their lines say.

    Raises
    ------
    InputError
        If there is no amount at all.
    """
    parts = []
    for path in files:
        for table in sheets.read(path, log):
            found = headers.recognise(table, lexicon, log)
            if found is None:
                continue
            found = totals.sources_only(found, lexicon, log)
            about = lines.read(found, lexicon, city, log)
            own = amounts.read(found, about, defaults, lexicon, log)
            if not own.empty:
                said = about.drop(columns=["process", "fuel", "unit"])
                whole = own.join(said, on="row").assign(file=table.file, sheet=table.sheet)
                parts.append(whole)
    if not parts:
        if not log.faults.held_back:
            hint = "name the columns as docs/intake.md says, with units: 煤炭消耗量(吨)"
            log.fault("no table with amounts was found", (str(files[0]), ""), hint=hint)
        log.faults.tell()
    rows = pd.concat(parts, ignore_index=True)
    sectors = rows["process"].map(lexicon.factors.processes["sector"])
    burns = sectors.isin(amounts.COMBUSTION) & (rows["fuel"] != "")
    return rows.assign(key=rows["fuel"].where(burns, rows["process"]))
