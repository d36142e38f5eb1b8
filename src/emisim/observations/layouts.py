"""The layouts that people have, each turned into one long table of texts.

A long table has one row per value: ``place``, ``city``, ``date``, ``hour`` (text), ``species``,
``averaging``, ``unit`` (as the table says it, else ""), ``value`` (text), ``column`` (its header);
the index is the line.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emisim.errors import InputError, require_known
from emisim.observations.dates import PATTERNS
from emisim.observations.terms import POLLUTANTS, Header, interpret, plain, unit_name

LONG = ("place", "city", "date", "hour", "species", "averaging", "unit", "value", "column")
AQISTUDY = (
    *("city", "date", "AQI", "range", "grade"),
    *("PM2.5", "PM10", "SO2", "CO", "NO2", "O3", "rank"),
)
"""Columns of the daily files of aqistudy.cn, which have no header; CO in mg/m3."""
TITLE_LINES = 10
"""A header stands within this many lines from the top."""
INDICES = re.compile(r"aqi|iaqi|api")
PLACE_ROLES = ("code", "station", "city")


@dataclass(frozen=True)
class Layout:
    """A table whose columns are understood: name, headers by column, body, lines left out."""

    name: str
    headers: list[tuple[str, Header]]
    body: pd.DataFrame
    file: str
    repeated: list[int] = field(default_factory=list)

    def columns(self, role: str) -> list[int]:
        """Return the columns of a role."""
        return [i for i, (_, header) in enumerate(self.headers) if header.role == role]

    def text(self, role: str) -> pd.Series:
        """Return the column of a role, empty text where the table has none."""
        found = self.columns(role)
        if not found:
            return pd.Series("", index=self.body.index, dtype=object)
        return self.body.iloc[:, found[0]]

    def title(self, role: str) -> str:
        """Return the header of the column of a role as it stands."""
        found = self.columns(role)
        return self.headers[found[0]][0] if found else role


def recognise(cells: pd.DataFrame, file: Path) -> Layout:
    """Return the layout of a table of cells.

    Raises
    ------
    InputError
        If there is no header and it is not the layout of aqistudy, no column of dates, no body,
        or a line is longer than the header.
    """
    at = _header_line(cells)
    if at is None:
        return _headerless(cells, file)
    titles = [str(t) for t in cells.iloc[at]]
    headers = [(title, interpret(title)) for title in titles]
    below = cells.iloc[at + 1 :]
    again = (below.to_numpy() == cells.iloc[at].to_numpy()).all(axis=1)
    body, name = below[~again], _kind(headers)
    layout = Layout(name, headers, body, str(file), below.index[again].tolist())
    _require_whole(layout, int(cells.index[at]))
    return layout


def _header_line(cells: pd.DataFrame) -> int | None:
    """Return the position of the first line that names a column of dates and has no date."""
    best = None
    for i in range(min(TITLE_LINES, len(cells))):
        known = {interpret(text).role for text in cells.iloc[i] if text}
        if "date" in known or "pollutant" in known:
            if "date" in known:
                return i
            best = i if best is None else best
    return best


def _kind(headers: list[tuple[str, Header]]) -> str:
    roles = {header.role for _, header in headers}
    if {"species", "value"} <= roles:
        return "long"
    if "pollutant" in roles:
        return "wide"
    return "platform" if "species" in roles else "places"


def _headerless(cells: pd.DataFrame, file: Path) -> Layout:
    first = [plain(text) for text in cells.iloc[0]]
    dated = [any(p.fullmatch(text) for p in PATTERNS.values()) for text in first]
    if len(first) != len(AQISTUDY) or not dated[1]:
        msg = "no header that names a column of dates or pollutants"
        allowed = ["日期/date", "PM2.5, PM10, SO2, NO2, CO, O3", "the 12 columns of aqistudy"]
        hint = "add a header line, such as: 日期,城市,PM2.5(ug/m3),..."
        line, value = int(cells.index[0]), ",".join(str(c) for c in cells.iloc[0])[:60]
        raise InputError(msg, file=file, row=line, value=value, allowed=allowed, hint=hint)
    headers = [(title, interpret(title)) for title in AQISTUDY]
    headers = [
        (title, header._replace(averaging="unknown") if header.species == "O3" else header)
        for title, header in headers
    ]
    return Layout("aqistudy", headers, cells, str(file))


def _require_whole(layout: Layout, line: int) -> None:
    """Raise where a table has no dates, no body, or more cells than headers."""
    if not layout.columns("date"):
        msg, hint = "no column of dates", "name the column of dates 日期 or date"
        names = [title for title, _ in layout.headers]
        raise InputError(msg, file=layout.file, row=line, value=names, hint=hint)
    if layout.body.empty:
        msg, hint = "table has a header and no lines", "export the table again"
        raise InputError(msg, file=layout.file, row=line, hint=hint)
    width = max(i for i, (title, _) in enumerate(layout.headers) if title) + 1
    beyond = (layout.body.iloc[:, width:] != "").to_numpy()
    if beyond.any():
        at, i = (int(k) for k in np.argwhere(beyond)[0])
        msg = f"the line has a cell in column {width + i + 1}, which has no header"
        row, value = int(layout.body.index[at]), layout.body.iloc[at, width + i]
        hint = "look for a missing quote or an extra comma, or name the column"
        raise InputError(msg, file=layout.file, row=row, value=value, hint=hint)


def unfold(
    layout: Layout, *, species: str | None, places: Collection[str] | None, place: str | None
) -> Iterator[pd.DataFrame]:
    """Yield long tables of texts, a part of the values in each.

    Parameters
    ----------
    species
        The pollutant of a table that has places as columns and does not say which.
    places
        Names of the places to keep; None for all.
    place
        Name of the only place of a table without a column of places; None: the file's name.

    Raises
    ------
    InputError
        If the pollutants are not named, twice named or unknown.
    """
    if layout.name in ("platform", "places"):
        parts = _by_place(layout, species, places)
    elif layout.name == "long":
        parts = _listed(layout, place)
    else:
        parts = _by_species(layout, place)
    for part in parts:
        kept = part if places is None else part[part["place"].isin(places)]
        if not kept.empty:
            yield kept[list(LONG)]


def _frame(layout: Layout, **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"date": layout.text("date"), "hour": layout.text("hour")})
    return frame.assign(**columns)


def _place(layout: Layout, place: str | None) -> tuple[pd.Series, pd.Series]:
    """Return the place and the city of each line; stations of one name get their city's too."""
    city = layout.text("city")
    found = [role for role in PLACE_ROLES if layout.columns(role)]
    if not found:
        name = place or Path(layout.file).stem
        return pd.Series(name, index=city.index, dtype=object), city
    label = layout.text(found[0])
    empty = label == ""
    if empty.any():
        msg, column = "the line names no place", layout.title(found[0])
        hint = "fill in the name, or remove the line"
        row = int(str(empty.idxmax()))
        raise InputError(msg, file=layout.file, row=row, column=column, hint=hint)
    if found[0] == "station" and layout.columns("city"):
        of = pd.DataFrame({"city": city, "station": label}).drop_duplicates()
        shared = set(of.loc[of["station"].duplicated(), "station"])
        label = label.where(~label.isin(shared), city + "/" + label)
    return label, city


