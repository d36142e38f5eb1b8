"""Joint frequencies of wind direction, wind speed, stability and season, and their CSV form.

Table columns: ``season, direction, speed_class, stability, frequency, mean_speed, harmonic_speed,
mean_temperature, hours``. ``direction`` is where the wind comes from, one of sixteen names, or
``calm``; ``frequency`` is the share of the season's hours, so each season sums to 1. Calm hours
(below the calm limit) are a speed class of their own without direction: the record's direction of
such hours is not used, and the transport model decides where they drift. A column
``mixing_height`` (m) is optional; where present it is used instead of the default mixing heights.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from emisim import output, tables
from emisim.csvtable import parse, with_numbers
from emisim.errors import InputError, require_known
from emisim.tables import Parameters
from emisim.vocabulary import SEASONS
from emisim.weather import stability
from emisim.weather.periods import season_of

DIRECTIONS = (
    *("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE"),
    *("S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"),
)
CALM = "calm"
KEY = ("season", "direction", "speed_class", "stability")
NUMBERS = ("frequency", "mean_speed", "harmonic_speed", "mean_temperature", "hours")
HEADER = "# "


def speed_edges(p: Parameters) -> np.ndarray:
    """Return the lower limits (m/s) of the speed classes 1, 2, ...; below the first is calm."""
    frame = p.frame[p.frame["process"] == "speed-class"]
    names = sorted(frame["technology"])
    return np.array([p.value("lower", "m/s", process="speed-class", technology=n) for n in names])


def joint(record: pd.DataFrame, p: Parameters) -> pd.DataFrame:
    """Return the joint frequency table of an hourly record (see module docstring).

    Means are over the hours of a class; ``harmonic_speed`` is the reciprocal of the mean
    reciprocal speed, for calm hours (where it has no meaning) the mean speed.
    """
    edges = speed_edges(p)
    speed = record["wind_speed"].to_numpy(float)
    klass = np.searchsorted(edges, speed, side="right")
    sector = np.rint(record["wind_direction"].to_numpy(float) * len(DIRECTIONS) / 360)  # full turn
    names = np.array(DIRECTIONS)[sector.astype(int) % len(DIRECTIONS)]
    hours = pd.DataFrame(
        {
            "season": season_of(record["time"].dt.month.to_numpy()),
            "direction": np.where(klass == 0, CALM, names),
            "speed_class": klass,
            "stability": np.array(stability.CLASSES)[stability.pasquill(record, p)],
            "mean_speed": speed,
            "harmonic_speed": 1 / np.where(klass == 0, 1, speed),
            "mean_temperature": record["temperature"].to_numpy(float),
        }
    )
    table = _aggregate(hours)
    usable = stability.cloud_is_usable(record["cloud"], p)
    cloud = "record" if usable else "from irradiance (the record's cloud column carries nothing)"
    table.attrs = {**record.attrs, "hours": len(record), "cloud": cloud}
    return table


def _aggregate(hours: pd.DataFrame) -> pd.DataFrame:
    groups = hours.groupby(list(KEY), observed=True)
    table = groups.mean(numeric_only=True)
    calm = table.index.get_level_values("direction") == CALM
    table["harmonic_speed"] = np.where(calm, table["mean_speed"], 1 / table["harmonic_speed"])
    table["hours"] = groups.size()
    total = hours.groupby("season").size()
    table = table.reset_index()
    table["frequency"] = table["hours"] / table["season"].map(total)
    order = {name: i for i, name in enumerate([*SEASONS, *DIRECTIONS, CALM])}
    table = table.sort_values(
        list(KEY), key=lambda c: c.map(order) if c.name in ("season", "direction") else c
    )
    return table[[*KEY, *NUMBERS]].reset_index(drop=True)


def write(table: pd.DataFrame, path: str | Path, *, status: str = "derived") -> None:
    """Write a joint table as CSV below ``# key: value`` lines for source, status and hours."""
    head = {**table.attrs, "status": status}
    lines = [f"{HEADER}{key}: {head[key]}" for key in sorted(head)]
    rounded = table.copy()
    for name in ("mean_speed", "harmonic_speed", "mean_temperature"):
        rounded[name] = rounded[name].map("{:.4f}".format)
    rounded["frequency"] = rounded["frequency"].map("{:.17g}".format)
    text = "\n".join(lines) + "\n" + rounded.to_csv(index=False, lineterminator="\n")
    with output.atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read(path: str | Path) -> pd.DataFrame:
    """Read a joint table written by :func:`write`; header lines come back in ``attrs``.

    Raises
    ------
    InputError
        If a column, season, direction or stability is unknown, a key stands twice, a number is
        not positive where it must be, or the frequencies of a season do not sum to 1.
    """
    lines = tables.read_text(path).splitlines()
    head = [line for line in lines if line.startswith(HEADER)]
    frame = parse("\n".join(lines[len(head) :]), path, dtype={"stability": str})
    missing = [c for c in [*KEY, *NUMBERS] if c not in frame]
    if missing:
        msg = "missing column"
        raise InputError(
            msg, file=path, column=missing[0], allowed=[*KEY, *NUMBERS], hint="add the column"
        )
    frame = with_numbers(frame, NUMBERS, path, above=len(head))
    frame.attrs = dict(line.removeprefix(HEADER).split(": ", 1) for line in head)
    return check(frame, path)


def check(frame: pd.DataFrame, path: str | Path = "weather table") -> pd.DataFrame:
    """Return a joint table if it is valid (see :func:`read`)."""
    require_known(frame["season"], SEASONS, "season", file=path, column="season")
    require_known(
        frame["direction"], (*DIRECTIONS, CALM), "direction", file=path, column="direction"
    )
    require_known(frame["stability"], stability.CLASSES, "stability", file=path, column="stability")
    if frame.duplicated(list(KEY)).any():
        msg = f"duplicate key ({', '.join(KEY)})"
        key = frame.loc[frame.duplicated(list(KEY)), list(KEY)].iloc[0].tolist()
        raise InputError(msg, file=path, value=key, hint="keep one of the two rows")
    windy = frame[frame["direction"] != CALM]
    for name, rows in (
        ("frequency", frame),
        ("mean_temperature", frame),
        ("harmonic_speed", windy),
    ):
        if not (rows[name] > 0).all():
            msg = "not a positive number"
            raise InputError(msg, file=path, column=name, allowed=["> 0"])
    sums = frame.groupby("season")["frequency"].sum().reindex(list(SEASONS), fill_value=0)
    if (abs(sums - 1) > 1e-9).any():
        bad = sums.index[abs(sums - 1) > 1e-9][0]
        msg = f"frequencies of {bad} do not sum to 1"
        raise InputError(msg, file=path, column="frequency", value=float(sums[bad]), allowed=[1])
    return frame
