"""Dust of roads, building sites, stockpiles and bare soil.

Road dust has no activity of its own: a ``paved-road`` or ``unpaved-road`` row of ``dust.csv`` gives
the *fraction* of the traffic of its district and road class (``technology``) that runs on it, and
``grade`` says whose traffic: ``light`` (``vehicles.csv``) or ``freight`` (trucks of
``freight.csv``). Dust under trucks is thus a source of its own and can follow the trucks.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import xarray as xr

from emisim.city import City
from emisim.errors import InputError, require_known
from emisim.factors import Factors
from emisim.sectors import _common, _dustfactors, _mobile, freight, vehicles
from emisim.sectors._speciation import carbon_shares, with_carbon
from emisim.tables import Parameters
from emisim.vocabulary import SPECIES

TOPIC = "dust"
LIGHT, FREIGHT = "light", "freight"
PAVED, UNPAVED = "paved-road", "unpaved-road"
CLASS = ["grade", "district", "technology"]
AT = np.array([SPECIES.index(s) for s in _dustfactors.SIZES])
CARBON = [SPECIES.index(s) for s in ("BC", "OC")]
TOLERANCE = 1e-9
AREA_FACTORS: dict[str, Callable[[pd.DataFrame, Parameters, City], _dustfactors.Pair]] = {
    "construction-site": _dustfactors.construction,
    "stockpile-handling": _dustfactors.handling,
    "stockpile-erosion": _dustfactors.erosion,
    "bare-soil": _dustfactors.bare_soil,
}


def build(city: City, factors: Factors) -> xr.Dataset:
    """Return the dust inventory: km driven, t handled or m2 exposed for a year."""
    rows, table = city.table(TOPIC), factors[TOPIC]
    known = (PAVED, UNPAVED, *AREA_FACTORS)
    require_known(rows["process"], known, "dust process", file=city.folder / "dust.csv")
    flow = traffic(city)
    activity = dust_activity(rows, flow, city)
    factor, assumed = dust_factor(rows, flow, table, city)
    removal, assumed_removal = _common.removal_from_controls(rows, factor, table)
    output = np.zeros(len(rows))
    assumed |= assumed_removal
    return _common.assemble(rows, activity, factor, removal, output, assumed, city)


def traffic(city: City) -> pd.DataFrame:
    """Return km driven per year and mean weight (t) by grade, district and road class.

    Returns
    -------
    DataFrame
        Index (grade, district, technology), columns km and weight; the weight is the mean over
        the distance driven, of a road class without traffic over its kinds of vehicles.
    """
    cars = city.table(vehicles.TOPIC)
    cars = cars[~_mobile.is_electric(cars)]
    trucks = city.table(freight.TOPIC)
    trucks = trucks[(trucks["process"] == freight.TRUCK) & ~_mobile.is_electric(trucks)]
    carried = _common.annual(trucks, city, freight.TOPIC) / freight.payload(trucks, city)
    parts = [
        _driven(LIGHT, cars, vehicles.distance(cars, city), city.factors[vehicles.TOPIC]),
        _driven(FREIGHT, trucks, carried, city.factors[freight.TOPIC]),
    ]
    whole = pd.concat(parts)
    total = whole.groupby(CLASS)[["km", "t km"]].sum()
    idle = whole.groupby(CLASS)["weight"].mean()
    weight = (total["t km"] / total["km"]).where(total["km"] > 0, idle)
    return total.assign(weight=weight)[["km", "weight"]]


def _driven(grade: str, rows: pd.DataFrame, km: np.ndarray, table: Parameters) -> pd.DataFrame:
    weight = table.match(rows, ["vehicle_weight"], "t")[0][:, 0]
    own = {"grade": grade, "km": km, "t km": km * weight, "weight": weight}
    return rows.assign(**own)[[*CLASS, "km", "t km", "weight"]]


def dust_activity(rows: pd.DataFrame, flow: pd.DataFrame, city: City) -> np.ndarray:
    """Return yearly activity (n,): km of the road rows, else the value of the row.

    Raises
    ------
    InputError
        If the road rows of a district and class do not take up all its traffic exactly once.
    """
    path = city.folder / "dust.csv"
    on_road = rows["process"].isin([PAVED, UNPAVED])
    activity = np.zeros(len(rows))
    activity[~on_road] = _common.annual(rows[~on_road], city, TOPIC)
    if on_road.any():
        fraction = _common.annual(rows[on_road], city, TOPIC, "fraction")
        _check_taken_up(rows[on_road], fraction, flow, path)
        activity[on_road] = fraction * _of_class(rows[on_road], flow["km"])
    return activity


def _check_taken_up(
    rows: pd.DataFrame, fraction: np.ndarray, flow: pd.DataFrame, path: object
) -> None:
    taken = rows.assign(fraction=fraction).groupby(CLASS)["fraction"].sum()
    taken = taken.reindex(flow.index, fill_value=0.0)
    off = (taken - 1).abs() > TOLERANCE
    if off.any():
        where = ", ".join(str(v) for v in taken.index[off][0])
        msg = f"road dust rows of {where} do not take up its traffic"
        hint = "give paved-road and unpaved-road rows whose fractions sum to 1"
        value = float(taken[off].iloc[0])
        raise InputError(msg, file=str(path), value=value, allowed=["1"], hint=hint)


def _of_class(rows: pd.DataFrame, values: pd.Series) -> np.ndarray:
    """Return the traffic value of each road row (n,); 0 where no traffic runs."""
    return values.reindex(pd.MultiIndex.from_frame(rows[CLASS]), fill_value=0.0).to_numpy()


def dust_factor(
    rows: pd.DataFrame, flow: pd.DataFrame, table: Parameters, city: City
) -> tuple[np.ndarray, np.ndarray]:
    """Return factors (n, 10) in kg per activity unit before control and whether each is assumed."""
    factor = np.zeros((len(rows), len(SPECIES)))
    assumed = np.zeros(factor.shape, dtype=bool)
    for process in rows["process"].unique():
        members = np.flatnonzero(rows["process"] == process)
        some = rows.iloc[members]
        if process == PAVED:
            found = _dustfactors.paved(some, _of_class(some, flow["weight"]), table, city)
        elif process == UNPAVED:
            found = _dustfactors.unpaved(some, table, city)
        else:
            found = AREA_FACTORS[process](some, table, city)
        factor[np.ix_(members, AT)], assumed[np.ix_(members, AT)] = found
    shares, assumed_shares = carbon_shares(rows, table)
    assumed[:, CARBON] = assumed[:, [SPECIES.index("PM2.5")]] | assumed_shares
    return with_carbon(factor, shares), assumed