def _by_species(layout: Layout, place: str | None) -> Iterator[pd.DataFrame]:
    label, city = _place(layout, place)
    seen: dict[tuple[str, str], str] = {}
    for i in layout.columns("pollutant"):
        title, header = layout.headers[i]
        if header[1:3] in seen:
            msg = f"two columns hold {' '.join(header[1:3]).strip()}"
            hint = "remove one of them, or name what it is"
            allowed = [f"one column; the first is {seen[header[1:3]]!r}"]
            line = int(layout.body.index[0]) - 1
            raise InputError(
                msg, file=layout.file, row=line, column=title, allowed=allowed, hint=hint
            )
        seen[header[1:3]] = title
        yield _frame(
            layout,
            **{"place": label, "city": city, "species": header.species, "column": title},
            **{"averaging": header.averaging, "unit": header.unit, "value": layout.body.iloc[:, i]},
        )


def _listed(layout: Layout, place: str | None) -> Iterator[pd.DataFrame]:
    label, city = _place(layout, place)
    meaning = _species(layout)
    unit = layout.text("unit").map(unit_name)
    value = layout.columns("value")[0]
    title, header = layout.headers[value]
    frame = _frame(
        layout,
        **{"place": label, "city": city, "value": layout.body.iloc[:, value], "column": title},
        **{"species": meaning["species"], "averaging": meaning["averaging"]},
        unit=unit.where(unit != "", meaning["unit"]).replace("", header.unit),
    )
    yield frame[frame["species"] != ""]


def _by_place(
    layout: Layout, species: str | None, places: Collection[str] | None
) -> Iterator[pd.DataFrame]:
    meaning = _species(layout) if layout.name == "platform" else _said(layout, species)
    used = [i for i in layout.columns("other") if layout.headers[i][0]]
    names = [layout.headers[i][0] for i in used]
    kept = (meaning["species"] != "").to_numpy()
    chosen = [k for k, name in enumerate(names) if places is None or name in places]
    block = layout.body.iloc[np.flatnonzero(kept), [used[k] for k in chosen]]
    labels = np.array([names[k] for k in chosen], dtype=object)
    about = _frame(layout, city="").join(meaning)[kept]
    frame = about.loc[about.index.repeat(labels.size)]
    place = np.tile(labels, len(about))
    yield frame.assign(place=place, column=place, value=block.to_numpy(dtype=object).ravel())


def _said(layout: Layout, species: str | None) -> pd.DataFrame:
    """Return the meaning of a table whose pollutant is told from outside."""
    if species is None:
        msg = "no column names a pollutant"
        titles = [title for title, _ in layout.headers]
        hint = "name the columns after pollutants, or say which one the table holds (species=)"
        raise InputError(msg, file=layout.file, value=titles[:6], allowed=POLLUTANTS, hint=hint)
    header = interpret(species)
    if header.role != "pollutant":
        require_known([species], POLLUTANTS, "pollutant", hint="say species='PM2.5'")
    about = {"species": header.species, "averaging": header.averaging, "unit": header.unit}
    return pd.DataFrame(about, index=layout.body.index)


def _species(layout: Layout) -> pd.DataFrame:
    """Return species, averaging and unit of each line; indices have species ""."""
    codes, spellings = pd.factorize(layout.text("species"))
    found = [interpret(text) for text in spellings]
    for code, (text, header) in enumerate(zip(spellings, found, strict=True)):
        if header.role != "pollutant" and not INDICES.search(plain(text)):
            line = int(layout.body.index[codes == code][0])
            msg, column = "unknown pollutant", layout.title("species")
            hint = "correct the name, or remove the lines of other pollutants"
            raise InputError(
                msg,
                file=layout.file,
                row=line,
                column=column,
                value=text,
                allowed=POLLUTANTS,
                hint=hint,
            )
    columns = {name: [getattr(h, name) for h in found] for name in ("species", "averaging", "unit")}
    return pd.DataFrame(columns).iloc[codes].set_axis(layout.body.index)
