"""What was observed in a city: ``observed.csv``."""

import numpy as np
import pandas as pd

from emisim import csvtable
from emisim.air import observations
from emisim.city import CITY_TOTAL, City
from emisim.csvtable import VALUE, Column
from emisim.errors import InputError
from emisim.tables import check_known, check_sources, check_units
from emisim.target_record import HELD, OBSERVED_FILE

COLUMNS = (
    *(Column("district"), Column("station", required=False), Column("species")),
    *(Column("year", number=True), Column("month", number=True, required=False)),
    *VALUE,
)
UNITS = {**dict.fromkeys((*observations.SPECIES, "CO", "O3"), "ug/m3"), **HELD}
"""What the table may hold: mean concentrations, and what is held beside them."""


def read(city: City) -> pd.DataFrame:
    """Return annual and monthly mean concentrations, and what is held beside them.

    Raises
    ------
    InputError
        Naming row and column of every fault.
    """
    path = city.folder / OBSERVED_FILE
    key = ("district", "station", "year", "month", "species")
    checks = (
        lambda table: check_known(table, "district", [*city.names, CITY_TOTAL], path),
        lambda table: check_known(table, "species", UNITS, path),
        lambda table: check_sources(table, city.factors.sources, path),
        lambda table: check_units(table, dict(table["species"].map(UNITS).dropna()), path),
    )
    return csvtable.read_table(path, COLUMNS, key=key, checks=checks)


def check(city: City) -> None:
    """Check that the base year's air can be told: annual means, and the course of the seasons.

    Raises
    ------
    InputError
        A species without an annual mean of the base year, or no year with its twelve months.
    """
    path, year = city.folder / OBSERVED_FILE, city.settings.base_year
    try:
        observations.area_observations(read(city), np.array([observations.CITY]), year)
    except InputError as error:
        if error.file is not None and str(error.file) != OBSERVED_FILE:
            raise
        hint = f"{error.hint}; where nothing is measured, another city's with status assumed"
        raise InputError(error.what, file=path, value=error.value, hint=hint) from None
