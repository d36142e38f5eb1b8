"""The values of all files in one long table of numbers, with the line of each."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypedDict

import numpy as np
import pandas as pd

from emisim.errors import Faults, InputError
from emisim.observations import dates
from emisim.observations.files import cells
from emisim.observations.flags import KEPT, LEFT_OUT, MISSING, Flags, Lines
from emisim.observations.layouts import Layout, recognise
from emisim.observations.numbers import factors, numbers
from emisim.observations.rules import Rules
from emisim.observations.unfolding import unfold


class Options(TypedDict):
    """What is said of tables from outside; see :func:`emisim.observations.read`."""

    species: str | None
    places: Collection[str] | None
    place: str | None


def collect(
    files: list[Path], options: Options, units: Mapping[str, str], rules: Rules
) -> tuple[pd.DataFrame, Flags]:
    """Return every value (common units) with place, city, species, averaging, time and line.

    ``line`` counts through all files (:class:`Lines`); ``column`` and ``unit`` are as written.

    Raises
    ------
    InputError
        Naming every fault of the files, or a place that no file has.
    """
    parts: list[pd.DataFrame] = []
    forms, used, offsets = [], [], []
    offset = 0
    flags, faults = Flags(), Faults()
    for file in files:
        try:
            table = cells(file)
            layout = recognise(table, file)
            part, form = _numbers(layout, options, units, rules)
        except InputError as fault:
            faults.add(fault)
            continue
        parts.append(part.assign(line=part["line"] + offset))
        forms.append(form.set_axis(form.index + offset))
        used.append(file)
        offsets.append(offset)
        flags.lines = Lines(tuple(used), tuple(offsets))
        _left_out(layout, offset, flags)
        offset += int(table.index[-1])
    faults.tell()
    values = pd.concat(parts, ignore_index=True)
    _require_places(values, options, files)
    _forms(pd.concat(forms), flags)
    marked = values["marked"].to_numpy()
    flags.cells("missing marks", marked, MISSING, values, "signs or codes in place of a number")
    return values.drop(columns="marked"), flags


def _numbers(
    layout: Layout, options: Options, units: Mapping[str, str], rules: Rules
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the values of one file and the format of the date of each line."""
    body = layout.body
    columns, faults = (layout.title("date"), layout.title("hour")), Faults()
    with faults.held():
        when = dates.read(
            layout.text("date"), layout.text("hour"), rules, file=layout.file, columns=columns
        )
    with faults.held():
        texts = _texts(layout, options)
        with faults.held():
            value, marked = numbers(texts["value"], texts["column"], layout.file)
        scale = factors(texts, units, layout.file)
    faults.tell()
    at = body.index.get_indexer(texts.index)
    part = texts[["place", "city", "species", "averaging", "column", "unit"]].assign(
        value=value * scale,
        time=when["time"].to_numpy()[at].astype("datetime64[ns]"),
        clock=when["clock"].to_numpy()[at],
        marked=marked,
        line=texts.index.to_numpy(dtype=int),
    )
    return part, when["form"]


def _texts(layout: Layout, options: Options) -> pd.DataFrame:
    """Return the values of one file as texts, one line for each."""
    parts = list(unfold(layout, **options))
    if not parts:
        parts = [pd.DataFrame(columns=["place", "city", "species", "averaging", "column", "unit"])]
        parts[0]["value"] = pd.Series(dtype=object)
    return pd.concat(parts)


def _left_out(layout: Layout, offset: int, flags: Flags) -> None:
    """Flag headers repeated inside a table, and columns that are not used."""
    if layout.above:
        line = layout.above[0] + offset
        flags.add("lines above the header", len(layout.above), LEFT_OUT, line=line)
    if layout.repeated:
        line = layout.repeated[0] + offset
        flags.add("repeated header", len(layout.repeated), LEFT_OUT, line=line)
    if layout.name in ("wide", "long"):
        names = [title for title, header in layout.headers if header.role == "other" and title]
        flags.add(
            "columns not used",
            len(names),
            LEFT_OUT,
            line=int(layout.body.index[0]) - 1 + offset,
            detail=", ".join(names),
        )


def _require_places(values: pd.DataFrame, options: Options, files: list[Path]) -> None:
    """Raise where a place asked for is in no file, or there is no value at all."""
    missing = sorted(set(options["places"] or ()) - set(values["place"].unique()))
    if missing:
        every: Options = {**options, "places": None}
        parts = unfold(recognise(cells(files[-1]), files[-1]), **every)
        have = sorted({str(name) for part in parts for name in part["place"].unique()})
        msg, hint = "no table holds the place", "correct the name; without the option all are read"
        raise InputError(msg, file=files[-1], value=missing[0], allowed=have, hint=hint)
    if values.empty:
        msg, hint = "the tables hold no value of a pollutant", "look whether it is the right table"
        raise InputError(msg, file=files[0], hint=hint)


def _forms(form: pd.Series, flags: Flags) -> None:
    """Flag dates that are not in the commonest format."""
    counts = form.value_counts()
    if len(counts) > 1:
        odd = form != counts.index[0]
        detail = ", ".join(f"{name}: {count}" for name, count in counts.items())
        flags.add(
            "dates in several formats",
            int(odd.sum()),
            KEPT,
            line=int(np.asarray(form.index[odd])[0]),
            detail=detail,
        )
