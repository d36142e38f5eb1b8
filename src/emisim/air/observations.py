"""Observed means by season and area, from the table of observations."""

import numpy as np
import pandas as pd
import xarray as xr

from emisim import units
from emisim.errors import InputError
from emisim.transport.emissions import season_days
from emisim.vocabulary import SEASONS

SPECIES = ("PM2.5", "PM10", "SO2", "NO2")
CITY = "city"


def observed_seasons(
    observed: pd.DataFrame, area: str, year: int
) -> tuple[pd.DataFrame, pd.Series]:
    """Return seasonal observed means (season x species, ug/m3) of an area and their status.

    The annual mean of ``year`` is spread over the seasons with the monthly shape of the city in
    that year or, without twelve months of it, the mean shape of all years that have twelve.
    Species without an annual row are left out.

    Raises
    ------
    InputError
        If no year has twelve months of a species.
    """
    rows = observed[(observed["station"].fillna("") == "") & observed["month"].isna()]
    rows = rows[(rows["district"] == area) & (rows["year"] == year)]
    rows = rows[rows["species"].isin(SPECIES)]
    means = {}
    for row in rows.itertuples():
        value = units.convert(row.value, row.unit, "ug/m3")
        means[row.species] = value * seasonal_shape(observed, str(row.species), year)
    status = rows.set_index("species")["status"]
    return pd.DataFrame(means, index=list(SEASONS)), status


def seasonal_shape(observed: pd.DataFrame, species: str, year: int) -> pd.Series:
    """Return seasonal over annual mean of a species (season,); day-weighted mean 1."""
    chosen = _twelve_months(observed, species, year)
    if chosen.empty:
        msg = f"no year has twelve monthly means of {species}: the seasonal shape is unknown"
        raise InputError(msg, file="observed.csv", value=species, hint="add monthly rows")
    days = season_days(year).to_series()
    table = _season_means(chosen, year)
    return table.div(table.mul(days).sum(axis=1) / days.sum(), axis=0).mean()


def month_shape(observed: pd.DataFrame, species: str, year: int) -> pd.Series:
    """Return each month's observed mean over that of its season (month 1 to 12) in the city.

    Of ``year`` or, without twelve months of it, the mean of all years that have twelve; 1 in every
    month where no year has.
    """
    chosen = _twelve_months(observed, species, year)
    if chosen.empty:
        return pd.Series(1.0, index=range(1, 13))
    season = {m: name for name, months in SEASONS.items() for m in months}
    means = _season_means(chosen, year)[[season[m] for m in chosen.columns]]
    shape = (chosen / means.to_numpy()).mean()
    return shape.rename_axis(None)


def _twelve_months(observed: pd.DataFrame, species: str, year: int) -> pd.DataFrame:
    """Return monthly means of the city (year x month): of ``year``, else of all whole years."""
    rows = observed[(observed["district"] == "*") & (observed["species"] == species)]
    monthly = rows.dropna(subset=["month"]).pivot_table(
        index="year", columns="month", values="value"
    )
    monthly.columns = monthly.columns.astype(int)
    whole = monthly.dropna() if len(monthly.columns) == 12 else monthly.iloc[:0]
    return whole.loc[[year]] if year in whole.index else whole


def _season_means(monthly: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return means by season (year x season) of monthly means, weighted by days."""
    days = pd.Series({m: pd.Timestamp(year, m, 1).days_in_month for m in monthly.columns})
    return pd.DataFrame(
        {
            name: (monthly[list(months)] * days[list(months)]).sum(axis=1)
            / days[list(months)].sum()
            for name, months in SEASONS.items()
        }
    )


def area_observations(observed: pd.DataFrame, areas: np.ndarray,
                      year: int) -> tuple[xr.DataArray, xr.DataArray]:  # fmt: skip
    """Return seasonal observed means (season, species, area) and the status of own observations.

    An area without an annual row of its own has the city's means and status ``""``.

    Raises
    ------
    InputError
        If the city lacks an annual mean of one of the species.
    """
    city, city_status = observed_seasons(observed, "*", year)
    missing = [s for s in SPECIES if s not in city]
    if missing:
        msg = f"no annual mean of {missing[0]} for the city (district *) in {year}"
        raise InputError(msg, file="observed.csv", value=missing[0], hint="add the row")
    values, status = [], []
    for area in areas:
        own, kind = (city, city_status) if area == CITY else observed_seasons(observed, area, year)
        values.append(own.reindex(columns=list(SPECIES)).fillna(city).to_numpy())
        status.append(kind.reindex(list(SPECIES)).fillna("").to_numpy(dtype=object))
    coords = {"species": list(SPECIES), "area": areas}
    table = xr.DataArray(np.stack(values, -1), {"season": list(SEASONS), **coords},
                         ("season", "species", "area"))  # fmt: skip
    return table, xr.DataArray(np.stack(status, -1), coords, ("species", "area"))
