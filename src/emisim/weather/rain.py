"""Rain of every hour: the record's own, or a monthly climatology laid onto its dampest hours.

Typical-year files often carry no rain. Then the wet hours of each month are taken as spells of
fixed length where the air is most humid for the time of day and the sky most overcast, without
overlap and without touching, until the month has the wet hours of the climatology; the month's
rain is spread evenly over them. So frequency, amount and length of the spells are right, and rain
comes with the wind of damp, dull hours; the changing strength of rain within a month is not there.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from emisim.errors import InputError
from emisim.tables import VALUE, Column, Parameters, check_sources, read_table
from emisim.weather.record import HOURS_PER_YEAR

COLUMNS = (
    Column("station"),
    Column("month", number=True, minimum=1, maximum=12),
    Column("parameter", allowed=("precipitation", "wet_hours")),
    *VALUE,
)
UNITS = {"precipitation": "mm", "wet_hours": "h"}


def read_climatology(
    path: str | Path, station: str, sources: dict[str, str] | None = None
) -> pd.DataFrame:
    """Return monthly ``precipitation`` (mm) and ``wet_hours`` (h) of a station, index 1..12.

    Raises
    ------
    InputError
        If the table is invalid, or lacks the station or one of its months.
    """
    frame = read_table(path, COLUMNS, key=("station", "month", "parameter"))
    check_sources(frame, sources, path)
    own = frame[frame["station"] == station]
    wrong = own[own["unit"] != own["parameter"].map(UNITS)]
    if len(wrong):
        row = wrong.iloc[0]
        msg = f"{row['parameter']} must be in {UNITS[row['parameter']]}"
        raise InputError(
            msg, file=path, row=int(str(wrong.index[0])), column="unit", value=row["unit"]
        )
    table = own.pivot(index="month", columns="parameter", values="value")
    table = table.reindex(index=range(1, 13), columns=list(UNITS))
    if table.isna().any(axis=None):
        msg = f"precipitation of station {station!r} is not complete"
        known = sorted(set(frame["station"]))
        hint = "give precipitation and wet_hours of the twelve months"
        raise InputError(msg, file=path, value=station, allowed=known, hint=hint)
    return table


def hourly_rain(
    record: pd.DataFrame, cloud: np.ndarray, climatology: pd.DataFrame | None, p: Parameters
) -> np.ndarray:
    """Return rain (mm/h) of every hour.

    Parameters
    ----------
    record
        Hourly record; column ``rain`` is used where it has any number (its gaps are dry).
    cloud
        Cloud 0..1, (hour,).
    climatology
        As :func:`read_climatology`; needed if the record has no rain; None: no rain at all.
    """
    if has_rain(record):
        return record["rain"].fillna(0).to_numpy(float)
    rain = np.zeros(len(record))
    if climatology is None:
        return rain
    length = round(p.value("spell_length", "h", process="rain"))
    damp = dampness(record, cloud)
    for (_, month), hours in record.groupby(
        [record["time"].dt.year, record["time"].dt.month]
    ).indices.items():
        amount, wanted = climatology.loc[month, list(UNITS)]
        wet = hours[wet_spells(damp[hours], round(wanted), length)]
        if len(wet):
            rain[wet] = amount / len(wet)
    return rain


def has_rain(record: pd.DataFrame) -> bool:
    """Tell whether the record carries rain."""
    return "rain" in record and bool(record["rain"].notna().any())


def describe(record: pd.DataFrame, rain: np.ndarray, known: bool) -> str:
    """Return where ``rain`` (mm/h, (hour,)) comes from and how much it is, in words.

    ``known`` tells whether a climatology was given.
    """
    if not has_rain(record) and not known:
        return "none"
    where = "record" if has_rain(record) else "monthly climatology on the dampest, dullest hours"
    yearly = HOURS_PER_YEAR / len(rain)
    amount, hours = rain.sum() * yearly, (rain > 0).sum() * yearly
    return f"{where}: {amount:.0f} mm in {hours:.0f} h of a year"


def dampness(record: pd.DataFrame, cloud: np.ndarray) -> np.ndarray:
    """Return how damp and dull each hour is for its month and time of day, (hour,).

    The sum of the standardised anomalies of relative humidity and cloud, so that rain is not
    drawn to the cool hours before sunrise.
    """
    groups = [record["time"].dt.month, record["time"].dt.hour]
    total = np.zeros(len(record))
    for values in (record["relative_humidity"], pd.Series(cloud, index=record.index)):
        anomaly = values - values.groupby(groups).transform("mean")
        total += (anomaly / max(anomaly.std(ddof=0), np.finfo(float).tiny)).to_numpy()
    return total


def wet_spells(damp: np.ndarray, wanted: int, length: int) -> np.ndarray:
    """Return the positions of the wet hours: the dampest windows of ``length`` that do not touch.

    The last spell is cut so that ``wanted`` hours come out (fewer only if no room is left).
    """
    window = np.convolve(damp, np.ones(length), mode="valid")
    free = np.ones(len(damp), bool)
    chosen: list[int] = []
    for start in np.argsort(-window, kind="stable"):
        if len(chosen) >= wanted:
            break
        around = slice(max(start - 1, 0), start + length + 1)
        if free[around].all():
            hours = range(start, start + min(length, wanted - len(chosen)))
            free[hours] = False
            chosen.extend(hours)
    return np.array(sorted(chosen), dtype=int)
