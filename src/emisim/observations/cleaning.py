"""What is done to single values before they fill the cube: chosen, checked, made unique."""

import numpy as np
import pandas as pd

from emisim.errors import InputError
from emisim.observations.flags import KEPT, LEFT_OUT, MISSING, Flags
from emisim.observations.numbers import misplaced
from emisim.observations.rules import Rules
from emisim.observations.terms import POLLUTANTS, UNITS

WANTED: dict[str, dict[str, tuple[str, ...]]] = {
    "hourly": dict.fromkeys(POLLUTANTS, ("1h", "")),
    "daily": {**dict.fromkeys(POLLUTANTS, ("24h", "")), "O3": ("8h 24h", "8h", "", "unknown")},
}
"""Averaging times that a table's columns may name, the best first."""
UNSTATED = ("unknown", "")
OTHER_UNIT = {"ug/m3": "mg/m3", "mg/m3": "ug/m3"}
KEY = ["place", "time", "species"]


def select(values: pd.DataFrame, step: str, flags: Flags) -> pd.DataFrame:
    """Return the values of the averaging time that the common form has; flag the others.

    Parameters
    ----------
    step
        ``"daily"`` or ``"hourly"``.
    """
    kept = np.zeros(len(values), dtype=bool)
    for species, wanted in WANTED[step].items():
        of = (values["species"] == species).to_numpy()
        have = set(values.loc[of, "averaging"].unique())
        best = next((a for a in wanted if a in have), None)
        kept |= of & (values["averaging"] == best).to_numpy()
        if species == "O3" and step == "daily" and best in UNSTATED:
            detail = "taken for the daily maximum 8 h mean; do not use it for O3 statistics"
            flags.cells("O3 averaging not stated", of & kept, KEPT, values, detail)
    pairs = values.loc[~kept, ["species", "averaging"]].drop_duplicates()
    other = sorted(f"{species} {averaging}".strip() for species, averaging in pairs.to_numpy())
    flags.cells("other averaging times", ~kept, LEFT_OUT, values, ", ".join(other))
    return values[kept].reset_index(drop=True)


def order(values: pd.DataFrame, flags: Flags) -> None:
    """Flag lines that are earlier than the line before of the same place."""
    lines = values[["place", "time", "line"]].sort_values("line", kind="stable")
    lines = lines.drop_duplicates(["place", "line"])
    back = lines.groupby("place", sort=False)["time"].diff() < pd.Timedelta(0)
    each = lines[back.to_numpy()].drop_duplicates("line")
    if not each.empty:
        first = each.iloc[0]
        where = {"place": first["place"], "time": first["time"], "line": first["line"]}
        flags.add("dates out of order", len(each), KEPT, **where, detail="sorted")


def impossible(values: pd.DataFrame, rules: Rules, flags: Flags, *, known: frozenset[str]) -> None:
    """Make negative values, values in a wrong unit and impossibly high ones missing, in place.

    Parameters
    ----------
    known
        Pollutants whose unit was said from outside.

    Raises
    ------
    InputError
        If most values of a pollutant are off by a thousand: its unit is wrong.
    """
    number = values["value"].to_numpy(copy=True)
    wrong, high = np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    for species in POLLUTANTS:
        of = np.flatnonzero((values["species"] == species).to_numpy())
        off = misplaced(number[of], species, rules)
        if off.sum() > rules.value("wrong_unit_share", "fraction") * (number[of] > 0).sum():
            _wrong_unit(values.iloc[of[off]], len(of), flags, species in known)
        wrong[of] = off
        highest = rules.value("highest", UNITS[species], species=species)
        high[of] = (number[of] > highest) & ~off
    negative = number < 0
    flags.cells("negative values", negative, MISSING, values)
    flags.cells("units mixed up", wrong, MISSING, values, "off by a thousand: mg/m3 for ug/m3")
    flags.cells("impossible values", high, MISSING, values, "above the highest that can be")
    values["value"] = np.where(negative | wrong | high, np.nan, number)


def _wrong_unit(bad: pd.DataFrame, total: int, flags: Flags, said: bool) -> None:
    first = bad.iloc[0]
    species, canonical = first["species"], UNITS[first["species"]]
    taken = first["unit"] or canonical
    file, line = flags.lines.where(int(first["line"]))
    other = OTHER_UNIT.get(taken, canonical)
    msg = (
        f"{len(bad)} of {total} values of {species} are off by a thousand in {taken}"
        f" (the first is {first['value']:g} {canonical})"
    )
    hint = f"correct the unit in the header, or say units={{{species!r}: {other!r}}}"
    if said:
        hint = f"the unit given for {species} does not fit its values; leave it out or correct it"
    raise InputError(
        msg, file=file, row=line, column=first["column"], value=taken, allowed=[other], hint=hint
    )


def single(values: pd.DataFrame, flags: Flags) -> pd.DataFrame:
    """Return one value by place, time and species; values that differ become missing."""
    again = values.duplicated(KEY, keep=False).to_numpy()
    if not again.any():
        return values
    same = values[again]
    groups = same.groupby(KEY, sort=False)["value"]
    spread = (groups.transform("max") > groups.transform("min")).to_numpy()
    differ = np.zeros(len(values), dtype=bool)
    differ[np.flatnonzero(again)[spread]] = True
    extra = values.duplicated(KEY).to_numpy()
    detail = "same place, time and pollutant"
    flags.cells("duplicates that agree", extra & ~differ, LEFT_OUT, values, detail)
    flags.cells("duplicates that differ", extra & differ, MISSING, values, detail)
    filled = groups.transform("first").to_numpy()
    whole = values["value"].to_numpy(copy=True)
    whole[again] = filled
    return values.assign(value=np.where(differ, np.nan, whole))[~extra].reset_index(drop=True)
