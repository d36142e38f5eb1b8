"""Weather classes as text: a folder of five CSV tables, with the station in header lines.

``classes.csv`` one row per half and class: labels, hours, means · ``profiles.csv`` diffusivity and
wind ratio by height · ``transitions.csv`` hours in which a class was followed by another ·
``clock.csv`` hours of each class by hour of the day · ``bins.csv`` temperature and humidity by
season and period. Frequencies are not written: they follow from the hours.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from emisim import output, tables
from emisim.csvtable import parse, with_numbers
from emisim.errors import Faults, InputError, require_known
from emisim.vocabulary import HALVES, SEASONS
from emisim.weather.class_set import LABELS, REGIMES, SECTOR_NAMES
from emisim.weather.frequencies import CALM
from emisim.weather.record import STATION
from emisim.weather.regimes import CLASS_MEANS, HOURS, PROFILES, class_coordinates, derived

NAMES = ("classes", "profiles", "transitions", "clock", "bins")
HEADER = "# "
NUMBER = "%.6g"
WORDS = ("half", "quantity", "season", "period", "direction", "regime", "wet")
"""Columns that hold text."""
BIN_MEANS = {"temperature": "K", "relative_humidity": "1"}


def write(dataset: xr.Dataset, folder: str | Path) -> None:
    """Write weather classes (:func:`emisim.weather.regimes.build`) into ``folder``."""
    head = {**dataset.attrs, "status": "derived"}
    lines = "".join(f"{HEADER}{key}: {head[key]}\n" for key in sorted(head))
    for name, frame in _frames(dataset).items():
        text = frame.to_csv(index=False, float_format=NUMBER, lineterminator="\n")
        with output.atomic(Path(folder) / f"{name}.csv") as temporary:
            temporary.write_text((lines if name == NAMES[0] else "") + text, encoding="utf-8")


def _frames(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    keys = ["half", "class"]
    numbered = dataset.assign_coords(
        {"class": np.arange(dataset.sizes["class"]), "to": np.arange(dataset.sizes["to"])}
    )
    hours = numbered["transition_hours"].sum("to").rename("hours")
    classes = xr.merge([hours, numbered[list(CLASS_MEANS)]]).to_dataframe().reset_index()
    profiles = [
        numbered[name].to_dataframe()[name].unstack("level").reset_index().assign(quantity=name)
        for name in PROFILES
    ]
    wide = pd.concat(profiles).sort_values([*keys, "quantity"])
    moves = numbered["transition_hours"].to_series().rename("hours").reset_index()
    clock = numbered["hour_hours"].to_series().unstack("hour").reset_index()
    season = [f"bin_{name}" for name in (*BIN_MEANS, "hours")]
    bins = dataset[season].to_dataframe().reset_index()
    return {
        "classes": classes[[*keys, *LABELS, "hours", *CLASS_MEANS]],
        "profiles": wide[[*keys, "quantity", *dataset["level"].values]].rename(
            columns={z: f"{z:g}" for z in dataset["level"].values}
        ),
        "transitions": moves[moves["hours"] > 0],
        "clock": clock,
        "bins": bins.rename(columns=lambda name: name.removeprefix("bin_")),
    }


def read(folder: str | Path) -> xr.Dataset:
    """Read weather classes written by :func:`write`; frequencies are computed from the hours.

    Raises
    ------
    InputError
        If a table or a column is missing, a label is unknown, a number is missing or not positive
        where it must be, classes differ between tables, or a class is not left as often as entered.
    """
    folder = Path(folder)
    text = {name: tables.read_text(folder / f"{name}.csv") for name in NAMES}
    lines = text["classes"].splitlines()
    head = [line for line in lines if line.startswith(HEADER)]
    text["classes"] = "\n".join(lines[len(head) :])
    frames = {n: parse(part, folder / f"{n}.csv") for n, part in text.items()}
    _check_columns(frames, folder)
    frames = _numeric(frames, folder, len(head))
    classes = frames["classes"]
    names = classes[classes["half"] == next(iter(HALVES))]
    size = len(HALVES), len(names)
    _check_classes(frames, folder, size)
    profiles, heights = _profiles(frames["profiles"], size)
    counts = xr.Dataset(
        {
            "transition_hours": (("half", "class", "to"), _moves(frames["transitions"], size)),
            "hour_hours": (("half", "class", "hour"), _clock(frames["clock"], size)),
            **{
                n: (("half", "class"), classes[n].to_numpy(float).reshape(size), {"units": unit})
                for n, unit in CLASS_MEANS.items()
            },
            **profiles,
        },
        {
            "half": list(HALVES),
            "hour": np.arange(HOURS),
            "level": heights,
            **class_coordinates(names),
        },
    )
    bins = frames["bins"].set_index(["season", "period"]).add_prefix("bin_").to_xarray()
    bins = bins.reindex(season=list(SEASONS), period=list(REGIMES))
    out = derived(counts.merge(bins)).assign_attrs(_attrs(head))
    return check(out, folder)


def _attrs(head: list[str]) -> dict[str, object]:
    found = dict(line.removeprefix(HEADER).split(": ", 1) for line in head)
    numbers = {name: float(str(found[name])) for name in STATION[1:] if name in found}
    return {**found, **numbers}


def _check_columns(frames: dict[str, pd.DataFrame], folder: Path) -> None:
    wanted = {
        "classes": ["half", "class", *LABELS, "hours", *CLASS_MEANS],
        "profiles": ["half", "class", "quantity"],
        "transitions": ["half", "class", "to", "hours"],
        "clock": ["half", "class", *map(str, range(HOURS))],
        "bins": ["season", "period", *BIN_MEANS, "hours"],
    }
    for name, columns in wanted.items():
        for column in columns:
            if column not in frames[name]:
                msg = "missing column"
                raise InputError(
                    msg,
                    file=folder / f"{name}.csv",
                    column=column,
                    allowed=frames[name].columns,
                    hint="add the column",
                )


def _numeric(frames: dict[str, pd.DataFrame], folder: Path, above: int) -> dict[str, pd.DataFrame]:
    """Return the tables with their numbers as floats, none of them missing, or raise."""
    faults, made = Faults(), {}
    for name, frame in frames.items():
        path = folder / f"{name}.csv"
        columns = [c for c in frame.columns if c not in WORDS]
        with faults.held():
            made[name] = with_numbers(frame, columns, path, above if name == NAMES[0] else 0)
            for column in made[name].columns[made[name].isna().any()]:
                msg, hint = "a number is missing", "restore the table, or make it again"
                raise InputError(msg, file=path, column=str(column), hint=hint)
    faults.tell()
    _check_keys(made, folder)
    return made


def _check_keys(frames: dict[str, pd.DataFrame], folder: Path) -> None:
    """Raise InputError at a transition or bin whose labels are not those of the classes."""
    moves, bins = frames["transitions"], frames["bins"]
    numbers = frames["classes"]["class"].unique()
    for column, good in (("half", HALVES), ("class", numbers), ("to", numbers)):
        where: dict[str, Any] = {"file": folder / "transitions.csv", "column": column}
        require_known(moves[column].tolist(), good, column, **where)
    twice = bins[bins.duplicated(["season", "period"])]
    if len(twice):
        msg, hint = "duplicate key (season, period)", "keep one of the two rows"
        value = twice[["season", "period"]].iloc[0].tolist()
        raise InputError(msg, file=folder / "bins.csv", value=value, hint=hint)


def _check_classes(frames: dict[str, pd.DataFrame], folder: Path, size: tuple[int, int]) -> None:
    classes, file = frames["classes"], folder / "classes.csv"
    directions = (CALM, *SECTOR_NAMES)
    for column, good in (("half", HALVES), ("direction", directions), ("regime", REGIMES)):
        require_known(classes[column], good, column, file=file, column=column)
    rows = {"classes": 1, "profiles": len(PROFILES), "clock": 1}
    halves, numbers = (np.repeat(list(HALVES), size[1]), np.tile(np.arange(size[1]), size[0]))
    for name, repeat in rows.items():
        frame = frames[name]
        if len(frame) != repeat * len(halves) or not (
            (frame["half"].to_numpy() == np.repeat(halves, repeat)).all()
            and (frame["class"].to_numpy() == np.repeat(numbers, repeat)).all()
        ):
            msg = "rows do not run through the halves and the classes 0, 1, 2 ... in order"
            hint = "write the tables with emisim weather, or keep the order when editing"
            raise InputError(msg, file=folder / f"{name}.csv", column="class", hint=hint)
    missing = classes.isna().any()
    if missing.any():
        msg = "a number is missing"
        raise InputError(msg, file=file, column=str(missing.index[missing][0]))


def _profiles(
    frame: pd.DataFrame, size: tuple[int, int]
) -> tuple[dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]], np.ndarray]:
    columns = [c for c in frame.columns if c not in ("half", "class", "quantity")]
    found = {
        name: (
            ("half", "class", "level"),
            frame.loc[frame["quantity"] == name, columns].to_numpy(float).reshape(*size, -1),
            {"units": unit},
        )
        for name, unit in PROFILES.items()
    }
    return found, np.array([float(c) for c in columns])


def _moves(frame: pd.DataFrame, size: tuple[int, int]) -> np.ndarray:
    out = np.zeros((*size, size[1]), int)
    half = frame["half"].map({name: i for i, name in enumerate(HALVES)})
    at = (half.to_numpy(int), frame["class"].to_numpy(int), frame["to"].to_numpy(int))
    np.add.at(out, at, frame["hours"].to_numpy(int))
    return out


def _clock(frame: pd.DataFrame, size: tuple[int, int]) -> np.ndarray:
    return frame[[str(h) for h in range(HOURS)]].to_numpy(int).reshape(*size, HOURS)


def check(dataset: xr.Dataset, folder: str | Path = "weather classes") -> xr.Dataset:
    """Return weather classes if they are valid (see :func:`read`)."""
    moves = dataset["transition_hours"]
    if not np.array_equal(moves.sum("to"), moves.sum("class")):
        msg = "a class is not left as often as it is entered, so frequencies would drift"
        raise InputError(
            msg, file=Path(folder) / "transitions.csv", column="hours",
            hint="count transitions along the hours of a half, closed from the last to the first",
        )  # fmt: skip
    if not np.array_equal(moves.sum("to"), dataset["hour_hours"].sum("hour")):
        msg = "the hours by the clock are not those of the transitions"
        raise InputError(msg, file=Path(folder) / "clock.csv", hint="write both from one record")
    for name in ("speed", "friction_velocity", "mixing_height", "temperature", "diffusivity"):
        if not (dataset[name] > 0).all():
            msg = "not a positive number"
            raise InputError(msg, file=Path(folder), column=name, allowed=["> 0"])
    return dataset
