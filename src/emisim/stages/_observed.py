"""What was observed in a city: ``observed.csv``."""

import pandas as pd

from emisim import csvtable
from emisim.air import observations
from emisim.city import CITY_TOTAL, City
from emisim.csvtable import VALUE, Column
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
