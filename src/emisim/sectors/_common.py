"""What every sector does with its rows: activity by month, controls, and the finished inventory."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from emisim import inventory
from emisim.city import City, canonical
from emisim.errors import InputError
from emisim.factors import Factors
from emisim.sectors._season import monthly_shares
from emisim.tables import Parameters
from emisim.vocabulary import SPECIES

COARSE = "PM2.5-10"
"""Parameter name of the removal of the size range between 2.5 and 10 um."""
STACK = ("stack_height", "stack_diameter", "exit_temperature", "exit_velocity")
RELEASE_UNITS = {
    "stack_height": "m",
    "stack_diameter": "m",
    "exit_temperature": "K",
    "exit_velocity": "m/s",
    "initial_sigma_z": "m",
}


def annual(rows: pd.DataFrame, city: City, topic: str, unit: str | None = None) -> np.ndarray:
    """Return yearly activity (n,) in each process's activity unit (or in ``unit``)."""
    return canonical(rows, city.folder / f"{topic}.csv", unit)


def emission_factors(rows: pd.DataFrame, table: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return factors (n, 10) in kg per activity unit and whether each is assumed (n, 10).

    A species without a row is not emitted by that process; a process with no species at all is
    an error.

    Raises
    ------
    InputError
        Naming the source without any factor.
    """
    values, assumed = table.match(rows, SPECIES, "kg/({activity_unit})", required=False)
    require_factor(rows, values, table)
    return np.nan_to_num(values), assumed


def require_factor(rows: pd.DataFrame, factor: np.ndarray, table: Parameters) -> None:
    """Raise :class:`InputError` naming the first source whose factors (n, 10) are all NaN."""
    without = np.isnan(factor).all(axis=1)
    if without.any():
        row = rows.iloc[int(np.flatnonzero(without)[0])]
        key = ", ".join(f"{k} {row[k]!r}" for k in ("process", "fuel", "technology", "standard"))
        msg = f"no emission factor for source {row.name!r} ({key})"
        have = sorted(set(table.frame["process"]))
        raise InputError(msg, file=table.path, value=row["process"], allowed=have)


def product_output(rows: pd.DataFrame) -> np.ndarray:
    """Return the service (n,) of processes whose product is their activity: 1, or 0 for none."""
    return (rows["service"] == "product").to_numpy().astype(float)


def removal_from_controls(
    rows: pd.DataFrame, factor: np.ndarray, controls: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return removal efficiencies (n, 10) of each row's devices, and whether they are assumed.

    Devices (``+`` between names) stand in series: ``r = 1 - prod(1 - r_i)``. BC and OC are removed
    like PM2.5. PM10 removal is weighted by size: the ``PM2.5-10`` removal acts on the coarse part
    of the factor (T/CSES 144-2024 gives the two apart).

    Parameters
    ----------
    factor
        (n, 10) uncontrolled factors, for the size weights.
    """
    names = (*SPECIES, COARSE)
    passed = np.ones((len(rows), len(names)))
    assumed = np.zeros((len(rows), len(names)), dtype=bool)
    codes, words = pd.factorize(rows["control"], sort=True)
    for code, control in enumerate(words):
        if not control:
            continue
        members = np.flatnonzero(codes == code)
        for device in control.split("+"):
            efficiency, is_assumed = _device(device.strip(), names, controls)
            passed[members] *= 1 - efficiency
            assumed[members] |= is_assumed
    assumed[:, SPECIES.index("PM10")] |= assumed[:, len(SPECIES)]
    return _size_weighted(1 - passed, factor), assumed[:, : len(SPECIES)]


def _device(
    device: str, names: Sequence[str], controls: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return one device's removal of ``names`` and whether each row is assumed."""
    rows = [controls.row(n, process="control", technology=device) for n in names]
    if all(r is None or r["technology"] != device for r in rows):
        have = sorted(set(controls.frame["technology"]))
        msg = "unknown control device"
        raise InputError(msg, file=controls.path, value=device, allowed=have)
    found = {n: r for n, r in zip(names, rows, strict=True) if r is not None}
    if "PM2.5" in found:
        for name in ("BC", "OC", COARSE, "PM10"):
            found.setdefault(name, found["PM2.5"])
    efficiency = [
        controls.value(str(found[n]["parameter"]), "fraction", process="control", technology=device)
        if n in found
        else 0.0
        for n in names
    ]
    return np.array(efficiency), np.array(
        [n in found and found[n]["status"] == "assumed" for n in names]
    )


def _size_weighted(removal: np.ndarray, factor: np.ndarray) -> np.ndarray:
    fine, coarse = SPECIES.index("PM2.5"), SPECIES.index("PM10")
    result = removal[:, : len(SPECIES)].copy()
    small = factor[:, fine] * removal[:, fine]
    large = (factor[:, coarse] - factor[:, fine]) * removal[:, len(SPECIES)]
    some = factor[:, coarse] > 0
    result[some, coarse] = (small + large)[some] / factor[some, coarse]
    return result


def releases(rows: pd.DataFrame, factors: Factors) -> pd.DataFrame:
    """Return ``rows`` with stack data: the row's own, else those of its release class."""
    filled = rows.copy()
    keys = pd.DataFrame(
        {"process": "release", "fuel": "", "technology": rows["release"], "standard": ""}
    )
    defaults, _ = factors["stacks"].match(keys, tuple(RELEASE_UNITS), RELEASE_UNITS, required=False)
    for j, name in enumerate(RELEASE_UNITS):
        given = filled[name] if name in filled else pd.Series(np.nan, index=rows.index)
        filled[name] = given.astype(float).fillna(pd.Series(defaults[:, j], index=rows.index))
    return filled


def of_products(
    rows: pd.DataFrame, factor: np.ndarray, assumed: np.ndarray, city: City, topic: str
) -> xr.Dataset:
    """Return the inventory of sources whose activity is their product, with their own controls.

    Parameters
    ----------
    factor, assumed
        (n, 10) uncontrolled factors in kg per activity unit, and whether they are assumed.
    topic
        Name of the activity table that ``rows`` come from.

    Raises
    ------
    InputError
        An unknown control device; :func:`emission_factors` names a source without any factor.
    """
    removal, removal_assumed = removal_from_controls(rows, factor, city.factors["controls"])
    return assemble(
        rows,
        annual(rows, city, topic),
        factor,
        removal,
        product_output(rows),
        assumed | removal_assumed,
        city,
    )


def assemble(
    rows: pd.DataFrame,
    annual_activity: np.ndarray,
    factor: np.ndarray,
    removal: np.ndarray,
    output: np.ndarray,
    assumed: np.ndarray,
    city: City,
) -> xr.Dataset:
    """Return the sector's inventory: yearly activity spread over months by profile, labels set.

    Parameters
    ----------
    rows
        Activity rows as :meth:`City.table` gives them, n of them.
    annual_activity, output
        (n,) yearly activity and useful service per activity unit.
    factor, removal, assumed
        (n, 10).
    """
    months = monthly_shares(rows["monthly_profile"], city)
    labelled = releases(rows, city.factors).rename(
        columns={"status": "activity_status", "hourly_profile": "hours"}
    )
    labelled["fuel"] = labelled["fuel"].replace("", "none")
    return inventory.build(
        labelled,
        annual_activity[:, None] * months,
        factor,
        removal,
        output,
        assumed,
        city=city.settings.name,
        year=city.settings.base_year,
        heating_months=list(city.settings.heating_months),
    )
