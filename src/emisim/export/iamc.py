"""The table of integrated assessment (IAMC): model, scenario, region, variable, unit, years."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from emisim import __version__, units
from emisim.csvtable import Column, read_table
from emisim.errors import MassError
from emisim.output import atomic
from emisim.tables import check_known
from emisim.vocabulary import OUTSIDE, SPECIES, name

INDEX = ("model", "scenario", "region", "variable", "unit")
TOLERANCE = 1e-12


def variables(path: str | Path) -> pd.DataFrame:
    """Return the names of species (index): variable, mass (unit we compute in), unit (as told)."""
    columns = tuple(Column(c) for c in ("species", "variable", "mass", "unit"))
    frame = read_table(path, columns, key=("species",))
    check_known(frame, "species", SPECIES, path)
    return frame.set_index("species")


def table(
    totals: pd.DataFrame, names: pd.DataFrame, city: str, years: Mapping[str, int]
) -> pd.DataFrame:
    """Return the IAMC table, one column per year.

    Parameters
    ----------
    totals
        Columns scenario, sector, district, species, kg (of a year).
    names
        As :func:`variables` gives them.
    city
        Region of the whole; districts are ``City|District``. What the city causes elsewhere is
        the region ``City (outside)`` and not in the city's sum.
    years
        Year of each scenario.
    """
    scale = {s: units.factor("kg", m) for s, m in names["mass"].items()}
    rows = totals[totals["species"].isin(names.index)].assign(
        variable=lambda t: t["species"].map(names["variable"]),
        unit=lambda t: t["species"].map(names["unit"]),
        value=lambda t: t["kg"] * t["species"].map(scale),
        year=lambda t: t["scenario"].map(dict(years)),
        model=f"emisim {__version__}",
        label=lambda t: [name(s, "en") for s in t["sector"]],
    )
    beyond = rows["district"] == OUTSIDE
    whole = np.where(beyond, f"{city} ({OUTSIDE})", city)
    by_district = rows[~beyond].assign(region=city + "|" + rows["district"][~beyond])
    both = pd.concat([rows.assign(region=whole), by_district])
    deep = both.assign(variable=both["variable"] + "|" + both["label"])
    keys = [*INDEX, "year"]
    long = pd.concat([both, deep]).groupby(keys, sort=False)["value"].sum()
    wide = long.unstack("year").sort_index().reset_index()
    return wide.rename(columns=str).rename_axis(columns=None)


def write(frame: pd.DataFrame, path: str | Path) -> None:
    """Write the table; numbers keep all their digits."""
    with atomic(path) as temporary:
        frame.to_csv(temporary, index=False, float_format="%.17g", lineterminator="\n")


def check(path: str | Path, totals: pd.DataFrame, names: pd.DataFrame, city: str) -> None:
    """Read the table back; MassError if a species of the city differs from ``totals`` by 1e-12."""
    found = pd.read_csv(path)
    inside = totals[totals["district"] != OUTSIDE]
    for species, row in names.iterrows():
        for scenario, part in inside[inside["species"] == species].groupby("scenario"):
            expected = float(part["kg"].sum()) * units.factor("kg", row["mass"])
            chosen = (found["region"] == city) & (found["scenario"] == scenario)
            lines = found[chosen & found["variable"].str.startswith(f"{row['variable']}|")]
            value = float(np.nansum(lines.drop(columns=list(INDEX)).to_numpy(dtype=float)))
            if not abs(value - expected) <= TOLERANCE * abs(expected):
                message = (
                    f"{row['variable']} of {scenario} in {path} is {value!r}, not {expected!r}"
                )
                raise MassError(message)
