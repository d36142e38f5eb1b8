"""What road and rail vehicles and machines share: stage mix, fuel burnt, power from the grid."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim.city import City
from emisim.convention import check
from emisim.errors import InputError
from emisim.sectors import _common
from emisim.sectors._electricity import grid_factor
from emisim.tables import Parameters
from emisim.vocabulary import OUTSIDE, SPECIES

SHARE = "fleet_share"
ELECTRIC = "electricity"
TOLERANCE = 1e-6
CO2, SO2 = SPECIES.index("CO2"), SPECIES.index("SO2")


def expand_fleet(rows: pd.DataFrame, fleet: Parameters) -> pd.DataFrame:
    """Split each row without a ``standard`` into one row per emission standard of the fleet table.

    Rows with a standard stay as they are: a city that knows its stage mix gives it directly.
    Ids become ``id:standard``. A standard with share 0 is kept, because measures move vehicles
    to it.

    Raises
    ------
    InputError
        If the fleet table has no mix for a process and fuel, or the shares do not sum to 1.
    """
    known = rows[rows["standard"] != ""]
    parts = [known]
    for (process, fuel), group in rows[rows["standard"] == ""].groupby(
        ["process", "fuel"], sort=False
    ):
        for standard, share, status in _mix(fleet, str(process), str(fuel)):
            scaled = {c: group[c] * share for c in ("value", "low", "high")}
            part = group.assign(standard=standard, **scaled)
            if status == "assumed":
                part["status"] = status
            parts.append(part.set_axis(group.index + ":" + standard))
    whole = pd.concat(parts)
    whole.index.name = rows.index.name
    return whole


def _mix(fleet: Parameters, process: str, fuel: str) -> list[tuple[str, float, str]]:
    """Return (standard, share, status) of one vehicle class; shares sum to 1."""
    frame = fleet.frame
    found = frame[
        (frame["process"] == process) & (frame["fuel"] == fuel) & (frame["parameter"] == SHARE)
    ]
    if found.empty:
        have = sorted(set(frame["process"] + " " + frame["fuel"]))
        msg = "no stage mix for a vehicle class"
        hint = "add fleet_share rows for it, or fill the standard column of the activity rows"
        raise InputError(msg, file=fleet.path, value=f"{process} {fuel}", allowed=have, hint=hint)
    total = float(found["value"].sum())
    if abs(total - 1) > TOLERANCE:
        msg = f"fleet shares of {process} {fuel} do not sum to 1"
        raise InputError(msg, file=fleet.path, value=total, allowed=["1"])
    return list(found[["standard", "value", "status"]].itertuples(index=False, name=None))


def is_electric(rows: pd.DataFrame) -> pd.Series:
    """Return which rows draw on the grid."""
    return rows["fuel"] == ELECTRIC


def fuel_mass(rows: pd.DataFrame, uses: Parameters, fuels: Parameters) -> np.ndarray:
    """Return kg of fuel burnt per km (n,): fuel use by volume x density."""
    volume, _ = uses.match(rows, ["fuel_use"], "m3/km")
    density, _ = fuels.match(rows.assign(process="road-fuel"), ["density"], "kg/m3")
    return volume[:, 0] * density[:, 0]


def add_fuel_species(
    factor: np.ndarray,
    assumed: np.ndarray,
    mass: np.ndarray,
    fuels: pd.DataFrame,
    table: Parameters,
) -> None:
    """Fill SO2 and CO2 into ``factor`` (n, 10) and ``assumed`` from the fuel burnt, in place.

    SO2 = 2 S m and CO2 = c m, with m kg of fuel per activity unit (n,), S its sulphur and c the
    CO2 of a kg of fuel.

    Parameters
    ----------
    fuels
        n rows with the key columns under which ``table`` keeps the fuel data.
    """
    names = ["sulphur", "SO2_per_sulphur", "carbon_dioxide"]
    values, is_assumed = table.match(fuels, names, "kg/kg")
    factor[:, SO2] = values[:, 0] * values[:, 1] * mass
    factor[:, CO2] = values[:, 2] * mass
    assumed[:, SO2] = is_assumed[:, 0]
    assumed[:, CO2] = is_assumed[:, 2]


def on_grid(rows: pd.DataFrame, topic: str, output: np.ndarray, city: City) -> xr.Dataset:
    """Return sources that draw on the grid mix, activity in kWh.

    Parameters
    ----------
    output
        (n,) useful service per kWh.

    Raises
    ------
    InputError
        If such a row has a district of the city: its emission is not there.
    """
    inside = rows[rows["district"] != OUTSIDE]
    if len(inside):
        msg = f"electric source {inside.index[0]!r} draws on the grid mix"
        path = city.folder / f"{topic}.csv"
        raise InputError(
            msg,
            file=path,
            row=int(inside["row"].iloc[0]),
            column="district",
            value=inside["district"].iloc[0],
            allowed=[OUTSIDE],
        )
    factor, assumed = grid_factor(city.factors)
    n = len(rows)
    kwh = _common.annual(rows, city, topic, "kWh")
    return _common.assemble(
        rows.assign(activity_unit="kWh"),
        kwh,
        np.tile(factor, (n, 1)),
        np.zeros((n, len(SPECIES))),
        output,
        np.tile(assumed, (n, 1)),
        city,
    )


def by_month(inventory: xr.Dataset, factor: np.ndarray) -> xr.Dataset:
    """Return ``inventory`` with a factor that changes by month, ``factor`` (n, 12, 10)."""
    return check(inventory.assign(factor=(("source", "month", "species"), factor)))
