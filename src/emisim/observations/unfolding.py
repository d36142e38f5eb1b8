"""Every layout turned into one long table of texts.

A long table has one row per value: ``place``, ``city``, ``date``, ``hour`` (text), ``species``,
``averaging``, ``unit`` (as the table says it, else ""), ``value`` (text), ``column`` (its header);
the index is the line.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emisim.cells import plain
from emisim.errors import Faults, InputError, require_known
from emisim.observations.layouts import Layout
from emisim.observations.terms import POLLUTANTS, interpret, unit_name

LONG = ("place", "city", "date", "hour", "species", "averaging", "unit", "value", "column")
INDICES = re.compile(r"aqi|iaqi|api")
PLACE_ROLES = ("code", "station", "city")


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
    faults, column = Faults(), layout.title(found[0])
    for line in label.index[label == ""]:
        msg, hint = "the line names no place", "fill in the name, or remove the line"
        row = int(str(line))
        faults.add(InputError(msg, file=layout.file, row=row, column=column, hint=hint))
    faults.tell()
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
    found, faults = [interpret(text) for text in spellings], Faults()
    for code, (text, header) in enumerate(zip(spellings, found, strict=True)):
        if header.role != "pollutant" and not INDICES.search(plain(text)):
            line = int(layout.body.index[codes == code][0])
            msg, column = "unknown pollutant", layout.title("species")
            hint = "correct the name, or remove the lines of other pollutants"
            where: dict[str, Any] = {"file": layout.file, "row": line, "column": column}
            faults.add(InputError(msg, value=text, allowed=POLLUTANTS, hint=hint, **where))
    faults.tell()
    columns = {name: [getattr(h, name) for h in found] for name in ("species", "averaging", "unit")}
    return pd.DataFrame(columns).iloc[codes].set_axis(layout.body.index)
